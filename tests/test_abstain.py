"""When a stance is decided, and how often the decided ones are right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.stance.abstain import FEWEST_OF_A_STANCE, decided_table, one_possible, possible_from
from newstance.tables import STANCES
from test_quantify import says


def drawn(n: int, seed: int, shares=(0.08, 0.22, 0.7)) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.choice(3, p=shares, size=n)
    return y, says(y, rng)


@pytest.mark.parametrize("coverage", [0.7, 0.9])
def test_each_stance_stays_possible_for_the_asked_share_of_its_texts(coverage):
    kept = np.zeros(3)
    for seed in range(60):
        y, probas = drawn(900, seed)
        limits = possible_from(probas[:300], y[:300], coverage)
        new = (probas[300:] >= limits)[np.arange(600), y[300:]]
        kept += [new[y[300:] == stance].mean() for stance in range(3)]
    assert (kept / 60 >= coverage - 0.01).all()
    assert (kept / 60 <= coverage + 0.05).all()


def test_a_rare_stance_shares_the_limit_of_all():
    y, probas = drawn(400, 0)
    rare = np.concatenate([np.flatnonzero(y == 0)[: FEWEST_OF_A_STANCE - 1], np.flatnonzero(y > 0)])
    limits = possible_from(probas[rare], y[rare], 0.8)
    own = probas[rare][np.arange(len(rare)), y[rare]]
    assert np.mean(own >= limits[0]) == pytest.approx(0.8, abs=0.01)
    assert limits[0] != possible_from(probas, y, 0.8)[0]


def test_too_few_judgements_rule_nothing_out():
    y, probas = np.array([0, 1, 2]), np.eye(3)
    assert possible_from(probas, y, 0.9).tolist() == [0, 0, 0]


@given(st.permutations(range(40)), st.floats(0.05, 0.95))
def test_the_order_of_judgements_plays_no_part(order, coverage):
    y, probas = drawn(40, 3)
    assert (
        possible_from(probas[order], y[order], coverage).tolist()
        == possible_from(probas, y, coverage).tolist()
    )


def test_decided_is_where_one_stance_is_possible_and_it_is_the_most_probable():
    limits = np.array([0.3, 0.3, 0.5])
    probas = np.array(
        [[0.6, 0.2, 0.2], [0.45, 0.4, 0.15], [0.25, 0.25, 0.5], [0.35, 0.2, 0.45], [0.2, 0.25, 0.45]]
    )
    assert one_possible(probas, limits).tolist() == [True, False, True, False, False]


def test_the_table_counts_what_is_decided_and_right():
    y, probas = (
        np.array([0, 1, 2, 2]),
        np.array([[0.8, 0.1, 0.1], [0.5, 0.4, 0.1], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]]),
    )
    table = decided_table(probas, y, list("abcd"), ["en", "en", "ru", "ru"], (0.5, None))
    rows = {row["row"]: row for row in table.to_dicts()}
    assert list(rows) == ["all", *(f"stance={stance}" for stance in STANCES), "lang=en", "lang=ru"]
    assert (rows["all"]["n"], rows["all"]["decided"], rows["all"]["accuracy"]) == (4, 0.75, 0.75)
    assert rows["all"]["accuracy_decided"] == pytest.approx(2 / 3)
    assert rows["stance=against"]["accuracy_decided"] == 0
    assert rows["all"]["coverage"] is None


def test_the_limits_of_the_table_come_from_other_groups():
    """Each group has a level of its own, which only its own texts would tell."""
    y = np.repeat(2, 60)
    own = np.repeat(np.linspace(0.4, 0.9, 6), 10)
    probas = np.column_stack([(1 - own) / 2, (1 - own) / 2, own])
    groups = [str(group) for group in np.repeat(range(6), 10)]
    table = decided_table(probas, y, groups, ["en"] * 60, (0.5, 0.9))
    lowest_group_left_out = 5 / 6
    assert table["coverage"][0] == pytest.approx(lowest_group_left_out)


def test_more_coverage_decides_less_and_is_right_more_often():
    y, probas = drawn(3_000, 1)
    groups = [str(row) for row in range(len(y))]
    few, many = (
        decided_table(probas, y, groups, ["en"] * len(y), (0.5, c)).row(0, named=True) for c in (0.95, 0.75)
    )
    assert few["decided"] < many["decided"]
    assert few["accuracy_decided"] > many["accuracy_decided"] > many["accuracy"]
    assert few["coverage"] == pytest.approx(0.95, abs=0.02)


def test_no_judgement_gives_no_row():
    assert decided_table(np.zeros((0, 3)), np.zeros(0, dtype=int), [], [], (0.5, 0.9)).is_empty()
