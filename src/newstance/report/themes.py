"""Themes as the page shows them: marks, cards, shares by outlet."""

from typing import Any, NamedTuple

import polars as pl

from newstance.results import Results
from newstance.summary import Summary
from newstance.summary.themes import articles_with_theme
from newstance.tables import NOISE

# Okabe & Ito (2008), without black and yellow: told apart with any kind of colour vision, on white
# and on black. The glyph changes after each round, so that a mark is never told by its colour alone.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7F6BB3", "#A07B2C")
DARK_COLOURS = ("#4DA6E0", "#F0B545", "#2FC497", "#E3A3C6", "#86CDF3", "#F28C45", "#AC9DE8", "#CDA95C")
GLYPHS = (("circle", "●"), ("diamond", "◆"), ("square", "■"))
GREY = "#8c939b"
MOST_MARKS = len(COLOURS) * len(GLYPHS)
NO_THEME = "No theme"
SHOWN_LANGS = 3
SHOWN_OUTLETS = 25
SHOWN_THEMES = 12
TYPICAL = 2
CARD = ("langs", "n_sources", "lang_entropy", "stability", "share")


class Mark(NamedTuple):
    """How a theme looks everywhere on the page."""

    theme_id: int
    name: str
    n_articles: int
    colour: str
    symbol: str
    glyph: str

    @property
    def dark(self) -> str:
        """Its colour on a dark page."""
        return DARK_COLOURS[COLOURS.index(self.colour)] if self.colour in COLOURS else self.colour


def theme_marks(summary: Summary, no_theme: str = NO_THEME) -> list[Mark]:
    """A mark for each theme, the largest first, then one for the articles without a theme."""
    ranked = summary.themes.select("theme_id", "name", "size")
    marks = [_mark(rank, *row) for rank, row in enumerate(ranked.rows())]
    return [*marks, Mark(NOISE, no_theme, summary.noise, GREY, "x-thin-open", "×")]


def _mark(rank: int, theme_id: int, name: str, n_articles: int) -> Mark:
    if rank >= MOST_MARKS:
        return Mark(theme_id, name, n_articles, GREY, "circle-open", "○")
    symbol, glyph = GLYPHS[rank // len(COLOURS)]
    return Mark(theme_id, name, n_articles, COLOURS[rank % len(COLOURS)], symbol, glyph)


def theme_cards(results: Results, marks: list[Mark], lang: str) -> list[dict[str, Any]]:
    """A card for each theme: its words, those in ``lang`` first; sentences of different outlets that show it,
    or the titles that are surest of it; its coarse theme; what is known of its spread and stability."""
    typical = _typical(articles_with_theme(results))
    about = {row["theme_id"]: row for row in results.summary.themes.to_dicts()}
    coarse = dict(results.themes.select("theme_id", "name").rows())
    shown = _sentences(results)
    return [
        {
            "mark": mark,
            "codebook": about[mark.theme_id]["named_by"] == "codebook",
            "keywords": _first(about[mark.theme_id]["keywords"] or [], lang),
            "coarse": coarse.get(about[mark.theme_id]["parent"]),
            "sentences": shown.get(mark.theme_id, []),
            "typical": typical.get(mark.theme_id, []),
            **{key: about[mark.theme_id][key] for key in CARD},
        }
        for mark in marks
        if mark.theme_id != NOISE
    ]


def _first(keywords: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Keywords of some languages, those of ``lang`` first."""
    return sorted(keywords, key=lambda one: one["lang"] != lang)[:SHOWN_LANGS]


def _sentences(results: Results) -> dict[int, list[dict[str, Any]]]:
    """The sentences that show each theme, with outlet, date, language and address of their article."""
    examples = results.themes.select("theme_id", "examples").explode("examples").drop_nulls("examples")
    if examples.is_empty():
        return {}
    about = results.corpus.articles.select("article_id", "source", "published", "url", "lang")
    rows = examples.unnest("examples").join(about, on="article_id", maintain_order="left")
    return {
        theme: group.to_dicts()
        for (theme,), group in rows.group_by("theme_id", maintain_order=True)
        if isinstance(theme, int)
    }


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


def outlet_shares(summary: Summary, marks: list[Mark]) -> list[dict[str, Any]]:
    """For each outlet, the share of its articles in each of the shown themes; largest outlets first."""
    table = summary.theme_by_outlet
    shares = {(source, theme): share for source, theme, _, share in table.rows()}
    outlets = summary.outlets.filter(pl.col("source").is_in(table["source"].drop_nulls().implode()))
    shown = shown_marks(marks)
    return [
        {"source": source, "n": n, "shares": [shares.get((source, mark.theme_id), 0) for mark in shown]}
        for source, n in outlets.head(SHOWN_OUTLETS).select("source", "articles").rows()
    ]


def shown_marks(marks: list[Mark]) -> list[Mark]:
    """The largest themes and the mark of no theme: as many as fit beside each other."""
    *themes, noise = marks
    return [*themes[:SHOWN_THEMES], noise] if noise.n_articles else themes[:SHOWN_THEMES]
