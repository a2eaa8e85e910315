"""When an article was published and by whom, from what files say in many ways.

``05/04/2017`` is the fifth of April or the fourth of May: the other dates of the same column decide, or a
given format does; else the date stays empty and is counted. Dots are read day first, as no locale of CLDR
writes the month before a dot and the day after it (https://cldr.unicode.org).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import polars as pl

Order = Literal["day", "month"]

# Beginnings of the month names in ru, uk, en, de, fr, es and ar (also those of the Levant and the Maghreb).
MONTHS = (
    "янв січ jan jän ene يناير كانون_الثاني جانفي",
    "фев лют feb fév fev فبراير شباط فيفري",
    "мар бер mar mär mrz مارس آذار اذار",
    "апр кві apr avr abr أبريل ابريل إبريل نيسان أفريل",
    "мая май тра may mai مايو أيار ايار ماي",
    "июн чер jun juin يونيو حزيران جوان",
    "июл лип jul juil يوليو تموز جويلية",
    "авг сер aug août aou ago أغسطس اغسطس آب اب أوت",
    "сен вер sep أيلول ايلول سبتمبر",
    "окт жов oct okt أكتوبر اكتوبر تشرين_الأول تشرين_الاول",
    "ноя лис nov نوفمبر تشرين_الثاني",
    "дек гру dec dez déc dic ديسمبر كانون_الأول كانون_الاول",
)
TWO_WORDS = re.compile(r"(كانون|تشرين)\s+(?=ال)")
ISO = re.compile(r"(?<!\d)(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?\d{4}(?:\d{2})?Z?)?")
NUMERIC = re.compile(r"(?<![\d.:/-])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d:])")
DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|-?го|-е)?[\s.,/\-]*(?:de |of )?([^\W\d]+)(?:/[^\W\d]+)?"
    r"[\s.,/\-]*(?:de |del )?(\d{4})(?!\d)"
)
CLOCK = r"(?:\d{1,2}:\d{2}(?::\d{2})? )?(?:[+-]\d{4} )?"
MONTH_FIRST = re.compile(rf"([^\W\d]+)[\s.\-]*(\d{{1,2}})(?:st|nd|rd|th)?[\s,\-]+{CLOCK}(\d{{4}})(?!\d)")
EPOCH = re.compile(r"-?\d{9,10}(?:\.\d+)?|\d{12,13}")
IN_PATH = re.compile(r"(?<![0-9])((?:19|20)\d{2})([-/_.]?)(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?![0-9])")
PIVOT = 69  # two-digit years as in POSIX strptime: 69 is 1969, 68 is 2068

AMBIGUOUS = "published left empty: day and month cannot be told apart; set corpus.date_format"
UNREAD = "published left empty: the date was not understood; set corpus.date_format"
DOTTED = "published read day first, as dates with dots are"
BY_COLUMN = {
    "day": "published read day first, as other dates of the column must be",
    "month": "published read month first, as other dates of the column must be",
}


class Reading(NamedTuple):
    """A date or none, and what there is to note of it."""

    date: date | None
    note: str | None = None


def parse_date(raw: str | None, order: Order | None = None, date_format: str | None = None) -> date | None:
    """The day in ``raw``, in the local time it is written in; ``None`` where it cannot be told.

    ``order`` is that of numbers such as 05/04/2017 (see ``find_order``), ``date_format`` a strptime format
    that is tried before all else.
    """
    return read_date(raw, order, date_format).date if raw else None


def is_date_format(date_format: str) -> bool:
    """Whether a year, at least, written in this strptime format can be read back."""
    day = datetime(2016, 9, 12)
    try:
        return datetime.strptime(day.strftime(date_format), date_format).year == day.year
    except ValueError:
        return False


def read_column(raws: Sequence[str | None], date_format: str | None = None) -> list[Reading]:
    """The dates of a column (one file's), each with what there is to note of it."""
    order = find_order(raw for raw in raws if raw)
    return [read_date(raw, order, date_format) if raw else Reading(None) for raw in raws]


def find_order(raws: Iterable[str]) -> Order | None:
    """Whether a column writes the day or the month first; ``None`` where it never shows or shows both."""
    day_first = month_first = False
    for raw in raws:
        match = None if ISO.search(raw) else NUMERIC.search(_plain_digits(raw))
        if match and _has_plain_year(match):
            day_first |= int(match[1]) > 12
            month_first |= int(match[3]) > 12
    if day_first == month_first:
        return None
    return "day" if day_first else "month"


def read_date(raw: str, order: Order | None, date_format: str | None) -> Reading:
    """``parse_date`` with its note."""
    raw = _plain_digits(raw.strip())
    if date_format is not None:
        try:
            return Reading(datetime.strptime(raw, date_format).date())
        except ValueError:
            order = None
    written = _read_iso(raw) or _read_words(raw) or _read_epoch(raw)
    if written is not None:
        return Reading(written)
    match = NUMERIC.search(raw)
    return Reading(None, UNREAD) if match is None else _read_numbers(match, order)


def _plain_digits(raw: str) -> str:
    """Arabic-Indic and other digits as ASCII ones."""
    return raw if raw.isascii() else "".join(str(int(char)) if char.isdecimal() else char for char in raw)


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _read_iso(raw: str) -> date | None:
    if match := ISO.search(raw):
        return _day(match[1], match[3], match[4])
    match = COMPACT.fullmatch(raw)
    return _day(*match.groups()) if match and "1800" <= match[1] <= "2199" else None


def _read_words(raw: str) -> date | None:
    raw = TWO_WORDS.sub(r"\1_", raw)
    for pattern, day, month in ((DAY_FIRST, 1, 2), (MONTH_FIRST, 2, 1)):
        for match in pattern.finditer(raw):
            number = _month_number(match[month].casefold())
            if number is not None:
                return _day(match[3], number, match[day])
    return None


@lru_cache(maxsize=4096)
def _month_number(word: str) -> int | None:
    return next(
        (number for number, names in enumerate(MONTHS, 1) for name in names.split() if word.startswith(name)),
        None,
    )


def _read_epoch(raw: str) -> date | None:
    if not EPOCH.fullmatch(raw):
        return None
    seconds = float(raw)
    return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC).date()


