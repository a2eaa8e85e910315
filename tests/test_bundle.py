"""Saved models: what goes in comes out, damage is named, and no accident leaves half a model."""

import hashlib
import json
import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from polars.testing import assert_frame_equal

import newstance
from newstance.model.bundle import Bundle, load_bundle, save_bundle
from newstance.model.content import ARRAY_DTYPES, ModelError, decode_arrays, decode_table, encode_arrays
from newstance.model.news_model import NewsModel
from newstance.model.saved import load_model, to_bundle
from newstance.tables import THEMES

SOURCE = str(Path(newstance.__file__).parents[1])


def bundle(seed: int = 0) -> Bundle:
    random = np.random.default_rng(seed)
    themes = pl.DataFrame(
        {
            "theme_id": [0, 1],
            "name": ["перемирие", "counter-terrorism"],
            "named_by": ["codebook", "keywords"],
            "level": [0, 0],
            "parent": [None, None],
            "keywords": [[{"lang": "ru", "words": ["перемирие", "Сирия"]}], []],
            "size": [12, 5],
            "n_sources": [3, 2],
            "n_langs": [2, 1],
            "lang_entropy": [0.9, 0.0],
            "stability": [0.7, None],
            "median_proba": [0.8, None],
            "n_near_misses": [2, 0],
            "examples": [[{"article_id": "a1", "sentence": 1, "text": "The truce held."}], []],
        },
        schema=THEMES,
    )
    days = pl.DataFrame({"day": [date(2016, 9, 10)], "label": pl.Series(["a"], dtype=pl.Enum(["a", "b"]))})
    return Bundle(
        name="quickstart",
        meta={
            "encoder": {"name": "shipped", "fingerprint": "00ff"},
            "labels": ["favor", "none"],
            "seed": seed,
        },
        arrays={"coef": random.normal(size=(3, 8)), "mean": random.normal(size=8).astype(np.float32)},
        tables={"themes": themes, "days": days},
        texts={"MODEL_CARD.md": "# Карточка\r\n", "config.yaml": "name: quickstart\n", "examples.jsonl": ""},
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def visible(folder: Path) -> set[str]:
    """What a save leaves, beside the empty lock file."""
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


def rewrite(folder: Path, **changes) -> None:
    """Change the manifest and make its own hash fit again, as somebody with bad intent would."""
    path = folder / "manifest.json"
    manifest = {key: value for key, value in json.loads(path.read_text()).items() if key != "sha256"}
    manifest |= changes
    text = json.dumps(manifest, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    manifest["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(manifest))


def put(folder: Path, name: str, content: bytes) -> None:
    """Put a file into a model and list it with the right hash."""
    (folder / name).write_bytes(content)
    files = json.loads((folder / "manifest.json").read_text())["files"]
    files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    rewrite(folder, files=files)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    save_bundle(bundle(), tmp_path / "quickstart")
    return tmp_path / "quickstart"


def test_a_bundle_comes_back_as_it_was(model: Path):
    saved, loaded = bundle(), load_bundle(model)
    assert (loaded.name, loaded.meta, loaded.texts) == (saved.name, saved.meta, saved.texts)
    assert loaded.arrays.keys() == saved.arrays.keys()
    for name, array in saved.arrays.items():
        np.testing.assert_array_equal(loaded.arrays[name], array, strict=True)
    for name, table in saved.tables.items():
        assert_frame_equal(loaded.tables[name], table)
    assert loaded.tables.keys() == saved.tables.keys()


def test_equal_bundles_give_equal_bytes(model: Path, tmp_path: Path):
    again = bundle()
    chunked = {name: pl.concat([t[:1], t[1:]], rechunk=False) for name, t in again.tables.items()}
    backwards = Bundle(again.name, again.meta, dict(reversed(again.arrays.items())), chunked, again.texts)
    save_bundle(backwards, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(model)
    assert {"manifest.json", "arrays.safetensors", "themes.parquet", "MODEL_CARD.md"} <= contents(
        model
    ).keys()


@given(
    hnp.arrays(
        st.sampled_from(sorted(ARRAY_DTYPES)),
        hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3),
    )
)
def test_arrays_keep_dtype_and_shape(array: np.ndarray):
    for view in (array, array.T, array[..., ::-1] if array.ndim else array):
        back = decode_arrays(Path("a"), encode_arrays(Path("a"), {"x": view}))["x"]
        np.testing.assert_array_equal(back, view, strict=True)


def test_a_model_is_replaced_and_nothing_else_stays(model: Path, tmp_path: Path):
    (tmp_path / f".quickstart.tmp-{'0' * 16}").mkdir()
    (tmp_path / ".quickstart.tmp-notes").mkdir()
    save_bundle(bundle(seed=1), model)
    assert load_bundle(model).meta["seed"] == 1
    assert visible(tmp_path) == {"quickstart", ".quickstart.tmp-notes"}


def test_an_empty_bundle_and_an_empty_folder_will_do(tmp_path: Path):
    (tmp_path / "m").mkdir()
    save_bundle(Bundle("m"), tmp_path / "m")
    assert load_bundle(tmp_path / "m").arrays == {}


@pytest.mark.parametrize(
    "name", ["manifest.json", "arrays.safetensors", "themes.parquet", "days.parquet", "MODEL_CARD.md"]
)
def test_a_flipped_bit_is_noticed_wherever_it_is(model: Path, name: str):
    whole = (model / name).read_bytes()
    for place in np.linspace(0, len(whole) - 1, 25).astype(int):
        if name == "manifest.json" and whole[place : place + 1].isspace():
            continue  # a blank less changes nothing of what a manifest says
        (model / name).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ModelError, match=r"damaged|no newstance model|made by newstance"):
            load_bundle(model)
    (model / name).write_bytes(whole[:-2])
    if name != "manifest.json":
        with pytest.raises(ModelError, match=rf"{name}: is damaged.*train again"):
            load_bundle(model)


def test_a_missing_file_is_named(model: Path):
    (model / "themes.parquet").unlink()
    with pytest.raises(ModelError, match=r"themes\.parquet: is missing"):
        load_bundle(model)


def test_a_folder_in_the_place_of_a_file_is_named(model: Path):
    (model / "config.yaml").unlink()
    (model / "config.yaml").mkdir()
    with pytest.raises(ModelError, match=r"config\.yaml: is no plain file"):
        load_bundle(model)


LITTER = (
    *(".DS_Store", "._manifest.json", "._.DS_Store", "Icon\r", "Thumbs.db", "thumbs.db", "Desktop.ini"),
    *(".directory", ".gitkeep", ".nfs0000a1", ".Trash-1000", ".manifest.json.swp", "manifest.json~"),
    *("#config.yaml#", ".~lock.days.csv#", "~$config.yaml"),
)


def test_what_file_managers_and_editors_leave_is_no_part_of_a_model(model: Path, tmp_path: Path):
    for name in LITTER:
        (model / name).write_bytes(b"\0")
    for name in (".ipynb_checkpoints", "@eaDir"):
        (model / name).mkdir()
        (model / name / "manifest.json").write_bytes(b"{}")
    assert load_bundle(model).meta["seed"] == 0
    save_bundle(bundle(seed=1), model)
    assert load_bundle(model).meta["seed"] == 1
    assert all(not path.name.startswith(".") for path in model.iterdir())
    (tmp_path / "fresh").mkdir()
    (tmp_path / "fresh" / ".DS_Store").write_bytes(b"")
    save_bundle(bundle(), tmp_path / "fresh")


@pytest.mark.parametrize("name", [".git", ".env", ".dvc", ".notes.txt"])
def test_hidden_files_of_a_person_are_ignored_by_a_load_and_never_deleted(model: Path, name: str):
    (model / name).write_bytes(b"mine")
    assert load_bundle(model).name == "quickstart"
    with pytest.raises(ModelError, match=f"holds {name}, which saving the model would delete"):
        save_bundle(bundle(seed=1), model)
    assert (model / name).read_bytes() == b"mine"


def test_an_extra_file_is_named_and_not_deleted(model: Path):
    (model / "notes.txt").write_text("mine")
    with pytest.raises(ModelError, match=r"notes\.txt does not belong to the model"):
        load_bundle(model)
    with pytest.raises(ModelError, match=r"holds notes\.txt, which saving the model would delete"):
        save_bundle(bundle(seed=1), model)
    assert (model / "notes.txt").read_text() == "mine"


def test_a_newer_model_says_what_to_do(model: Path):
    rewrite(model, format_version=7, versions={"newstance": "9.1"})
    with pytest.raises(
        ModelError,
        match=r"made by newstance 9\.1 with model format 7.*reads up to 2.*Install the one that made it",
    ):
        load_bundle(model)


@pytest.mark.parametrize("content", [None, "[]", '{"format": "mlflow"}', "{" * 100_000])
def test_a_foreign_folder_is_no_model_and_is_not_replaced(tmp_path: Path, content: str | None):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(b"x")
    if content is not None:
        (folder / "manifest.json").write_text(content)
    with pytest.raises(ModelError, match=r"no newstance model: .* `newstance train` wrote|not JSON"):
        load_bundle(folder)
    with pytest.raises(ModelError, match="may not be replaced"):
        save_bundle(bundle(), folder)
    assert (folder / "photo.jpg").exists()
    assert visible(tmp_path) == {"photos"}


def test_paths_that_are_no_models_say_why(model: Path, tmp_path: Path):
    with pytest.raises(ModelError, match=r"there is no such folder"):
        load_bundle(tmp_path / "quickstrat")
    with pytest.raises(ModelError, match=r"it is a file"):
        load_bundle(model / "config.yaml")
    with pytest.raises(ModelError, match=r"The models in it: quickstart\."):
        load_bundle(tmp_path)


class Boom:
    def __reduce__(self):
        return os.mkdir, ("boom",)


@pytest.mark.parametrize("name", ["themes.parquet", "arrays.safetensors", "examples.jsonl", "head.pkl"])
def test_a_smuggled_pickle_is_refused_and_never_run(
    model: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    put(model, name, pickle.dumps(Boom()))
    with pytest.raises(ModelError, match=name):
        load_bundle(model)
    assert not (tmp_path / "boom").exists()


@pytest.mark.parametrize(
    "name",
    ["../secret.md", "/etc/secret.md", "a/b.md", "a\\b.md", ".hidden.md", "more.safetensors", "x.py", ""],
)
def test_a_manifest_cannot_point_elsewhere(model: Path, name: str):
    (model.parent / "secret.md").write_text("secret")
    entry = {"bytes": 6, "sha256": hashlib.sha256(b"secret").hexdigest()}
    rewrite(model, files={name: entry})
    with pytest.raises(ModelError, match="which no model of newstance holds"):
        load_bundle(model)


@pytest.mark.parametrize(
    "entry", [None, {"bytes": -1, "sha256": ""}, {"bytes": 10**13, "sha256": ""}, {"bytes": 1}]
)
def test_forged_sizes_are_refused(model: Path, entry: object):
    rewrite(model, files={"a.md": entry})
    with pytest.raises(ModelError, match=r"size or hash|more than"):
        load_bundle(model)


def test_tables_of_strange_types_or_sizes_are_refused(tmp_path: Path):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"x": [{"raw": b"\x80"}]}).write_parquet(path)
    with pytest.raises(ModelError, match="column 'x' is of Binary"):
        decode_table(path, path.read_bytes())
    pl.select(pl.repeat(True, 1_000_001, dtype=pl.Boolean)).write_parquet(path)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(ModelError, match="1000001 rows"):
        decode_table(path, path.read_bytes())


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (Bundle("m", arrays={"x": np.array([None])}), "array 'x' is of object"),
        (Bundle("m", arrays={"x": np.array(["text"])}), "array 'x' is of <U4"),
        (Bundle("m", arrays={"x": np.zeros(2, dtype=[("a", "f4")])}), "array 'x' is of"),
        (Bundle("m", arrays={"x": np.zeros((1,) * 5)}), "shape"),
        (Bundle("m", tables={"t": pl.DataFrame({"x": pl.Series([object()], dtype=pl.Object)})}), "Object"),
        (Bundle("m", tables={"../t": pl.DataFrame()}), "cannot be a file of a model"),
        (Bundle("m", texts={"manifest.json": "{}"}), "cannot be a file of a model"),
        (Bundle("m", texts={"model.pkl": ""}), "is named"),
        (Bundle("m", texts={"a.md": "\ud800"}), "not valid Unicode"),
        (Bundle("m", texts={"a.md": "", "A.md": ""}), "case of letters"),
        (Bundle("m", meta={"x": float("nan")}), r"meta\['x'\] is not plain JSON"),
        (Bundle("m", meta={"x": Path("a")}), r"meta\['x'\] is not plain JSON"),
        (Bundle("m", meta={"x": (1, 2)}), r"meta\['x'\] would come back changed"),
        (Bundle("m", meta={"x": {1: "a"}}), r"meta\['x'\] would come back changed"),
    ],
)
def test_what_a_model_cannot_hold_is_refused_before_anything_is_written(
    tmp_path: Path, bad: Bundle, message: str
):
    with pytest.raises(ModelError, match=message):
        save_bundle(bad, tmp_path / "m")
    assert not any(tmp_path.iterdir())


