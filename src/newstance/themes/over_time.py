"""How many articles a theme has, and what share, by outlet, language and time; when it began and ended.

A text and its reprints count once in a group (``groups.py``), so each family is one draw and the share of
a theme is a proportion of draws. Its 95 % interval is that of Wilson (1927,
doi:10.1080/01621459.1927.10502953), which serves for few articles and for shares near 0 too (Brown, Cai &
DasGupta 2001, doi:10.1214/ss/1009213286). Errors of the model are not in it.
"""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from newstance.groups import ARTICLE_KEYS, articles_in_groups, one_article_a_family, with_columns_of
from newstance.tables import NOISE

Level = Literal["fine", "coarse"]
LEVELS: tuple[Level, ...] = ("fine", "coarse")
Z = 1.959963984540054  # of the normal distribution, 95 % lie within
MIN_ARTICLES = 3


def shares_of_themes(
    articles: pl.DataFrame,
    theme_of_article: pl.DataFrame,
    themes: pl.DataFrame,
    by: Sequence[str],
    level: Level = "fine",
) -> pl.DataFrame:
    """Articles of each theme and their share of all, in each group of ``by``.

    ``by`` names any of source, lang, and day, week, month, quarter, year (the first day of the one that holds
    ``published``); an empty ``by`` gives one group. Articles without an outlet or a date are groups of their
    own, with null in ``by``. ``level`` "coarse" counts a theme for the coarse theme it is part of, and a
    theme that is part of none for itself.

    Columns: those of ``by``, then ``theme_id`` (-1 is no theme), ``n`` (articles of the theme, a text and its
    reprints once), ``n_articles`` (the same of the whole group), ``share`` = n / n_articles, ``share_low``
    and ``share_high``. Each group has a row for each theme, so that its shares sum to 1; a group without
    articles has none. Rows are sorted by group and theme.

    Raises ``ValueError`` for an unknown key or level, and for an article without a row in
    ``theme_of_article``.
    """
    _check(by, level)
    rows = with_columns_of(
        articles_in_groups(articles, by),
        theme_of_article.select("article_id", pl.col("theme_id").cast(pl.Int64)),
        "theme_of_article",
        "articles",
    )
    ids = _ids_at_level(themes, level)
    rows = one_article_a_family(rows.with_columns(_replaced(ids)), by)
    totals = _counted(rows, by, "n_articles")
    every = pl.concat([ids["counted_as"], rows["theme_id"], pl.Series([NOISE], dtype=pl.Int64)])
    grid = totals.join(pl.DataFrame({"theme_id": every.unique()}), how="cross")
    key = [*by, "theme_id"]
    found = grid.join(_counted(rows, key, "n"), on=key, how="left", nulls_equal=True)
    found = found.with_columns(pl.col("n").fill_null(0)).select(*key, "n", "n_articles")
    return with_shares(found).sort(key, nulls_last=True)


def with_shares(table: pl.DataFrame) -> pl.DataFrame:
    """``table`` with the ``share`` of n in n_articles, ``share_low`` and ``share_high``; null for none."""
    n, total = pl.col("n").cast(pl.Float64), pl.col("n_articles").cast(pl.Float64)
    share, centre = n / total, (n + Z**2 / 2) / (total + Z**2)
    half = Z / (total + Z**2) * (n * (total - n) / total + Z**2 / 4).sqrt()
    some = pl.when(total > 0)
    return table.with_columns(
        share=some.then(share),
        share_low=some.then(pl.min_horizontal(pl.max_horizontal(centre - half, 0.0), share)),
        share_high=some.then(pl.max_horizontal(pl.min_horizontal(centre + half, 1.0), share)),
    )


def lifespans(
    over_time: pl.DataFrame, period: str, min_articles: int = MIN_ARTICLES, min_share: float = 0.0
) -> pl.DataFrame:
    """The first and the last period in which each theme has enough articles.

    ``over_time`` is what ``shares_of_themes`` gives by ``period``. Enough are ``min_articles``, and the share
    ``min_share`` of the articles of that period.

    Columns: ``theme_id``, ``first`` and ``last`` (the first days of those periods, null where no period has
    enough), ``from_start`` and ``to_end`` (whether they are the first and the last period of all articles:
    what was before and after is not known), ``n_periods`` (periods with enough), ``n`` (dated articles of the
    theme) and ``n_undated`` (those without a date, which are in no period). Raises ``ValueError`` for
    ``min_articles`` below 1 or ``min_share`` outside 0 to 1.
    """
    if min_articles < 1 or not 0 <= min_share <= 1:
        raise ValueError(
            f"got min_articles={min_articles} and min_share={min_share}; expected at least 1 article, and a "
            "share between 0 and 1."
        )
    dated = pl.col(period).is_not_null()
    enough = dated & (pl.col("n") >= min_articles) & (pl.col("share") >= min_share)
    at = pl.col(period).filter(enough)
    start, end = (pl.lit(one, pl.Date) for one in (over_time[period].min(), over_time[period].max()))
    rows = over_time.filter(pl.col("theme_id") != NOISE).group_by("theme_id")
    found = rows.agg(
        first=at.min(),
        last=at.max(),
        from_start=(at.min() == start).fill_null(False),
        to_end=(at.max() == end).fill_null(False),
        n_periods=enough.sum().cast(pl.Int64),
        n=pl.col("n").filter(dated).sum(),
        n_undated=pl.col("n").filter(~dated).sum(),
    )
    return found.sort("theme_id")


def _check(by: Sequence[str], level: str) -> None:
    unknown = [key for key in by if key not in ARTICLE_KEYS]
    if unknown:
        raise ValueError(f"by: {unknown} cannot be counted by; known are {list(ARTICLE_KEYS)}.")
    if len(set(by)) < len(by):
        raise ValueError(f"by: {list(by)} names a key twice.")
    if level not in LEVELS:
        raise ValueError(f"level: got {level!r}, expected 'fine' or 'coarse'.")


def _ids_at_level(themes: pl.DataFrame, level: Level) -> pl.DataFrame:
    """theme_id of each theme that articles are given, and the theme it is counted as."""
    counted_as = pl.coalesce("parent", "theme_id") if level == "coarse" else pl.col("theme_id")
    fine = themes.filter(pl.col("level") == 0)
    return fine.select(pl.col("theme_id").cast(pl.Int64), counted_as=counted_as.cast(pl.Int64))


def _replaced(ids: pl.DataFrame) -> pl.Expr:
    return pl.col("theme_id").replace(ids["theme_id"], ids["counted_as"])


def _counted(rows: pl.DataFrame, by: Sequence[str], name: str) -> pl.DataFrame:
    """How many ``rows`` each group of ``by`` has; no row where there is none."""
    number = pl.len().cast(pl.Int64).alias(name)
    return rows.group_by(by).agg(number) if by else rows.select(number).filter(pl.col(name) > 0)
