"""The tables below the charts, for the scripts of the page: shown on demand and saved as CSV."""

from typing import Any

import polars as pl

from newstance.report.wording import Wording
from newstance.results import Results

DIGITS = 4
NESTED = (pl.List, pl.Struct, pl.Array)


Table = dict[str, list[Any]]


def page_tables(results: Results, words: Wording, with_texts: bool = True) -> dict[str, Table]:
    """Each table by its name: its ``columns`` and their ``values``, a list each.

    Themes have their name beside the id; what stands in articles is left out without texts.
    """
    summary = results.summary
    names = results.themes.select("theme_id", theme="name")
    texts = [] if with_texts else ["title", "example"]
    tables = {
        "stance_by_outlet": summary.stance_by_outlet.filter(pl.col("n") > 0),
        "stance_by_theme": summary.stance_by_theme.filter(pl.col("n") > 0),
        "stance_by_period": summary.stance_by_period.filter(pl.col("n") > 0).sort("target", "start"),
        "theme_by_outlet": summary.theme_by_outlet,
        "themes": summary.themes.with_columns(
            keywords=pl.Series([_words(one) for one in summary.themes["keywords"].to_list()], dtype=pl.String)
        ),
        "reprints": summary.reprints,
        "languages": summary.languages,
        "outlets": summary.outlets,
        "removed": summary.removed,
        "rejected": results.corpus.rejected.sort("file", "line", nulls_last=True),
        **{f"score_{number}": table for number, table in enumerate(results.scores.values(), 1)},
    }
    return {
        name: _plain(_named(table.drop(texts, strict=False), names, words)) for name, table in tables.items()
    }


def _words(keywords: list[dict[str, Any]] | None) -> str:
    """Keywords of all languages as one text."""
    return "; ".join(f"{one['lang']}: {', '.join(one['words'])}" for one in keywords or [])


def _named(table: pl.DataFrame, names: pl.DataFrame, words: Wording) -> pl.DataFrame:
    table = table.drop([name for name, kind in table.schema.items() if isinstance(kind, NESTED)])
    for name in ("source", "original"):
        if name in table.columns:
            table = table.with_columns(pl.col(name).fill_null(words.text("outlet.none")))
    if "theme_id" not in table.columns or "name" in table.columns:
        return table
    place = table.columns.index("theme_id") + 1
    columns = [*table.columns[:place], "theme", *(one for one in table.columns[place:] if one != "theme")]
    return table.join(names, on="theme_id", how="left", maintain_order="left").select(columns)


def _plain(table: pl.DataFrame) -> Table:
    """Columns of JSON values: dates as text, numbers in a few digits, null for what is not known."""
    shown = table.with_columns(
        pl.col(pl.Date).cast(pl.String),
        pl.col(pl.Float64, pl.Float32).fill_nan(None).round(DIGITS),
    )
    return {"columns": shown.columns, "values": [column.to_list() for column in shown]}
