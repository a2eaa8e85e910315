"""What a stance is read from: the sentence, the words before and after the mention, and the target.

Left and right contexts follow target-dependent classifiers (Tang et al. 2016, arXiv:1512.01100); the
product of sentence and target lets the same sentence mean different things for different targets.
The name of the target itself is left out of its context, so that a head learns what is said of a
target and not which target is liked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

WORD = re.compile(r"\w+")
N_BUCKETS = 2**14
CONTEXT_WORDS = 10
STEM_LETTERS = 5
N_PARTS = 4


@dataclass(frozen=True)
class Lexical:
    """Hashed words of each text: ``buckets[starts[i]:starts[i + 1]]`` with ``values`` are those of row
    i, scaled to unit length."""

    buckets: np.ndarray
    values: np.ndarray
    starts: np.ndarray

    def dot(self, coef: np.ndarray) -> np.ndarray:
        """Product with ``coef`` (n_out, N_BUCKETS): (n_texts, n_out) float64."""
        out = np.zeros((len(self.starts) - 1, len(coef)))
        for row, (start, stop) in enumerate(zip(self.starts[:-1], self.starts[1:], strict=True)):
            out[row] = coef[:, self.buckets[start:stop]] @ self.values[start:stop]
        return out


@dataclass(frozen=True)
class StanceFeatures:
    """``dense`` (n, 4 * n_dims): sentence, left, right, sentence times target; and ``lexical``."""

    dense: np.ndarray
    lexical: Lexical

    def matrix(self):
        """Both parts as one sparse matrix (n, 4 * n_dims + N_BUCKETS), for scikit-learn."""
        from scipy.sparse import csr_matrix, hstack

        lexical = csr_matrix(
            (self.lexical.values, self.lexical.buckets, self.lexical.starts),
            shape=(len(self.dense), N_BUCKETS),
        )
        return hstack([csr_matrix(self.dense), lexical], format="csr")


def stance_features(
    texts: Sequence[str], spans: Sequence[tuple[int, int]], targets: np.ndarray, encode
) -> StanceFeatures:
    """Features of each (text, mention) pair; ``targets`` (n, n_dims) are the targets' vectors."""
    lefts, rights = [], []
    for text, (start, end) in zip(texts, spans, strict=True):
        lefts.append(" ".join(WORD.findall(text[:start])[-CONTEXT_WORDS:]))
        rights.append(" ".join(WORD.findall(text[end:])[:CONTEXT_WORDS]))
    masked = [f"{text[:start]} {text[end:]}" for text, (start, end) in zip(texts, spans, strict=True)]
    vectors = encode([*masked, *lefts, *rights]).reshape(3, len(texts), -1)
    sentence, left, right = vectors
    # Rows of targets have unit length, so each entry is small; the factor brings the product to the
    # scale of the other parts.
    product = sentence * targets * np.sqrt(max(sentence.shape[1], 1))
    return StanceFeatures(
        np.hstack([sentence, left, right, product]).astype(np.float64),
        _lexical([_words(*parts) for parts in zip(masked, lefts, rights, strict=True)]),
    )


def blind_features(texts: Sequence[str], encode) -> StanceFeatures:
    """Features that do not know the target: the control that shows how much it matters."""
    sentence = encode(list(texts))
    rest = np.zeros((len(texts), (N_PARTS - 1) * sentence.shape[1]))
    return StanceFeatures(np.hstack([sentence, rest]), _lexical([_words(text, "", "") for text in texts]))


def _words(sentence: str, left: str, right: str) -> list[int]:
    """Buckets of the stems of the sentence, of each side, and of the nearest words of each side."""
    near_left, near_right = _stems(left)[-3:], _stems(right)[:3]
    marked = [
        *(f"s:{stem}" for stem in _stems(sentence)),
        *(f"l:{stem}" for stem in near_left),
        *(f"r:{stem}" for stem in near_right),
    ]
    return [crc32(mark.encode()) % N_BUCKETS for mark in marked]


def _stems(text: str) -> list[str]:
    """Words cut to their first letters: inflected forms of a word mostly meet there."""
    return [word.lower()[:STEM_LETTERS] for word in WORD.findall(text)]


def _lexical(rows: list[list[int]]) -> Lexical:
    buckets, values, starts = [], [], [0]
    for row in rows:
        unique, counts = np.unique(np.array(row, dtype=np.int64), return_counts=True)
        weights = 1 + np.log(counts)
        buckets.append(unique)
        values.append(weights / max(np.linalg.norm(weights), 1e-12))
        starts.append(starts[-1] + len(unique))
    return Lexical(
        np.concatenate([np.zeros(0, dtype=np.int64), *buckets]),
        np.concatenate([np.zeros(0), *values]),
        np.array(starts),
    )
