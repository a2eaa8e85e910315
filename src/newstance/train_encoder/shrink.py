"""Fewer rows than tokens: rare tokens share a row with others of the same direction.

Most tokens are rare forms whose vectors lie near those of other forms and other languages' words for
the same thing. They keep a length of their own and share the direction (the ``mapping`` of model2vec's
vocabulary quantisation), which lets a large vocabulary travel in a small file.
"""

from typing import NamedTuple

import numpy as np

from newstance.linear import unit_rows

BATCH = 8192
ROUNDS = 4


class SharedTable(NamedTuple):
    """``rows`` (n_rows, n_dims); token i is ``rows[row_of[i]] * scales[i]``."""

    rows: np.ndarray
    row_of: np.ndarray
    scales: np.ndarray


def own_rows(table: np.ndarray) -> SharedTable:
    """Every token (n_tokens, n_dims) with a row of its own."""
    return SharedTable(table, np.arange(len(table), dtype=np.int32), np.ones(len(table), np.float32))


def share_rows(table: np.ndarray, counts: np.ndarray, n_rows: int, seed: int) -> SharedTable:
    """The table (n_tokens, n_dims) in ``n_rows`` rows; ``counts`` (n_tokens,) is how often each token comes.

    A token that shares a row is wrong by what of its vector lies beside the row. Half of the rows go to the
    tokens for which that would matter most, one each; a spherical k-means over all others makes the rest.
    All rows have unit length, the tokens' lengths are in ``scales``.
    """
    if n_rows >= len(table):
        return own_rows(table)
    n_own = n_rows // 2
    directions, lengths = unit_rows(table), np.linalg.norm(table, axis=1).astype(np.float32)
    weights = np.sqrt(counts + 1) * lengths**2
    centres, nearest = _spherical_kmeans(directions, weights, n_rows - n_own, seed)
    beside = 1 - np.einsum("ij,ij->i", directions, centres[nearest]) ** 2
    order = np.argsort(-weights * beside, kind="stable")
    own, rest = np.sort(order[:n_own]), np.sort(order[n_own:])
    centres, nearest = _spherical_kmeans(directions[rest], weights[rest], n_rows - n_own, seed)
    row_of, scales = np.zeros(len(table), np.int32), lengths.copy()
    row_of[own] = np.arange(n_own)
    row_of[rest] = n_own + nearest
    scales[rest] = np.einsum("ij,ij->i", table[rest], centres[nearest])
    return SharedTable(np.vstack([directions[own], centres]).astype(np.float32), row_of, scales)


def _spherical_kmeans(
    vectors: np.ndarray, weights: np.ndarray, n_clusters: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Unit centres (n_clusters, n_dims) of ``vectors``, each counting as its weight, and the nearest of each
    vector (n,)."""
    from scipy.sparse import csr_matrix

    chances = weights + 1e-9 * weights.max() + np.finfo(float).tiny
    drawn = np.random.default_rng(seed).choice(
        len(vectors), n_clusters, replace=False, p=chances / chances.sum()
    )
    centres = vectors[np.sort(drawn)]
    for _ in range(ROUNDS):
        members = (chances.astype(np.float32), (_nearest(vectors, centres), np.arange(len(vectors))))
        sums = csr_matrix(members, (n_clusters, len(vectors))) @ vectors
        centres = np.where(np.linalg.norm(sums, axis=1, keepdims=True) > 0, unit_rows(sums), centres)
    return centres, _nearest(vectors, centres)


def _nearest(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    parts = [
        (vectors[start : start + BATCH] @ centres.T).argmax(axis=1) for start in range(0, len(vectors), BATCH)
    ]
    return np.concatenate(parts)
