"""Shares of an outlet from judgements that were drawn at random from its own sentences."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from newstance.stance.own_gold import FEWEST_OWN, OwnGold, nearest_shares
from newstance.stance.quantify import KnownErrors, drawn_matrices, true_shares
from test_quantify import judged, says

TRUTH = np.array([0.1, 0.2, 0.7])


def says_of_a_strange_outlet(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A classifier that errs here as nowhere else: it takes much for favor."""
    logits = np.log(says(y, rng)) + np.array([1.5, 0, 0])
    shares = np.exp(logits)
    return shares / shares.sum(axis=1, keepdims=True)


def own_rows(y, probas, p_draw=0.1, source="A") -> pl.DataFrame:
    return judged(y, probas).with_columns(source=pl.lit(source), p_draw=pl.lit(p_draw))


def test_intervals_hold_where_the_outlet_is_unlike_the_labels():
    rng = np.random.default_rng(5)
    held, held_elsewhere = np.zeros(3), np.zeros(3)
    for _ in range(100):
        y = rng.choice(3, p=TRUTH, size=500)
        said = says_of_a_strange_outlet(y, rng)
        drawn = rng.choice(500, 60, replace=False)
        means = rng.multinomial(500, np.full(500, 1 / 500), size=200) @ said / 500
        own = OwnGold.of(own_rows(y[drawn], said[drawn], 60 / 500), {"source": "A"})
        held += _held(own.shares(means, 500, 0))
        others = rng.integers(0, 3, 300)
        errors = KnownErrors.of(judged(others, says(others, rng)))
        held_elsewhere += _held(true_shares(means, drawn_matrices(errors, 200, 0)))
    assert (held >= 88).all()
    assert (held_elsewhere <= 30).all()  # the labels of other outlets alone mislead


def _held(draws: np.ndarray) -> np.ndarray:
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    return (low <= TRUTH) & (high >= TRUTH)


def test_a_good_classifier_narrows_the_interval_and_a_blind_one_does_not():
    rng = np.random.default_rng(0)
    y = rng.choice(3, p=TRUTH, size=2_000)
    sharp, blind = np.eye(3)[y] * 0.97 + 0.01, np.tile(TRUTH, (2_000, 1))
    widths, trusts = {}, {}
    for name, said in (("sharp", sharp), ("blind", blind)):
        own = OwnGold.of(own_rows(y[:100], said[:100]), {"source": "A"})
        means = rng.multinomial(2_000, np.full(2_000, 1 / 2_000), size=300) @ said / 2_000
        widths[name] = np.ptp(np.quantile(own.shares(means, 2_000, 0), [0.025, 0.975], axis=0), axis=0).max()
        trusts[name] = own.trust(2_000)
    assert trusts["sharp"] > 0.9
    assert trusts["blind"] < 0.05
    assert widths["sharp"] < 0.5 * widths["blind"]


def test_a_text_drawn_with_half_the_chance_counts_twice():
    y, said = np.repeat([0, 1], 30), np.tile(TRUTH, (60, 1))
    rows = own_rows(y, said).with_columns(p_draw=pl.Series([0.1] * 30 + [0.05] * 30))
    own = OwnGold.of(rows, {"source": "A"})
    assert own.true.sum(axis=0) / own.sizes.sum() == pytest.approx([1 / 3, 2 / 3, 0])


@pytest.mark.parametrize(
    "about", [{}, {"target": "X"}, {"source": "A", "lang": "en"}, {"source": "B"}, {"source": None}]
)
def test_only_an_outlet_has_judgements_of_its_own(about):
    y = np.zeros(FEWEST_OWN, dtype=int)
    rows = own_rows(y, says(y, np.random.default_rng(0)))
    assert OwnGold.of(rows, {"source": "A", "target": "X"}).n == FEWEST_OWN
    assert OwnGold.of(rows, about) is None


def test_chosen_judgements_and_too_few_do_not_count():
    y = np.zeros(FEWEST_OWN, dtype=int)
    rows = own_rows(y, says(y, np.random.default_rng(0)))
    assert OwnGold.of(rows.with_columns(p_draw=pl.lit(None, pl.Float64)), {"source": "A"}) is None
    assert OwnGold.of(rows.head(FEWEST_OWN - 1), {"source": "A"}) is None
    assert OwnGold.of(rows.with_columns(group=pl.lit("one")), {"source": "A"}) is None


@given(arrays(float, (5, 3), elements=st.floats(-2, 2)))
def test_nearest_shares_are_shares_and_shares_stay(values):
    found = nearest_shares(values)
    assert (found >= 0).all()
    assert found.sum(axis=1) == pytest.approx(1)
    assert nearest_shares(found) == pytest.approx(found, abs=1e-9)
    for corner in np.eye(3):
        between = found + 0.1 * (corner - found)
        assert (((found - values) ** 2).sum(axis=1) <= ((between - values) ** 2).sum(axis=1) + 1e-9).all()
