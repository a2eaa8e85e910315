"""A row's result is the same to the last bit, whatever other rows come with it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newstance.linear import BLOCK, linear

shapes = st.tuples(st.integers(1, 2 * BLOCK + 3), st.integers(1, 300), st.integers(1, 40))


def drawn(shape: tuple[int, int, int], seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_rows, n_dims, n_out = shape
    random = np.random.default_rng(seed)
    scale = 10.0 ** random.integers(-6, 6, size=(n_rows, 1))
    vectors = (random.normal(size=(n_rows, n_dims)) * scale).astype(np.float32)
    return vectors, random.normal(size=(n_out, n_dims)), random.normal(size=n_out)


@settings(max_examples=40, deadline=None)
@given(shape=shapes, seed=st.integers(0, 2**32 - 1))
def test_a_row_is_the_same_alone_in_a_batch_and_shuffled(shape, seed):
    vectors, coef, intercept = drawn(shape, seed)
    whole = linear(vectors, coef, intercept)
    order = np.random.default_rng(seed).permutation(len(vectors))
    np.testing.assert_array_equal(linear(vectors[order], coef, intercept), whole[order])
    for row in {0, len(vectors) // 2, len(vectors) - 1}:
        np.testing.assert_array_equal(linear(vectors[row : row + 1], coef, intercept)[0], whole[row])


@settings(max_examples=20, deadline=None)
@given(shape=shapes, seed=st.integers(0, 2**32 - 1))
def test_it_is_the_affine_map(shape, seed):
    vectors, coef, intercept = drawn(shape, seed)
    expected = np.einsum("nd,kd->nk", vectors.astype(float), coef) + intercept
    bound = np.abs(vectors).astype(float) @ np.abs(coef).T + np.abs(intercept)
    assert (np.abs(linear(vectors, coef, intercept) - expected) <= 1e-13 * bound).all()


def test_a_broken_row_stays_alone():
    vectors = np.ones((BLOCK + 5, 4))
    vectors[3] = np.nan
    out = linear(vectors, np.ones((2, 4)), np.zeros(2))
    assert np.isnan(out[3]).all()
    assert (np.delete(out, 3, axis=0) == 4).all()


@pytest.mark.parametrize(("n_rows", "n_out"), [(0, 3), (3, 0), (0, 0)])
def test_nothing_in_or_out(n_rows, n_out):
    out = linear(np.ones((n_rows, 4)), np.ones((n_out, 4)), np.ones(n_out))
    assert out.shape == (n_rows, n_out)
    assert out.dtype == np.float64


def test_other_dimensions_are_refused():
    with pytest.raises(ValueError, match=r"mismatch|dimension"):
        linear(np.ones((2, 4)), np.ones((3, 5)), np.zeros(3))
