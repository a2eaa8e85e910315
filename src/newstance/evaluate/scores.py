"""What an evaluation gives: numbers by name, tables by title, and notes."""

from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Scores:
    """Metrics by name ("themes/noise"), tables by title, and notes, of one step's evaluation."""

    metrics: dict[str, float] = field(default_factory=dict)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
