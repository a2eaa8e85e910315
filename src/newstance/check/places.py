"""Whether what a training writes to and loads is there: folders with room, the store of runs, the encoder."""

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from newstance.check.findings import Findings
from newstance.config import EncoderConfig, TrainConfig
from newstance.embed.encoder import encoder_folder
from newstance.model.bundle import check_replaceable
from newstance.model.content import ModelError
from newstance.stance.model import StanceConfig
from newstance.stance.readers import reader_settings
from newstance.stores import Store, database_of

SQLITE_HEADER = b"SQLite format 3\0"
MIN_FREE = 50 << 20  # bytes
SECONDS_TO_WAIT = 3


def check_outputs(config: TrainConfig, findings: Findings) -> None:
    """The folders that a training fills."""
    output = config.output
    database = None if output.tracking is None else database_of(output.tracking)
    places = {
        "output.models": output.models,
        "output.results": output.results,
        "output.tracking": None if database is None else database.parent,
        "encoder.cache": None if config.encoder.cache is None else config.encoder.cache.parent,
        # For the tables of a large corpus, and what a run is sent from.
        "TMPDIR": Path(tempfile.gettempdir()),
    }
    for key, folder in places.items():
        if folder is not None:
            findings.errors += [f"{key}: {fault}" for fault in _faults_of_folder(folder)]
    for key, file in (("output.tracking", database), ("encoder.cache", config.encoder.cache)):
        fault = None if file is None else _fault_of_database(file)
        if fault is not None:
            findings.errors.append(f"{key}: {file} {fault}, or give another.")
    for key, check, folder in (
        ("output.models", check_replaceable, output.models / config.name),
        ("output.results", _check_results, output.results / config.name),
    ):
        try:
            check(folder)
        except (ModelError, OSError, ValueError) as error:
            findings.errors.append(f"{key}: {error}")


def check_store(store: Store | None, findings: Findings) -> None:
    """Whether the server of ``output.tracking`` answers; folders are checked with the other folders."""
    if store is None or database_of(store) is not None:
        return
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        with urlopen(f"{store}/health", timeout=SECONDS_TO_WAIT):
            return
    except HTTPError as error:
        if error.code in (401, 403):
            findings.warnings.append(
                f"output.tracking: {store} asks who you are; set MLFLOW_TRACKING_USERNAME and "
                "MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, if you have not."
            )
    except (OSError, ValueError) as error:
        findings.errors.append(
            f"output.tracking: {store} does not answer ({getattr(error, 'reason', error)}). Start the "
            "server, correct the address, or log nothing with output.tracking=null."
        )


def check_encoder(config: EncoderConfig, findings: Findings) -> None:
    """Whether the encoder is there, and the cache of its vectors is one; neither is loaded."""
    try:
        if encoder_folder(config.model) is None:
            findings.warnings.append(
                f"encoder.model: {config.model!r} is no folder here, so it is looked for among the models of "
                "sentence-transformers by name when the training begins."
            )
    except (OSError, ValueError) as error:
        findings.errors.append(str(error))


def check_reader(config: StanceConfig, findings: Findings) -> None:
    """Whether the reader of stances is there and is one; its weights are not loaded."""
    if config.reader is None:
        return
    try:
        reader_settings(config.reader)
    except (OSError, ValueError) as error:
        findings.errors.append(str(error))


def _check_results(folder: Path) -> None:
    """Refuse to replace a folder that holds something other than results."""
    is_free = not os.path.lexists(folder) or (folder.is_dir() and not any(folder.iterdir()))
    if not is_free and not (folder / "report.html").is_file():
        raise ValueError(
            f"{folder} is there and holds no results, so it may not be replaced. Choose another name, "
            "or move it away."
        )


def _fault_of_database(path: Path) -> str | None:
    """Why ``path`` cannot be a SQLite file, and what to do; None where it is one, or free to become one."""
    if not path.is_file():
        return "is no file. Move it away" if os.path.lexists(path) else None
    if not os.access(path, os.R_OK | os.W_OK):
        return "cannot be written. Mend its permissions"
    with path.open("rb") as file:
        if file.read(len(SQLITE_HEADER)) not in (SQLITE_HEADER, b""):
            return "is no SQLite file. Move it away"
    # The first way writes nothing, but may meet another process that is writing; the second one waits for it.
    for mode in ("mode=ro&immutable=1", "mode=rw"):
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True)) as database:
                database.execute("SELECT count(*) FROM sqlite_master")
            return None
        except sqlite3.DatabaseError as error:
            fault = f"is no whole SQLite file ({error}). Move it away"
    return fault


def _faults_of_folder(folder: Path) -> Iterator[str]:
    """Why nothing could be written below ``folder``, which is made if it is not there."""
    there = next((one for one in (folder, *folder.parents) if os.path.lexists(one)), folder)
    if not there.is_dir():
        yield f"{folder} cannot be a folder: {there} is a file or a broken link. Give another folder."
        return
    try:
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"x")
        free = shutil.disk_usage(there).free
    except OSError as error:
        yield f"{there} cannot be written ({error.strerror or error}). Mend permissions, or give another."
        return
    if free < MIN_FREE:
        yield f"{there} has {free >> 20} MB left; at least {MIN_FREE >> 20} are needed. Free space there."
