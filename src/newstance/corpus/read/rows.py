"""The rows of a file of separated values, whatever is wrong with its quotes.

The csv module reads a good file fast, but one quote that is never closed swallows the rows after it. So a row
that cannot be right (it breaks the quoting, has another number of fields, or holds lines that are whole rows
themselves) is read once more by milder rules; where those fail too, its lines are left out up to the next
line that looks like a row, and told.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from newstance.corpus.read.lines import TOO_LONG

LONGEST_FIELD = 2**31 - 1
LONGEST_ROW = 1 << 24  # characters
MOST_LINES = 50  # of a row with broken quotes
MOST_FIELDS = 1000  # of one: each may be looked for up to the end of the row
ROWS_LEARNT = 200
LONGEST_NAME = 100
NEXT_NUMBERS = 10
# What short cells look like. Prose has no number, date, address or code before its first comma.
SHAPES = (
    ("empty", re.compile(r"\s*")),
    ("number", re.compile(r"[-+]?\d[\d.,]*")),
    ("date", re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.{0,20}")),
    ("url", re.compile(r"(?:https?://|www\.)\S+")),
    ("code", re.compile(r"(?=\S*\d)\S{1,64}")),
)
TELLING = frozenset({"number", "date", "url", "code"})
MENDED = "row with broken quotes read by milder rules"


class Row(NamedTuple):
    """The fields of a row that ends on ``line``; ``is_mended`` says that its quotes were broken."""

    line: int
    fields: list[str]
    is_mended: bool = False


class Lost(NamedTuple):
    """What could not be read, from ``line`` on."""

    line: int
    reason: str


class _TooLong(Exception):
    """A row holds more than any article."""


class Rows:
    """Iterates over the rows below a header of ``n_fields`` fields; ``text`` is the field of the text.

    ``lines`` are those after the header, which ends on line ``number``; ``None`` stands for a line that is
    too long.
    """

    def __init__(self, lines: Iterator[str | None], number: int, delimiter: str, n_fields: int, text: int):
        csv.field_size_limit(LONGEST_FIELD)  # of the whole process: the default refuses a text of 128 kB
        self._source = _Source(lines, number)
        self._reader = csv.reader(self._source, delimiter=delimiter, strict=True, skipinitialspace=True)
        self._delimiter, self._n_fields = delimiter, n_fields
        self._short = [field for field in range(n_fields) if field != text]
        self._shapes: list[set[str]] = [set() for _ in range(n_fields)]
        self._n_learnt, self._last_number = 0, 0

    def __iter__(self) -> Iterator[Row | Lost]:
        while True:
            self._source.begin()
            fields, reason = self._next_fields()
            if fields is None and reason is None:
                return
            if fields == []:
                continue
            if fields is not None and len(fields) != self._n_fields:
                fields = _without_empty_end(fields, self._n_fields)
            if fields is not None and len(fields) != self._n_fields:
                reason, fields = f"{len(fields)} fields, where the header has {self._n_fields}", None
            if fields and not self._swallows_rows():
                self._learn(fields)
                yield Row(self._source.number, fields)
            else:
                yield self._mend(reason or "its text holds whole rows")

    def _next_fields(self) -> tuple[list[str] | None, str | None]:
        try:
            return next(self._reader, None), None
        except csv.Error as error:
            return None, f"no valid CSV: {error}"
        except _TooLong as error:
            return None, str(error)

    def _learn(self, fields: list[str]) -> None:
        """Remember what the short cells of good rows look like."""
        first = fields[self._short[0]] if self._short else ""
        self._last_number = int(first) if first.isdecimal() and len(first) < 19 else 0
        if self._n_learnt < ROWS_LEARNT:
            self._n_learnt += 1
            for field in self._short:
                self._shapes[field].add(_shape(fields[field]))

    def _swallows_rows(self) -> bool:
        """Whether all lines but the first of the row just read are rows themselves, beyond chance."""
        inner = [line for line in self._source.given[1:] if line is None or line.strip()]
        if not inner or not all(self._is_row(line, surely=True) for line in inner):
            return False
        first = split(inner[0] or "", self._delimiter)[self._short[0]]
        goes_on = first.isdecimal() and 0 < int(first[:18]) - self._last_number <= NEXT_NUMBERS
        return goes_on or len(inner) > 2 or sum(map(TELLING.issuperset, filter(None, self._shapes))) > 1

    def _is_row(self, line: str | None, surely: bool = False) -> bool:
        """Whether ``line`` begins a row: as many fields, and short cells like those of good rows."""
        if line is None or not line.strip():
            return False
        fields = split(line, self._delimiter)
        is_open = line.count('"') % 2 == 1
        if len(fields) != self._n_fields and not (is_open and len(fields) < self._n_fields):
            return False
        is_telling = False
        for field in self._short:
            if field < len(fields) and self._shapes[field]:
                shape = _shape(fields[field])
                if shape not in self._shapes[field]:
                    return False
                is_telling |= shape in TELLING and self._shapes[field] <= TELLING
        can_tell = any(shapes and shapes <= TELLING for shapes in self._shapes)
        return is_telling if can_tell or surely else len(fields) == self._n_fields

    def _mend(self, reason: str) -> Row | Lost:
        """The row that begins where the one just read did, by milder rules, or why it is lost."""
        source, start = self._source, self._source.number - len(self._source.given) + 1
        is_single = len(source.given) == 1 and "fields, where" in reason
        if not is_single and not self._n_learnt and source.given[0]:
            self._guess_shapes(source.given[0])
        source.give_back()
        if not is_single and (row := self._read_mildly(start)) is not None:
            return row
        first = source.take()
        n_lines = 1
        if not is_single:
            while (line := source.peek(0)) != "" and not self._is_row(line):
                source.take()
                n_lines += 1
        if first is None:
            reason = TOO_LONG
        more = f"; lines {start} to {start + n_lines - 1} were left out" if n_lines > 1 else ""
        return Lost(start, reason + more)

    def _guess_shapes(self, line: str) -> None:
        """From a first row that is broken: its fields before the one that breaks."""
        fields = split(line, self._delimiter)
        for field in self._short:
            if field < len(fields) - 1:
                self._shapes[field].add(_shape(fields[field]))

    def _read_mildly(self, start: int) -> Row | None:
        source, lines = self._source, ""
        if self._n_fields > MOST_FIELDS:
            return None
        for n_lines in range(MOST_LINES):
            line = source.peek(n_lines)
            if not line or (n_lines and self._is_row(line)) or len(lines) > LONGEST_ROW:
                return None
            lines += line
            fields = split_mildly(lines, self._delimiter, self._n_fields)
            after = source.peek(n_lines + 1)
            if fields and len(fields) == self._n_fields and (after == "" or self._may_follow(after)):
                for _ in range(n_lines + 1):
                    source.take()
                self._learn(fields)
                return Row(start + n_lines, fields, is_mended=True)
        return None

    def _may_follow(self, line: str | None) -> bool:
        return line is not None and (not line.strip() or self._is_row(line))


class _Source:
    """Lines that can be given back. ``given`` are those of the row being read, ``number`` the last one's."""

    def __init__(self, lines: Iterator[str | None], number: int):
        self._lines, self._waiting = lines, deque[str | None]()
        self.number, self.given = number, list[str | None]()
        self._size = 0

    def begin(self) -> None:
        self.given, self._size = [], 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.number += 1
        self.given.append(line)
        if line is None:
            raise _TooLong(TOO_LONG)
        self._size += len(line)
        if self._size > LONGEST_ROW:
            raise _TooLong(f"a quote is not closed within {LONGEST_ROW:,} characters")
        return line

    def give_back(self) -> None:
        self._waiting.extendleft(reversed(self.given))
        self.number -= len(self.given)
        self.begin()

    def take(self) -> str | None:
        self.number += 1
        return self._waiting.popleft() if self._waiting else next(self._lines, "")

    def peek(self, ahead: int) -> str | None:
        """The line ``ahead`` lines on, empty after the last."""
        while len(self._waiting) <= ahead:
            line = next(self._lines, "")
            if line == "":
                return ""
            self._waiting.append(line)
        return self._waiting[ahead]


