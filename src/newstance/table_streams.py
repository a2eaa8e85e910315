"""The bytes of tables: parquet, csv and JSON lines on a stream, and lines read from one."""

import hashlib
import io
import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, BinaryIO

import polars as pl

SUFFIXES = (".parquet", ".csv", ".jsonl")
# Also with apostrophes before it, so that the one added can be told when the file is read.
FORMULA = r"^'*[=+\-@\t\r\n]"
Content = bytes | pl.DataFrame  # of a file; a table is written as parquet


def table_bytes(table: pl.DataFrame) -> bytes:
    """``table`` as parquet, the same bytes however it is chunked."""
    content = io.BytesIO()
    write_parquet(table, content)
    return content.getvalue()


def content_hash(content: Content) -> str:
    """The SHA-256 of the file that holds ``content``; a table is never in memory as a whole file."""
    digest = hashlib.sha256()
    if isinstance(content, pl.DataFrame):
        write_parquet(content, _Hashing(digest))
    else:
        digest.update(content)
    return digest.hexdigest()


def write_parquet(table: pl.DataFrame, stream: BinaryIO | io.RawIOBase) -> None:
    """Write ``table`` as parquet, the same bytes however it is chunked."""
    _call(partial(table.rechunk().write_parquet, compression="zstd"), stream)


def size_of(files: Iterable[Content]) -> int:
    """About the bytes that ``files`` take; a table counts as it lies in memory."""
    return sum(
        int(content.estimated_size()) if isinstance(content, pl.DataFrame) else len(content)
        for content in files
    )


def write_jsonl(table: pl.DataFrame, stream: BinaryIO) -> None:
    """Write ``table`` as JSON lines."""
    _call(table.write_ndjson, stream)


def write_by_suffix(table: pl.DataFrame, suffix: str, stream: BinaryIO) -> None:
    """Write ``table`` in the format of ``suffix``, one of ``SUFFIXES``."""
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
