"""The scores of an encoder as a table."""

import polars as pl
from rich.console import Console
from rich.table import Table


def show_encoder_scores(table: pl.DataFrame, means: dict[str, float], console: Console | None = None) -> None:
    """Print scores a language and their means, in points."""
    console = console or Console()
    shown = Table(title="Encoder, in points of 100", title_justify="left", header_style="bold")
    for column in table.columns:
        shown.add_column(column, justify="left" if column == "lang" else "right")
    for row in table.iter_rows():
        shown.add_row(
            *(one if isinstance(one, str) else "–" if one is None else f"{100 * one:.1f}" for one in row)
        )
    console.print(shown)
    for name, value in means.items():
        console.print(f"{name}: {100 * value:.1f}", highlight=False)
