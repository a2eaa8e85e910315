"""Parts of predictions at an address: the same bytes as on a disk, wherever a network or a process breaks."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import newstance
from newstance.addresses import Address, AddressError, address
from newstance.cli import app
from newstance.scale import engine_of, predict_shards, shards
from newstance.scale.predict import MANIFEST
from newstance.scale.reprints import FILE
from shaky import SCHEME, Shaky
from small_model import a_model, allowed, small_encoder

N, SHARD = 23, 5
OPERATIONS = 60  # more than a run has
RUN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from newstance.cli import app
from shaky import Shaky
from newstance.scale import predict_shards, shards
shards.SHARD_ARTICLES = int(sys.argv[5])
Shaky.start(Path(sys.argv[4]), breaks_at=int(sys.argv[6]), kills=True)
predict_shards(Path(sys.argv[2]), Path(sys.argv[3]), "shaky://bucket/parts")
"""


@pytest.fixture(scope="module", autouse=True)
def _small_shards() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "SHARD_ARTICLES", SHARD)
        yield


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("model")
    with allowed(small_encoder(place / "encoder")) as encoder:
        a_model(encoder).save(place / "model")
        yield place / "model"


@pytest.fixture(scope="module")
def articles(tmp_path_factory) -> Path:
    """Articles in two folders, and a line that is none."""
    folder = tmp_path_factory.mktemp("articles")
    lines = [
        json.dumps({"article_id": f"a{n}", "text": f"The truce in Syria began. Day {n}."}) for n in range(N)
    ]
    (folder / "Daily").mkdir()
    (folder / "a.jsonl").write_text("\n".join([*lines[:12], "{no json", *lines[12:]]), "utf-8")
    (folder / "Daily/b.txt").write_text("The football team won the cup.", "utf-8")
    return folder


@pytest.fixture(scope="module")
def undisturbed(model, articles, tmp_path_factory, _small_shards) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("undisturbed") / "parts"
    predict_shards(model, articles, out)
    return content(out)


@pytest.fixture
def bucket(tmp_path) -> Path:
    (tmp_path / "bucket").mkdir()
    Shaky.start(tmp_path)
    return tmp_path / "bucket"


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def there(bucket: Path, articles: Path) -> str:
    """The address of a copy of the articles."""
    for path in articles.rglob("*.*"):
        copy = bucket / "articles" / path.relative_to(articles)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return f"{SCHEME}://bucket/articles"


def test_from_bucket_to_bucket_the_bytes_are_those_of_a_disk(model, articles, bucket, undisturbed):
    told = predict_shards(model, there(bucket, articles), f"{SCHEME}://bucket/parts")
    assert content(bucket / "parts") == undisturbed
    assert (told.n_rows, told.n_rejected, told.n_kept) == (N + 1, 1, 0)
    assert str(told.files[0]).startswith(f"{SCHEME}://bucket/parts/part-000000-")
    again = predict_shards(model, there(bucket, articles), f"{SCHEME}://bucket/parts")
    assert (again.n_rows, again.n_rejected, again.n_kept) == (N + 1, 1, len(told.files))
    assert len(Shaky.done) < OPERATIONS * 2


def test_processes_write_to_an_address(model, articles, tmp_path, undisturbed):
    predict_shards(model, articles, Address(f"file://{tmp_path}/parts"), engine=engine_of("local", 2))
    assert content(tmp_path / "parts") == undisturbed


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    breaks=st.lists(st.integers(1, OPERATIONS), min_size=1, max_size=3),
    late=st.booleans(),
    is_object_store=st.booleans(),
)
def test_wherever_it_breaks_the_same_command_ends_with_the_same_bytes(
    model, articles, tmp_path_factory, undisturbed, breaks, late, is_object_store
):
    """A write of an object store is whole or not there, so there it fails before or after, not within."""
    root = tmp_path_factory.mktemp("root")
    (root / "bucket").mkdir()
    Shaky.start(root)
    source, out = there(root / "bucket", articles), root / "bucket/parts"
    if is_object_store:
        out.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        if is_object_store:
            patch.setattr(address, "OBJECT_STORES", (SCHEME,))
        for number in [*breaks, None]:
            Shaky.start(root, number, late or is_object_store)
            told = None
            try:
                predict_shards(model, source, f"{SCHEME}://bucket/parts")
            except AddressError as error:
                told = str(error)
            assert (told is not None) == (number is not None and len(Shaky.done) >= number)
            if told is not None:
                assert "the connection was lost" in told
                assert "run the same command again" in told
                check_whole(content(out) if out.exists() else {}, undisturbed)
    assert content(out) == undisturbed


