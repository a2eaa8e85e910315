"""The words of the page in one language: ``texts/<lang>.yaml``, and how numbers and dates are written.

A wording has places in braces, filled by ``text(key, name=value)``. One that depends on a number ``n`` has a
form for each plural category of the language (CLDR: one, few, many, other).
"""

import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from newstance.summary import words

if TYPE_CHECKING:
    from markupsafe import Markup

LANGS = ("en", "ru")
PLACE = re.compile(r"\{(\w+)\}")


class Wording:
    """Every wording of one language; ``LANGS`` are known. Numbers come as ``summary.words`` writes them."""

    def __init__(self, lang: str) -> None:
        if lang not in LANGS:
            raise ValueError(f"lang: got {lang!r}, expected one of {', '.join(LANGS)}.")
        self.lang = lang
        loaded = load(lang)
        self.script: dict[str, Any] = loaded["script"]
        self._texts: dict[str, Any] = loaded["page"] | loaded["script"]

    def text(self, key: str, **values: Any) -> str:
        """The wording of ``key`` with ``values`` in its places; ``n`` chooses the form for a number.

        Raises ``KeyError`` for an unknown key and for a place without a value.
        """
        found = self._texts[key]
        if isinstance(found, dict):
            found = found.get(plural(values["n"], self.lang), found["other"])
        filled: str = PLACE.sub(lambda place: self._shown(values[place[1]]), found)
        return filled

    def markup(self, key: str, **values: Any) -> "Markup":
        """As ``text``, for the template: the wording is markup, values are escaped unless they are too."""
        from markupsafe import Markup, escape

        safe = {name: value if isinstance(value, int) else escape(value) for name, value in values.items()}
        return Markup(self.text(key, **safe))

    def _shown(self, value: Any) -> str:
        return self.count(value) if isinstance(value, int) else str(value)

    def number(self, text: str) -> str:
        """A number as Python writes it, with the minus and the decimal mark of the language."""
        return text.replace("-", "−").replace(".", self._texts["number.decimal"])

    def signed(self, number: float) -> str:
        """A number in [-1, 1] with its sign, two digits."""
        return self.number(words.signed(number))

    def score(self, number: float | None) -> str:
        """A score in two digits; a dash where there is none."""
        return self.number(words.score(number))

    def count(self, number: int) -> str:
        """1234567 with its thousands apart."""
        return words.count(number).replace(",", self._texts["number.thousands"])

    def day(self, published: date | None) -> str:
        """12 Sep 2016."""
        if published is None:
            return self.text("date.none")
        return f"{published.day} {self._month(published, 'date.months')}"

    def month(self, published: date) -> str:
        """Sep 2016."""
        return self._month(published, "date.months_alone")

    def _month(self, published: date, names: str) -> str:
        return f"{self._texts[names].split(' ')[published.month - 1]} {published.year}"

    def period(self, start: date, period: str) -> str:
        """The week, month or quarter that begins on ``start``."""
        if period == "quarter":
            return self.text("date.quarter", n=(start.month + 2) // 3, year=str(start.year))
        return self.month(start) if period == "month" else self.text("date.week", day=self.day(start))


@cache
def load(lang: str) -> dict[str, dict[str, Any]]:
    """The file of a language: wordings of the ``page``, and those that its ``script`` needs too."""
    import yaml

    text = (files("newstance.report") / "texts" / f"{lang}.yaml").read_text("utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return loaded


def plural(number: int, lang: str) -> str:
    """The plural category of a whole number (Unicode CLDR, plural rules)."""
    if lang != "ru":
        return "one" if number == 1 else "other"
    if number % 10 == 1 and number % 100 != 11:
        return "one"
    return "few" if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else "many"
