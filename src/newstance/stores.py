"""Where MLflow keeps runs, as a config names it: a folder, a SQLite file, or a server.

A folder holds a SQLite store of ours. MLflow's own folders of files are no longer written by MLflow, so
``file:`` names a folder like any other path.
"""

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

Store = Path | str  # a folder; or the address of a server or of a SQLite file

DATABASE = "mlflow.db"
SQLITE = "sqlite:///"
SERVERS = ("http", "https")
EXPECTED = "expected a folder, file:///…, sqlite:///… or http(s)://…; null logs nothing"
# One letter before the colon is a drive of Windows.
SCHEME = re.compile(r"(?i:([a-z][a-z0-9+.-]+):(?=/)|(file|sqlite|https?):)")
FILE = re.compile(r"(?i:file:)(?://(?:localhost)?(?=/))?(?!//)(.+)")
HOST_AND_PORT = re.compile(r"[\w.-]+:\d+(/\S*)?")


def resolve_store(given: str, folder: Path) -> str:
    """``given`` with its path absolute, a relative one taken from ``folder``; addresses stay as they are."""
    scheme = _scheme(given)
    if scheme == "sqlite" and given.lower().startswith(SQLITE) and len(given) > len(SQLITE):
        return SQLITE + absolute(given[len(SQLITE) :], folder)
    if scheme == "file" and (path := FILE.fullmatch(given)):
        return absolute(unquote(path[1]), folder)
    is_path = scheme is None and given and not HOST_AND_PORT.fullmatch(given)
    return absolute(given, folder) if is_path else given


def checked_store(given: Store) -> Store:
    """A folder as a ``Path``, an address as a string; relative paths are taken from the working directory.

    Raises ``ValueError`` for what is neither, in the user's words.
    """
    if not str(given):
        raise ValueError(f"is empty; {EXPECTED}")
    store = resolve_store(str(given), Path.cwd())
    scheme = _scheme(store)
    if HOST_AND_PORT.fullmatch(store):
        raise ValueError(f"did you mean http://{store}? For a folder of that name write ./{store}")
    if scheme in SERVERS:
        return _checked_server(store)
    if scheme not in (None, "sqlite"):
        raise ValueError(_refused(store, str(scheme)))
    if scheme == "sqlite" and not (store.startswith(SQLITE) and store != SQLITE):
        raise ValueError(f"expected sqlite:/// with three slashes and a file, as sqlite:///runs/{DATABASE}")
    path = Path(store.removeprefix(SQLITE))
    if path.name.startswith(":memory:"):
        raise ValueError("a store in memory is gone after the training; give a file")
    if re.search(r"[?%]", str(path)):
        raise ValueError("MLflow cannot keep its store under a path with ? or %. Take another")
    return store if scheme == "sqlite" else path


def database_of(store: Store) -> Path | None:
    """The SQLite file of a store, ``None`` for a server."""
    if isinstance(store, Path):
        return store / DATABASE
    return Path(store.removeprefix(SQLITE)) if store.startswith(SQLITE) else None


def tracking_uri(store: Store) -> str:
    """The store as MLflow names it."""
    database = database_of(store)
    return str(store) if database is None else f"{SQLITE}{database.as_posix()}"


def absolute(path: str, folder: Path) -> str:
    """``path`` with ``~`` filled in, a relative one taken from ``folder``."""
    return str((folder / os.path.expanduser(path)).resolve())


def _scheme(given: str) -> str | None:
    match = SCHEME.match(given)
    return None if match is None else (match[1] or match[2]).lower()


def _checked_server(store: str) -> str:
    try:
        parts = urlsplit(store)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(
            f"no address of a server ({error}); expected such as http://127.0.0.1:5000"
        ) from error
    if not host or not parts.netloc:
        raise ValueError("names no server; expected such as http://127.0.0.1:5000")
    if parts.username or parts.password:
        raise ValueError(
            "would write a password into configs and runs; leave it out of the address and set "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
        )
    return store.rstrip("/")


def _refused(store: str, scheme: str) -> str:
    if scheme == "file":
        return f"file:// is followed by a third slash and a folder, as file:///shared/runs; {EXPECTED}"
    return f"stores of the kind {scheme}: are not supported; {EXPECTED}"
