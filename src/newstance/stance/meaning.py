"""Sentences that speak of a target without naming it, found by meaning.

A proposition ("the two countries cooperate against terrorism") is rarely named by a word. Its description
and example sentences give a calibrated anchor, as those of a named theme do (``themes.named``), and a
sentence speaks of it from probability one half on.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from newstance.linear import linear

BY_MEANING = "meaning"
LEAST = 0.5


@dataclass(frozen=True)
class MeaningFinder:
    """Weights ``coef`` (n_targets, n_dims) and ``intercept`` (n_targets,) of ``targets``, for vectors in
    ``space``."""

    targets: tuple[str, ...]
    coef: np.ndarray
    intercept: np.ndarray
    space: Callable[[np.ndarray], np.ndarray]

    def find(self, vectors: np.ndarray) -> list[tuple[int, str]]:
        """Row and target of each of the sentences ``vectors`` (n, n_dims) that speaks of a target."""
        logits = linear(self.space(vectors), self.coef, self.intercept)
        rows, places = np.nonzero(1 / (1 + np.exp(-logits)) >= LEAST)
        return [(int(row), self.targets[place]) for row, place in zip(rows, places, strict=True)]
