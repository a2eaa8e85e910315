"""Predictions in shards: the same rows, whatever stops on the way."""

import copy
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from newstance.model.saved import load_model
from newstance.scale import engine_of, predict_shards, read_predictions, shards
from newstance.scale.predict import MANIFEST
from newstance.training import Trained

N, SHARD = 45, 10
RUN = """
import sys
from pathlib import Path
from newstance.scale import predict_shards, shards
shards.SHARD_ARTICLES = int(sys.argv[4])
predict_shards(*map(Path, sys.argv[1:4]))
"""


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(shards, "SHARD_ARTICLES", SHARD)


@pytest.fixture(scope="module")
def model(quickstart: Trained) -> Path:
    return quickstart.model_folder


@pytest.fixture(scope="module")
def articles(quickstart: Trained, tmp_path_factory) -> Path:
    """Articles of the sample, and a line that is none."""
    rows = (
        quickstart.results.corpus.articles.select("article_id", "title", "text", "source").head(N).to_dicts()
    )
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    lines.insert(17, '{"article_id": "broken", "text": ')
    path = tmp_path_factory.mktemp("articles") / "articles.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def undisturbed(model, articles, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "parts"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "SHARD_ARTICLES", SHARD)
        predict_shards(model, articles, out)
    return out


@pytest.mark.parametrize("size", [1, 7, 1_000])
@pytest.mark.parametrize("level", ["article", "sentence"])
def test_the_rows_are_those_of_predict_however_the_input_is_cut(
    model, articles, tmp_path, monkeypatch, size, level
):
    monkeypatch.setattr(shards, "SHARD_ARTICLES", size)
    told = predict_shards(model, articles, tmp_path / "parts", level)
    expected = load_model(model).predict(articles, level)
    if "duplicate_of" in expected.columns:
        expected = expected.with_columns(duplicate_of=pl.lit(None, pl.String))
    parts = [pl.read_parquet(path) for path in told.files]
    assert_frame_equal(pl.concat(parts), expected)
    assert (told.n_rows, told.n_rejected, told.n_kept) == (expected.height, 1, 0)
    assert len(parts) == -(-(N + 1) // size)


@pytest.mark.parametrize("level", ["article", "sentence"])
def test_parts_read_together_know_their_reprints(model, articles, tmp_path, level):
    rows = articles.read_text("utf-8").split("\n")
    again = json.loads(rows[3]) | {"article_id": "again", "source": "Another"}
    whole = tmp_path / "articles.jsonl"
    whole.write_text("\n".join([*rows, json.dumps(again)]), encoding="utf-8")
    told = predict_shards(model, whole, tmp_path / "parts", level)
    corpus = load_model(model).read(whole)
    known = dict(corpus.articles.select("article_id", "duplicate_of").rows())
    assert known["again"] == json.loads(rows[3])["article_id"] or known[json.loads(rows[3])["article_id"]]
    read = read_predictions(tmp_path / "parts").collect()
    assert told.n_copies == corpus.copies.height > 0
    assert read["duplicate_of"].to_list() == [known[one] for one in read["article_id"]]
    assert read.drop("duplicate_of").equals(
        pl.concat(map(pl.read_parquet, told.files)).drop("duplicate_of", strict=False)
    )


def test_a_model_that_looks_for_no_reprints_finds_none(quickstart, articles, tmp_path):
    plain = copy.copy(quickstart.model)
    plain.reading = replace(plain.reading, duplicates=False)
    plain.save(tmp_path / "model")
    told = predict_shards(tmp_path / "model", articles, tmp_path / "parts")
    assert told.n_copies == 0
    assert not (tmp_path / "parts/copies.jsonl").exists()
    assert not list((tmp_path / "parts").glob("*.texts"))
    again = predict_shards(tmp_path / "model", articles, tmp_path / "parts")
    assert again.n_kept == len(told.files)
    assert read_predictions(tmp_path / "parts").collect()["duplicate_of"].null_count() == N


def test_only_finished_predictions_are_read_together(model, articles, tmp_path):
    def stop(n_articles: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict_shards(model, articles, tmp_path / "parts", progress=stop)
    with pytest.raises(ValueError, match="are not finished; run the same command again"):
        read_predictions(tmp_path / "parts")
    with pytest.raises(ValueError, match="holds no predictions"):
        read_predictions(tmp_path)


def test_the_parts_can_be_read_together(undisturbed):
    assert pl.read_parquet(undisturbed / "*.parquet").height == N
    assert json.loads((undisturbed / MANIFEST).read_text())["finished"]
    [rejected] = undisturbed.glob("*.rejected.jsonl")
    assert "articles.jsonl" in rejected.read_text()


def test_two_processes_write_the_same_bytes(model, articles, tmp_path, undisturbed):
    predict_shards(model, articles, tmp_path / "parts", engine=engine_of("local", 2))
    assert content(tmp_path / "parts") == content(undisturbed)


def test_a_stopped_run_goes_on_with_what_is_missing(model, articles, tmp_path, undisturbed):
    out, seen = tmp_path / "parts", []

    def stop(n_articles: int) -> None:
        seen.append(n_articles)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict_shards(model, articles, out, progress=stop)
    assert not json.loads((out / MANIFEST).read_text())["finished"]
    told = predict_shards(model, articles, out)
    assert told.n_kept == 3
    assert content(out) == content(undisturbed)


def test_a_killed_run_leaves_whole_parts_and_goes_on(model, articles, tmp_path, undisturbed):
    """kill -9 as soon as the second part is there, then the same command again."""
    out = tmp_path / "parts"
    command = [sys.executable, "-c", RUN, str(model), str(articles), str(out), "2"]
    running = subprocess.Popen(command)
    try:
        end = time.monotonic() + 120
        while len(list(out.glob("*.parquet"))) < 2 and running.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.005)
    finally:
        os.kill(running.pid, signal.SIGKILL)
        running.wait(timeout=60)
    for path in out.glob("*.parquet"):
        pl.read_parquet(path)
    predict_shards(model, articles, out)
    assert content(out) == content(
        undisturbed
    )  # parts of another cut are gone, and so is what lay half-written


def test_another_input_takes_over_the_folder_and_keeps_what_is_the_same(model, articles, tmp_path):
    out = tmp_path / "parts"
    predict_shards(model, articles, out)
    shorter = tmp_path / articles.name
    shorter.write_text("\n".join(articles.read_text("utf-8").split("\n")[:25]), encoding="utf-8")
    told = predict_shards(model, shorter, out)
    assert (told.n_rows, told.n_rejected, told.n_kept) == (24, 1, 2)
    assert sorted(path.name for path in out.glob("*.parquet")) == sorted(path.name for path in told.files)


@pytest.mark.parametrize(
    ("level", "wide", "message"),
    [("sentence", False, "holds the predictions of another model"), ("article", True, "another model")],
)
def test_predictions_of_another_kind_are_not_mixed(model, articles, undisturbed, level, wide, message):
    before = content(undisturbed)
    with pytest.raises(ValueError, match=message):
        predict_shards(model, articles, undisturbed, level, wide)
    assert content(undisturbed) == before


def test_a_folder_of_other_files_is_left_alone(model, articles, tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(ValueError, match=r"holds other files \(thesis.docx\); give a folder of its own"):
        predict_shards(model, articles, tmp_path)
    with pytest.raises(ValueError, match=r"is a file; with --workers it is a folder of parts"):
        predict_shards(model, articles, tmp_path / "thesis.docx")
    with pytest.raises(ValueError, match="workers: got 0, expected at least 1"):
        engine_of("local", 0)
    with pytest.raises(ValueError, match="engine: got 'spark', expected local or ray"):
        engine_of("spark", 2)
    assert content(tmp_path) == {"thesis.docx": b"mine"}


def test_long_articles_make_small_shards(monkeypatch):
    monkeypatch.setattr(shards, "SHARD_CHARACTERS", 100)

    class Found:
        text = "x" * 60

        def __repr__(self) -> str:
            return "found"

    sizes = [len(shard.found) for shard in shards.shards_of([Found() for _ in range(5)], "salt")]
    assert sizes == [2, 2, 1]


def test_a_model_that_was_replaced_is_loaded_anew(quickstart, articles, tmp_path):
    folder = tmp_path / "model"
    quickstart.model.save(folder)
    before = predict_shards(folder, articles, tmp_path / "before")
    theme = pl.read_parquet(before.files)["theme"].drop_nulls()[0]
    quickstart.model.rename(theme, "another name").save(folder)
    after = predict_shards(folder, articles, tmp_path / "after")
    assert "another name" in pl.read_parquet(after.files)["theme"].to_list()
