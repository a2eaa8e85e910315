"""The fitted stance head as arrays: what a saved model holds and predicts with, numpy alone."""

from dataclasses import dataclass

import numpy as np

from newstance.linear import linear
from newstance.stance.abstain import one_possible
from newstance.stance.features import StanceFeatures

# What a head looks at: "words" are the vectors and words of ``features``; "reader" is what a reader of
# mentions says, corrected by a linear map of its features and of the words.
WORDS, READER = "words", "reader"


@dataclass(frozen=True)
class StanceHead:
    """Calibrated weights in the order favor, against, none. A stance is decided from a probability of
    ``abstain_below`` on, or where ``possible_from`` (3,) leaves no other (``stance.abstain``).

    ``coef_dense`` (3, n_dense), ``coef_lexical`` (3, n_buckets), ``intercept`` (3,). A head of the kind
    "reader" adds the logits of its reader, divided by ``temperature``. ``folds`` tells whether it was fitted
    to folded texts and reads texts so.
    """

    coef_dense: np.ndarray
    coef_lexical: np.ndarray
    intercept: np.ndarray
    abstain_below: float
    folds: bool = True
    kind: str = WORDS
    temperature: float = 1.0
    possible_from: np.ndarray | None = None

    def decided(self, probabilities: np.ndarray) -> np.ndarray:
        """Whether each of ``probabilities`` (n, 3) is clear enough: (n,)."""
        if self.possible_from is not None:
            return one_possible(probabilities, self.possible_from)
        clear: np.ndarray = probabilities.max(axis=1) >= self.abstain_below
        return clear

    def probabilities(self, features: StanceFeatures) -> np.ndarray:
        """Probability of favor, against, none: (n, 3), rows sum to one."""
        logits = self.logits(features)
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        return np.round(shares / shares.sum(axis=1, keepdims=True), 6)

    def logits(self, features: StanceFeatures) -> np.ndarray:
        """Logits of favor, against, none: (n, 3); their differences are log-odds."""
        logits = linear(features.dense, self.coef_dense, self.intercept)
        logits += features.lexical.dot(self.coef_lexical)
        if features.offsets is not None:
            logits += features.offsets / self.temperature
        return logits


def untouched_head(n_dense: int, n_buckets: int, abstain_below: float) -> StanceHead:
    """The head that says what its reader says."""
    return StanceHead(
        np.zeros((3, n_dense)),
        np.zeros((3, n_buckets), dtype=np.float32),
        np.zeros(3),
        abstain_below,
        kind=READER,
    )
