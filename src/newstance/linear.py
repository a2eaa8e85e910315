"""Linear algebra on rows: maps whose result for a row does not depend on the batch it comes in."""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import numpy as np

# A product of fixed shape on one thread: BLAS libraries choose another order of sums for another shape, on
# some processors for another number of threads, and the last bit of a sum must not decide which label a
# text gets. Few rows, as a single text fills a block too; with 32 many texts take no longer than with 256.
BLOCK = 32


def linear(vectors: np.ndarray, coef: np.ndarray, intercept: np.ndarray) -> np.ndarray:
    """``vectors @ coef.T + intercept``: (n, n_dims), (n_out, n_dims), (n_out,) to (n, n_out) float64."""
    coef = np.ascontiguousarray(coef, dtype=np.float64)  # the memory order, too, decides the order of sums
    out = np.empty((len(vectors), len(coef)))
    block = np.zeros((BLOCK, vectors.shape[1]))
    with one_thread():
        for start in range(0, len(vectors), BLOCK):
            rows = vectors[start : start + BLOCK]
            block[: len(rows)] = rows
            out[start : start + len(rows)] = (block @ coef.T)[: len(rows)]
    return out + intercept


def one_thread() -> AbstractContextManager:
    """On one thread: many small products wait longer for other threads than they take on one."""
    limit: AbstractContextManager = _blas().limit(limits=1, user_api="blas")
    return limit


@cache
def _blas() -> Any:
    """The linear algebra libraries that are loaded; looking for them takes a hundred times the limiting."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """``vectors`` (n, n_dims) scaled to unit length; zero rows stay zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    return unit
