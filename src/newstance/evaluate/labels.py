"""The themes that a person gave to articles: a CSV with the columns article_id and theme."""

import csv
import difflib
from pathlib import Path
from typing import Any

from newstance.label_files import text_of

COLUMNS = ("article_id", "theme")
# Columns of other tools that may be meant.
OTHER_NAMES = {
    "article_id": ("id", "articleid", "doc_id", "document"),
    "theme": ("label", "topic", "class", "category", "cluster"),
}
DELIMITERS = ",;\t|"
FAULTS_SHOWN = 10


def read_gold_themes(path: Path) -> dict[str, str]:
    """The theme of each article_id; rows without a theme are left out.

    Raises ``ValueError`` that lists the first faults with file and line, ``FileNotFoundError`` where there
    is no such file.
    """
    lines = text_of(path, "evaluation.themes").splitlines(keepends=True)
    header = lines[0] if lines else ""
    delimiter = max(
        DELIMITERS, key=lambda one: (len(set(_names(header, one)) & set(COLUMNS)), header.count(one))
    )
    names = _names(header, delimiter)
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise ValueError(f"evaluation.themes: {path}: {_told_missing(missing, names)}")
    labels, faults = _labels(csv.reader(lines, delimiter=delimiter), names)
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        shown = "\n  ".join(faults[:FAULTS_SHOWN])
        raise ValueError(f"evaluation.themes: {path}: {count}:\n  {shown}")
    return labels


def _names(header: str, delimiter: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]


def _told_missing(missing: list[str], names: list[str]) -> str:
    hints = []
    for column in missing:
        other = [name for name in names if name.lower() in (column, *OTHER_NAMES[column])]
        near = other or difflib.get_close_matches(column, names, n=1)
        hints.append(
            f"there is no column '{column}'" + (f" (is it '{near[0]}'? rename that)" if near else "")
        )
    found = ", ".join(names) or "nothing"
    return f"{'; '.join(hints)}. Its first line names {found}; expected article_id,theme."


def _labels(rows: Any, names: list[str]) -> tuple[dict[str, str], list[str]]:
    labels: dict[str, str] = {}
    faults: list[str] = []
    lines: dict[str, int] = {}
    next(rows)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            return labels, [*faults, f"line {rows.line_num}: no valid CSV: {error}"]
        if row is None:
            return labels, faults
        fault = _take(row, names, rows.line_num, labels, lines)
        if fault:
            faults.append(f"line {rows.line_num}: {fault}")


def _take(
    row: list[str], names: list[str], line: int, labels: dict[str, str], lines: dict[str, int]
) -> str | None:
    """Add the label of ``row``, or say what is wrong with it."""
    if not any(cell.strip() for cell in row):
        return None
    if len(row) != len(names):
        return f"{len(row)} fields, where the header has {len(names)}; put a field with a comma into quotes"
    article, theme = (row[names.index(column)].strip() for column in COLUMNS)
    if not theme:
        return None
    if not article:
        return f"the theme {theme!r} has no article_id"
    if labels.setdefault(article, theme) != theme:
        was = f"{labels[article]!r} in line {lines[article]}"
        return f"article_id {article!r} has the theme {theme!r} here and {was}; give each article one"
    lines.setdefault(article, line)
    return None
