"""Runs in MLflow: what went in, what came out, and the model, in a folder, a SQLite file or on a server.

A folder holds SQLite at an absolute path, since MLflow's default depends on the working directory. It is
made under a lock: without it, of three processes that start on a fresh store two crash
(https://github.com/daizutabi/hydraflow/issues/245). MLflow takes 4 s to import, so it is imported when
a run is logged and not before; its telemetry is off. Of MLflow's global state (tracking URI, active
run and experiment) a notebook keeps its own.
"""

import json
import logging
import os
import shlex
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newstance.stores import Store, checked_store, database_of, tracking_uri
from newstance.tracking.keys import flat_params, legal_keys, legal_model_name, tag_text
from newstance.version import __version__

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature

ARTIFACTS = "artifacts"
SECONDS_TO_WAIT = 300
MAX_DIGEST = 36
PARAMS_A_BATCH, METRICS_A_BATCH = 100, 800
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}


class TrackingError(ValueError):
    """A run that cannot be logged as asked; the text has what to do."""


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
    """Log one run to ``store``, a folder or an address; returns its id.

    ``params`` may be nested (keys become a.b.c). ``dataset`` needs "fingerprint"; "name" and "path"
    are shown with it, the rest is kept as its profile. ``artifacts`` are files or folders. A run that
    is stopped half-way is marked as FAILED or KILLED.

    Raises ``TrackingError`` before anything is logged if an artifact or the fingerprint is missing, and
    when MLflow refuses.
    """
    store = _checked(store)
    _check(artifacts, model_folder, dataset)
    with _quiet(), _errors_in_words(store):
        client, experiment_id = _open_store(store, experiment)
        run_id = client.create_run(experiment_id, run_name=run_name).info.run_id
        with _ended(client, run_id):
            known = {"newstance.version": __version__, "dataset.fingerprint": dataset["fingerprint"]}
            _log_values(client, run_id, params, metrics, {**known, **tags})
            _log_dataset(client, run_id, dataset, run_name)
            for path in artifacts:
                client.log_artifact(run_id, str(path))
            if model_folder is not None:
                _log_model(client, experiment_id, run_id, Path(model_folder).resolve())
    return run_id


def ui_command(store: Store) -> str:
    """The shell line that opens MLflow's page on ``store``; of a server, its address."""
    store = _checked(store)
    uri = tracking_uri(store)
    return uri if database_of(store) is None else f"mlflow ui --backend-store-uri {shlex.quote(uri)}"


def _checked(store: Store) -> Store:
    try:
        return checked_store(store)
    except ValueError as error:
        raise TrackingError(f"{store}: {error}.") from error


