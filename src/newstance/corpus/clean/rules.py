"""Rules of the cleaner: word lists of ``languages/<lang>.yaml``, ready to be looked up by first word.

The top of ``languages/any.yaml`` says what each part of a file means. A phrase costs nothing until its first
word begins a line or a sentence, so thousands of phrases do not slow the cleaner down.
"""

import re
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from newstance.languages import language
from newstance.scripts import is_unspaced

LANGS = ("en", "ru", "uk", "de", "fr", "es", "ar")
# Shorter lists, read only for texts whose language is known.
OTHER_LANGS = ("pl", "tr", "it", "zh", "pt", "nl", "cs", "fa")
MATCHES = (
    "heading",
    "line",
    "credit",
    "names",
    "byline",
    "caption",
    "call",
    "notice",
    "copyright",
    "short",
    "keys",
    "headline",
    "ending",
    "retold",
    "teased",
    "address",
)
OPEN_END = " …"
# Arabic is written with and without hamza and vowel signs, Persian with Arabic letters or its own, Russian
# with and without the dots of ё; capitals do not tell the two letters i of Turkish apart.
SAME_LETTER = str.maketrans({**dict.fromkeys("أإآٱ", "ا"), **dict.fromkeys("ىی", "ي"), "ک": "ك"})
LATER_SAME = (("ё", "е"), ("’", "'"), ("`", "'"), ("i̇", "i"), ("ı", "i"))
VOWEL_SIGNS = re.compile("[\u0640\u064b-\u0652]+")
# Where no space ends a word, a phrase may be followed by a letter at once; its first letters are looked up.
MAX_UNSPACED = 8
# How much of a phrase is looked for before its expression is compiled, and in how much of the text.
BEGINNING, WINDOW = 12, 60
# Characters that an expression takes for a letter of a phrase only where ``fold`` makes the same of both:
# neither \u017f, \u0130 nor \u212a, nor the grave accent, which ``fold`` leaves as it is in ASCII.
COMMON = re.compile(
    r"[\s!-_a-~\u00a1-\u00b4\u00b6-\u00de\u00e0-\u012f\u0132-\u017e\u0400-\u045f\u0490\u0491"
    r"\u060c\u061b\u061f\u0621-\u063a\u0641-\u0652\u0660-\u0669\u066a-\u066d\u0670\u0671\u067e\u0686\u0698"
    r"\u06a9\u06af\u06cc\u06f0-\u06f9\u2010-\u2026\u2039\u203a\u20ac\u2116]*+"
)
NOT_LETTERS = re.compile(r"[\W\d_]+")


class Removed(NamedTuple):
    """A span of the text as read, in code points, that is not part of the article, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class Phrases:
    """An expression for some phrases, compiled when a text first may have one of them: a text meets few of
    the rules, and compiling them all would take longer than reading two hundred articles.

    ``before`` and ``after`` say what may stand around them, and take no part of the text themselves.
    """

    phrases: tuple[str, ...]
    before: str = ""
    after: str = ""

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The expression."""
        return re.compile(f"{self.before}(?:{_any_of(list(self.phrases))}){self.after}", re.I)

    @cached_property
    def _beginnings(self) -> tuple[str, ...]:
        return tuple(" ".join(fold(phrase).split())[:BEGINNING] for phrase in self.phrases)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """As ``re.Pattern.match``."""
        if "compiled" not in self.__dict__:
            seen = _common(text[start : start + WINDOW])
            if seen is not None and len(seen) >= BEGINNING and not seen.startswith(self._beginnings):
                return None
        return self.compiled.match(text, start)

    def search(self, text: str, start: int, end: int) -> re.Match[str] | None:
        """As ``re.Pattern.search``."""
        return self.compiled.search(text, start, end)


@lru_cache(maxsize=64)
def _common(text: str) -> str | None:
    """``text`` folded, one space between words; None if it holds letters that an expression takes for others
    than ``fold`` does."""
    return fold(" ".join(text.split())) if COMMON.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class Rule:
    """The phrases of one rule that share their first word: ``pattern`` matches them, ``needs`` is the word
    that a call must contain, ``open_end`` whether any words may follow a notice."""

    reason: str
    match: str
    pattern: Phrases | re.Pattern[str]
    needs: Phrases | None = None
    open_end: bool = False


@dataclass(frozen=True)
class Rules:
    """All rules that hold for a text.

    ``by_word`` maps a folded first word to its rules, ``lines`` the letters of a whole line to its reason,
    ``line_starts`` holds the first words of such lines, ``endings`` maps the last words of a note to its
    reason; the word sets are explained in ``any.yaml``.
    """

    by_word: dict[str, list[Rule]] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    line_starts: set[str] = field(default_factory=set)
    endings: dict[str, str] = field(default_factory=dict)
    words: dict[str, frozenset[str]] = field(default_factory=dict)
    months: frozenset[str] = frozenset()
    agency_starts: tuple[str, ...] = ()
    agency_ends: tuple[str, ...] = ()
    shortcodes: dict[str, frozenset[str]] = field(default_factory=dict)


