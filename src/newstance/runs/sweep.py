"""One training for each combination of settings: nested runs, taken up again, several at once.

Each combination has a folder of its own, whose name ends in a hash of its config, the files it reads and the
version. So a finished one is known by its folder: it is not trained again, whatever stopped the sweep, and a
changed file or setting makes another combination.
"""

import hashlib
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from newstance.config import ConfigError, TrainConfig, load_config, parse_yaml
from newstance.progress import Progress, Silence
from newstance.recorder import EXPERIMENT, RunOptions, input_fingerprints
from newstance.results import METRICS, ResultsError, read_manifest
from newstance.runs.workers import Job, Outcome, run_jobs
from newstance.tracking import Opening, TrackedRun, TrackingError, open_run, reopen_run
from newstance.tracking.find import find_runs
from newstance.version import __version__

SWEEP, COMBINATION = "newstance.sweep", "newstance.combination"
LONGEST_NAME, HASH = 60, 8
# Sorted by the first of these that a combination has, unless another metric is asked for.
SORTED_BY = ("stance/f1_macro", "themes/ami", "themes/noise")
LOWER_IS_BETTER = ("ece", "log_loss", "noise", "bias", "n_without_prediction")
WIDTH_IN_ERRORS = 2 * 1.96  # of a 95 % interval


@dataclass(frozen=True)
class Combination:
    """``values`` are the settings of the sweep as texts, by key; ``config`` is all of it."""

    values: dict[str, str]
    config: TrainConfig
    fingerprint: str

    @property
    def results(self) -> Path:
        """Where its results are, once it is finished."""
        return self.config.output.results / self.config.name


@dataclass(frozen=True)
class Swept:
    """A sweep that is over. ``table``: a row a combination, the best first, with the values of the settings,
    ``metric`` (its name is ``by``), ``standard_error`` (null where the metric has no interval), ``status``
    (finished, found, failed), ``error`` and ``results``. ``fault``: why there is no run of the whole."""

    by: str
    table: pl.DataFrame
    fault: str | None = None

    @property
    def n_failed(self) -> int:
        """How many combinations could not be trained."""
        return self.table.filter(pl.col("status") == "failed").height


@dataclass(frozen=True)
class Options:
    """``jobs``: trainings at once; ``by``: the metric that sorts, None for the first that there is;
    ``told``: called with each combination that is over."""

    jobs: int = 1
    by: str | None = None
    told: Callable[[Combination, Outcome], None] = field(default=lambda combination, outcome: None)


def plan(path: Path | str, settings: Sequence[str]) -> list[Combination]:
    """The combinations of ``settings`` ("themes.min_cluster_size=5,10"), each validated.

    Raises ``ConfigError`` for a setting that is none, and for a combination that is not valid.
    """
    base = load_config(path)
    grid = dict(_values(setting) for setting in settings)
    if len(grid) < len(settings):
        raise ConfigError("a key of the sweep is given twice; list its values after one =.")
    places = [
        f"output.{kind}={json.dumps(str(getattr(base.output, kind) / f'{base.name}-sweep'))}"
        for kind in ("models", "results")
    ]
    known: dict[str, dict[str, str]] = {}
    found = []
    for values in itertools.product(*grid.values()):
        chosen = dict(zip(grid, values, strict=True))
        overrides = [f"{key}={value}" for key, value in chosen.items()]
        config = load_config(path, [*overrides, *places])
        inputs = repr(
            [config.corpus.path, config.stance.labels, config.themes.labels, config.evaluation.themes]
        )
        if inputs not in known:
            known[inputs] = input_fingerprints(config)
        fingerprint = _fingerprint(config, known[inputs])
        name = _name(chosen, fingerprint)
        shown = {key: value.strip('"') for key, value in chosen.items()}
        found.append(Combination(shown, config.model_copy(update={"name": name}), fingerprint))
    return found


def sweep(
    path: Path | str, settings: Sequence[str], options: Options, progress: Progress | None = None
) -> Swept:
    """Train each combination that is not finished yet, and sort all by a metric.

    The runs are nested in one of the whole, ``<name>-sweep``, which is taken up again by the next sweep of
    this name. A combination that fails does not stop the others. After an interrupt all finished ones stay.
    """
    base = load_config(path)
    combinations = plan(path, settings)
    whole, fault = _open(base, settings)
    outcomes: dict[str, Outcome] = {}
    try:
        todo = []
        for one in combinations:
            if _is_finished(one):
                outcomes[one.fingerprint] = Outcome("found")
                options.told(one, outcomes[one.fingerprint])
            else:
                todo.append(one)
        by_name = {one.config.name: one for one in todo}
        for name, outcome in run_jobs(
            [_job(one, whole) for one in todo], options.jobs, progress or Silence()
        ):
            outcomes[by_name[name].fingerprint] = outcome
            options.told(by_name[name], outcome)
        swept = _swept(combinations, outcomes, options.by, fault)
    except BaseException as error:
        if whole is not None:
            whole.end("KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED", error)
        raise
    if whole is not None:
        whole.log_artifacts([], {"sweep.csv": swept.table.write_csv()})
        whole.end()
    return swept


