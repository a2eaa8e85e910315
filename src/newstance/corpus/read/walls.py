"""Pages that stand where an article should be: consent, checks for robots, errors, paywalls, pages that only
scripts fill. They are told by their set phrases (``walls`` in ``languages/<lang>.yaml``)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from newstance.languages import language, language_tags

REASONS = {
    "captcha": "no article: a captcha page, which asks whether the reader is a robot",
    "error": "no article: an error page",
    "consent": "no article: a consent page, which asks to accept cookies",
    "script": "no article: a page that only JavaScript fills",
    "paywall": "no article: a paywall without the text behind it",
}
ERROR, SCRIPT, PAYWALL = "error", "script", "paywall"
MOST_CHARACTERS = 8000  # longer texts are not judged
LEAST_SHARE, LEAST_SHARE_OF_MANY, LEAST_SHARE_OF_HINTS = 0.6, 0.4, 0.9
MANY = 3
UNIT_END = re.compile(r"(?<=[.!?؟…])\s+|(?<=[。！？])|\s*[\n|]\s*")
TITLE_PARTS = re.compile(r"\s*[|:–—·•]\s*|\s+-\s+")
UNSPACED = re.compile(r"[\u0600-\u06ff\u4e00-\u9fff]")  # a phrase may follow a letter: Chinese, Arabic
QUOTED = re.compile(r"“[^”\n]*”|«[^»\n]*»|„[^“”\n]*[“”]|「[^」\n]*」")
APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'"})


class Phrases(NamedTuple):
    """How pages of one kind speak: phrases that nothing else says, and phrases that count beside those."""

    sure: re.Pattern[str]
    also: re.Pattern[str]


def find_wall(title: str | None, text: str) -> str | None:
    """The kind of page that ``text`` is instead of an article (a key of ``REASONS``), or ``None``.

    Nearly all sentences must be of the kind; one of them, or the title, must say what nothing else says.
    """
    if len(text) > MOST_CHARACTERS:
        return None
    names, heading = _load(), _fold(title or "")
    units = [unit for unit in UNIT_END.split(_fold_lines(text)) if unit and unit != heading]
    if heading and _names_error(heading) and _is_of(names[ERROR], heading, units, True):
        return ERROR
    return next((kind for kind in REASONS if _is_of(names[kind], heading, units, False)), None)


def is_notice(text: str) -> bool:
    """Whether a part of a page is only a notice of one of the kinds."""
    return find_wall(None, text) is not None


def _names_error(heading: str) -> bool:
    titles = _titles()
    return heading in titles or any(part in titles for part in TITLE_PARTS.split(heading))


def _is_of(phrases: Phrases, heading: str, units: Sequence[str], sure: bool) -> bool:
    certain = [unit for unit in units if phrases.sure.search(unit)]
    hints = [unit for unit in units if phrases.also.search(unit)]
    said = {*certain, *hints}
    hits = [unit for unit in units if unit in said or unit in _titles()]
    share = _size(hits) / max(1, _size(units))
    if certain or sure or (heading and hits and _speaks(phrases, heading)):
        return share >= (LEAST_SHARE_OF_MANY if len(certain) >= MANY else LEAST_SHARE) or not units
    return len(hints) > 1 and share >= LEAST_SHARE_OF_HINTS


def _speaks(phrases: Phrases, heading: str) -> bool:
    return bool(phrases.sure.search(heading) or phrases.also.search(heading))


def _size(units: Sequence[str]) -> int:
    return sum(map(len, units))


def _fold(text: str) -> str:
    return " ".join(text.casefold().translate(APOSTROPHES).split()).rstrip(".!…")


def _fold_lines(text: str) -> str:
    """Folded text in which quotations are blank: who quotes a page is not that page."""
    return QUOTED.sub(lambda quoted: " " * len(quoted[0]), text).casefold().translate(APOSTROPHES)


@lru_cache(maxsize=1)
def _read() -> tuple[dict[str, list[str]], ...]:
    """The phrases of each language that has any."""
    return tuple(walls for tag in language_tags() if (walls := language(tag).get("walls")))


@lru_cache(maxsize=1)
def _titles() -> frozenset[str]:
    return frozenset(_fold(title) for walls in _read() for title in walls["titles"])


@lru_cache(maxsize=1)
def _load() -> dict[str, Phrases]:
    def pattern(key: str) -> re.Pattern[str]:
        phrases = {_fold(phrase) for walls in _read() for phrase in walls.get(key, ())}
        parts = sorted(re.escape(phrase).replace("…", ".{1,40}?") for phrase in phrases)
        starts = [part if UNSPACED.match(part) else rf"(?<!\w){part}" for part in parts]
        return re.compile("|".join(starts))

    return {kind: Phrases(pattern(kind), pattern(f"{kind}_also")) for kind in REASONS}
