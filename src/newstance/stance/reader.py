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

from newstance.linear import one_thread
from newstance.scripts import folded
from newstance.stance.features import WORD

MOST_WORDS = 64
FARTHEST = 12
N_PLACES = 2 * FARTHEST + 1
PAIRS_AT_ONCE = 32  # so few that what is worked on stays in the cache of a processor
GAP = 2  # empty places before each text: as far as a convolution sees
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


class _Line(NamedTuple):
    """Words of several texts one after the other, so that no work is spent on what pads a short one, with a
    gap before each text and at the end. ``words``, ``places``, ``inside`` (1 where a word stands) and
    ``text`` (the number of its text) of each place; ``starts`` (n_texts,) of the texts."""

    words: np.ndarray
    places: np.ndarray
    inside: np.ndarray
    text: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, mentioned: Mentioned, rows: slice) -> "_Line":
        inside = mentioned.inside[rows] > 0
        sizes = inside.sum(axis=1) + GAP
        ends = np.cumsum(sizes)
        at = np.arange(inside.sum()) + GAP * (np.nonzero(inside)[0] + 1)
        n_places = int(ends[-1]) + GAP
        words, places, is_word = np.full(n_places, -1), np.zeros(n_places, dtype=int), np.zeros(n_places)
        words[at], places[at], is_word[at] = mentioned.words[rows][inside], mentioned.places[rows][inside], 1
        sizes[-1] += GAP
        return cls(words, places, is_word, np.repeat(np.arange(len(sizes)), sizes), np.append(0, ends[:-1]))

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sum over each text of ``values`` (n_readers, n_places, …): (n_readers, n_texts, …)."""
        return np.add.reduceat(values, self.starts, axis=-1 if values.ndim == 1 else 1)


@dataclass(frozen=True)
class MentionReaders:
    """Weights by name (``WEIGHTS``) of several readers, stacked along the first axis. They are float64: in
    float32 the batch would show in the digits."""

    weights: dict[str, np.ndarray]

    @classmethod
    def of(cls, each: Sequence[dict[str, np.ndarray]]) -> "MentionReaders":
        """The readers that have these weights."""
        return cls({name: np.stack([own[name] for own in each]).astype(np.float64) for name in WEIGHTS})

    def read(self, mentioned: Mentioned, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features (n_readers, n, 4 * width) and logits (n_readers, n, 3) of favor, against, none.

        ``vectors`` (n_words, n_dims) are those of the words that ``mentioned`` numbers.
        """
        n_readers, width = self.weights["project.bias"].shape
        with one_thread():
            # The last row stands for no word (-1).
            words = np.vstack([vectors.astype(np.float64), np.zeros((1, vectors.shape[1]))])
            projected = self._times("project", words)
            features = np.zeros((n_readers, len(mentioned.words), 4 * width))
            for start in range(0, len(mentioned.words), PAIRS_AT_ONCE):
                rows = slice(start, start + PAIRS_AT_ONCE)
                features[:, rows] = self._pool(_Line.of(mentioned, rows), projected)
            return features, self._times("say", features)

    def _times(self, layer: str, values: np.ndarray) -> np.ndarray:
        weight, bias = self.weights[f"{layer}.weight"], self.weights[f"{layer}.bias"]
        product: np.ndarray = values @ weight.swapaxes(1, 2) + bias[:, None]
        return product

    def _pool(self, line: _Line, projected: np.ndarray) -> np.ndarray:
        inside = line.inside[:, None]
        # ``take`` gathers rows twenty times as fast as an index behind a slice.
        hidden = projected.take(line.words, axis=1)
        hidden += self.weights["place"].take(line.places, axis=1)
        np.maximum(hidden, 0, out=hidden)
        hidden *= inside
        for layer, step in (("near", 1), ("far", 2)):
            hidden += self._convolved(layer, hidden, step)
            hidden *= inside
        own = (line.places == FARTHEST) * line.inside
        n_own, n_words = (np.maximum(line.sums(part), 1)[:, None] for part in (own, line.inside))
        return np.concatenate(
            [
                line.sums(self._attention(line, hidden)[..., None] * hidden),
                line.sums(own[:, None] * hidden) / n_own,
                # No value is below zero, so the gaps of zeros are never the strongest.
                np.maximum.reduceat(hidden, line.starts, axis=1),
                line.sums(hidden) / n_words,
            ],
            axis=2,
        )

    def _attention(self, line: _Line, hidden: np.ndarray) -> np.ndarray:
        """Share of each place in its text: (n_readers, n_places)."""
        score = self._times("attend", hidden)[..., 0] + self.weights["distance"][:, line.places, 0]
        score = np.where(line.inside > 0, score, -1e9)
        score = np.exp(score - np.maximum.reduceat(score, line.starts, axis=1)[:, line.text])
        share: np.ndarray = score / line.sums(score)[:, line.text]
        return share

    @cached_property
    def _taps(self) -> dict[str, np.ndarray]:
        """Weights of the convolutions, (n_readers, 3 * width, width): for three places in a row at once."""
        return {
            layer: np.concatenate(np.moveaxis(self.weights[f"{layer}.weight"], 3, 0).swapaxes(2, 3), axis=1)
            for layer in ("near", "far")
        }

    def _convolved(self, layer: str, hidden: np.ndarray, step: int) -> np.ndarray:
        """ReLU of a convolution over three places ``step`` apart; zeros in the outermost gaps."""
        last = hidden.shape[1] - GAP
        around = np.concatenate([hidden[:, GAP + by : last + by] for by in (-step, 0, step)], axis=2)
        sums = np.zeros_like(hidden)
        inner = sums[:, GAP:last]
        np.matmul(around, self._taps[layer], out=inner)
        inner += self.weights[f"{layer}.bias"][:, None]
        np.maximum(inner, 0, out=inner)
        return sums