def _values(setting: str) -> tuple[str, list[str]]:
    """Key and values; each as YAML on one line, so that lists and texts with commas can be quoted."""
    key, equals, text = setting.partition("=")
    try:
        values = parse_yaml(f"[{text}]") if equals and key.strip() and text.strip() else None
    except ValueError as error:
        raise ConfigError(f"{setting!r}: its values are not YAML: {error}") from error
    if not values:
        raise ConfigError(
            f"{setting!r}: a setting has the form key=value,value, as in stance.C=0.1,1; one is for all."
        )
    return key.strip(), [json.dumps(value, ensure_ascii=False, default=str) for value in values]


def _fingerprint(config: TrainConfig, inputs: dict[str, str]) -> str:
    """Hash of all that decides a training: not its name, nor where it is written."""
    values = config.model_dump(mode="json", exclude={"name", "output"})
    content = json.dumps([__version__, inputs, values], sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _name(values: dict[str, str], fingerprint: str) -> str:
    """A name for folders that tells the values: "min_cluster_size-5_C-0.1-1a2b3c4d"."""
    parts = [f"{key.rpartition('.')[2]}-{value}" for key, value in values.items()]
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "" for c in "_".join(parts))
    return f"{plain[:LONGEST_NAME].lstrip('._-') or 'x'}-{fingerprint[:HASH]}"


def _is_finished(one: Combination) -> bool:
    """Whether its results are whole, and its run too where runs are kept."""
    try:
        read_manifest(one.results)
    except (ResultsError, OSError):
        return False
    store = one.config.output.tracking
    if store is None:
        return True
    try:
        runs = find_runs(store, EXPERIMENT, {COMBINATION: one.fingerprint})
    except TrackingError:
        return True
    return any(run.status == "FINISHED" for run in runs)


def _job(one: Combination, whole: TrackedRun | None) -> Job:
    tags = {COMBINATION: one.fingerprint}
    parent = None if whole is None else whole.run_id
    return Job(one.config, RunOptions(parent, tags, log_model=False))


def _open(base: TrainConfig, settings: Sequence[str]) -> tuple[TrackedRun | None, str | None]:
    """The run of the whole, made or taken up again; or why there is none."""
    store = base.output.tracking
    if store is None:
        return None, None
    name = f"{base.name}-sweep"
    try:
        known = find_runs(store, EXPERIMENT, {SWEEP: name})
        if known:
            return reopen_run(store, known[0].run_id), None
        opening = Opening(EXPERIMENT, name, {"sweep": list(settings)}, {SWEEP: name})
        return open_run(store, opening), None
    except TrackingError as error:
        return None, str(error)


def _swept(
    combinations: list[Combination], outcomes: dict[str, Outcome], by: str | None, fault: str | None
) -> Swept:
    metrics = {one.fingerprint: _metrics(one, outcomes[one.fingerprint]) for one in combinations}
    names = [name for name in SORTED_BY if any(name in found for found in metrics.values())]
    by = by or (names[0] if names else SORTED_BY[-1])
    known = {name for found in metrics.values() for name in found}
    if known and by not in known:
        raise ValueError(f"--by: no combination has the metric {by!r}. There are {', '.join(sorted(known))}.")
    rows = []
    for one in combinations:
        found, outcome = metrics[one.fingerprint], outcomes[one.fingerprint]
        ends = found.get(f"{by}_low"), found.get(f"{by}_high")
        error = None if None in ends else (ends[1] - ends[0]) / WIDTH_IN_ERRORS  # type: ignore[operator]
        done = {"status": outcome.status, "error": outcome.error, "results": str(one.results)}
        rows.append({**one.values, "metric": found.get(by), "standard_error": error, **done})
    numbers = {"metric": pl.Float64, "standard_error": pl.Float64, "error": pl.String}
    table = pl.DataFrame(rows, schema_overrides=numbers, infer_schema_length=None)
    lower = by.rpartition("/")[2].endswith(LOWER_IS_BETTER)
    return Swept(by, table.sort("metric", descending=not lower, nulls_last=True, maintain_order=True), fault)


def _metrics(one: Combination, outcome: Outcome) -> dict[str, float]:
    if outcome.status == "failed":
        return {}
    found: dict[str, float] = json.loads((one.results / METRICS).read_bytes())
    return found
