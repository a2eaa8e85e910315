"""What an evaluation gives: numbers by name, tables for people, and notes."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Evaluation:
    """``metrics`` by name ("themes/f1_macro"), ``tables`` by name, and ``notes`` on what was left out."""

    metrics: dict[str, float] = field(default_factory=dict)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def joined(cls, parts: Iterable["Evaluation"]) -> "Evaluation":
        """All of ``parts`` as one."""
        whole = cls()
        for part in parts:
            whole.metrics.update(part.metrics)
            whole.tables.update(part.tables)
            whole.notes.extend(part.notes)
        return whole

    def to_json(self) -> str:
        """Metrics, tables as lists of rows, and notes; a number that is not known is null."""
        tables = {name: [_known(row) for row in table.to_dicts()] for name, table in self.tables.items()}
        content = {"metrics": _known(self.metrics), "tables": tables, "notes": self.notes}
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _known(values: dict) -> dict:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
