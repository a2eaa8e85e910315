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
    ThemeHead,
    mixtures,
    pool,
    with_thresholds,
)

VECTORS, GROUPS = groups_of_vectors(4, 25, spread=0.12)
# The direction of each group; a cosine of 0.5 is even.
GROUP_HEAD = ThemeHead(np.eye(32)[:4] * 12, np.full(4, -6.0), np.arange(4))
HEAD = with_thresholds(GROUP_HEAD, VECTORS, max_noise=None)
OTHERS, OTHER_GROUPS = groups_of_vectors(4, 20, spread=0.12, seed=7)
# Texts that belong to a theme, texts between themes and texts of none.
MIXED = np.vstack([VECTORS, OTHERS, unit(np.random.default_rng(2).normal(size=(400, 32)))])


def test_new_texts_of_the_groups_get_their_theme():
    assigned = HEAD.predict(OTHERS)
    assert_array_equal(assigned.theme_ids, OTHER_GROUPS)
    assert_array_equal(assigned.nearest_ids, OTHER_GROUPS)
    assert assigned.probas.min() > 0.5
    assert set(assigned.assigned) <= {CORE, ASSIGNED}


def test_a_far_off_text_is_noise():
    far = np.vstack([np.eye(32)[20], -np.eye(32)[:4].sum(axis=0) / 2, np.zeros(32)])
    theme, proba, how, _ = HEAD.predict(far)
    assert_array_equal(theme, [NOISE] * 3)
    assert np.all(proba < HEAD.reject)
    assert list(how) == [REJECTED] * 3


def test_noise_has_a_nearest_theme_where_a_word_is_known():
    near_two = unit(np.eye(32)[2:3] + 3 * np.eye(32)[20:21])
    assigned = HEAD.predict(np.vstack([near_two, np.zeros((1, 32))]))
    assert_array_equal(assigned.theme_ids, [NOISE, NOISE])
    assert_array_equal(assigned.nearest_ids, [2, NOISE])
    assert 0 < assigned.probas[0] < 0.5
    assert assigned.probas[1] == 0


@pytest.mark.parametrize("reject", [0.0, 0.5])
def test_a_text_without_a_known_word_is_noise(reject):
    head = ThemeHead(np.eye(3), np.full(3, 9.0), np.arange(3), reject, 0.9)
    theme, proba, how, nearest = head.predict(np.vstack([np.zeros(3), np.eye(3)[1]]))
    assert_array_equal(theme, [NOISE, 1])
    assert_array_equal(nearest, [NOISE, 1])
    assert (proba[0], how[0], how[1]) == (0, REJECTED, CORE)


def test_themes_are_told_by_their_ids_not_by_their_rows():
    ids = np.array([41, 7, 12, 3])
    renumbered = ThemeHead(HEAD.coef, HEAD.intercept, ids, HEAD.reject, HEAD.core)
    plain, told = HEAD.predict(MIXED), renumbered.predict(MIXED)
    for own, by_id in ((plain.theme_ids, told.theme_ids), (plain.nearest_ids, told.nearest_ids)):
        assert_array_equal(np.where(own == NOISE, NOISE, ids[own]), by_id)
    assert_array_equal(plain.probas, told.probas)


def test_a_head_of_some_rows_keeps_their_ids_and_probabilities():
    head = ThemeHead(HEAD.coef, HEAD.intercept, np.array([41, 7, 12, 3]), 0.4, 0.7)
    some = head.keep(np.array([3, 1]))
    assert_array_equal(some.theme_ids, [3, 7])
    assert (some.reject, some.core, some.n_themes) == (0.4, 0.7, 2)
    assert_allclose(some.probabilities(MIXED), head.probabilities(MIXED)[:, [3, 1]], rtol=1e-12)


def test_core_assigned_and_noise_follow_the_thresholds():
    theme, proba, how, nearest = HEAD.predict(MIXED)
    probabilities = HEAD.probabilities(MIXED)
    assert_allclose(proba, probabilities.max(axis=1), atol=1e-6)
    assert_array_equal(theme == NOISE, proba < HEAD.reject)
    assert_array_equal(how == REJECTED, theme == NOISE)
    assert_array_equal(how == CORE, proba >= HEAD.core)
    assert_array_equal(nearest, probabilities.argmax(axis=1))
    assert_array_equal(theme[theme != NOISE], nearest[theme != NOISE])
    assert {CORE, ASSIGNED, REJECTED} == set(how)
    assert 0 < HEAD.reject <= HEAD.core <= 1


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, len(MIXED)), st.integers(1, 7))
def test_alone_in_a_batch_or_shuffled_is_the_same_to_the_bit(seed, n_texts, n_themes):
    rng = np.random.default_rng(seed)
    head = ThemeHead(
        rng.normal(0, 9, (n_themes, 32)), rng.normal(0, 3, n_themes), np.arange(n_themes), 0.5, 0.9
    )
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


