"""What is done to a trained table before it is saved: a step back to its start, telling words count
more, broad directions less.

All this changes no text's tokens and costs a reader nothing. The defaults were chosen on SIB-200 and NTREX.
"""

from typing import Any

import numpy as np

from newstance.linear import unit_rows


def blend_tables(start: np.ndarray, trained: np.ndarray, share: float) -> np.ndarray:
    """``share`` of ``start`` and the rest of ``trained`` (n_tokens, n_dims), both of mean length 1.

    What training adds and what it forgets lie in different tokens, so the mean of two tables is better
    than either (Wortsman et al. 2022, "Model soups", arXiv:2203.05482).
    """
    parts = []
    for table, weight in ((start, share), (trained, 1 - share)):
        length = float(np.linalg.norm(table, axis=1).mean())
        parts.append(table * np.float32(weight / length if length > 0 else weight))
    blended: np.ndarray = parts[0] + parts[1]
    return blended


def sharpen_tokens(table: np.ndarray, power: float) -> np.ndarray:
    """The table (n_tokens, n_dims) with each token longer by its length ** ``power``: the length that
    training gave a token says how much it tells of the subject."""
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    sharp: np.ndarray = table * lengths**power
    return sharp


def flatten_directions(table: np.ndarray, bags: Any, power: float) -> np.ndarray:
    """The table with the directions in which texts differ most made shorter, each by its variance
    ** -``power`` (part of a whitening: Su et al. 2021, arXiv:2103.15316).

    ``bags`` (n_texts, n_tokens) are the texts that say how much they differ; 0.5 would whiten.
    """
    vectors = unit_rows(bags @ table)
    variance, directions = np.linalg.eigh(vectors.T @ vectors / max(len(vectors), 1))
    if not variance.max() > 0:
        raise ValueError("no text has a token of the vocabulary: there is nothing to weigh directions by.")
    lengths = np.maximum(variance, variance.max() * 1e-6) ** -power
    flat: np.ndarray = table @ ((directions * lengths / lengths.mean()) @ directions.T).astype(np.float32)
    return flat
