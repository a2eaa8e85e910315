"""What a person sees of the themes of a model."""

from typing import Any

import polars as pl
from rich.console import Console
from rich.text import Text

from newstance.model.news_model import NewsModel
from newstance.model.update import Update
from newstance.summary.words import count
from newstance.tables import NOISE
from newstance.terminal.text import Column, line, say, table

WORDS = 5
COLUMNS = (
    Column("id", "right"),
    Column("theme"),
    Column("articles", "right"),
    Column("keywords"),
    Column("part of", "right"),
)


def show_themes(model: NewsModel, console: Console | None = None) -> None:
    """Print the themes, the coarse ones after them, and the edits."""
    console = console or Console()
    if not model.themes.height:
        say(console, f"{model.name} has no themes.")
    else:
        caption = "articles: as counted when the theme was found or made"
        table(console, f"Themes of {model.name}", COLUMNS, map(_row, model.themes.to_dicts()), caption)
    if model.history:
        say(console, "")
        say(console, ("Edits", "bold"))
        for edit in model.history:
            say(console, f"  {edit}")


def show_update(model: NewsModel, found: Update, console: Console | None = None) -> None:
    """Print which themes of ``model`` new articles have, how many fit none, and the new themes."""
    console = console or Console()
    counts = found.articles.filter(pl.col("theme_id") != NOISE).group_by("theme_id", "theme").len("n")
    rows = [
        [str(theme), name, count(n)]
        for theme, name, n in counts.sort("n", "theme_id", descending=[True, False]).iter_rows()
    ]
    rows.append([None, Text("without theme", "dim"), count(found.n_without_theme)])
    table(console, f"Themes of {model.name} in {count(found.articles.height)} articles", COLUMNS[:3], rows)
    if found.new_themes.height:
        new = found.new_themes.filter(level=0)
        table(
            console,
            "New themes",
            COLUMNS,
            map(_row, new.to_dicts()),
            "ids that no theme of the model has had",
        )
    rejected = [f"{found.rejected.height} articles could not be read."] if found.rejected.height else []
    for note in (*rejected, *found.notes):
        console.print(line(("note", "yellow"), f" {note}"))


def _row(row: dict[str, Any]) -> list[str | None]:
    words = row["keywords"][0]["words"][:WORDS] if row["keywords"] else []
    return [
        str(row["theme_id"]),
        row["name"],
        None if row["size"] is None else count(row["size"]),
        ", ".join(words) or None,
        None if row["parent"] is None else str(row["parent"]),
    ]
