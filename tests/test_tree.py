"""The tree of themes: its order of merging is Ward's, its cuts are nested, refining loses no theme."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from made import groups_of_vectors, unit
from newstance.themes.tree import centres_of, cuts, merge_order, nearest, refined


def partition(n_clusters: int, merges: list[tuple[int, int]]) -> np.ndarray:
    """The group of each cluster (n_clusters,) after ``merges``."""
    group = np.arange(n_clusters)
    for into, gone in merges:
        group[group == gone] = into
    return group


def same_partition(one: np.ndarray, other: np.ndarray) -> bool:
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


def is_nested(fine: np.ndarray, coarse: np.ndarray) -> bool:
    return len(set(zip(fine.tolist(), coarse.tolist(), strict=True))) == len(set(fine.tolist()))


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 25))
def test_points_of_one_weight_merge_in_the_order_of_scipy(seed, n_points):
    points = np.random.default_rng(seed).normal(size=(n_points, 4))
    merges = merge_order(points, np.ones(n_points, dtype=int))
    assert len(merges) == n_points - 1
    theirs = linkage(points, "ward")
    for n_left in range(1, n_points):
        ours = partition(n_points, merges[: n_points - n_left])
        assert same_partition(ours, fcluster(theirs, n_left, "maxclust")), n_left


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_clusters_of_many_texts_merge_as_their_texts_would(seed):
    """Weighted centres give the order of scipy on all texts, once the clusters stand."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 9, 6)
    texts = np.repeat(rng.normal(size=(6, 3)), sizes, axis=0)
    labels = np.repeat(np.arange(6), sizes)
    merges = merge_order(centres_of(texts, labels), sizes)
    theirs = linkage(texts, "ward")
    for n_left in range(1, 7):
        ours = partition(6, merges[: 6 - n_left])[labels]
        assert same_partition(ours, fcluster(theirs, n_left, "maxclust")), n_left


def test_a_pair_names_the_cluster_that_stays_and_the_one_that_goes():
    centres = np.array([[0.0], [10.0], [10.5], [0.6]])
    assert merge_order(centres, np.ones(4)) == [(1, 2), (0, 3), (0, 1)]


def test_heavy_clusters_merge_later():
    centres = np.array([[0.0], [1.0], [10.0], [11.5]])
    assert merge_order(centres, np.array([1, 1, 1, 1]))[0] == (0, 1)
    assert merge_order(centres, np.array([50, 50, 1, 1]))[0] == (2, 3)


def test_one_cluster_has_nothing_to_merge():
    assert merge_order(np.ones((1, 3)), np.array([4])) == []


def test_centres_by_hand():
    vectors = np.array([[1, 0], [0, 2], [3, 0], [0, 4], [9, 9]], dtype=np.float32)
    assert_allclose(centres_of(vectors, np.array([0, 1, 0, 1, 2])), [[2, 0], [0, 3], [9, 9]])


def test_nearest_is_by_cosine_not_by_length():
    vectors = np.array([[1.0, 0.1], [0.1, 1.0], [1.0, 0.9]], dtype=np.float32)
    assert_array_equal(nearest(vectors, np.array([[0.01, 0.0], [0.0, 100.0]])), [0, 1, 0])


VECTORS, GROUPS = groups_of_vectors(4, 30)
# Two fine clusters a group.
FINE = GROUPS * 2 + np.tile([0, 1], 60)


def test_the_cut_at_the_number_of_groups_is_the_groups():
    assert adjusted_rand_score(GROUPS, cuts(VECTORS, FINE, [4])[4]) == 1


def test_only_numbers_that_the_tree_has_are_cut():
    found = cuts(VECTORS, FINE, [0, 1, 3, 8, 9, 500])
    assert sorted(found) == [1, 3, 8]
    for number, labels in found.items():
        assert_array_equal(np.unique(labels), np.arange(number))


def test_one_fine_cluster_has_one_cut():
    found = cuts(VECTORS, np.zeros(len(VECTORS), dtype=int), [1, 2])
    assert list(found) == [1]
    assert not found[1].any()


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_cuts_are_nested_before_they_are_refined(seed):
    rng = np.random.default_rng(seed)
    vectors = unit(rng.normal(size=(80, 6)))
    fine = np.append(np.arange(12), rng.integers(0, 12, 68))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("newstance.themes.tree.refined", lambda vectors, labels: labels)
        found = cuts(vectors, fine, range(1, 13))
    assert sorted(found) == list(range(1, 13))
    assert_array_equal(found[12], fine)
    for number in range(1, 12):
        assert is_nested(found[number + 1], found[number])


def test_refining_moves_texts_to_the_nearest_centre():
    labels = GROUPS.copy()
    labels[:5] = 1
    assert_array_equal(refined(VECTORS, labels), GROUPS)
    assert_array_equal(labels[:5], 1)  # what was given is left as it was


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_refining_loses_no_theme(seed, n_clusters):
    rng = np.random.default_rng(seed)
    vectors = unit(rng.normal(size=(16, 3)))
    labels = np.append(np.arange(n_clusters), rng.integers(0, n_clusters, 16 - n_clusters))
    assert_array_equal(np.unique(refined(vectors, labels)), np.arange(n_clusters))


def test_a_theme_that_would_lose_all_its_texts_keeps_them():
    # Theme 1 lies around theme 0: each of its texts is nearer to the centre of another.
    vectors = unit(np.array([[1, 0.1], [1, -0.1], [0.2, 1], [0.2, -1], [0.3, 1], [0.3, -1]]))
    labels = np.array([0, 0, 1, 1, 2, 2])
    moved = nearest(vectors, centres_of(vectors, labels))
    assert len(np.unique(moved)) < 3
    assert_array_equal(refined(vectors, labels), labels)
