"""One reader a file format: an open file to raw articles, one by one."""

import csv
import io
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import IO, Any, NamedTuple

from newstance.corpus.read.decode import decode, errors_of, find_encoding
from newstance.corpus.read.page import declared_charset
from newstance.corpus.read.records import (
    RawArticle,
    Rejection,
    find_columns,
    no_text_column,
    to_article,
    whole,
)

HEAD = 1 << 20  # bytes that judge the encoding of a file that is streamed
PIECE = 1 << 12
ROWS_AT_ONCE = 500
LONGEST_FIELD = 2**31 - 1
DELIMITERS = ",;\t|"
LONGEST_TITLE = 160
NO_TITLE_END = (".", "…", ",", ":", ";", "-", "–", "—")
CLOSING_QUOTES = "»“”\"'’)"

Columns = Mapping[str, str]
Found = RawArticle | Rejection


class File(NamedTuple):
    """A file to read: where it is, how messages call it, and the sub-folder that may be its outlet."""

    path: Path
    name: str
    folder: str | None


def _read_page(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    data = stream.read()
    text, how = decode(data, declared_charset(data))
    yield _one_a_file(file, None, text, how, is_html=True)


def _read_text(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    text, how = decode(stream.read())
    title, body = _split_title(text.replace("\r\n", "\n").replace("\r", "\n"))
    yield _one_a_file(file, title, body, how, is_html=False)


def _one_a_file(file: File, title: str | None, text: str, how: str | None, is_html: bool) -> Found:
    inferred = ("article_id made of the file name",) + ((how,) if how else ())
    return whole(
        RawArticle(
            article_id=file.name,
            title=title,
            text=text,
            source=None,
            published=None,
            lang=None,
            url=None,
            file=file.name,
            line=None,
            folder=file.folder,
            is_html=is_html,
            inferred=inferred,
        )
    )


def _split_title(text: str) -> tuple[str | None, str]:
    """The first line as the title where it looks like one: short, without a full stop, before more lines
    that do not simply go on with its sentence."""
    first, _, rest = text.lstrip().partition("\n")
    title, body = first.strip(), rest.strip()
    goes_on = not rest.startswith(("\n", " \n")) and body[:1].islower()
    if (
        not body
        or goes_on
        or len(title) > LONGEST_TITLE
        or title.rstrip(CLOSING_QUOTES).endswith(NO_TITLE_END)
    ):
        return None, text
    return title, rest


def _text_stream(stream: IO[bytes]) -> tuple[io.TextIOWrapper, str | None]:
    """``stream`` as text, judged by its beginning, and how its encoding was found."""
    head = _read_head(stream)
    codec, how = find_encoding(head, whole=len(head) < HEAD)
    stream.seek(0)
    return io.TextIOWrapper(stream, encoding=codec, errors=errors_of(codec), newline=""), how


def _read_head(stream: IO[bytes]) -> bytes:
    """The first ``HEAD`` bytes, or those before the place where a damaged archive breaks off."""
    head = bytearray()
    with suppress(OSError, EOFError, zlib.error):
        while len(head) < HEAD and (some := stream.read(PIECE)):
            head += some
    return bytes(head)


def _told(found: Found, how: str | None) -> Found:
    if how is None or isinstance(found, Rejection):
        return found
    return replace(found, inferred=(*found.inferred, how))


def _read_json_lines(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    lines, how = _text_stream(stream)
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _told(_read_json_line(line, file.name, number, columns), how)


def _read_json_line(line: str, name: str, number: int, columns: Columns) -> Found:
    try:
        record = json.loads(line, strict=False)
    except (ValueError, RecursionError) as error:
        return Rejection(name, number, f"no valid JSON: {error}; the line begins {line[:60]!r}")
    return _to_article(record, name, number, columns)


def _to_article(record: Any, name: str, number: int, columns: Columns) -> Found:
    if not isinstance(record, dict):
        return Rejection(name, number, f"a JSON object was expected, not {type(record).__name__}")
    return to_article(record, columns, name, number)


def _read_json(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    """A list of objects, an object that holds one, a single object, or JSON Lines under another name."""
    text, how = decode(stream.read())
    try:
        content = json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise ValueError(f"no valid JSON: {error}") from error
        stream.seek(0)
        yield from _read_json_lines(stream, file, columns)
        return
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list) and value]
        one_record = "text" in find_columns(content, columns).of or len(lists) != 1
        content = [content] if one_record else lists[0]
    for number, record in enumerate(content if isinstance(content, list) else [content], 1):
        yield _told(_to_article(record, file.name, number, columns), how)


def _read_table(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    """Values separated by comma, semicolon, tab or bar. The line of a row is the one on which it ends."""
    csv.field_size_limit(LONGEST_FIELD)  # of the whole process: the default refuses a text of 128 kB
    lines, how = _text_stream(stream)
    header = next((line for line in lines if line.strip()), "")
    rows = csv.reader(chain([header], lines), delimiter=_find_delimiter(header, columns), strict=True)
    names = [name.strip() for name in next(rows, [])]
    if "text" not in find_columns(names, columns).of:
        raise ValueError(no_text_column(names, columns))
    while (row := _next_row(rows, names)) is not None:
        if isinstance(row, str):
            yield Rejection(file.name, rows.line_num, row)
        elif row:
            yield _told(to_article(row, columns, file.name, rows.line_num), how)


def _next_row(rows: Any, names: list[str]) -> dict[str, str] | str | None:
    """The next row of a csv reader by column, a reason why it is none, empty for an empty line, ``None``
    at the end."""
    try:
        row = next(rows, None)
    except csv.Error as error:
        return f"no valid CSV: {error}"
    if not row:
        return None if row is None else {}
    if len(row) != len(names):
        return f"{len(row)} fields, where the header has {len(names)}"
    return dict(zip(names, row, strict=True))


def _find_delimiter(header: str, columns: Columns) -> str:
    """The delimiter that shows a text column, and of these the one that gives most columns."""

    def merit(delimiter: str) -> tuple[bool, int]:
        names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
        return "text" in find_columns(names, columns).of, len(names)

    return max(DELIMITERS, key=merit)


def _read_parquet(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    from pyarrow.parquet import ParquetFile

    table = ParquetFile(stream)
    found = find_columns(table.schema_arrow.names, columns)
    if "text" not in found.of:
        raise ValueError(no_text_column(table.schema_arrow.names, columns))
    number = 0
    for batch in table.iter_batches(ROWS_AT_ONCE, columns=list(found.of.values())):
        for record in batch.to_pylist():
            number += 1
            yield to_article(record, columns, file.name, number)


READERS: dict[str, Callable[[IO[bytes], File, Columns], Iterator[Found]]] = {
    ".txt": _read_text,
    ".html": _read_page,
    ".htm": _read_page,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
    ".json": _read_json,
    ".csv": _read_table,
    ".tsv": _read_table,
    ".parquet": _read_parquet,
}
