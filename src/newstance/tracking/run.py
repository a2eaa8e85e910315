"""Runs in MLflow: opened when the work begins, ended as it ends, with what went in, what came out, and the
model, in a folder, a SQLite file or on a server.

Of MLflow's global state (tracking URI, active run and experiment) a notebook keeps its own.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newstance.stores import Store
from newstance.tracking.keys import tag_text
from newstance.tracking.logged_model import log_model
from newstance.tracking.process import HOST, PROCESS, is_dead, process_tags
from newstance.tracking.source import source_tags
from newstance.tracking.store import TrackingError, checked, client_of, open_store, store_lock, using
from newstance.tracking.values import log_datasets, log_values
from newstance.version import __version__

if TYPE_CHECKING:
    from mlflow import MlflowClient

ERROR, PARENT = "newstance.error", "mlflow.parentRunId"
ENDED_WITHOUT_A_WORD = "its process ended without a word, as by kill -9 or for want of memory"
MOST_RUNS = 1000


@dataclass(frozen=True)
class Opening:
    """What is known of a run when it begins: ``began`` in seconds since 1970, None for now; ``parent`` the
    id of the run it belongs to. ``params`` may be nested (keys become a.b.c)."""

    experiment: str
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    began: float | None = None
    parent: str | None = None


class TrackedRun:
    """A run that is open in a store. ``name`` is that of no other run of its experiment; ``others`` are
    their names. Every method raises ``TrackingError`` where the store refuses."""

    def __init__(self, store: Store, client: "MlflowClient", run: Any, others: set[str]) -> None:
        self.store, self.others = store, others
        self.run_id: str = run.info.run_id
        self.name: str = run.info.run_name
        self._client = client
        self._experiment_id: str = run.info.experiment_id
        self._began: int = run.info.start_time  # milliseconds since 1970

    def rename(self, name: str) -> None:
        """Give the run another name, unless another run has it."""
        if name not in self.others:
            with using(self.store):
                self._client.update_run(self.run_id, name=name)
            self.name = name

    def log(self, metrics: Mapping[str, float], tags: Mapping[str, str]) -> None:
        """Log numbers and tags."""
        with using(self.store):
            log_values(self._client, self.run_id, {}, metrics, tags)

    def log_datasets(self, datasets: Sequence[Mapping[str, Any]]) -> None:
        """Log what went in; see ``values.log_datasets``."""
        _check_datasets(datasets)
        with using(self.store):
            log_datasets(self._client, self.run_id, datasets, self.name)

    def log_artifacts(self, paths: Iterable[Path], texts: Mapping[str, str] | None = None) -> None:
        """Log files and folders under their names, and ``texts`` by their place among the artifacts."""
        with using(self.store):
            for path in paths:
                self._client.log_artifact(self.run_id, str(path))
            for place, text in (texts or {}).items():
                self._client.log_text(self.run_id, text, place)

    def log_folder(self, folder: Path, place: str) -> None:
        """Log what is in ``folder`` below ``place`` among the artifacts."""
        with using(self.store):
            self._client.log_artifacts(self.run_id, str(folder), place)

    def log_model(self, folder: Path, registered_name: str | None = None) -> None:
        """Log a model folder as pyfunc; under ``registered_name`` it is the newest of the registry too."""
        with using(self.store):
            log_model(self._client, self._experiment_id, self.run_id, folder.resolve(), registered_name)

    def end(self, status: str = "FINISHED", error: BaseException | None = None) -> None:
        """End the run as FINISHED, FAILED or KILLED; the error becomes a tag."""
        with using(self.store):
            if error is not None:
                told = f"{type(error).__name__}: {error}".strip().removesuffix(":")
                self._client.set_tag(self.run_id, ERROR, tag_text(told))
            # A clock that was set back during the run makes it no shorter than nothing.
            now = max(int(1000 * time.time()), self._began)
            self._client.set_terminated(self.run_id, status, now)


def open_run(store: Store, opening: Opening) -> TrackedRun:
    """Open a run in ``store``, a folder or an address, which is made if need be.

    Its name gets a number where another run of the experiment has it ("quickstart-2"). Runs of this machine
    whose process is dead are ended as KILLED. Raises ``TrackingError``.
    """
    store = checked(store)
    with using(store):
        client, experiment_id = open_store(store, opening.experiment)
        _end_runs_of_the_dead(client, experiment_id)
        tags = {**source_tags(Path.cwd()), **process_tags(), "newstance.version": __version__, **opening.tags}
        if opening.parent is not None:
            tags[PARENT] = opening.parent
        began = None if opening.began is None else int(1000 * opening.began)
        with store_lock(store):  # so that no two processes take one name
            others = _names(client, experiment_id)
            name = next(name for name in numbered(opening.name) if name not in others)
            # The tags come with the run: one without them could never be known to be of a dead process.
            known = {key: tag_text(value) for key, value in tags.items()}
            run = client.create_run(experiment_id, start_time=began, tags=known, run_name=name)
        log_values(client, run.info.run_id, opening.params, {}, {})
    return TrackedRun(store, client, run, others)


def reopen_run(store: Store, run_id: str) -> TrackedRun:
    """Take up a run again that has ended; it is RUNNING until it is ended anew. Raises ``TrackingError``."""
    store = checked(store)
    with using(store):
        client = client_of(store)
        client.update_run(run_id, status="RUNNING")
        log_values(client, run_id, {}, {}, process_tags())
        run = client.get_run(run_id)
        others = _names(client, run.info.experiment_id) - {run.info.run_name}
    return TrackedRun(store, client, run, others)


@contextmanager
def ended(run: TrackedRun) -> Iterator[TrackedRun]:
    """End ``run`` as what is done within ends: FINISHED, FAILED, or KILLED by an interrupt."""
    try:
        yield run
    except BaseException as error:
        killed = isinstance(error, KeyboardInterrupt)
        with suppress(TrackingError):  # the first error is the one to be told
            run.end("KILLED" if killed else "FAILED", error)
        raise
    run.end()


def log_run(
    store: Store,
    experiment: str,
    run_name: str,
    *,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    artifacts: list[Path],
    model_folder: Path | None,
    dataset: Mapping[str, Any],
) -> str:
    """Log work that is done as one run in ``store``; returns its id.

    ``dataset`` needs "fingerprint". ``artifacts`` are files or folders. Raises ``TrackingError`` before
    anything is logged if an artifact or the fingerprint is missing, and when MLflow refuses.
    """
    store = checked(store)
    _check_datasets([dataset])
    _check_artifacts(artifacts, model_folder)
    tags = {"dataset.fingerprint": str(dataset["fingerprint"]), **tags}
    opening = Opening(experiment, run_name, params, tags, time.time())
    with ended(open_run(store, opening)) as run:
        run.log(metrics, {})
        run.log_datasets([dataset])
        run.log_artifacts(artifacts)
        if model_folder is not None:
            run.log_model(Path(model_folder))
    return run.run_id


def numbered(name: str) -> Iterator[str]:
    """``name``, ``name``-2, ``name``-3 and so on."""
    yield name
    for number in count(2):
        yield f"{name}-{number}"


def _names(client: "MlflowClient", experiment_id: str) -> set[str]:
    """The names of the runs of an experiment; those that were deleted on MLflow's page are free."""
    names, token = set(), None
    while True:
        page = client.search_runs([experiment_id], max_results=MOST_RUNS, page_token=token)
        names |= {run.info.run_name for run in page}
        token = page.token
        if not token:
            return names


