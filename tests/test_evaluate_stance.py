"""Stance scores against scikit-learn, against values found by hand, and their laws."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, log_loss

from newstance.evaluate.counts import bootstrap_f1_macro, f1_of_classes
from newstance.evaluate.stance import expected_calibration_error, stance_scores

FAVOR, AGAINST, NONE = 0, 1, 2


def judgements(n: int = 240, seed: int = 0) -> dict:
    """Made judgements: two a group, three languages, two targets; the target helps the prediction."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    logits = rng.normal(size=(n, 3)) + 1.5 * np.eye(3)[y]
    blind = rng.normal(size=(n, 3)) + 0.3 * np.eye(3)[y]
    return {
        "y": y,
        "probas": softmax(logits),
        "groups": np.arange(n) // 2,
        "langs": rng.choice(["ru", "en", "uk"], n, p=[0.6, 0.3, 0.1]),
        "targets": rng.choice(["Russia", "ceasefire"], n),
        "blind_probas": softmax(blind),
        "n_bootstrap": 300,
        "seed": 0,
    }


def softmax(logits: np.ndarray) -> np.ndarray:
    shares = np.exp(logits)
    return shares / shares.sum(axis=1, keepdims=True)


def sure(predicted: list[int]) -> np.ndarray:
    """Probabilities of a classifier that is sure of ``predicted``."""
    return np.eye(3)[predicted]


def row_of(table: pl.DataFrame, name: str) -> dict:
    return table.row(by_predicate=pl.col("row") == name, named=True)


def test_scores_are_those_of_scikit_learn():
    made = judgements()
    y, predicted = made["y"], made["probas"].argmax(axis=1)
    metrics = stance_scores(**made).metrics
    assert metrics["stance/f1_macro"] == pytest.approx(f1_score(y, predicted, average="macro"))
    assert metrics["stance/accuracy"] == pytest.approx(accuracy_score(y, predicted))
    assert metrics["stance/log_loss"] == pytest.approx(log_loss(y, made["probas"], labels=[0, 1, 2]))
    two = f1_score(y, predicted, labels=[FAVOR, AGAINST], average="macro")
    assert metrics["stance/f1_favor_against"] == pytest.approx(two)
    blind = f1_score(y, made["blind_probas"].argmax(axis=1), average="macro")
    assert metrics["stance/target_blind/f1_macro"] == pytest.approx(blind)
    majority = np.full_like(y, np.bincount(y).argmax())
    assert metrics["stance/majority/f1_macro"] == pytest.approx(f1_score(y, majority, average="macro"))


@pytest.mark.parametrize(("kind", "value"), [("lang", "ru"), ("lang", "uk"), ("target", "Russia")])
def test_each_language_and_target_has_its_own_scores(kind, value):
    made = judgements()
    own = made[f"{kind}s"] == value
    scores = stance_scores(**made)
    expected = f1_score(made["y"][own], made["probas"].argmax(axis=1)[own], average="macro")
    assert scores.metrics[f"stance/{kind}={value}/f1_macro"] == pytest.approx(expected)
    assert scores.metrics[f"stance/{kind}={value}/n"] == own.sum()
    assert row_of(scores.table, f"{kind}={value}")["n"] == own.sum()


def test_outlets_of_enough_judgements_have_a_row():
    made = judgements()
    sources = ["Big"] * 100 + ["Small"] * 19 + [None] * 121
    scores = stance_scores(**made, sources=sources)
    names = [name for name in scores.table["row"] if name.startswith("source=")]
    assert names == ["source=Big"]
    expected = f1_score(made["y"][:100], made["probas"].argmax(axis=1)[:100], average="macro")
    assert scores.metrics["stance/source=Big/f1_macro"] == pytest.approx(expected)


def test_texts_of_several_stances_are_scored_beside_the_control():
    """Two judgements a text; where they differ, a control that knows no target gets one of them at most."""
    y = np.array([FAVOR, AGAINST] * 20 + [NONE, NONE] * 20)
    texts = [f"text {row // 2}" for row in range(80)]
    blind = sure([FAVOR] * 40 + [NONE] * 40)
    scores = stance_scores(y, sure(y.tolist()), texts, ["en"] * 80, ["A", "B"] * 40, blind, texts=texts)
    mixed = row_of(scores.table, "texts of several stances")
    control = row_of(scores.table, "texts of several stances, target-blind control")
    assert (mixed["n"], mixed["accuracy"]) == (40, 1)
    assert (control["n"], control["accuracy"]) == (40, 0.5)
    assert "stance/contrast/f1_macro" in scores.metrics
    lead = row_of(scores.table, "texts of several stances, aware minus blind")
    assert lead["f1_macro"] == pytest.approx(mixed["f1_macro"] - control["f1_macro"])
    assert scores.metrics["stance/contrast_lead/f1_macro_low"] > 0
    alike = stance_scores(
        y[40:], sure(y[40:].tolist()), texts[40:], ["en"] * 40, ["A"] * 40, None, texts=texts[40:]
    )
    assert not any(name.startswith("texts of") for name in alike.table["row"])


