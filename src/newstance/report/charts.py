"""What the charts of the page draw beside the articles: themes over time, and the reliability of stances.

Counts of themes over time are those of the summary; the page counts anew where the reader filters, by the
same rule (``groups.py``).
"""

from typing import Any

import numpy as np
import polars as pl

from newstance.evaluate.calibration import reliability
from newstance.groups import starts_of
from newstance.report.themes import Mark
from newstance.results import Results
from newstance.summary import Summary
from newstance.tables import NOISE, STANCES

DIGITS = 4


def chart_data(results: Results, marks: list[Mark]) -> dict[str, Any]:
    """Plain values for JSON: ``time`` and ``reliability``."""
    return {"time": time_data(results.summary, marks), "reliability": reliability_data(results.judged)}


def time_data(summary: Summary, marks: list[Mark]) -> dict[str, Any] | None:
    """Articles of each theme in each period; None where no article has a date.

    ``starts`` are days since 1970-01-01, with the day after the last period behind them; ``counts`` has a row
    for each theme in the order of the page, and one for no theme; ``totals`` counts all articles. ``bursts``
    are theme, first and last period, by their places.
    """
    dated = summary.themes_over_time.filter(pl.col("start").is_not_null())
    if summary.theme_period is None or dated.is_empty():
        return None
    starts = starts_of(dated["start"], summary.theme_period)
    period = {start: place for place, start in enumerate(starts)}
    theme = {one: place for place, one in enumerate([*_with_mark(marks), NOISE])}
    counts = np.zeros((len(theme), len(starts)), dtype=int)
    totals = np.zeros(len(starts), dtype=int)
    for start, theme_id, n, n_articles in dated.select("start", "theme_id", "n", "n_articles").rows():
        counts[theme[theme_id], period[start]] = n
        totals[period[start]] = n_articles
    return {
        "period": summary.theme_period,
        "starts": [*starts.to_physical(), _after(starts, summary.theme_period)],
        "counts": counts.tolist(),
        "totals": totals.tolist(),
        "bursts": _bursts(summary, theme, period),
    }


def _with_mark(marks: list[Mark]) -> list[int]:
    return [mark.theme_id for mark in marks if mark.theme_id != NOISE]


def _after(starts: pl.Series, period: str) -> int:
    """The first day after the last period, in days since 1970-01-01."""
    offset = {"week": "1w", "month": "1mo", "quarter": "1q"}[period]
    return int(starts.tail(1).dt.offset_by(offset).to_physical()[0])


def _bursts(summary: Summary, theme: dict[int, int], period: dict[Any, int]) -> list[list[int]]:
    rows = summary.theme_bursts.select("theme_id", "first", "last").rows()
    return sorted([theme[theme_id], period[first], period[last]] for theme_id, first, last in rows)


def reliability_data(judged: pl.DataFrame) -> dict[str, list[list[float]]] | None:
    """Bins of the judgements left out of the fit (``tables.JUDGED``); None where there are none.

    ``all`` are the bins of the probability of the stance that was said, beside the share in which it is
    right; favor, against and none those of the probability of that stance, beside the share that have it. A
    bin is probability, share, the ends of its interval, judgements and groups of texts.
    """
    if judged.is_empty():
        return None
    probas = judged.select(f"proba_{stance}" for stance in STANCES).to_numpy()
    y = np.array([STANCES.index(stance) for stance in judged["stance"]])
    groups = judged["group"].to_numpy()
    found = {"all": reliability(probas.max(axis=1), probas.argmax(axis=1) == y, groups)}
    for column, stance in enumerate(STANCES):
        found[stance] = reliability(probas[:, column], y == column, groups)
    return {name: [list(row) for row in bins.with_columns(_rounded()).rows()] for name, bins in found.items()}


def _rounded() -> pl.Expr:
    return pl.col(pl.Float64).round(DIGITS)