@contextmanager
def _errors_in_words(store: Store) -> Iterator[None]:
    """MLflow's exceptions as ours."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        raise TrackingError(
            f"output.tracking: MLflow could not log the run to {store}: {error} What was written before "
            "stays; mend the store or choose another, or log nothing with output.tracking=null."
        ) from error


def _check(artifacts: list[Path], model_folder: Path | None, dataset: Mapping[str, Any]) -> None:
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
    if not dataset.get("fingerprint"):
        raise TrackingError(f"The dataset needs a 'fingerprint'; it has {sorted(dataset)}.")


@contextmanager
def _quiet() -> Iterator[None]:
    """MLflow without telemetry, advice and its news of database migrations; errors are still told."""
    for key, value in SETTINGS.items():
        os.environ.setdefault(key, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow  # noqa: F401 - it sets the levels of its loggers, so it must come before ours

        loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def _open_store(store: Store, experiment: str) -> tuple["MlflowClient", str]:
    """A client of the store, made if need be, and the id of the experiment."""
    from filelock import FileLock, Timeout
    from mlflow import MlflowClient

    database = database_of(store)
    if database is None:  # a server makes its store, and chooses where artifacts lie
        return _open_experiment(MlflowClient(tracking_uri=tracking_uri(store)), experiment, None)
    folder = database.parent
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=SECONDS_TO_WAIT):
            client = MlflowClient(tracking_uri=tracking_uri(store))
            return _open_experiment(client, experiment, (folder / ARTIFACTS).as_uri())
    except Timeout as error:
        raise TrackingError(
            f"{folder}: another run has held the store for {SECONDS_TO_WAIT} s. Wait for it, or end it."
        ) from error


def _open_experiment(
    client: "MlflowClient", experiment: str, artifacts: str | None
) -> tuple["MlflowClient", str]:
    """``client``, and the id of the experiment, which is made or restored if need be."""
    known = client.get_experiment_by_name(experiment)
    if known is None:
        return client, client.create_experiment(experiment, artifact_location=artifacts)
    if known.lifecycle_stage != "active":  # deleted on MLflow's page; a name cannot be used twice
        client.restore_experiment(known.experiment_id)
    return client, known.experiment_id


@contextmanager
def _ended(client: "MlflowClient", run_id: str) -> Iterator[None]:
    status = "FAILED"
    try:
        yield
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        client.set_terminated(run_id, status)


def _log_values(
    client: "MlflowClient",
    run_id: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
) -> None:
    """One batch, or as many as MLflow's limits ask for."""
    from mlflow.entities import Metric, Param, RunTag

    now = int(time.time() * 1000)
    flat = flat_params(params)
    as_params = [Param(key, text) for key, text in zip(legal_keys(list(flat)), flat.values(), strict=True)]
    as_metrics = [
        Metric(key, float(value), now, 0)
        for key, value in zip(legal_keys(list(metrics)), metrics.values(), strict=True)
    ]
    as_tags = [
        RunTag(key, tag_text(text)) for key, text in zip(legal_keys(list(tags)), tags.values(), strict=True)
    ]
    batches = zip_longest(
        _batches(as_metrics, METRICS_A_BATCH),
        _batches(as_params, PARAMS_A_BATCH),
        _batches(as_tags, PARAMS_A_BATCH),
        fillvalue=(),
    )
    for some_metrics, some_params, some_tags in batches:
        client.log_batch(run_id, metrics=some_metrics, params=some_params, tags=some_tags)


def _batches(items: list[Any], size: int) -> list[list[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _log_dataset(client: "MlflowClient", run_id: str, dataset: Mapping[str, Any], run_name: str) -> None:
    from mlflow.entities import Dataset, DatasetInput

    rest = {key: value for key, value in dataset.items() if key not in ("name", "path")}
    entity = Dataset(
        name=str(dataset.get("name", run_name)),
        digest=str(dataset["fingerprint"])[:MAX_DIGEST],
        source_type="local",
        source=json.dumps({"uri": str(dataset.get("path", ""))}, ensure_ascii=False),
        profile=json.dumps(rest, ensure_ascii=False, default=str),
    )
    client.log_inputs(run_id, datasets=[DatasetInput(dataset=entity, tags=[])])


def _log_model(client: "MlflowClient", experiment_id: str, run_id: str, folder: Path) -> None:
    """The model folder as a pyfunc; explicit signature and requirements, as inferring them takes 10 s."""
    import mlflow
    from mlflow.models import Model

    name = legal_model_name(folder.name)
    before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    mlflow.set_tracking_uri(client.tracking_uri)
    try:
        logged = client.create_logged_model(experiment_id, name=name, source_run_id=run_id)
        Model.log(
            artifact_path=None,
            name=name,
            flavor=mlflow.pyfunc,
            run_id=run_id,
            model_id=logged.model_id,
            python_model=str(Path(__file__).parents[1] / "pyfunc.py"),
            artifacts={"model": folder.as_uri()},
            signature=_signature(),
            pip_requirements=[f"newstance=={__version__}"],
        )
    finally:
        mlflow.set_tracking_uri(before)


def _signature() -> "ModelSignature":
    """The columns that come out. What goes in has no schema: with one, MLflow refuses integer ids, dates,
    columns of missing values and lists of texts, all of which the model takes."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    outputs = [
        ColSpec("string", "article_id"),
        ColSpec("long", "theme_id"),
        ColSpec("string", "theme", required=False),  # a text that is noise has none
        ColSpec("double", "proba"),
    ]
    return ModelSignature(outputs=Schema(outputs))
