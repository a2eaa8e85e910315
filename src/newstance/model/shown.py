"""A model as a line, and as a table in a notebook."""

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newstance.model.news_model import NewsModel

COLUMNS = ("theme_id", "name", "size", "n_sources", "n_langs", "stability")


def line(model: "NewsModel") -> str:
    """Its name, and how much it knows."""
    return (
        f"NewsModel({model.name!r}: {model.themes.height} themes, {len(model.targets)} targets, "
        f"encoder {model.encoder.name!r})"
    )


def html(model: "NewsModel") -> str:
    """Its themes as a table."""
    head = f"<p><b>{escape(model.name)}</b>: {model.themes.height} themes"
    targets = f", stance towards {escape(', '.join(model.targets))}" if model.targets else ""
    return f"{head}{targets}</p>{model.themes.select(COLUMNS)._repr_html_()}"
