"""Named themes and targets: what they are made of; a faulty codebook is refused."""

import pytest
from pydantic import ValidationError

from newstance.themes.codebook import Codebook, NamedTheme, Target


def test_the_texts_of_a_theme_are_name_description_and_examples():
    theme = NamedTheme(name="truce", description="weapons rest", examples=["перемирие в силе", "  "])
    assert theme.heads == ["truce", "weapons rest"]
    assert theme.texts == ["truce", "weapons rest", "перемирие в силе"]
    bare = NamedTheme(name="truce", description="  ", examples=["A truce began."])
    assert bare.heads == ["truce"]
    assert bare.texts == ["truce", "A truce began."]


def test_what_does_not_belong_is_written_under_not():
    entry = {"name": "truce", "not": ["The armistice of 1918 was remembered."]}
    theme = NamedTheme.model_validate(entry)
    assert theme.others == entry["not"]
    assert theme.texts == ["truce"]
    written = theme.model_dump(mode="json")
    assert written["not"] == entry["not"]
    assert NamedTheme.model_validate(written) == theme


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
        ({"themes": [{"name": "truce", "not": "one text"}]}, "valid list"),
        ({"themes": [{"name": ""}]}, "at least 1 character"),
        ({"themes": [{"description": "no name"}]}, "Field required"),
        ({"targets": [{"name": "NATO"}]}, "neither mentions nor examples"),
        ({"targets": [{"name": "NATO", "mentions": []}]}, "neither mentions nor examples"),
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
