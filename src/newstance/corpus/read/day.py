"""The day that one text tells, in whatever way and language it is written.

Three numbers such as 05/04/2017 may mean several days; which one, ``dates`` decides by the column.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Literal, NamedTuple

from newstance.corpus.clean.rules import fold
from newstance.corpus.read.months import MONTH, day_of, gregorian_day, month_names

Order = Literal["day", "month", "year"]
Kind = Literal["dotted", "slashed", "short"]

FIRST_YEAR, LAST_YEAR = 1800, 2199
PIVOT = 69  # two-digit years as in POSIX strptime: 69 is 1969, 68 is 2068
HIDDEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
DASHES = re.compile("[\u2010-\u2015\u2212]")
TENS = "十"
CHINESE_DIGITS = {"○": 0, **{sign: number for number, sign in enumerate("〇一二三四五六七八九")}, "零": 0}
CHINESE_SIGN = f"[{''.join(CHINESE_DIGITS)}{TENS}]"
CHINESE_NUMBER = re.compile(rf"(?<!{CHINESE_SIGN}){CHINESE_SIGN}++(?=\s?[年月日号號])")

ISO = re.compile(r"(?<!\d)(?<!\d[-/.])(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
COMPACT = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:[t ]?(?:[01]\d|2[0-3])(?:[0-5]\d){0,2}(?:\.\d+)?(?:z|[+-]\d{4})?)?"
)
CHARACTERS = re.compile(r"(?<!\d)(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]")
EPOCH = re.compile(r"(-?\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19})(?:\.\d+)?")
NUMBERS = re.compile(r"(?<![\d.:/-])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d:])")

NUMBER = r"(?<!\d)(?<!\d[:-])(\d{1,2})"
GAP = r"[\s.,،/\-]*"
NAME = rf"({MONTH})(?:\s?[/(]\s?({MONTH})\s?\)?)?"
CLOCK = r"(?:\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)? (?:[ap]m )?)?(?:(?:[+-]\d{4}|[a-z]{3,5}) )?"
DAY_FIRST = re.compile(
    rf"{NUMBER}(?:st|nd|rd|th|er|eme|[oa°]|-?го|-е)?{GAP}(?:de |of |من )?{NAME}"
    rf"{GAP}(?:de |del |of |عام |سنة |سال )?(\d{{4}})(?!\d)"
)
MONTH_FIRST = re.compile(
    rf"{NAME}[\s./\-]*(?:the )?(\d{{1,2}})(?:st|nd|rd|th)?[\s,،./\-]+{CLOCK}(\d{{4}})(?!\d)"
)
YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}}){GAP}{NAME}{GAP}(\d{{1,2}})(?![\d:])")
# Two digits after a month are a year only at the end or before a time: "12 September, 10 a.m." tells no year.
SHORT_YEAR = re.compile(rf"{NUMBER}([-/.]|\s)\s?{NAME}\.?\2\s?'?(\d{{2}})(?=$|[\st,]+\d{{1,2}}[:.]\d{{2}})")

UNREAD = "published left empty: the date was not understood; set corpus.date_format"
IMPOSSIBLE = "published left empty: the calendar has no such day"
OTHER_CALENDAR = f"published left empty: the year is not between {FIRST_YEAR} and {LAST_YEAR}"


class Dated(NamedTuple):
    """A date or none, and what there is to note of it."""

    date: date | None
    note: str | None = None


class Numbers(NamedTuple):
    """Three numbers that may mean several days: those that the calendar has, by what is written first."""

    kind: Kind
    days: dict[Order, date]


def parse_day(raw: str) -> Dated | Numbers:
    """The day in ``raw``, in the local time it is written in, or the days that its numbers may mean."""
    text = _plain(raw)
    written = _read_digits(text) or _read_names(text)
    return written if written is not None else _read_numbers(text)


def year_of(digits: str) -> int:
    """The year that two or four digits mean."""
    return int(digits) + (0 if len(digits) == 4 else 1900 if int(digits) >= PIVOT else 2000)


def _plain(raw: str) -> str:
    """``raw`` folded, with ASCII digits and hyphens, without signs that only steer its direction."""
    if raw.isascii():
        return raw.strip().lower()
    text = HIDDEN.sub("", unicodedata.normalize("NFKC", raw)).strip()
    text = CHINESE_NUMBER.sub(lambda match: _chinese(match[0]), text)
    text = "".join(str(int(char)) if char.isdecimal() else char for char in text)
    return fold(DASHES.sub("-", text))


def _chinese(number: str) -> str:
    """ "二〇一六" is 2016, "二十一" 21."""
    tens, ten, ones = number.partition(TENS)
    if not ten:
        return "".join(str(CHINESE_DIGITS[sign]) for sign in number)
    if len(tens) > 1 or len(ones) > 1 or TENS in ones:
        return number
    return str(10 * CHINESE_DIGITS.get(tens, 1) + CHINESE_DIGITS.get(ones, 0))


def _dated(found: date | None) -> Dated:
    if found is None:
        return Dated(None, IMPOSSIBLE)
    return Dated(found) if FIRST_YEAR <= found.year <= LAST_YEAR else Dated(None, OTHER_CALENDAR)


def _read_digits(text: str) -> Dated | None:
    """A day written year first, or as seconds, milli-, micro- or nanoseconds since 1970."""
    for pattern, places in ((ISO, (1, 3, 4)), (CHARACTERS, (1, 2, 3))):
        if match := pattern.search(text):
            return _dated(gregorian_day(*(int(match[place]) for place in places)))
    match = COMPACT.fullmatch(text)
    day = match and gregorian_day(*map(int, match.groups()))
    if day and FIRST_YEAR <= day.year <= LAST_YEAR:
        return Dated(day)
    match = EPOCH.fullmatch(text)
    if match is None:
        return None
    a_second = 1000 ** ((len(match[1].lstrip("-")) - 8) // 3)  # 10 digits tell seconds, 13 milliseconds, …
    return _dated(datetime.fromtimestamp(int(match[1]) // a_second, UTC).date())


def _read_names(text: str) -> Dated | None:
    """A day whose month is a name. English names are tried first, which spares reading all languages."""
    if not any(char.isalpha() for char in text):
        return None
    for tags in (("en",), None):
        signed = month_names(tags).sign(text)
        found = signed != text and _read_signed(signed)
        if found:
            return found
    return None


def _read_signed(signed: str) -> Dated | None:
    for pattern, day, month, other, year in (
        (DAY_FIRST, 1, 2, 3, 4),
        (MONTH_FIRST, 3, 1, 2, 4),
        (YEAR_FIRST, 4, 2, 3, 1),
        (SHORT_YEAR, 1, 3, 4, 5),
    ):
        match = pattern.search(signed)
        if match and match[other] in (None, match[month]):
            return _dated(day_of(year_of(match[year]), match[month], int(match[day])))
    return None


def _read_numbers(text: str) -> Dated | Numbers:
    """Numbers with a whole year first of all, as "10.30.15" may be a time."""
    matches = list(NUMBERS.finditer(text))
    if not matches:
        return Dated(None, UNREAD)
    match = next((match for match in matches if len(match[4]) == 4), matches[0])
    first, second, last = match[1], int(match[3]), match[4]
    kind: Kind = "dotted" if match[2] == "." else "slashed" if len(last) == 4 else "short"
    days: dict[Order, date | None] = {
        "day": gregorian_day(year_of(last), second, int(first)),
        "month": gregorian_day(year_of(last), int(first), second),
    }
    if kind == "short" and len(first) == 2:  # 16/09/12 may begin with the year, 16.09.12 does not
        days["year"] = gregorian_day(year_of(first), second, int(last))
    possible = {order: day for order, day in days.items() if day is not None}
    if not possible:
        return Dated(None, IMPOSSIBLE)
    inside = {order: day for order, day in possible.items() if FIRST_YEAR <= day.year <= LAST_YEAR}
    return Numbers(kind, inside) if inside else Dated(None, OTHER_CALENDAR)