def test_table_has_a_row_for_everything_in_order():
    table = stance_scores(**judgements()).table
    assert table["row"].to_list()[:4] == [
        "all",
        "target-blind control",
        "target-aware minus blind",
        "majority",
    ]
    assert table["row"].to_list()[4:7] == ["lang=ru", "lang=en", "lang=uk"]
    assert set(table["row"].to_list()[7:]) == {"target=Russia", "target=ceasefire"}


def test_f1_found_by_hand():
    # favor: 2 hits, 1 missed, 0 wrong -> 4/5; against: 1 hit, 0 missed, 1 wrong -> 2/3; none: absent
    scores = stance_scores(
        np.array([FAVOR, FAVOR, FAVOR, AGAINST]),
        sure([FAVOR, FAVOR, AGAINST, AGAINST]),
        groups=list("abcd"),
        langs=[None] * 4,
        targets=["Russia"] * 4,
        blind_probas=None,
    )
    row = row_of(scores.table, "all")
    assert row["f1_favor"] == pytest.approx(4 / 5)
    assert row["f1_against"] == pytest.approx(2 / 3)
    assert row["f1_none"] is None
    assert row["f1_macro"] == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert row_of(scores.table, "lang=und")["n"] == 4


def test_f1_of_a_class_that_is_never_hit_is_zero_and_of_an_absent_one_unknown():
    f1 = f1_of_classes(np.array([[2, 1, 0], [0, 0, 0], [0, 0, 0]]))
    assert f1[:2] == pytest.approx([0.8, 0.0])
    assert np.isnan(f1[2])


def test_bootstrap_equals_one_that_repeats_the_rows():
    made = judgements(60)
    predicted = made["probas"].argmax(axis=1)
    confusions = np.zeros((1, 30, 3, 3))
    np.add.at(confusions[0], (made["groups"], made["y"], predicted), 1)
    fast = bootstrap_f1_macro(confusions, 20, seed=3)[0]
    rng = np.random.default_rng(3)
    for score, times in zip(fast, rng.multinomial(30, np.full(30, 1 / 30), size=20), strict=True):
        rows = np.repeat(np.arange(60), times[made["groups"]])
        assert score == pytest.approx(f1_score(made["y"][rows], predicted[rows], average="macro"))


def test_bootstrap_in_blocks_is_the_bootstrap_at_once(monkeypatch):
    confusions = np.random.default_rng(0).integers(0, 5, (2, 12, 3, 3))
    at_once = bootstrap_f1_macro(confusions, 50, seed=1)
    monkeypatch.setattr("newstance.evaluate.counts.WEIGHTS_AT_ONCE", 40)
    np.testing.assert_allclose(bootstrap_f1_macro(confusions, 50, seed=1), at_once)


def test_interval_holds_the_middle_95_of_100_resamples():
    made = judgements(60)
    confusions = np.zeros((1, 30, 3, 3))
    np.add.at(confusions[0], (made["groups"], made["y"], made["probas"].argmax(axis=1)), 1)
    low, high = np.percentile(bootstrap_f1_macro(confusions, 300, seed=0)[0], [2.5, 97.5])
    metrics = stance_scores(**made).metrics
    assert metrics["stance/f1_macro_low"] == pytest.approx(low)
    assert metrics["stance/f1_macro_high"] == pytest.approx(high)


def test_one_stance_alone_is_scored_over_itself():
    scores = stance_scores(np.zeros(4, int), sure([0] * 4), range(4), ["en"] * 4, ["Russia"] * 4, None)
    assert scores.metrics["stance/f1_macro"] == 1
    none = stance_scores(np.full(4, NONE), sure([NONE] * 4), range(4), ["en"] * 4, ["Russia"] * 4, None)
    assert "stance/f1_favor_against" not in none.metrics


def test_interval_holds_the_score_and_grows_when_rows_are_copies_of_each_other():
    made = judgements(300)
    apart = stance_scores(**made | {"groups": np.arange(300)}).metrics
    assert apart["stance/f1_macro_low"] < apart["stance/f1_macro"] < apart["stance/f1_macro_high"]
    first = np.repeat(np.arange(0, 300, 10), 10)
    copied = {key: made[key][first] for key in ("y", "probas", "langs", "targets", "blind_probas")}
    wide = stance_scores(**made | copied | {"groups": first}).metrics
    naive = stance_scores(**made | copied | {"groups": np.arange(300)}).metrics

    def width(metrics):
        return metrics["stance/f1_macro_high"] - metrics["stance/f1_macro_low"]

    assert width(wide) > 2 * width(naive)


