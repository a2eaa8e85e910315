"""Weeks, months or quarters: the finest in which there is enough to count."""

import polars as pl

from newstance.groups import starts_of

MOST_PERIODS = 60
SHOWN = ("week", "month", "quarter")


def choose_period(dates: pl.Series, n_in_each: float) -> str | None:
    """The finest of week, month and quarter that has at most 60 parts with ``n_in_each`` dates on average;
    None where there is no date."""
    dates = dates.drop_nulls()
    if dates.is_empty():
        return None
    for period in SHOWN:
        if len(starts_of(dates, period)) <= min(MOST_PERIODS, max(1, len(dates) / n_in_each)):
            return period
    return SHOWN[-1]
