"""Language bias: vectors that group by language before they group by subject.

Removing the subspace spanned by the language means removes most of it (Chang et al. 2024,
arXiv:2412.12433; Yang et al. 2021, "A simple and effective method to eliminate the self language
bias", arXiv:2109.04727).
"""

from dataclasses import dataclass

import numpy as np

from newstance.linear import linear

N_CLUSTERS, RUNS = 10, 5  # one run in a small corpus says little
SAMPLE = 5_000
FEWEST_TEXTS = 10
SAME_MEAN = 1e-6  # means of unit vectors that differ by less differ by rounding


@dataclass(frozen=True)
class LanguageProjection:
    """An orthonormal ``basis`` (n_directions, n_dims) to be taken out; no rows means no change."""

    basis: np.ndarray

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """``vectors`` (n, n_dims) without the basis, rows scaled back to unit length."""
        if not len(self.basis):
            return vectors
        along = linear(vectors, self.basis, np.zeros(len(self.basis)))
        rest = vectors - linear(along, self.basis.T, np.zeros(self.basis.shape[1]))
        norms = np.linalg.norm(rest, axis=1, keepdims=True)
        return np.divide(rest, norms, out=np.zeros_like(rest), where=norms > 0).astype(np.float32)


def no_projection(n_dims: int) -> LanguageProjection:
    """The projection that changes nothing."""
    return LanguageProjection(np.zeros((0, n_dims), dtype=np.float32))


def fit_projection(vectors: np.ndarray, langs: np.ndarray) -> LanguageProjection:
    """The projection that makes all language means of ``vectors`` (n, n_dims) equal.

    Languages of fewer than 10 texts have no mean worth trusting and are left out.
    """
    names, counts = np.unique(langs, return_counts=True)
    names = names[counts >= FEWEST_TEXTS]
    if len(names) < 2:
        return no_projection(vectors.shape[1])
    means = np.stack([vectors[langs == name].mean(axis=0) for name in names])
    _, sizes, directions = np.linalg.svd(means - means.mean(axis=0), full_matrices=False)
    keep = sizes > SAME_MEAN
    return LanguageProjection(directions[keep][: len(names) - 1].astype(np.float32))


def language_bias(vectors: np.ndarray, langs: np.ndarray, seed: int) -> float:
    """Adjusted mutual information of KMeans clusters of ``vectors`` with the languages, the mean of five
    runs: at most 1, about 0 by chance however few texts there are (Vinh et al. 2010,
    jmlr.org/papers/v11/vinh10a.html).

    0 where all texts are of one language. At most 5,000 texts are looked at.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_mutual_info_score

    n_clusters = min(N_CLUSTERS, len(vectors) // 4)
    if len(np.unique(langs)) < 2 or n_clusters < 2:
        return 0.0
    rows = np.random.default_rng(seed).permutation(len(vectors))[:SAMPLE]
    runs = (
        KMeans(n_clusters, n_init=1, random_state=seed + run).fit_predict(vectors[rows])
        for run in range(RUNS)
    )
    return float(np.mean([adjusted_mutual_info_score(langs[rows], labels) for labels in runs]))
