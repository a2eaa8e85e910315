"""Groups of articles by outlet, language and time, in which a text and its reprints count once.

An article with its reprints and translations is a family. Within one group a family is counted through one
of its articles, the original if it is there, else the earliest; so an agency text printed by five outlets
counts in each of the five, and once where outlets are taken together.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

PERIODS = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}
ARTICLE_KEYS = ("source", "lang", *PERIODS)


def articles_in_groups(articles: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """article_id, source, lang, published, family, is_copy, and the periods that ``by`` names.

    A period is the first day of the one that holds ``published``, null without a date; weeks begin on Monday.
    """
    period = [pl.col("published").dt.truncate(PERIODS[key]).alias(key) for key in by if key in PERIODS]
    return articles.select(
        "article_id",
        "source",
        "lang",
        "published",
        pl.coalesce("duplicate_of", "article_id").alias("family"),
        pl.col("duplicate_of").is_not_null().alias("is_copy"),
        *period,
    )


def starts_of(dates: pl.Series, period: str) -> pl.Series:
    """The first day of each period from the earliest of ``dates`` to the latest; one date is needed."""
    first, last = _ends(dates.dt.truncate(PERIODS[period]))
    return pl.date_range(first, last, PERIODS[period], eager=True)


def _ends(dates: pl.Series) -> tuple[Any, Any]:
    return dates.min(), dates.max()


def with_columns_of(rows: pl.DataFrame, table: pl.DataFrame, name: str, what: str) -> pl.DataFrame:
    """``rows`` with the columns of their article in ``table``, in no certain order.

    Raises ``ValueError`` where an article is not there; it calls the rows ``what`` and the table ``name``.
    """
    strangers = rows.join(table, on="article_id", how="anti")["article_id"]
    if len(strangers):
        raise ValueError(f"{what}: article_id {strangers[0]!r} is not in {name}; every one must be.")
    return rows.join(table, on="article_id", how="left")


def one_article_a_family(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """``rows`` without the reprints that would count a family twice in one group of ``by``.

    ``rows`` has the columns of ``articles_in_groups``, with as many rows an article as there are.
    """
    group = [*by, "family"]
    counted = list(dict.fromkeys([*group, "article_id"]))
    chosen = (
        rows.sort("is_copy", "published", "article_id", nulls_last=True)
        .unique(group, keep="first", maintain_order=True)
        .select(counted)
    )
    return rows.join(chosen, on=counted, how="semi", nulls_equal=True)
