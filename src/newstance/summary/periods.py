"""Weeks, months or quarters: the finest in which there is enough to count."""

from typing import Any

import polars as pl

from newstance.stance.aggregate import PERIODS

MOST_PERIODS = 60


def choose_period(dates: pl.Series, n_in_each: float) -> str | None:
    """The finest of week, month and quarter that has at most 60 parts with ``n_in_each`` dates on average;
    None where there is no date."""
    dates = dates.drop_nulls()
    if dates.is_empty():
        return None
    for period in PERIODS:
        if len(starts_of(dates, period)) <= min(MOST_PERIODS, max(1, len(dates) / n_in_each)):
            return period
    return list(PERIODS)[-1]


def starts_of(dates: pl.Series, period: str) -> pl.Series:
    """The first day of each period from the earliest of ``dates`` to the latest."""
    starts = dates.dt.truncate(PERIODS[period])
    first, last = _ends(starts)
    return pl.date_range(first, last, PERIODS[period], eager=True)


def _ends(dates: pl.Series) -> tuple[Any, Any]:
    return dates.min(), dates.max()
