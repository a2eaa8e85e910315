"""The network of one reader of mentions, forward, with numpy alone.

What it says of a mention is the same to the last bit whatever other mentions are read with it: each mention
has its own products, of a shape that its own length decides, and every other sum goes along its words in
their order. It is float32: twice as fast as float64, and far finer than what was learnt.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

WORDS_AT_ONCE = 384  # so few that what is worked on stays in the cache of a processor
STEP = 4  # lengths are multiples of it, so that many mentions have the same
GAP = 2  # empty places before and after each text: as far as a convolution sees


class Grid(NamedTuple):
    """Some mentions, one a row: ``words`` and ``places`` (n, length), ``inside`` and ``own`` (n, length), 1
    where a word stands, and where one of the mention does."""

    words: np.ndarray
    places: np.ndarray
    inside: np.ndarray
    own: np.ndarray


def alike(n_words: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
    """Rows of mentions of one length that are read together, and the length; ``n_words`` (n,) is that of
    each."""
    lengths = STEP * np.maximum(-(-n_words // STEP), 1)
    for length in np.unique(lengths).tolist():
        rows, at_once = np.flatnonzero(lengths == length), max(1, WORDS_AT_ONCE // length)
        for start in range(0, len(rows), at_once):
            yield rows[start : start + at_once], length


class Network:
    """One reader; ``weights`` by name, float32, as ``reader.WEIGHTS`` lists them."""

    def __init__(self, weights: dict[str, np.ndarray]):
        self.weights = weights
        self.width: int = len(weights["project.bias"])
        # of three places in a row at once: (3 * width, width)
        self.taps = {
            layer: np.concatenate(list(np.moveaxis(weights[f"{layer}.weight"], 2, 0).swapaxes(1, 2)))
            for layer in ("near", "far")
        }

    def said(self, features: np.ndarray) -> np.ndarray:
        """Logits (n, 3) of ``features`` (n, 4 * width)."""
        return np.einsum("nf,sf->ns", features, self.weights["say.weight"]) + self.weights["say.bias"]

    def features(self, grid: Grid, projected: np.ndarray) -> np.ndarray:
        """Attention, the mention, the strongest and the mean word: (n, 4 * width)."""
        hidden = self._hidden(grid, projected)
        shares = self._attention(grid, hidden)
        n_own, n_words = (np.maximum(part.sum(axis=1), 1)[:, None] for part in (grid.own, grid.inside))
        return np.concatenate(
            [
                (shares[..., None] * hidden).sum(axis=1),
                (grid.own[..., None] * hidden).sum(axis=1) / n_own,
                hidden.max(axis=1),  # no value is below zero, so what fills up is never the strongest
                hidden.sum(axis=1) / n_words,
            ],
            axis=1,
        )

    def _hidden(self, grid: Grid, projected: np.ndarray) -> np.ndarray:
        """What each word becomes among its neighbours, (n, length, width); zeros where none stands."""
        n, length = grid.words.shape
        inside = grid.inside[..., None]
        wide = np.zeros((n, length + 2 * GAP, self.width), dtype=np.float32)
        hidden = wide[:, GAP:-GAP]
        first = projected.take(grid.words, axis=0)
        first += self.weights["place"].take(grid.places, axis=0)
        np.maximum(first, 0, out=first)
        np.multiply(first, inside, out=hidden)
        for layer, step in (("near", 1), ("far", 2)):
            more = self._convolved(layer, wide, step)
            more *= inside
            hidden += more
        return hidden

    def _convolved(self, layer: str, wide: np.ndarray, step: int) -> np.ndarray:
        """ReLU of a convolution over three places ``step`` apart."""
        n, length, width = wide.shape
        by_text, by_place, by_value = wide.strides
        around = np.lib.stride_tricks.as_strided(
            wide[:, GAP - step :],
            (n, length - 2 * GAP, 3, width),
            (by_text, by_place, step * by_place, by_value),
        )
        # A mention at a time, not all in one product: a BLAS may sum the rows of a matrix in several orders.
        sums: np.ndarray = around.reshape(n, -1, 3 * width) @ self.taps[layer]
        sums += self.weights[f"{layer}.bias"]
        np.maximum(sums, 0, out=sums)
        return sums

    def _attention(self, grid: Grid, hidden: np.ndarray) -> np.ndarray:
        """Share of each word of its text: (n, length)."""
        score = np.einsum("nlw,w->nl", hidden, self.weights["attend.weight"][0])
        score += self.weights["attend.bias"] + self.weights["distance"][:, 0].take(grid.places)
        score = np.where(grid.inside > 0, score, np.float32(-np.inf))
        score = np.exp(score - score.max(axis=1, keepdims=True, initial=np.float32(-1e9)))
        total = np.add.accumulate(score, axis=1)[:, -1:]
        shares: np.ndarray = score / np.maximum(total, np.float32(1e-30))
        return shares
