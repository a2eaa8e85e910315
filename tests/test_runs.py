"""The run of a training: opened with it, ended with it, and never in the way of it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
import yaml

import newstance
from newstance.config import load_config
from newstance.tracking import Opening, environment, log_run, open_run
from newstance.tracking.process import PROCESS, is_dead, process_tags
from newstance.training import Trained, train
from small_project import write_project

SOURCE = str(Path(newstance.__file__).parents[1])
SECONDS = 300


def client_of(store: Path):
    import mlflow

    return mlflow.MlflowClient(tracking_uri=f"sqlite:///{store}/mlflow.db")


def runs_of(store: Path, experiment: str = "newstance") -> dict:
    client = client_of(store)
    found = client.search_runs([client.get_experiment_by_name(experiment).experiment_id])
    return {run.info.run_name: run for run in found}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A small training with labels, in a store of its own."""
    folder = tmp_path_factory.mktemp("trained")
    config = write_project(folder)
    (folder / "themes.csv").write_text("article_id,theme\nen-0,truce\nru-0,truce\n", "utf-8")
    before = time.time()
    made = train(load_config(config, [f"evaluation.themes={folder}/themes.csv"]))
    return SimpleNamespace(folder=folder, config=config, made=made, before=before, store=folder / "mlruns")


def texts_of(trained: SimpleNamespace, place: str) -> Path:
    client = client_of(trained.store)
    return Path(client.download_artifacts(trained.made.run_id, place))


def test_a_run_lasts_as_long_as_its_training(trained: SimpleNamespace) -> None:
    run = client_of(trained.store).get_run(trained.made.run_id)
    assert run.info.status == "FINISHED"
    assert 1000 * trained.before - 1000 <= run.info.start_time <= run.info.end_time
    steps = pl.read_csv(texts_of(trained, "tables/steps.csv"))
    assert steps["step"].to_list()[:5] == [
        "Checking config and files",
        "Reading articles",
        "Opening the run",
        "Encoding sentences",
        "Looking for translations",
    ]
    lasted = (run.info.end_time - run.info.start_time) / 1000
    assert steps["seconds"].sum() - 1 <= run.data.metrics["training/seconds"] <= lasted + 1
    assert (steps["peak_mb"].diff().drop_nulls() >= 0).all()


def test_a_run_holds_what_is_needed_to_understand_it(trained: SimpleNamespace) -> None:
    run = client_of(trained.store).get_run(trained.made.run_id)
    assert len(run.data.metrics) <= 9
    assert run.data.metrics["themes/noise"] == trained.made.results.metrics["themes/noise"]
    tags = run.data.tags
    assert tags["newstance.model"] == str(trained.made.model_folder)
    assert tags["newstance.results"] == str(trained.made.results_folder)
    assert {"mlflow.user", "newstance.host", PROCESS} <= tags.keys()
    datasets = {one.dataset.name: one for one in run.inputs.dataset_inputs}
    assert set(datasets) == {"corpus", "labels"}
    assert trained.made.results.fingerprint.startswith(datasets["corpus"].dataset.digest)
    assert [tag.value for tag in datasets["labels"].tags] == ["labels"]
    metrics = pl.read_csv(texts_of(trained, "tables/metrics.csv"))
    assert dict(metrics.iter_rows()) == trained.made.results.metrics
    assert "truce" in texts_of(trained, "plots/themes.svg").read_text("utf-8")
    assert yaml.safe_load(texts_of(trained, "environment.json").read_text()) == environment()
    codebook = yaml.safe_load(texts_of(trained, "codebook.yaml").read_text("utf-8"))
    assert codebook["targets"][0]["name"] == "Russia"


def test_the_config_and_the_results_of_a_run_can_be_read_again(trained: SimpleNamespace) -> None:
    config = load_config(texts_of(trained, "config.yaml"))
    assert config == load_config(trained.config, [f"evaluation.themes={trained.folder}/themes.csv"])
    assert newstance.load_results(texts_of(trained, "results")).equals(trained.made.results)


