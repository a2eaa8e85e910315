"""Planted groups are found, the same each time, in the number that comes out again; what has no structure, is
too little or all alike is noise."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from made import groups_of_vectors, unit
from newstance.tables import NOISE
from newstance.themes.discover import (
    NEARLY_BEST,
    Level,
    ThemeFinder,
    _agreed,
    _best,
    _information,
    _level,
    _told_apart,
    theme_stability,
)
from newstance.themes.layout import _keep_compiled, nearest_neighbours


@parametrize_with_checks([ThemeFinder(min_cluster_size=5, n_components=2, n_themes=3, n_splits=0)])
def test_follows_the_rules_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def planted():
    return groups_of_vectors(4, 30)


@pytest.fixture(scope="module")
def found(planted):
    return ThemeFinder(random_state=3).fit(planted[0])


@pytest.fixture(scope="module")
def families():
    """Four groups, each of three that lie near each other: vectors, the group and the family of each."""
    group = np.repeat(np.arange(12), 20)
    noise = np.random.default_rng(0).normal(0, 0.05, (240, 32))
    return unit(np.eye(32)[group // 3] + 0.7 * np.eye(32)[8 + group] + noise), group, group // 3


@pytest.fixture(scope="module")
def found_families(families):
    return ThemeFinder(random_state=3).fit(families[0])


def test_four_planted_groups_are_found_without_being_told_a_number(found, planted):
    assert found.n_themes_ == 4
    assert adjusted_rand_score(planted[1], found.labels_) > 0.95


def test_all_numbers_that_were_tried_are_told(found):
    numbers = [level.n_themes for level in found.levels_]
    assert numbers[0] == 2
    assert numbers == sorted(set(numbers))
    assert 4 in numbers
    for level in found.levels_:
        assert 0 <= level.stability <= 1 or level.stability == pytest.approx(0, abs=0.2)
        assert level.score == _information(level.n_themes, level.at_least)


def test_the_planted_number_comes_out_again_and_its_neighbours_do_not(found):
    level = {one.n_themes: one for one in found.levels_}
    assert level[4].stability > 0.95
    assert level[3].stability < 0.8
    assert level[5].stability < level[4].stability
    assert level[4].score == max(one.score for one in found.levels_)
    assert np.all((found.stability_ > 0.9) & (found.stability_ <= 1))


def test_near_groups_are_told_apart_and_their_families_are_the_parents(found_families, families):
    _, group, family = families
    assert 11 <= found_families.n_themes_ <= 14
    assert adjusted_rand_score(group, found_families.labels_) > 0.9
    parents = found_families.parents_
    assert len(parents) == found_families.n_themes_
    assert_array_equal(np.unique(parents), np.arange(4))
    # A coarse theme is made of whole themes, so the theme of a text tells its coarse theme.
    assert adjusted_rand_score(family, parents[found_families.labels_]) > 0.9


def test_few_themes_have_no_coarse_level(found):
    assert_array_equal(found.parents_, np.full(4, NOISE))


@pytest.mark.parametrize(
    ("n_texts", "n_dims", "seed"),
    [(60, 32, 0), (60, 32, 1), (100, 32, 1), (200, 32, 0), (200, 32, 1), (200, 16, 0)],
)
def test_structureless_texts_are_no_themes(n_texts, n_dims, seed):
    scattered = np.random.default_rng(seed + 10).normal(size=(n_texts, n_dims))
    finder = ThemeFinder(random_state=seed).fit(scattered)
    assert finder.n_themes_ == 0
    assert_array_equal(finder.labels_, np.full(n_texts, NOISE))
    assert len(finder.levels_) > 2  # what was tried is told all the same


def test_one_seed_gives_one_result(found, planted):
    again = ThemeFinder(random_state=3).fit(planted[0])
    assert_array_equal(again.labels_, found.labels_)
    assert_array_equal(again.stability_, found.stability_)
    assert again.levels_ == found.levels_


def test_a_row_is_a_theme_whatever_its_length(found, planted):
    lengths = 2.0 ** np.random.default_rng(0).integers(-3, 4, (len(planted[0]), 1))
    finder = ThemeFinder(random_state=3).fit(planted[0] * lengths)
    assert_array_equal(finder.labels_, found.labels_)


@pytest.mark.parametrize("n_themes", [2, 3, 4, 6])
def test_a_wished_number_is_kept(planted, n_themes):
    finder = ThemeFinder(n_themes=n_themes, n_splits=1, random_state=3).fit(planted[0])
    assert finder.n_themes_ == n_themes
    assert [level.n_themes for level in finder.levels_] == [n_themes]
    assert finder.stability_.shape == (n_themes,)


def test_a_wished_number_is_kept_where_nothing_is_stable():
    scattered = np.random.default_rng(10).normal(size=(60, 32))
    assert ThemeFinder(n_themes=3).fit(scattered).n_themes_ == 3


def test_more_themes_than_fine_clusters_are_not_to_be_had(found, planted):
    finder = ThemeFinder(n_themes=500, n_splits=0, random_state=3).fit(planted[0])
    assert finder.n_themes_ == max(level.n_themes for level in found.levels_)


def test_a_wished_size_is_kept(planted):
    finder = ThemeFinder(min_cluster_size=20, n_splits=1, random_state=3).fit(planted[0])
    assert finder.min_cluster_size_ == 20
    assert max(level.n_themes for level in finder.levels_) <= len(planted[0]) / 20


def test_without_splits_no_stability_is_claimed(planted):
    finder = ThemeFinder(n_themes=4, n_splits=0).fit(planted[0])
    assert finder.n_themes_ == 4
    assert np.isnan(finder.stability_).all()


@pytest.mark.parametrize("n_texts", [1, 2, 11])
def test_fewer_than_twelve_texts_are_noise(planted, n_texts):
    finder = ThemeFinder().fit(planted[0][:n_texts])
    assert_array_equal(finder.labels_, np.full(n_texts, NOISE))
    assert finder.n_themes_ == 0
    assert finder.stability_.shape == (0,)
    assert finder.parents_.shape == (0,)
    assert finder.levels_ == []


@pytest.mark.parametrize("n_texts", [12, 13, 20])
def test_small_corpora_give_an_answer(planted, n_texts):
    finder = ThemeFinder().fit(planted[0][:n_texts])
    assert len(finder.labels_) == n_texts
    assert len(finder.stability_) == len(finder.parents_) == finder.n_themes_


@pytest.mark.parametrize("row", [np.ones(8), np.zeros(8)], ids=["ones", "zeros"])
def test_copies_of_one_text_are_not_split_into_themes(row):
    finder = ThemeFinder().fit(np.tile(row, (40, 1)))
    assert_array_equal(finder.labels_, np.full(40, NOISE))


def test_many_copies_of_a_few_texts_stay_together():
    texts = np.repeat(np.eye(6), 12, axis=0)
    finder = ThemeFinder(min_cluster_size=6, n_themes=3, n_splits=1).fit(texts)
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
    monkeypatch.setattr("newstance.themes.layout.EXACT_NEIGHBOURS_BLOCK", block)
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
    labels = np.array([0, 0, 0, 0, 1, 1, 1, NOISE])
    again = np.array([0, 0, 1, 1, 1, 1, 2, 2])
    # theme 0: {0, 1} of {0, 1, 2, 3} is 1/2; theme 1: {4, 5} of {2, 3, 4, 5, 6} is 2/5
    assert_allclose(theme_stability(labels, [again]), [1 / 2, 2 / 5])
    assert_allclose(theme_stability(labels, [again, np.zeros(8, dtype=int)]), [1 / 2, (2 / 5 + 3 / 8) / 2])
    assert_array_equal(theme_stability(labels, []), [np.nan, np.nan])


def test_the_stability_of_a_number_is_the_agreement_of_two_halves():
    one, other = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 1, 2])
    level = _level(3, [{3: one}, {3: other}, {3: one}, {3: one}])
    assert level.stability == pytest.approx((adjusted_mutual_info_score(one, other) + 1) / 2)
    apart = adjusted_mutual_info_score(one, other)
    assert level.spread == pytest.approx((1 - apart) / 2)
    assert level.at_least == pytest.approx(apart)
    assert level.score == _information(3, level.at_least)
    assert _level(3, [{3: one}, {2: other}]).stability == 0  # one half has no such cut
    assert _level(3, []) == Level(3, 0.0, 0.0, 0.0)


def test_stability_decides_before_the_number():
    levels = [Level(n, s, 0.0, _information(n, s)) for n, s in ((2, 0.3), (5, 0.9), (20, 0.5), (40, 0.5))]
    assert _best(levels, _information, NEARLY_BEST).n_themes == 5


def test_a_cut_that_some_splits_agree_on_by_luck_loses():
    levels = [Level(2, 0.8, 0.3, 0.0), Level(30, 0.6, 0.02, 0.0)]
    assert _best(levels, _information, NEARLY_BEST).n_themes == 30
    steady = [Level(2, 0.8, 0.3, 0.0), Level(3, 0.9, 0.02, 0.0), Level(30, 0.6, 0.02, 0.0)]
    assert _best(steady, _information, NEARLY_BEST).n_themes == 3
    assert Level(2, 0.1, 0.3, 0.0).at_least == 0


def test_of_equal_stability_the_larger_number_wins():
    levels = [Level(n, 0.9, 0.0, _information(n, 0.9)) for n in (2, 5, 20)]
    assert _best(levels, _information, NEARLY_BEST).n_themes == 20


def test_of_scores_that_are_nearly_the_same_the_fewest_themes_win():
    levels = [Level(20, 0.90, 0.0, 0.0), Level(22, 0.905, 0.0, 0.0), Level(60, 0.2, 0.0, 0.0)]
    assert _information(22, 0.905) > _information(20, 0.90)
    assert _best(levels, _information, NEARLY_BEST).n_themes == 20
    assert _best(levels, _information, 1.0).n_themes == 22


def test_coarse_themes_are_few_where_few_are_as_stable():
    levels = [Level(n, 0.8, 0.0, 0.0) for n in (3, 4, 8, 30)]
    assert _best(levels, _told_apart, 0.9).n_themes == 8
    assert _best(levels, _information, NEARLY_BEST).n_themes == 30


def test_machine_code_of_umap_is_kept_on_disk(found):
    from umap.umap_ import smooth_knn_dist

    assert smooth_knn_dist.stats.cache_path is not None


def test_where_numba_may_write_nowhere_it_compiles_as_ever(found, monkeypatch):
    from numba.core.dispatcher import Dispatcher

    def refused(self) -> None:
        raise RuntimeError("cannot cache function 'f': no locator available for file 'f.py'")

    monkeypatch.setattr(Dispatcher, "enable_caching", refused)
    _keep_compiled.__wrapped__()
