"""Results as one workbook."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from newstance.disk import write_file
from newstance.paths import as_path

if TYPE_CHECKING:
    from newstance.results.results import Results

MOST_ROWS = 1_048_575  # of a sheet, without its head
LONGEST_CELL = 32_767


def to_excel(results: "Results", file: Path | str) -> None:
    """Write the tables a reader looks at as sheets of a workbook; see ``Results.to_excel``."""
    path = as_path(file, "a workbook")
    if path.suffix.lower() != ".xlsx":
        raise ValueError(f"{path}: a workbook is named .xlsx.")
    sheets = _sheets(results)
    for name, table in sheets.items():
        if table.height > MOST_ROWS:
            raise ValueError(
                f"to_excel: {name} has {table.height:,} rows, a sheet holds {MOST_ROWS:,}; to_csv holds any."
            )
    _write(path, sheets)


def _sheets(results: "Results") -> dict[str, pl.DataFrame]:
    """The tables by the names of their sheets."""
    summary = results.summary
    return {
        "themes": summary.themes,
        "articles": results.articles,
        "stance by target": summary.stance_by_target,
        "stance by outlet": summary.stance_by_outlet,
        "themes by outlet": results.themes_over_time("source"),
        "evidence": results.evidence(),
        "reprints": results.corpus.copies,
    }


def _write(path: Path, sheets: dict[str, pl.DataFrame]) -> None:
    """Whole or not at all."""
    from xlsxwriter import Workbook

    content = BytesIO()
    # A text is never a formula or a link, whatever it begins with.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with Workbook(content, options) as book:
        bold = book.add_format({"bold": True})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, table in sheets.items():
            _fill(book.add_worksheet(name), table, bold, date)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(content.getvalue(), path)


def _fill(sheet: Any, table: pl.DataFrame, bold: Any, date: Any) -> None:
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(table.columns):
        values = table[name]
        if values.dtype.is_nested():
            values = pl.Series(name, [None if one is None else _in_words(one) for one in values.to_list()])
        sheet.write_string(0, column, name, bold)
        is_date = values.dtype == pl.Date
        for row, value in enumerate(values, 1):
            if value is None:
                continue
            if is_date:
                sheet.write_datetime(row, column, value, date)
            elif isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, int | float):
                sheet.write_number(row, column, value)
            else:
                sheet.write_string(row, column, str(value)[:LONGEST_CELL])
    if table.height:
        sheet.autofilter(0, 0, table.height, len(table.columns) - 1)


def _in_words(value: Any) -> str:
    """A nested value as a person reads it."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_in_words(one)}" for key, one in value.items() if one is not None)
    return "; ".join(map(_in_words, value)) if isinstance(value, list) else str(value)
