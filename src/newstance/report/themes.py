"""Themes as the page shows them: marks, rows of the table, shares by outlet and by time."""

import hashlib
from typing import Any, NamedTuple

import polars as pl

from newstance.results import Results
from newstance.stance.aggregate import PERIODS
from newstance.tables import NOISE

# Okabe & Ito (2008), without black and yellow: told apart with any kind of colour vision, on white
# and on black. The glyph changes after each round, so that a mark is never told by its colour alone.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7F6BB3", "#A07B2C")
GLYPHS = (("circle", "●"), ("diamond", "◆"), ("square", "■"))
GREY = "#8c939b"
MOST_MARKS = len(COLOURS) * len(GLYPHS)
NO_THEME = "No theme"
SMALLER = -2  # one mark for all the themes that have none of their own
SHOWN_LANGS = 3
SHOWN_OUTLETS = 25
SHOWN_THEMES = 12
MOST_ON_MAP = 5_000
MOST_PERIODS = 60
TYPICAL = 2


class Mark(NamedTuple):
    """How a theme looks everywhere on the page."""

    theme_id: int
    name: str
    n_articles: int
    colour: str
    symbol: str
    glyph: str


def theme_marks(results: Results) -> list[Mark]:
    """A mark for each theme, the largest first, then one for the articles without a theme."""
    sizes = results.theme_of_article.group_by("theme_id").agg(pl.len().alias("n_articles"))
    ranked = (
        results.themes.select("theme_id", "name")
        .join(sizes, on="theme_id", how="left")
        .with_columns(pl.col("n_articles").fill_null(0))
        .sort(["n_articles", "theme_id"], descending=[True, False])
    )
    marks = [_mark(rank, *row) for rank, row in enumerate(ranked.rows())]
    n_noise = int((results.theme_of_article["theme_id"] == NOISE).sum())
    return [*marks, Mark(NOISE, NO_THEME, n_noise, GREY, "x-thin-open", "×")]


