"""Bursts: the periods in which a theme has a far greater share of the articles than usual.

An automaton with two states writes the news (Kleinberg 2002, doi:10.1023/A:1024940629314, for documents that
come in batches): in the calm state each article of a period is of the theme with its usual probability, in
the burst with ``s`` times that. To enter a burst costs ``gamma`` times the logarithm of the number of
periods, to leave it costs nothing. The bursts are those of the cheapest way through the periods (Viterbi).
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from newstance.groups import starts_of
from newstance.tables import NOISE
from newstance.themes.over_time import with_shares

S, GAMMA = 2.0, 1.0


def bursts(over_time: pl.DataFrame, period: str, s: float = S, gamma: float = GAMMA) -> pl.DataFrame:
    """The bursts of each theme, the weightiest first.

    ``over_time`` is what ``shares_of_themes`` gives by ``period``. A theme whose usual share is 1 / ``s`` or
    more has no burst, as no share is ``s`` times as large. Periods without articles say nothing; a burst may
    go on over them.

    Columns: ``theme_id``, ``first`` and ``last`` (the first days of the first and the last period),
    ``n_periods``, ``n``, ``n_articles``, ``share``, ``share_low`` and ``share_high`` of all these periods (a
    text that is reprinted in a later period counts in both), ``usual`` (the share in all periods), ``weight``
    (by how much the burst explains its periods better than calm does, in nats: more than entering it costs)
    and ``n_undated`` (articles of the theme without a date, which are in no period).
    Raises ``ValueError`` for ``s`` of 1 or less, or ``gamma`` below 0.
    """
    theme_ids, starts, n, totals = _arrays(over_time, period)
    gains = gain_of_burst(n, totals, s)
    states = burst_states(gains, gamma)
    undated = over_time.filter(pl.col(period).is_null()).select("theme_id", n_undated="n")
    rows = [
        {
            "theme_id": int(theme_ids[theme]),
            "first": starts[first],
            "last": starts[last],
            "n_periods": last - first + 1,
            "n": int(n[theme, first : last + 1].sum()),
            "n_articles": int(totals[first : last + 1].sum()),
            "usual": float(n[theme].sum() / totals.sum()),
            "weight": float(gains[theme, first : last + 1].sum()),
        }
        for theme, first, last in _runs(states)
    ]
    whole = dict.fromkeys(("theme_id", "n_periods", "n", "n_articles"), pl.Int64)
    schema = pl.Schema(whole | {"first": pl.Date, "last": pl.Date, "usual": pl.Float64, "weight": pl.Float64})
    found = with_shares(pl.DataFrame(rows, schema=schema)).join(undated, on="theme_id", how="left")
    shares = ("share", "share_low", "share_high", "usual", "weight")
    found = found.select("theme_id", "first", "last", "n_periods", "n", "n_articles", *shares, "n_undated")
    found = found.with_columns(pl.col("n_undated").fill_null(0))
    return found.sort("weight", "theme_id", "first", descending=[True, False, False])


def gain_of_burst(n: np.ndarray, totals: np.ndarray, s: float = S) -> np.ndarray:
    """By how much a burst explains each period better than calm does, in nats: (n_themes, n_periods).

    ``n`` (n_themes, n_periods) are the articles of each theme, ``totals`` (n_periods,) all articles.
    """
    if not s > 1:
        raise ValueError(f"s: got {s}, expected more than 1: how many times its usual share a burst has.")
    usual = n.sum(axis=1, keepdims=True) / max(totals.sum(), 1)
    possible = (usual > 0) & (s * usual < 1)
    usual = np.where(possible, usual, 0.5 / s)
    gains: np.ndarray = n * np.log(s) + (totals - n) * (np.log1p(-s * usual) - np.log1p(-usual))
    return np.where(possible, gains, -np.inf)


def burst_states(gains: np.ndarray, gamma: float = GAMMA) -> np.ndarray:
    """Whether each theme bursts in each period, (n_themes, n_periods) as ``gains``; of ways that cost the
    same, one with fewer periods of burst."""
    if not gamma >= 0:
        raise ValueError(f"gamma: got {gamma}, expected 0 or more: what it costs to enter a burst.")
    n_themes, n_periods = gains.shape
    states = np.zeros(gains.shape, dtype=bool)
    if not n_periods:
        return states
    entry = gamma * np.log(n_periods)
    calm, burst = np.zeros(n_themes), np.full(n_themes, -np.inf)
    stayed, left = np.zeros_like(states), np.zeros_like(states)
    for period in range(n_periods):
        left[:, period], stayed[:, period] = burst > calm, burst > calm - entry
        calm, burst = np.maximum(calm, burst), gains[:, period] + np.maximum(burst, calm - entry)
    state = burst > calm
    for period in range(n_periods - 1, -1, -1):
        states[:, period] = state
        state = np.where(state, stayed[:, period], left[:, period])
    return states


def _arrays(over_time: pl.DataFrame, period: str) -> tuple[np.ndarray, list, np.ndarray, np.ndarray]:
    """Themes (n_themes,), the first days of all periods from the first to the last, and the counts
    (n_themes, n_periods) and totals (n_periods,) in them; without dates there are no periods."""
    dated = over_time.filter(pl.col(period).is_not_null(), pl.col("theme_id") != NOISE)
    theme_ids = dated["theme_id"].unique().sort().to_numpy()
    if not dated.height:
        return theme_ids, [], np.zeros((0, 0), dtype=np.int64), np.zeros(0, dtype=np.int64)
    starts = starts_of(dated[period], period)
    row = np.searchsorted(theme_ids, dated["theme_id"].to_numpy())
    column = starts.search_sorted(dated[period]).to_numpy()
    n = np.zeros((len(theme_ids), len(starts)), dtype=np.int64)
    totals = np.zeros(len(starts), dtype=np.int64)
    n[row, column], totals[column] = dated["n"].to_numpy(), dated["n_articles"].to_numpy()
    return theme_ids, starts.to_list(), n, totals


def _runs(states: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Row, first and last column of each unbroken run of True in ``states`` (n_rows, n_columns)."""
    edges = np.diff(np.pad(states, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, firsts = np.nonzero(edges == 1)
    lasts = np.nonzero(edges == -1)[1] - 1
    yield from zip(rows.tolist(), firsts.tolist(), lasts.tolist(), strict=True)
