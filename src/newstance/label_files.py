"""Rows of files that people label: JSON lines, a JSON list, or CSV, each row with its place."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

DELIMITERS = ",;\t|"
FAULTS_SHOWN = 10
NAMES_SHOWN = 5
# What `disk.write_table` puts before a text that a spreadsheet would run.
SHIELDED = re.compile(r"'(?='*[=+\-@\t\r\n])")


class Row(NamedTuple):
    """One labelled thing, and where it stands: "line 3" of a file, or "item 3" of a list."""

    place: str
    values: dict[str, Any]


def read_rows(path: Path, what: str, is_tabbed: Callable[[list[str]], bool] | None = None) -> list[Row]:
    """All rows of ``path``; by its suffix it is .csv, .tsv, .json (a list), or else JSON lines.

    ``what`` begins each message. A file whose first line, cut at tabs, is a header that ``is_tabbed`` knows
    has a row a line, in which quotation marks may be signs of the text. Raises ``ValueError`` that lists the
    first faults with their place, and ``FileNotFoundError`` where there is no such file.
    """
    text = text_of(path, what)
    kind = path.suffix.lower()
    if is_tabbed is not None and kind != ".json" and is_tabbed(_header(text)):
        found = list(_tabbed_rows(text))
    elif kind in (".csv", ".tsv"):
        found = list(_csv_rows(text))
    elif kind == ".json":
        found = _json_rows(text, f"{what}: {path}")
    else:
        found = list(_lines(text))
    faults = [f"{place}: {row}" for place, row in found if isinstance(row, str)]
    if faults:
        raise ValueError(told_faults(faults, f"{what}: {path}"))
    return [Row(place, row) for place, row in found if isinstance(row, dict)]


def told_faults(faults: list[str], where: str) -> str:
    """One message of all ``faults`` of a file, of which the first are shown."""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    more = f"\n  … and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
    shown = "\n  ".join(faults[:FAULTS_SHOWN])
    return f"{where}: {count}:\n  {shown}{more}"


def most_frequent(values: Iterable[Any]) -> str:
    """The most frequent of ``values``, with how often each comes."""
    counts = sorted(Counter(values).items(), key=lambda one: (-one[1], str(one[0])))
    more = ", …" if len(counts) > NAMES_SHOWN else ""
    return ", ".join(f"{name} ({n})" if n > 1 else str(name) for name, n in counts[:NAMES_SHOWN]) + more


def text_of(path: Path, what: str) -> str:
    """The text of a file that people wrote; ``what`` begins each message."""
    if not path.is_file():
        reason = "is a folder; expected a file" if path.is_dir() else "there is no such file"
        raise FileNotFoundError(f"{what}: {path}: {reason}.")
    try:
        return path.read_bytes().decode("utf-8-sig")  # line ends inside a text stay as they are
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{what}: {path}: byte {error.start} is not UTF-8; save the file as UTF-8."
        ) from error


def _lines(text: str) -> Iterator[tuple[str, dict | str]]:
    # Not splitlines(), which also parts at U+2028 and U+0085, and JSON may hold those in a text.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"line {number}", _object(line)


def _object(line: str) -> dict | str:
    try:
        values = json.loads(line)
    except json.JSONDecodeError as error:
        return f"not JSON ({error.msg} at column {error.colno}); expected one object a line"
    except RecursionError:
        return "not JSON that can be read: it is nested too deeply"
    return values if isinstance(values, dict) else f"got {line[:60]!r}; expected an object"


def _json_rows(text: str, where: str) -> list[tuple[str, dict | str]]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"{where}: not JSON ({error}). If it has an object a line, name it .jsonl."
        ) from error
    if not isinstance(values, list):
        raise ValueError(f"{where}: got one {type(values).__name__}; expected a list of objects.")
    return [
        (f"item {number}", one if isinstance(one, dict) else f"got {str(one)[:60]!r}; expected an object")
        for number, one in enumerate(values, 1)
    ]


def _csv_rows(text: str) -> Iterator[tuple[str, dict | str]]:
    header = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=header.count), strict=True)
    names: list[str] = []
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield f"line {rows.line_num}", f"no valid CSV: {error}"
            return
        if row is None:
            return
        if not names:
            names = [name.strip() for name in row]
        elif any(cell.strip() for cell in row):
            yield f"line {rows.line_num}", _of_cells(names, row)


def _header(text: str) -> list[str]:
    return [name.strip() for name in text.partition("\n")[0].split("\t")]


def _tabbed_rows(text: str) -> Iterator[tuple[str, dict | str]]:
    names = _header(text)
    for number, line in enumerate(text.split("\n"), 1):
        line = line.removesuffix("\r")
        if number > 1 and line.strip():
            yield f"line {number}", _of_cells(names, _unquoted(line), is_shielded=False)


def _unquoted(line: str) -> list[str]:
    """The cells of ``line``; quotation marks around one are left out if a writer of CSV had to put them."""
    if "\r" in line:  # a writer of CSV had put it into quotes; the reader takes it for the end of a line
        return line.split("\t")
    cells = next(csv.reader([line], delimiter="\t"))
    again = io.StringIO()
    csv.writer(again, delimiter="\t", lineterminator="").writerow(cells)
    return cells if again.getvalue() == line else line.split("\t")


def _of_cells(names: list[str], row: list[str], is_shielded: bool = True) -> dict | str:
    if len(row) != len(names):
        return f"{len(row)} fields, where the header has {len(names)}; put a field with a comma into quotes"
    shielded = (is_shielded and cell.startswith("'") for cell in row)
    cells = (
        SHIELDED.sub("", cell, count=1) if its else cell for cell, its in zip(row, shielded, strict=True)
    )
    return {name: cell or None for name, cell in zip(names, cells, strict=True)}
