"""How much the pages of a parquet file unpack to, read from their headers before any is unpacked.

The footer of a file says what its writer wished; the reader allocates what the header of each page says. A
page header is a struct of Thrift's compact protocol (https://github.com/apache/parquet-format).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, NamedTuple

MOST_PAGE, MOST_VALUES = 128 << 20, 20_000_000  # bytes and values of a page; writers make pages of a megabyte
MOST_AT_ONCE = 128 << 20  # bytes of rows that are unpacked together
LONGEST_HEADER = 1 << 16
BOOLEANS, BYTE, NUMBERS, DOUBLE, BINARY, LISTS, STRUCT = (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 12
DEEPEST = 8
# Fields of a page header, and of the headers of its kinds.
KIND, UNPACKED, PACKED, DATA, DICTIONARY, DATA_2 = 1, 2, 3, 5, 7, 8
DICTIONARY_PAGE = 2
# Fields of a footer, of its groups of rows, of their columns, and of what is told of each.
GROUPS, COLUMNS, COLUMN = 4, 1, 3
N_VALUES, DATA_AT, DICTIONARY_AT = 5, 9, 11


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


def check_pages(content: bytes) -> None:
    """Raise ``ValueError`` where the pages of a parquet file in memory unpack to more bytes or values, all
    together, than one may."""
    n_bytes = n_values = 0
    for start, expected in _chunks(content):
        for page in _pages_of(start, expected, lambda at: content[at : at + LONGEST_HEADER]):
            n_bytes, n_values = n_bytes + page.size, n_values + page.n_values
            if n_bytes > MOST_PAGE or n_values > MOST_VALUES:
                raise ValueError(f"it unpacks to more than {MOST_PAGE:,} bytes or {MOST_VALUES:,} values")


def _chunks(content: bytes) -> Iterator[tuple[int, int]]:
    """Where the pages of each column of each group of rows begin, and how many values they hold."""
    size = int.from_bytes(content[-8:-4], "little")
    if content[-4:] != b"PAR1" or size + 8 > len(content):
        raise ValueError("no valid parquet, its end is missing")
    try:
        footer, _ = _struct(content, len(content) - 8 - size, DEEPEST)
        for group in footer.get(GROUPS, []):
            for chunk in group[COLUMNS]:
                told = chunk[COLUMN]
                start = _whole(told[DATA_AT])
                yield min(start, _whole(told.get(DICTIONARY_AT) or start)), _whole(told[N_VALUES])
    except (IndexError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("no valid parquet, its footer is damaged") from error


def _pages(metadata: Any, stream: IO[bytes], columns: Sequence[str]) -> Iterator[Page]:
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(number)
            path = chunk.path_in_schema
            if any(path == name or path.startswith(f"{name}.") for name in columns):
                start = chunk.data_page_offset
                if chunk.has_dictionary_page and chunk.dictionary_page_offset is not None:
                    start = min(start, chunk.dictionary_page_offset)
                yield from _pages_of(start, chunk.num_values, lambda at: _header_at(stream, at))


def _header_at(stream: IO[bytes], at: int) -> bytes:
    stream.seek(at)
    return stream.read(LONGEST_HEADER)


def _pages_of(at: int, n_values: int, read: Callable[[int], bytes]) -> Iterator[Page]:
    """The pages from ``at`` on, until there are ``n_values``; ``read`` gives the bytes at a place."""
    while n_values > 0:
        try:
            fields, length = _struct(read(at), 0, DEEPEST)
            page = _page(fields)
            packed = _whole(fields[PACKED])
        except (IndexError, KeyError, TypeError) as error:
            raise ValueError("no valid parquet, the header of a page is damaged or cut off") from error
        if packed < 0 or page.size < 0 or (page.n_values <= 0 and not page.is_dictionary):
            raise ValueError("no valid parquet, a page has less than no bytes or no values")
        yield page
        n_values -= 0 if page.is_dictionary else page.n_values
        at += length + packed


def _page(fields: dict[int, Any]) -> Page:
    head = fields.get(DATA) or fields.get(DATA_2) or fields.get(DICTIONARY)
    n_values = _whole(head[1]) if head else 0
    return Page(_whole(fields[UNPACKED]), n_values, fields[KIND] == DICTIONARY_PAGE)


def _whole(value: Any) -> int:
    """A field that is a number; raises ``TypeError`` where a damaged file has something else there."""
    if not isinstance(value, int):
        raise TypeError(f"expected a number, got {type(value).__name__}")
    return value


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
        if size > len(data) - at:  # each takes a byte or more
            raise IndexError("a list that is longer than the file")
        values = []
        for _ in range(size):
            value, at = (data[at], at + 1) if inner in BOOLEANS else _value(data, at, inner, depth - 1)
            values.append(value)
        return values, at
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
