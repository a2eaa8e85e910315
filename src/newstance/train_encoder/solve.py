"""The student's start: the table of token vectors that comes nearest to the teacher by least squares.

A text is the sum of its token vectors over the root of their number. Which table brings all texts
nearest to the teacher's vectors is a ridge regression (Hoerl & Kennard 1970), solved here for all
dimensions at once by conjugate gradients (Hestenes & Stiefel 1952), in minutes and without a learning
rate. Two things make rare words good:

- A token is its own vector plus those of its character n-grams (Bojanowski et al. 2017,
  arXiv:1607.04606), so a form that was hardly seen lies with the other forms of its word. Both are
  added up at the end: who reads the table needs no n-grams.
- Other languages are fitted to what the English table says of the translation, not to the teacher:
  what no bag of English words can tell, no bag of their words can learn.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np

from newstance.embed.reader import Ragged
from newstance.embed.spelling import START
from newstance.train_encoder.distill import DistillConfig, EncoderTexts, length_weights

N_PARTS = 200_000  # the n-grams are hashed to so many vectors
LENGTHS = (3, 4, 5, 6)  # characters of an n-gram, the mark of a word's start included
SHORTEST = 5  # characters of a token that is taken apart, with the mark
ROWS_AT_ONCE = 1_000_000
PIECES_A_THREAD = 4


def solve_table(
    lessons: EncoderTexts, tokens: Sequence[str], config: DistillConfig, done: Callable[[int], None]
) -> np.ndarray:
    """The start (n_tokens, n_dims) for the vocabulary ``tokens``; ``done`` is called with 1 after each of
    the ``2 * config.iterations`` rounds."""
    made = token_parts(tokens)
    english = text_bags(lessons.english, len(tokens))
    own = length_weights(lessons.english, config.length)
    table = made @ _solve(
        [_weighed(english, lessons.teacher, own)], made, config.ridge, config.iterations, done
    )
    said = english @ table
    said /= np.linalg.norm(said, axis=1).mean() or 1.0
    sizes = np.array([len(lessons.teacher), *(len(pairs.other) for pairs in lessons.pairs)], dtype=float)
    weights = (sizes / sizes.mean()) ** (config.balance - 1)
    designs = [_weighed(english, lessons.teacher, weights[0] * own)]
    for tokens_of, pairs, weight in zip(lessons.other, lessons.pairs, weights[1:], strict=True):
        own = length_weights(tokens_of, config.length)
        designs.append(_weighed(text_bags(tokens_of, len(tokens)), said[pairs.english], weight * own))
    merged = _merged(designs)
    del designs, english, said  # these are gigabytes
    solved: np.ndarray = made @ _solve(merged, made, config.ridge, config.iterations, done)
    return solved


def text_bags(texts: Ragged, n_tokens: int) -> Any:
    """Sparse (n_texts, n_tokens): 1 over the root of the number of its tokens, where a text has a token.
    The unknown token says nothing and has no weight."""
    from scipy.sparse import csr_matrix

    ones = (texts.ids > 0).astype(np.float32)
    # a copy, as what is summed below would be the texts themselves
    bags = csr_matrix((ones, texts.ids, texts.starts), (len(texts.starts) - 1, n_tokens), copy=True)
    bags.sum_duplicates()
    bags.data = (bags.data > 0).astype(np.float32)
    lengths = np.maximum(np.asarray(bags.sum(axis=1)).ravel(), 1)
    bags.data /= np.repeat(np.sqrt(lengths), np.diff(bags.indptr)).astype(np.float32)
    return bags


def token_parts(tokens: Sequence[str]) -> Any:
    """Sparse (n_tokens, n_tokens + N_PARTS): each token is itself, and of a long token that begins a word
    its n-grams, which count together as much as the token."""
    from scipy.sparse import csr_matrix, hstack, identity

    parts = [sorted(_ngrams(token)) for token in tokens]
    counts = np.array([len(own) for own in parts])
    weights = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
    places = np.array([part for own in parts for part in own], dtype=np.int32)
    starts = np.concatenate([[0], np.cumsum(counts)])
    ngrams = csr_matrix((weights, places, starts), (len(tokens), N_PARTS))
    return hstack([identity(len(tokens), np.float32, "csr"), ngrams]).tocsr()


def _ngrams(token: str) -> set[int]:
    """Numbers of the n-grams of a token."""
    if not token.startswith(START) or len(token) < SHORTEST:
        return set()
    return {
        crc32(token[start : start + length].encode()) % N_PARTS
        for length in LENGTHS
        for start in range(len(token) - length + 1)
    }


@dataclass
class _Design:
    """Texts as bags of tokens (n_texts, n_tokens) and the vectors (n_texts, n_dims) they should have."""

    bags: Any
    wanted: np.ndarray


def _weighed(bags: Any, wanted: np.ndarray, weights: np.ndarray) -> _Design:
    """The texts ``bags``, each counting as its ``weights`` (n_texts,)."""
    roots = np.sqrt(weights).astype(np.float32)
    heavy = bags.copy()
    heavy.data *= np.repeat(roots, np.diff(bags.indptr))
    return _Design(heavy, wanted * roots[:, None])


@dataclass
class _Block:
    """Many bags, by text and by token."""

    rows: Any
    columns: Any


def _merged(designs: list[_Design]) -> list[_Design]:
    """Neighbouring small designs as one, as each costs a pass over the whole table."""
    from scipy.sparse import vstack

    merged: list[list[_Design]] = [[]]
    for one in designs:
        if sum(own.bags.shape[0] for own in merged[-1]) + one.bags.shape[0] > ROWS_AT_ONCE and merged[-1]:
            merged.append([])
        merged[-1].append(one)
    return [
        _Design(vstack([own.bags for own in some]).tocsr(), np.concatenate([own.wanted for own in some]))
        for some in merged
    ]


def _solve(
    designs: list[_Design], made: Any, ridge: float, n_rounds: int, done: Callable[[int], None]
) -> np.ndarray:
    """U with least sum of |bags @ made @ U - wanted|^2 + ridge |U|^2, by conjugate gradients that are
    preconditioned with the diagonal."""
    from joblib import cpu_count

    n_threads = cpu_count()
    taken_apart = made.T.tocsr()
    with ThreadPoolExecutor(n_threads) as pool:

        def times(matrix: Any, vectors: np.ndarray) -> np.ndarray:
            return _times(matrix, vectors, pool, PIECES_A_THREAD * n_threads)

        blocks = [_Block(one.bags, one.bags.T.tocsr()) for one in designs]
        sought = _sum(times(block.columns, one.wanted) for block, one in zip(blocks, designs, strict=True))

        def squared(unknowns: np.ndarray) -> np.ndarray:
            table = times(made, unknowns)
            product = _sum(times(block.columns, times(block.rows, table)) for block in blocks)
            return times(taken_apart, product) + ridge * unknowns

        weight_of = _sum(np.asarray(block.rows.multiply(block.rows).sum(axis=0)).ravel() for block in blocks)
        scale = 1 / (made.multiply(made).T @ weight_of + ridge)
        return conjugate_gradients(
            squared, times(taken_apart, sought), scale.astype(np.float32), n_rounds, done
        )


def _sum(arrays: Iterable[np.ndarray]) -> np.ndarray:
    return reduce(np.add, arrays)


def conjugate_gradients(
    product: Callable[[np.ndarray], np.ndarray],
    sought: np.ndarray,
    scale: np.ndarray,
    n_rounds: int,
    done: Callable[[int], None],
) -> np.ndarray:
    """An approximate solution u (n, k) of ``product(u) = sought`` (n, k) after ``n_rounds``, each column on
    its own; ``scale`` (n,) is about the inverse of the diagonal."""
    found, rest = np.zeros_like(sought), sought.copy()
    direction = scale[:, None] * rest
    size = np.einsum("ij,ij->j", rest, direction)
    for _ in range(n_rounds):
        image = product(direction)
        step = size / np.maximum(np.einsum("ij,ij->j", direction, image), 1e-30)
        found += step * direction
        rest -= step * image
        scaled = scale[:, None] * rest
        before, size = size, np.einsum("ij,ij->j", rest, scaled)
        direction *= size / np.maximum(before, 1e-30)
        direction += scaled
        done(1)
    return found


def _times(matrix: Any, vectors: np.ndarray, pool: ThreadPoolExecutor, n_pieces: int) -> np.ndarray:
    """Sparse ``matrix`` (n, m) times ``vectors`` (m, k) on all cores, in pieces of equal work."""
    cuts = np.searchsorted(matrix.indptr, np.linspace(0, matrix.indptr[-1], n_pieces + 1))
    cuts[0], cuts[-1] = 0, matrix.shape[0]
    product = np.zeros((matrix.shape[0], vectors.shape[1]), dtype=np.float32)

    def multiply(start: int, stop: int) -> None:
        product[start:stop] = matrix[start:stop] @ vectors

    list(pool.map(lambda ends: multiply(*ends), pairwise(cuts)))
    return product
