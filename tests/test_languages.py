"""The language files: their parts are whole, and each is read by itself."""

import subprocess
import sys
from collections import defaultdict

import pytest

from newstance.corpus.clean.rules import LANGS, OTHER_LANGS, fold
from newstance.corpus.read.walls import REASONS
from newstance.languages import SHARED, language, language_tags

PARTS = {
    *("also", "months", "solar_months", "weekdays", "stop_words", "sentences", "rules", "speech", "joins"),
    *("outlets", "openers", "stamps", "home", "here", "buttons", "subscribe", "agencies", "roles", "walls"),
    *("holders", "naming"),
}
NAMING = {
    *(
        "barred",
        "vague",
        "content",
        "in_names",
        "joiners",
        "articles",
        "adjectives",
        "nouns",
        "plural",
        "plurals",
    ),
    *("weak_ends", "verb_ends", "adverb_ends", "demonym_ends", "noun_ends", "before_verbs", "agreeing"),
    *("name_cases", "name_ends"),
}


def test_the_languages_of_the_cleaner_have_months_days_and_lists_for_sentences():
    for tag in (*LANGS, *OTHER_LANGS):
        assert {"months", "weekdays", "sentences", "rules", "walls"} <= language(tag).keys(), tag
        walls = language(tag)["walls"]
        assert {"consent", "captcha", "error", "titles", "paywall", "script"} <= walls.keys(), tag
        assert {name.removesuffix("_also") for name in walls} <= {*REASONS, "titles"}, tag


@pytest.mark.parametrize("tag", language_tags())
def test_a_file_has_known_parts_with_all_months_and_days(tag):
    assert language(tag).keys() <= PARTS
    assert language(tag).get("naming", {}).keys() <= NAMING
    for part, n_rows in (("months", 12), ("solar_months", 12), ("weekdays", 7)):
        rows = language(tag).get(part, [[""]] * n_rows)
        assert len(rows) == n_rows
        assert all(isinstance(form, str) for row in rows for form in row)


def test_no_name_means_two_months():
    numbers = defaultdict(set)
    for tag in (*language_tags(), "any"):
        for number, forms in enumerate(language(tag).get("months", ()), 1):
            for form in forms:
                numbers[fold(form)].add(number)
    assert len(numbers) > 500
    assert {form: found for form, found in numbers.items() if len(found) > 1} == {}


def test_words_that_yaml_takes_for_something_else_stay_words():
    assert "no" in language("es")["buttons"]
    assert "on" in language("en")["stamps"]


@pytest.mark.parametrize("tag", ["xx", "", "../en", "EN", "__init__"])
def test_a_language_without_a_file_is_empty(tag):
    assert language(tag) == {}


def test_files_that_belong_to_no_language_are_no_language():
    assert not {*SHARED} & {*language_tags()}
    assert {"en", "ar", "sr-Latn"} <= {*language_tags()}


def test_one_language_is_read_without_the_others():
    code = """
import yaml
from newstance.corpus.sentences.split import split
read, load = [], yaml.load
yaml.load = lambda text, Loader: read.append(text) or load(text, Loader=Loader)
split("Eins. Zwei.", "de")
assert len(read) == 2, len(read)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
