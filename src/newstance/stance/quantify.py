"""Shares of stances corrected for the errors of the classifier ("quantification").

Counting what a classifier says is biased wherever the shares differ from those of its labels (Forman 2008,
doi:10.1007/s10618-008-0097-y). Judgements that were left out of the fit tell what it says of texts of each
true stance: the mean probabilities M, a row a stance. Over a group of texts with true shares s the mean
probabilities are s M on average, which is solved for s among shares that are not negative ("probabilistic
adjusted count", Bella et al. 2010, doi:10.1109/ICDM.2010.75). This assumes that the classifier errs in the
group as in the judgements. Intervals draw judgements and texts anew together.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from newstance.tables import STANCES

N = len(STANCES)
FEWEST_JUDGED, FEWEST_OF_A_STANCE, FEWEST_GROUPS = 60, 5, 10
PSEUDO = 1.0  # imaginary judgements a stance, of which the classifier says what it says of all
EDGES = ((0, 1), (0, 2), (1, 2))


@dataclass(frozen=True, eq=False)
class KnownErrors:
    """What the classifier says of judgements it has not seen: ``said`` (n_groups, 3, 3), sums of the
    probabilities by true stance in each group of judgements, and ``counts`` (n_groups, 3), their numbers;
    ``judged`` are the judgements themselves."""

    said: np.ndarray
    counts: np.ndarray
    judged: pl.DataFrame

    @classmethod
    def of(cls, judged: pl.DataFrame) -> "KnownErrors | None":
        """The errors on ``judged`` (``tables.JUDGED``); None where they are too few to correct with."""
        y = np.array([STANCES.index(stance) for stance in judged["stance"]], dtype=int)
        names, group = np.unique(judged["group"].to_numpy(), return_inverse=True)
        if (
            len(y) < FEWEST_JUDGED
            or len(names) < FEWEST_GROUPS
            or np.bincount(y, minlength=N).min() < FEWEST_OF_A_STANCE
        ):
            return None
        probas = judged.select(f"proba_{stance}" for stance in STANCES).to_numpy()
        said = np.zeros((len(names), N, N))
        np.add.at(said, (group, y), probas)
        counts = np.zeros((len(names), N))
        np.add.at(counts, (group, y), 1)
        return cls(said, counts, judged)

    @property
    def matrix(self) -> np.ndarray:
        """Mean probabilities of texts of each true stance, (3, 3), rows sum to one."""
        return self._means(self.said.sum(axis=0), self.counts.sum(axis=0))

    def draws(self, n_bootstrap: int, seed: int) -> np.ndarray:
        """``matrix`` of resampled groups, (n_bootstrap, 3, 3)."""
        n = len(self.counts)
        weights = np.random.default_rng([seed, 1]).multinomial(n, np.full(n, 1 / n), size=n_bootstrap)
        said = (weights @ self.said.reshape(n, -1)).reshape(-1, N, N)
        return self._means(said, weights @ self.counts)

    def _means(self, said: np.ndarray, counts: np.ndarray) -> np.ndarray:
        overall = self.said.sum(axis=(0, 1)) / self.counts.sum()
        return (said + PSEUDO * overall) / (counts + PSEUDO)[..., None]


@lru_cache(maxsize=4)
def drawn_matrices(errors: KnownErrors, n_bootstrap: int, seed: int) -> np.ndarray:
    """``errors.draws``, kept for the many groups of one table."""
    return errors.draws(n_bootstrap, seed)


def true_shares(means: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Shares of the true stances (n, 3) behind mean probabilities ``means`` (n, 3), for classifiers that
    say ``matrices`` (n, 3, 3) of texts of each true stance: the nearest that are not negative."""
    inside = _solved(means, matrices)
    best, least = _on_an_edge(means, matrices, EDGES[0])
    for edge in EDGES[1:]:
        shares, distance = _on_an_edge(means, matrices, edge)
        nearer = distance < least
        best, least = np.where(nearer[:, None], shares, best), np.where(nearer, distance, least)
    valid = np.isfinite(inside).all(axis=1) & (inside >= 0).all(axis=1)
    return np.where(valid[:, None], inside, best)


def _solved(means: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """The exact solution with a sum of one, which may be negative; nan where there is none."""
    transposed = np.swapaxes(matrices, 1, 2)
    regular = np.abs(np.linalg.det(transposed)) > 1e-9
    shares = np.full_like(means, np.nan)
    shares[regular] = np.linalg.solve(transposed[regular], means[regular][..., None])[..., 0]
    return shares


def _on_an_edge(
    means: np.ndarray, matrices: np.ndarray, edge: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest mixture (n, 3) of two stances, and its squared distance (n,)."""
    first, second = matrices[:, edge[0]], matrices[:, edge[1]]
    way = first - second
    length = np.maximum((way**2).sum(axis=1), 1e-12)
    share = np.clip(((means - second) * way).sum(axis=1) / length, 0, 1)
    shares = np.zeros_like(means)
    shares[:, edge[0]], shares[:, edge[1]] = share, 1 - share
    distance = ((second + share[:, None] * way - means) ** 2).sum(axis=1)
    return shares, distance
