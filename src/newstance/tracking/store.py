"""The MLflow store: made whole or not at all, opened without noise, its faults in words.

A folder holds SQLite at an absolute path, since MLflow's default depends on the working directory. It is
made under a lock: without it, of three processes that start on a fresh store two crash
(https://github.com/daizutabi/hydraflow/issues/245). MLflow makes it in fifty steps of its own, and a process
that is killed between two of them leaves a file that MLflow can neither use nor mend; so it is made beside
its place and then renamed. MLflow takes seconds to import, so it is imported when a run is opened and not
before; its telemetry is off.
"""

import logging
import os
import shlex
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from newstance.stores import SQLITE, Store, checked_store, database_of, tracking_uri

if TYPE_CHECKING:
    from mlflow import MlflowClient

ARTIFACTS = "artifacts"
ASIDE = ".{}.making"
SECONDS_TO_WAIT = 300
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
# The second shows each error of a database with its whole trace, before it is raised.
LEVELS = {
    "mlflow": logging.ERROR,
    "mlflow.store.db.utils": logging.CRITICAL,
    "alembic": logging.ERROR,
}


class TrackingError(ValueError):
    """A run that cannot be logged as asked; the text has what to do."""


def ui_command(store: Store) -> str:
    """The shell line that opens MLflow's page on ``store``; of a server, its address."""
    store = checked(store)
    uri = tracking_uri(store)
    return uri if database_of(store) is None else f"mlflow ui --backend-store-uri {shlex.quote(uri)}"


def checked(store: Store) -> Store:
    """``store`` as ``stores.checked_store`` gives it; raises ``TrackingError``."""
    try:
        return checked_store(store)
    except ValueError as error:
        raise TrackingError(f"{store}: {error}.") from error


@contextmanager
def using(store: Store) -> Iterator[None]:
    """MLflow without noise, and whatever goes wrong with the store as a ``TrackingError``."""
    with _quiet():
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except TrackingError:
            raise
        except (MlflowException, SQLAlchemyError, OSError) as error:
            raise TrackingError(
                f"output.tracking: MLflow could not use {store}: {_short(error)} What was written before "
                "stays; mend the store or choose another, or log nothing with output.tracking=null."
            ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """MLflow without telemetry, advice and its news of database migrations; errors are still told."""
    for key, value in SETTINGS.items():
        os.environ.setdefault(key, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow  # noqa: F401 - it sets the levels of its loggers, so it must come before ours

        loggers = [logging.getLogger(name) for name in LEVELS]
        levels = [logger.level for logger in loggers]
        for logger, level in zip(loggers, LEVELS.values(), strict=True):
            logger.setLevel(level)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def open_store(store: Store, experiment: str) -> tuple["MlflowClient", str]:
    """A client of the store, made if need be, and the id of the experiment."""
    database = database_of(store)
    with store_lock(store):
        if database is not None and not _has_content(database):
            _make(database)
        # A server makes its store, and chooses where artifacts lie.
        artifacts = None if database is None else (database.parent / ARTIFACTS).as_uri()
        return _open_experiment(client_of(store), experiment, artifacts)


def client_of(store: Store) -> "MlflowClient":
    """A client of a store that is there; it leaves MLflow's global tracking address alone."""
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=tracking_uri(store))


@contextmanager
def store_lock(store: Store) -> Iterator[None]:
    """One process at a time makes the store or a run in it; a server does without."""
    from filelock import FileLock, Timeout

    database = database_of(store)
    if database is not None:
        database.parent.mkdir(parents=True, exist_ok=True)
    lock = nullcontext() if database is None else FileLock(database.parent / ".lock", SECONDS_TO_WAIT)
    try:
        with lock:
            yield
    except Timeout as error:
        raise TrackingError(
            f"{store}: another run has held the store for {SECONDS_TO_WAIT} s. Wait for it, or end it."
        ) from error


def _has_content(database: Path) -> bool:
    """Whether there is a store; SQLite leaves an empty file where it was killed before the first table."""
    return database.is_file() and database.stat().st_size > 0


def _make(database: Path) -> None:
    """Make an empty store aside, and rename it into place. Holds the lock: what lies aside is of the dead."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    aside = database.with_name(ASIDE.format(database.name))
    _sweep(aside)
    try:
        made = SqlAlchemyStore(f"{SQLITE}{aside.as_posix()}", (database.parent / ARTIFACTS).as_uri())
        made.engine.dispose()
        os.replace(aside, database)
    finally:
        _sweep(aside)


def _sweep(aside: Path) -> None:
    for left in aside.parent.glob(f"{escape(aside.name)}*"):
        left.unlink(missing_ok=True)


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


def _short(error: Exception) -> str:
    """The first line of an error: those of databases go on with the whole statement. Where it ends with a
    colon, what follows is the reason."""
    first, *others = (str(error) or type(error).__name__).splitlines()
    text = " ".join([first, *others[:1]]) if first.endswith(":") else first
    return text if text.endswith(".") else f"{text}."