def test_readers_see_the_old_or_the_new_model_while_it_is_replaced(model: Path):
    done = threading.Event()

    def read() -> list[int]:
        seen = []
        while not done.is_set():
            seen.append(load_bundle(model).meta["seed"])
        return seen

    with ThreadPoolExecutor() as threads:
        reader = threads.submit(read)
        for seed in range(1, 40):
            save_bundle(bundle(seed), model)
        done.set()
    assert len(reader.result()) > 5
    assert reader.result() == sorted(reader.result())


# A child is killed (SIGKILL) at the n-th file operation of a save, for every n there is: the hook sees
# each open, mkdir, rename and unlink under the folder just before it happens.
KILLED_AT_EVERY_STEP = """
import os, signal, sys
from pathlib import Path
import numpy as np
from newstance.model.bundle import Bundle, load_bundle, save_bundle

parent = Path(sys.argv[1])

def model(seed):
    return Bundle("m", {"seed": seed}, {"x": np.full(1000, seed)}, texts={"a.md": str(seed)})

def child(step):
    left = [step]
    def hook(event, arguments):
        if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"):
            if str(parent) in str(arguments[0]) or event in ("os.remove", "os.rmdir"):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    save_bundle(model(1), parent / "m")
    os._exit(0)

killed = 0
while True:
    save_bundle(model(0), parent / "m")
    assert {path.name for path in parent.iterdir()} == {"m", ".m.lock"}, list(parent.iterdir())
    process = os.fork()
    if process == 0:
        child(killed + 1)
    if os.waitpid(process, 0)[1] == 0:
        break
    killed += 1
    loaded = load_bundle(parent / "m")
    seed = loaded.meta["seed"]
    assert loaded.texts["a.md"] == str(seed) and (loaded.arrays["x"] == seed).all()
    print(killed, seed)
"""


