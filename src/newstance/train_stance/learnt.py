"""What is the same for every reader that is learnt: lessons, batches, the held-out tenth, temperature."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from newstance.corpus.language import detect
from newstance.tables import STANCES, UNKNOWN_LANG
from newstance.train_stance.examples import Examples

FEWEST_OF_A_LANGUAGE = 30  # examples
HELD_OUT = 0.1  # of the texts, for the temperature
SMOOTHED = 0.05  # of a label goes to all stances alike
Span = tuple[int, int]


class Learnt(NamedTuple):
    """A reader that was learnt: the ``files`` of its folder, ``read`` (texts and spans to logits (n, 3)), and
    what the card says of it."""

    files: dict[str, bytes]
    read: Callable[[list[str], list[Span]], np.ndarray]
    told: str


class Lessons(NamedTuple):
    """Texts and the ``spans`` of their mentions with ``targets`` (n, 3), probabilities of the stances to be
    learnt, and ``weights`` (n,)."""

    texts: list[str]
    spans: list[Span]
    targets: np.ndarray
    weights: np.ndarray

    def digest(self, settings: dict[str, Any]) -> str:
        """Changes with the ``settings`` of a training and with everything that is learnt."""
        digest = hashlib.sha256(json.dumps([settings, self.texts, self.spans], sort_keys=True).encode())
        digest.update(self.targets.tobytes() + self.weights.tobytes())
        return digest.hexdigest()[:16]


def lessons_of(examples: Examples) -> Lessons:
    """The labels of ``examples`` as probabilities."""
    return Lessons(examples.texts, examples.spans, smoothed(examples.y), examples.weights)


def smoothed(y: np.ndarray) -> np.ndarray:
    """Probabilities (n, 3) float32 to be learnt for labels ``y`` (n,), a little smoothed (Szegedy et al.
    2016, arXiv:1512.00567)."""
    targets = np.full((len(y), len(STANCES)), SMOOTHED / len(STANCES), dtype=np.float32)
    targets[np.arange(len(y)), y] += 1 - SMOOTHED
    return targets


def langs_of(examples: Examples) -> list[str]:
    """The languages of enough examples to have learnt from."""
    counts = Counter(detect(examples.texts))
    return [lang for lang, n in counts.items() if n >= FEWEST_OF_A_LANGUAGE and lang != UNKNOWN_LANG]


def calibration_rows(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the same tenth of all texts in every training, for the temperature, and those of the rest; so
    few texts that one of them is empty are all learnt from."""
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
    held = np.array([digest[0] for digest in digests], dtype=int) < 256 * HELD_OUT
    if held.all():
        held = ~held
    return np.flatnonzero(held), np.flatnonzero(~held)


def best_temperature(logits: np.ndarray, y: np.ndarray, weights: np.ndarray) -> float:
    """The divisor of ``logits`` (n, 3) at which they are calibrated on ``y`` (Guo et al. 2017,
    arXiv:1706.04599); 1 where there are none."""
    from scipy.optimize import minimize_scalar

    if not len(y):
        return 1.0

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        scaled = scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        return float(-np.sum(weights * scaled[np.arange(len(y)), y]))

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def batches_by_length(
    lengths: np.ndarray, n_batches: int, rng: np.random.Generator, at_once: int = 2048
) -> list[np.ndarray]:
    """All rows in ``n_batches`` of about one length, in random order."""
    order = rng.permutation(len(lengths))
    pieces = np.array_split(order, max(1, len(order) // at_once))
    order = np.concatenate([piece[np.argsort(lengths[piece], kind="stable")] for piece in pieces])
    batches = np.array_split(order, n_batches)
    return [batches[index] for index in rng.permutation(len(batches))]
