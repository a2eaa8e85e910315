"""A small reader of mentions: what a sentence conveys towards one mention in it, from word vectors.

Each word is its static vector, projected, plus a vector of its place to the mention; two convolutions of
width three let it see its neighbours; attention, the mention, the strongest and the mean word are pooled. The
words of the mention itself are blank, so that no name brings its own stance along. numpy alone; the weights
are learnt by ``newstance.train_stance`` (after Zhang & Liu 2017, "Attention modeling for targeted sentiment",
and Dauphin et al. 2017, arXiv:1612.08083, for convolutions over words in place of a recurrent net).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from newstance.scripts import folded
from newstance.stance.features import WORD

MOST_WORDS = 64
FARTHEST = 12
N_PLACES = 2 * FARTHEST + 1
PAIRS_AT_ONCE = 256
WEIGHTS = (
    "project.weight",
    "project.bias",
    "place",
    "near.weight",
    "near.bias",
    "far.weight",
    "far.bias",
    "attend.weight",
    "attend.bias",
    "distance",
    "say.weight",
    "say.bias",
)


class Mentioned(NamedTuple):
    """Words around mentions: ``words`` (n, length) rows of a table of word vectors, -1 for a word of the
    mention or for none; ``places`` (n, length) 0 to 24, 12 in the mention; ``inside`` (n, length) 1 where a
    word stands."""

    words: np.ndarray
    places: np.ndarray
    inside: np.ndarray

    def take(self, rows: np.ndarray) -> "Mentioned":
        """Some of the mentions, without columns that none of them needs."""
        length = max(1, int(self.inside[rows].sum(axis=1).max(initial=1)))
        return Mentioned(*(column[rows, :length] for column in self))


def words_around(text: str, start: int, end: int) -> tuple[list[str], list[int]]:
    """At most 64 words around the mention ``start:end`` of ``text``, in lower case, "" in the mention; and
    their distances from it in words, at most 12 to each side."""
    view = folded(text)
    start, end = view.folded_span(start, end)
    words, places = [], []
    for match in WORD.finditer(view.text):
        is_before, is_after = match.end() <= start, match.start() >= end
        words.append(match[0].lower() if is_before or is_after else "")
        places.append(-1 if is_before else int(is_after))
    first = places.index(0) if 0 in places else sum(place < 0 for place in places)
    n_mention = places.count(0)
    distance = [
        index - first if place < 0 else index - first - n_mention + 1 if place > 0 else 0
        for index, place in enumerate(places)
    ]
    cut = max(0, min(first - MOST_WORDS // 2, len(words) - MOST_WORDS))
    near = [min(max(one, -FARTHEST), FARTHEST) for one in distance]
    return words[cut : cut + MOST_WORDS], near[cut : cut + MOST_WORDS]


def pack(texts: Sequence[str], spans: Sequence[tuple[int, int]]) -> tuple[Mentioned, list[str]]:
    """The words around each mention as arrays, and the different words that the rows number."""
    row_of: dict[str, int] = {}
    around = [words_around(text, *span) for text, span in zip(texts, spans, strict=True)]
    length = max([1, *(len(words) for words, _ in around)])
    rows = np.full((len(texts), length), -1, dtype=np.int64)
    places = np.full((len(texts), length), FARTHEST, dtype=np.int64)
    inside = np.zeros((len(texts), length), dtype=np.float32)
    for index, (words, distances) in enumerate(around):
        rows[index, : len(words)] = [row_of.setdefault(word, len(row_of)) if word else -1 for word in words]
        places[index, : len(words)] = np.array(distances, dtype=np.int64) + FARTHEST
        inside[index, : len(words)] = 1
    return Mentioned(rows, places, inside), list(row_of)


@dataclass(frozen=True)
class MentionReader:
    """Weights by name (``WEIGHTS``) of one reader, float64: in float32 the batch would show in the digits."""

    weights: dict[str, np.ndarray]

    def read(self, mentioned: Mentioned, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features (n, 4 * width) and logits (n, 3) of favor, against, none.

        ``vectors`` (n_words, n_dims) are those of the words that ``mentioned`` numbers.
        """
        width = len(self.weights["project.bias"])
        projected = (
            vectors.astype(np.float64) @ self.weights["project.weight"].T + self.weights["project.bias"]
        )
        projected = np.vstack([projected, self.weights["project.bias"]])  # -1: no word
        features = np.zeros((len(mentioned.words), 4 * width))
        order = np.argsort(mentioned.inside.sum(axis=1), kind="stable")
        for start in range(0, len(order), PAIRS_AT_ONCE):
            rows = order[start : start + PAIRS_AT_ONCE]
            features[rows] = self._pool(mentioned.take(rows), projected)
        return features, features @ self.weights["say.weight"].T + self.weights["say.bias"]

    def _pool(self, mentioned: Mentioned, projected: np.ndarray) -> np.ndarray:
        weights, inside = self.weights, mentioned.inside[..., None]
        hidden = np.maximum(projected[mentioned.words] + weights["place"][mentioned.places], 0) * inside
        hidden = (hidden + _convolved(hidden, weights["near.weight"], weights["near.bias"], 1)) * inside
        hidden = (hidden + _convolved(hidden, weights["far.weight"], weights["far.bias"], 2)) * inside
        score = hidden @ weights["attend.weight"][0] + weights["attend.bias"]
        score = score + weights["distance"][mentioned.places][..., 0]
        score = np.where(mentioned.inside > 0, score, -1e9)
        share = np.exp(score - score.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        own = ((mentioned.places == FARTHEST) & (mentioned.inside > 0)).astype(np.float64)
        return np.hstack(
            [
                np.einsum("nl,nlh->nh", share, hidden),
                np.einsum("nl,nlh->nh", own, hidden) / np.maximum(own.sum(axis=1, keepdims=True), 1),
                np.where(inside > 0, hidden, -1e9).max(axis=1),
                hidden.sum(axis=1) / np.maximum(inside.sum(axis=1), 1),
            ]
        )


def _convolved(hidden: np.ndarray, weight: np.ndarray, bias: np.ndarray, step: int) -> np.ndarray:
    """ReLU of a convolution over three words ``step`` apart: (n, length, width)."""
    padded = np.pad(hidden, ((0, 0), (step, step), (0, 0)))
    length = hidden.shape[1]
    sums = bias + sum(padded[:, k * step : k * step + length] @ weight[:, :, k].T for k in range(3))
    return np.maximum(sums, 0)
