"""Results come back from their folder whole; a damaged or foreign folder is refused with a reason."""

import json
import os
import shutil
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import newstance
from found import awkward_results, no_results, sample_results
from newstance.cli import app
from newstance.disk import replace_folder
from newstance.report import REPORT, render
from newstance.results import MANIFEST, Results, ResultsError, load_results
from newstance.results.files import files_of, sha256_of
from newstance.summary.files import summary_tables, summary_values
from newstance.training import Trained


def write(results: Results, folder: Path) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    replace_folder(folder, files_of(results))
    return folder


def manifest_of(results: Results) -> object:
    """What vouches for the bytes of every file."""
    return files_of(results)[MANIFEST]


@pytest.fixture(scope="module")
def results() -> Results:
    return sample_results()


@pytest.fixture
def folder(results, tmp_path) -> Path:
    return write(results, tmp_path / "made")


def run(*arguments: object):
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


# There and back


@pytest.mark.parametrize("make", [sample_results, awkward_results, no_results])
def test_results_come_back_as_they_were(make, tmp_path):
    made = make()
    again = load_results(write(made, tmp_path / "made"))
    assert again.equals(made)
    assert again.corpus.notes == made.corpus.notes
    assert list(again.scores) == list(made.scores)
    assert (again.n_bootstrap, again.seed, again.fingerprint) == (
        made.n_bootstrap,
        made.seed,
        made.fingerprint,
    )
    assert render(again) == render(made)
    assert manifest_of(again) == manifest_of(made)


def test_a_training_comes_back_as_it_was(quickstart: Trained):
    again = newstance.load_results(str(quickstart.results_folder))
    assert again.equals(quickstart.results)
    assert again.config["evaluation"]["n_bootstrap"] == again.n_bootstrap
    assert "output" not in again.config
    assert again.corpus.boilerplate == quickstart.results.corpus.boilerplate


def test_figures_are_loaded_and_not_worked_out_again(folder, monkeypatch):
    monkeypatch.setattr("newstance.results.results.summarise", None)
    assert load_results(folder).summary.counts.articles > 0


def test_a_copy_with_another_part_has_figures_of_its_own(folder):
    loaded = load_results(folder)
    changed = replace(loaded, notes=["Another."])
    assert "Another." in changed.summary.notes
    assert "Another." not in loaded.summary.notes


@pytest.mark.parametrize(
    "part", ["themes", "stances", "layout", "metrics", "scores", "notes", "seed", "corpus"]
)
def test_results_that_differ_anywhere_are_not_equal(results, part):
    value = getattr(results, part)
    changes = {
        "metrics": {**results.metrics, "themes/noise": 0.06},
        "scores": {"Another title": next(iter(results.scores.values()))},
        "notes": [],
        "seed": 1,
        "corpus": replace(results.corpus, removed=results.corpus.removed.head(1)),
    }
    changed = changes[part] if part in changes else value.head(1)
    assert not results.equals(replace(results, **{part: changed}))
    assert results.equals(replace(results))


def test_the_tables_are_plain_parquet_and_json(folder, results):
    articles = pl.read_parquet(folder / "articles.parquet")
    assert {"source", "published", "theme_id", "proba"} <= set(articles.columns)
    by_outlet = pl.read_parquet(folder / "summary_stance_by_outlet.parquet")
    assert by_outlet.equals(results.summary.stance_by_outlet)
    values = json.loads((folder / "summary.json").read_text("utf-8"))
    assert values["counts"]["articles"] == articles.height


# Faults


