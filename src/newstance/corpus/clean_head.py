"""The head of an article: a headline printed twice, and the dateline of an agency.

A dateline ("MOSCOW, Feb 24 (Reuters) —") tells where and when a report was filed. It is no sentence, but it
is worth keeping: the cleaner hands it on as metadata.
"""

import re

from newstance.corpus.clean_rules import Removed, Rules, fold
from newstance.corpus.clean_shape import is_agency, is_name_list

MIN_GLUED, MIN_SPACED, MAX_HEADLINE = 12, 20, 300
KEY = 10
MAX_COPIES = 4
DATELINE_LINES, MAX_DATELINE = 5, 140
CITY = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:[ -][^\W\d_][^\W\d_'’.-]*){0,3}(?:/[^\W\d_]+)?")
DATE = re.compile(
    r"(?P<day>\d{1,2})(?:-?\w{2})?[. ]{0,2}(?P<month>[^\W\d_]{3,12})\.?(?:,? \d{4})?(?: ?г\.| року| года)?"
    r"|(?P<month2>[^\W\d_]{3,12})\.? (?P<day2>\d{1,2})(?!\d)(?:, ?\d{4})?|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?"
)
GAP = re.compile(r"[ \t]*[,.،:]?[ \t]*")
IN_SIGNS = re.compile(
    r"\((?P<round>[^()\n]{2,40})\)|/(?P<slash>[^/\n]{2,40})/|\[(?P<square>[^\[\]\n]{2,40})\]"
)
DASH = re.compile(r"[ \t]*(?:[-–—_]{1,3})[ \t]*")
CLOSE = re.compile(r"\.?[ \t]*(?:[-–—_:]{1,3}|\.)(?=\s|$)|\.?[ \t]*[-–—_]{1,3}|[ \t]*$", re.M)
ALONE = re.compile(r"(?P<place>[^\n]{2,40}?)(?P<dash>[ \t]*[-–—][ \t]*)(?P<agency>[^\n–—:]{2,30}?)[ \t]*")
# "CHARLESTON, S.C. (AP) —": a state or country between the place and the agency.
REGION = re.compile(r"[^\W\d_][^\W\d_. ]{0,14}\.?(?:[^\W\d_]\.)? \((?P<round>[^()\n]{2,40})\)")
PLACE_AND_NAME = re.compile(
    r"[^\W\d_][\w-]+(?: [^\W\d_][\w-]+){0,2}(?:,| [-–—]|\.) "
    r"(?P<name>[^\W\d_](?:[^\W\d_]| ){1,20}?)[ \t]*(?:[-–—:]+|\.(?=\s))"
)
AGENCY_CLOSE = re.compile(r"(?:\.(?:ru|com|ua)\b)?[ \t]*(?:[-–—]+|\.|$)", re.I)
NAME = re.compile(r"[^\n.–—]{2,60}")


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
    end = start + len(title.strip()) if title and title.strip() else start
    if end == start or not text.startswith(title.strip(), start) or not text[end : end + 1].isalpha():
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


def find_dateline(text: str, starts: list[int], rules: Rules) -> Removed | None:
    """The dateline that opens one of the first lines, as a removal with reason "dateline"."""
    for start in starts[:DATELINE_LINES]:
        end = _dateline_end(text[start : start + MAX_DATELINE].split("\n")[0], rules)
        if end:
            return Removed(start, start + end, "dateline")
    return None


def _dateline_end(line: str, rules: Rules) -> int:
    """The length of the dateline that ``line`` begins with, 0 if it begins with none.

    A place is not enough, as "Moscow, Idaho" and "London — a city" are text: an agency in brackets must
    follow that is known, or that comes after a date or a place in capitals; or a date and an agency.
    """
    if _is_place_and_agency(line, rules):
        return len(line)
    day = _date_end(line, 0, rules)
    position = GAP.match(line, day).end() if day else 0
    place = CITY.match(line, position)
    capitals = False
    if place and len(place.group()) <= 40 and len(place.group().split()) <= 3:
        capitals = place.group().isupper() and len(place.group()) >= 3
        position = GAP.match(line, place.end()).end()
    elif day or not line.startswith(("(", "/")):
        return 0
    dated = 0 if day else _date_end(line, position, rules)
    position = GAP.match(line, dated).end() if dated else position
    bracket = IN_SIGNS.match(line, position)
    if bracket is None and not (dated or day):
        bracket = REGION.match(line, position)
    if bracket:
        name = next(group for group in bracket.groups() if group)
        sure = bool(dated) or (capitals and _is_short_name(name, place.group(), rules))
        return _bracket_end(line, bracket, rules, sure)
    return _bare_end(line, dated or (position if day else 0), capitals, rules)


def _is_short_name(name: str, place: str, rules: Rules) -> bool:
    """Whether an unknown name in brackets after a place in capitals may be an agency's: "BERLIN (xyz)", and
    not the name in full of an abbreviation, "GIL (Global Interpreter Lock)"."""
    short = name.strip().isalpha() and len(name.strip()) <= 5 and (name.isupper() or name.islower())
    return is_agency(name, rules) or (short and len(place) >= 5) or (" / " in name and len(place) >= 5)


def _bracket_end(line: str, bracket: re.Match[str], rules: Rules, sure: bool) -> int:
    """Past "(Reuters) -", if the agency is sure or listed."""
    name = next(group for group in bracket.groups() if group)
    close = CLOSE.match(line, bracket.end())
    listed = fold(name).strip() in rules.words["agencies"] or (bracket.start() and is_agency(name, rules))
    if close is None or not (sure or listed) or len(name.split()) > 5:
        return 0
    if not sure and "." in line[: bracket.start()].rstrip()[-1:]:
        return 0
    return close.end() if close.group().strip() or close.end() == len(line) else 0


def _bare_end(line: str, dated: int, capitals: bool, rules: Rules) -> int:
    """Past "— Agency." or ". Agency." after a date, or past "PLACE, date —"."""
    if not dated:
        name = PLACE_AND_NAME.match(line)
        return name.end() if name and fold(name["name"]).strip() in rules.words["agencies"] else 0
    dash = DASH.match(line, dated)
    name = NAME.match(line, dash.end() if dash else GAP.match(line, dated).end())
    if name and _is_desk(name.group(), rules):
        close = AGENCY_CLOSE.match(line, name.end())
        return close.end() if close else 0
    return dash.end() if dash and capitals else 0


def _is_place_and_agency(line: str, rules: Rules) -> bool:
    """Whether the whole line is "Place – AGENCY"; without spaces at the dash the agency must be listed."""
    parts = ALONE.fullmatch(line)
    if parts is None or CITY.fullmatch(parts["place"]) is None or len(line.split()) > 7:
        return False
    agency = parts["agency"]
    if " - " in agency or agency.endswith("."):
        return False
    listed = fold(agency).strip() in rules.words["agencies"]
    return listed or (" " in parts["dash"] and not agency[0].islower() and is_agency(agency, rules))


def _is_desk(name: str, rules: Rules) -> bool:
    """Whether "Agency" or "Agency, Name Surname" stands there."""
    agency, _, reporter = name.partition(",")
    if len(agency.split()) > 4 or not is_agency(agency, rules):
        return False
    return not reporter or is_name_list(reporter, rules)


def _date_end(line: str, start: int, rules: Rules) -> int:
    """Past the date at ``start``, 0 if there is none; the month must be one of the rules' months."""
    date = DATE.match(line, start)
    if date is None:
        return 0
    month = date["month"] or date["month2"]
    return date.end() if month is None or fold(month).startswith(rules.months) else 0
