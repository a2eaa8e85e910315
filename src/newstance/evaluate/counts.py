"""Scores of k classes from counts, and their intervals by resampling groups of texts.

Texts of one group (a sentence, an article with its reprints) are not independent, so intervals are
percentile bootstraps over groups (Cameron, Gelbach & Miller 2008, "Bootstrap-based improvements for
inference with clustered errors").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LEVEL = 0.95
# With fewer groups a bootstrap interval is far too narrow; better none than one nobody can trust.
FEWEST_GROUPS = 10
WEIGHTS_AT_ONCE = 2_000_000

Interval = tuple[float, float]


@dataclass(frozen=True)
class Judged:
    """True and predicted classes, 0 to ``n_classes`` - 1, and the group of each text: all (n,)."""

    y: np.ndarray
    predicted: np.ndarray
    groups: np.ndarray
    n_classes: int

    def only(self, rows: np.ndarray) -> "Judged":
        """The same with some of the texts."""
        return Judged(self.y[rows], self.predicted[rows], self.groups[rows], self.n_classes)

    def confusions(self) -> np.ndarray:
        """Counts of (true, predicted) in each group, (n_groups, n_classes, n_classes)."""
        n = self.n_classes
        names, group = np.unique(self.groups, return_inverse=True)
        cells = (group * n + self.y) * n + self.predicted
        return np.bincount(cells, minlength=len(names) * n * n).reshape(-1, n, n)

    def tallies(self) -> np.ndarray:
        """Hits, true and predicted texts of each class in each group, (n_groups, 3, n_classes)."""
        n = self.n_classes
        names, group = np.unique(self.groups, return_inverse=True)
        hit = self.y == self.predicted
        cells = [group[hit] * n + self.y[hit], group * n + self.y, group * n + self.predicted]
        counts = [np.bincount(one, minlength=len(names) * n).reshape(-1, n) for one in cells]
        return np.stack(counts, axis=1)


@dataclass(frozen=True)
class Bootstrap:
    """``n`` resamples of the groups, drawn from ``seed``."""

    n: int
    seed: int

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError(f"n_bootstrap is {self.n}; expected at least 1 resample.")

    def interval(self, confusions: np.ndarray, weights: Sequence[float]) -> Interval | None:
        """Interval of the weighted sum of the systems' macro-F1; None where there are too few groups.

        ``confusions`` (n_systems, n_groups, k, k) share their groups, so each resample is one for all.
        """
        if confusions.shape[1] < FEWEST_GROUPS:
            return None
        return interval_of(bootstrap_f1_macro(confusions, self.n, self.seed).T @ np.asarray(weights))


def interval_of(values: np.ndarray) -> Interval:
    """The middle 95 % of ``values`` (n_resamples,) that are known."""
    low, high = np.nanquantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def resampled(counts: np.ndarray, n_bootstrap: int, seed: int) -> Iterator[np.ndarray]:
    """Sums of ``counts`` (n_groups, …) over resamples of the groups, in blocks (n_resamples, …)."""
    n_groups = len(counts)
    flat = counts.reshape(n_groups, -1).astype(np.float64)
    rng = np.random.default_rng(seed)
    shares = np.full(n_groups, 1 / n_groups)
    at_once = max(1, WEIGHTS_AT_ONCE // n_groups)
    for start in range(0, n_bootstrap, at_once):
        weights = rng.multinomial(n_groups, shares, size=min(at_once, n_bootstrap - start))
        yield (weights.astype(np.float64) @ flat).reshape(-1, *counts.shape[1:])


def bootstrap_f1_macro(confusions: np.ndarray, n_bootstrap: int, seed: int) -> np.ndarray:
    """Macro-F1 of each system in each resample of the groups, (n_systems, n_bootstrap).

    ``confusions`` (n_systems, n_groups, k, k): a resample is a weighted sum of them.
    """
    of_group = np.moveaxis(confusions, 0, 1)
    blocks = [mean_known(f1_of_classes(sums)) for sums in resampled(of_group, n_bootstrap, seed)]
    return np.concatenate(blocks).T


def tallies_of(confusions: np.ndarray) -> np.ndarray:
    """Hits, true and predicted texts of each class (..., 3, k) from counts of (true, predicted)
    (..., k, k)."""
    counts = np.asarray(confusions, dtype=np.float64)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    return np.stack([hits, counts.sum(axis=-1), counts.sum(axis=-2)], axis=-2)


def f1_of_classes(confusions: np.ndarray) -> np.ndarray:
    """F1 of each class (..., k) from counts of (true, predicted) (..., k, k).

    nan where a class is neither true nor predicted: it says nothing, so a mean leaves it out, as
    scikit-learn's ``f1_score`` does.
    """
    return scores_of_tallies(tallies_of(confusions))[..., 2, :]


def scores_of_tallies(tallies: np.ndarray) -> np.ndarray:
    """Precision, recall and F1 of each class (..., 3, k) from its hits, true and predicted texts
    (..., 3, k); nan where there is nothing to divide by."""
    hits, true, predicted = np.moveaxis(np.asarray(tallies, dtype=np.float64), -2, 0)
    ratios = [_ratio(hits, predicted), _ratio(hits, true), _ratio(2 * hits, true + predicted)]
    return np.stack(ratios, axis=-2)


def mean_known(values: np.ndarray) -> np.ndarray:
    """Mean over the last axis of what is not nan; nan where nothing is."""
    known = ~np.isnan(values)
    return _ratio(np.where(known, values, 0).sum(axis=-1), known.sum(axis=-1))


def columns_of(n: int, **columns: Sequence[Any]) -> dict[str, np.ndarray]:
    """``columns`` as arrays (n,); raises ``ValueError`` where one has another length or holds None."""
    for name, values in columns.items():
        if len(values) != n:
            raise ValueError(f"{name}: {len(values)} values for {n} judgements; expected one each.")
        if any(value is None for value in values):
            raise ValueError(f"{name}: judgement {list(values).index(None)} has none; expected one each.")
    return {name: np.asarray(values) for name, values in columns.items()}


def parts_of(values: np.ndarray) -> list[Any]:
    """The distinct ``values`` (n,), the most frequent first."""
    names, counts = np.unique(values, return_counts=True)
    return [names[row] for row in sorted(range(len(names)), key=lambda i: (-counts[i], names[i]))]


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    above, below = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    shares: np.ndarray = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return shares
