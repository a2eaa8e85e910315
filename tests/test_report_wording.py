"""The words of the page: the same keys and places in every language, and numbers as each writes them."""

import re
from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest

from found import awkward_results, no_results, sample_results
from newstance.report import render
from newstance.report.wording import LANGS, Wording, load, plural
from newstance.summary.words import NO_OUTLET, NOT_MEASURED, between, count, day, period_name, signed
from test_report import Page

PLACES = re.compile(r"\{(\w+)\}")
CATEGORIES = {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}}
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


def forms(wording: str | dict[str, str]) -> dict[str, str]:
    return wording if isinstance(wording, dict) else {"other": wording}


@pytest.mark.parametrize("part", ["page", "script"])
@pytest.mark.parametrize("lang", LANGS)
def test_every_language_has_the_same_keys_and_places(lang, part):
    own, english = load(lang)[part], load("en")[part]
    assert own.keys() == english.keys()
    for key, wording in own.items():
        places = {place for form in forms(wording).values() for place in PLACES.findall(form)}
        assert places == {p for form in forms(english[key]).values() for p in PLACES.findall(form)}, key
        assert isinstance(wording, dict) == isinstance(english[key], dict), key
        if isinstance(wording, dict):
            assert wording.keys() == CATEGORIES[lang], key


def test_each_wording_is_used_and_each_used_one_is_there():
    root = files("newstance.report")
    sources = [
        one
        for folder in (root, root / "templates", root / "templates" / "sections")
        for one in folder.iterdir()
    ]
    code = "\n".join(one.read_text("utf-8") for one in sources if one.name.endswith((".py", ".j2", ".js")))
    keys = {*load("en")["page"], *load("en")["script"]}
    built = {
        match
        for prefix in re.findall(r"""["'`](?:[a-z]+\.)?[a-z]+[._](?=["'`]? ?~|\$\{|\{)""", code)
        for match in keys
        if match.startswith(prefix.strip("\"'`"))
    }
    lost = [key for key in keys - built if key not in code]
    assert lost == []
    asked = set(re.findall(r"""(?:plain|\bt|words\.text|view\.text)\("([a-z_]+\.[a-z_0-9]+)"[,)]""", code))
    assert len(asked) > 100
    assert asked <= keys


def test_markup_is_in_the_words_of_the_page_alone():
    for lang in LANGS:
        assert not [key for key, one in load(lang)["script"].items() if "<" in "".join(forms(one).values())]


def test_english_numbers_are_those_of_every_other_face():
    words = Wording("en")
    when = date(2016, 9, 12)
    assert words.count(1_234_567) == count(1_234_567)
    assert (words.day(when), words.day(None)) == (day(when), day(None))
    assert words.signed(-0.213) == signed(-0.213)
    assert [words.period(when, one) for one in ("week", "month", "quarter")] == [
        period_name(when, one) for one in ("week", "month", "quarter")
    ]
    assert words.text("outlet.none") == NO_OUTLET
    assert words.text("tile.f1_why") == NOT_MEASURED
    assert words.text("interval.none") == between(None, None)
    assert words.text("interval.between", low="0.10", high="0.25") == between(0.1, 0.25)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1 статья"),
        (2, "2 статьи"),
        (5, "5 статей"),
        (11, "11 статей"),
        (21, "21 статья"),
        (112, "112 статей"),
    ],
)
def test_russian_counts_things_as_russian_does(number, words):
    assert Wording("ru").text("n.articles", n=number) == words


def test_plural_categories_are_those_of_the_language():
    assert [plural(number, "en") for number in (0, 1, 2)] == ["other", "one", "other"]
    assert [plural(number, "ru") for number in (0, 1, 4, 12, 101)] == ["many", "one", "few", "many", "one"]


def test_values_are_escaped_and_wordings_are_not():
    shown = Wording("en").markup("made.line", version="<i>", config="&", encoder="x", fingerprint="y")
    assert "newstance &lt;i&gt;" in shown
    assert "<code>&amp;</code>" in shown


@pytest.mark.parametrize("make", [sample_results, awkward_results, no_results])
def test_the_page_can_be_russian(make):
    html = render(make(), lang="ru")
    page = Page(html)
    assert page.open == []
    assert '<html lang="ru">' in html
    assert "Насколько этому верить" in page.text
    assert "How far to trust it" not in html


def test_an_english_page_has_no_russian_words():
    assert not CYRILLIC.search(Page(render(no_results())).text)


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="lang: got 'xx', expected one of en, ru"):
        render(replace(no_results()), lang="xx")