def test_difference_to_the_control_is_paired():
    made = judgements()
    same = stance_scores(**made | {"blind_probas": made["probas"]}).metrics
    assert same["stance/aware_minus_blind/f1_macro"] == 0
    assert same["stance/aware_minus_blind/f1_macro_low"] == 0
    assert same["stance/aware_minus_blind/f1_macro_high"] == 0
    metrics = stance_scores(**made).metrics
    gain = metrics["stance/f1_macro"] - metrics["stance/target_blind/f1_macro"]
    assert metrics["stance/aware_minus_blind/f1_macro"] == pytest.approx(gain)
    assert metrics["stance/aware_minus_blind/f1_macro_low"] > 0


def test_no_interval_of_few_groups():
    made = judgements(40) | {"groups": np.arange(40) // 10}
    scores = stance_scores(**made)
    assert "stance/f1_macro" in scores.metrics
    assert "stance/f1_macro_low" not in scores.metrics
    assert row_of(scores.table, "all")["low"] is None
    assert any("No interval below 10 groups" in note for note in scores.notes)


def test_calibration_error_found_by_hand():
    # ten rows, a bin each: confidence 0.5 to 0.95, the last five right
    confidence = np.linspace(0.5, 0.95, 10)
    probas = np.stack([confidence, 1 - confidence, np.zeros(10)], axis=1)
    y = np.where(np.arange(10) < 5, AGAINST, FAVOR)
    expected = (confidence[:5].sum() + (1 - confidence[5:]).sum()) / 10
    assert expected_calibration_error(y, probas) == pytest.approx(expected)


def test_calibration_error_has_bins_of_equal_mass_and_ties_share_one():
    # 20 rows in pairs of one bin: within a bin one is right and one wrong
    confidence = np.linspace(0.5, 0.99, 20)
    probas = np.stack([confidence, 1 - confidence, np.zeros(20)], axis=1)
    y = np.tile([FAVOR, AGAINST], 10)
    expected = np.mean(np.abs(confidence.reshape(10, 2).mean(axis=1) - 0.5))
    assert expected_calibration_error(y, probas) == pytest.approx(expected)
    always = np.tile([0.8, 0.1, 0.1], (20, 1))
    assert expected_calibration_error(np.repeat([FAVOR, NONE], [16, 4]), always) == pytest.approx(0)


def test_rows_without_a_prediction_are_counted_and_not_scored():
    made = judgements()
    probas = made["probas"].copy()
    probas[:40] = np.nan
    scores = stance_scores(**made | {"probas": probas})
    rest = {key: made[key][40:] for key in ("y", "probas", "groups", "langs", "targets", "blind_probas")}
    expected = stance_scores(**made | rest).metrics
    assert scores.metrics == expected | {"stance/n_without_prediction": 40.0}
    assert any("40 of 240 judgements" in note for note in scores.notes)


def test_nothing_left_out_gives_a_clear_result():
    made = judgements(6)
    scores = stance_scores(**made | {"probas": np.full((6, 3), np.nan)})
    assert scores.metrics == {"stance/n": 0.0, "stance/n_without_prediction": 6.0}
    assert scores.table.height == 0
    assert scores.notes[0].startswith("no left-out predictions: 6 judgements in 3 groups")


@pytest.mark.parametrize("blind", [None, np.full((240, 3), np.nan)])
def test_missing_control_is_said(blind):
    scores = stance_scores(**judgements() | {"blind_probas": blind})
    assert "target-blind control" not in scores.table["row"]
    assert not any("blind" in name for name in scores.metrics)
    assert any("no target-blind control" in note for note in scores.notes)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"y": np.full(240, 3)}, "3 is no stance"),
        ({"probas": np.ones((240, 2)) / 2}, r"shape \(240, 2\); expected \(240, 3\)"),
        ({"blind_probas": np.ones((240, 3))}, "blind_probas: row 0 sums to 3.000"),
        ({"groups": np.arange(3)}, "groups: 3 values for 240 judgements"),
        ({"targets": [None] * 240}, "targets: judgement 0 has none"),
        ({"n_bootstrap": 0}, "n_bootstrap is 0"),
    ],
)
def test_wrong_input_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        stance_scores(**judgements() | wrong)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(40)))
def test_order_of_rows_plays_no_part(order):
    made = judgements(40) | {"n_bootstrap": 20}
    order = list(order)
    turned = {key: value[order] if isinstance(value, np.ndarray) else value for key, value in made.items()}
    expected, got = stance_scores(**made), stance_scores(**turned)
    assert got.metrics == pytest.approx(expected.metrics)
    assert got.table["row"].to_list() == expected.table["row"].to_list()


def test_every_metric_is_a_finite_float():
    metrics = stance_scores(**judgements()).metrics
    assert all(type(value) is float and np.isfinite(value) for value in metrics.values())
