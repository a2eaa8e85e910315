"""Names that a corpus has and no list: runs of capitalised words inside sentences.

A run counts only after a word in small letters, so that the first word of a sentence, or of a quotation, is
no name. German writes all nouns with capitals: there a name has two words at least. Scripts without capitals,
as Arabic and Chinese, have no names of this kind.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from newstance.languages import language

WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
MOST_WORDS = 4
FEWEST_LETTERS = 3
NOUNS_ARE_CAPITAL = {"de"}
CALENDAR = ("months", "weekdays")


def names_in(view: str, lang: str) -> Iterator[tuple[int, int]]:
    """Where names stand inside one sentence of folded text."""
    for run in _runs(view):
        words = [match[0] for match in run]
        if _is_name(words, lang):
            yield run[0].start(), run[-1].end()


def _runs(view: str) -> Iterator[list[re.Match[str]]]:
    """Capitalised words that only a space parts, after a word in small letters."""
    run: list[re.Match[str]] = []
    before: re.Match[str] | None = None
    for match in WORD.finditer(view):
        joined = before is not None and view[before.end() : match.start()] == " "
        if not match[0][0].isupper() or not joined:
            if run:
                yield run
            run = []
        if match[0][0].isupper() and joined and before is not None and (run or before[0][0].islower()):
            run.append(match)
        before = match
    if run:
        yield run


def _is_name(run: list[str], lang: str) -> bool:
    fewest = 2 if lang in NOUNS_ARE_CAPITAL else 1
    letters = sum(map(len, run))
    return fewest <= len(run) <= MOST_WORDS and letters >= FEWEST_LETTERS and not _is_calendar(run, lang)


def _is_calendar(run: list[str], lang: str) -> bool:
    words = calendar(lang)
    return any(word.casefold() in words for word in run)


@cache
def calendar(lang: str) -> frozenset[str]:
    """The names of months and weekdays in ``lang``, without their case."""
    content = language(lang)
    rows = [row for part in CALENDAR for row in content.get(part, ())]
    return frozenset(name.casefold() for row in rows for name in row)


class SmallWords:
    """How often words are written in small letters: what is mostly so is no name ("President")."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, view: str) -> None:
        """Count the words of folded text that begin small."""
        self.counts.update(word for word in WORD.findall(view) if word[0].islower())

    def outweigh(self, name: str, count: int) -> bool:
        """Whether each word of ``name`` is in small letters at least ``count`` times."""
        return all(self.counts[word.lower()] >= count for word in name.split(" "))
