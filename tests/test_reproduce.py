"""A run made again from its record: the same comes out, and what has changed is told."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from newstance.cli import app
from newstance.config import load_config
from newstance.progress import Silence
from newstance.runs.reproduce import Reproduction, reproduce
from newstance.tracking import TrackingError
from newstance.training import train
from small_project import write_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trained project; its folder is the working directory."""
    monkeypatch.chdir(tmp_path)
    train(load_config(write_project(tmp_path), ["seed=3"]))
    return tmp_path


def again(given: str, **options) -> Reproduction:
    return reproduce(given, "mlruns", Silence(), **options)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_the_same_comes_out_of_the_same(project: Path) -> None:
    before = files(project)
    for given in ("mine", "results/mine", "models/mine"):
        found = again(given)
        assert (found.changed, found.model_same, found.is_same) == ({}, True, True)
        assert found.versions.is_empty()
        assert "articles.parquet" in found.files["file"].to_list()
        assert found.comparison.config.is_empty()
    assert files(project) == before, "nothing is kept"
    shown = CliRunner().invoke(app, ["reproduce", "mine"])
    assert shown.exit_code == 0, shown.output
    assert "The same: all" in shown.output


def test_changed_articles_are_told_and_stop_it(project: Path) -> None:
    with (project / "articles/en.jsonl").open("a") as file:
        file.write('{"id": "x", "text": "One more text on football and cups."}\n')
    found = again("mine")
    assert set(found.changed) == {"corpus.path"}
    assert (found.is_same, found.comparison) == (False, None)
    found = again("mine", anyway=True)
    assert not found.is_same
    differ = found.files.filter(~found.files["same"])["file"].to_list()
    assert "articles.parquet" in differ
    assert "removed.parquet" not in differ
    assert not found.comparison.same_data
    shown = CliRunner().invoke(app, ["reproduce", "mine", "--anyway"])
    assert shown.exit_code == 1
    assert "changed corpus.path: its files had the hash" in shown.output
    assert "mine came out otherwise" in shown.output


def test_other_versions_are_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from newstance.tracking import environment

    monkeypatch.setattr("newstance.runs.reproduce.environment", lambda: {**environment(), "numpy": "0.1"})
    assert [row[0] for row in again("mine").versions.rows()] == ["numpy"]


def test_what_cannot_be_made_again_is_told(project: Path) -> None:
    with pytest.raises(TrackingError, match="no finished run in mlruns wrote this folder"):
        again("articles")
    with pytest.raises(TrackingError, match="There are mine"):
        again("other")
    (project / "articles/en.jsonl").unlink()
    (project / "articles/ru.jsonl").unlink()
    (project / "articles").rmdir()
    found = again("mine")
    assert "articles cannot be read: no such file" in found.changed["files"]
    assert not found.is_same
