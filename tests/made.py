"""Vectors whose groups are known, and an encoder of words that needs no file. For tests."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from newstance.embed.reader import Ragged

N_DIMS = 48


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows scaled to unit length; zero rows stay zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0).astype(np.float32)


def groups_of_vectors(n_groups: int, n_each: int, spread: float = 0.08, n_dims: int = 32, seed: int = 0):
    """Unit vectors (n_groups * n_each, n_dims) around axes that are at right angles, and their groups."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n_groups), n_each)
    vectors = np.eye(n_dims)[groups] + rng.normal(0, spread, (len(groups), n_dims))
    return unit(vectors), groups


def vector_of_word(word: str) -> np.ndarray:
    """A direction of its own for each word, the same in every process."""
    return np.random.default_rng(crc32(word.encode())).normal(size=N_DIMS)


def encode_words(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors (n_texts, 48) float32, the mean of those of the words; zeros for a text of no word."""
    means = np.zeros((len(texts), N_DIMS))
    for row, text in enumerate(texts):
        for word in text.lower().split():
            means[row] += vector_of_word(word.strip(".,;:!?"))
    return unit(means)


def ragged(texts: Sequence[Sequence[int]]) -> Ragged:
    """Texts of these token ids."""
    ids = np.array([one for text in texts for one in text], dtype=np.int32)
    return Ragged(ids, np.concatenate([[0], np.cumsum([len(text) for text in texts])]))
