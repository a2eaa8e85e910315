"""When an article was published and by whom, from what files say in many ways.

``05/04/2017`` is the fifth of April or the fourth of May: the other dates of the same column decide, or a
given format does; else the date stays empty and is counted. Dots are read day first, as no locale of CLDR
writes the month before a dot and the day after it (https://cldr.unicode.org).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from urllib.parse import urlsplit

import polars as pl

from newstance.corpus.read.day import Dated, Kind, Numbers, Order, parse_day
from newstance.corpus.read.months import gregorian_day

IN_PATH = re.compile(r"(?<![0-9])((?:19|20)\d{2})([-/_.]?)(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?![0-9])")

AMBIGUOUS = "published left empty: day and month cannot be told apart; set corpus.date_format"
NOT_IN_FORMAT = "published left empty: not in corpus.date_format, and day and month cannot be told apart"
DOTTED = "published read day first, as dates with dots are"
BY_COLUMN = {
    "day": "published read day first, as other dates of the column must be",
    "month": "published read month first, as other dates of the column must be",
    "year": "published read year first, as other dates of the column must be",
}


def parse_date(raw: str | None, date_format: str | None = None) -> date | None:
    """The day in ``raw``, in the local time it is written in; ``None`` where it cannot be told.

    ``date_format`` is a strptime format that is tried before all else.
    """
    return read_column([raw], date_format)[0].date


def is_date_format(date_format: str) -> bool:
    """Whether a year, at least, written in this strptime format can be read back."""
    day = datetime(2016, 9, 12)
    try:
        return datetime.strptime(day.strftime(date_format), date_format).year == day.year
    except (ValueError, re.error):  # a directive that stands twice
        return False


def read_column(raws: Sequence[str | None], date_format: str | None = None) -> list[Dated]:
    """The dates of a column (one file's), each with what there is to note of it."""
    read = [_in_format(raw, date_format) or parse_day(raw) if raw else Dated(None) for raw in raws]
    if date_format is not None:
        return [_only_day(one, NOT_IN_FORMAT) if isinstance(one, Numbers) else one for one in read]
    orders = _orders(one for one in read if isinstance(one, Numbers))
    return [_chosen(one, orders) if isinstance(one, Numbers) else one for one in read]


def _in_format(raw: str, date_format: str | None) -> Dated | None:
    if date_format is None:
        return None
    digits = "".join(str(int(char)) if char.isdecimal() else char for char in raw.strip())
    try:
        return Dated(datetime.strptime(digits, date_format).date())
    except ValueError:
        return None


def _orders(column: Iterable[Numbers]) -> dict[Kind, set[Order]]:
    """By kind of numbers, the orders in which all dates of a column are days; numbers with a year of two
    digits and dots speak for themselves alone."""
    orders: dict[Kind, set[Order]] = {}
    for numbers in column:
        orders[numbers.kind] = orders.get(numbers.kind, set(numbers.days)) & set(numbers.days)
    return orders


def _chosen(numbers: Numbers, orders: dict[Kind, set[Order]]) -> Dated:
    alone = _only_day(numbers, AMBIGUOUS)
    if alone.date is not None:
        return alone
    possible = orders[numbers.kind]
    if len(possible) == 1:
        (order,) = possible
        return Dated(numbers.days[order], BY_COLUMN[order])
    if numbers.kind == "dotted" and "day" in possible:
        return Dated(numbers.days["day"], DOTTED)
    return alone


def _only_day(numbers: Numbers, note: str) -> Dated:
    """The day that the numbers mean in every order, none and ``note`` where they may mean several."""
    days = set(numbers.days.values())
    return Dated(days.pop()) if len(days) == 1 else Dated(None, note)


def date_in_path(path: str) -> date | None:
    """The day in a URL or file name, written year first: /2016/09/12/, 2016-09-12_name, 20160912."""
    found = (
        gregorian_day(int(match[1]), int(match[3]), int(match[4]))
        for match in IN_PATH.finditer(path)
        if _is_whole(match)
    )
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
    readings = [Dated(None)] * len(raws)
    for places in rows.values():
        for row, reading in zip(places, read_column([raws[row] for row in places], date_format), strict=True):
            readings[row] = reading
    places_elsewhere = zip(*(articles[name] for name in ("url", "file", "line", "dateline")), strict=True)
    for row, (url, file, line, dateline) in enumerate(places_elsewhere):
        if readings[row].date is None:
            elsewhere = _date_elsewhere(url, file if line is None else None, dateline)
            readings[row] = elsewhere if elsewhere.date else readings[row]
    days = pl.Series("published", [reading.date for reading in readings], pl.Date)
    return articles.hstack([days]), Counter(reading.note for reading in readings if reading.note)


def _date_elsewhere(url: str | None, file: str | None, dateline: str | None) -> Dated:
    if url and (day := date_in_path(url)):
        return Dated(day, "published from the URL")
    if file and (day := date_in_path(file)):
        return Dated(day, "published from the file name")
    return Dated(parse_date(dateline), "published from the dateline")
