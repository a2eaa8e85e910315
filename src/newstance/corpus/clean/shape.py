"""What a piece of text looks like: a headline, a list of names, the end of a sentence.

The cleaner removes a line only when the words say what it is *and* its shape agrees: "Source: dpa" is a
credit, "Source: the word for a spring in the old dialect." is a sentence.
"""

import re
from functools import partial
from typing import NamedTuple

from newstance.corpus.clean.rules import Removed, Rule, Rules, fold

MAX_ABBREVIATIONS = 15
MAX_HEADLINE, MAX_CREDIT, MAX_CREDIT_WORDS = 160, 110, 12
STOP = re.compile(r"[.!?…؟]+[\"'»”’)\]]*(?=\s|$)|\n|[。！？]+[”’」』）]*")
NUMBERING = re.compile(r"^[\s•·*▪►→–—+>-]*(?:\d{1,2}[.)]\s|\d{1,2}:\d\d\s)?")
SHORT_WORD = re.compile(r"(?:^|[\W\d_])[^\W\d_]{1,3}$")
INITIAL = re.compile(r"(?:^|[\W\d_])[^\W\d_]{1,2}$")
SEAM = re.compile(r"(?<=[^\W\d_]{3})(?=[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-ЯЁІЇЄҐ][^\W\d_])")
WORD = re.compile(r"\w+(?:[-'’.]\w+)*")
CLOSING = {"«": "»", "“": "”", "„": "“”", '"': '"', "‘": "’", "(": ")"}
QUOTED_NAME = re.compile(r"[«“„\"](?=[^\W\d_])[^«»“”„\"\n]{1,50}[»”“\"]")
CASELESS = re.compile(r"[\u0590-\u08ff\u3040-\u9fff]")
UNSPACED_CLAUSE = re.compile(r"[，。！？；：“]|[\u3040-\u9fff]{13}")


class Piece(NamedTuple):
    """Where a rule's phrase was found: the piece starts at ``start``, its phrase ends at ``after``;
    ``line`` is the start of its line if nothing but signs stands before it there, else None."""

    text: str
    start: int
    after: int
    line: int | None
    rule: Rule
    rules: Rules

    def removed(self, end: int, start: int | None = None, reason: str | None = None) -> list[Removed]:
        """This piece up to ``end`` as a removal, its signs before the first word included."""
        first = self.start if self.line is None else self.line
        return [Removed(first if start is None else start, end, reason or self.rule.reason)]


def line_end(text: str, start: int, limit: int = 2000) -> int | None:
    """Where the line of ``start`` ends; None if more than ``limit`` characters away."""
    end = text.find("\n", start, start + limit)
    if end >= 0:
        return end
    return len(text) if len(text) <= start + limit else None


def sentence_end(text: str, start: int, limit: int = 300) -> int | None:
    """The end of the sentence that begins at ``start``, its stop included; None if there is none within
    ``limit``, or only abbreviations. A full stop after an initial or a short abbreviation does not count."""
    for number, stop in enumerate(STOP.finditer(text, start, start + limit)):
        if stop.end() == start + limit < len(text) or number > MAX_ABBREVIATIONS:
            return None
        if stop.group() == "\n":
            return stop.start()
        if stop.group()[0] != "." or _ends_sentence(text, start, stop):
            return stop.end()
    return len(text) if len(text) <= start + limit else None