def test_a_training_that_fails_is_a_failed_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(write_project(tmp_path))
    monkeypatch.setattr("newstance.theme_training.map_table", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(config)
    (run,) = runs_of(tmp_path / "mlruns").values()
    assert run.info.status == "FAILED"
    assert run.data.tags["newstance.error"] == "ZeroDivisionError: division by zero"
    assert not (tmp_path / "models").exists()


def test_a_mistake_in_the_config_makes_no_run(tmp_path: Path) -> None:
    config = load_config(write_project(tmp_path), ["corpus.path=nowhere"])
    with pytest.raises(ValueError, match="nowhere"):
        train(config)
    assert not (tmp_path / "mlruns").exists()


def test_a_store_that_fails_does_not_stop_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newstance.tracking.run import TrackedRun

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(TrackedRun, "log_folder", lambda run, *_: _within(run.store, full))
    made = train(load_config(write_project(tmp_path)))
    assert (made.results_folder / "results.json").is_file()
    assert "output.tracking: MLflow could not use" in made.fault
    assert "mend the store or choose another" in made.fault
    (run,) = runs_of(tmp_path / "mlruns").values()
    assert run.info.status == "FAILED"
    assert "No space left" in run.data.tags["newstance.error"]


def test_a_store_that_is_damaged_is_told_before_the_work(tmp_path: Path) -> None:
    config = load_config(write_project(tmp_path))
    (tmp_path / "mlruns").mkdir()
    (tmp_path / "mlruns/mlflow.db").write_bytes(b"SQLite format 3\0" + bytes(4096))
    with pytest.raises(
        ValueError, match=r"mlflow.db is no whole SQLite file .*Move it away, or give another"
    ):
        train(config)
    assert not (tmp_path / "results").exists()


def _within(store: Path, work) -> None:
    from newstance.tracking.store import using

    with using(store):
        work()


STOPPED = """
import os, signal, sys
from newstance.cli import app
import newstance.training as training

found = training.find_in_corpus
def find(*args):
    print("finding", flush=True)
    os.kill(os.getpid(), {number})
    return found(*args)

training.find_in_corpus = find
app(["train", sys.argv[1]])
"""


def run_code(code: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_a_training_that_is_stopped_is_a_killed_run(tmp_path: Path) -> None:
    """SIGTERM and SIGINT end it in words; after kill -9 the next training ends its run."""
    config = str(write_project(tmp_path))
    expected = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGKILL: -9}
    for number, code in expected.items():
        done = run_code(STOPPED.format(number=int(number)), tmp_path, config)
        assert done.returncode == code, done.stderr
        assert ("stopped; nothing half-written is left" in done.stderr) == (number != signal.SIGKILL)
    runs = runs_of(tmp_path / "mlruns")
    assert {name: run.info.status for name, run in runs.items()} == {
        "mine": "KILLED",
        "mine-2": "KILLED",
        "mine-3": "RUNNING",
    }
    assert runs["mine"].data.tags["newstance.error"] == "Terminated"
    made = train(load_config(config))
    runs = runs_of(tmp_path / "mlruns")
    assert runs["mine-3"].info.status == "KILLED"
    assert "ended without a word" in runs["mine-3"].data.tags["newstance.error"]
    assert (made.run_name, made.model_folder.name) == ("mine-4", "mine")


def test_a_process_that_lives_is_not_taken_for_dead() -> None:
    mine = process_tags()[PROCESS]
    boot, pid, started = mine.split(" ")
    assert not is_dead(mine)
    assert is_dead(f"{boot} {pid} {int(started) + 1}")
    assert is_dead(f"{'0' * 36}:{boot.partition(':')[2]} {pid} {started}")
    assert not is_dead(f"{boot.partition(':')[0]}:pid:[1] {pid} {int(started) + 1}"), "another namespace"
    for unknown in (None, "", boot, f"{boot} {pid}", f"{boot} x y"):
        assert not is_dead(unknown)


MAKE = """
import sys
from pathlib import Path
from newstance.tracking import log_run
log_run(Path("store"), "e", "r", params={}, metrics={}, tags={}, artifacts=[], model_folder=None,
        dataset={"fingerprint": "00"})
"""


@pytest.mark.parametrize("n_bytes", [1, 150_000, 400_000])
def test_a_kill_while_the_store_is_made_leaves_no_ruin(tmp_path: Path, n_bytes: int) -> None:
    """Killed when the store aside has some bytes; the same command then works, and no litter stays."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAKE], cwd=tmp_path, env={**os.environ, "PYTHONPATH": SOURCE}
    )
    aside, deadline = tmp_path / "store/.mlflow.db.making", time.monotonic() + SECONDS
    while process.poll() is None and not (aside.exists() and aside.stat().st_size >= n_bytes):
        assert time.monotonic() < deadline
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert not (tmp_path / "store/mlflow.db").exists(), "it was killed too late to tell anything"
    done = run_code(MAKE, tmp_path)
    assert done.returncode == 0, done.stderr
    assert runs_of(tmp_path / "store", "e")["r"].info.status == "FINISHED"
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == [".lock", "mlflow.db"]


def test_runs_of_one_name_get_numbers(trained: SimpleNamespace) -> None:
    asked = {"params": {}, "metrics": {}, "tags": {}, "artifacts": [], "model_folder": None}
    for _ in range(3):
        log_run(trained.store, "numbers", "same", dataset={"fingerprint": "00"}, **asked)
    assert set(runs_of(trained.store, "numbers")) == {"same", "same-2", "same-3"}
    run = open_run(trained.store, Opening("numbers", "other"))
    run.rename("same-2")
    assert run.name == "other"
    run.rename("fresh")
    run.end()
    assert runs_of(trained.store, "numbers")["fresh"].info.status == "FINISHED"


def content(made: Trained) -> dict[str, bytes]:
    folders = (made.model_folder, made.results_folder)
    return {path.name: path.read_bytes() for folder in folders for path in folder.iterdir()}


def test_another_training_of_a_name_is_kept(tmp_path: Path) -> None:
    config = write_project(tmp_path)

    def run(*overrides: str, replace: bool = False) -> Trained:
        return train(load_config(config, list(overrides)), replace=replace)

    first = run()
    was = content(first)
    again = run()
    assert (again.model_folder, again.kept, again.run_name) == (first.model_folder, None, "mine-2")
    assert content(again) == was, "the same command fills the same folder with the same files"
    other = run("corpus.min_words=2")
    assert (other.model_folder.name, other.results_folder.name) == ("mine-3", "mine-3")
    assert (other.kept, other.run_name, other.results.name) == ("mine", "mine-3", "mine-3")
    assert newstance.load_model(other.model_folder).name == "mine-3"
    assert content(first) == was
    assert run("corpus.min_words=2").model_folder.name == "mine-3", "it is found again"
    newstance.load_model(first.model_folder).rename("truce", "ceasefire").save(first.model_folder)
    assert run().model_folder.name == "mine-5", "edits are not lost"
    replaced = run(replace=True)
    assert (replaced.model_folder, replaced.kept) == (first.model_folder, None)
    assert content(replaced) == was


def test_without_a_store_folders_are_numbered_alike(tmp_path: Path) -> None:
    config = write_project(tmp_path)
    none = "output.tracking=null"
    assert train(load_config(config, [none])).model_folder.name == "mine"
    made = train(load_config(config, [none, "seed=1"]))
    assert (made.model_folder.name, made.run_name, made.fault) == ("mine-2", None, None)
    (tmp_path / "articles/more.jsonl").write_text('{"id": "x", "text": "A truce in Aleppo."}\n')
    assert train(load_config(config, [none])).model_folder.name == "mine-3", "other articles"