def run(script: str, *arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked children")
def test_a_kill_at_any_step_leaves_the_old_model_or_the_new(tmp_path: Path):
    seeds = [line.split()[1] for line in run(KILLED_AT_EVERY_STEP, str(tmp_path)).splitlines()]
    assert len(seeds) >= 8
    assert seeds == sorted(seeds)
    assert {"0", "1"} == set(seeds)


DISK_FULL = """
import resource, sys
from pathlib import Path
import numpy as np
from newstance.model.bundle import Bundle, load_bundle, save_bundle
from newstance.model.content import ModelError

folder = Path(sys.argv[1]) / "m"
save_bundle(Bundle("m", {"seed": 0}), folder)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save_bundle(Bundle("m", {"seed": 1}, {"x": np.zeros(100_000)}), folder)
except ModelError as error:
    print(error)
assert load_bundle(folder).meta["seed"] == 0
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files by setrlimit")
def test_a_full_disk_leaves_the_old_model_and_nothing_half_written(tmp_path: Path):
    message = run(DISK_FULL, str(tmp_path))
    assert "could not be written" in message
    assert "unchanged" in message
    assert visible(tmp_path) == {"m"}


def test_excluded_phrases_are_kept_and_earlier_folders_have_none(tmp_path):
    earlier = load_model(Path(__file__).parent / "data" / "model_format_1")
    assert not any(earlier.stance_model.exclude.values())
    assert not earlier.stance_model.head.folds
    assert earlier.stance_model.head.possible_from is None
    head = replace(earlier.stance_model.head, folds=True, possible_from=np.array([0.2, 0.3, 0.4]))
    stance = replace(earlier.stance_model, head=head, exclude={"Russia": ["banned in Russia"]})
    model = NewsModel("again", earlier.themes, earlier.theme_model, stance, earlier.encoder, earlier.reading)
    texts = {"MODEL_CARD.md": "# again\n", "config.yaml": "name: again\n"}
    save_bundle(to_bundle(model, ["Russia is banned in Russia."], texts), tmp_path / "again")
    loaded = load_model(tmp_path / "again")
    assert loaded.stance_model.head.folds
    assert loaded.stance_model.head.possible_from.tolist() == [0.2, 0.3, 0.4]
    assert loaded.stance_model.exclude == {
        target: stance.exclude.get(target, []) for target in loaded.targets
    }
    found = loaded.predict("Russia is banned in Russia.", level="sentence")
    assert found.filter(pl.col("target") == "Russia").select("start", "mention_start").rows() == [(0, 0)]
