"""Words as keywords count them: the key by which forms of a word are one, and what a word may be.

What says nothing of a theme in any text (months, weekdays, numbers, verbs of saying, words of web pages) is
listed for each language in ``languages/<lang>.yaml``; the other stop words are those of the package
stopwordsiso.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from typing import Any, NamedTuple

from newstance.languages import language
from newstance.scripts import UNSPACED_LANGS, is_unspaced

POSSESSIVE = re.compile(r"['’]s?$")
ELISION = re.compile(
    r"^(?:[cdjlmnst]|qu|lorsqu|jusqu|puisqu|un|dell|nell|all|sull|dall)['’](?=\w{3})", re.IGNORECASE
)
# "and", "so", "with", "for", "as" that Arabic writes in one word with the article.
ARABIC_ARTICLE = re.compile(r"^(?:[وف]?(?:ال|بال|كال)|[وف]?لل)(?=\w{3})")
SHORTEST = 3
LONGEST_ACRONYM = 6


class Kind(IntEnum):
    """What a word may be: a keyword, a part of a phrase (inside it, or at its edges too), or nothing."""

    CONTENT = 0
    INSIDE = 1  # inside a phrase: "of" in "weapons of mass destruction"
    NAME_PART = 2  # in a phrase, also at its edges, but no keyword alone: "New" in "New York"
    BARRED = 3  # parts phrases: "Monday"


class Word(NamedTuple):
    """A word of a text: as it is written, its key, its kind, and whether its capitals can be trusted (they
    cannot at the start of a sentence or in a heading)."""

    form: str
    key: str
    kind: Kind
    inside: bool


NO_WORD = Word("", "", Kind.BARRED, False)


class _Rules(NamedTuple):
    barred: frozenset[str]
    ours: frozenset[str]
    stop: frozenset[str]
    agencies: frozenset[str]
    in_names: frozenset[str]


def forms_of(word: str, lang: str) -> tuple[list[str], bool]:
    """The words in what stands between two spaces, and whether no phrase goes on behind it."""
    if lang in UNSPACED_LANGS and is_unspaced(word[0]):
        return list(word), False
    if lang == "en" and (bare := POSSESSIVE.sub("", word)) != word:
        return [bare], True
    if lang in ("fr", "it", "ca"):
        return [ELISION.sub("", word)], False
    return [word.replace(".", "") if "." in word else word], False


@lru_cache(maxsize=200_000)
def word_of(form: str, lang: str, inside: bool, in_name: bool, shouted: bool) -> Word:
    """The word that is written as ``form``; ``in_name`` says whether a word with a capital is beside it,
    ``shouted`` whether its sentence is in capitals."""
    rules, lower = _rules(lang), form.casefold()
    if not shouted and form.isupper() and 2 <= len(form) <= LONGEST_ACRONYM and not is_unspaced(form[0]):
        kind = Kind.BARRED if form in rules.agencies or lower in rules.barred else Kind.CONTENT
        return Word(form, form, kind, True)
    key = lemma_of(form, lang)
    if lower in rules.barred or form in rules.agencies:
        kind = Kind.NAME_PART if in_name and lower in rules.in_names else Kind.BARRED
        return Word(form, key, kind, inside)
    if lower in rules.ours or key in rules.ours:
        return Word(form, key, Kind.INSIDE, inside)
    if is_unspaced(form[0]) and lang in UNSPACED_LANGS:
        return Word(form, key, Kind.INSIDE if form in rules.stop else Kind.NAME_PART, inside)
    if lower in rules.stop or key in rules.stop or len(form) < SHORTEST:
        named = form[0].isupper() and in_name and lang != "de"
        return Word(form, key, Kind.NAME_PART if named else Kind.INSIDE, inside)
    return Word(form, key, Kind.CONTENT, inside)


@lru_cache(maxsize=200_000)
def lemma_of(word: str, lang: str) -> str:
    """Dictionary form in lower case, the key of all forms of a word; the word itself where the language has
    no dictionary or the word has a hyphen."""
    if lang == "ar":
        return ARABIC_ARTICLE.sub("", word)
    if lang not in _languages_with_lemmas() or "-" in word:
        return word.casefold()
    lemma = str(_lemmatizer().lemmatize(word, lang)).casefold()
    return lemma.replace("ё", "е") if lang == "ru" else lemma


@lru_cache(maxsize=1)
def _lemmatizer() -> Any:
    """simplemma, with dictionaries each of which is read once, when its language first comes; its own cache
    holds eight, and articles in nine languages would read one for each article."""
    from simplemma import Lemmatizer
    from simplemma.strategies import DefaultStrategy

    from newstance.themes.dictionaries import Dictionaries

    dictionaries = Dictionaries(cache_max_size=len(_languages_with_lemmas()))
    return Lemmatizer(lemmatization_strategy=DefaultStrategy(dictionary_factory=dictionaries))


@lru_cache(maxsize=1)
def _languages_with_lemmas() -> frozenset[str]:
    from importlib.resources import files

    data = files("simplemma") / "strategies" / "dictionaries" / "data"
    return frozenset(entry.name.split(".")[0] for entry in data.iterdir())


@lru_cache(maxsize=64)
def _rules(lang: str) -> _Rules:
    import stopwordsiso

    own, naming = language(lang), naming_of(lang)
    listed = {form for part in ("months", "weekdays") for row in own.get(part, ()) for form in row}
    listed.update(naming.get("barred", ()))
    barred = {form.casefold() for form in listed}
    barred |= {ARABIC_ARTICLE.sub("", form) for form in listed} if lang == "ar" else set()
    ours = {form.casefold() for form in own.get("stop_words", ())}
    stop = set(stopwordsiso.stopwords(lang)) if stopwordsiso.has_lang(lang) else set()
    stop |= {form.casefold() for form in naming.get("vague", ())}
    agencies = {name for one in (own, language("any")) for name in _flat(one.get("agencies", ()))}
    stop -= set(naming.get("content", ()))
    in_names = {*naming.get("barred", ()), *naming.get("in_names", ())}
    return _Rules(*map(frozenset, (barred, ours, stop, agencies, in_names)))


def _flat(names: Any) -> Iterator[str]:
    for name in names:
        if isinstance(name, str):
            yield name
        else:
            yield from _flat(name)


def naming_of(lang: str) -> dict[str, Any]:
    """The part ``naming`` of a language file, empty where there is none."""
    part: dict[str, Any] = language(lang).get("naming", {})
    return part
