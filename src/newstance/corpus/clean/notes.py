"""Short lines of the page that open with a known word: notes of a few words more, keywords, a film's title.

Here the words alone prove little, as an article may begin a paragraph with them; so the whole line has to be
one short clause, and a line of keywords has to stand near the start or the end of the article.
"""

import re

from newstance.corpus.clean.rules import Removed, Rules
from newstance.corpus.clean.shape import (
    QUOTED_NAME,
    Piece,
    is_agency,
    is_caseless,
    is_headline,
    is_said,
    line_end,
)
from newstance.corpus.clean.whole import is_address

MAX_LINES_OF_LIST = 10
MAX_NOTE, MAX_WORDS, MAX_CASELESS = 110, 7, 5
MAX_KEYS, EDGE, NEAR = 200, 700, 250
SEPARATOR = re.compile(r"[ \t]*[:：|][ \t]*(?=\S)")
CLAUSES = re.compile(r"[,;:،؛]|[^\W\d_]{3}[.!?…][ \t]")
MAX_ADDRESSES, MAX_CLAUSE = 3, 80
ADDRESSES = re.compile(r"[ \t]*(?:[:：–—|>→-][ \t]*)*(?=\S)")
HANDLE = re.compile(r"@\w{3,40}[.,;]?")
QUESTION = re.compile(r"(?<=[^\W\d_][?!])[ \t]+(?=[^\W_])")
LIST_STOP = re.compile(r"[^\W\d_]{3}[.!?…](?:\s|$)")


def short(piece: Piece) -> list[Removed]:
    """A whole line that is the phrase and at most seven words more, no clause among them; what is no credit
    of a picture must stand near the start or end of the article. A stop may follow the name of an outlet,
    and such a note may also follow the last sentence of a line."""
    end = line_end(piece.text, piece.after, MAX_NOTE)
    if end is None:
        return []
    rest = piece.text[piece.after : end].strip(" \t()[]")
    words = rest.split()
    most = MAX_CASELESS if is_caseless(rest) else MAX_WORDS
    if len(words) > most or CLAUSES.search(rest) or is_said(rest, piece.rules):
        return []
    named = _is_outlet(rest, piece)
    if piece.line is None or rest.endswith((".", "!", "?", "…")):
        return piece.removed(end) if named and rest[-1] not in "!?…" else []
    if piece.rule.reason == "link-list":
        below = headlines_below(piece, end)
        return piece.removed(end) + below if below else []
    near = piece.start < NEAR or len(piece.text) - end < NEAR
    return piece.removed(end) if near or piece.rule.reason == "photo-credit" else []


def headlines_below(piece: Piece, end: int) -> list[Removed]:
    """The lines under a list heading up to the first true paragraph."""
    found: list[Removed] = []
    while len(found) < MAX_LINES_OF_LIST and end < len(piece.text):
        start = end + 1
        stop = line_end(piece.text, start)
        if stop is None:
            break
        line = piece.text[start:stop]
        end = stop
        if not line.strip():
            continue
        if not (is_headline(line) or _is_question_and_answer(line, piece.rules)):
            break
        found.append(Removed(start, stop, piece.rule.reason))
    return found


def _is_question_and_answer(line: str, rules: Rules) -> bool:
    """Whether a headline has two clauses: "Truce or pause? Five questions answered"."""
    clauses = QUESTION.split(line.strip())
    if len(clauses) != 2 or len(line) > 2 * MAX_CLAUSE or is_said(line, rules):
        return False
    asked, answered = clauses
    capital = is_caseless(answered) or not answered[0].islower()
    return capital and len(asked) <= MAX_CLAUSE and is_headline(asked[:-1]) and is_headline(answered)


def address(piece: Piece) -> list[Removed]:
    """A label and nothing but addresses of the web or names of accounts, up to the end of the line."""
    end = line_end(piece.text, piece.after, MAX_KEYS)
    start = ADDRESSES.match(piece.text, piece.after)
    if piece.line is None or end is None or start is None or start.end() >= end:
        return []
    named = piece.text[start.end() : end].split()
    holds = len(named) <= MAX_ADDRESSES and all(
        HANDLE.fullmatch(name) or is_address(name, piece.rules) for name in named
    )
    return piece.removed(end) if holds else []


def _is_outlet(rest: str, piece: Piece) -> bool:
    """Whether a source or credit goes on with the name of an outlet and nothing more."""
    if piece.rule.reason not in ("source", "photo-credit") or len(rest.split()) > 4:
        return False
    core = rest.rstrip(".")
    return QUOTED_NAME.search(core) is not None or is_agency(core, piece.rules)


def keys(piece: Piece) -> list[Removed]:
    """A label, a colon and keywords: "Tags: ferry, port", near an edge of the article."""
    colon = SEPARATOR.match(piece.text, piece.after)
    end = line_end(piece.text, piece.after, MAX_KEYS)
    near = piece.start < EDGE or len(piece.text) - piece.after < EDGE
    if piece.line is None or colon is None or end is None or not near:
        return []
    rest = piece.text[colon.end() : end]
    holds = not LIST_STOP.search(rest) and not is_said(rest, piece.rules) and rest[0] not in '«"“„'
    return piece.removed(end) if holds else []


def headline(piece: Piece) -> list[Removed]:
    """A label and the headline of something else on one line: "Video: The well that never ran dry". On the
    first line it is the headline of this article."""
    colon = SEPARATOR.match(piece.text, piece.after)
    end = line_end(piece.text, piece.after, MAX_KEYS)
    if not piece.line or colon is None or end is None:
        return []
    title = piece.text[colon.end() : end].strip()
    few = is_caseless(title) and len(title.split()) > 8
    return piece.removed(end) if is_headline(title) and not few and not is_said(title, piece.rules) else []