def fold(text: str) -> str:
    """``text`` in lower case, without the differences of spelling that mean nothing."""
    if text.isascii():
        return text.lower()
    lowered = text.lower()
    if max(lowered) >= "\u0600":
        lowered = VOWEL_SIGNS.sub("", lowered.translate(SAME_LETTER))
    for sign, same in LATER_SAME:
        if sign in lowered:
            lowered = lowered.replace(sign, same)
    return lowered


def letters(line: str) -> str:
    """The letters of a line, folded, one space for all between them: what tells one button from another."""
    return NOT_LETTERS.sub(" ", fold(line)).strip()


@cache
def rules_for(lang: str) -> Rules:
    """The rules for a BCP 47 tag: those of the language and of the languages its outlets mix in; of all
    ``LANGS`` where it has no file."""
    base = lang.split("-")[0]
    known = base in LANGS or base in OTHER_LANGS
    langs = [base, *_read(base).get("also", []), "en"] if known else list(LANGS)
    parts = [_read("any"), *(_read(name) for name in dict.fromkeys(langs))]
    rules = Rules(
        words={
            **{name: _folded(parts, name) for name in WORD_SETS},
            "stamps": _folded(parts, "stamps") | _name_words(parts, "weekdays"),
            "buttons": frozenset(letters(name) for part in parts for name in part.get("buttons", ())),
        },
        months=_name_words(parts, "months", "solar_months"),
        agency_starts=tuple(fold(start) for start in parts[0]["agency_starts"]),
        agency_ends=tuple(fold(end) for end in parts[0]["agency_ends"]),
        shortcodes={kind: frozenset(names) for kind, names in parts[0]["shortcodes"].items()},
    )
    for part in parts:
        for entry in part["rules"]:
            _add(rules, entry)
    return rules


WORD_SETS = (
    "speech",
    "joins",
    "outlets",
    "openers",
    "roles",
    "agencies",
    "subscribe",
    "companies",
    "top_domains",
    "home",
    "here",
)


@cache
def _read(name: str) -> dict:
    content = language(name)
    for entry in content["rules"]:
        if entry["match"] not in MATCHES:
            raise ValueError(
                f"languages/{name}.yaml: match is {entry['match']!r}; write one of {', '.join(MATCHES)}."
            )
    return content


def _folded(parts: list[dict], name: str) -> frozenset[str]:
    return frozenset(fold(word) for part in parts for word in part.get(name, ()))


def _name_words(parts: list[dict], *lists: str) -> frozenset[str]:
    """The words of names that have several forms each, as months have: "كانون" and "الثاني" of one name."""
    forms = (form for part in parts for name in lists for row in part.get(name, ()) for form in row)
    return frozenset(word for form in forms for word in letters(form).split())


def _add(rules: Rules, entry: dict) -> None:
    if entry["match"] == "line":
        rules.lines.update((letters(phrase), entry["reason"]) for phrase in entry["phrases"])
        rules.line_starts.update(letters(phrase).split()[0] for phrase in entry["phrases"])
        return
    if entry["match"] == "ending":
        rules.endings.update((phrase.lower(), entry["reason"]) for phrase in entry["phrases"])
        return
    unspaced = any(map(is_unspaced, entry["phrases"][0]))
    groups: dict[tuple[str, bool], list[str]] = {}
    for phrase in entry["phrases"]:
        open_end = phrase.endswith(OPEN_END)
        words = fold(phrase.removesuffix(OPEN_END))
        word = re.split(r"\W", words, maxsplit=1)[0]
        groups.setdefault((word[:MAX_UNSPACED] if unspaced else word, open_end), []).append(words)
    before, after = ("", "") if unspaced else (r"(?<!\w)", r"(?!\w)")
    needs = Phrases(tuple(entry["with"]), before=before) if "with" in entry else None
    for (word, open_end), phrases in groups.items():
        pattern = Phrases(tuple(phrases), after=after)
        rule = Rule(entry["reason"], entry["match"], pattern, needs, open_end)
        rules.by_word.setdefault(word, []).append(rule)


def _any_of(phrases: list[str]) -> str:
    """An alternation of phrases, longest first, that matches every spelling ``fold`` takes for the same."""
    return "|".join(_spellings(fold(phrase)) for phrase in sorted(phrases, key=len, reverse=True))


def _spellings(phrase: str) -> str:
    out = re.sub(r"([\u0621-\u064a])", "\\1[\u0640\u064b-\u0652]*", re.escape(phrase))
    for plain, variants in (
        ("ا", "[اأإآٱ]"),
        ("ي", "[يىی]"),
        ("ك", "[كک]"),
        ("е", "[её]"),
        ("'", "['’`]"),
        (r"\ ", r"\s+"),
    ):
        out = out.replace(plain, variants)
    return out
