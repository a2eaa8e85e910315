"""The dateline of an agency: "MOSCOW, Feb 24 (Reuters) —", "Berlin (dpa) -", "Київ. 12 травня. УНН."

It tells where and when a report was filed. It is no sentence, but it is worth keeping: the cleaner hands it
on as metadata. A dateline is read part by part (place, state, date, agency, reporter) from the start of a
line; which parts together make one, and which sign has to close them, is said in ``_holds``.
"""

import re
from dataclasses import dataclass, replace

from newstance.corpus.clean.rules import Removed, Rules, fold
from newstance.corpus.clean.shape import is_agency, is_caseless, is_name_list
from newstance.corpus.clean.stamps import TIME, date_end

MAX_HEADS, MAX_DATELINE, MAX_PARTS = 5, 140, 5
MIN_REST = 40
LETTERS = r"[^\W\d_ـ][^\W\d_'’ـ]*"
PLACE = re.compile(
    rf"(?:(?:г|с|м|пос|St|Ste|ST)\. ?)?{LETTERS}"
    rf"(?:(?:[ -]| (?:de|del|la|am|on|sur|an der|upon) ){LETTERS}){{0,3}}(?:/{LETTERS})?"
)
REGION = re.compile(r"[^\W\d_][^\W\d_. ]{0,14}(?: [^\W\d_]{3,12})?\.?(?:[^\W\d_]\.)?")
BRACKET = re.compile(r"\(([^()\n]{2,60})\)|/ ?([^/\n]{2,40}?) ?/|\[([^\[\]\n]{2,40})\]")
QUOTED = re.compile(r"[«\"“]([^«»\"“”\n]{2,30})[»\"”]")
WORD = r"[^\W\d_ـ](?:[^\W_ـ]|-)*"
AGENCY = re.compile(
    rf"(?:[Кк]орр?\. )?[«\"“]?{WORD}(?:\.(?:ru|com|ua|org))?(?: {WORD}){{0,3}}[»\"”]?"
    r"(?=[ \t]*(?:[-–—_ـ,.:|]|$))",
    re.I,
)
REPORTER = re.compile(r"[^\n.–—:]{5,40}")
GAP = re.compile(r"[ \t]*(?:[,.،:|]|[-–—ـ]{1,3})?[ \t]*")
CLOSE = re.compile(
    r"\.?[ \t]*(?P<dash>[-–—_ـ]{1,3})(?=\W|$)|(?P<stop>[.,]?[ \t]*[.:|])(?=\s|$)|(?P<end>[ \t]*$)"
)
GLUED = re.compile(r"(?<=\))\.?[-–—_]{1,3}|(?<=\W\.)[-–—]")
NOTHING = re.compile(r"(?P<bracket>)(?=[ \t]|$|[A-Z])")
SPEAKER = re.compile(r"^[^\W\d_a-zа-яё][^\na-zа-яё]{3,30}(?:, [\w. ]{2,20})?[ \t]*[–—:-]", re.M)
CYRILLIC = re.compile("[\u0400-\u04ff]")
# What closes a dateline or a part of one: most first sentences have it not, which saves the reading.
HINT = re.compile(r"[ .)][-–—_]|[-–—_ـ] |[(/\[|:]|\.[ \t]|-[^\W\d_]{2,12}$")
MAX_HEAD = 70
GUESS, LOOKS, LISTED = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Head:
    """The parts read so far: the place as written, the agency as sure as GUESS to LISTED."""

    place: str = ""
    region: bool = False
    date: bool = False
    agency: int = 0
    in_signs: bool = False

    @property
    def in_capitals(self) -> bool:
        """Whether the place is written in capitals, as agencies do."""
        return self.place.isupper() and len(self.place) >= 3 and not is_caseless(self.place)


def find_dateline(text: str, starts: list[int], rules: Rules) -> Removed | None:
    """The dateline that opens one of the first lines, as a removal with reason "dateline"."""
    for number, start in enumerate(starts[:MAX_HEADS]):
        line = text[start : start + MAX_DATELINE + MIN_REST].split("\n")[0]
        # "Homs, 5 August, SANA" alone on its line has no such sign.
        hinted = HINT.search(line, 0, MAX_HEAD) or (len(line) <= MAX_HEAD and line.count(",") >= 2)
        if not line or line[0].islower() or not hinted:
            continue
        end, head = _read(line, number, rules)
        # A name in capitals before each of several paragraphs is a speaker, or a sign of the zodiac.
        if end and (head.date or head.agency or len(SPEAKER.findall(text[:6000])) <= 1):
            return Removed(start, start + end, "dateline")
    return None


