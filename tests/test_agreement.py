"""Krippendorff's alpha against his own examples, and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.evaluate.agreement import krippendorff_alpha
from newstance.evaluate.counts import Bootstrap

FEW = Bootstrap(50, 0)
# "Computing Krippendorff's Alpha-Reliability" (2011): part B, two observers; part C, four with gaps.
TWO = ["a a b b d c c c e d d a", "b a b b b c c c e d d d"]


def alpha(rows: list[list[str]], bootstrap: Bootstrap = FEW):
    """Agreement of annotators, a row each; "." is no answer."""
    said = [(unit, label) for row in rows for unit, label in enumerate(row) if label != "."]
    units, labels = [unit for unit, _ in said], [label for _, label in said]
    return krippendorff_alpha(units, labels, units, bootstrap)


def test_alpha_of_two_observers_is_krippendorffs():
    found = alpha([row.split() for row in TWO])
    assert found.alpha == pytest.approx(0.692, abs=5e-4)
    assert found.n_units == 12


def test_alpha_of_four_observers_with_gaps_is_krippendorffs():
    rows = ["123321412...", "1233224125.3", ".33323422" + "51.", "123324412" + "51."]
    found = alpha([list(row) for row in rows])
    assert found.alpha == pytest.approx(0.743, abs=5e-4)
    assert found.n_units == 11  # one thing has a single answer


def test_one_label_alone_and_single_answers_have_no_alpha():
    assert alpha([list("aaa"), list("aaa")]).alpha is None
    assert alpha([list("ab.."), list("..ab")]) == (None, None, 0)


def test_chance_gives_about_zero_and_the_interval_holds_it():
    rows = np.random.default_rng(0).choice(list("abc"), (2, 2000)).tolist()
    found = alpha(rows, Bootstrap(300, 0))
    assert found.alpha == pytest.approx(0, abs=0.05)
    low, high = found.interval
    assert low < 0 < high
    assert high - low < 0.15


def test_an_interval_resamples_articles():
    rows = np.random.default_rng(1).choice(list("ab"), (2, 60), p=[0.7, 0.3])
    rows[1, :40] = rows[0, :40]
    units, labels = [*range(60)] * 2, rows.ravel().tolist()
    alone = krippendorff_alpha(units, labels, units, Bootstrap(400, 0)).interval
    together = krippendorff_alpha(units, labels, [unit // 5 for unit in units], Bootstrap(400, 0)).interval
    assert together[1] - together[0] > alone[1] - alone[0]
    assert krippendorff_alpha(units, labels, [unit // 10 for unit in units], FEW).interval is None


@given(
    st.lists(st.sampled_from("abc"), min_size=2, max_size=30).filter(lambda row: len(set(row)) > 1),
    st.integers(2, 4),
)
def test_full_agreement_is_one(labels, n_annotators):
    assert alpha([labels] * n_annotators).alpha == pytest.approx(1)


@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from("abc")), min_size=4, max_size=40), st.randoms())
def test_order_and_names_change_nothing(said, random):
    def of(pairs, names):
        units = [unit for unit, _ in pairs]
        return krippendorff_alpha(units, [names[label] for _, label in pairs], units, FEW).alpha

    first = of(said, dict(zip("abc", "abc", strict=True)))
    again = of(random.sample(said, len(said)), dict(zip("abc", "xyz", strict=True)))
    assert (first is None and again is None) or again == pytest.approx(first)
    assert first is None or first <= 1 + 1e-9
