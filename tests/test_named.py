"""Heads of named themes: calibrated on everyday news, contrasted with each other, moved by labels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from made import unit
from newstance.themes.named import (
    BIAS_INPUT,
    OFFSET_OF_FEW,
    PENALTY,
    LabelledTexts,
    ThemeTexts,
    _label_weights,
    _ridge_logistic,
    _rows,
    anchor,
    fit_named,
)

N_DIMS = 24
AXES = np.eye(N_DIMS, dtype=np.float32)
BACKGROUND = unit(np.random.default_rng(0).normal(size=(600, N_DIMS)))
NOTHING = np.zeros((0, N_DIMS), dtype=np.float32)


def near(axis: int, n: int, spread: float = 0.1, seed: int = 0) -> np.ndarray:
    """Unit vectors around an axis."""
    noise = np.random.default_rng(100 * axis + seed).normal(0, spread, (n, N_DIMS))
    return unit(AXES[axis] + noise)


def between(one: int, other: int, n: int, share: float = 0.5, seed: int = 5) -> np.ndarray:
    """Unit vectors between two axes, with some noise."""
    noise = np.random.default_rng(seed).normal(0, 0.05, (n, N_DIMS))
    return unit(share * AXES[one] + (1 - share) * AXES[other] + noise)


def theme(axis: int, others: np.ndarray = NOTHING, n_examples: int = 2) -> ThemeTexts:
    return ThemeTexts(near(axis, 1 + n_examples), 1, others)


def logits(fitted: tuple[np.ndarray, np.ndarray], vectors: np.ndarray) -> np.ndarray:
    coef, intercept = fitted
    return vectors @ coef.T + intercept


THEMES = [theme(axis) for axis in range(3)]


def test_a_theme_has_its_texts_and_everyday_news_has_none():
    fitted = fit_named(THEMES, BACKGROUND)
    assert [part.shape for part in fitted] == [(3, N_DIMS), (3,)]
    for row in range(3):
        own = logits(fitted, near(row, 30, seed=7)) > 0
        assert own[:, row].all()
        assert not np.delete(own, row, axis=1).any()
    assert np.mean(logits(fitted, BACKGROUND) > 0) < 0.01


def test_anchor_weighs_name_description_and_the_mean_example_alike():
    name, description = AXES[0], AXES[1]
    examples = np.stack([AXES[2], AXES[2], AXES[3]])
    mean = unit(examples.mean(axis=0, keepdims=True))
    whole = ThemeTexts(np.vstack([name, description, examples]), 2, NOTHING)
    assert_allclose(anchor(whole), unit(name + description + mean)[0], atol=1e-6)
    bare = ThemeTexts(np.vstack([name, examples]), 1, NOTHING)
    assert_allclose(anchor(bare), unit(name + mean)[0], atol=1e-6)
    assert_allclose(anchor(ThemeTexts(name[None], 1, NOTHING)), name, atol=1e-6)
    twice = ThemeTexts(np.vstack([name, description, examples, examples]), 2, NOTHING)
    assert_allclose(anchor(twice), anchor(whole), atol=1e-6)


def test_the_description_moves_the_theme():
    plain = fit_named([ThemeTexts(AXES[:1], 1, NOTHING), theme(5)], BACKGROUND)
    described = fit_named([ThemeTexts(AXES[:2], 2, NOTHING), theme(5)], BACKGROUND)
    text = unit(AXES[:1] + 1.5 * AXES[1:2])
    assert logits(plain, text)[0, 0] < 0 < logits(described, text)[0, 0]


def test_a_broad_anchor_needs_a_higher_similarity():
    # Everyday news spreads widely along axis 0 and hardly along axis 1.
    scales = np.full(N_DIMS, 0.2)
    scales[0], scales[1] = 0.3, 0.08
    background = np.random.default_rng(1).normal(size=(2000, N_DIMS)) * scales
    alone = [ThemeTexts(AXES[axis : axis + 1], 1, NOTHING) for axis in (0, 1)]
    coef, intercept = fit_named(alone, background)
    least = [-intercept[row] / coef[row, row] for row in range(2)]
    assert least[0] > 2 * least[1] > 0
    # What is a stray text for one anchor and not for the other is judged by the spread.
    assert np.abs(np.mean(logits((coef, intercept), background) > 0, axis=0)).max() < 0.01


def test_calibration_by_hand(monkeypatch):
    """Without anything learnt: the similarity less its median, in spreads, less the offset."""
    monkeypatch.setattr("newstance.themes.named.PENALTY", 1e9)
    similar = np.linspace(-0.2, 0.2, 101)
    background = np.outer(similar, AXES[0])
    coef, intercept = fit_named([ThemeTexts(AXES[:1], 1, NOTHING)], background)
    spread = -np.quantile(similar, 0.16)
    assert_allclose(coef[0], AXES[0] / spread, atol=1e-5)
    assert_allclose(intercept, -OFFSET_OF_FEW, atol=1e-5)
    assert_allclose(logits((coef, intercept), OFFSET_OF_FEW * spread * AXES[:1]), 0, atol=1e-5)


@pytest.mark.parametrize("shift", [-0.3, 0.3])
def test_what_all_everyday_news_shares_does_not_count(shift, monkeypatch):
    monkeypatch.setattr("newstance.themes.named.PENALTY", 1e9)
    alone = [ThemeTexts(AXES[:1], 1, NOTHING)]
    plain, pushed = (fit_named(alone, BACKGROUND + moved * AXES[0]) for moved in (0.0, shift))
    texts = near(0, 10, spread=0.3)
    assert_allclose(logits(pushed, texts + shift * AXES[0]), logits(plain, texts), atol=1e-4)


def test_only_the_lower_half_of_everyday_news_makes_the_spread(monkeypatch):
    """A broad theme has true members in the upper half."""
    monkeypatch.setattr("newstance.themes.named.PENALTY", 1e9)
    alone = [ThemeTexts(AXES[:1], 1, NOTHING)]
    similar = np.linspace(-0.2, 0.2, 101)
    members = np.where(similar > 0.05, similar * 4, similar)
    plain, broad = (fit_named(alone, np.outer(column, AXES[0])) for column in (similar, members))
    for got, expected in zip(broad, plain, strict=True):
        assert_allclose(got, expected, atol=1e-5)


def test_a_background_of_one_point_is_no_division_by_zero():
    coef, intercept = fit_named(THEMES, np.zeros((10, N_DIMS)))
    assert np.isfinite(coef).all()
    assert np.isfinite(intercept).all()


def test_texts_under_not_push_their_like_out():
    doubtful = between(0, 10, 20, share=0.55)
    plain = logits(fit_named(THEMES, BACKGROUND), doubtful)[:, 0]
    others = between(0, 10, 6, share=0.55, seed=6)
    told = logits(fit_named([theme(0, others), *THEMES[1:]], BACKGROUND), doubtful)[:, 0]
    assert np.all(told < plain)
    assert np.mean(plain > 0) > 0.9
    assert np.mean(told > 0) < 0.2


def test_texts_under_not_say_nothing_of_other_themes():
    others = near(1, 4, seed=8)
    _, truth = _rows([theme(0, others), *THEMES[1:]], None)
    assert_array_equal(truth[3:7], np.tile([0, np.nan, np.nan], (4, 1)))
    plain, told = fit_named(THEMES, BACKGROUND), fit_named([theme(0, others), *THEMES[1:]], BACKGROUND)
    for part, other in zip(plain, told, strict=True):
        assert_array_equal(part[1:], other[1:])
        assert not np.array_equal(part[0], other[0])


def test_texts_of_another_theme_are_a_contrast():
    doubtful = between(0, 1, 20)
    alone = logits(fit_named(THEMES[:1], BACKGROUND), doubtful)[:, 0]
    beside = logits(fit_named(THEMES[:2], BACKGROUND), doubtful)[:, 0]
    assert np.all(beside < alone)


def test_texts_labelled_none_turn_their_like_away():
    doubtful = between(0, 10, 20, share=0.55)
    plain = logits(fit_named(THEMES, BACKGROUND), doubtful)[:, 0]
    vectors = np.vstack([between(0, 10, 16, share=0.55, seed=6), near(0, 4, seed=9)])
    labelled = LabelledTexts(vectors, np.append(np.full(16, -1), np.zeros(4, dtype=int)))
    fitted = fit_named(THEMES, BACKGROUND, labelled)
    assert np.mean(plain > 0) > 0.9
    assert np.mean(logits(fitted, doubtful)[:, 0] > 0) < 0.2
    assert np.all(logits(fitted, near(0, 30, seed=7))[:, 0] > 0)


def test_labelled_texts_of_a_theme_draw_their_like_in():
    unknown = near(12, 20)
    labelled = LabelledTexts(near(12, 8, seed=3), np.full(8, 1))
    plain = logits(fit_named(THEMES, BACKGROUND), unknown)
    told = logits(fit_named(THEMES, BACKGROUND, labelled), unknown)
    assert np.all(plain < 0)
    assert np.all(told[:, 1] > 0)
    assert np.all(told[:, [0, 2]] < 0)


@pytest.mark.parametrize("labelled", [None, LabelledTexts(NOTHING, np.zeros(0, dtype=int))])
def test_no_labels_are_as_an_empty_list_of_them(labelled):
    for got, expected in zip(
        fit_named(THEMES, BACKGROUND, labelled), fit_named(THEMES, BACKGROUND), strict=True
    ):
        assert_array_equal(got, expected)


def test_a_rare_theme_is_not_talked_away_by_labels_of_others(monkeypatch):
    """Beside forty labels against a theme and two for it, what is like the two still counts."""
    vectors = np.vstack([near(12, 2, seed=1), between(12, 13, 40, seed=3)])
    labelled = LabelledTexts(vectors, np.append([0, 0], np.full(40, -1)))
    weighted = logits(fit_named(THEMES, BACKGROUND, labelled), near(12, 20))[:, 0]
    monkeypatch.setattr("newstance.themes.named._label_weights", lambda truth: np.ones(len(truth)))
    equal = logits(fit_named(THEMES, BACKGROUND, labelled), near(12, 20))[:, 0]
    assert np.mean(weighted) > np.mean(equal) + 1


def test_label_weights_by_hand():
    assert_allclose(_label_weights(np.array([1, 0, 0, 0, 0])), [2, 1, 1, 1, 1])
    assert_allclose(_label_weights(np.array([1, 1, 0])), [1, 1, 1])
    assert_allclose(_label_weights(np.zeros(4)), 1)
    assert_allclose(_label_weights(np.ones(3)), 1)
    assert len(_label_weights(np.zeros(0))) == 0


def test_rows_by_hand():
    labelled = LabelledTexts(AXES[:2], np.array([1, -1]))
    rows, truth = _rows([theme(0, AXES[5:6], n_examples=1), theme(1, n_examples=0)], labelled)
    assert rows.shape == (6, N_DIMS)
    assert_array_equal(truth, [[1, 0], [1, 0], [0, np.nan], [0, 1], [0, 1], [0, 0]])


def test_the_regression_is_that_of_scikit_learn_where_there_is_no_offset():
    rng = np.random.default_rng(4)
    rows, truth = rng.normal(size=(80, 6)), (rng.random(80) < 0.4).astype(float)
    weights = rng.uniform(0.5, 3, 80)
    own = _ridge_logistic(rows, truth, weights, np.zeros(80))
    features = np.hstack([rows, np.full((80, 1), BIAS_INPUT)])
    theirs = LogisticRegression(C=1 / PENALTY, fit_intercept=False, tol=1e-10, max_iter=2000)
    theirs.fit(features, truth, sample_weight=weights)
    assert_allclose(own, theirs.coef_[0], atol=2e-3)


def test_an_offset_that_explains_the_texts_leaves_little_to_learn():
    rng = np.random.default_rng(4)
    rows, truth = rng.normal(size=(60, 6)), np.repeat([0.0, 1.0], 30)
    offset = np.where(truth == 1, 12.0, -12.0)
    assert np.abs(_ridge_logistic(rows, truth, np.ones(60), offset)).max() < 1e-3


@settings(max_examples=5)
@given(st.permutations(range(4)), st.integers(0, 2**32 - 1))
def test_the_order_of_themes_and_labels_changes_nothing(order, seed):
    rng = np.random.default_rng(seed)
    themes = [theme(axis, near(axis + 10, axis)) for axis in range(4)]
    vectors = unit(rng.normal(size=(12, N_DIMS)))
    truth = rng.integers(-1, 4, 12)
    one = fit_named(themes, BACKGROUND, LabelledTexts(vectors, truth))
    place = np.append(np.argsort(order), -1)
    mixed = rng.permutation(12)
    other = fit_named(
        [themes[row] for row in order],
        BACKGROUND[rng.permutation(len(BACKGROUND))],
        LabelledTexts(vectors[mixed], place[truth[mixed]]),
    )
    for got, expected in zip(other, one, strict=True):
        assert_allclose(got, expected[list(order)], rtol=1e-3, atol=1e-2)
