"""Numbers, dates and periods as a person reads them; the same on every system and in every locale."""

import math
import re
from datetime import date

from newstance.plain import plain

# Signs that Markdown or HTML may take for markup.
MARKUP = re.compile(r"[\\`*_\[\]<>#|~&]")
NO_OUTLET = "no outlet"  # where the outlet of an article is not known
NOT_MEASURED = "there were no labelled sentences to measure with"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def count(number: int) -> str:
    """1234567 as 1,234,567."""
    return f"{number:,}"


def signed(number: float) -> str:
    """A number in [-1, 1] with its sign, two digits."""
    text = f"{number:+.2f}"
    return "0.00" if text[1:] == "0.00" else text.replace("-", "−")


def percent(number: float) -> str:
    """A share in [0, 1] in percent; a share that is not nought is never shown as 0 %."""
    return "<1 %" if 0 < number < 0.005 else f"{100 * number:.0f} %"


def known(number: float | None) -> bool:
    """Whether there is a number: neither null nor nan."""
    return number is not None and not math.isnan(number)


def day(published: date | None) -> str:
    """12 Sep 2016."""
    return f"{published.day} {month(published)}" if published else "no date"


def month(published: date) -> str:
    """Sep 2016."""
    return f"{MONTHS[published.month - 1]} {published.year}"


def period_name(start: date, period: str) -> str:
    """The week, month or quarter that begins on ``start``."""
    if period == "quarter":
        return f"Q{(start.month + 2) // 3} {start.year}"
    return month(start) if period == "month" else f"week of {day(start)}"


def points(number: float) -> str:
    """A number in [-1, 1] with its sign, in points of 100: that of ``signed``, without the comma."""
    text = f"{round(100 * round(number, 2)):+d}"
    return "0" if text[1:] == "0" else text.replace("-", "−")


def score(number: float | None) -> str:
    """A score in two digits; a dash where there is none."""
    return f"{number:.2f}" if number is not None and known(number) else "–"


def between(low: float | None, high: float | None) -> str:
    """An interval of a score, or that there is none."""
    if low is None or high is None:
        return "no interval: too few labelled texts"
    return f"95 % interval {low:.2f} to {high:.2f}"


def in_markdown(text: str) -> str:
    """``text`` as one line of Markdown that shows it letter by letter."""
    return MARKUP.sub(r"\\\g<0>", " ".join(plain(text).split()))
