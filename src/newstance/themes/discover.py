"""Finding themes: UMAP lowers the dimension, HDBSCAN finds fine dense clusters, a tree joins them, and the
cut of the tree that comes out again on halves of the texts is kept.

McInnes et al. 2018 (arXiv:1802.03426); Campello et al. 2013 (doi:10.1007/978-3-642-37456-2_14), its leaves;
stability by splitting: Lange et al. 2004 (doi:10.1162/089976604773717621).
"""

from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from newstance.linear import unit_rows
from newstance.tables import NOISE
from newstance.themes.layout import umap_layout
from newstance.themes.tree import centres_of, cuts, merge_order, nearest

FEWEST = 12
N_LEVELS = 16
# Halves are only compared with each other: few rounds of UMAP and more splits judge a cut better.
EPOCHS_OF_HALVES = 100
NEARLY_AS_MANY = 0.7  # fine clusters of a half, as a share of the number of themes that it is asked for
# Below it, what one half of the texts shows is not in the other. Near points of a scatter fall together by
# their place alone: 200 to 1,000 of them reach 0.16 in 48 dimensions and 0.25 in 16; texts of real
# collections reach 0.42 and more.
LEAST_STABILITY = 0.35
# Of two cuts that are as good within this share, the one with fewer themes is kept.
NEARLY_BEST, NEARLY_BEST_COARSE = 0.95, 0.9


@dataclass(frozen=True)
class Level:
    """A cut of the tree: how many themes, how alike two halves of the texts make them (mean adjusted mutual
    information over the splits, 0 to 1), the standard deviation of that, and the score by which cuts are
    compared."""

    n_themes: int
    stability: float
    spread: float
    score: float

    @property
    def at_least(self) -> float:
        """Stability less its spread: coarse cuts of some splits agree by luck, and few agree always."""
        return max(0.0, self.stability - self.spread)