def _read_numbers(match: re.Match[str], order: Order | None) -> Reading:
    first, dot, second = int(match[1]), match[2] == ".", int(match[3])
    shown: Order | None = "day" if first > 12 else "month" if second > 12 else None
    by_dot: Order | None = "day" if dot and order is None else None
    chosen = shown or order or by_dot or ("day" if first == second else None)
    if chosen is None or not _has_plain_year(match):
        return Reading(None, AMBIGUOUS)
    year = int(match[4]) if len(match[4]) == 4 else int(match[4]) + (1900 if int(match[4]) >= PIVOT else 2000)
    month, day = (second, first) if chosen == "day" else (first, second)
    found = _day(year, month, day)
    if found is None:
        return Reading(None, UNREAD)
    return Reading(found, None if shown or first == second else BY_COLUMN[order] if order else DOTTED)


def _has_plain_year(match: re.Match[str]) -> bool:
    """Whether the last number is the year: 16/09/12 may begin with it, 16.09.12 does not."""
    return len(match[4]) == 4 or match[2] == "."


def date_in_path(path: str) -> date | None:
    """The day in a URL or file name, written year first: /2016/09/12/, 2016-09-12_name, 20160912."""
    found = (_day(match[1], match[3], match[4]) for match in IN_PATH.finditer(path) if _is_whole(match))
    return next((day for day in found if day is not None), None)


def _is_whole(match: re.Match[str]) -> bool:
    """Without separators, only eight digits are a date."""
    return bool(match[2]) or len(match[0]) == 8


def outlet_of_url(url: str) -> str | None:
    """The domain of ``url`` without www; ``None`` where there is none."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return None
    return re.sub(r"^(www\d?|m|amp)\.(?=.+\.)", "", host) if host and "." in host else None


def with_dates(articles: pl.DataFrame, date_format: str | None = None) -> tuple[pl.DataFrame, Counter[str]]:
    """``articles`` with a column ``published``, and how often it was found in which way.

    Reads ``published_raw``, each file a column of its own; where that gives no date, ``url``, the name of
    a file of one article (``line`` is null), and a ``dateline``.
    """
    rows: dict[str, list[int]] = {}
    for row, file in enumerate(articles["file"]):
        rows.setdefault(file, []).append(row)
    raws = articles["published_raw"].to_list()
    readings = [Reading(None)] * len(raws)
    for places in rows.values():
        for row, reading in zip(places, read_column([raws[row] for row in places], date_format), strict=True):
            readings[row] = reading
    for row, (url, file, line, dateline) in enumerate(
        articles.select("url", "file", "line", "dateline").iter_rows()
    ):
        if readings[row].date is None:
            elsewhere = _date_elsewhere(url, file if line is None else None, dateline)
            readings[row] = elsewhere if elsewhere.date else readings[row]
    days = pl.Series("published", [reading.date for reading in readings], pl.Date)
    return articles.with_columns(days), Counter(reading.note for reading in readings if reading.note)


def _date_elsewhere(url: str | None, file: str | None, dateline: str | None) -> Reading:
    if url and (day := date_in_path(url)):
        return Reading(day, "published from the URL")
    if file and (day := date_in_path(file)):
        return Reading(day, "published from the file name")
    return Reading(parse_date(dateline), "published from the dateline")
