"""Files and records as targets of ``make fuzz``."""

import io
import json
import zipfile
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from fuzz_common import choice_of, text_of, told


def _read(data: bytes, suffix: str) -> None:
    """A file of one format; each article is whole, each rejection has a reason. Of pages, which take long,
    only those of ``page`` are taken apart."""
    from newstance.corpus.read.files import FAULTS, read_stream
    from newstance.corpus.read.page import extract
    from newstance.corpus.read.records import File, RawArticle

    file = File(Path(f"a{suffix}"), f"a{suffix}", None)
    try:
        for raw in read_stream(io.BytesIO(data), file, suffix, {}):
            for found in extract(raw) if suffix == ".html" else [raw]:
                if isinstance(found, RawArticle):
                    _check_article(found)
                else:
                    assert found.reason.strip(), "a rejection without a reason"
    except FAULTS as error:  # what the reader of a whole folder tells
        if not told(error):
            raise


def _check_article(article: Any) -> None:
    assert article.text.strip(), "an article without a text"
    assert article.article_id, "an article without an id"
    for field in fields(article):
        value = getattr(article, field.name)
        if isinstance(value, str):
            value.encode()


def text(data: bytes, place: Path) -> None:
    """A .txt: an article, an export of a database, a table, or a feed called so."""
    _read(data, ".txt")


def page(data: bytes, place: Path) -> None:
    """A page, and its text."""
    _read(data, ".html")


def feed(data: bytes, place: Path) -> None:
    """RSS or Atom."""
    _read(data, ".xml")


def mhtml(data: bytes, place: Path) -> None:
    """A page as a browser saves it."""
    _read(data, ".mhtml")


def warc(data: bytes, place: Path) -> None:
    """A web archive."""
    _read(data, ".warc")


def table(data: bytes, place: Path) -> None:
    """Separated values."""
    _read(data, ".csv")


def json_document(data: bytes, place: Path) -> None:
    """JSON of any shape."""
    _read(data, ".json")


def json_lines(data: bytes, place: Path) -> None:
    """JSON, an object a line."""
    _read(data, ".jsonl")


def word(data: bytes, place: Path) -> None:
    """A Word document, whole or only the XML of its text."""
    _read(data if data.startswith(b"PK") else _zipped({"word/document.xml": data}), ".docx")


def sheet(data: bytes, place: Path) -> None:
    """A workbook, whole or only the XML of its parts, which NUL signs part."""
    names = (
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/_rels/workbook.xml.rels",
    )
    if not data.startswith(b"PK"):
        first, *others = data.split(b"\0")
        book = others.pop() if len(others) > 3 else b"<workbook><sheets/></workbook>"
        data = _zipped(
            {"xl/workbook.xml": book, names[0]: first, **dict(zip(names[1:], others, strict=False))}
        )
    _read(data, ".xlsx")


def parquet(data: bytes, place: Path) -> None:
    """A parquet file, as articles and as a table of a model."""
    from newstance.model.content import ModelError, decode_table

    _read(data, ".parquet")
    try:
        decode_table(place, data)
    except ModelError:
        return


def packed(data: bytes, place: Path) -> None:
    """A packed file."""
    from newstance.corpus.read.files import FAULTS
    from newstance.corpus.read.unpack import PACKED, open_plain

    path = place / "packed"
    path.write_bytes(data[1:])
    try:
        with open_plain(path, sorted(PACKED)[choice_of(data) % len(PACKED)]) as stream:
            while stream.read(1 << 16):
                pass
    except FAULTS as error:
        if not told(error):
            raise


def _zipped(parts: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return data.getvalue()


def decode(data: bytes, place: Path) -> None:
    """The encoding of bytes."""
    from newstance.corpus.read.decode import decode as decode_bytes

    try:
        decode_bytes(data[1:], (None, "utf-8", "cp1251", "utf-7", "idna", "hex")[choice_of(data) % 6])
    except ValueError as error:
        if not told(error):
            raise


def columns(data: bytes, place: Path) -> None:
    """Names of columns, or a record with all that lies in it, and a mapping."""
    from newstance.corpus.read.columns import check_columns, find_columns, no_text_column, value_of

    names, _, rest = text_of(data).partition("\0")
    mapping = dict(line.split("=", 1) for line in rest.split("\n") if "=" in line)
    try:
        record = json.loads(names)
    except (ValueError, RecursionError):
        record = names.split(",")
    if not isinstance(record, dict | list) or not all(isinstance(one, str) for one in record):
        return
    found = find_columns(record, mapping)
    no_text_column(record, mapping)
    if isinstance(record, dict):
        for name in found.of.values():
            value_of(record, name)
    else:
        assert set(found.of.values()) <= set(record)
    try:
        check_columns(mapping)
    except ValueError as error:
        if not told(error):
            raise


def dates(data: bytes, place: Path) -> None:
    """A column of dates, an address, and a format."""
    from newstance.corpus.read.dates import date_in_path, is_date_format, outlet_of_url, read_column

    form, *raws = text_of(data).split("\n")
    date_format = form if choice_of(data) % 2 and is_date_format(form) else None
    for one in read_column(raws, date_format):
        assert one.date is None or type(one.date) is date
        assert one.date is None or date_format or 1800 <= one.date.year <= 2199, one
    for raw in raws[:2]:
        date_in_path(raw)
        outlet_of_url(raw)


def repair(data: bytes, place: Path) -> None:
    """A text of a wrong code page, with markup or escaped line ends."""
    from newstance.corpus.read.repair import mend_code_page, with_line_ends, without_html, without_marks

    given = text_of(data)
    for one in (mend_code_page, without_marks, without_html, with_line_ends):
        one(given).encode()
