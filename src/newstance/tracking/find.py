"""Runs that are in a store: found by id or name, with what they hold."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newstance.stores import Store, database_of
from newstance.tracking.run import MOST_RUNS
from newstance.tracking.store import TrackingError, checked, client_of, using

NAMES_SHOWN = 8


@dataclass(frozen=True)
class KnownRun:
    """A run as the store has it."""

    store: Store
    run_id: str
    name: str
    status: str
    metrics: Mapping[str, float]
    tags: Mapping[str, str]

    def download(self, place: str) -> Path:
        """The artifact at ``place`` as a local path; raises ``TrackingError`` where the run has none."""
        with using(self.store):
            client = client_of(self.store)
            if place not in {one.path for one in client.list_artifacts(self.run_id)}:
                raise TrackingError(
                    f"run {self.name} ({self.status.lower()}) has no {place}: it was not finished, or an "
                    "earlier newstance logged it. Give another run, or a results folder."
                )
            return Path(client.download_artifacts(self.run_id, place))


def find_runs(store: Store, experiment: str, tags: Mapping[str, str]) -> list[KnownRun]:
    """The runs of an experiment with these ``tags``, the latest first; none where there is no store yet."""
    store = checked(store)
    database = database_of(store)
    if database is not None and not database.is_file():
        return []
    quoted = [f"tags.`{key}` = '{value}'" for key, value in tags.items()]
    with using(store):
        client = client_of(store)
        known = client.get_experiment_by_name(experiment)
        if known is None:
            return []
        found = client.search_runs([known.experiment_id], " and ".join(quoted), max_results=MOST_RUNS)
    return [_known(store, run) for run in found]


def find_run(store: Store, experiment: str, given: str) -> KnownRun:
    """The run with the id or name ``given``.

    Raises ``TrackingError`` where there is no store, or no such run; it names those that may be meant.
    """
    runs = find_runs(store, experiment, {})
    for run in runs:
        if given in (run.run_id, run.name):
            return run
    if not runs:
        raise TrackingError(f"{given}: no such folder, and no run of newstance is in {store}.")
    names = [run.name for run in runs]
    near = difflib.get_close_matches(given, names, n=3) or names[:NAMES_SHOWN]
    raise TrackingError(
        f"{given}: no such folder, and no run in {store} has this id or name. There are {', '.join(near)}."
    )


def _known(store: Store, run: Any) -> KnownRun:
    info, data = run.info, run.data
    return KnownRun(store, info.run_id, info.run_name, info.status, data.metrics, data.tags)
