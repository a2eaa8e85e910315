"""Credits: who took the picture, wrote or edited, where a text is from; and the caption before a credit."""

import re

from newstance.corpus.clean.rules import Removed, Rules, fold, letters
from newstance.corpus.clean.shape import (
    QUOTED_NAME,
    Piece,
    glued_end,
    is_agency,
    is_caseless,
    is_credit,
    is_name_list,
    is_said,
    line_end,
    sentence_end,
)
from newstance.corpus.clean.whole import ADDRESS

DASH = re.compile(r"[ \t]+[–—-][ \t]+")
COLON_SIGN = re.compile("[:：]")
COLON = re.compile(r"[ \t]{0,2}(?:\(\d{1,2}\)[ \t]?)?[:：][ \t]*")
MAX_CAPTION, MAX_LEAD = 200, 220
EDGE = 700


def credit(piece: Piece) -> list[Removed]:
    """A label with a colon and names."""
    if piece.rule.reason == "byline" and piece.line is None and piece.text[piece.start - 1] != "（":
        return []
    colon = COLON.match(piece.text, piece.after)
    if colon:
        return credit_after(piece, colon.end())
    return _bracketed(piece, piece.after) or _without_colon(piece)


def _without_colon(piece: Piece) -> list[Removed]:
    """A whole line "Source AFP", "Photo — Jane Doe": an agency, or names after a dash, and no full stop."""
    text, rules = piece.text, piece.rules
    end = line_end(text, piece.after, 100)
    dash = DASH.match(text, piece.after)
    if piece.line is None or end is None or text[piece.after : end].rstrip().endswith((".", "!", "?")):
        return []
    names = text[dash.end() if dash else piece.after : end].strip()
    if dash and not is_caseless(names):
        holds = is_credit(names, rules) and (is_agency(names, rules) or is_name_list(names, rules))
    else:
        holds = fold(names) in rules.words["agencies"]
    return piece.removed(end) if holds else []


def names(piece: Piece) -> list[Removed]:
    """A label without a colon, whole names after it."""
    return _bracketed(piece, piece.after) or _listed(piece)


def _listed(piece: Piece) -> list[Removed]:
    text = piece.text
    for end in (line_end(text, piece.after, 300), sentence_end(text, piece.after, 300)):
        if end is not None and _are_names(piece, text[piece.after : end]):
            opens = not text[: piece.start].count("\n") if piece.start < MAX_LEAD else False
            return with_caption(piece, end) if opens else piece.removed(end)
    return []


def _are_names(piece: Piece, rest: str) -> bool:
    """Whether ``rest`` is whole names; on a line of its own also an address or one name of an outlet."""
    if is_name_list(rest, piece.rules) and not is_caseless(rest):
        return True
    core = rest.strip().rstrip(".")
    if piece.line is None or not core or is_said(core, piece.rules):
        return False
    outlet = is_agency(core, piece.rules) and len(core.split()) <= 3 and not core[0].islower()
    return outlet or ADDRESS.fullmatch(core) is not None or QUOTED_NAME.fullmatch(core) is not None


def _bracketed(piece: Piece, after: int) -> list[Removed]:
    """ "(Photo: …)": the bracket goes, and a stop after it. Without a colon an agency or a known phrase must
    stand there, as "(video jockey)" is text."""
    text, rules = piece.text, piece.rules
    opening = max(text.rfind(sign, max(0, piece.start - 6), piece.start) for sign in "(（")
    if opening < 0:
        return []
    closing = text.find(")" if text[opening] == "(" else "）", after, after + 200)
    if closing < 0:
        return []
    inside = text[after:closing]
    if "\n" in inside or is_said(inside, rules):
        return []
    named = (
        is_credit(inside, rules) if COLON_SIGN.search(text, after - 2, after) else is_agency(inside, rules)
    )
    listed = is_name_list(inside, rules) and not (is_caseless(inside) and len(inside.split()) > 3)
    if not (named or listed or letters(text[opening:closing]) in rules.lines):
        return []
    end = closing + 1
    if ":" in text[opening:after] and _follows_first_sentence(piece, opening, end):
        return piece.removed(end, text.rfind("\n", 0, opening) + 1, "caption")
    if text[end : end + 1].isupper() and piece.line is None:
        return with_caption(piece, end)
    if _closes_caption(piece, opening, end):
        return piece.removed(end, text.rfind("\n", 0, opening) + 1, "caption")
    return piece.removed(end + (text[end : end + 1] == "." and piece.line is not None), opening)


def _follows_first_sentence(piece: Piece, opening: int, end: int) -> bool:
    """Whether a credit in brackets follows the one sentence of the first line, with an article below: then
    the line is the caption of the picture above it, as without the brackets."""
    text = piece.text
    if piece.rule.reason != "photo-credit" or opening > MAX_CAPTION or text[end : end + 1] != "\n":
        return False
    lead = text[:opening].strip()
    ended = bool(lead) and "\n" not in lead and lead[-1] in ".…" and lead[0] not in '«"“„'
    return ended and sentence_end(lead, 0, MAX_CAPTION) == len(lead) and not is_said(lead, piece.rules)


