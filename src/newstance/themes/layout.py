"""UMAP, with exact neighbours and machine code that is kept: McInnes et al. 2018 (arXiv:1802.03426)."""

import warnings
from functools import cache

import numpy as np

from newstance.linear import unit_rows
from newstance.shelf import let_go

EXACT_NEIGHBOURS_BLOCK = 1024
PLACED_BY = 5  # neighbours


def umap_layout(
    X: np.ndarray,
    n_components: int,
    n_neighbors: int,
    min_dist: float,
    seed: int,
    n_epochs: int | None = None,
) -> np.ndarray:
    """UMAP coordinates (n_texts, n_components) of ``X``, compared by cosine, equal for a seed; ``n_epochs``
    of None is UMAP's own choice.

    Exact neighbours are handed over, which spares the 28 CPU-seconds that nn-descent compiles for.
    """
    from umap import UMAP

    _keep_compiled()
    n_neighbors = min(n_neighbors, len(X) - 1)
    reducer = UMAP(
        n_neighbors=n_neighbors,
        n_components=min(n_components, len(X) - 2),
        min_dist=min_dist,
        metric="cosine",
        random_state=seed,
        n_epochs=n_epochs,
        n_jobs=1,
        precomputed_knn=nearest_neighbours(X, n_neighbors),
        force_approximation_algorithm=True,
    )
    with warnings.catch_warnings():
        # It warns that UMAP cannot transform new texts then, which is the head's work here.
        warnings.filterwarnings("ignore", message="precomputed_knn", category=UserWarning)
        return reducer.fit_transform(X)


@cache
def _keep_compiled() -> None:
    """Let numba keep UMAP's machine code on disk, where each process would spend 9 CPU-seconds on it."""
    import sys

    from numba.core.dispatcher import Dispatcher

    for name in [name for name in sys.modules if name.startswith("umap.")]:
        for function in vars(sys.modules[name]).values():
            if isinstance(function, Dispatcher) and function.__module__ == name:
                try:
                    function.enable_caching()
                except RuntimeError:  # numba may write to no folder: it compiles anew, as ever
                    return


def nearest_neighbours(X: np.ndarray, n_neighbors: int) -> tuple[np.ndarray, np.ndarray]:
    """Exact neighbours by cosine, each text its own first: indices and distances (n, n_neighbors)."""
    unit = unit_rows(X)
    indices = np.empty((len(X), n_neighbors), dtype=np.int32)
    distances = np.empty((len(X), n_neighbors), dtype=np.float32)
    for start in range(0, len(X), EXACT_NEIGHBOURS_BLOCK):
        alike = unit[start : start + EXACT_NEIGHBOURS_BLOCK] @ unit.T
        rows = np.arange(len(alike))
        alike[rows, start + rows] = 2.0
        some = np.argpartition(-alike, n_neighbors - 1, axis=1)[:, :n_neighbors]
        order = np.argsort(-np.take_along_axis(alike, some, 1), axis=1, kind="stable")
        nearest = np.take_along_axis(some, order, 1)
        indices[start + rows] = nearest
        distances[start + rows] = np.clip(1 - np.take_along_axis(alike, nearest, 1), 0, 2)
    return indices, distances


def place_among(X: np.ndarray, rows: np.ndarray, known: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Coordinates (n, n_components) of the ``rows`` (n,) of ``X`` (n_texts, n_dims): the mean of the
    ``places`` (n_known, n_components) of the five of ``known`` (n_known, n_dims) that are nearest by cosine.
    UMAP, too, begins so with new texts."""
    others = unit_rows(known)
    found = np.empty((len(rows), places.shape[1]), dtype=places.dtype)
    for start in range(0, len(rows), EXACT_NEIGHBOURS_BLOCK):
        alike = unit_rows(X[rows[start : start + EXACT_NEIGHBOURS_BLOCK]]) @ others.T
        nearest = np.argpartition(alike, -PLACED_BY, axis=1)[:, -PLACED_BY:]
        found[start : start + len(alike)] = places[nearest].mean(axis=1)
        let_go(X)
    return found