class ThemeFinder(ClusterMixin, BaseEstimator):
    """Themes of vectors, their number chosen by stability, and the coarse themes they form.

    Parameters
    ----------
    min_cluster_size : int or None, fewest texts in a fine cluster; None takes 4, or a 200th of the texts.
    n_themes : int or None, where the tree is cut; None chooses.
    min_samples : int or None, of HDBSCAN; None takes a value that grows slowly with the size.
    n_components, n_neighbors : of UMAP.
    n_splits : int, how many times the texts are split in halves to judge stability; 0 gives none.
    random_state : int

    Attributes
    ----------
    labels_ : int array of shape (n_texts,); -1 for all where no theme was found.
    stability_ : float array of shape (n_themes,), mean best Jaccard overlap with a theme of a half; nan where
        ``n_splits`` is 0.
    parents_ : int array of shape (n_themes,), the coarse theme of each, -1 where there is no coarse level.
    levels_ : list of Level, all cuts that were tried.
    min_cluster_size_ : int, the one that was used.
    """

    def __init__(
        self,
        min_cluster_size=None,
        n_themes=None,
        min_samples=None,
        n_components=5,
        n_neighbors=15,
        n_splits=6,
        random_state=0,
    ):
        self.min_cluster_size = min_cluster_size
        self.n_themes = n_themes
        self.min_samples = min_samples
        self.n_components = n_components
        self.n_neighbors = n_neighbors
        self.n_splits = n_splits
        self.random_state = random_state

    def fit(self, X, y=None):
        """Find the themes of ``X`` (n_texts, n_dims), compared by cosine."""
        X = unit_rows(validate_data(self, X, dtype=np.float32))
        rng = check_random_state(self.random_state)
        self._seed = rng.randint(2**31 - 1)
        self.min_cluster_size_ = min(self.min_cluster_size or max(4, round(len(X) / 200)), max(2, len(X)))
        self.levels_: list[Level] = []
        fine = None
        if len(X) >= FEWEST and np.ptp(X, axis=0).any():
            fine = self._fine_clusters(X, self.min_cluster_size_, None)
        if fine is None:
            return self._nothing(len(X))
        _, text_of = np.unique(X, axis=0, return_inverse=True)
        numbers = self._numbers(int(fine.max()) + 1)
        halves = [self._half(X, rows, numbers) for rows in self._splits(len(X), rng)]
        cut = cuts(X, fine, numbers)
        self.levels_ = [_level(number, halves) for number in sorted(cut)]
        best = _best(self.levels_, _information, NEARLY_BEST)
        if self.n_themes is None and halves and best.stability < LEAST_STABILITY:
            return self._nothing(len(X))
        self.labels_ = _agreed(cut[best.n_themes], text_of)
        again = [half[best.n_themes] for half in halves if best.n_themes in half]
        self.stability_ = theme_stability(self.labels_, again)
        self.parents_ = self._parents(X)
        return self

    def fit_predict(self, X, y=None):
        """Labels of ``X``; the themes of other texts are for the head to tell."""
        return self.fit(X).labels_

    @property
    def n_themes_(self) -> int:
        """How many themes were found."""
        check_is_fitted(self, "labels_")
        return int(self.labels_.max(initial=NOISE)) + 1

    def _nothing(self, n_texts: int):
        """Too few texts for a density, copies of one, or no structure: all noise, no theme."""
        self.labels_ = np.full(n_texts, NOISE)
        self.stability_, self.parents_ = np.zeros(0), np.zeros(0, dtype=int)
        return self

    def _numbers(self, n_fine: int) -> list[int]:
        if self.n_themes is not None:
            return [min(self.n_themes, n_fine)]
        return sorted({round(number) for number in np.geomspace(2, n_fine, N_LEVELS)})

    def _splits(self, n_texts: int, rng) -> list[np.ndarray]:
        """The rows of each half, two for each split."""
        orders = [rng.permutation(n_texts) for _ in range(self.n_splits)]
        return [np.sort(half) for order in orders for half in (order[: n_texts // 2], order[n_texts // 2 :])]

    def _half(self, X: np.ndarray, rows: np.ndarray, numbers: list[int]) -> dict[int, np.ndarray]:
        """Labels of all texts by the centres that the texts ``rows`` alone give, for each number of themes.

        A half has fewer fine clusters than the whole. For numbers a little above them its finest cut stands.
        """
        half = X[rows]
        if len(half) < FEWEST:
            return {}
        fine = self._fine_clusters(half, max(2, self.min_cluster_size_ // 2), EPOCHS_OF_HALVES)
        if fine is None:
            return {}
        n_fine = int(fine.max()) + 1
        made = cuts(half, fine, {min(number, n_fine) for number in numbers})
        return {
            number: nearest(X, centres_of(half, made[min(number, n_fine)]))
            for number in numbers
            if n_fine >= NEARLY_AS_MANY * number
        }

    def _fine_clusters(self, X: np.ndarray, min_cluster_size: int, n_epochs: int | None) -> np.ndarray | None:
        """Fine clusters (n_texts,), texts outside of them in the nearest; None where there are not two."""
        from hdbscan import HDBSCAN

        layout = umap_layout(X, self.n_components, self.n_neighbors, 0.0, self._seed, n_epochs)
        min_samples = self.min_samples or max(2, round(min_cluster_size**0.5))
        dense = HDBSCAN(
            min_cluster_size=min_cluster_size,
            min_samples=min(min_samples, len(layout) - 1),
            cluster_selection_method="leaf",
            core_dist_n_jobs=1,
        ).fit_predict(layout)
        if dense.max() < 1:
            return None
        inside = dense != NOISE
        return np.where(inside, dense, nearest(X, centres_of(X[inside], dense[inside])))

    def _parents(self, X: np.ndarray) -> np.ndarray:
        """The coarse themes: the stable cut with at most half as many themes, made of whole themes."""
        n_themes = self.n_themes_
        coarser = [level for level in self.levels_ if 3 <= level.n_themes <= n_themes // 2]
        if not coarser:
            return np.full(n_themes, NOISE)
        wanted = _best(coarser, _told_apart, NEARLY_BEST_COARSE).n_themes
        parents = np.arange(n_themes)
        merges = merge_order(centres_of(X, self.labels_), np.bincount(self.labels_))
        for into, gone in merges[: n_themes - wanted]:
            parents[parents == gone] = into
        return np.unique(parents, return_inverse=True)[1]


def _level(n_themes: int, halves: list[dict[int, np.ndarray]]) -> Level:
    from sklearn.metrics import adjusted_mutual_info_score

    pairs = zip(halves[::2], halves[1::2], strict=True)
    alike = [
        adjusted_mutual_info_score(one[n_themes], other[n_themes])
        for one, other in pairs
        if n_themes in one and n_themes in other
    ]
    stability, spread = (float(np.mean(alike)), float(np.std(alike))) if alike else (0.0, 0.0)
    return Level(n_themes, stability, spread, _information(n_themes, max(0.0, stability - spread)))


def _information(n_themes: int, stability: float) -> float:
    """Grows slowly with the number of themes: stability alone would take the coarsest cut, as two halves
    always come out again; information alone the finest."""
    return float(np.sqrt(np.log(n_themes)) * stability**2)


def _told_apart(n_themes: int, stability: float) -> float:
    """The chance that two texts are told apart by as many equal themes, times the squared stability."""
    return (1 - 1 / n_themes) * stability**2


def _best(levels: list[Level], score, nearly: float) -> Level:
    """The level with fewest themes among those whose score is nearly the best."""
    scores = [score(level.n_themes, level.at_least) for level in levels]
    return next(level for level, own in zip(levels, scores, strict=True) if own >= nearly * max(scores))


def _agreed(labels: np.ndarray, text_of: np.ndarray) -> np.ndarray:
    """``labels`` (n_texts,) with all copies of a text, the rows of one number in ``text_of`` (n_texts,),
    where most of them are, and themes numbered without gaps.

    A layout may tear copies apart: which of the texts that are equally far away are taken for their
    neighbours is chance, and differs between processors.
    """
    (text, label), counts = np.unique(np.stack([text_of, labels]), axis=1, return_counts=True)
    order = np.lexsort((label, -counts, text))
    _, first = np.unique(text[order], return_index=True)
    common = label[order][first][text_of]
    themes = np.unique(common[common != NOISE])
    return np.where(common == NOISE, NOISE, np.searchsorted(themes, common))


def theme_stability(labels: np.ndarray, again: list[np.ndarray]) -> np.ndarray:
    """Mean over other labellings ``again`` of each theme's best Jaccard overlap with a theme there,
    (n_themes,); nan where there is no other labelling."""
    n_themes = int(labels.max(initial=NOISE)) + 1
    if not again:
        return np.full(n_themes, np.nan)
    sizes = np.bincount(labels[labels != NOISE], minlength=n_themes)
    overlaps = []
    for other in again:
        both = np.zeros((n_themes, int(other.max()) + 1))
        np.add.at(both, (labels[labels != NOISE], other[labels != NOISE]), 1)
        either = sizes[:, None] + np.bincount(other, minlength=both.shape[1]) - both
        overlaps.append((both / either).max(axis=1))
    stability: np.ndarray = np.mean(overlaps, axis=0)
    return stability
