"""A tree of themes: fine clusters, merged two by two until one is left.

Each merge is the one that costs least in squared distance from the centres (Ward 1963,
doi:10.1080/01621459.1963.10500845), counted over texts, not over clusters. A cut of the tree into ``k``
themes is then refined: each text goes to the nearest centre, and centres move, a few rounds.
"""

from collections.abc import Iterable

import numpy as np

from newstance.linear import unit_rows

N_ROUNDS = 2


def centres_of(vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mean vector (n_clusters, n_dims) of each cluster of ``labels`` (n,), 0 to n_clusters - 1."""
    from scipy.sparse import csc_array  # adds row by row, where numpy goes through memory column by column

    n, n_clusters = len(labels), int(labels.max()) + 1
    member = csc_array((np.ones(n), labels, np.arange(n + 1)), shape=(n_clusters, n))
    means: np.ndarray = (member @ vectors.astype(np.float64)) / np.bincount(labels)[:, None]
    return means


def nearest(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The centre that is nearest by cosine to each of ``vectors`` (n, n_dims): (n,)."""
    found: np.ndarray = (vectors @ unit_rows(centres).T.astype(vectors.dtype)).argmax(axis=1)
    return found


def merge_order(centres: np.ndarray, sizes: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of clusters in the order of merging; the second of a pair goes into the first."""
    centres, weights = centres.astype(np.float64).copy(), sizes.astype(np.float64).copy()
    active, order = np.arange(len(centres)), []
    while len(active) > 1:
        own, weight = centres[active], weights[active]
        squared = np.sum(own**2, axis=1)
        apart = squared[:, None] + squared - 2 * own @ own.T
        cost = apart * (weight[:, None] * weight / (weight[:, None] + weight))
        cost[np.tril_indices(len(active))] = np.inf
        first, second = divmod(int(cost.argmin()), len(active))
        into, gone = active[first], active[second]
        together = weights[into] + weights[gone]
        centres[into] = (weights[into] * centres[into] + weights[gone] * centres[gone]) / together
        weights[into] = together
        active = np.delete(active, second)
        order.append((int(into), int(gone)))
    return order


def cuts(vectors: np.ndarray, fine: np.ndarray, wanted: Iterable[int]) -> dict[int, np.ndarray]:
    """Labels (n,) of the tree over the clusters ``fine`` (n,), cut into each wanted number of themes and
    refined; numbers above the number of fine clusters are left out."""
    n_fine = int(fine.max()) + 1
    numbers = {number for number in wanted if 1 <= number <= n_fine}
    group = np.arange(n_fine)
    found = {n_fine: refined(vectors, fine)} if n_fine in numbers else {}
    merges = merge_order(centres_of(vectors, fine), np.bincount(fine))
    for n_left, (into, gone) in zip(range(n_fine - 1, 0, -1), merges, strict=True):
        group[group == gone] = into
        if n_left in numbers:
            found[n_left] = refined(vectors, np.unique(group[fine], return_inverse=True)[1])
    return found


def refined(vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """``labels`` after some rounds of moving each text to the nearest centre; never fewer clusters."""
    for _ in range(N_ROUNDS):
        moved = nearest(vectors, centres_of(vectors, labels))
        if len(np.unique(moved)) <= int(labels.max()):
            return labels
        labels = moved
    return labels