def _without_empty_end(fields: list[str], n_fields: int) -> list[str]:
    """``fields`` without the empty ones beyond the header, as a delimiter at each line's end makes them."""
    return fields if any(fields[n_fields:]) else fields[:n_fields]


def _shape(cell: str) -> str:
    cell = cell.strip()
    for name, pattern in SHAPES:
        if pattern.fullmatch(cell):
            return name
    return "words" if len(cell) <= LONGEST_NAME else "prose"


def split(line: str, delimiter: str) -> list[str]:
    """The fields of one line, an open quote closed by its end."""
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


def split_mildly(row: str, delimiter: str, most: int) -> list[str] | None:
    r"""The fields of a row where quotes inside a field may be bare or escaped (``\"``), and a field may be
    closed by a curly quote; ``None`` where a quote stays open, or where there are more than ``most``."""
    row = row.rstrip("\r\n")
    fields: list[str] = []
    at = 0
    while len(fields) < most:
        match = _field(delimiter).match(row, at)
        if match is None:
            return None
        quoted, curly, plain = match.groups()
        if quoted is not None:
            fields.append(quoted.replace('""', '"').replace('\\"', '"'))
        else:
            fields.append(plain if curly is None else curly)
        if match.end() == len(row):
            return fields
        at = match.end() + 1
    return None


@lru_cache(maxsize=8)
def _field(delimiter: str) -> re.Pattern[str]:
    end = rf"[ ]*(?={re.escape(delimiter)}|\Z)"
    # Atomic: Python 3.11.2, which Debian has, matches wrongly where a group is possessive ("*+").
    quoted = rf'"((?>(?:[^"\\]++|""|\\.|"(?!{end}))*))"'
    curly = '"([^"\r\n]*?)[”“’»]'
    other = rf"[^{re.escape(delimiter)}\r\n]"
    # Programs that write tabs often quote nothing, so a quote is a sign like any other there.
    plain = f"({other}*)" if delimiter == "\t" else f'((?:"[^"\r\n]*"(?=[^"])|(?!["\\s])){other}+|)'
    return re.compile(rf"[ ]*(?:(?:{quoted}|{curly}){end}|{plain}(?={re.escape(delimiter)}|\Z))", re.DOTALL)
