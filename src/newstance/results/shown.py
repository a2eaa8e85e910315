"""Results as a Python prompt and a notebook show them."""

from html import escape
from typing import TYPE_CHECKING

import polars as pl

from newstance.summary.words import count, day

if TYPE_CHECKING:
    from newstance.results.results import Results

SHOWN_ROWS = 10


def line(results: "Results") -> str:
    """One line: name, how much there is of what, and from when to when."""
    return f"Results({results.name!r}: {_counts(results)})"


def html(results: "Results") -> str:
    """The line, the largest themes, and the stance towards the targets most spoken of."""
    summary = results.summary
    themes = summary.themes.select(
        theme="name",
        articles="size",
        share=pl.col("share").round(3),
        outlets="n_sources",
        languages="n_langs",
    )
    net = pl.col("net", "net_low", "net_high").round(2)
    stance = summary.stance_by_target.select("target", net, sentences="n", articles="n_articles")
    tables = [table.head(SHOWN_ROWS)._repr_html_() for table in (themes, stance) if table.height]
    return f"<p><b>{escape(results.name)}</b>: {_counts(results)}</p>{''.join(tables)}"


def _counts(results: "Results") -> str:
    counts = results.corpus.counts
    numbers = {
        "article": counts.articles,
        "outlet": counts.outlets,
        "language": counts.languages,
        "theme": results.themes.filter(pl.col("level") == 0).height,
        "target": results.stances["target"].n_unique(),
    }
    parts = [f"{count(number)} {word}{'' if number == 1 else 's'}" for word, number in numbers.items()]
    dates = f"{day(counts.first)} to {day(counts.last)}" if counts.first else "no dates"
    return ", ".join([*parts, dates])
