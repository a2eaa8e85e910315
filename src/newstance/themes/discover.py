"""Finding themes: UMAP lowers the dimension, HDBSCAN finds the dense regions, at the resolution that
comes out again on resamples.

McInnes et al. 2018 (arXiv:1802.03426); Campello et al. 2013 (doi:10.1007/978-3-642-37456-2_14);
stability by resampling: Hennig 2007 (doi:10.1016/j.csda.2006.11.025).
"""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from newstance.tables import NOISE

FEWEST = 12
EXACT_NEIGHBOURS_BLOCK = 1024


@dataclass(frozen=True)
class Resolution:
    """What one ``min_cluster_size`` gives: how many themes, how much noise, how stable, its score."""

    min_cluster_size: int
    n_themes: int
    noise: float
    stability: float
    score: float


class ThemeFinder(ClusterMixin, BaseEstimator):
    """Density clusters of vectors, with the resolution chosen by stability.

    Parameters
    ----------
    min_cluster_size : int or None, fewest texts in a theme; None tries several sizes and keeps the
        one whose themes come out most alike on ``n_resamples`` resamples of 80 % of the texts.
    min_samples : int or None, of HDBSCAN; None takes a value that grows slowly with the size.
    n_components, n_neighbors : of UMAP.
    n_resamples : int, how many resamples judge the stability; 0 gives no stability.
    random_state : int

    Attributes
    ----------
    labels_ : int array of shape (n_texts,), -1 for noise.
    stability_ : float array of shape (n_themes,), mean best Jaccard overlap on the resamples; nan
        where ``n_resamples`` is 0.
    resolutions_ : list of Resolution, all that were tried.
    min_cluster_size_ : int, the one that was kept.
    """

    def __init__(
        self,
        min_cluster_size=None,
        min_samples=None,
        n_components=5,
        n_neighbors=15,
        n_resamples=3,
        random_state=0,
    ):
        self.min_cluster_size = min_cluster_size
        self.min_samples = min_samples
        self.n_components = n_components
        self.n_neighbors = n_neighbors
        self.n_resamples = n_resamples
        self.random_state = random_state

    def fit(self, X, y=None):
        """Find the themes of ``X`` (n_texts, n_dims), compared by cosine."""
        X = validate_data(self, X, dtype=np.float32)
        rng = check_random_state(self.random_state)
        self._seed = rng.randint(2**31 - 1)
        if len(X) < FEWEST or not np.ptp(X, axis=0).any():
            return self._nothing(len(X))
        layout = self._layout(X)
        samples = [np.sort(rng.permutation(len(X))[: int(0.8 * len(X))]) for _ in range(self.n_resamples)]
        layouts = [self._layout(X[rows]) for rows in samples]
        _, text_of = np.unique(X, axis=0, return_inverse=True)
        tried = {size: _agreed(self._clusters(layout, size), text_of) for size in self._sizes(len(X))}
        again = {
            size: [self._clusters(part, max(2, round(0.8 * size))) for part in layouts] for size in tried
        }
        self.resolutions_: list[Resolution] = [
            _judge(size, labels, samples, again[size]) for size, labels in tried.items()
        ]
        best = max(self.resolutions_, key=lambda one: (one.score, one.n_themes))
        self.min_cluster_size_ = best.min_cluster_size
        self.labels_ = tried[best.min_cluster_size]
        self.stability_ = theme_stability(self.labels_, samples, again[best.min_cluster_size])
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
        """Too few texts for a density, or copies of one: all noise, no theme."""
        self.labels_ = np.full(n_texts, NOISE)
        self.stability_ = np.zeros(0)
        self.resolutions_ = []
        self.min_cluster_size_ = self.min_cluster_size or 2
        return self

    def _sizes(self, n_texts: int) -> list[int]:
        if self.min_cluster_size is not None:
            return [min(self.min_cluster_size, n_texts)]
        smallest, largest = max(4, round(n_texts / 200)), max(5, n_texts // 6)
        return sorted({round(size) for size in np.geomspace(smallest, largest, 10)})

    def _layout(self, X: np.ndarray) -> np.ndarray:
        return umap_layout(X, self.n_components, self.n_neighbors, 0.0, self._seed)

    def _clusters(self, layout: np.ndarray, min_cluster_size: int) -> np.ndarray:
        from hdbscan import HDBSCAN

        min_samples = self.min_samples or max(2, round(min_cluster_size**0.5))
        return HDBSCAN(
            min_cluster_size=min_cluster_size,
            min_samples=min(min_samples, len(layout) - 1),
            core_dist_n_jobs=1,
        ).fit_predict(layout)


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


def umap_layout(X: np.ndarray, n_components: int, n_neighbors: int, min_dist: float, seed: int) -> np.ndarray:
    """UMAP coordinates (n_texts, n_components) of ``X``, compared by cosine, equal for a seed.

    Exact neighbours are handed over, which spares the 28 CPU-seconds that nn-descent compiles for.
    """
    from umap import UMAP

    n_neighbors = min(n_neighbors, len(X) - 1)
    reducer = UMAP(
        n_neighbors=n_neighbors,
        n_components=min(n_components, len(X) - 2),
        min_dist=min_dist,
        metric="cosine",
        random_state=seed,
        n_jobs=1,
        precomputed_knn=nearest_neighbours(X, n_neighbors),
        force_approximation_algorithm=True,
    )
    with warnings.catch_warnings():
        # It warns that UMAP cannot transform new texts then, which is the head's work here.
        warnings.filterwarnings("ignore", message="precomputed_knn", category=UserWarning)
        return reducer.fit_transform(X)


def nearest_neighbours(X: np.ndarray, n_neighbors: int) -> tuple[np.ndarray, np.ndarray]:
    """Exact neighbours by cosine, each text its own first: indices and distances (n, n_neighbors)."""
    norms = np.linalg.norm(X, axis=1, keepdims=True)
    unit = np.divide(X, norms, out=np.zeros_like(X), where=norms > 0)
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


def _judge(size: int, labels: np.ndarray, samples: list[np.ndarray], again: list[np.ndarray]) -> Resolution:
    """How good a resolution is: the information about a text's theme that comes out again on a resample,
    beyond chance, times how alike the themes are there, times the share of texts that have one.

    Stability alone would take the coarsest split, as two halves always come out again; information
    alone the finest, as many small themes agree somewhat.
    """
    n_themes, noise = int(labels.max(initial=NOISE)) + 1, float(np.mean(labels == NOISE))
    pairs = [(labels[rows], other) for rows, other in zip(samples, again, strict=True)]
    if n_themes < 2 or not pairs:
        return Resolution(size, n_themes, noise, 0.0, 0.0)
    judged = [_agreement(*pair) for pair in pairs]
    stability, information = (float(np.mean(values)) for values in zip(*judged, strict=True))
    return Resolution(size, n_themes, noise, stability, information * stability * (1 - noise))


def _agreement(labels: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Adjusted mutual information of two labellings, and its numerator: the nats beyond chance (Vinh et
    al. 2010, "Information theoretic measures for clusterings comparison")."""
    from sklearn.metrics import adjusted_mutual_info_score, mutual_info_score
    from sklearn.metrics.cluster import contingency_matrix, expected_mutual_information

    table = contingency_matrix(labels, other, sparse=True)
    chance = expected_mutual_information(table, len(labels))
    information = mutual_info_score(None, None, contingency=table) - chance
    return adjusted_mutual_info_score(labels, other), float(information)


def theme_stability(labels: np.ndarray, samples: list[np.ndarray], again: list[np.ndarray]) -> np.ndarray:
    """Mean over resamples of each theme's best Jaccard overlap with a theme found there, (n_themes,)."""
    n_themes = int(labels.max(initial=NOISE)) + 1
    overlaps = np.full((len(samples), n_themes), np.nan)
    for index, (rows, other) in enumerate(zip(samples, again, strict=True)):
        for theme in range(n_themes):
            own = labels[rows] == theme
            found = [
                np.sum(own & (other == label)) / np.sum(own | (other == label))
                for label in range(int(other.max(initial=NOISE)) + 1)
            ]
            overlaps[index, theme] = max(found, default=0.0)
    return overlaps.mean(axis=0) if len(samples) else np.full(n_themes, np.nan)