def _closes_caption(piece: Piece, opening: int, end: int) -> bool:
    """Whether a credit in brackets ends a line that is no sentence: "A swan on a road (Photo: J. Doe)"."""
    text = piece.text
    first = text.rfind("\n", max(0, opening - MAX_CAPTION), opening) + 1
    lead = text[first:opening].strip()
    near = opening - first <= MAX_CAPTION and (first > 0 or opening <= MAX_CAPTION)
    ended = not lead or lead[-1] in '.!?…:»”",' or sentence_end(lead, 0, MAX_CAPTION) != len(lead)
    own = piece.rule.reason == "photo-credit" and text[end : end + 1] in ("", "\n")
    # A headline may end with "(video)", a caption with "(Archivfoto)".
    label = letters(text[opening:end])
    credited = ":" in text[opening:end] or (label in piece.rules.lines and len(label) >= 7)
    return own and credited and near and not ended and not is_said(lead, piece.rules) and " " in lead


def credit_after(piece: Piece, start: int) -> list[Removed]:
    """The credit whose names begin at ``start``, with the caption before it, if it has one."""
    bracketed = _bracketed(piece, start)
    if bracketed:
        return bracketed
    text, rules = piece.text, piece.rules
    end = line_end(text, start, 150)
    if end is not None and (is_credit(text[start:end], rules) or ADDRESS.fullmatch(text, start, end)):
        return with_caption(piece, end)
    end = glued_end(text, start, rules) or _agency_end(text, start, rules)
    if end is None:
        end = _stopped_end(piece, start)
    return with_caption(piece, end) if end is not None else []


def _stopped_end(piece: Piece, start: int) -> int | None:
    """The full stop after the names, where the line goes on: they must be two words, or an agency's name."""
    text, rules = piece.text, piece.rules
    stop = sentence_end(text, start, 100)
    if stop is None or not is_credit(text[start:stop], rules) or is_caseless(text[start:stop]):
        return None
    name = text[start:stop]
    doubtful = piece.rule.reason == "source" or name[0] in '«"“„' or len(name.split()) < 2
    return None if doubtful and not is_agency(name, rules) else stop


def _agency_end(text: str, start: int, rules: Rules) -> int | None:
    """The end of a known agency's name that stands at ``start``, if a new sentence follows it."""
    words = list(re.finditer(r"\S+", text[start : start + 60]))[:4]
    for count in range(min(3, len(words) - 1), 0, -1):
        name = text[start : start + words[count - 1].end()]
        if fold(name).strip(" .") in rules.words["agencies"]:
            return None if words[count].group()[0].islower() else start + len(name)
    return None


def with_caption(piece: Piece, end: int) -> list[Removed]:
    """The credit, and the single sentence before it on its line, which is the caption of the picture."""
    if piece.rule.reason != "photo-credit" or piece.line is not None:
        return piece.removed(end)
    text = piece.text
    first = text.rfind("\n", max(0, piece.start - MAX_LEAD), piece.start) + 1
    lead = text[first : piece.start].strip()
    opens_text = first <= MAX_LEAD and not text[:first].strip()
    whole_line = text[end : end + 1] in ("", "\n")
    too_long = not first and piece.start > MAX_LEAD
    closes_text = whole_line and len(text) - end <= MAX_LEAD and not text[end:].strip()
    if too_long or not lead or closes_text or not (opens_text or whole_line):
        return piece.removed(end)
    stop = sentence_end(text, first, MAX_LEAD)
    one_sentence = stop is not None and not text[stop : piece.start].strip(" ([")
    return piece.removed(end, first, "caption") if one_sentence else piece.removed(end)


def byline(piece: Piece) -> list[Removed]:
    """A whole line of names near an edge of the article."""
    end = line_end(piece.text, piece.after, 150)
    if piece.line is None or end is None or not (piece.start < EDGE or len(piece.text) - end < EDGE):
        return []
    rest = piece.text[piece.after : end].strip()
    if rest.endswith(".") and len(piece.text) - end < 3 and len(rest.split()) <= 3:
        rest = rest[:-1]
    holds = is_name_list(rest, piece.rules) and len(rest.split()) <= 8 and rest[-1] not in ".!?…:"
    return piece.removed(end) if holds else []


def caption(piece: Piece) -> list[Removed]:
    """A colon and a single clause, on a line of its own; with a full stop it must not tell of a saying."""
    colon = COLON.match(piece.text, piece.after)
    end = line_end(piece.text, piece.after, MAX_CAPTION)
    if piece.line is None or colon is None or end is None:
        return []
    rest = piece.text[colon.end() : end].rstrip()
    if not rest or (rest[-1] in '.!?…»”"' and is_said(rest, piece.rules)):
        return []
    stop = sentence_end(piece.text, colon.end(), MAX_CAPTION)
    return piece.removed(end) if stop is not None and not piece.text[stop:end].strip() else []
