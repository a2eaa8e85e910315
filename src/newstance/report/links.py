"""Links inside the page: each sets the filter and leads to the sentences that pass it."""

from datetime import date, timedelta
from urllib.parse import urlencode

import polars as pl

from newstance.groups import PERIODS


def sentences_link(**wanted: object) -> str:
    """The address of the sentences that are ``wanted``: target, source, theme (its id), stance, from, to.

    ``state.js`` reads it; a key that is None is left out.
    """
    given = {key.rstrip("_"): str(value) for key, value in wanted.items() if value is not None}
    return f"#evidence?{urlencode(given, errors='surrogatepass')}"


def last_day(start: date, period: str) -> date:
    """The last day of the week, month or quarter that begins on ``start``."""
    following: date = pl.Series([start]).dt.offset_by(PERIODS[period])[0]
    return following - timedelta(days=1)
