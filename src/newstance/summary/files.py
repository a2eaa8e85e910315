"""A summary as files: its plain values as JSON, its tables as parquet."""

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

import polars as pl

from newstance.summary.summarise import Scores, Summary
from newstance.tables import Counts

VALUES = "summary.json"


def summary_values(summary: Summary) -> bytes:
    """The plain values as JSON."""
    values = {name: getattr(summary, name) for name in _names(is_table=False)}
    plain = values | {"counts": asdict(summary.counts), "scores": asdict(summary.scores)}
    return (json.dumps(plain, indent=2, default=str) + "\n").encode()


def summary_tables(summary: Summary) -> dict[str, pl.DataFrame]:
    """The tables by the name of their file, without its suffix."""
    return {table_file(name): getattr(summary, name) for name in _names(is_table=True)}


def table_file(name: str) -> str:
    """How the file of a table of the summary is called, without its suffix."""
    return f"summary_{name}"


def load_summary(values: bytes, table: Callable[[str], pl.DataFrame]) -> Summary:
    """The summary again; ``table`` reads one by the name of its file, without its suffix.

    Raises ``ValueError`` where a value is missing, unknown, or of another type.
    """
    from pydantic import TypeAdapter

    known: dict[str, Any] = json.loads(values)
    expected = set(_names(is_table=False))
    if not isinstance(known, dict) or set(known) != expected:
        raise ValueError(f"{VALUES}: expected the values {', '.join(sorted(expected))}.")
    known["counts"] = TypeAdapter(Counts).validate_python(known["counts"])
    known["scores"] = TypeAdapter(Scores).validate_python(known["scores"])
    known |= {name: tuple(known[name]) for name in ("warnings", "notes", "stance_reasons")}
    known |= {name: table(table_file(name)) for name in _names(is_table=True)}
    return Summary(**known)


def _names(is_table: bool) -> list[str]:
    return [one.name for one in fields(Summary) if (one.type is pl.DataFrame) == is_table]