def _read(line: str, number: int, rules: Rules) -> tuple[int, Head]:
    """The length of the dateline that ``line`` begins with, 0 if it begins with none, and its parts."""
    head, position, best = Head(), 0, (0, Head())
    for _ in range(MAX_PARTS):
        part = _next_part(line, position, head, rules)
        if part is None or part[0] > MAX_DATELINE:
            break
        end, head = part
        close = GLUED.match(line, end) or CLOSE.match(line, end)
        if close is None and head.in_signs and line[end - 1] in ")/]":
            close = NOTHING.match(line, end)
        if close is not None and _holds(head, close, number):
            best = close.end(), head
        gap = GAP.match(line, end)
        position = end if gap is None else gap.end()
    return best


def _town_and_agency(place: str) -> tuple[str, str, str]:
    """ "Damascus-SANA" in its town, sign and agency; the last two empty where there is none."""
    town, sign, agency = re.fullmatch(r"(.*?)(?:([-/])([^-/]+))?", place).groups("")  # type: ignore[union-attr]
    return town, sign, agency


def _next_part(line: str, position: int, head: Head, rules: Rules) -> tuple[int, Head] | None:
    """The end of the part at ``position`` and the head with it; None if there is no part of a dateline."""
    if bracket := BRACKET.match(line, position):
        inside = _bracket(next(group for group in bracket.groups() if group), head, rules)
        return (bracket.end(), inside) if inside else None
    if not head.date and (end := date_end(line, position, rules)):
        return end, replace(head, date=True)
    if head.date and (time := TIME.match(line, position)):
        return time.end(), head
    if position and line[:position].rstrip()[-1:] not in tuple("-–—ـ,.،|/"):
        agency = AGENCY.match(line, position) if head.place and head.date and not head.agency else None
        if agency and _sure(agency.group(), rules) == LISTED:
            return agency.end(), replace(head, agency=LISTED, in_signs=False)
        return _place(line, position, head, rules) if not head.agency else None
    agency = AGENCY.match(line, position)
    after_dash = head.place and line[:position].rstrip()[-1:] in tuple("-–—")
    if agency is None and after_dash:
        agency = QUOTED.match(line, position)
    sure = _sure(agency.group(), rules) if agency and not head.agency else 0
    if agency and (sure >= LOOKS or (sure and head.place and (after_dash or head.date))):
        return agency.end(), replace(head, agency=sure, in_signs=False)
    if head.agency and head.in_signs and not head.place and line[:position].rstrip()[-1:] in tuple("-–—"):
        return _place_and_date(line, position, head, rules)
    if head.agency and (head.place or head.in_signs):
        return _reporter(line, position, head, rules)
    return _place(line, position, head, rules)


def _reporter(line: str, position: int, head: Head, rules: Rules) -> tuple[int, Head] | None:
    names = REPORTER.match(line, position)
    listed = names is not None and line[:position].rstrip()[-1:] == "," and not is_caseless(names.group())
    return (names.end(), head) if names and listed and is_name_list(names.group(), rules) else None


def _place_and_date(line: str, position: int, head: Head, rules: Rules) -> tuple[int, Head] | None:
    """What follows an agency that comes first: "(ANSA) - ROMA, 12 MAR -"; a place without a date is text."""
    place = _place(line, position, head, rules)
    gap = GAP.match(line, place[0]) if place else None
    end = date_end(line, gap.end(), rules) if gap else 0
    return (end, replace(place[1], date=True)) if place and end else None


def _place(line: str, position: int, head: Head, rules: Rules) -> tuple[int, Head] | None:
    """A place, or after it on the other side of a comma the state or country."""
    if head.place:
        region = REGION.match(line, position)
        comma = line[:position].rstrip()[-1:] == ","
        if region is None or head.region or head.date or not comma or region.group()[0].islower():
            return None
        return region.end() - region.group().endswith("."), replace(head, region=True)
    place = PLACE.match(line, position)
    if place is None or place.group()[0].islower() or len(place.group()) > 40:
        return None
    first, *others = re.split("[ -]", fold(place.group()))
    # "Monday" and "Source" are no places, "Le Mans" is one.
    is_stamp = first in rules.words["stamps"] and (not others or len(first) > 3)
    if is_stamp or any(label.pattern.match(line, position) for label in rules.by_word.get(first, ())):
        return None
    town, sign, agency = _town_and_agency(place.group())
    if sign and fold(agency) in rules.words["agencies"]:
        return position + len(town) + (sign == "/"), replace(head, place=town)
    is_name = all(word[0].isupper() or len(word) <= 4 for word in place.group().split())
    few = len(place.group().split()) <= 3
    return (
        (place.end(), replace(head, place=place.group())) if few and (is_name or is_caseless(town)) else None
    )


