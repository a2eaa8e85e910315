"""Shares of the stances with their intervals, by target, outlet, theme and time."""

from typing import TYPE_CHECKING

import polars as pl

from newstance.stance.aggregate import BOUNDS, aggregate
from newstance.summary.periods import choose_period
from newstance.summary.verdict import COUNTED, REFUSED, covered

if TYPE_CHECKING:
    from newstance.results import Results

ARTICLES_IN_PERIOD = 5
# More targets than this ask for no longer periods: most of them are spoken of by few articles.
MOST_TARGETS = 12


def shares_by(results: "Results", by: list[str], stances: pl.DataFrame | None = None) -> pl.DataFrame:
    """Shares of ``stances`` (all of covered languages without) for each value of ``by``, with the results'
    resamples and seed.

    They are corrected for the errors of the classifier. Where too few judgements tell these errors, they are
    counts without intervals; where the stances are refused (``summary.verdict``), there is no row.
    """
    errors, basis = results.stance_errors, results.stance_verdict.basis
    rows = covered(results) if stances is None else stances
    table = aggregate(
        rows.clear() if basis == REFUSED else rows,
        results.corpus.articles,
        results.theme_of_article,
        by,
        results.n_bootstrap,
        results.seed,
        errors,
    )
    if basis == COUNTED:
        table = table.with_columns(pl.lit(None, pl.Float64).alias(bound) for bound in BOUNDS)
    return table


def by_target(results: "Results") -> pl.DataFrame:
    """A row a target, the most decided stances first."""
    return shares_by(results, ["target"]).sort(["n", "target"], descending=[True, False])


def by_period(results: "Results", targets: pl.DataFrame) -> tuple[str | None, pl.DataFrame]:
    """The period, and a row for each ``start`` of it and target, of the articles that have a date.

    The period is None where no article with a stance has a date.
    """
    dated = results.corpus.articles.filter(pl.col("published").is_not_null())
    stances = covered(results).join(dated, on="article_id", how="semi")
    n_targets = targets.filter(pl.col("n") > 0).height
    n_in_each = ARTICLES_IN_PERIOD * max(1, min(MOST_TARGETS, n_targets)) // 2
    period = choose_period(dated.join(stances, on="article_id", how="semi")["published"], n_in_each)
    rows = shares_by(results, [period or "week", "target"], stances)
    return period, rows.rename({period or "week": "start"})