def test_a_changed_or_missing_file_is_named(folder):
    names = [path.name for path in folder.iterdir() if path.name != MANIFEST]
    assert len(names) > 15
    for name in names:
        path = folder / name
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(ResultsError, match=f"{name}: is not as it was written"):
            load_results(folder)
        path.unlink()
        with pytest.raises(ResultsError, match=f"{name}: cannot be read: No such file"):
            load_results(folder)
        path.write_bytes(content)
    assert load_results(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[1]", "is no manifest of newstance results"),
        ('{"format": "other"}', "is no manifest of newstance results"),
        (
            '{"format": "newstance-results", "format_version": 99, "newstance": "9.0"}',
            "newstance 9.0; install",
        ),
        ('{"format": "newstance-results", "format_version": 4}', "is not as it was written"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(folder, content, message):
    (folder / MANIFEST).write_text(content, "utf-8")
    with pytest.raises(ResultsError, match=message):
        load_results(folder)


@pytest.mark.parametrize("value", [None, "x", 7, []])
@pytest.mark.parametrize("key", ["name", "notes", "scores", "seed", "boilerplate", "fingerprint", "files"])
def test_a_manifest_with_a_changed_value_is_refused(folder, key, value):
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    manifest[key] = value
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ResultsError, match="is not as it was written"):
        load_results(folder)


@pytest.mark.parametrize("value", [None, "x", 7, [], {"a": None}])
@pytest.mark.parametrize("key", ["scores", "boilerplate", "files", "stance_langs"])
def test_a_sealed_manifest_with_a_changed_value_is_refused_in_words(folder, key, value):
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    del manifest["sha256"]
    manifest[key] = value
    (folder / MANIFEST).write_text(json.dumps(manifest | {"sha256": sha256_of(manifest)}), "utf-8")
    with suppress(ResultsError):  # some of them may be values that results have
        load_results(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="makes pipes")
@pytest.mark.parametrize("name", ["articles.parquet", "metrics.json"])
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(ResultsError, match=f"{name}: is no plain file"):
        load_results(folder)


def test_paths_that_are_no_results_say_why(folder, tmp_path):
    for path, message in (
        (tmp_path / "none", "there is no such folder"),
        (folder / MANIFEST, "is a file"),
        (tmp_path, "There are results in it: made"),
    ):
        with pytest.raises(ResultsError, match=message):
            load_results(path)


def test_other_files_in_the_folder_are_left_alone(folder):
    (folder / "my notes.txt").write_text("mine", "utf-8")
    assert load_results(folder)


# The page again


def test_the_report_is_built_again_byte_by_byte(quickstart: Trained, tmp_path):
    folder = shutil.copytree(quickstart.results_folder, tmp_path / "copy")
    before = (folder / REPORT).read_bytes()
    (folder / REPORT).unlink()
    assert run(folder).exit_code == 0
    assert (folder / REPORT).read_bytes() == before
    done = run(folder, "-o", tmp_path / "page.html")
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path}/page.html is ready\n")
    assert (tmp_path / "page.html").read_bytes() == before


def test_the_report_speaks_russian_and_leaves_texts_out(folder, results, tmp_path):
    page = tmp_path / "page.html"
    assert run(folder, "-o", page, "--lang", "ru", "--no-texts").exit_code == 0
    assert page.read_text("utf-8") == render(results, "ru", with_texts=False)
    assert run(folder, "--lang", "xx").exit_code == 2


@pytest.mark.parametrize("there_is_one", [True, False])
def test_the_report_is_opened_or_said_to_wait(folder, monkeypatch, there_is_one):
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: asked.append(address) or there_is_one)
    done = run(folder, "--open")
    assert done.exit_code == 0
    assert asked == [(folder / REPORT).as_uri()]
    assert ("no browser was found" in done.stderr) != there_is_one


def test_a_model_is_told_to_have_no_report(folder, tmp_path):
    model = tmp_path / "models" / "made"
    model.mkdir(parents=True)
    (model / "manifest.json").write_text("{}", "utf-8")
    done = run(model)
    assert done.exit_code == 1
    assert "is a model, which holds no articles" in done.stderr
    assert "as results/quickstart" in done.stderr
    (tmp_path / "results").mkdir()
    folder.rename(tmp_path / "results" / "made")
    assert f"newstance report {tmp_path / 'results' / 'made'}" in run(model).stderr


def test_a_report_that_cannot_be_built_or_written_is_one_message(folder, tmp_path):
    for arguments, message in (
        ([tmp_path / "none"], "there is no such folder"),
        ([folder, "-o", tmp_path], "--out"),
        ([folder, "-o", tmp_path / "none" / "page.html"], "--out"),
    ):
        done = run(*arguments)
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
        assert message in done.stderr
    assert not (folder / REPORT).exists()


def test_a_summary_is_saved_with_its_results(folder, results):
    files = files_of(results)
    assert files["summary.json"] == summary_values(results.summary)
    assert {f"{name}.parquet" for name in summary_tables(results.summary)} <= set(files)
