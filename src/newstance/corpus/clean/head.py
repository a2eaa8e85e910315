"""The head of an article: a headline printed twice or glued to the text."""

from newstance.corpus.clean.rules import Removed

MIN_GLUED, MIN_SPACED, MAX_HEADLINE = 12, 20, 300
KEY = 10
MAX_COPIES = 4


def find_doubled(text: str, title: str | None) -> list[Removed]:
    """Headlines at the start of the text that stand there twice or more: all copies but the last."""
    found: list[Removed] = []
    start = len(text) - len(text.lstrip())
    while len(found) < MAX_COPIES and (second := _second_copy(text, start, title)) is not None:
        found.append(Removed(start, second, "doubled-headline"))
        start = second
    return found


def find_glued_lines(text: str, line_starts: list[int]) -> list[Removed]:
    """Captions further down that stand twice on a line without a space between."""
    found = []
    for start in line_starts:
        second = _repeat(text, start, MIN_GLUED + 8)
        if second is not None and not text[second - 1].isspace():
            found.append(Removed(start, second, "doubled-headline"))
    return found


def after_title(text: str, title: str | None, start: int) -> int | None:
    """Where the text begins that is glued to the headline at ``start``; None if nothing is glued to it."""
    headline = (title or "").strip()
    end = start + len(headline)
    if end == start or not text.startswith(headline, start) or not text[end : end + 1].isalpha():
        return None
    return end if text[end].isupper() and text[end - 1].islower() else None


def _second_copy(text: str, start: int, title: str | None) -> int | None:
    named = title.strip() if title else ""
    if len(named) >= MIN_GLUED and text.startswith(named, start):
        second = len(text) - len(text[start + len(named) :].lstrip(" \t\n.—–-"))
        if text.startswith(named, second):
            return second
    return _repeat(text, start, MIN_GLUED)


def _repeat(text: str, start: int, shortest: int) -> int | None:
    """Where the words from ``start`` begin anew: glued or on a new line; after a space if there are many."""
    key = text[start : start + KEY]
    second = text.find(key, start + KEY, start + MAX_HEADLINE + KEY)
    while second >= 0 and len(key) == KEY:
        headline = text[start:second].rstrip()
        core = headline.rstrip(".!?… ")
        gap = text[start + len(headline) : second]
        spaced = bool(gap) and "\n" not in gap
        needed = MIN_SPACED if spaced or core != headline else shortest
        if len(core) >= needed and core.count(" ") > spaced and text.startswith(core, second):
            after = text[second + len(core) : second + len(core) + 2]
            continues = after[:1] == " " and after[1:].islower()
            if not continues and not (spaced and after[:1].isalnum()):
                return second
        second = text.find(key, second + 1, start + MAX_HEADLINE + KEY)
    return None
