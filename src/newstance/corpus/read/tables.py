"""Tables to raw articles: comma-separated and other separated values, Excel workbooks, and parquet."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import IO, Any

from newstance.corpus.read.columns import distinct_names, find_columns, has_plain_value, no_text_column
from newstance.corpus.read.lines import TOO_LONG, bounded_lines, read_whole, text_stream
from newstance.corpus.read.parquet_pages import rows_at_once
from newstance.corpus.read.records import File, RawArticle, Rejection, to_article, with_note
from newstance.corpus.read.rows import MENDED, Lost, Rows, split

ROWS_AT_ONCE = 500
DELIMITERS = ",;\t|"
EXCEL_FIRST_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
LONGEST_NAME = 60
LONGEST_HEADER = 4000

Mapped = Mapping[str, str]
Found = RawArticle | Rejection


def read_table(stream: IO[bytes], file: File, columns: Mapped) -> Iterator[Found]:
    """Values separated by comma, semicolon, tab or bar. The line of a row is the one on which it ends."""
    text, how = text_stream(stream)
    lines = bounded_lines(text)
    header, number, delimiter = _header(lines)
    delimiter = delimiter or _find_delimiter(header, columns)
    names = distinct_names(split(header, delimiter))
    found = find_columns(names, columns)
    if "text" not in found.of:
        raise ValueError(no_text_column(names, columns))
    rows = Rows(lines, number, delimiter, len(names), names.index(found.of["text"]))
    for row in rows:
        if isinstance(row, Lost):
            yield Rejection(file.name, row.line, row.reason)
            continue
        article = to_article(dict(zip(names, row.fields, strict=True)), columns, file.name, row.line)
        yield with_note(with_note(article, how), MENDED if row.is_mended else None)


def _header(lines: Iterator[str | None]) -> tuple[str, int, str | None]:
    """The first line that is not empty, its number, and the delimiter where Excel's ``sep=`` names it."""
    delimiter = None
    for number, line in enumerate(lines, 1):
        if line is None:
            raise ValueError(f"line {number}: {TOO_LONG}")
        line = line.lstrip("\ufeff")
        if delimiter is None and (match := EXCEL_FIRST_LINE.fullmatch(line)):
            delimiter = match[1]
        elif line.strip():
            return line, number, delimiter
    return "", 0, delimiter


def _find_delimiter(header: str, columns: Mapped) -> str:
    """The delimiter that shows a text column, and of these the one that gives most columns."""

    def merit(delimiter: str) -> tuple[bool, int]:
        names = distinct_names(split(header, delimiter))
        return "text" in find_columns(names, columns).of, len(names)

    return max(DELIMITERS, key=merit)


def is_table(text: str, columns: Mapped) -> bool:
    """Whether a text is a table, as Excel saves one as Unicode text: short names in the first line, of which
    two are usual ones, and as many fields in the second."""
    header, _, rest = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").partition("\n")
    if len(header) > LONGEST_HEADER:
        return False
    delimiter = _find_delimiter(header, columns)
    names = split(header, delimiter)
    found = find_columns(distinct_names(names), columns)
    if "text" not in found.of or len(found.of) < 2 or max(map(len, names)) > LONGEST_NAME:
        return False
    first = next((line for line in rest.split("\n") if line.strip()), "")
    return first.count('"') % 2 == 1 or len(split(first, delimiter)) == len(names)


def read_sheet(stream: IO[bytes], file: File, columns: Mapped) -> Iterator[Found]:
    """The rows of the first sheet of an Excel workbook; its first row that is not empty names the columns."""
    from newstance.corpus.read.workbook import read_workbook

    names: list[str] = []
    for number, values in read_workbook(read_whole(stream)):
        if not any(values):
            continue
        if names:
            record = dict(zip_longest(names, values[: len(names)]))
            yield to_article(record, columns, file.name, number)
            continue
        names = distinct_names(value or "" for value in values)
        if "text" not in find_columns(names, columns).of:
            raise ValueError(no_text_column(names, columns))


def read_parquet(stream: IO[bytes], file: File, columns: Mapped) -> Iterator[Found]:
    """The rows of a parquet file, of which only the columns of the fields are loaded."""
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    number = 0
    try:
        table = ParquetFile(stream)
        names = list(_arrow_names(table.schema_arrow))
        found = find_columns(names, columns)
        if "text" not in found.of:
            raise ValueError(no_text_column(names, columns))
        used = list(found.of.values())
        n_rows = rows_at_once(table, stream, used, ROWS_AT_ONCE)
        for batch in table.iter_batches(n_rows, columns=used):
            for record in _records(batch):
                number += 1
                article = to_article(record, columns, file.name, number)
                yield article if isinstance(article, Rejection) else replace(article, columns=found)
    except ArrowException as error:
        raise ValueError(f"no valid parquet, the file may be damaged or cut off: {error}") from error
    except UnicodeDecodeError as error:
        raise ValueError("no valid parquet, the name of a column is no UTF-8") from error


def _arrow_names(fields: Any, prefix: str = "") -> Iterator[str]:
    """The columns of a schema, those inside a struct under dotted names."""
    for field in fields:
        inner = getattr(field.type, "fields", None)
        if inner is None or has_plain_value(one.name for one in inner):
            yield f"{prefix}{field.name}"
        if inner is not None:
            yield from _arrow_names(field.type.fields, f"{prefix}{field.name}.")


def _records(batch: Any) -> list[dict[str, Any]]:
    """The rows of a batch; where a string is no UTF-8, all are taken as bytes."""
    import pyarrow as pa

    try:
        return batch.to_pylist()
    except UnicodeDecodeError:
        plain = [
            column.cast(pa.large_binary()) if pa.types.is_string(column.type) else column
            for column in batch.columns
        ]
        return pa.RecordBatch.from_arrays(plain, batch.schema.names).to_pylist()
