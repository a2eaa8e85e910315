"""Dates, and the lines that tell only when the page was made: "Published: 3 March 2015, 14:05"."""

import re

from newstance.corpus.clean.rules import Removed, Rules, fold

MAX_STAMP, STAMP_LINES = 100, 3
MONTH = r"[^\W\d_]{3,12}"
DATE = re.compile(
    r"(?:(?:le|el|den|on|في) )?(?:"
    r"(?P<day>\d{1,2})(?:-?(?:st|nd|rd|th|го))?[. ]{0,2}(?:de )?"
    rf"(?P<month>{MONTH})\.?(?:,?(?: de)? \d{{4}})?(?: ?г\.| року| года)?"
    rf"|(?P<month2>{MONTH})\.? (?P<day2>\d{{1,2}})(?!\d)(?:, ?\d{{4}})?"
    r"|\d{1,2}-\d{1,2}-\d{4}|\d{1,2} ?- ?\d{1,2}(?= ?\()"
    r"|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?(?!\d)|\d{1,2}(?= ?\())"
)
TIME = re.compile(r"\d{1,2}[:.]\d\d(?: ?(?:[ap]\.?m\.?|Uhr|МСК|GMT))?(?!\d)", re.I)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
DAY = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
NUMERIC = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d")


def find_stamps(view: str, lines: list[tuple[int, int]], rules: Rules) -> list[Removed]:
    """Lines at the edges that only tell when the page was made: "Published: 3 March 2015, 14:05". Where
    there are more than two the text is a diary or a chronicle."""
    stamps = [
        span for span in lines if span[1] - span[0] <= MAX_STAMP and _is_stamp(view[slice(*span)], rules)
    ]
    edges = {*lines[:STAMP_LINES], *lines[-2:]}
    return [Removed(*span, "dateline") for span in stamps if span in edges] if len(stamps) <= 2 else []


def _is_stamp(line: str, rules: Rules) -> bool:
    """Whether a line holds a full date or a date and a time, and no word but months and such as "updated"."""
    if not YEAR.search(line) and not TIME.search(line):
        return False
    words = [fold(word) for word in re.findall(r"[^\W\d_]+", line)]
    dated = NUMERIC.search(line) or any(word in rules.months for word in words)
    known = rules.words["stamps"]
    return bool(dated and DAY.search(line)) and all(word in rules.months or word in known for word in words)


def date_end(line: str, start: int, rules: Rules) -> int:
    """Past the date at ``start``, 0 if there is none; the month must be one of the rules' months."""
    date = DATE.match(line, start)
    if date is None:
        return 0
    month = date["month"] or date["month2"]
    holds = month is None or fold(month) in rules.months
    return date.end() - date.group().endswith(".") if holds else 0
