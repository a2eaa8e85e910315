"""The start of a static encoder, held against the regression solved by hand."""

import numpy as np
import pytest

from made import ragged
from newstance.embed.spelling import START, UNKNOWN
from newstance.linear import unit_rows
from newstance.train_encoder.distill import DistillConfig, EncoderTexts
from newstance.train_encoder.parallel import Pairs
from newstance.train_encoder.polish import blend_tables, flatten_directions, sharpen_tokens
from newstance.train_encoder.solve import (
    ROWS_AT_ONCE,
    conjugate_gradients,
    solve_table,
    text_bags,
    token_parts,
)

N_DIMS = 6
TOKENS = [UNKNOWN, START, *(f"{START}{word}" for word in ("truce", "truces", "border", "talks", "aid")), "s"]
OTHERS = [f"{START}{word}" for word in ("перемирие", "перемирия", "граница", "помощь")]


def made_lessons(n: int = 60) -> EncoderTexts:
    """Random bags; two languages, one with three times the pairs of the other."""
    rng = np.random.default_rng(0)
    english = ragged([rng.integers(0, 8, rng.integers(1, 6)) for _ in range(n)])
    teacher = unit_rows(rng.normal(size=(n, N_DIMS)).astype(np.float32))
    other, pairs = [], []
    for lang, size in (("xa", n), ("xb", n // 3)):
        rows = rng.integers(0, n, size)
        other.append(ragged([rng.integers(8, 12, rng.integers(1, 5)) for _ in range(size)]))
        pairs.append(Pairs(lang, [""] * size, rows, np.zeros(size, dtype=bool)))
    return EncoderTexts(english, other, other, pairs, teacher)


def by_hand(lessons: EncoderTexts, config: DistillConfig) -> np.ndarray:
    """The same two regressions with dense matrices and a direct solver."""
    made = token_parts([*TOKENS, *OTHERS]).toarray().astype(float)

    def solved(parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
        left, right = config.ridge * np.eye(made.shape[1]), np.zeros((made.shape[1], N_DIMS))
        for bags, wanted, weight in parts:
            heavy = made.T @ (bags * weight[:, None]).T
            left += heavy @ bags @ made
            right += heavy @ wanted
        return made @ np.linalg.solve(left, right)

    used = np.flatnonzero(made.any(axis=0))
    made = made[:, used]
    bags = [text_bags(one, len(made)).toarray().astype(float) for one in (lessons.english, *lessons.other)]
    by_length = [np.diff(one.starts) ** config.length for one in (lessons.english, *lessons.other)]
    by_length = [one / one.mean() for one in by_length]
    said = bags[0] @ solved([(bags[0], lessons.teacher, by_length[0])])
    said /= np.linalg.norm(said, axis=1).mean()
    sizes = np.array([len(one) for one in bags])
    weights = [
        one * weight
        for one, weight in zip(by_length, (sizes / sizes.mean()) ** (config.balance - 1), strict=True)
    ]
    wanted = [lessons.teacher, *(said[pairs.english] for pairs in lessons.pairs)]
    return solved(list(zip(bags, wanted, weights, strict=True)))


@pytest.mark.parametrize("rows_at_once", [1, ROWS_AT_ONCE])
@pytest.mark.parametrize("length", [0, 0.5])
def test_the_start_is_the_regression(monkeypatch, rows_at_once, length):
    monkeypatch.setattr("newstance.train_encoder.solve.ROWS_AT_ONCE", rows_at_once)
    lessons, config = made_lessons(), DistillConfig(iterations=60, length=length)
    rounds: list[int] = []
    table = solve_table(lessons, [*TOKENS, *OTHERS], config, rounds.append)
    np.testing.assert_allclose(table, by_hand(lessons, config), atol=1e-4)
    assert rounds == [1] * 120
    assert not table[0].any()


def test_a_token_nobody_saw_lies_with_the_other_forms_of_its_word():
    english = ragged([[2, 4], [2], [4], [5], [5, 6]])
    teacher = unit_rows(np.random.default_rng(1).normal(size=(5, N_DIMS)).astype(np.float32))
    table = unit_rows(
        solve_table(EncoderTexts(english, [], [], [], teacher), TOKENS, DistillConfig(), lambda _: None)
    )
    alike = table @ table.T
    assert alike[3, 2] > 0.9  # "truces" and "truce"
    assert abs(alike[3, [4, 5, 6]]).max() < 0.9
    assert not table[7].any()  # an ending that nobody saw has no part to learn from


def test_bags_have_each_token_once_and_no_unknown():
    texts = ragged([[1, 1, 2], [0], [], [0, 3]])
    bags, half = text_bags(texts, 5).toarray(), 1 / np.sqrt(2)
    np.testing.assert_allclose(bags, [[0, half, half, 0, 0], [0] * 5, [0] * 5, [0, 0, 0, 1, 0]], atol=1e-6)
    np.testing.assert_array_equal(texts.ids, [1, 1, 2, 0, 0, 3])
    np.testing.assert_array_equal(texts.starts, [0, 3, 4, 4, 6])


def test_parts_weigh_as_much_as_the_token():
    parts = token_parts(TOKENS)
    own, grams = parts[:, : len(TOKENS)].toarray(), parts[:, len(TOKENS) :]
    np.testing.assert_array_equal(own, np.eye(len(TOKENS)))
    squares = np.asarray(grams.multiply(grams).sum(axis=1)).ravel()
    np.testing.assert_allclose(squares, [len(token) > 4 and token != UNKNOWN for token in TOKENS], atol=1e-5)
    shared = (grams @ grams.T).toarray()
    assert shared[2, 3] > 0.5 > shared[2, 4]


def test_columns_are_solved_each_on_its_own():
    rng = np.random.default_rng(2)
    matrix = rng.normal(size=(12, 12))
    matrix = matrix @ matrix.T + np.diag(np.arange(1, 13))
    sought = rng.normal(size=(12, 3)) * [1.0, 100.0, 0.0]
    scale = 1 / np.diag(matrix)
    found = conjugate_gradients(lambda one: matrix @ one, sought, scale, 12, lambda _: None)
    np.testing.assert_allclose(matrix @ found, sought, atol=1e-6)
    assert not found[:, 2].any()


def test_a_blend_weighs_both_tables_by_their_length():
    rng = np.random.default_rng(5)
    start, trained = rng.normal(size=(2, 20, 4)).astype(np.float32)
    blended = blend_tables(start, 100 * trained, 0.25)
    lengths = [np.linalg.norm(one, axis=1).mean() for one in (start, trained)]
    np.testing.assert_allclose(blended, 0.25 * start / lengths[0] + 0.75 * trained / lengths[1], atol=1e-5)
    np.testing.assert_allclose(unit_rows(blend_tables(start, trained, 1.0)), unit_rows(start), atol=1e-6)
    assert not blend_tables(np.zeros((3, 2)), np.zeros((3, 2)), 0.5).any()


def test_sharpening_keeps_directions():
    table = np.random.default_rng(3).normal(size=(9, 4)) * np.arange(9)[:, None]
    sharp = sharpen_tokens(table, 0.5)
    np.testing.assert_allclose(unit_rows(sharp), unit_rows(table), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(sharp, axis=1), np.linalg.norm(table, axis=1) ** 1.5)
    np.testing.assert_array_equal(sharpen_tokens(table, 0), table)


def flattened_map(table: np.ndarray, bags, power: float) -> np.ndarray:
    """The map that ``flatten_directions`` applies to each token."""
    return np.linalg.lstsq(table, flatten_directions(table, bags, power), rcond=None)[0]


def test_flattening_by_a_half_whitens_and_by_nothing_changes_nothing():
    rng = np.random.default_rng(4)
    table = (rng.normal(size=(300, 4)) * [4, 2, 1, 0.5]).astype(np.float32)
    bags = text_bags(ragged([[n] for n in range(1, 300)]), 300)
    vectors = unit_rows(bags @ table)
    spread = vectors.T @ vectors / len(vectors)
    whitening = flattened_map(table, bags, 0.5)
    white = whitening.T @ spread @ whitening
    np.testing.assert_allclose(white, np.eye(4) * white[0, 0], atol=1e-4 * white[0, 0])
    np.testing.assert_allclose(flattened_map(table, bags, 0.0), np.eye(4), atol=1e-4)


def test_texts_of_unknown_words_weigh_no_directions():
    with pytest.raises(ValueError, match="no text has a token of the vocabulary"):
        flatten_directions(np.ones((3, 2), np.float32), text_bags(ragged([[0], [0, 0]]), 3), 0.1)
