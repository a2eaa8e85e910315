"""What stands after the last sentence of a line: an address, an agency, the names of the desk."""

import re
from collections.abc import Iterator

from newstance.corpus.clean.rules import Removed, Rules, fold, letters
from newstance.corpus.clean.shape import is_agency, is_credit, is_name_list, is_said, sentence_end
from newstance.corpus.clean.whole import ADDRESS, DESK, is_signature, opens_button, row_of_words

MAX_END, MAX_NOTE, MAX_LINE, MAX_CAPTION = 90, 160, 260, 200
MIN_CAPTION_WORDS = 5
MAX_CHANNEL_WORDS = 4
KEY = re.compile(r"#[\w-]+[,;]?")
CHANNEL = re.compile(
    r"\W*(?P<name>[^\W_][^\n.|•·!?]{1,40}?)[ \t]*[.|•·!/][ \t\W]*(?P<button>[^\W\d_]+(?: [^\W\d_]+){0,3})\W*"
)
CREDITS = ("photo-credit", "source", "byline")
QUOTES = '«"“„'
LAST_STOP = re.compile(r".*[.!?…»\"”][ \t]+(?=\S)", re.S)
# A sign that an address, an agency or a list of names has and few sentences have: saves the costly match.
MAY_END = re.compile(r"[/(—–]|--|\w[ \t]?\.\w+$|- ?\w+$")
AGENCY = re.compile(r"(?P<open>\(|/|[-–—]{1,2}[ \t]*)(?P<name>[^()/\n–—]{2,30})[)/]?\.?")
# "Jane Doe / AFP", "© Jane Doe / dpn": a credit without a label.
CREDIT_AT_END = re.compile(
    r"(?:[(\[](?P<inside>[^()\[\]\n]{2,60})[)\]]|(?:©|(?<=[.!?] ))[ \t]*(?P<after>[^\n©.!?;:]{3,60}))$"
)
CREDIT_LINE = re.compile(r"(?:©\s*)?(?P<names>[^\n:;!?]{3,60})")


def find_ends(text: str, lines: list[tuple[int, int]], rules: Rules) -> Iterator[Removed]:
    """Removals after the last stop of each line, and lines that are a credit without a label."""
    for number, (start, end) in enumerate(lines):
        is_last = number == len(lines) - 1
        signed = end - start <= MAX_LINE and (
            "/" in text[start:end] or "©" in text[start:end] or text[end - 1] in ")]"
        )
        if signed and (credit := _credit(text, start, end, is_last, rules)):
            yield credit
            continue
        if number >= len(lines) - 2 and number and (reason := _reason_of_last_line(text[start:end], rules)):
            yield Removed(start, end, reason)
            continue
        first = _last_sentence(text, start, end)
        if first == start and number < len(lines) - 3:
            continue
        reason = _reason_of_tail(text, first, end, (number >= len(lines) - 3, is_last, first > start), rules)
        if reason == "photo-credit" and number < 2 and not is_last and _is_one_sentence(text, start, first):
            yield Removed(start, end, "caption")
        elif reason:
            yield Removed(first, end, reason)


def _reason_of_last_line(line: str, rules: Rules) -> str | None:
    """Why a short last line is no text: an agency in brackets or strokes, words with # only, or the name of
    a channel with a button ("Port News. Subscribe")."""
    if len(line) > MAX_END:
        return None
    if line[0] in "(/" and (agency := AGENCY.fullmatch(line)):
        return "source" if fold(agency["name"]).strip() in rules.words["agencies"] else None
    if line[0] == "#":
        return "social" if all(KEY.fullmatch(word) for word in line.split()) else None
    if line[-1] in ".!?":
        return None
    channel = CHANNEL.fullmatch(line)
    if channel is None or letters(channel["button"]) not in rules.words["subscribe"]:
        return None
    name = channel["name"]
    few = len(name.split()) <= MAX_CHANNEL_WORDS and not name[0].islower() and not is_said(name, rules)
    return "social" if few else None


def _last_sentence(text: str, start: int, end: int) -> int:
    """Where the last sentence of a line begins; the start of the line if it is the only one near its end."""
    stop = LAST_STOP.match(text, max(start, end - MAX_NOTE), end - 1)
    return stop.end() if stop else start


