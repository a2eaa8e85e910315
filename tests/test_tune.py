"""What a table is taught last: what translations say together, and what is said of the same subject."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from made import groups_of_vectors, ragged, unit
from newstance.train_encoder.distill import DistillConfig, EncoderTexts
from newstance.train_encoder.parallel import Pairs
from newstance.train_encoder.shrink import SharedTable, own_rows
from newstance.train_encoder.tune import (
    CourseConfig,
    TuneConfig,
    consensus,
    mean_table,
    table_vectors,
    with_subject,
)


def pairs_of(lang: str, english: list[int]) -> Pairs:
    return Pairs(lang, ["text"] * len(english), np.array(english), np.zeros(len(english), dtype=bool))


def lessons_of(english: list[list[int]], others: list[tuple[list[int], list[list[int]]]]) -> EncoderTexts:
    """``others``: for each language the rows of the English texts and the tokens of their translations."""
    read = [ragged(texts) for _, texts in others]
    pairs = [pairs_of(f"x{number}", rows) for number, (rows, _) in enumerate(others)]
    return EncoderTexts(ragged(english), read, read, pairs, np.zeros((0, 3), np.float32))


AXES = own_rows(np.vstack([np.zeros(3), np.eye(3)]).astype(np.float32))


def test_a_text_and_its_translations_say_their_mean():
    lessons = lessons_of([[1], [2], [3]], [([0, 1], [[1], [3]]), ([1], [[3]])])
    said = consensus(lessons, AXES)
    np.testing.assert_allclose(said[0], [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(
        said[1], unit(np.array([[0, 1.0, 1]]))[0], atol=1e-6
    )  # 1 of its own, twice 1/2
    np.testing.assert_allclose(said[2], [0, 0, 1], atol=1e-6)


def test_two_translations_of_one_text_in_one_language_both_count():
    said = consensus(lessons_of([[1]], [([0, 0], [[2], [2]])]), AXES)
    np.testing.assert_allclose(said[0], unit(np.array([[1.0, 1, 0]]))[0], atol=1e-6)


def test_consensus_errs_less_than_one_text():
    rng = np.random.default_rng(0)
    meant = unit(rng.normal(size=(200, 32)))
    tokens = [unit(meant + rng.normal(0, 0.15, meant.shape)) for _ in range(5)]  # one token a text a language
    table = own_rows(np.vstack([np.zeros((1, 32)), *tokens]).astype(np.float32))
    places = [[[1 + 200 * lang + text] for text in range(200)] for lang in range(5)]
    lessons = lessons_of(places[0], [(list(range(200)), own) for own in places[1:]])
    said = consensus(lessons, table)
    alone = table_vectors(table, lessons.english)
    assert (said * meant).sum(axis=1).mean() > (alone * meant).sum(axis=1).mean() + 0.1


@given(st.lists(st.lists(st.integers(0, 5), max_size=6), min_size=1, max_size=8))
def test_vectors_of_a_table_are_those_of_its_encoder(texts):
    rng = np.random.default_rng(1)
    table = SharedTable(
        rng.normal(size=(3, 4)).astype(np.float32),
        np.array([0, 1, 2, 0, 1, 2]),
        rng.uniform(0.5, 2, 6).astype(np.float32),
    )
    found = table_vectors(table, ragged(texts))
    for row, ids in enumerate(texts):
        known = [number for number in ids if number]  # the unknown token says nothing
        total = sum((table.rows[table.row_of[one]] * table.scales[one] for one in known), np.zeros(4))
        np.testing.assert_allclose(found[row], unit(total[None])[0], atol=1e-5)


def test_a_neighbourhood_draws_subjects_together():
    vectors, groups = groups_of_vectors(5, 40, spread=0.3)
    texts = ragged([[1] * 5] * len(vectors))
    drawn = with_subject(vectors, texts, 0.5, TuneConfig(landmarks=100), 0)
    same = groups[:, None] == groups[None]
    before, after = vectors @ vectors.T, drawn @ drawn.T
    assert after[same].mean() - after[~same].mean() > before[same].mean() - before[~same].mean() + 0.04
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 1, atol=1e-5)
    assert (drawn @ vectors.T).argmax(axis=1).tolist() == list(range(len(vectors)))
    np.testing.assert_array_equal(with_subject(vectors, texts, 0.5, TuneConfig(landmarks=100), 0), drawn)


def test_without_a_subject_vectors_stay():
    vectors, _ = groups_of_vectors(3, 10)
    texts = ragged([[1]] * len(vectors))
    np.testing.assert_array_equal(with_subject(vectors, texts, 0, TuneConfig(), 0), vectors)


def test_texts_without_a_word_are_no_landmarks():
    vectors = np.vstack([np.zeros((5, 4)), np.eye(4)]).astype(np.float32)
    texts = ragged([[]] * 5 + [[1]] * 4)
    found = with_subject(vectors, texts, 1, TuneConfig(width=0.01), 0)
    np.testing.assert_allclose(found[5:], np.eye(4), atol=1e-5)
    assert np.isfinite(found).all()


def test_the_steps_of_a_course_take_the_rest_from_the_student():
    course = CourseConfig(steps=7, contrast=0.3)
    settings = TuneConfig(learning_rate=0.01, lexicon=0).settings(
        course, DistillConfig(batch_size=99, steps=5)
    )
    told = (settings.steps, settings.contrast, settings.learning_rate, settings.lexicon, settings.batch_size)
    assert told == (7, 0.3, 0.01, 0, 99)


def test_the_mean_of_tables_is_of_their_vectors():
    row_of = np.array([0, 0, 1], dtype=np.int32)
    first = SharedTable(np.eye(2, dtype=np.float32), row_of, np.array([0, 1, 1], np.float32))
    second = SharedTable(np.ones((2, 2), np.float32), row_of, np.array([0, 3, 1], np.float32))
    mean = mean_table([first, second], [3, 1])
    np.testing.assert_allclose(mean.rows, [[1, 0.25], [0.25, 1]])
    np.testing.assert_allclose(mean.scales, [0, 1.5, 1])
    assert mean.row_of is row_of
    np.testing.assert_array_equal(mean_table([second], [2]).rows, second.rows)


@pytest.mark.parametrize("field", ["width", "landmarks", "learning_rate"])
def test_settings_that_make_no_sense(field):
    with pytest.raises(ValueError, match=field):
        TuneConfig(**{field: 0})