def _ends_sentence(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether a full stop ends a sentence: not after an initial, and no small letter follows."""
    before = text[max(start, stop.start() - 4) : stop.start()]
    following = text[stop.end() : stop.end() + 3].lstrip()
    if following[:1].isdigit() and SHORT_WORD.search(before):
        return False
    return not following or not (following[0].islower() or INITIAL.search(before))


def quote_end(text: str, start: int, limit: int = 200) -> int | None:
    """Past the closing mark of the quotation that opens at ``start``; None if it does not close nearby."""
    for closing in CLOSING.get(text[start : start + 1], ""):
        end = text.find(closing, start + 1, start + limit)
        if end >= 0:
            return end + 1
    return None


def is_caseless(text: str) -> bool:
    """Whether the first letters belong to a script without capitals."""
    return CASELESS.search(text[:40]) is not None


def is_said(text: str, rules: Rules) -> bool:
    """Whether a verb of saying or being tells that the piece is a sentence of the article."""
    return any(fold(word) in rules.words["speech"] for word in WORD.findall(text))


def is_headline(line: str) -> bool:
    """Whether a line under a list heading is a headline: short, one clause, no full stop."""
    core = NUMBERING.sub("", line).strip()
    if not 4 <= len(core) <= MAX_HEADLINE or core[0].islower() or core[-1] in ".;,:…。；，：":
        return False
    return sentence_end(core, 0) == len(core)


def is_agency(name: str, rules: Rules) -> bool:
    """Whether a name is a known agency, or has a word that begins or ends as agencies' names do."""
    folded = fold(name).strip(" .«»\"'")
    words = re.findall(r"\w+", folded)
    if not words:
        return False
    known = not rules.words["agencies"].isdisjoint((folded, words[0]))
    return known or any(
        word.startswith(rules.agency_starts) or word.endswith(rules.agency_ends) for word in words
    )


def is_credit(rest: str, rules: Rules) -> bool:
    """Whether ``rest``, what follows "Photo:" or "Source:", is a list of names and nothing more."""
    stopped = rest.rstrip().endswith(".")
    core = QUOTED_NAME.sub(partial(_quoted, 2 if stopped else 4), rest.strip()).rstrip(".)）").strip()
    words = WORD.findall(core)
    if not words or len(core) > MAX_CREDIT or len(words) > MAX_CREDIT_WORDS or core[-1] in "!?…:;,":
        return False
    if re.search(r"[^\W\d_]{3,}[»”\"]?[.!?…][»”\"]?\s+\S", core) or re.search(r"[.!?…][»”\"]\s", core):
        return False
    if is_caseless(core):
        return (
            len(words) <= 6
            and not rest.rstrip().endswith(".")
            and "،" not in core
            and not UNSPACED_CLAUSE.search(core)
            and not is_said(core, rules)
        )
    return _names_only(words, core, stopped, rules)


def _quoted(n_words: int, name: re.Match[str]) -> str:
    """The first word of a quoted name that may be an outlet's: few words, the first with a capital."""
    words = name.group()[1:-1].split()
    return words[0] if len(words) <= n_words and not words[0][0].islower() else name.group()


def _names_only(words: list[str], core: str, stopped: bool, rules: Rules) -> bool:
    """Whether the small words are such as stand between names; a short one alone or after a stroke is an
    agency ("dpa", "Jens Thode/dpn")."""
    small = [word for word in words if word[0].islower()]
    joins, outlets = rules.words["joins"], rules.words["outlets"]
    if all(fold(word) in joins or "." in word or f"/{word}" in core or f"/ {word}" in core for word in small):
        return True
    if len(words) == 1:
        return len(words[0]) <= 5 or fold(words[0]) in outlets
    return fold(words[0]) in outlets and len(words) <= 8 and not stopped and not is_said(core, rules)


def is_name_list(rest: str, rules: Rules) -> bool:
    """Whether ``rest`` is at least two capitalised words, and only small joining words between them."""
    core = rest.strip().rstrip(".)").strip()
    words = WORD.findall(core)
    capital = [word for word in words if not word[0].islower() and not word[0].isdigit()]
    if len(capital) < 2 or len(core) > 2 * MAX_CREDIT or words[0] not in capital:
        return False
    return all(word in capital or fold(word) in rules.words["joins"] for word in words)


def glued_end(text: str, start: int, rules: Rules) -> int | None:
    """Where a credit from ``start`` on runs into the next sentence without a space ("RieuThe bridge")."""
    limit = line_end(text, start, MAX_CREDIT) or start + MAX_CREDIT
    seams = (seam.start() for seam in SEAM.finditer(text, start, limit) if _is_seam(text, seam.start()))
    return next((place for place in seams if is_credit(text[start:place], rules)), None)


def _is_seam(text: str, place: int) -> bool:
    """Whether two words meet at ``place``: small letter, capital, small letter, or "AFPThe"; at least three
    letters before, so that no "McDonald" is cut."""
    if not (text[place].isupper() and text[place + 1].islower()):
        return False
    before = text[max(0, place - 3) : place]
    return before.isalpha() and len(before) == 3 and (before[-1].islower() or before.isupper())
