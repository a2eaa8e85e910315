"""Writing to disk: folders and files written whole or not at all, and tables by suffix.

A folder's files go to a hidden folder beside the goal, ``.<name>.tmp-<token>``, which is then renamed
into place. No call swaps two folders on every system, so the old one is moved to ``.<name>.old-<token>``
for a moment; if the process is killed just then, the next writer puts it back. All of it happens under
a lock, ``.<name>.lock``, so a leftover that the lock's holder sees belongs to a dead run.
"""

import errno
import hashlib
import io
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

SECONDS_TO_WAIT = 120
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SUFFIXES = (".parquet", ".csv", ".jsonl")
# Also with apostrophes before it, so that the one added can be told when the file is read.
FORMULA = r"^'*[=+\-@\t\r\n]"
Content = bytes | pl.DataFrame


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
        wanted = "" if n_bytes is None else f" ({n_bytes / 1e6:.1f} MB are to be written)"
        advice = "Give a shorter name" if error.errno == errno.ENAMETOOLONG else "Mend permissions"
        advice = f"Make room there{wanted}" if error.errno in FULL else advice
        failure = OSError(
            f"{path}: could not be written: {reason[:1].lower()}{reason[1:]}. What was there before is "
            f"unchanged. {advice}, or choose another place."
        )
        failure.errno = error.errno
        raise failure from error


def size_of(files: Iterable[Content]) -> int:
    """About the bytes that ``files`` take; a table counts as it lies in memory."""
    return sum(
        int(content.estimated_size()) if isinstance(content, pl.DataFrame) else len(content)
        for content in files
    )


def _leftovers(folder: Path, kind: str) -> list[Path]:
    name = re.compile(rf"\.{re.escape(folder.name)}\.{kind}-[0-9a-f]{{16}}")
    if not folder.parent.is_dir():
        return []
    return sorted(path for path in folder.parent.iterdir() if name.fullmatch(path.name))


def _write(path: Path, content: Content) -> None:
    with path.open("xb") as file:
        if isinstance(content, pl.DataFrame):
            _write_parquet(content, file)
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
        _write_by_suffix(table, path.suffix, stream)


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


def table_bytes(table: pl.DataFrame) -> bytes:
    """``table`` as parquet, the same bytes however it is chunked."""
    content = io.BytesIO()
    _write_parquet(table, content)
    return content.getvalue()


def content_hash(content: Content) -> str:
    """The SHA-256 of the file that holds ``content``; a table is never in memory as a whole file."""
    digest = hashlib.sha256()
    if isinstance(content, pl.DataFrame):
        _write_parquet(content, _Hashing(digest))
    else:
        digest.update(content)
    return digest.hexdigest()


def _write_parquet(table: pl.DataFrame, stream: BinaryIO | io.RawIOBase) -> None:
    _call(partial(table.rechunk().write_parquet, compression="zstd"), stream)


def write_text(text: str, path: Path) -> None:
    """Write ``text`` to ``path`` in UTF-8, whole or not at all."""
    write_file(text.encode("utf-8"), path)


def write_jsonl(table: pl.DataFrame, stream: BinaryIO) -> None:
    """Write ``table`` as JSON lines."""
    _call(table.write_ndjson, stream)


def _write_by_suffix(table: pl.DataFrame, suffix: str, stream: BinaryIO) -> None:
    if suffix == ".parquet":
        _call(partial(table.write_parquet, compression="zstd"), stream)
    elif suffix == ".csv":
        _call(_harmless(_flat(table)).write_csv, stream)
    else:
        write_jsonl(table, stream)


class _Hashing(io.RawIOBase):
    """A stream that keeps nothing but the hash of what is written."""

    def __init__(self, digest: Any):
        self._digest = digest

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._digest.update(content)
        return len(content)


class _Stream(io.RawIOBase):
    """Passes on what is written. polars writes to a file by itself, and hides why that failed."""

    def __init__(self, stream: BinaryIO | io.RawIOBase):
        self.stream = stream
        self.error: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        try:
            return self.stream.write(content)
        except OSError as error:
            self.error = error
            raise


def _call(write: Callable[..., Any], stream: BinaryIO | io.RawIOBase) -> None:
    """Call a writer of polars; if the stream refuses, its own ``OSError`` is raised."""
    passed_on = _Stream(stream)
    try:
        write(passed_on)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise passed_on.error or error from error
    stream.flush()


def _harmless(table: pl.DataFrame) -> pl.DataFrame:
    """``table`` with an apostrophe before each text that Excel or LibreOffice takes for a formula
    (https://owasp.org/www-community/attacks/CSV_Injection)."""
    text = pl.col(pl.String)
    return table.with_columns(
        pl.when(text.str.contains(FORMULA)).then("'" + text).otherwise(text).name.keep()
    )


def _flat(table: pl.DataFrame) -> pl.DataFrame:
    nested = [name for name, kind in table.schema.items() if isinstance(kind, pl.List | pl.Struct)]
    return table.with_columns(
        pl.Series(name, [_json(value) for value in table[name].to_list()], dtype=pl.String) for name in nested
    )


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def read_jsonl(stream: BinaryIO, name: str) -> list[dict[str, Any]]:
    """The JSON objects of ``stream``, one a line of UTF-8; ``name`` is for error messages."""
    rows = []
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{name}, line {number}: not JSON in UTF-8 ({error}).") from error
        if not isinstance(row, dict):
            raise ValueError(
                f"{name}, line {number}: expected an object with a text, got {type(row).__name__}."
            )
        rows.append(row)
    if not rows:
        raise ValueError(f"{name}: no line came; expected JSON objects with a text, one a line.")
    return rows
