"""What a stance is read from: the sentence, the words before and after the mention, and the target.

All that stands left and right of the mention, and the nearest words on each side, follow
target-dependent classifiers (Tang et al. 2016, arXiv:1512.01100): the same sentence means other things
for the one who accuses and the one who is accused. The mention itself is left out of its context.

A text may be judged towards a target that it does not name, as a comment towards a claim: it has no span, and
nothing stands left or right of a mention.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from zlib import crc32

import numpy as np

from newstance.linear import unit_rows
from newstance.scripts import folded
from newstance.tables import STANCES

WORD = re.compile(r"\w+")
N_BUCKETS = 2**14
NEAR_WORDS, PLACED_WORDS, FARTHEST = 4, 2, 3
STEM_LETTERS = 5
N_PARTS = 6

Span = tuple[int, int]


@dataclass(frozen=True)
class Lexical:
    """Hashed words of each text: ``buckets[starts[i]:starts[i + 1]]`` with ``values`` are those of row
    i, scaled to unit length."""

    buckets: np.ndarray
    values: np.ndarray
    starts: np.ndarray

    def dot(self, coef: np.ndarray) -> np.ndarray:
        """Product with ``coef`` (n_out, N_BUCKETS): (n_texts, n_out) float64."""
        weights = coef[:, self.buckets].astype(np.float64) * self.values
        out = np.zeros((len(self.starts) - 1, len(coef)))
        filled = np.flatnonzero(np.diff(self.starts))
        if len(filled):
            out[filled] = np.add.reduceat(weights, self.starts[filled], axis=1).T
        return out


@dataclass(frozen=True)
class StanceFeatures:
    """``dense`` (n, 6 * n_dims): the sentence without the mention, all left and all right of it, the nearest
    words left and right, the target; and ``lexical``. With a reader of mentions its features come first in
    ``dense``, and ``offsets`` (n, 3) are its logits."""

    dense: np.ndarray
    lexical: Lexical
    offsets: np.ndarray | None = None

    def matrix(self):
        """Both parts as one sparse matrix (n, 6 * n_dims + N_BUCKETS), for scikit-learn."""
        from scipy.sparse import csr_matrix, hstack

        lexical = csr_matrix(
            (self.lexical.values, self.lexical.buckets, self.lexical.starts),
            shape=(len(self.dense), N_BUCKETS),
        )
        return hstack([csr_matrix(self.dense), lexical], format="csr")


def with_reader(
    features: StanceFeatures, reader, texts: Sequence[str], spans: Sequence[Span | None]
) -> StanceFeatures:
    """``features`` with those of ``reader`` (a ``StanceReader``) before them, scaled to unit length, and its
    logits as offsets. It reads mentions: of a text without a span it says nothing, which is zeros."""
    named = [row for row, span in enumerate(spans) if span is not None]
    read, logits = np.zeros((len(texts), reader.n_features)), np.zeros((len(texts), len(STANCES)))
    if named:
        own, its_logits = reader.read([texts[row] for row in named], [spans[row] for row in named])
        read[named], logits[named] = unit_rows(own.astype(np.float64)), its_logits
    return StanceFeatures(np.hstack([read, features.dense]), features.lexical, logits)


def stance_features(
    texts: Sequence[str], spans: Sequence[Span | None], targets: np.ndarray, encode, folds: bool = True
) -> StanceFeatures:
    """Features of each (text, mention) pair; ``targets`` (n, n_dims) are the targets' vectors.

    A text without a span (None) has its sentence and target, and zeros for all that depends on a place.

    Texts are read folded, as what is not seen in a sentence changes nothing of what it says; not so where
    ``folds`` is false, for heads of earlier versions that were fitted to texts as they are.
    """
    if folds:
        views = [folded(text) for text in texts]
        spans = [span and view.folded_span(*span) for view, span in zip(views, spans, strict=True)]
        texts = [view.text for view in views]
    pairs = list(zip(texts, spans, strict=True))
    before = [WORD.findall(text[: span[0]]) if span else [] for text, span in pairs]
    after = [WORD.findall(text[span[1] :]) if span else [] for text, span in pairs]
    parts = [
        [f"{text[: span[0]]} {text[span[1] :]}" if span else text for text, span in pairs],
        [" ".join(words) for words in before],
        [" ".join(words) for words in after],
        [" ".join(words[-NEAR_WORDS:]) for words in before],
        [" ".join(words[:NEAR_WORDS]) for words in after],
    ]
    vectors = _encoded([text for part in parts for text in part], encode).reshape(len(parts), len(texts), -1)
    return StanceFeatures(
        np.hstack([*vectors, targets]).astype(np.float64),
        _lexical(
            [
                _marks(left, right) if span else _words(text)
                for left, right, (text, span) in zip(before, after, pairs, strict=True)
            ]
        ),
    )


def _encoded(texts: list[str], encode) -> np.ndarray:
    """Vectors of ``texts``, of which a different one is encoded but once."""
    row_of = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    vectors: np.ndarray = encode(list(row_of))[[row_of[text] for text in texts]]
    return vectors


def blind_features(texts: Sequence[str], encode) -> StanceFeatures:
    """Features that do not know the target: the control that shows how much it matters."""
    texts = [folded(text).text for text in texts]
    sentence = encode(texts)
    rest = np.zeros((len(texts), (N_PARTS - 1) * sentence.shape[1]))
    return StanceFeatures(np.hstack([sentence, rest]).astype(np.float64), _lexical(list(map(_words, texts))))


def _words(text: str) -> list[int]:
    """Buckets of the stems of a text in which no mention is marked."""
    return [_bucket(f"s:{stem}") for stem in _stems(WORD.findall(text))]


def _marks(before: list[str], after: list[str]) -> list[int]:
    """Buckets of the stems of a sentence without its mention, of the two words nearest on each side
    with their places, and of how near the mention stands to the beginning and to the end."""
    left, right = _stems(before), _stems(after)
    marks = [f"s:{stem}" for stem in left + right]
    marks += [f"left {place}:{stem}" for place, stem in enumerate(left[::-1][:PLACED_WORDS])]
    marks += [f"right {place}:{stem}" for place, stem in enumerate(right[:PLACED_WORDS])]
    marks += [f"before:{min(len(left), FARTHEST)}", f"after:{min(len(right), FARTHEST)}"]
    return [_bucket(mark) for mark in marks]


@lru_cache(maxsize=2**16)
def _bucket(mark: str) -> int:
    return crc32(mark.encode("utf-8", "surrogatepass")) % N_BUCKETS


def _stems(words: list[str]) -> list[str]:
    """Words cut to their first letters: inflected forms of a word mostly meet there."""
    return [word.lower()[:STEM_LETTERS] for word in words]


def _lexical(rows: list[list[int]]) -> Lexical:
    sizes = np.fromiter(map(len, rows), np.int64, len(rows))
    every = np.fromiter(chain.from_iterable(rows), np.int64, int(sizes.sum()))
    marks, counts = np.unique(np.repeat(np.arange(len(rows)), sizes) * N_BUCKETS + every, return_counts=True)
    row, buckets = np.divmod(marks, N_BUCKETS)
    starts = np.searchsorted(row, np.arange(len(rows) + 1))
    weights = 1 + np.log(counts)
    lengths = np.sqrt(np.bincount(row, weights**2, minlength=len(rows)))
    return Lexical(buckets, weights / lengths[row], starts)
