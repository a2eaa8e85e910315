"""A planted pull of the languages is seen and taken out; what is not there is left alone."""

import numpy as np
import pytest
from newstance.themes.language_bias import fit_projection, language_bias, no_projection
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score

from made import groups_of_vectors, unit

N_TEXTS = 120
VECTORS, GROUPS = groups_of_vectors(4, N_TEXTS // 4)
LANGS = np.array(["en", "ru", "ar"] * (N_TEXTS // 3))
PULLS = np.random.default_rng(9).normal(size=(3, 32))


def pulled(strength: float) -> np.ndarray:
    """The vectors, each drawn towards a direction of its language."""
    return unit(VECTORS + strength * PULLS[np.arange(N_TEXTS) % 3])


def test_a_planted_pull_is_measured():
    assert language_bias(VECTORS, LANGS, seed=0) < 0.1
    # More clusters than languages share the languages out, so that not even a strong pull gives 1.
    assert language_bias(pulled(1.0), LANGS, seed=0) > 0.5


def test_the_projection_takes_the_pull_out_and_leaves_the_subjects():
    vectors = pulled(1.0)
    cleared = fit_projection(vectors, LANGS)(vectors)
    assert language_bias(cleared, LANGS, seed=0) < 0.1
    found = KMeans(4, n_init=3, random_state=0).fit_predict(cleared)
    assert normalized_mutual_info_score(GROUPS, found) > 0.9


def test_the_directions_are_orthonormal_and_the_means_meet():
    vectors = pulled(1.0)
    projection = fit_projection(vectors, LANGS)
    assert projection.basis.shape == (2, 32)
    assert_allclose(projection.basis @ projection.basis.T, np.eye(2), atol=1e-5)
    rest = vectors - (vectors @ projection.basis.T) @ projection.basis
    means = np.stack([rest[lang == LANGS].mean(axis=0) for lang in ("en", "ru", "ar")])
    assert_allclose(means, np.tile(means.mean(axis=0), (3, 1)), atol=1e-5)
    assert_allclose(np.linalg.norm(projection(vectors), axis=1), 1, atol=1e-5)


def test_new_texts_alone_are_projected_as_in_the_batch():
    vectors = pulled(1.0)
    projection = fit_projection(vectors, LANGS)
    alone = np.vstack([projection(vectors[row : row + 1]) for row in range(N_TEXTS)])
    assert_array_equal(alone, projection(vectors))


def test_one_language_changes_nothing():
    projection = fit_projection(VECTORS, np.full(N_TEXTS, "en"))
    assert projection.basis.shape == (0, 32)
    assert_array_equal(projection(VECTORS), VECTORS)
    assert_array_equal(no_projection(32)(VECTORS), VECTORS)
    assert language_bias(VECTORS, np.full(N_TEXTS, "en"), seed=0) == 0.0


def test_a_language_of_few_texts_is_left_out():
    langs = LANGS.copy()
    langs[np.flatnonzero(LANGS == "ar")[9:]] = "en"
    assert np.sum(langs == "ar") == 9
    assert len(fit_projection(pulled(1.0), langs).basis) == 1
    langs[np.flatnonzero(LANGS == "ar")[9]] = "ar"
    assert len(fit_projection(pulled(1.0), langs).basis) == 2


def test_equal_languages_have_no_direction():
    twice, langs = np.vstack([VECTORS, VECTORS]), np.repeat(["en", "ru"], N_TEXTS)
    assert len(fit_projection(twice, langs).basis) == 0
    # the same in another order, whose mean differs in the last bits
    mixed = np.vstack([VECTORS, VECTORS[::-1]])
    assert len(fit_projection(mixed, langs).basis) == 0


def test_a_text_that_is_nothing_but_language_becomes_zero():
    vectors = unit(np.vstack([np.tile(np.eye(4)[0], (10, 1)), np.tile(-np.eye(4)[0], (10, 1))]))
    cleared = fit_projection(vectors, np.repeat(["en", "ru"], 10))(vectors)
    assert_allclose(cleared, 0, atol=1e-6)


@pytest.mark.parametrize("n_texts", [1, 2, 7])
def test_few_texts_have_no_bias(n_texts):
    assert language_bias(VECTORS[:n_texts], LANGS[:n_texts], seed=0) == 0.0


def test_one_seed_gives_one_figure():
    assert language_bias(pulled(0.3), LANGS, seed=1) == language_bias(pulled(0.3), LANGS, seed=1)
