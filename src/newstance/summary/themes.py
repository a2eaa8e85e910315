"""How large themes are, and how they are spread over languages, outlets and time."""

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from newstance.summary.periods import SHOWN, choose_period
from newstance.tables import KEYWORDS, NOISE
from newstance.themes.bursts import bursts
from newstance.themes.over_time import lifespans, shares_of_themes

if TYPE_CHECKING:
    from newstance.results import Results

ARTICLES_IN_PERIOD = 3
LANGS = pl.List(pl.Struct({"lang": pl.String, "n": pl.Int64, "share": pl.Float64}))


def articles_with_theme(results: "Results") -> pl.DataFrame:
    """The articles without their texts, each with theme_id and proba."""
    return results.corpus.articles.drop("text").join(
        results.theme_of_article.select("article_id", "theme_id", "proba"), on="article_id"
    )


def theme_rows(results: "Results") -> pl.DataFrame:
    """A row a theme of the finest level, the one articles are given; the largest first, counted among all
    articles, reprints too.

    ``size`` and ``share`` (of all articles), ``n_sources`` (known outlets), ``n_langs``, ``langs`` (n and
    share of each language within the theme, the largest first); name, coarse theme (``parent``),
    keywords, entropy and stability as the training found them. Themes without an article have zeros.
    """
    articles = articles_with_theme(results)
    counts = articles.group_by("theme_id").agg(
        pl.len().cast(pl.Int64).alias("size"),
        pl.col("source").drop_nulls().n_unique().cast(pl.Int64).alias("n_sources"),
        pl.col("lang").n_unique().cast(pl.Int64).alias("n_langs"),
    )
    about = results.themes.filter(pl.col("level") == 0).select(
        "theme_id",
        "name",
        "named_by",
        "parent",
        pl.col("keywords").cast(KEYWORDS),
        "lang_entropy",
        "stability",
    )
    rows = about.join(counts, on="theme_id", how="left").join(_langs(articles), on="theme_id", how="left")
    numbers = pl.col("size", "n_sources", "n_langs").fill_null(0)
    rows = rows.with_columns(numbers, pl.col("langs").fill_null([]), pl.col("stability").fill_nan(None))
    rows = rows.with_columns(share=pl.col("size") / max(1, articles.height))
    return rows.sort(["size", "theme_id"], descending=[True, False])


def _langs(articles: pl.DataFrame) -> pl.DataFrame:
    counts = articles.group_by("theme_id", "lang").agg(pl.len().cast(pl.Int64).alias("n"))
    counts = counts.with_columns(share=pl.col("n") / pl.col("n").sum().over("theme_id"))
    counts = counts.sort(["n", "lang"], descending=[True, False])
    langs = counts.group_by("theme_id", maintain_order=True).agg(langs=pl.struct("lang", "n", "share"))
    return langs.with_columns(pl.col("langs").cast(LANGS))


def theme_by_outlet(results: "Results") -> pl.DataFrame:
    """source, theme_id, n, and share of the outlet's articles; articles of no known outlet are one outlet."""
    counts = (
        articles_with_theme(results).group_by("source", "theme_id").agg(pl.len().cast(pl.Int64).alias("n"))
    )
    shares = counts.with_columns(share=pl.col("n") / pl.col("n").sum().over("source"))
    return shares.sort("source", "theme_id", nulls_last=True)


class OverTime(NamedTuple):
    """Themes over time. ``shares`` are those of ``shares_of_themes``, with ``start`` for the first day of a
    ``period`` and null for articles without a date; the period is None where no article has a date."""

    period: str | None
    shares: pl.DataFrame
    bursts: pl.DataFrame
    lifespans: pl.DataFrame


def over_time(results: "Results") -> OverTime:
    """Shares of the themes in each period, their bursts, and from when to when they are seen."""
    period = choose_period(results.corpus.articles["published"], ARTICLES_IN_PERIOD)
    by = period or SHOWN[0]
    rows = shares_of_themes(results.corpus.articles, results.theme_of_article, results.themes, [by])
    return OverTime(period, rows.rename({by: "start"}), bursts(rows, by), lifespans(rows, by))


def count_noise(results: "Results") -> int:
    """Articles without a theme."""
    return int((results.theme_of_article["theme_id"] == NOISE).sum())