def _reason_of_tail(
    text: str, first: int, end: int, place: tuple[bool, bool, bool], rules: Rules
) -> str | None:
    """Why the last sentence of a line is no text; ``place`` is whether it stands in the last lines, in the
    last one, and after another sentence of its line."""
    near_end, is_last, follows = place
    tail = text[first:end]
    if len(tail) > MAX_NOTE or tail[0] in QUOTES:
        return None
    if near_end and (reason := _reason_of_ending(tail, rules)):
        return reason
    if not follows or len(tail) > MAX_END:
        return None
    if opens_button(tail, rules) and (reason := _buttons(tail, rules)):
        return reason
    return _reason_of_end(tail, is_last, rules) if MAY_END.search(tail) else None


def _reason_of_ending(tail: str, rules: Rules) -> str | None:
    lowered = tail.rstrip(" .!)").lower()
    return next((rules.endings[phrase] for phrase in rules.endings if lowered.endswith(phrase)), None)


def _buttons(tail: str, rules: Rules) -> str | None:
    """The reason of a credit without a name, or of two or more buttons that run on: "Share Tweet Print"."""
    words = letters(tail)
    if words in rules.lines:
        return rules.lines[words] if " " in words and rules.lines[words] in CREDITS else None
    return None if tail[-1] in ".!?" else row_of_words(words.split(), rules)


def _is_one_sentence(text: str, start: int, first: int) -> bool:
    lead = text[start:first].strip(" \t(")
    return (
        0 < len(lead) <= MAX_CAPTION
        and lead[0] not in QUOTES
        and sentence_end(lead, 0, MAX_CAPTION) == len(lead)
    )


def _credit(text: str, start: int, end: int, is_last: bool, rules: Rules) -> Removed | None:
    """A line that is a credit without a label, or a caption that ends with one."""
    if end - start <= MAX_END and _is_bare_credit(text, start, end, rules):
        return Removed(start, end, "photo-credit")
    sign = CREDIT_AT_END.search(text, start, end)
    if sign is None or is_last:
        return None
    names = (sign["inside"] or sign["after"]).strip()
    # "(Reuters)" after a full stop tells where the text is from; without one the line is no sentence.
    alone = "/" not in names and text[sign.start()] != "©"
    lead = text[start : sign.start()].split()
    if alone and (not sign["inside"] or len(lead) < MIN_CAPTION_WORDS or lead[-1][-1] in '.!?…»”"'):
        return None
    named = is_agency(names.split("/")[-1], rules) or is_agency(names.split("/")[0], rules)
    if not named or not is_credit(names, rules) or not _is_one_sentence(text, start, sign.start()):
        return None
    return Removed(start, end, "caption")


def _reason_of_end(tail: str, is_last: bool, rules: Rules) -> str | None:
    if "." in tail and " " not in tail and (address := ADDRESS.fullmatch(tail)):
        top = address["top"]
        return "domain" if top is None or (top in rules.words["top_domains"] and tail[0].islower()) else None
    agency = AGENCY.fullmatch(tail)
    if agency and fold(agency["name"]).strip() in rules.words["agencies"]:
        return "source"
    desk = is_last and (DESK.fullmatch(tail) is not None or ("/" in tail and is_signature(tail, True, rules)))
    return "byline" if desk else None


def _is_bare_credit(text: str, start: int, end: int, rules: Rules) -> bool:
    """Whether a line has the sign © or a stroke, and names, an agency's among them; not after a quotation, to
    which it may be the signature."""
    credit = CREDIT_LINE.fullmatch(text, start, end)
    if credit is None or not (text[start] == "©" or "/" in credit["names"]):
        return False
    names = credit["names"]
    parts = [part.strip() for part in names.split("/")]
    quoted = text[:start].rstrip(" \t\n*_")[-1:] in ("»", "”", '"') if start < 2000 else False
    if quoted:
        return False
    if text[start] == "©" and (is_name_list(names, rules) or names.strip() == "DR"):
        return True
    return is_credit(names, rules) and any(is_agency(part, rules) for part in parts)
