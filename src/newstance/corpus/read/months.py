"""Names of months in all languages that have a file, and the solar calendar of Iran.

A name becomes one sign, so that one pattern reads "12 September 2016" and "١٢ كانون الأول ٢٠١٦".
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from newstance.corpus.clean.rules import fold
from newstance.languages import language, language_tags

SIGNS, SOLAR_SIGNS = 0xE000, 0xE010  # private use: no text has them
MONTH = "[\ue001-\ue00c\ue011-\ue01c]"
# 1 Farvardin 1300. Years are 365 days, or 366 where the year's place in a cycle of 33 is one of these
# (Borkowski 1996, The Persian calendar for 3000 years, Earth, Moon and Planets 74).
SOLAR_START, SOLAR_YEARS = date(1921, 3, 21), range(1300, 1500)
LEAP_PLACES = frozenset({1, 5, 9, 13, 17, 22, 26, 30})


class MonthNames(NamedTuple):
    """The sign of each folded name, and an expression that finds the names of two words and all words."""

    sign_of: dict[str, str]
    words: re.Pattern[str]

    def sign(self, folded: str) -> str:
        """``folded`` with a sign in place of each name."""
        return self.words.sub(lambda match: self.sign_of.get(match[0], match[0]), folded)


@cache
def month_names(tags: tuple[str, ...] | None = None) -> MonthNames:
    """The names in some languages; in all that have a file, which are then read, for ``None``."""
    sign_of: dict[str, str] = {}
    for tag in tags or (*language_tags(), "any"):
        sign_of |= _signs(language(tag).get("months", ()), SIGNS)
        sign_of |= _signs(language(tag).get("solar_months", ()), SOLAR_SIGNS)
    pairs = [re.escape(name) for name in sign_of if " " in name]
    return MonthNames(
        sign_of, re.compile("|".join([*(rf"{pair}(?![^\W\d_])" for pair in pairs), r"[^\W\d_]+"]))
    )


def _signs(rows: Iterable[list[str]], before_first: int) -> dict[str, str]:
    return {fold(name): chr(before_first + number) for number, row in enumerate(rows, 1) for name in row}


def day_of(year: int, sign: str, day: int) -> date | None:
    """The day of a month's sign; ``None`` where there is no such day."""
    month = ord(sign) - SIGNS
    return solar_day(year, ord(sign) - SOLAR_SIGNS, day) if month > 12 else gregorian_day(year, month, day)


def gregorian_day(year: int, month: int, day: int) -> date | None:
    """The day, ``None`` where the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def solar_day(year: int, month: int, day: int) -> date | None:
    """A day of the solar calendar, years 1300 to 1499; ``None`` where it has none such."""
    if year not in SOLAR_YEARS:
        return None
    length = 31 if month <= 6 else 30 if month <= 11 or _is_leap(year) else 29
    if not 1 <= day <= length:
        return None
    days = sum(365 + _is_leap(before) for before in range(SOLAR_YEARS.start, year))
    return SOLAR_START + timedelta(days + 31 * min(month - 1, 6) + 30 * max(month - 7, 0) + day - 1)


def _is_leap(year: int) -> bool:
    return year % 33 in LEAP_PLACES