FAR = unit(np.random.default_rng(4).normal(size=(60, 32)))


@pytest.mark.parametrize("n_far", [0, 3, 15, 60])
def test_without_a_quota_one_half_decides_whatever_the_articles_are(n_far):
    head = with_thresholds(GROUP_HEAD, np.vstack([VECTORS, FAR[:n_far]]), max_noise=None)
    assert head.reject == 0.5
    assert_array_equal(head.predict(FAR)[0] == NOISE, GROUP_HEAD.probabilities(FAR).max(axis=1) < 0.5)


@pytest.mark.parametrize("n_far", [3, 15, 60])
@pytest.mark.parametrize("max_noise", [0.0, 0.05, 0.1, 0.33, 1.0])
def test_no_more_articles_are_noise_than_the_quota_allows(n_far, max_noise):
    articles = np.vstack([VECTORS, FAR[:n_far]])
    head = with_thresholds(GROUP_HEAD, articles, max_noise)
    assert np.mean(head.predict(articles)[0] == NOISE) <= max_noise
    assert head.reject <= 0.5


def test_the_quota_is_used_up_where_that_many_articles_are_unsure():
    articles = np.vstack([VECTORS, FAR])
    noise = with_thresholds(GROUP_HEAD, articles, 0.2).predict(articles)[0] == NOISE
    assert 0.2 - 1.5 / len(articles) <= np.mean(noise) <= 0.2


def test_a_loose_quota_does_not_raise_the_threshold():
    far = np.eye(32)[8:]
    head = with_thresholds(GROUP_HEAD, np.vstack([VECTORS, far]), max_noise=0.9)
    assert head.reject == 0.5
    assert np.all(head.predict(far)[0] == NOISE)
    assert np.all(head.predict(VECTORS)[0] == GROUPS)


def test_articles_without_a_known_word_do_not_use_up_the_quota():
    articles = np.vstack([VECTORS, FAR])
    expected = with_thresholds(GROUP_HEAD, articles, 0.1)
    assert expected.reject < 0.5
    got = with_thresholds(GROUP_HEAD, np.vstack([articles, np.zeros((50, 32))]), 0.1)
    assert (got.reject, got.core) == (expected.reject, expected.core)


@pytest.mark.parametrize("max_noise", [None, 0.1])
@pytest.mark.parametrize("articles", [np.zeros((5, 32)), np.zeros((0, 32))], ids=["zeros", "none"])
def test_where_no_article_has_a_known_word_one_half_decides(articles, max_noise):
    head = with_thresholds(GROUP_HEAD, articles, max_noise)
    assert (head.reject, head.core) == (0.5, 0.5)


def test_a_quarter_of_the_articles_with_a_theme_is_not_core():
    articles = np.vstack([VECTORS, np.eye(32)[8:]])
    how = with_thresholds(GROUP_HEAD, articles, None).predict(articles).assigned
    assert np.mean(how[:100] == CORE) == pytest.approx(0.75, abs=0.01)
    assert np.all(how[100:] == REJECTED)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.one_of(st.none(), st.floats(0, 1)))
def test_thresholds_do_not_depend_on_the_order_of_articles(seed, max_noise):
    rng = np.random.default_rng(seed)
    articles = MIXED[rng.permutation(len(MIXED))[: rng.integers(1, len(MIXED))]]
    one, other = (
        with_thresholds(GROUP_HEAD, some, max_noise)
        for some in (articles, articles[rng.permutation(len(articles))])
    )
    assert (one.reject, one.core) == (other.reject, other.core)
    assert 0 <= one.reject <= one.core <= 1


@pytest.mark.parametrize("max_noise", [None, 0.1])
def test_no_theme_means_noise_for_all(max_noise):
    empty = ThemeHead(np.zeros((0, 32)), np.zeros(0), np.zeros(0, dtype=int))
    head = with_thresholds(empty, VECTORS, max_noise)
    theme, proba, how, nearest = head.predict(VECTORS)
    assert_array_equal(theme, np.full(100, NOISE))
    assert_array_equal(nearest, np.full(100, NOISE))
    assert_array_equal(proba, np.zeros(100))
    assert set(how) == {REJECTED}
    assert head.probabilities(VECTORS).shape == (100, 0)


def test_no_text_gives_no_row():
    assert [len(part) for part in HEAD.predict(np.zeros((0, 32)))] == [0, 0, 0, 0]


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
