"""What stands after the last sentence of a line: an address, an agency, the names of the desk."""

import re
from collections.abc import Iterator

from newstance.corpus.clean_rules import Removed, Rules, fold
from newstance.corpus.clean_shape import is_agency, is_credit
from newstance.corpus.clean_whole import ADDRESS, is_signature

MAX_END = 90
LAST_STOP = re.compile(r".*[.!?…»\"”][ \t]+(?=\S)", re.S)
# A sign that an address, an agency or a list of names has and few sentences have: saves the costly match.
MAY_END = re.compile(r"[/(—–]|--|\w[ \t]?\.\w+$|- ?\w+$")
AGENCY = re.compile(r"(?P<open>\(|/|[-–—]{1,2}[ \t]*)(?P<name>[^()/\n–—]{2,30})[)/]?\.?")
# "Jane Doe / AFP", "© Jane Doe / dpn": a credit without a label.
CREDIT_LINE = re.compile(r"(?:©\s*)?(?P<names>[^\n:;!?]{3,60})")


def find_ends(text: str, lines: list[tuple[int, int]], rules: Rules) -> Iterator[Removed]:
    """Removals after the last stop of each line, and lines that are a credit without a label."""
    for number, (start, end) in enumerate(lines):
        is_last = number == len(lines) - 1
        if (
            end - start <= MAX_END
            and text[start:end].count("/") + (text[start] == "©")
            and _is_bare_credit(text, start, end, rules)
        ):
            yield Removed(start, end, "photo-credit")
            continue
        window = max(start, end - MAX_END)
        if not MAY_END.search(text, window, end):
            continue
        stop = LAST_STOP.match(text, window, end)
        if stop and (reason := _reason_of_end(text[stop.end() : end], is_last, rules)):
            yield Removed(stop.end(), end, reason)


def _reason_of_end(tail: str, is_last: bool, rules: Rules) -> str | None:
    if "." in tail and " " not in tail and (address := ADDRESS.fullmatch(tail)):
        top = address["top"]
        return "domain" if top is None or (top in rules.words["top_domains"] and tail[0].islower()) else None
    agency = AGENCY.fullmatch(tail)
    if agency and fold(agency["name"]).strip() in rules.words["agencies"]:
        return "source"
    return "byline" if is_last and "/" in tail and is_signature(tail, True) else None


def _is_bare_credit(text: str, start: int, end: int, rules: Rules) -> bool:
    """Whether a line has the sign © or a stroke, and names, an agency's among them; not after a quotation, to
    which it may be the signature."""
    credit = CREDIT_LINE.fullmatch(text, start, end)
    if credit is None or not (text[start] == "©" or "/" in credit["names"]):
        return False
    names = credit["names"]
    parts = [part.strip() for part in names.split("/")]
    quoted = text[:start].rstrip(" \t\n*_")[-1:] in ("»", "”", '"') if start < 2000 else False
    return is_credit(names, rules) and any(is_agency(part, rules) for part in parts) and not quoted
