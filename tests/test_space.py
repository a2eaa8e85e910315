"""The theme space: a planted pull of languages or outlets is seen and taken out, what is not there is
left alone, and everyday news lies around zero."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score

from made import groups_of_vectors, unit
from newstance.themes.space import (
    ThemeSpace,
    background_texts,
    fit_directions,
    group_bias,
    theme_space,
)

N_TEXTS = 120
VECTORS, GROUPS = groups_of_vectors(4, N_TEXTS // 4)
LANGS = np.array(["en", "ru", "ar"] * (N_TEXTS // 3))
PULLS = np.random.default_rng(9).normal(size=(3, 32))
NO_DIRECTION = np.zeros((0, 32), dtype=np.float32)
BACKGROUND = unit(np.random.default_rng(1).normal(size=(300, 32)) + 0.5 * np.eye(32)[7])


def pulled(strength: float) -> np.ndarray:
    """The vectors, each drawn towards a direction of its language."""
    return unit(VECTORS + strength * PULLS[np.arange(N_TEXTS) % 3])


def without(basis: np.ndarray) -> ThemeSpace:
    """The space without ``basis``, with no centre."""
    return ThemeSpace(basis, np.zeros(basis.shape[1], dtype=np.float32))


def test_a_planted_pull_is_measured():
    assert abs(group_bias(VECTORS, LANGS, seed=0)) < 0.1
    # More clusters than languages share the languages out, so that not even a strong pull gives 1.
    assert group_bias(pulled(1.0), LANGS, seed=0) > 0.5


@pytest.mark.parametrize("n_texts", [12, 40, N_TEXTS])
def test_groups_by_chance_give_a_bias_about_zero_however_few_texts_there_are(n_texts):
    vectors = np.random.default_rng(3).normal(size=(n_texts, 32))
    biases = [
        group_bias(vectors, np.random.default_rng(seed).choice(["a", "b", "c", "d"], n_texts), seed)
        for seed in range(8)
    ]
    assert abs(np.mean(biases)) < 0.06


def test_the_pull_is_taken_out_and_the_subjects_are_left():
    vectors = pulled(1.0)
    cleared = without(fit_directions(vectors, LANGS))(vectors)
    assert group_bias(cleared, LANGS, seed=0) < 0.1
    found = KMeans(4, n_init=3, random_state=0).fit_predict(cleared)
    assert normalized_mutual_info_score(GROUPS, found) > 0.9


def test_the_directions_are_orthonormal_and_the_means_meet():
    vectors = pulled(1.0)
    basis = fit_directions(vectors, LANGS)
    assert basis.shape == (2, 32)
    assert_allclose(basis @ basis.T, np.eye(2), atol=1e-5)
    rest = vectors - (vectors @ basis.T) @ basis
    means = np.stack([rest[lang == LANGS].mean(axis=0) for lang in ("en", "ru", "ar")])
    assert_allclose(means, np.tile(means.mean(axis=0), (3, 1)), atol=1e-5)
    assert_allclose(np.linalg.norm(without(basis)(vectors), axis=1), 1, atol=1e-5)


def test_languages_and_outlets_are_taken_out_together():
    outlets = np.repeat(["Herald", "Courier", "Wire", "Gazette"], 10)[np.arange(N_TEXTS) * 7 % 40]
    style = np.random.default_rng(4).normal(size=(4, 32))
    vectors = unit(pulled(0.7) + 0.7 * style[np.unique(outlets, return_inverse=True)[1]])
    basis = fit_directions(vectors, LANGS)
    plain = without(basis)(vectors)
    assert group_bias(plain, outlets, seed=0) > 0.1
    both = np.vstack([basis, fit_directions(plain, outlets)])
    assert_allclose(both @ both.T, np.eye(5), atol=1e-5)
    cleared = without(both)(vectors)
    assert group_bias(cleared, LANGS, seed=0) < 0.1
    assert group_bias(cleared, outlets, seed=0) < 0.1


@pytest.mark.parametrize("basis", [NO_DIRECTION, fit_directions(pulled(1.0), LANGS)], ids=["none", "two"])
def test_everyday_news_lies_around_zero(basis):
    space = theme_space(basis, BACKGROUND)
    before = without(basis)(BACKGROUND)
    assert np.linalg.norm(before.mean(axis=0)) > 0.05
    assert_allclose((before - space.centre).mean(axis=0), 0, atol=1e-6)
    # Scaled to unit length again, what is left of the mean is chance.
    assert np.linalg.norm(space(BACKGROUND).mean(axis=0)) < 0.05
    assert_allclose(space.centre @ basis.T, 0, atol=1e-6)


@pytest.mark.parametrize("background", [BACKGROUND, np.zeros((3, 32))], ids=["centre", "no centre"])
def test_new_texts_alone_are_moved_as_in_the_batch(background):
    vectors = pulled(1.0)
    space = theme_space(fit_directions(vectors, LANGS), background)
    alone = np.vstack([space(vectors[row : row + 1]) for row in range(N_TEXTS)])
    assert_array_equal(alone, space(vectors))
    order = np.random.default_rng(0).permutation(N_TEXTS)
    assert_array_equal(space(vectors[order]), space(vectors)[order])


def test_a_text_without_a_known_word_stays_zero():
    space = theme_space(fit_directions(pulled(1.0), LANGS), BACKGROUND)
    assert space.centre.any()
    moved = space(np.vstack([np.zeros((2, 32)), pulled(1.0)[:3]]))
    assert_array_equal(moved[:2], 0)
    assert_allclose(np.linalg.norm(moved[2:], axis=1), 1, atol=1e-5)


def test_no_direction_and_no_centre_change_nothing():
    basis = fit_directions(VECTORS, np.full(N_TEXTS, "en"))
    assert basis.shape == (0, 32)
    assert_array_equal(without(basis)(VECTORS), VECTORS)
    assert group_bias(VECTORS, np.full(N_TEXTS, "en"), seed=0) == 0.0


def test_a_language_of_few_texts_is_left_out():
    langs = LANGS.copy()
    langs[np.flatnonzero(LANGS == "ar")[9:]] = "en"
    assert np.sum(langs == "ar") == 9
    assert len(fit_directions(pulled(1.0), langs)) == 1
    langs[np.flatnonzero(LANGS == "ar")[9]] = "ar"
    assert len(fit_directions(pulled(1.0), langs)) == 2


def test_equal_languages_have_no_direction():
    twice, langs = np.vstack([VECTORS, VECTORS]), np.repeat(["en", "ru"], N_TEXTS)
    assert len(fit_directions(twice, langs)) == 0
    # the same in another order, whose mean differs in the last bits
    mixed = np.vstack([VECTORS, VECTORS[::-1]])
    assert len(fit_directions(mixed, langs)) == 0


def test_a_text_that_is_nothing_but_language_becomes_zero():
    vectors = unit(np.vstack([np.tile(np.eye(4)[0], (10, 1)), np.tile(-np.eye(4)[0], (10, 1))]))
    cleared = without(fit_directions(vectors, np.repeat(["en", "ru"], 10)))(vectors)
    assert_allclose(cleared, 0, atol=1e-6)


@pytest.mark.parametrize("n_texts", [1, 2, 7])
def test_few_texts_have_no_bias(n_texts):
    assert group_bias(VECTORS[:n_texts], LANGS[:n_texts], seed=0) == 0.0


def test_one_seed_gives_one_figure():
    assert group_bias(pulled(0.3), LANGS, seed=1) == group_bias(pulled(0.3), LANGS, seed=1)


def test_the_background_is_many_sentences_each_once():
    texts = background_texts()
    assert len(texts) == len(set(texts)) == 480
    assert all(text.strip() == text and len(text.split()) > 3 for text in texts)
