"""Tables to files and streams: parquet, csv or jsonl by suffix, written aside and then renamed."""

import json
import os
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

SUFFIXES = (".parquet", ".csv", ".jsonl")


def check_output(path: Path) -> None:
    """Refuse a path that cannot be written, before any work is done for it."""
    if path.suffix not in SUFFIXES:
        raise ValueError(f"--out: {path} ends in {path.suffix!r}, expected one of {', '.join(SUFFIXES)}.")
    if path.is_dir():
        raise ValueError(f"--out: {path} is a folder; give the name of a file.")
    if not path.parent.is_dir():
        raise ValueError(f"--out: there is no folder {path.parent}; make it first.")


def write_table(table: pl.DataFrame, path: Path) -> None:
    """Write ``table`` to ``path`` whole or not at all; csv holds nested columns as JSON."""
    check_output(path)
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with aside.open("wb") as stream:
            _write(table, path.suffix, stream)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def write_jsonl(table: pl.DataFrame, stream: BinaryIO) -> None:
    """Write ``table`` as JSON lines."""
    table.write_ndjson(stream)


def _write(table: pl.DataFrame, suffix: str, stream: BinaryIO) -> None:
    if suffix == ".parquet":
        table.write_parquet(stream, compression="zstd")
    elif suffix == ".csv":
        _flat(table).write_csv(stream)
    else:
        write_jsonl(table, stream)


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
