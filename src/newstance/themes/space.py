"""The space in which themes are told apart: vectors without the directions of languages and outlets, less
what all everyday news shares.

Many encoders place texts by language first; removing the subspace spanned by the language means removes most
of it (Chang et al. 2024, arXiv:2412.12433; Yang et al. 2021, "A simple and effective method to eliminate the
self language bias", arXiv:2109.04727). Outlets leave a house style behind in the same way. What is left is
centred on everyday news (``background.txt``), so that a similarity means the same for one article and for a
million.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from newstance.linear import linear, unit_rows

N_CLUSTERS, RUNS = 10, 5  # one run in a small corpus says little
SAMPLE = 5_000
FEWEST_TEXTS = 10
SAME_MEAN = 1e-6  # means of unit vectors that differ by less differ by rounding
Encode = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class ThemeSpace:
    """An orthonormal ``basis`` (n_directions, n_dims) that is taken out, and the ``centre`` (n_dims,) that is
    subtracted; a basis without rows and a centre of zeros change nothing."""

    basis: np.ndarray
    centre: np.ndarray

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """``vectors`` (n, n_dims) in this space, unit rows; zero rows stay zero."""
        if not len(self.basis) and not self.centre.any():
            return vectors
        moved = self._without_basis(vectors) if len(self.basis) else vectors
        moved = np.where(vectors.any(axis=1, keepdims=True), moved - self.centre, 0.0)
        return unit_rows(moved).astype(np.float32)

    def shares(self, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What each of ``parts`` (n, n_dims) of a text gives to its vector in this space, (n, n_dims), and
        what the centre gives, (n_dims,): together they are the vector of the sum of the parts."""
        inside = parts - (parts @ self.basis.T) @ self.basis
        length = np.linalg.norm(inside.sum(axis=0))
        if length == 0:
            return np.zeros_like(parts), np.zeros(parts.shape[1])
        inside = inside / length
        scale = np.linalg.norm(inside.sum(axis=0) - self.centre)
        return (inside / scale, -self.centre / scale) if scale else (inside * 0, self.centre * 0)

    def _without_basis(self, vectors: np.ndarray) -> np.ndarray:
        along = linear(vectors, self.basis, np.zeros(len(self.basis)))
        return unit_rows(vectors - linear(along, self.basis.T, np.zeros(self.basis.shape[1])))


def theme_space(basis: np.ndarray, background: np.ndarray) -> ThemeSpace:
    """The space without ``basis`` (n_directions, n_dims), centred on ``background`` (n, n_dims)."""
    n_dims = background.shape[1]
    uncentred = ThemeSpace(basis, np.zeros(n_dims, dtype=np.float32))
    return ThemeSpace(basis, uncentred(background).mean(axis=0).astype(np.float32))


@cache
def background_texts() -> tuple[str, ...]:
    """480 sentences of everyday news in six languages, written for this project."""
    text = files("newstance.themes").joinpath("background.txt").read_text(encoding="utf-8")
    return tuple(text.splitlines())


def fit_directions(vectors: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The directions (n_directions, n_dims), orthonormal, in which the means of ``groups`` differ.

    Without them all group means of ``vectors`` (n, n_dims) are equal. ``groups`` (n,) are languages or
    outlets. Groups of fewer than 10 texts have no mean worth trusting and are left out.
    """
    names, counts = np.unique(groups, return_counts=True)
    names = names[counts >= FEWEST_TEXTS]
    if len(names) < 2:
        return np.zeros((0, vectors.shape[1]), dtype=np.float32)
    means = np.stack([vectors[groups == name].mean(axis=0) for name in names])
    _, sizes, directions = np.linalg.svd(means - means.mean(axis=0), full_matrices=False)
    kept: np.ndarray = directions[sizes > SAME_MEAN][: len(names) - 1].astype(np.float32)
    return kept


def group_bias(vectors: np.ndarray, groups: np.ndarray, seed: int) -> float:
    """Adjusted mutual information of KMeans clusters of ``vectors`` with ``groups`` (languages or outlets),
    the mean of five runs: at most 1, about 0 by chance however few texts there are (Vinh et al. 2010,
    jmlr.org/papers/v11/vinh10a.html).

    0 where all texts are of one group. At most 5,000 texts are looked at.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_mutual_info_score

    n_clusters = min(N_CLUSTERS, len(vectors) // 4)
    if len(np.unique(groups)) < 2 or n_clusters < 2:
        return 0.0
    rows = np.random.default_rng(seed).permutation(len(vectors))[:SAMPLE]
    runs = (
        KMeans(n_clusters, n_init=1, random_state=seed + run).fit_predict(vectors[rows])
        for run in range(RUNS)
    )
    return float(np.mean([adjusted_mutual_info_score(groups[rows], labels) for labels in runs]))
