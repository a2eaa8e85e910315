"""Planted groups are found, the same each time; what is too little or all alike is noise."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from made import groups_of_vectors
from newstance.tables import NOISE
from newstance.themes.discover import ThemeFinder, _agreed, nearest_neighbours, theme_stability


@parametrize_with_checks([ThemeFinder(min_cluster_size=5, n_components=2, n_resamples=0)])
def test_follows_the_rules_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def planted():
    return groups_of_vectors(4, 30)


@pytest.fixture(scope="module")
def found(planted):
    return ThemeFinder(random_state=3).fit(planted[0])


def test_four_planted_groups_are_found_without_being_told_a_size(found, planted):
    assert found.n_themes_ == 4
    assert adjusted_rand_score(planted[1], found.labels_) > 0.95


def test_stability_and_resolutions_are_told(found):
    assert found.stability_.shape == (4,)
    assert np.all((found.stability_ > 0.8) & (found.stability_ <= 1))
    sizes = [one.min_cluster_size for one in found.resolutions_]
    assert sizes == sorted(set(sizes))
    assert found.min_cluster_size_ in sizes
    kept = next(one for one in found.resolutions_ if one.min_cluster_size == found.min_cluster_size_)
    assert kept.n_themes == 4
    assert kept.noise == np.mean(found.labels_ == NOISE)
    assert kept.score == max(one.score for one in found.resolutions_)


def test_one_seed_gives_one_result(found, planted):
    again = ThemeFinder(random_state=3).fit(planted[0])
    assert_array_equal(again.labels_, found.labels_)
    assert_array_equal(again.stability_, found.stability_)
    assert again.resolutions_ == found.resolutions_


def test_a_row_is_a_theme_whatever_its_length(planted):
    lengths = np.random.default_rng(0).uniform(0.1, 10, (len(planted[0]), 1))
    finder = ThemeFinder(min_cluster_size=8, n_resamples=0)
    labels = finder.fit_predict(planted[0] * lengths)
    assert adjusted_rand_score(planted[1], labels) > 0.95


def test_scattered_texts_are_not_drawn_into_themes(planted):
    rng = np.random.default_rng(1)
    scattered = rng.normal(size=(12, 32))
    labels = ThemeFinder(min_cluster_size=15, n_resamples=0).fit_predict(np.vstack([planted[0], scattered]))
    own = labels[:120]
    assert adjusted_rand_score(planted[1][own != NOISE], own[own != NOISE]) > 0.95
    assert len(np.unique(own[own != NOISE])) == 4


def test_a_wished_size_is_kept(planted):
    finder = ThemeFinder(min_cluster_size=20, n_resamples=1).fit(planted[0])
    assert finder.min_cluster_size_ == 20
    assert [one.min_cluster_size for one in finder.resolutions_] == [20]
    assert np.bincount(finder.labels_[finder.labels_ >= 0]).min() >= 20


def test_without_resamples_no_stability_is_claimed(planted):
    finder = ThemeFinder(min_cluster_size=8, n_resamples=0).fit(planted[0])
    assert finder.n_themes_ == 4
    assert np.isnan(finder.stability_).all()


@pytest.mark.parametrize("n_texts", [1, 2, 11])
def test_fewer_than_twelve_texts_are_noise(planted, n_texts):
    finder = ThemeFinder().fit(planted[0][:n_texts])
    assert_array_equal(finder.labels_, np.full(n_texts, NOISE))
    assert finder.n_themes_ == 0
    assert finder.stability_.shape == (0,)
    assert finder.resolutions_ == []


@pytest.mark.parametrize("n_texts", [12, 13, 20])
def test_small_corpora_give_an_answer(planted, n_texts):
    finder = ThemeFinder().fit(planted[0][:n_texts])
    assert len(finder.labels_) == n_texts
    assert len(finder.stability_) == finder.n_themes_


@pytest.mark.parametrize("row", [np.ones(8), np.zeros(8)], ids=["ones", "zeros"])
def test_copies_of_one_text_are_not_split_into_themes(row):
    finder = ThemeFinder().fit(np.tile(row, (40, 1)))
    assert_array_equal(finder.labels_, np.full(40, NOISE))


def test_many_copies_of_a_few_texts_stay_together():
    texts = np.repeat(np.eye(6), 12, axis=0)
    finder = ThemeFinder(min_cluster_size=6, n_resamples=1).fit(texts)
    for start in range(0, len(texts), 12):
        assert len(set(finder.labels_[start : start + 12])) == 1


@pytest.mark.parametrize(
    ("labels", "agreed"),
    [
        ([0, 0, 1, 1, 1, -1], [0, 0, 1, 1, 1, -1]),  # no text is torn apart
        ([0, 1, 2, 2, 3, -1], [0, 0, 1, 1, 1, -1]),  # theme 1 and 3 are gone, and 2 is numbered anew
        ([-1, -1, 0, -1, -1, 0], [-1, -1, -1, -1, -1, 0]),
    ],
)
def test_copies_of_a_text_are_where_most_of_them_are(labels, agreed):
    assert_array_equal(_agreed(np.array(labels), np.array([2, 2, 0, 0, 0, 1])), agreed)


@pytest.mark.parametrize("block", [7, 1024])
def test_neighbours_are_exact(block, monkeypatch):
    monkeypatch.setattr("newstance.themes.discover.EXACT_NEIGHBOURS_BLOCK", block)
    X = np.random.default_rng(5).normal(size=(50, 6)).astype(np.float32)
    indices, distances = nearest_neighbours(X, 9)
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    expected = 1 - unit @ unit.T
    np.fill_diagonal(expected, -1)
    assert_array_equal(indices, np.argsort(expected, axis=1)[:, :9])
    np.fill_diagonal(expected, 0)
    assert_allclose(distances, np.sort(expected, axis=1)[:, :9], atol=1e-6)


def test_a_copy_never_takes_the_place_of_the_text_itself():
    X = np.tile(np.array([[3.0, 4.0]], dtype=np.float32), (20, 1))
    indices, distances = nearest_neighbours(X, 5)
    assert_array_equal(indices[:, 0], np.arange(20))
    assert_allclose(distances, 0, atol=1e-6)
    assert all(len(set(row)) == 5 for row in indices)


def test_stability_by_hand():
    labels = np.array([0, 0, 0, 0, 1, 1, 1, -1])
    rows = np.array([0, 1, 2, 4, 5, 7])
    again = np.array([0, 0, 1, 1, 1, -1])
    # theme 0: {0, 1, 2} against {0, 1} is 2/3; theme 1: {4, 5} against {2, 4, 5} is 2/3
    assert_allclose(theme_stability(labels, [rows], [again]), [2 / 3, 2 / 3])
    lost = np.full(6, NOISE)
    assert_allclose(theme_stability(labels, [rows, rows], [again, lost]), [1 / 3, 1 / 3])
