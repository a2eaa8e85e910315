"""Heads of found themes: weak themes are merged, sentences weigh as their article, certainty is fitted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from made import groups_of_vectors
from newstance.tables import NOISE
from newstance.themes.assign import ThemeHead
from newstance.themes.found import (
    SENTENCES_AN_ARTICLE,
    HeadExamples,
    _one_versus_rest,
    _temperature,
    fit_found,
    head_examples,
    merge_weak,
)

VECTORS, GROUPS = groups_of_vectors(4, 25, spread=0.12)
OTHERS, OTHER_GROUPS = groups_of_vectors(4, 20, spread=0.12, seed=7)


def examples_of(vectors: np.ndarray, labels: np.ndarray, unclear: np.ndarray | None = None) -> HeadExamples:
    """Each text with weight one and a group of its own."""
    clear = np.full(len(labels), NOISE)
    return HeadExamples(
        vectors, labels, clear if unclear is None else unclear, np.ones(len(labels)), np.arange(len(labels))
    )


def head_of(examples: HeadExamples) -> ThemeHead:
    coef, intercept = fit_found(examples)
    return ThemeHead(coef, intercept, np.arange(len(coef)))


HEAD = head_of(examples_of(VECTORS, GROUPS))


def test_new_texts_of_the_groups_get_their_theme():
    assert_array_equal(HEAD.predict(OTHERS).theme_ids, OTHER_GROUPS)


def test_a_text_of_no_group_gets_none():
    assert_array_equal(HEAD.predict(np.eye(32)[10:20]).theme_ids, np.full(10, NOISE))


def test_texts_without_a_theme_teach_what_belongs_to_none():
    strays = GROUPS == 3
    labels = np.where(strays, NOISE, GROUPS)
    head = head_of(examples_of(VECTORS, labels))
    assert head.n_themes == 3
    expected = np.where(OTHER_GROUPS == 3, NOISE, OTHER_GROUPS)
    assert_array_equal(head.predict(OTHERS).theme_ids, expected)


def test_unclear_rows_teach_nothing_of_the_theme_they_may_belong_to():
    own = VECTORS[GROUPS == 0]
    # Half of theme 0 is claimed by a named theme: it is neither in the theme nor against it.
    claimed = np.flatnonzero(GROUPS == 0)[::2]
    labels, unclear = GROUPS.copy(), np.full(len(GROUPS), NOISE)
    labels[claimed] = NOISE
    told_off = head_of(examples_of(VECTORS, labels)).probabilities(own)[:, 0]
    unclear[claimed] = 0
    head = head_of(examples_of(VECTORS, labels, unclear))
    assert np.median(head.probabilities(own)[:, 0]) > 0.8 > np.median(told_off)
    without = np.delete(np.arange(len(GROUPS)), claimed)
    alone, _ = fit_found(examples_of(VECTORS[without], GROUPS[without]))
    assert_allclose(head.coef[0] / head.coef[0, 0], alone[0] / alone[0, 0], atol=0.02)


def test_unclear_rows_are_texts_of_no_other_theme():
    """What may belong to theme 0 does not belong to theme 1."""
    doubtful = np.tile(np.eye(32)[5:6] + np.eye(32)[1:2], (20, 1)) / 2**0.5
    vectors = np.vstack([VECTORS, doubtful])
    labels, unclear = np.append(GROUPS, np.full(20, NOISE)), np.append(np.full(100, NOISE), np.zeros(20))
    plain = HEAD.probabilities(doubtful[:1])[0]
    told = head_of(examples_of(vectors, labels, unclear.astype(int))).probabilities(doubtful[:1])[0]
    assert told[1] < 0.3 < plain[1]


def test_probabilities_are_calibrated_on_texts_left_out():
    vectors, groups = groups_of_vectors(3, 150, spread=0.35)
    flipped = np.random.default_rng(0).random(len(groups)) < 0.3
    labels = np.where(flipped, (groups + 1) % 3, groups)
    new, new_groups = groups_of_vectors(3, 150, spread=0.35, seed=1)
    own = head_of(examples_of(vectors, labels)).probabilities(new)[np.arange(len(new)), new_groups]
    assert abs(own.mean() - 0.7) < 0.1


def test_labels_by_chance_make_the_head_unsure():
    vectors = groups_of_vectors(3, 40, spread=0.35)[0]
    by_chance = examples_of(vectors, np.random.default_rng(1).integers(0, 3, len(vectors)))
    temperature = _temperature(by_chance, 3)
    assert temperature > 3
    plain, fitted = _one_versus_rest(by_chance, 3), fit_found(by_chance)
    for part, divided in zip(plain, fitted, strict=True):
        assert_allclose(divided, part / temperature)
    assert _temperature(examples_of(VECTORS, GROUPS), 4) < 1


def test_copies_on_both_sides_of_a_split_would_make_the_head_too_sure():
    vectors = np.repeat(groups_of_vectors(3, 20, spread=0.35)[0], 2, axis=0)
    labels = np.repeat(np.random.default_rng(1).integers(0, 3, 60), 2)
    apart = examples_of(vectors, labels)
    together = apart._replace(groups=np.repeat(np.arange(60), 2))
    assert _temperature(together, 3) > 1.5 * _temperature(apart, 3)


@pytest.mark.parametrize(("n_themes", "n_groups"), [(1, 40), (3, 11)])
def test_too_little_to_leave_out_changes_no_certainty(n_themes, n_groups):
    labels = np.arange(44) % n_themes
    examples = examples_of(VECTORS[:44], labels)._replace(groups=np.arange(44) % n_groups)
    assert _temperature(examples, n_themes) == 1


def test_themes_of_one_text_do_not_spoil_the_certainty_of_the_others():
    lone = np.eye(32)[10:16].astype(np.float32)
    vectors, labels = np.vstack([VECTORS, lone]), np.append(GROUPS, 4 + np.arange(6))
    head = head_of(examples_of(vectors, labels))
    assert np.median(head.predict(OTHERS).probas) > np.median(HEAD.predict(OTHERS).probas) - 0.05


def test_one_theme_takes_its_own_and_not_the_opposite():
    own = VECTORS[GROUPS == 0]
    head = head_of(examples_of(own, np.zeros(len(own), dtype=int)))
    assert np.mean(head.predict(own).theme_ids == 0) >= 0.9
    assert_array_equal(head.predict(np.vstack([-own, VECTORS[GROUPS == 1]])).theme_ids, [NOISE] * 50)


def test_a_theme_without_a_text_is_never_given():
    labels = np.where(GROUPS == 1, NOISE, GROUPS)
    head = head_of(examples_of(VECTORS, labels))
    assert head.n_themes == 4
    assert head.probabilities(VECTORS)[:, 1].max() < 1e-6


def test_no_text_makes_no_head():
    coef, intercept = fit_found(examples_of(np.zeros((0, 32)), np.zeros(0, dtype=int)))
    assert (coef.shape, intercept.shape) == ((0, 32), (0,))


def test_heavier_texts_decide():
    vectors = np.repeat(np.eye(8)[:1], 40, axis=0)
    labels = np.tile([0, 1], 20)
    for heavy in (0, 1):
        weights = np.where(labels == heavy, 5.0, 1.0)
        head = head_of(examples_of(vectors, labels)._replace(weights=weights))
        assert head.probabilities(vectors[:1])[0].argmax() == heavy


def test_small_themes_go_to_their_nearest():
    near_one = VECTORS[GROUPS == 1][:2]
    vectors, labels = np.vstack([VECTORS, near_one]), np.append(GROUPS, [4, 4])
    merged, kept = merge_weak(vectors, labels, np.ones(5), fewest=3)
    assert_array_equal(merged, np.append(GROUPS, [1, 1]))
    assert_array_equal(kept, [0, 1, 2, 3])


def test_unstable_themes_go_to_their_nearest_and_the_kept_are_numbered_anew():
    # Theme 1 is half of group 0 and unstable, the others are the groups.
    labels = np.where(GROUPS > 0, GROUPS + 1, 0)
    labels[:12] = 1
    merged, kept = merge_weak(VECTORS, labels, np.array([0.9, 0.29, 0.3, 0.9, np.nan]), fewest=3)
    assert_array_equal(merged, GROUPS)
    assert_array_equal(kept, [0, 2, 3, 4])


def test_noise_stays_noise_when_themes_are_merged():
    labels = np.where(np.arange(100) % 5 == 0, NOISE, GROUPS)
    merged, kept = merge_weak(VECTORS, labels, np.array([0.9, 0.1, 0.9, 0.9]), fewest=3)
    assert_array_equal(merged == NOISE, labels == NOISE)
    assert_array_equal(kept, [0, 2, 3])


def test_where_all_themes_are_weak_the_largest_stays():
    labels = np.append(GROUPS, [2])
    merged, kept = merge_weak(np.vstack([VECTORS, VECTORS[50:51]]), labels, np.full(4, 0.1), fewest=3)
    assert_array_equal(kept, [2])
    assert_array_equal(merged, np.zeros(101))


def test_strong_themes_and_no_themes_are_left_alone():
    merged, kept = merge_weak(VECTORS, GROUPS, np.ones(4), fewest=25)
    assert_array_equal(merged, GROUPS)
    assert_array_equal(kept, np.arange(4))
    nothing = np.full(100, NOISE)
    merged, kept = merge_weak(VECTORS, nothing, np.zeros(0), fewest=3)
    assert_array_equal(merged, nothing)
    assert len(kept) == 0


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 9))
def test_sentences_of_an_article_are_few_and_weigh_as_it_together(seed, n_empty):
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.integers(0, 8, 60))
    sentences = rng.normal(size=(60, 5))
    sentences[rng.permutation(60)[:n_empty]] = 0
    articles = rng.normal(size=(8, 5))
    articles[3] = 0
    labels, unclear = rng.integers(-1, 3, 8), rng.integers(-1, 3, 8)
    examples = head_examples(sentences, rows, articles, labels, unclear, seed)
    n_articles = 7  # one has no known word
    assert_array_equal(examples.groups[:n_articles], [0, 1, 2, 4, 5, 6, 7])
    assert_array_equal(examples.vectors[:n_articles], articles[examples.groups[:n_articles]])
    assert_array_equal(examples.weights[:n_articles], 1)
    assert_array_equal(examples.labels, labels[examples.groups])
    assert_array_equal(examples.unclear, unclear[examples.groups])
    drawn, groups, weights = (
        column[n_articles:] for column in (examples.vectors, examples.groups, examples.weights)
    )
    assert drawn.any(axis=1).all()
    assert len(np.unique(drawn, axis=0)) == len(drawn)  # none comes twice
    for article in range(8):
        own = groups == article
        assert own.sum() <= min(SENTENCES_AN_ARTICLE, np.sum(rows == article))
        assert weights[own].sum() == pytest.approx(1 if own.any() else 0)
        assert {tuple(row) for row in drawn[own]} <= {tuple(row) for row in sentences[rows == article]}


def test_which_sentences_are_drawn_comes_from_the_seed():
    sentences, rows = np.random.default_rng(0).normal(size=(40, 5)), np.repeat([0, 1], 20)
    articles, labels = np.ones((2, 5)), np.array([0, 1])
    draw = [head_examples(sentences, rows, articles, labels, labels, seed).vectors for seed in (1, 1, 2)]
    assert_array_equal(draw[0], draw[1])
    assert not np.array_equal(draw[0], draw[2])
    assert len(draw[0]) == 2 + 2 * SENTENCES_AN_ARTICLE
