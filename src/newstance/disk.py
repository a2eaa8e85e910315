"""Writing to disk: folders and files written whole or not at all, and tables by suffix.

A folder's files go to a hidden folder beside the goal, ``.<name>.tmp-<token>``, which is then renamed
into place. No call swaps two folders on every system, so the old one is moved to ``.<name>.old-<token>``
for a moment; if the process is killed just then, the next writer puts it back. All of it happens under
a lock, ``.<name>.lock``, so a leftover that the lock's holder sees belongs to a dead run.
"""

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import polars as pl

from newstance.table_streams import SUFFIXES, Content, write_by_suffix, write_parquet

SECONDS_TO_WAIT = 120
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


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


def replace_folder(folder: Path, files: Mapping[str, Content]) -> None:
    """Make ``folder`` hold exactly ``files``, tables as parquet; after an exception it is as it was. Holds
    ``locked``."""
    with folder_aside(folder, files):
        pass


@contextmanager
def folder_aside(folder: Path, files: Mapping[str, Content]) -> Iterator[None]:
    """Write ``files`` beside ``folder``; they take its place once the block has ended well. Holds ``locked``.

    What else may fail is done within the block, so that nothing is replaced where anything failed.
    """
    token = secrets.token_hex(8)
    fresh = folder.with_name(f".{folder.name}.tmp-{token}")
    aside = folder.with_name(f".{folder.name}.old-{token}")
    try:
        fresh.mkdir()
        for name, content in files.items():
            _write(fresh / name, content)
        _sync(fresh)
        yield
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


@contextmanager
def refusal_in_words(path: Path, n_bytes: int | None = None) -> Iterator[None]:
    """An ``OSError`` of the block with ``path``, the reason and what to do; about ``n_bytes`` are to be
    written."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        failure = OSError(
            f"{path}: could not be written: {reason[:1].lower()}{reason[1:].rstrip('.')}. What was there "
            f"before is unchanged. {_advice(error, n_bytes)}, or choose another place."
        )
        failure.errno = error.errno
        raise failure from error


def _advice(error: OSError, n_bytes: int | None) -> str:
    if error.errno in FULL:
        return "Make room there" + ("" if n_bytes is None else f" ({n_bytes / 1e6:.1f} MB are to be written)")
    if error.errno == errno.ENAMETOOLONG:
        return "Give a shorter name"
    if isinstance(error, TimeoutError):  # of the lock
        return "Wait until the other process that writes there has ended"
    return "Mend permissions"


def _leftovers(folder: Path, kind: str) -> list[Path]:
    name = re.compile(rf"\.{re.escape(folder.name)}\.{kind}-[0-9a-f]{{16}}")
    if not folder.parent.is_dir():
        return []
    return sorted(path for path in folder.parent.iterdir() if name.fullmatch(path.name))


def _write(path: Path, content: Content) -> None:
    with path.open("xb") as file:
        if isinstance(content, pl.DataFrame):
            write_parquet(content, file)
        else:
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


def check_output(path: Path) -> None:
    """Refuse a path that cannot be written, before any work is done for it."""
    if path.suffix not in SUFFIXES:
        raise ValueError(f"--out: {path} ends in {path.suffix!r}, expected one of {', '.join(SUFFIXES)}.")
    if path.is_dir():
        raise ValueError(f"--out: {path} is a folder; give the name of a file.")
    if not path.parent.is_dir():
        raise ValueError(f"--out: there is no folder {path.parent}; make it first.")


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be made or written to, before any work is done for it."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"--out: {folder} is a file; give the name of a folder.")
    if not folder.parent.is_dir():
        raise ValueError(f"--out: there is no folder {folder.parent}; make it first.")


def write_tables(tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
    """Write each table as ``<name>.csv`` into ``folder``, which is made; other files in it stay."""
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        write_table(table, folder / f"{name}.csv")


def write_table(table: pl.DataFrame, path: Path) -> None:
    """Write ``table`` to ``path`` whole or not at all.

    In csv, nested columns are JSON, and a text that a spreadsheet would run as a formula gets an apostrophe
    before it.
    Raises ``OSError`` with the path and what to do where the disk is full or refuses.
    """
    check_output(path)
    with _aside(path) as stream:
        write_by_suffix(table, path.suffix, stream)


def write_file(content: bytes, path: Path) -> None:
    """Write ``content`` to ``path`` whole or not at all."""
    with _aside(path, len(content)) as stream:
        stream.write(content)


@contextmanager
def _aside(path: Path, n_bytes: int | None = None) -> Iterator[BinaryIO]:
    """A file beside ``path`` that takes its place at the end, unless something failed."""
    aside = path.with_name(f".{path.name[:50]}.{os.getpid()}.tmp")  # within the 255 bytes of a name
    try:
        with refusal_in_words(path, n_bytes):
            with aside.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            aside.replace(path)
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def write_text(text: str, path: Path) -> None:
    """Write ``text`` to ``path`` in UTF-8, whole or not at all."""
    write_file(text.encode("utf-8"), path)
