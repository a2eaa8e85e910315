"""The head: what it says of a text depends on that text alone, and it knows what it does not know."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from threadpoolctl import threadpool_limits

from made import groups_of_vectors, unit
from newstance.linear import BLOCK, linear
from newstance.tables import NOISE
from newstance.themes.assign import (
    ASSIGNED,
    CORE,
    REJECTED,
    Lessons,
    ThemeHead,
    empty_head,
    fit_head,
    mixtures,
    pool,
)


def lessons_of(vectors: np.ndarray, labels: np.ndarray) -> Lessons:
    """Each text with weight one and a group of its own."""
    return Lessons(vectors, labels, np.ones(len(labels)), np.arange(len(labels)))


VECTORS, GROUPS = groups_of_vectors(4, 25, spread=0.12)
HEAD = fit_head(lessons_of(VECTORS, GROUPS), VECTORS, max_noise=0.1)
OTHERS, OTHER_GROUPS = groups_of_vectors(4, 20, spread=0.12, seed=7)
# Texts that belong to a theme, texts between themes and texts of none.
MIXED = np.vstack([VECTORS, OTHERS, unit(np.random.default_rng(2).normal(size=(400, 32)))])


def test_new_texts_of_the_groups_get_their_theme():
    theme, proba, how = HEAD.predict(OTHERS)
    assert_array_equal(theme, OTHER_GROUPS)
    assert proba.min() > 0.5
    assert set(how) <= {CORE, ASSIGNED}


def test_a_far_off_text_is_noise():
    far = np.vstack([np.eye(32)[20], -np.eye(32)[:4].sum(axis=0) / 2, np.zeros(32)])
    theme, proba, how = HEAD.predict(far)
    assert_array_equal(theme, [NOISE] * 3)
    assert np.all(proba < HEAD.reject)
    assert list(how) == [REJECTED] * 3


@pytest.mark.parametrize("reject", [0.0, 0.5])
def test_a_text_without_a_known_word_is_noise(reject):
    head = ThemeHead(np.eye(3), np.full(3, 9.0), reject, 0.9)
    theme, proba, how = head.predict(np.vstack([np.zeros(3), np.eye(3)[1]]))
    assert_array_equal(theme, [NOISE, 1])
    assert (proba[0], how[0], how[1]) == (0, REJECTED, CORE)


def test_articles_without_a_known_word_do_not_use_up_the_budget():
    lessons = lessons_of(VECTORS, GROUPS)
    assert fit_head(lessons, np.vstack([VECTORS, np.zeros((50, 32))]), 0.1).reject == HEAD.reject
    assert fit_head(lessons, np.zeros((5, 32)), 0.1).reject == 0.5


def test_core_assigned_and_noise_follow_the_thresholds():
    theme, proba, how = HEAD.predict(MIXED)
    best = HEAD.probabilities(MIXED).max(axis=1)
    assert_allclose(proba, best, atol=1e-6)
    assert_array_equal(theme == NOISE, proba < HEAD.reject)
    assert_array_equal(how == REJECTED, theme == NOISE)
    assert_array_equal(how == CORE, proba >= HEAD.core)
    assert_array_equal(theme[theme != NOISE], HEAD.probabilities(MIXED).argmax(axis=1)[theme != NOISE])
    assert {CORE, ASSIGNED, REJECTED} == set(how)
    assert 0 < HEAD.reject <= HEAD.core <= 1


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, len(MIXED)), st.integers(1, 7))
def test_alone_in_a_batch_or_shuffled_is_the_same_to_the_bit(seed, n_texts, n_themes):
    rng = np.random.default_rng(seed)
    head = ThemeHead(rng.normal(0, 9, (n_themes, 32)), rng.normal(0, 3, n_themes), 0.5, 0.9)
    rows = rng.permutation(len(MIXED))[:n_texts]
    in_batch = [part[rows] for part in head.predict(MIXED)]
    shuffled = head.predict(MIXED[rows])
    for expected, got in zip(in_batch, shuffled, strict=True):
        assert_array_equal(got, expected)
    for row, *expected in list(zip(rows, *in_batch, strict=True))[:5]:
        assert [part[0] for part in head.predict(MIXED[row : row + 1])] == expected


@pytest.mark.parametrize("n_out", [1, 2, 3, 5, 16])
@pytest.mark.parametrize("n_dims", [5, 32, 300])
def test_linear_maps_do_not_depend_on_the_batch_or_the_threads(n_out, n_dims):
    rng = np.random.default_rng(n_out)
    vectors = rng.normal(size=(2 * BLOCK + 45, n_dims)).astype(np.float32)
    coef, intercept = rng.normal(size=(n_out, n_dims)), rng.normal(size=n_out)
    whole = linear(vectors, coef, intercept)
    assert_allclose(whole, vectors.astype(float) @ coef.T + intercept, atol=1e-10)
    for start in (0, 1, 100, BLOCK - 1, BLOCK, 2 * BLOCK + 3):
        assert_array_equal(linear(vectors[start : start + 1], coef, intercept), whole[start : start + 1])
        assert_array_equal(linear(vectors[start:], coef, intercept), whole[start:])
    for n_threads in (1, 2):
        with threadpool_limits(n_threads):
            assert_array_equal(linear(vectors, coef, intercept), whole)


def test_no_more_articles_are_noise_than_the_budget_allows():
    far = unit(np.random.default_rng(4).normal(size=(60, 32)))
    for n_far in (3, 15, 60):
        for max_noise in (0.0, 0.05, 0.1, 0.33, 1.0):
            articles = np.vstack([VECTORS, far[:n_far]])
            head = fit_head(lessons_of(VECTORS, GROUPS), articles, max_noise)
            noise = np.mean(head.predict(articles)[0] == NOISE)
            assert noise <= max_noise, (n_far, max_noise)
            assert head.reject <= 0.5


def test_a_loose_budget_does_not_raise_the_threshold():
    far = np.eye(32)[8:]
    head = fit_head(lessons_of(VECTORS, GROUPS), np.vstack([VECTORS, far]), max_noise=0.9)
    assert head.reject == 0.5
    assert np.all(head.predict(far)[0] == NOISE)
    assert np.all(head.predict(VECTORS)[0] == GROUPS)


def test_probabilities_are_calibrated_on_texts_left_out():
    vectors, groups = groups_of_vectors(3, 150, spread=0.35)
    flipped = np.random.default_rng(0).random(len(groups)) < 0.3
    labels = np.where(flipped, (groups + 1) % 3, groups)
    new, new_groups = groups_of_vectors(3, 150, spread=0.35, seed=1)
    head = fit_head(lessons_of(vectors, labels), vectors, 0.1)
    own = head.probabilities(new)[np.arange(len(new)), new_groups]
    assert abs(own.mean() - 0.7) < 0.1


def test_themes_of_one_text_do_not_spoil_the_certainty_of_the_others():
    lone = np.eye(32)[10:16].astype(np.float32)
    vectors, labels = np.vstack([VECTORS, lone]), np.append(GROUPS, 4 + np.arange(6))
    head = fit_head(lessons_of(vectors, labels), VECTORS, 0.1)
    sure = HEAD.predict(OTHERS)[1]
    assert np.median(head.predict(OTHERS)[1]) > np.median(sure) - 0.05


def test_one_theme_takes_its_own_and_not_the_opposite():
    own = VECTORS[GROUPS == 0]
    head = fit_head(lessons_of(own, np.zeros(len(own), dtype=int)), own, 0.1)
    assert np.mean(head.predict(own)[0] == 0) >= 0.9
    assert_array_equal(head.predict(np.vstack([-own, VECTORS[GROUPS == 1]]))[0], [NOISE] * 50)


def test_no_theme_means_noise_for_all():
    nothing = lessons_of(np.zeros((0, 32)), np.zeros(0, dtype=int))
    for head in (fit_head(nothing, VECTORS, 0.1), empty_head(32)):
        theme, proba, how = head.predict(VECTORS)
        assert_array_equal(theme, np.full(100, NOISE))
        assert_array_equal(proba, np.zeros(100))
        assert set(how) == {REJECTED}
        assert head.probabilities(VECTORS).shape == (100, 0)


def test_no_text_gives_no_row():
    assert [len(part) for part in HEAD.predict(np.zeros((0, 32)))] == [0, 0, 0]


def test_heavier_texts_decide():
    vectors = np.repeat(np.eye(8)[:1], 40, axis=0)
    labels = np.tile([0, 1], 20)
    for heavy in (0, 1):
        lessons = Lessons(vectors, labels, np.where(labels == heavy, 5.0, 1.0), np.arange(40))
        assert fit_head(lessons, vectors, 0.5).predict(vectors[:1])[0] == [heavy]


def test_mixtures_by_hand():
    theme_ids = np.array([1, 0, 1, NOISE, NOISE, 2, 0])
    article_rows = np.array([0, 0, 0, 0, 1, 3, 3])
    assert mixtures(theme_ids, article_rows, 4) == [
        [{"theme_id": 1, "share": 2 / 3}, {"theme_id": 0, "share": 1 / 3}],
        [],
        [],
        [{"theme_id": 0, "share": 0.5}, {"theme_id": 2, "share": 0.5}],
    ]


def test_mixtures_of_noise_are_empty():
    assert mixtures(np.full(3, NOISE), np.array([0, 1, 1]), 2) == [[], []]


@given(st.lists(st.tuples(st.integers(-1, 5), st.integers(0, 6)), min_size=1, max_size=60))
def test_mixtures_sum_to_one_where_there_is_a_theme(pairs):
    theme_ids, article_rows = (np.array(column) for column in zip(*pairs, strict=True))
    for article, parts in enumerate(mixtures(theme_ids, article_rows, 7)):
        own = theme_ids[(article_rows == article) & (theme_ids != NOISE)]
        assert sum(part["share"] for part in parts) == pytest.approx(1.0 if len(own) else 0.0)
        assert {part["theme_id"] for part in parts} == set(own.tolist())
        shares = [part["share"] for part in parts]
        assert shares == sorted(shares, reverse=True)


def test_pool_by_hand():
    vectors = np.array([[1, 0], [0, 1], [3, 4], [0, 0]], dtype=np.float32)
    pooled = pool(vectors, [0, 0, 2, 3], 5)
    assert pooled.dtype == np.float32
    assert_allclose(pooled, [[0.5**0.5, 0.5**0.5], [0, 0], [0.6, 0.8], [0, 0], [0, 0]], atol=1e-7)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_an_article_is_pooled_alike_alone_and_among_others(seed):
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.integers(0, 9, len(MIXED)))
    together = pool(MIXED, rows, 9)
    for article in np.unique(rows):
        own = MIXED[rows == article]
        assert_array_equal(pool(own, np.zeros(len(own), dtype=int), 1)[0], together[article])
