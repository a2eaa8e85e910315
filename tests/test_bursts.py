"""Bursts by hand, against every possible way of states, and by law."""

from datetime import date, timedelta
from itertools import product
from math import log

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newstance.tables import NOISE
from newstance.themes.bursts import burst_states, bursts, gain_of_burst
from newstance.themes.over_time import with_shares

MONDAY = date(2016, 9, 12)


def table_of(n: list[list[int]], totals: list[int]) -> pl.DataFrame:
    """Counts by week of themes 0, 1, …; a week without articles has no rows."""
    rows = [
        {"week": MONDAY + timedelta(7 * week), "theme_id": theme, "n": row[week], "n_articles": total}
        for theme, row in enumerate(n)
        for week, total in enumerate(totals)
        if total
    ]
    undated = {"week": None, "theme_id": 0, "n": 2, "n_articles": 2}
    schema = {"week": pl.Date, "theme_id": pl.Int64, "n": pl.Int64, "n_articles": pl.Int64}
    return with_shares(pl.DataFrame([*rows, undated], schema=schema))


def test_a_burst_by_hand() -> None:
    # usual share 30 / 200; in weeks 3 and 4 it is 10 / 20, where 0.3 explains more than 0.15
    n = [1, 2, 1, 10, 10, 1, 1, 2, 1, 1]
    found = bursts(table_of([n, [2] * 10], [20] * 10), "week")
    assert found.height == 1
    row = found.row(0, named=True)
    assert (row["theme_id"], row["first"], row["last"]) == (
        0,
        MONDAY + timedelta(21),
        MONDAY + timedelta(28),
    )
    assert (row["n_periods"], row["n"], row["n_articles"], row["share"], row["usual"]) == (
        2,
        20,
        40,
        0.5,
        0.15,
    )
    assert row["weight"] == pytest.approx(20 * log(0.3 / 0.15) + 20 * log(0.7 / 0.85))
    assert row["share_low"] < 0.5 < row["share_high"]
    assert row["n_undated"] == 2


def test_entering_costs_gamma_times_the_logarithm_of_the_number_of_periods() -> None:
    n, totals = [1, 2, 1, 10, 10, 1, 1, 2, 1, 1], [20] * 10
    weight = bursts(table_of([n], totals), "week")["weight"][0]
    assert bursts(table_of([n], totals), "week", gamma=0.999 * weight / log(10)).height == 1
    assert bursts(table_of([n], totals), "week", gamma=1.001 * weight / log(10)).height == 0


def test_a_week_without_articles_neither_ends_a_burst_nor_belongs_to_its_end() -> None:
    n, totals = [0, 0, 0, 0, 9, 0, 9, 0, 0, 0, 0], [30, 30, 30, 30, 20, 0, 20, 0, 30, 30, 30]
    found = bursts(table_of([n], totals), "week")
    assert found.select("n_periods", "n", "n_articles").rows() == [(3, 18, 40)]


def test_a_burst_at_the_very_start_and_at_the_very_end() -> None:
    n = [9, 9, 0, 0, 0, 0, 0, 0, 9, 9]
    firsts = bursts(table_of([n], [20] * 10), "week")["first"].to_list()
    assert firsts == [MONDAY, MONDAY + timedelta(56)]


def test_a_share_that_cannot_be_so_many_times_as_large_has_no_burst() -> None:
    n = [9, 9, 9, 20, 20, 9, 9]
    with np.errstate(all="raise"):  # no logarithm of what is below 0
        assert bursts(table_of([n], [20] * 7), "week").height == 0
    assert bursts(table_of([n], [20] * 7), "week", s=1.5).height == 1


def test_no_theme_has_no_burst_and_nothing_has_none() -> None:
    table = table_of([[1, 1, 1, 15, 1, 1]], [20] * 6)
    assert bursts(table.with_columns(theme_id=pl.lit(NOISE, pl.Int64)), "week").height == 0
    undated = table.filter(pl.col("week").is_null())
    assert bursts(undated, "week").schema == bursts(table, "week").schema
    assert bursts(undated, "week").height == bursts(table.clear(), "week").height == 0
    assert bursts(table, "week").height == 1


def test_a_wrong_question_is_told() -> None:
    table = table_of([[1, 2]], [5, 5])
    for wrong, message in (({"s": 1.0}, "s: got 1.0"), ({"gamma": -1.0}, "gamma: got -1.0")):
        with pytest.raises(ValueError, match=message):
            bursts(table, "week", **wrong)


# Laws


@st.composite
def counts(draw, most: int = 12) -> tuple[np.ndarray, np.ndarray]:
    totals = draw(st.lists(st.integers(0, 30), min_size=1, max_size=most))
    n = [[draw(st.integers(0, total)) for total in totals] for _ in range(2)]
    return np.array(n), np.array(totals)


def worth(states: tuple[bool, ...], gains: np.ndarray, entry: float) -> float:
    """What a way of states is worth: the gains of its bursts, less the entries."""
    entries = sum(now and not before for before, now in zip((False, *states), states, strict=False))
    return sum(gain for gain, state in zip(gains, states, strict=True) if state) - entry * entries


@settings(max_examples=40)
@given(counts(8), st.floats(1.1, 4), st.floats(0, 2))
def test_the_states_are_the_best_of_all_possible_ones(made, s, gamma) -> None:
    gains = gain_of_burst(*made, s)
    entry = gamma * log(gains.shape[1])
    for row, states in zip(gains, burst_states(gains, gamma), strict=True):
        every = product((False, True), repeat=len(row)) if np.isfinite(row).all() else [(False,) * len(row)]
        best = max(worth(one, row, entry) for one in every)
        assert worth(tuple(states), row, entry) == pytest.approx(best, abs=1e-9)


@given(counts(), st.integers(2, 5))
def test_more_articles_of_the_same_shares_make_bursts_clearer(made, times) -> None:
    n, totals = made
    few, many = (gain_of_burst(times_ * n, times_ * totals) for times_ in (1, times))
    entry = log(n.shape[1])
    for gains, more in zip(few, many, strict=True):
        before = worth(tuple(burst_states(gains[None])[0]), gains, entry)
        after = worth(tuple(burst_states(more[None])[0]), more, entry)
        assert after >= times * before - 1e-9


@given(st.lists(st.integers(1, 40), min_size=1, max_size=20), st.integers(1, 4))
def test_a_constant_share_never_bursts(tens, tenths) -> None:
    totals = 10 * np.array(tens)
    assert not burst_states(gain_of_burst(tenths * np.array([tens]), totals), 0.0).any()


@given(counts())
def test_themes_do_not_mind_each_other(made) -> None:
    n, totals = made
    together = burst_states(gain_of_burst(n, totals))
    alone = [burst_states(gain_of_burst(row[None], totals))[0] for row in n]
    assert (together == np.array(alone)).all()
