"""What a person sees of the themes of a model."""

from rich.console import Console

from newstance.model.news_model import NewsModel
from newstance.summary.words import count
from newstance.terminal.text import Column, say, table

WORDS = 5


def show_themes(model: NewsModel, console: Console | None = None) -> None:
    """Print the themes, the coarse ones after them, and the edits."""
    console = console or Console()
    if not model.themes.height:
        say(console, f"{model.name} has no themes.")
    else:
        columns = [
            Column("id", "right"),
            Column("theme"),
            Column("articles", "right"),
            Column("part of", "right"),
            Column("keywords"),
        ]
        caption = "articles: as counted when the theme was found or made"
        table(console, f"Themes of {model.name}", columns, _rows(model), caption)
    if model.history:
        say(console, "")
        say(console, ("Edits", "bold"))
        for edit in model.history:
            say(console, f"  {edit}")


def _rows(model: NewsModel) -> list[list[str | None]]:
    rows: list[list[str | None]] = []
    for row in model.themes.iter_rows(named=True):
        words = row["keywords"][0]["words"][:WORDS] if row["keywords"] else []
        rows.append(
            [
                str(row["theme_id"]),
                row["name"],
                None if row["size"] is None else count(row["size"]),
                None if row["parent"] is None else str(row["parent"]),
                ", ".join(words) or None,
            ]
        )
    return rows
