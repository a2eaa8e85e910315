"""Bins of probabilities found by hand, their intervals, and the error that they sum to."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newstance.evaluate.calibration import RELIABILITY, equal_mass_bins, reliability
from newstance.evaluate.stance import expected_calibration_error
from newstance.themes.over_time import with_shares


def made(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    probas = rng.uniform(size=n)
    return probas, rng.uniform(size=n) < probas


def test_bins_found_by_hand():
    probas = np.array([0.9, 0.1, 0.2, 0.8, 0.3, 0.7])
    true = np.array([True, False, True, True, False, False])
    bins = reliability(probas, true, np.arange(6), n_bins=2)
    assert bins["proba"].to_list() == pytest.approx([0.2, 0.8])
    assert bins["share"].to_list() == pytest.approx([1 / 3, 2 / 3])
    assert bins["n"].to_list() == bins["n_groups"].to_list() == [3, 3]


def test_equal_probabilities_share_a_bin():
    assert equal_mass_bins(np.array([0.5, 0.5, 0.5, 0.9])).tolist() == [0, 0, 0, 7]
    bins = reliability(np.full(20, 0.5), np.arange(20) < 12, np.arange(20))
    assert bins.select("proba", "share", "n").rows() == [(0.5, 0.6, 20)]


def test_intervals_are_those_of_wilson_where_no_text_has_another_of_its_group():
    probas, true = made(200)
    bins = reliability(probas, true, np.arange(200))
    counted = bins.select(n=pl.col("share") * pl.col("n"), n_articles="n")
    assert bins["low"].to_list() == pytest.approx(with_shares(counted)["share_low"].to_list())
    assert bins["high"].to_list() == pytest.approx(with_shares(counted)["share_high"].to_list())


def test_texts_of_one_group_are_no_more_than_one():
    pair = reliability(np.array([0.4, 0.4]), np.array([True, True]), np.array(["a", "a"]))
    alone = reliability(np.array([0.4]), np.array([True]), np.array(["a"]))
    assert pair.select("share", "low", "high").equals(alone.select("share", "low", "high"))
    assert pair.select("n", "n_groups").row(0) == (2, 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.integers(0, 5)), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_intervals_hold_the_share_and_the_order_of_rows_plays_no_part(rows, random):
    def of(some):
        probas, true, groups = map(np.array, zip(*some, strict=True))
        return reliability(probas, true, groups)

    bins = of(rows)
    assert bins["n"].sum() == len(rows)
    assert (bins["low"] >= 0).all()
    assert (bins["low"] <= bins["share"]).all()
    assert (bins["share"] <= bins["high"]).all()
    assert (bins["high"] <= 1).all()
    turned = list(rows)
    random.shuffle(turned)
    assert of(turned)["n"].equals(bins["n"])
    assert of(turned)["share"].to_list() == pytest.approx(bins["share"].to_list())


def test_gaps_of_the_bins_sum_to_the_calibration_error():
    rng = np.random.default_rng(3)
    probas, y = rng.dirichlet((1, 1, 1), 300), rng.integers(3, size=300)
    bins = reliability(probas.max(axis=1), probas.argmax(axis=1) == y, np.arange(300))
    gap = ((bins["proba"] - bins["share"]).abs() * bins["n"]).sum() / 300
    assert gap == pytest.approx(expected_calibration_error(y, probas))


def test_nothing_has_no_bins():
    none = reliability(np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0))
    assert none.is_empty()
    assert none.schema == pl.Schema(RELIABILITY)