def _bracket(inside: str, head: Head, rules: Rules) -> Head | None:
    """The head with what stands in brackets: an agency, perhaps with place, date or reporter; a time."""
    parts = [part.strip() for part in re.split(r"[,/]", inside) if part.strip()]
    if TIME.fullmatch(inside.strip()):
        return replace(head, date=True)
    if not parts or len(inside.split()) > 6 or head.agency:
        return None
    dated = head.date or any(date_end(part, 0, rules) == len(part) for part in parts)
    sure = max(_sure(part, rules, True) for part in parts)
    if not sure and not head.place and head == Head() and inside.istitle() and len(inside.split()) <= 2:
        return replace(head, place=inside, in_signs=True)
    if not sure and head.place and all(map(_is_name, parts)):
        sure = GUESS
    return replace(head, agency=sure, date=dated, in_signs=True) if sure else None


def _is_name(part: str) -> bool:
    """Whether a part in brackets may name an outlet: one to three words, the first with a capital."""
    return len(part.split()) <= 3 and part[0].isalpha() and not part[0].islower()


def _sure(name: str, rules: Rules, in_signs: bool = False) -> int:
    """How sure a name is that of an agency; without brackets around it must be in capitals or quotes."""
    name = re.sub(r"^[Кк]орр?\. ", "", name.strip())
    if fold(name).strip(' «»"“”.') in rules.words["agencies"]:
        return LISTED
    words = name.split()
    if len(words) <= 5 and (is_agency(name, rules) or fold(words[0]) in rules.words["agencies"]):
        named = is_caseless(name) or all(not word[0].islower() for word in words)
        return LOOKS if named or in_signs else 0
    if not in_signs and (name[0] in '«"“' or _looks_bare(words)):
        return GUESS
    short = name.isalpha() and len(name) <= 5 and (name.isupper() or name.islower())
    return GUESS if in_signs and short else 0


def _looks_bare(words: list[str]) -> bool:
    """Whether words without brackets may name an agency: in capitals, with a capital inside, or two or three
    that all begin with one ("AHZ", "УкрАгро", "Степной Край")."""
    if not all(word[0].isupper() for word in words) or len(words) > 3:
        return False
    inner = sum(letter.isupper() for letter in words[0]) > 1
    return len(words) > 1 or (inner and len(words[0]) >= 3)


def _holds(head: Head, close: re.Match[str], number: int) -> bool:
    """Whether the parts make a dateline, given the sign that closes them and the number of its line.

    A place is not enough, as "Moscow, Idaho" and "London — a city" are text.
    """
    rest = close.string[close.end() :].strip()
    dash = close.lastgroup in ("dash", None)
    if rest[:1].islower() and not (dash and head.agency >= LOOKS and (head.date or head.in_capitals)):
        return False
    if close.lastgroup == "end" and not re.search("[-–—ـ]", close.string[: close.start()]):
        return bool(head.agency == LISTED and head.date and head.place)
    opens = number < 2 and len(rest) >= MIN_REST
    if head.agency >= LOOKS:
        return _holds_agency(head, close, dash, opens)
    if head.agency == GUESS and head.place:
        return _holds_guess(head, close, dash, opens)
    if close.lastgroup in ("end", "bracket") or head.agency or not (head.place or head.date):
        return False
    if head.in_signs:
        return dash and opens
    if head.date:
        stop = head.in_capitals and close.lastgroup == "stop"
        return bool(head.place) and ((dash and head.in_capitals) or (opens and (dash or stop)))
    # "HIV/AIDS: what is known" is no place.
    town = head.in_capitals and len(head.place) >= 5 and "/" not in head.place
    written = opens and town and not CYRILLIC.search(head.place)
    return written and (dash or close.group() == ":")


def _holds_agency(head: Head, close: re.Match[str], dash: bool, opens: bool) -> bool:
    """Whether a known agency, or a name like one, closes a dateline: with a place or date any sign does."""
    kind, listed = close.lastgroup, head.agency == LISTED
    if kind == "bracket":
        told = not head.place or head.in_capitals or head.date
        return close.string[close.end() - 1] in "/]" or (told and (listed or head.date)) or opens
    if not head.place and not head.date:
        if listed and head.in_signs and kind == "stop":
            return opens and close.string[0] == "/"
        return dash and (head.in_signs or (listed and opens))
    return head.in_signs or head.date or dash or listed or kind == "end" or opens


def _holds_guess(head: Head, close: re.Match[str], dash: bool, opens: bool) -> bool:
    """Whether a short unknown name in brackets, or one in quotation marks, is that of the agency."""
    kind, inside = close.lastgroup, BRACKET.search(close.string, 0, close.start() + 1)
    name = inside.group()[1:-1] if inside else ""
    if not head.in_signs and kind == "end":
        return close.string[close.start() - 1] in '"»”'
    if not head.in_signs:
        return opens and (head.date or dash or close.group() == ":")
    short = name.isalpha() and len(name) <= 5
    if short and (head.date or (head.in_capitals and len(head.place) >= 5)):
        return kind != "bracket" or opens
    return opens and (dash or (kind == "stop" and short))