def check_whole(seen: dict[str, bytes], undisturbed: dict[str, bytes]) -> None:
    """Parts are whole, and only where all are there a manifest says so."""
    parts = {name: bytes_ for name, bytes_ in seen.items() if name.startswith("part-")}
    assert parts.items() <= undisturbed.items()
    if MANIFEST in seen and json.loads(seen[MANIFEST])["finished"]:
        assert parts.keys() == undisturbed.keys() - {MANIFEST, FILE}


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
@pytest.mark.parametrize("number", [9, 20])
def test_a_killed_run_goes_on(model, articles, bucket, undisturbed, number):
    command = [sys.executable, "-c", RUN, str(Path(__file__).parent), str(model), str(articles)]
    ended = subprocess.run(
        [*command, str(bucket.parent), str(SHARD), str(number)], timeout=120, env=os.environ
    )
    assert ended.returncode == -signal.SIGKILL
    assert not json.loads((bucket / "parts" / MANIFEST).read_bytes())["finished"]
    predict_shards(model, articles, f"{SCHEME}://bucket/parts")
    assert content(bucket / "parts") == undisturbed


def test_a_torn_part_is_done_again(model, articles, bucket, undisturbed):
    out = bucket / "parts"
    predict_shards(model, articles, f"{SCHEME}://bucket/parts")
    first = min(out.glob("*.parquet"))
    first.write_bytes(first.read_bytes()[:-20])
    told = predict_shards(model, articles, f"{SCHEME}://bucket/parts")
    assert told.n_kept == len(told.files) - 1
    assert content(out) == undisturbed


def test_a_part_that_is_gone_at_the_end_is_told(model, articles, bucket):
    def lose(n_articles: int) -> None:
        for part in (bucket / "parts").glob("part-000000-*.parquet"):
            part.unlink()

    with pytest.raises(AddressError, match=r"part-000000-.*was written and is not there"):
        predict_shards(model, articles, f"{SCHEME}://bucket/parts", progress=lose)
    assert not json.loads((bucket / "parts" / MANIFEST).read_bytes())["finished"]


def test_a_folder_of_other_things_is_left_alone(model, articles, bucket):
    (bucket / "thesis.docx").write_text("mine")
    with pytest.raises(ValueError, match=r"holds other files \(thesis.docx\)"):
        predict_shards(model, articles, f"{SCHEME}://bucket")
    with pytest.raises(ValueError, match="is a file; with --workers it is a folder"):
        predict_shards(model, articles, f"{SCHEME}://bucket/thesis.docx")
    with pytest.raises(ValueError, match="a web server is only read from"):
        predict_shards(model, articles, "https://example.org/parts")
    with pytest.raises(FileNotFoundError, match="there is no such file"):
        predict_shards(model, f"{SCHEME}://bucket/articels", f"{SCHEME}://bucket/parts")
    assert content(bucket) == {"thesis.docx": b"mine"}


def test_parts_of_another_model_are_not_mixed(model, articles, bucket):
    predict_shards(model, articles, f"{SCHEME}://bucket/parts")
    before = content(bucket / "parts")
    with pytest.raises(ValueError, match="another model"):
        predict_shards(model, articles, f"{SCHEME}://bucket/parts", "sentence")
    assert content(bucket / "parts") == before


def test_the_commands_take_addresses(model, articles, bucket, undisturbed):
    source, out = there(bucket, articles), f"{SCHEME}://bucket/parts"
    done = CliRunner().invoke(app, ["predict", str(model), source, "-o", out, "--workers", "1"])
    assert (done.exit_code, f"parts in {out}; 1 articles left out" in done.output) == (0, True), done.output
    assert content(bucket / "parts") == undisturbed
    Shaky.start(bucket.parent, breaks_at=1)
    for command, words in (
        (["predict", model, source, "-o", out], "is an address, which takes parts: add --workers"),
        (["predict", model, source, "-o", out, "--workers", "1"], "the connection was lost"),
        (["corpus", "inspect", f"{SCHEME}://bucket/none"], "there is no such file, folder or bucket"),
    ):
        done = CliRunner().invoke(app, [str(one) for one in command])
        assert (done.exit_code, words in done.output) == (1, True), done.output
    assert CliRunner().invoke(app, ["corpus", "inspect", source, "--article", "a1"]).exit_code == 0
    to_file = ["predict", str(model), source, "-o", str(bucket / "rows.csv")]
    assert CliRunner().invoke(app, to_file).exit_code == 0
    assert pl.read_csv(bucket / "rows.csv").height == N + 1


def test_the_model_reads_an_address_that_is_one(model, articles, bucket):
    loaded = newstance.load_model(model)
    rows = loaded.predict(newstance.Address(there(bucket, articles)))
    assert rows.equals(loaded.predict(articles))
    assert isinstance(rows, pl.DataFrame)
