"""The scores of an encoder as a table."""

import polars as pl
from rich.console import Console

from newstance.terminal.text import Column, say, table


def show_encoder_scores(
    scores: pl.DataFrame, means: dict[str, float], console: Console | None = None
) -> None:
    """Print scores a language and their means, in points."""
    console = console or Console()
    table(
        console,
        "Encoder, in points of 100",
        [Column(name, "left" if name == "lang" else "right") for name in scores.columns],
        [[_cell(value) for value in row] for row in scores.iter_rows()],
    )
    for name, value in means.items():
        say(console, f"{name}: {100 * value:.1f}")


def _cell(value: str | float | None) -> str | None:
    return value if value is None or isinstance(value, str) else f"{100 * value:.1f}"
