"""A folder written whole or not at all.

Files go to a hidden folder beside the goal, ``.<name>.tmp-<token>``, which is then renamed into
place. No call swaps two folders on every system, so the old one is moved to ``.<name>.old-<token>``
for a moment; if the process is killed just then, whoever comes next puts it back. All of it happens
under a lock, ``.<name>.lock``, so a leftover seen by its holder belongs to a dead run.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SECONDS_TO_WAIT = 120


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One writer at a time; what a dead one left is put back or swept away first."""
    from filelock import FileLock

    with FileLock(folder.with_name(f".{folder.name}.lock"), timeout=SECONDS_TO_WAIT):
        old = _leftovers(folder, "old")
        if old and not folder.exists():
            os.rename(old[0], folder)
        for leftover in _leftovers(folder, "tmp") + _leftovers(folder, "old"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield


def is_moved_aside(folder: Path) -> bool:
    """Whether ``folder`` is being replaced right now, or a killed process left it moved aside."""
    return not folder.exists() and bool(_leftovers(folder, "old"))


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make ``folder`` hold exactly ``files``; after an exception it is as it was. Holds ``locked``."""
    token = secrets.token_hex(8)
    fresh = folder.with_name(f".{folder.name}.tmp-{token}")
    aside = folder.with_name(f".{folder.name}.old-{token}")
    try:
        fresh.mkdir()
        for name, content in files.items():
            _write(fresh / name, content)
        _sync(fresh)
        if folder.exists():
            os.rename(folder, aside)
        os.rename(fresh, folder)
        _sync(folder.parent)
    except BaseException:
        if aside.exists() and not folder.exists():
            os.rename(aside, folder)
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _leftovers(folder: Path, kind: str) -> list[Path]:
    name = re.compile(rf"\.{re.escape(folder.name)}\.{kind}-[0-9a-f]{{16}}")
    if not folder.parent.is_dir():
        return []
    return sorted(path for path in folder.parent.iterdir() if name.fullmatch(path.name))


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make the names in ``folder`` last; Windows has no such call for folders."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
