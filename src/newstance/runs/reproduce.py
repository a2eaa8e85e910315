"""A training made again from what its run recorded: is the result the same, and if not, what differs?"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from newstance.config import OutputConfig, TrainConfig, load_config
from newstance.model.bundle import model_fingerprint
from newstance.progress import Progress
from newstance.recorder import EXPERIMENT, INPUTS, MODEL, MODEL_FINGERPRINT, RESULTS, input_fingerprints
from newstance.recorder.content import CONFIG, ENVIRONMENT
from newstance.recorder.recorder import RESULTS_PLACE
from newstance.results import load_results, read_manifest
from newstance.runs.compare import Comparison, compare
from newstance.stores import Store
from newstance.tracking import TrackingError, environment
from newstance.tracking.find import KnownRun, find_run, find_runs
from newstance.training import train

FILES = {"file": pl.String, "same": pl.Boolean}
VERSIONS = {"what": pl.String, "was": pl.String, "now": pl.String}
HASH_SHOWN = 12


@dataclass(frozen=True, eq=False)
class Reproduction:
    """What came of making a run again.

    ``changed``: keys of the config whose files are not those of the run, with the reason; where there are
    any, nothing is trained and all else but ``versions`` is empty, unless that was asked for. ``versions``: a
    row a library or machine that differs. ``files``: a row a file of the results; ``model_same`` is None
    where the run did not keep the model's fingerprint. ``comparison`` tells how the results differ.
    """

    run: str
    changed: dict[str, str]
    versions: pl.DataFrame
    files: pl.DataFrame
    model_same: bool | None = None
    comparison: Comparison | None = None

    @property
    def is_same(self) -> bool:
        """Whether all of it came out again, bit for bit."""
        return self.files.height > 0 and bool(self.files["same"].all()) and self.model_same is not False


def reproduce(given: str, store: Store, progress: Progress, anyway: bool = False) -> Reproduction:
    """Train again from the config of a run, in a folder that goes away, and compare.

    ``given`` is the id or name of a run, or the folder of its results or model. With ``anyway`` changed data
    do not stop it. Raises ``TrackingError`` where there is no such run or it is not whole.
    """
    run = _find(given, store)
    config = load_config(run.download(CONFIG))
    before = run.download(RESULTS_PLACE)
    changed = _changed(config, json.loads(run.tags.get(INPUTS, "{}")))
    versions = _versions(json.loads(run.download(ENVIRONMENT).read_bytes()))
    if changed and not anyway:
        return Reproduction(run.name, changed, versions, pl.DataFrame(schema=FILES))
    was = read_manifest(before)
    with tempfile.TemporaryDirectory() as scratch:
        output = OutputConfig(models=Path(scratch) / "m", results=Path(scratch) / "r", tracking=None)
        encoder = config.encoder.model_copy(
            update={"cache": None}
        )  # else its vectors would not be made again
        again = {"name": was["name"], "output": output, "encoder": encoder}
        trained = train(config.model_copy(update=again), progress)
        files = _files(was["files"], read_manifest(trained.results_folder)["files"])
        model = run.tags.get(MODEL_FINGERPRINT)
        model_same = None if model is None else model == model_fingerprint(trained.model_folder)
        comparison = compare(load_results(before), trained.results)
    return Reproduction(run.name, changed, versions, files, model_same, comparison)


def _find(given: str, store: Store) -> KnownRun:
    """The run by id, name, or a folder that it wrote."""
    if not Path(given).is_dir():
        return find_run(store, EXPERIMENT, given)
    folder = str(Path(given).resolve())
    for tag in (RESULTS, MODEL):
        for run in find_runs(store, EXPERIMENT, {tag: folder}):
            if run.status == "FINISHED":
                return run
    raise TrackingError(
        f"{given}: no finished run in {store} wrote this folder. Give the id or name of a run, or another "
        "--store."
    )


def _changed(config: TrainConfig, was: dict[str, str]) -> dict[str, str]:
    try:
        now = input_fingerprints(config)
    except OSError as error:
        return {"files": f"{error.filename} cannot be read: {(error.strerror or str(error)).lower()}"}
    return {
        key: f"its files had the hash {fingerprint[:HASH_SHOWN]}, now {now.get(key, 'none')[:HASH_SHOWN]}"
        for key, fingerprint in was.items()
        if now.get(key) != fingerprint
    }


def _versions(was: dict[str, str]) -> pl.DataFrame:
    now = environment()
    rows = [(key, was.get(key), now.get(key)) for key in sorted({*was, *now})]
    return pl.DataFrame([row for row in rows if row[1] != row[2]], schema=VERSIONS, orient="row")


def _files(was: dict[str, str], now: dict[str, str]) -> pl.DataFrame:
    rows = [(name, was.get(name) == now.get(name)) for name in sorted({*was, *now})]
    return pl.DataFrame(rows, schema=FILES, orient="row")
