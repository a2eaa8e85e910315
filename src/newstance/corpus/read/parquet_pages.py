"""How much the pages of a parquet file unpack to, read from their headers before any is unpacked.

The footer of a file says what its writer wished; the reader allocates what the header of each page says. A
page header is a struct of Thrift's compact protocol (https://github.com/apache/parquet-format).
"""

from collections.abc import Iterator, Sequence
from typing import IO, Any, NamedTuple

MOST_PAGE, MOST_VALUES = 128 << 20, 20_000_000  # bytes and values of a page; writers make pages of a megabyte
MOST_AT_ONCE = 128 << 20  # bytes of rows that are unpacked together
LONGEST_HEADER = 1 << 16
BOOLEANS, BYTE, NUMBERS, DOUBLE, BINARY, LISTS, STRUCT = (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 12
DEEPEST = 8
# Fields of a page header, and of the headers of its kinds.
KIND, UNPACKED, PACKED, DATA, DICTIONARY, DATA_2 = 1, 2, 3, 5, 7, 8
DICTIONARY_PAGE = 2


class Page(NamedTuple):
    """Sizes of a page: bytes unpacked, and values."""

    size: int
    n_values: int
    is_dictionary: bool


def rows_at_once(table: Any, stream: IO[bytes], columns: Sequence[str], most: int) -> int:
    """How many rows of ``columns`` of a ``ParquetFile`` may be unpacked together, at most ``most``.

    A text that stands once in a dictionary may be that of all rows. Raises ``ValueError`` for a page that no
    writer of articles makes.
    """
    largest = 1
    for page in _pages(table.metadata, stream, columns):
        if page.size > MOST_PAGE or page.n_values > MOST_VALUES:
            raise ValueError(
                f"a page of the parquet file unpacks to {page.size:,} bytes and {page.n_values:,} values; at "
                f"most {MOST_PAGE:,} and {MOST_VALUES:,} are read; write it anew with smaller pages"
            )
        if page.is_dictionary:
            largest = max(largest, page.size)
    return max(1, min(most, MOST_AT_ONCE // largest))


def _pages(metadata: Any, stream: IO[bytes], columns: Sequence[str]) -> Iterator[Page]:
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(number)
            if any(
                chunk.path_in_schema == name or chunk.path_in_schema.startswith(f"{name}.")
                for name in columns
            ):
                yield from _pages_of(chunk, stream)


def _pages_of(chunk: Any, stream: IO[bytes]) -> Iterator[Page]:
    at = chunk.data_page_offset
    if chunk.has_dictionary_page and chunk.dictionary_page_offset is not None:
        at = min(at, chunk.dictionary_page_offset)
    left = chunk.num_values
    while left > 0:
        stream.seek(at)
        data = stream.read(LONGEST_HEADER)
        try:
            fields, length = _struct(data, 0, DEEPEST)
            page = _page(fields)
            packed = fields[PACKED]
        except (IndexError, KeyError, TypeError) as error:
            raise ValueError("no valid parquet, the header of a page is damaged or cut off") from error
        if packed < 0 or page.size < 0 or (page.n_values <= 0 and not page.is_dictionary):
            raise ValueError("no valid parquet, a page has less than no bytes or no values")
        yield page
        left -= 0 if page.is_dictionary else page.n_values
        at += length + packed


def _page(fields: dict[int, Any]) -> Page:
    head = fields.get(DATA) or fields.get(DATA_2) or fields.get(DICTIONARY)
    return Page(fields[UNPACKED], head[1] if head else 0, fields[KIND] == DICTIONARY_PAGE)


def _struct(data: bytes, at: int, depth: int) -> tuple[dict[int, Any], int]:
    """The fields of a struct that begins at ``at``, by their numbers, and where it ends."""
    fields: dict[int, Any] = {}
    number = 0
    while data[at]:
        head = data[at]
        at += 1
        if head >> 4:
            number += head >> 4
        else:
            number, at = _number(data, at)
        if head & 15 not in BOOLEANS:
            fields[number], at = _value(data, at, head & 15, depth)
    return fields, at + 1


def _value(data: bytes, at: int, kind: int, depth: int) -> tuple[Any, int]:
    if kind == STRUCT and depth:
        return _struct(data, at, depth - 1)
    if kind in NUMBERS:
        return _number(data, at)
    if kind == BINARY:
        size, at = _unsigned(data, at)
        return None, at + size
    if kind in (BYTE, DOUBLE):
        return None, at + (1 if kind == BYTE else 8)
    if kind in LISTS and depth:
        size, inner = data[at] >> 4, data[at] & 15
        at += 1
        if size == 15:
            size, at = _unsigned(data, at)
        for _ in range(size):
            _, at = (None, at + 1) if inner in BOOLEANS else _value(data, at, inner, depth - 1)
        return None, at
    raise KeyError(kind)


def _unsigned(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while data[at] & 128:
        value |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
    return value | data[at] << shift, at + 1


def _number(data: bytes, at: int) -> tuple[int, int]:
    value, at = _unsigned(data, at)
    return (value >> 1) ^ -(value & 1), at
