"""The nearest articles of another language: all of them are compared, or, of many, those of near cells.

A cell holds the articles nearest to one centre of KMeans ("inverted file", Jégou, Douze & Schmid 2011,
doi:10.1109/TPAMI.2010.57). An article is compared with those of a few cells, so that time grows with the
square root of the number of articles a comparison and not with that number.
"""

from collections.abc import Iterator

import numpy as np

MOST_COMPARED = 4 * 10**8  # pairs that are all compared: of 20,000 articles each
N_NEAREST = 3
N_CELLS_ASKED = 8
SAMPLE_A_CELL = 40
PAIRS_AT_ONCE = 2**24


def near_pairs(
    articles: np.ndarray, ours: np.ndarray, theirs: np.ndarray, days: np.ndarray, within: float
) -> np.ndarray:
    """Pairs (n, 2) of each of the rows ``ours`` with the three nearest of the rows ``theirs``.

    ``articles`` (n_articles, n_dims) are unit rows, ``days`` (n_articles,) those of publishing, nan where
    unknown; only articles that are ``within`` so many days are compared.
    """
    best = _Best(len(ours))
    for own, others in _cells(articles, ours, theirs):
        size = max(1, PAIRS_AT_ONCE // max(1, len(others)))
        for start in range(0, len(own) if len(others) else 0, size):
            some = own[start : start + size]
            best.add(some, *_nearest(articles, ours[some], others, days, within))
    return best.pairs(ours)


class _Best:
    """The three nearest so far of each of ``n`` articles, of equally near ones the smaller row."""

    def __init__(self, n: int):
        self._rows = np.zeros((n, N_NEAREST), dtype=np.int64)
        self._alike = np.full((n, N_NEAREST), -np.inf, dtype=np.float32)

    def add(self, own: np.ndarray, rows: np.ndarray, alike: np.ndarray) -> None:
        """Rows (m, k) that may be near to the articles ``own`` (m,), each once, and their cosines (m, k)."""
        rows, alike = np.hstack([self._rows[own], rows]), np.hstack([self._alike[own], alike])
        order = np.lexsort((rows, -alike), axis=1)[:, :N_NEAREST]
        self._rows[own] = np.take_along_axis(rows, order, 1)
        self._alike[own] = np.take_along_axis(alike, order, 1)

    def pairs(self, ours: np.ndarray) -> np.ndarray:
        """(n, 2) of the rows ``ours`` of these articles and of those that are near."""
        near = np.isfinite(self._alike)
        return np.stack([np.repeat(ours, near.sum(axis=1)), self._rows[near]], axis=1)


def _nearest(
    articles: np.ndarray, ours: np.ndarray, theirs: np.ndarray, days: np.ndarray, within: float
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest of ``theirs`` to each of ``ours``, (n, k), and their cosines, no number where too many days
    lie between."""
    alike = np.round(articles[ours] @ articles[theirs].T, 5)
    # A comparison with nan is false, so an unknown date is near to each.
    alike[np.abs(days[ours][:, None] - days[theirs]) > within] = -np.inf
    nearest = np.argpartition(-alike, min(N_NEAREST, len(theirs)) - 1, axis=1)[:, :N_NEAREST]
    return theirs[nearest], np.take_along_axis(alike, nearest, 1)


def _cells(
    articles: np.ndarray, ours: np.ndarray, theirs: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Which of ``ours``, by their places in it, are to be compared with which of ``theirs``."""
    if len(ours) * len(theirs) <= MOST_COMPARED:
        yield np.arange(len(ours)), theirs
        return
    centres = _centres(articles, theirs)
    cell_of = np.concatenate([nearest[:, 0] for nearest in _nearest_cells(articles, theirs, centres, 1)])
    asked = np.concatenate(list(_nearest_cells(articles, ours, centres, N_CELLS_ASKED)))
    by_cell, by_asked = np.argsort(cell_of, kind="stable"), np.argsort(asked.ravel(), kind="stable")
    own_of = by_asked // asked.shape[1]
    cells = np.arange(len(centres) + 1)
    bounds = np.searchsorted(cell_of[by_cell], cells)
    bounds_asked = np.searchsorted(asked.ravel()[by_asked], cells)
    for cell in range(len(centres)):
        own = own_of[bounds_asked[cell] : bounds_asked[cell + 1]]
        yield own, theirs[by_cell[bounds[cell] : bounds[cell + 1]]]


def _centres(articles: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Centres (n_cells, n_dims) of about the square root as many cells as there are ``rows``."""
    from sklearn.cluster import KMeans

    n_cells = round(len(rows) ** 0.5)
    drawn = np.random.default_rng(0).permutation(len(rows))[: SAMPLE_A_CELL * n_cells]
    cells = KMeans(n_cells, init="random", n_init=1, max_iter=10, random_state=0)
    centres: np.ndarray = cells.fit(articles[rows[np.sort(drawn)]]).cluster_centers_
    return centres


def _nearest_cells(
    articles: np.ndarray, rows: np.ndarray, centres: np.ndarray, n: int
) -> Iterator[np.ndarray]:
    """The ``n`` nearest cells of each of ``rows``, (n_rows, n), block by block."""
    half = (centres**2).sum(axis=1) / 2
    size = max(1, PAIRS_AT_ONCE // len(centres))
    for start in range(0, len(rows), size):
        near = articles[rows[start : start + size]] @ centres.T - half
        yield np.argpartition(-near, n - 1, axis=1)[:, :n].copy()  # a view would keep the places of all cells
