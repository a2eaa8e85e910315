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
    """The table (n_tokens, n_dims) in ``n_rows`` rows.

    The tokens that matter most by ``counts`` (n_tokens,) times length keep two thirds of the rows for
    themselves; a spherical k-means over the rest makes the others. All rows have unit
    length, the tokens' lengths are in ``scales``.
    """
    if n_rows >= len(table):
        return own_rows(table)
    n_own = n_rows * 2 // 3
    lengths = np.linalg.norm(table, axis=1).astype(np.float32)
    order = np.argsort(-np.sqrt(counts + 1) * lengths, kind="stable")
    own, rest = np.sort(order[:n_own]), np.sort(order[n_own:])
    centres, nearest = _spherical_kmeans(unit_rows(table[rest]), n_rows - n_own, seed)
    row_of, scales = np.zeros(len(table), np.int32), lengths.copy()
    row_of[own] = np.arange(n_own)
    row_of[rest] = n_own + nearest
    scales[rest] = np.einsum("ij,ij->i", table[rest], centres[nearest])
    return SharedTable(np.vstack([unit_rows(table[own]), centres]).astype(np.float32), row_of, scales)


def _spherical_kmeans(vectors: np.ndarray, n_clusters: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit centres (n_clusters, n_dims) and the nearest of each vector (n,)."""
    rng = np.random.default_rng(seed)
    centres = vectors[np.sort(rng.permutation(len(vectors))[:n_clusters])]
    for _ in range(ROUNDS):
        nearest = _nearest(vectors, centres)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, vectors)
        centres = np.where(np.linalg.norm(sums, axis=1, keepdims=True) > 0, unit_rows(sums), centres)
    return centres, _nearest(vectors, centres)


def _nearest(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    parts = [
        (vectors[start : start + BATCH] @ centres.T).argmax(axis=1) for start in range(0, len(vectors), BATCH)
    ]
    return np.concatenate(parts)
