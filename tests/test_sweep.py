"""A training for each combination of settings: nested runs, taken up again, several at once."""

import multiprocessing
import time
from pathlib import Path
from threading import Thread

import polars as pl
import pytest
from typer.testing import CliRunner

import newstance
from newstance.cli import app
from newstance.config import ConfigError
from newstance.progress import Silence
from newstance.recorder import RunOptions
from newstance.runs.sweep import Options, plan, sweep
from newstance.runs.workers import KILLED, Job, run_jobs
from newstance.tracking.find import find_runs
from small_project import write_project


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_project(tmp_path)


def test_a_plan_is_every_combination_under_a_name_of_its_own(config: Path) -> None:
    found = plan(config, ["seed=0,1", "themes.name_lang=en,ru", "corpus.langs=[en],[en, ru]", "stance.C=0.5"])
    assert len(found) == 8
    assert len({one.config.name for one in found}) == 8
    first = found[0]
    assert first.values == {
        "seed": "0",
        "themes.name_lang": "en",
        "corpus.langs": '["en"]',
        "stance.C": "0.5",
    }
    assert (first.config.corpus.langs, first.config.stance.C) == (("en",), 0.5)
    assert first.config.name.startswith("seed-0_name_lang-en_langs-en_C-0.5-")
    assert first.results.parent == config.parent / "results/mine-sweep"
    again = plan(config, ["themes.name_lang=en", "stance.C=0.5", "seed=0", "corpus.langs=[en]"])
    assert again[0].fingerprint == first.fingerprint, "the order of the settings plays no part"
    (config.parent / "articles/more.jsonl").write_text('{"id": "x", "text": "A truce."}\n', "utf-8")
    assert plan(config, ["seed=0"])[0].fingerprint != plan(config, ["seed=1"])[0].fingerprint
    fresh = plan(config, ["themes.name_lang=en", "stance.C=0.5", "seed=0", "corpus.langs=[en]"])
    assert fresh[0].fingerprint != first.fingerprint, "other articles are another combination"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["seed"], "'seed': a setting has the form key=value,value"),
        (["seed="], "a setting has the form"),
        (["seed=[1"], "its values are not YAML"),
        (["seed=1", "seed=2"], "a key of the sweep is given twice"),
        (["themes.n_split=1,2"], "Did you mean 'n_splits'"),
        (["seed=0,x"], "seed: got 'x'"),
    ],
)
def test_what_cannot_be_swept_is_told_before_any_training(config: Path, settings: list, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        sweep(config, settings, Options())
    assert sorted(path.name for path in config.parent.iterdir()) == ["articles", "run.yaml"]


def statuses(config: Path) -> dict[str, str]:
    return {run.name: run.status for run in find_runs(config.parent / "mlruns", "newstance", {})}


def test_a_sweep_goes_on_where_it_was(config: Path) -> None:
    told: list[tuple[str, str]] = []
    options = Options(
        by="themes/noise", told=lambda one, done: told.append((one.values["seed"], done.status))
    )
    first = sweep(config, ["seed=1,2"], options)
    assert told == [("1", "finished"), ("2", "finished")]
    assert first.table.select("seed", "metric", "status").rows() == [
        ("1", 0.0, "finished"),
        ("2", 0.0, "finished"),
    ]
    assert newstance.load_results(first.table["results"][0]).seed == 1
    runs = find_runs(config.parent / "mlruns", "newstance", {})
    (whole,) = (run for run in runs if "newstance.sweep" in run.tags)
    assert (whole.name, whole.status) == ("mine-sweep", "FINISHED")
    assert {run.tags["mlflow.parentRunId"] for run in runs if run != whole} == {whole.run_id}
    assert whole.download("sweep.csv").read_text("utf-8").startswith("seed,metric")
    told.clear()
    second = sweep(config, ["seed=2,3"], options)
    assert told == [("2", "found"), ("3", "finished")]
    assert second.table["status"].to_list() == ["found", "finished"]
    assert list(statuses(config).values()) == ["FINISHED"] * 4


def test_a_combination_that_fails_does_not_stop_the_others(config: Path) -> None:
    shown = CliRunner().invoke(
        app,
        ["sweep", str(config), "encoder.model=no/such/model,shipped", "--by", "themes/noise", "-o", "t.csv"],
    )
    assert shown.exit_code == 1
    assert "encoder.model=no/such/model: failed (ConfigError: encoder.model:" in shown.output
    table = pl.read_csv("t.csv")
    assert table["status"].to_list() == ["finished", "failed"]
    assert table["metric"].to_list() == [0.0, None]


def test_an_interrupt_keeps_what_is_finished(config: Path) -> None:
    """Two at once; the first that is over interrupts, and the other one is ended."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    settings = ["seed=1,2,3"]
    with pytest.raises(KeyboardInterrupt):
        sweep(config, settings, Options(jobs=2, told=stop))
    assert not multiprocessing.active_children()
    assert statuses(config)["mine-sweep"] == "KILLED"
    assert "RUNNING" not in statuses(config).values()
    told: list[str] = []
    sweep(config, settings, Options(jobs=2, told=lambda _, done: told.append(done.status)))
    assert sorted(told)[-1] == "found"
    assert len(told) == 3
    finished = plan(config, settings)
    assert all(newstance.load_results(one.results).seed == one.config.seed for one in finished)


def test_a_worker_that_is_killed_is_a_failed_combination(config: Path) -> None:
    jobs = [Job(one.config, RunOptions()) for one in plan(config, ["seed=1,2"])]
    killer = Thread(target=kill_two_children)
    killer.start()
    outcomes = dict(run_jobs(jobs, 2, Silence()))
    killer.join()
    assert {outcome.error for outcome in outcomes.values()} == {KILLED}


def kill_two_children() -> None:
    deadline = time.monotonic() + 60
    while len(multiprocessing.active_children()) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    for child in multiprocessing.active_children():
        child.kill()


def test_the_metric_decides_which_end_is_best(config: Path) -> None:
    with pytest.raises(ValueError, match="no combination has the metric 'themes/nois'"):
        sweep(config, ["seed=1"], Options(by="themes/nois"))
    settings = ["corpus.duplicates=false,true"]
    assert sweep(config, settings, Options(by="corpus/reprints")).table["metric"].to_list() == [6, 0]
    by_noise = sweep(config, ["seed=1", *settings], Options(by="themes/noise")).table
    assert by_noise["metric"].to_list() == sorted(by_noise["metric"])
