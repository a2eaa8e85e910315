"""The first sheet of an Excel workbook, row by row (ECMA-376, part 1, chapter 18.3)."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from xml.etree import ElementTree

from newstance.corpus.read.office import UNREADABLE, read_part, tree_of

SPACE = re.compile(r"^\{[^}]*\}")
COLUMN = re.compile(r"[A-Z]{1,3}")
DATE_FORMATS = {14, 15, 16, 17, 22, *range(27, 32), 36, 50, 51, 52, 53, 54, 57, 58}  # built in, with a day
IN_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')  # parts of a number format that are no signs of a date
SIGNS = re.compile(r"[yd]", re.IGNORECASE)
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)

MOST_COLUMNS = 1_000  # cells right of these are not read

Row = tuple[int, list[str | None]]


def read_workbook(data: bytes) -> Iterator[Row]:
    """The rows of the first sheet: the number of each, from 1, and its values; dates as ISO 8601.

    Raises ``ValueError`` for what is no such workbook, has a password, or is too large unpacked.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError("an Excel workbook with a password, or an old .xls: save it as .csv")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            book = _tree(archive, "xl/workbook.xml")
            strings = [_text(item) for item in _optional(archive, "xl/sharedStrings.xml")]
            epoch = EPOCH_1904 if _has_1904(book) else EPOCH
            dated = _date_styles(_optional(archive, "xl/styles.xml"))
            sheet = _tree(archive, _first_sheet(archive, book))
            yield from _rows(sheet, strings, dated, epoch)
    except UNREADABLE as error:
        raise ValueError(f"not a readable Excel workbook (.xlsx): {error}; save it as .csv") from error


def _tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """A part of the archive without namespaces, of which there are two, the strict and the usual."""
    root = tree_of(read_part(archive, name), name)
    for node in root.iter():
        node.tag = SPACE.sub("", node.tag)
    return root


def _optional(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return _tree(archive, name) if name in archive.namelist() else ElementTree.Element("none")


def _first_sheet(archive: zipfile.ZipFile, book: ElementTree.Element) -> str:
    sheet = book.find("sheets/sheet")
    ids = {} if sheet is None else {SPACE.sub("", name): value for name, value in sheet.attrib.items()}
    for link in _optional(archive, "xl/_rels/workbook.xml.rels"):
        if link.get("Id") == ids.get("id"):
            target = link.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return "xl/worksheets/sheet1.xml"


def _has_1904(book: ElementTree.Element) -> bool:
    settings = book.find("workbookPr")
    return settings is not None and settings.get("date1904") in ("1", "true")


def _date_styles(styles: ElementTree.Element) -> set[int]:
    """The styles of cells that show a day."""
    own = {
        int(form.get("numFmtId", 0)): bool(SIGNS.search(IN_FORMAT.sub("", form.get("formatCode", ""))))
        for form in styles.findall("numFmts/numFmt")
    }
    formats = [int(style.get("numFmtId", 0)) for style in styles.findall("cellXfs/xf")]
    return {place for place, number in enumerate(formats) if own.get(number, number in DATE_FORMATS)}


def _text(item: ElementTree.Element) -> str:
    """The text of a string and its runs, without the reading aids of East Asian text (rPh)."""
    parts = [item.findtext("t"), *(run.findtext("t") for run in item.findall("r"))]
    return "".join(part for part in parts if part)


def _rows(sheet: ElementTree.Element, strings: list[str], dated: set[int], epoch: datetime) -> Iterator[Row]:
    for place, row in enumerate(sheet.iterfind("sheetData/row"), 1):
        values: list[str | None] = []
        for cell in row.iterfind("c"):
            match = COLUMN.match(cell.get("r", ""))
            column = _column_number(match[0]) if match else len(values)
            if column >= MOST_COLUMNS:
                continue
            values += [None] * (column - len(values))
            values.append(_value(cell, strings, dated, epoch))
        yield int(row.get("r", place)), values


def _column_number(name: str) -> int:
    number = 0
    for letter in name:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell: ElementTree.Element, strings: list[str], dated: set[int], epoch: datetime) -> str | None:
    kind, raw = cell.get("t", "n"), cell.findtext("v")
    if kind == "inlineStr":
        inline = cell.find("is")
        return None if inline is None else _text(inline)
    if raw is None or kind == "e":
        return None
    if kind == "s":
        return strings[int(raw)]
    if kind == "n" and int(cell.get("s", 0)) in dated:
        with suppress(OverflowError, ValueError):
            day = epoch + timedelta(days=float(raw))
            return (
                day.date().isoformat()
                if day.time() == datetime.min.time()
                else day.isoformat(timespec="seconds")
            )
    return raw