def _mark(rank: int, theme_id: int, name: str, n_articles: int) -> Mark:
    if rank >= MOST_MARKS:
        return Mark(theme_id, name, n_articles, GREY, "circle-open", "○")
    symbol, glyph = GLYPHS[rank // len(COLOURS)]
    return Mark(theme_id, name, n_articles, COLOURS[rank % len(COLOURS)], symbol, glyph)


def map_marks(marks: list[Mark]) -> list[Mark]:
    """The marks on the map: themes beyond those with a colour of their own share one, then no theme."""
    *themes, noise = [mark for mark in marks if mark.n_articles or mark.theme_id == NOISE]
    smaller = themes[MOST_MARKS:]
    if smaller:
        n_articles = sum(mark.n_articles for mark in smaller)
        name = f"{len(smaller)} smaller themes"
        themes = [*themes[:MOST_MARKS], Mark(SMALLER, name, n_articles, GREY, "circle-open", "○")]
    return [*themes, noise] if noise.n_articles else themes


def theme_rows(results: Results, marks: list[Mark]) -> list[dict[str, Any]]:
    """Rows of the themes table, with the titles that are surest of their theme."""
    articles = _articles_with_theme(results)
    by_lang = _langs(articles)
    typical = _typical(articles)
    about = {row["theme_id"]: row for row in results.themes.to_dicts()}
    largest = max((mark.n_articles for mark in marks), default=0) or 1
    return [
        {
            "mark": mark,
            "width": mark.n_articles / largest,
            "codebook": about[mark.theme_id]["named_by"] == "codebook",
            "keywords": _keywords(about[mark.theme_id]["keywords"], by_lang.get(mark.theme_id, [])),
            "langs": by_lang.get(mark.theme_id, []),
            "typical": typical.get(mark.theme_id, []),
            **{key: about[mark.theme_id][key] for key in ("n_sources", "lang_entropy", "stability")},
        }
        for mark in marks
        if mark.theme_id != NOISE
    ]


def _articles_with_theme(results: Results) -> pl.DataFrame:
    return results.corpus.articles.drop("text").join(
        results.theme_of_article.select("article_id", "theme_id", "proba"), on="article_id"
    )


def _langs(articles: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
    """Share of each language among the articles of each theme, the largest first."""
    counts = articles.group_by("theme_id", "lang").agg(pl.len().alias("n"))
    counts = counts.with_columns(share=pl.col("n") / pl.col("n").sum().over("theme_id"))
    rows: dict[int, list[dict[str, Any]]] = {}
    for row in counts.sort(["n", "lang"], descending=[True, False]).to_dicts():
        rows.setdefault(row["theme_id"], []).append(row)
    return rows


def _keywords(keywords: list[dict[str, Any]] | None, langs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keywords in the main languages of the theme, the main one first."""
    rank = {row["lang"]: place for place, row in enumerate(langs)}
    known = sorted(keywords or [], key=lambda one: (rank.get(one["lang"], len(rank)), one["lang"]))
    return known[:SHOWN_LANGS]


def _typical(articles: pl.DataFrame) -> dict[int, list[str]]:
    """Titles of the originals that are surest of their theme, at most two of each."""
    titled = articles.filter(
        pl.col("title").is_not_null() & (pl.col("title") != "") & pl.col("duplicate_of").is_null()
    )
    surest = titled.sort(["proba", "article_id"], descending=[True, False], nulls_last=True)
    heads = surest.group_by("theme_id", maintain_order=True).agg(
        pl.col("title").unique(maintain_order=True).head(TYPICAL)
    )
    return dict(heads.rows())


def outlet_shares(results: Results, marks: list[Mark]) -> list[dict[str, Any]]:
    """For each outlet, the share of its articles in each of the shown themes; largest outlets first."""
    articles = _articles_with_theme(results).filter(pl.col("source").is_not_null())
    counts = dict((row[:2], row[2]) for row in articles.group_by("source", "theme_id").agg(pl.len()).rows())
    sizes = articles.group_by("source").agg(pl.len().alias("n"))
    sizes = sizes.sort(["n", "source"], descending=[True, False]).head(SHOWN_OUTLETS)
    shown = shown_marks(marks)
    return [
        {"source": source, "n": n, "shares": [counts.get((source, mark.theme_id), 0) / n for mark in shown]}
        for source, n in sizes.rows()
    ]


def shown_marks(marks: list[Mark]) -> list[Mark]:
    """The largest themes and the mark of no theme: as many as fit beside each other."""
    *themes, noise = marks
    return [*themes[:SHOWN_THEMES], noise] if noise.n_articles else themes[:SHOWN_THEMES]


def choose_period(dates: pl.Series, n_in_each: int) -> str:
    """The finest of week, month and quarter that has at most 60 parts with ``n_in_each`` on average."""
    dates = dates.drop_nulls()
    for period, every in PERIODS.items():
        n_parts = len(pl.date_range(*_ends(dates, every), every, eager=True))
        if n_parts <= min(MOST_PERIODS, max(1, len(dates) / n_in_each)):
            return period
    return list(PERIODS)[-1]


def _ends(dates: pl.Series, every: str) -> tuple[Any, Any]:
    starts = dates.dt.truncate(every)
    return starts.min(), starts.max()


def counts_by_period(results: Results, period: str) -> pl.DataFrame:
    """Articles of each theme in each period, zeros too: theme_id, start, n."""
    every = PERIODS[period]
    dated = _articles_with_theme(results).filter(pl.col("published").is_not_null())
    dated = dated.with_columns(start=pl.col("published").dt.truncate(every))
    starts = pl.DataFrame({"start": pl.date_range(*_ends(dated["published"], every), every, eager=True)})
    grid = dated.select("theme_id").unique().join(starts, how="cross")
    counts = dated.group_by("theme_id", "start").agg(pl.len().alias("n"))
    return (
        grid.join(counts, on=["theme_id", "start"], how="left")
        .with_columns(pl.col("n").fill_null(0))
        .sort("theme_id", "start")
    )


def map_points(results: Results, marks: list[Mark]) -> pl.DataFrame:
    """Articles with a place on the map, a theme and a mark; a sample by hash of the id where there are
    many."""
    own = [mark.theme_id for mark in map_marks(marks)]
    points = (
        results.layout.select("article_id", "x", "y")
        .filter(pl.col("x").is_finite() & pl.col("y").is_finite())
        .join(_articles_with_theme(results), on="article_id")
    )
    if points.height > MOST_ON_MAP:
        order = [
            hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest() for key in points["article_id"]
        ]
        points = points.with_columns(order=pl.Series(order)).sort("order").head(MOST_ON_MAP)
    marked = pl.when(pl.col("theme_id").is_in(own)).then("theme_id").otherwise(SMALLER)
    names = {mark.theme_id: mark.name for mark in marks}
    theme = pl.col("theme_id").replace_strict(names, return_dtype=pl.String)
    return points.with_columns(mark_id=marked, theme=theme).sort("article_id")
