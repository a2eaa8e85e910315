"""Named themes claim what lies near them and leave the rest; a faulty codebook is refused."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pydantic import ValidationError

from made import groups_of_vectors, unit
from newstance.tables import NOISE
from newstance.themes.codebook import Codebook, NamedTheme, Target, anchor_vectors, claim, join

VECTORS, GROUPS = groups_of_vectors(4, 20)
# Anchors are texts too, so they lie somewhat off the centre of what they name.
ANCHORS = unit(np.eye(32)[[2, 0]] + np.random.default_rng(3).normal(0, 0.1, (2, 32)))


def test_anchors_get_their_texts_and_the_rest_stays_unknown():
    labels = claim(VECTORS, ANCHORS, min_similarity=0.35, fewest=2)
    assert_array_equal(labels, np.select([GROUPS == 2, GROUPS == 0], [0, 1], NOISE))


def test_a_theme_moves_to_its_texts():
    # The anchor leans far to one side: at the first look only the texts on that side are near enough.
    rng = np.random.default_rng(0)
    near = np.eye(32)[0] + np.outer(rng.uniform(-1, 1, 40), np.eye(32)[5]) + rng.normal(0, 0.03, (40, 32))
    vectors = np.vstack([unit(near), VECTORS[GROUPS > 0]])
    anchor = unit((np.eye(32)[0] + 1.5 * np.eye(32)[5])[None])
    labels = claim(vectors, anchor, min_similarity=0.35, fewest=2)
    centre = vectors.mean(axis=0)
    at_first = unit(vectors - centre) @ unit(anchor - centre)[0] >= 0.35
    assert at_first[:40].sum() < 26
    assert np.sum(labels[:40] == 0) > at_first[:40].sum()
    assert np.all(labels[40:] == NOISE)


def test_a_theme_of_too_few_texts_claims_none():
    anchors = np.vstack([ANCHORS, np.eye(32)[20:21]])
    vectors = np.vstack([VECTORS, unit(np.eye(32)[20:21] + 0.01)])
    assert claim(vectors, anchors, 0.35, fewest=1)[-1] == 2
    labels = claim(vectors, anchors, 0.35, fewest=2)
    assert labels[-1] == NOISE
    assert_array_equal(labels[:-1], claim(VECTORS, ANCHORS, 0.35, fewest=2))


def test_the_similarity_that_is_asked_for_decides():
    assert np.all(claim(VECTORS, ANCHORS, min_similarity=1.01, fewest=1) == NOISE)
    assert np.all(claim(VECTORS, ANCHORS, min_similarity=-1.0, fewest=1) != NOISE)


def test_one_text_alone_is_claimed_by_none():
    assert_array_equal(claim(VECTORS[:1], ANCHORS, 0.35, fewest=2), [NOISE])


def test_anchors_are_the_means_of_name_description_and_examples(encode):
    theme = NamedTheme(name="truce", description="weapons rest", examples=["перемирие в силе", "  "])
    vectors = anchor_vectors([theme, NamedTheme(name="sanctions")], encode)
    texts = encode(["truce", "weapons rest", "перемирие в силе"])
    assert_allclose(vectors[0], unit(texts.mean(axis=0, keepdims=True))[0], atol=1e-6)
    assert_allclose(vectors[1], encode(["sanctions"])[0], atol=1e-6)


def test_names_may_not_come_twice():
    twice = [{"name": "truce"}, {"name": "sanctions"}, {"name": "truce"}]
    with pytest.raises(ValidationError, match=r"themes named twice: \['truce'\]"):
        Codebook.model_validate({"themes": twice})
    targets = [{"name": "NATO", "mentions": ["NATO"]}, {"name": "NATO", "mentions": ["НАТО"]}]
    with pytest.raises(ValidationError, match=r"targets named twice: \['NATO'\]"):
        Codebook.model_validate({"targets": targets})
    both = Codebook.model_validate({"themes": [{"name": "NATO"}], "targets": targets[:1]})
    assert (both.themes[0].name, both.targets[0].name) == ("NATO", "NATO")


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"theme": []}, "Extra inputs"),
        ({"themes": [{"name": "truce", "keywords": []}]}, "Extra inputs"),
        ({"themes": [{"name": ""}]}, "at least 1 character"),
        ({"themes": [{"description": "no name"}]}, "Field required"),
        ({"targets": [{"name": "NATO"}]}, "Field required"),
        ({"targets": [{"name": "NATO", "mentions": []}]}, "at least 1 item"),
        ({"targets": [{"name": "NATO", "mentions": ["NATO"], "alias": "OTAN"}]}, "Extra inputs"),
    ],
)
def test_a_faulty_codebook_is_refused(entry, fault):
    with pytest.raises(ValidationError, match=fault):
        Codebook.model_validate(entry)


@pytest.mark.parametrize("mention", ["", "*", "**", "  ", " * ", "\u200b*", "\u00ad", "\u064e"])
def test_a_mention_that_would_be_found_everywhere_is_refused(mention):
    with pytest.raises(ValidationError, match="names nothing"):
        Target(name="NATO", mentions=["NATO", mention])
    with pytest.raises(ValidationError, match="names nothing"):
        Target(name="NATO", mentions=["NATO"], exclude=[mention])


def test_blanks_around_a_mention_are_not_part_of_it():
    assert Target(name="NATO", mentions=[" NATO ", "*sanction* "]).mentions == ["NATO", "*sanction*"]


def test_the_rest_of_a_cluster_joins_the_theme_that_claimed_half_of_it():
    clusters = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, -1])
    claimed = np.array([1, 1, NOISE, NOISE, 0, NOISE, NOISE, NOISE, NOISE, 0])
    labels, kept = join(clusters, claimed, n_named=2, fewest=3)
    assert_array_equal(labels, [1, 1, 1, 1, 0, 2, 2, 2, 2, 0])
    assert kept == [1]


def test_too_few_of_a_cluster_are_no_theme():
    clusters, claimed = np.array([0, 0, 0, 0, 0]), np.array([0, 0, NOISE, NOISE, 1])
    labels, kept = join(clusters, claimed, n_named=2, fewest=3)
    assert_array_equal(labels, claimed)
    assert kept == []