def _end_runs_of_the_dead(client: "MlflowClient", experiment_id: str) -> None:
    here = process_tags()[HOST].replace("'", "")
    running = f"attributes.status = 'RUNNING' and tags.`{HOST}` = '{here}'"
    for run in client.search_runs([experiment_id], running, max_results=MOST_RUNS):
        if is_dead(run.data.tags.get(PROCESS)):
            client.set_tag(run.info.run_id, ERROR, ENDED_WITHOUT_A_WORD)
            client.set_terminated(run.info.run_id, "KILLED")


def _check_artifacts(artifacts: list[Path], model_folder: Path | None) -> None:
    wanted = [*artifacts, *([] if model_folder is None else [model_folder])]
    missing = [str(path) for path in wanted if not Path(path).exists()]
    if missing:
        raise TrackingError(f"Cannot log {', '.join(missing)}: not there. Write it before the run is logged.")
    names = [Path(path).name for path in artifacts]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TrackingError(
            f"Two artifacts are named {', '.join(twice)}: one would overwrite the other. Rename one."
        )


def _check_datasets(datasets: Sequence[Mapping[str, Any]]) -> None:
    for dataset in datasets:
        if not dataset.get("fingerprint"):
            raise TrackingError(f"The dataset needs a 'fingerprint'; it has {sorted(dataset)}.")
