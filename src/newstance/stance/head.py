"""The fitted stance head as arrays: what a saved model holds and predicts with, numpy alone."""

from dataclasses import dataclass

import numpy as np

from newstance.linear import linear
from newstance.stance.features import StanceFeatures


@dataclass(frozen=True)
class StanceHead:
    """Calibrated weights: ``coef_dense`` (3, 6 * n_dims), ``coef_lexical`` (3, n_buckets),
    ``intercept`` (3,), in the order favor, against, none. Below ``abstain_below`` nothing is decided.
    ``folds`` tells whether it was fitted to folded texts and reads texts so.
    """

    coef_dense: np.ndarray
    coef_lexical: np.ndarray
    intercept: np.ndarray
    abstain_below: float
    folds: bool = True

    def probabilities(self, features: StanceFeatures) -> np.ndarray:
        """Probability of favor, against, none: (n, 3), rows sum to one."""
        logits = linear(features.dense, self.coef_dense, self.intercept)
        logits += features.lexical.dot(self.coef_lexical)
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        return np.round(shares / shares.sum(axis=1, keepdims=True), 6)
