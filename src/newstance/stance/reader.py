"""A small reader of mentions: what a sentence conveys towards one mention in it, from word vectors.

Each word is its static vector, projected, plus a vector of its place to the mention; two convolutions of
width three let it see its neighbours; attention, the mention, the strongest and the mean word are pooled. The
words of the mention itself are blank, so that no name brings its own stance along. numpy alone; the weights
are learnt by ``newstance.train_stance`` (after Zhang & Liu 2017, "Attention modeling for targeted sentiment",
and Dauphin et al. 2017, arXiv:1612.08083, for convolutions over words in place of a recurrent net).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from newstance.linear import linear, one_thread
from newstance.scripts import folded
from newstance.stance.features import WORD
from newstance.stance.network import Grid, Network, alike

MOST_WORDS = 64
FARTHEST = 12
N_PLACES = 2 * FARTHEST + 1
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

    def grid(self, rows: np.ndarray, length: int) -> Grid:
        """Some of the mentions as a network reads them, filled up to ``length`` words."""
        n = len(rows)
        words, places = np.full((n, length), -1), np.full((n, length), FARTHEST)
        inside = np.zeros((n, length), dtype=np.float32)
        for filled, given in zip((words, places, inside), self, strict=True):
            some = given[rows, :length]
            filled[:, : some.shape[1]] = some
        return Grid(words, places, inside, inside * (places == FARTHEST))


def words_around(text: str, start: int, end: int) -> tuple[list[str], list[int]]:
    """At most 64 words around the mention ``start:end`` of ``text``, in lower case, "" in the mention; and
    their distances from it in words, at most 12 to each side."""
    view = folded(text)
    start, end = view.folded_span(start, end)
    spans = [match.span() for match in WORD.finditer(view.text)]
    first = bisect_right([stop for _, stop in spans], start)  # of the words that are not before the mention
    after = bisect_left([begin for begin, _ in spans], end)
    cut = max(0, min(first - MOST_WORDS // 2, len(spans) - MOST_WORDS))
    words, distances = [], []
    for index, (begin, stop) in enumerate(spans[cut : cut + MOST_WORDS], cut):
        is_inside = first <= index < after
        words.append("" if is_inside else view.text[begin:stop].lower())
        distance = 0 if is_inside else index - first if index < first else index - after + 1
        distances.append(min(max(distance, -FARTHEST), FARTHEST))
    return words, distances


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
class MentionReaders:
    """Weights by name (``WEIGHTS``) of several readers, stacked along the first axis, float32."""

    weights: dict[str, np.ndarray]

    @classmethod
    def of(cls, each: Sequence[dict[str, np.ndarray]]) -> "MentionReaders":
        """The readers that have these weights."""
        return cls({name: np.stack([own[name] for own in each]).astype(np.float32) for name in WEIGHTS})

    @cached_property
    def networks(self) -> list[Network]:
        """Each reader alone."""
        n_readers = len(self.weights["project.bias"])
        return [
            Network({name: weight[number] for name, weight in self.weights.items()})
            for number in range(n_readers)
        ]

    def read(self, mentioned: Mentioned, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features (n_readers, n, 4 * width) and logits (n_readers, n, 3) of favor, against, none; what is
        said of a mention does not depend on those that are read with it.

        ``vectors`` (n_words, n_dims) are those of the words that ``mentioned`` numbers.
        """
        each, projected = self.networks, self._projected(vectors)
        features = np.zeros((len(each), len(mentioned.words), 4 * each[0].width), dtype=np.float32)
        n_words = (mentioned.inside > 0).sum(axis=1)
        with one_thread():
            for rows, length in alike(n_words):
                grid = mentioned.grid(rows, length)
                for number, network in enumerate(each):
                    features[number, rows] = network.features(grid, projected[number])
            logits = [network.said(own) for network, own in zip(each, features, strict=True)]
        return features, np.stack(logits)

    @cached_property
    def _projection(self) -> np.ndarray:
        """The projections of all readers in one matrix, as ``linear`` takes it."""
        weight = self.weights["project.weight"]
        return weight.reshape(-1, weight.shape[2]).astype(np.float64)

    def _projected(self, vectors: np.ndarray) -> np.ndarray:
        """Words as each reader sees them without their places, (n_readers, n_words + 1, width); the last row
        stands for no word (-1)."""
        words = np.vstack([vectors, np.zeros((1, vectors.shape[1]))])
        n_readers, width = self.weights["project.bias"].shape
        of_all = linear(words, self._projection, self.weights["project.bias"].ravel())
        each = of_all.reshape(len(words), n_readers, width).swapaxes(0, 1)
        return np.ascontiguousarray(each, dtype=np.float32)
