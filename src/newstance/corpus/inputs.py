"""What a caller may hand over: tables, columns, lists and paths of any library, brought to records.

pandas and pyarrow are never imported here: data of theirs can only come where they are loaded.
"""

import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from math import isnan
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from newstance.addresses import Address
from newstance.corpus.read.columns import find_columns, no_text_column, value_of
from newstance.corpus.read.files import read_row
from newstance.corpus.read.formats import READERS
from newstance.corpus.read.log import ReadLog
from newstance.corpus.read.records import RawArticle, Rejection, stated_id
from newstance.corpus.read.unpack import PACKED
from newstance.frames import with_values

TAKEN = (
    "a text or a pathlib.Path; a DataFrame, Series, LazyFrame or Arrow table; a dict of columns or of one "
    "article; a numpy array of str; or a list or iterator of texts, dicts or paths"
)
# A name of a file that need not exist: a known suffix, and no blank unless it begins as a path does.
SUFFIX = rf"(?:{'|'.join(map(re.escape, READERS))})(?:{'|'.join(map(re.escape, PACKED))})?"
FILE_NAME = re.compile(rf"(?:\S+|(?:[~/\\.]|[A-Za-z]:[/\\]).*){SUFFIX}", re.IGNORECASE)
LONGEST_PATH = 1024
NO_COLUMN = (str, bytes, bytearray, memoryview, Mapping, Set, io.IOBase)  # a set has no order

ROW_DIGITS = 12  # of a key

Rows = Callable[[], Iterator[Mapping[str, Any]]]


@dataclass(frozen=True)
class Records:
    """The rows of what a caller gave, in the caller's order.

    ``rows`` gives them, anew at each call; ``ids`` (n_rows,) holds the article_id each row states, or None;
    ``empty`` (n_rows,) says which rows hold an empty text; ``index`` is that of a pandas object.
    """

    rows: Rows
    ids: list[str | None]
    empty: list[bool]
    index: Any = None

    def __len__(self) -> int:
        return len(self.ids)


def settle(data: Any) -> Any:
    """``data``; an iterator, which can be read only once, as a list."""
    return list(data) if isinstance(data, Iterator) and not isinstance(data, io.IOBase) else data


def is_path(data: Any) -> bool:
    """Whether ``data`` is a path object or an ``Address``; a str is none."""
    return isinstance(data, PathLike | Address)


def are_paths(data: Any) -> bool:
    """Whether ``data`` is a list of path objects and nothing else."""
    return isinstance(data, list | tuple) and bool(data) and all(map(is_path, data))


def looks_like_path(text: str) -> bool:
    """Whether a text is more likely a path: one that exists, or one that ends as the names of files do."""
    if len(text) > LONGEST_PATH or "\n" in text or not any(map(str.isalpha, text)):
        return False
    try:
        return bool(FILE_NAME.fullmatch(text)) or Path(text).exists()
    except (OSError, ValueError):  # no file can have this name
        return False


def to_records(data: Any, columns: Mapping[str, str]) -> Records:
    """The rows of ``data``, which is one of ``TAKEN`` but no path. ``columns`` maps our fields to its names.

    Raises ``TypeError`` for what is none of these, and ``ValueError`` for a table without a column of texts
    or for strings that are paths.
    """
    data = settle(data)
    index = data.index if _is_pandas(data) else None
    rows = _rows_of_table(data, columns) or _rows_of_items(_items(data), columns)
    known = [(stated_id(row, columns), _has_empty_text(row, columns)) for row in rows()]
    return Records(rows, [one for one, _ in known], [is_empty for _, is_empty in known], index)


def row_key(row: int, article_id: str | None) -> str:
    """An id that no other row has. Keys sort by article_id, then by ``row`` (from 0)."""
    return f"{article_id or ''}\0{row:0{ROW_DIGITS}}"


def read_keyed(
    records: Records, columns: Mapping[str, str], log: ReadLog
) -> Iterator[RawArticle | Rejection]:
    """The article or rejection of each row, with its key for an id; ``log`` is told of the columns."""
    for row, record in enumerate(records.rows()):
        found = read_row(record, columns, row + 1)
        if isinstance(found, RawArticle):
            log.add(found)
            found = replace(found, article_id=row_key(row, found.article_id))
        yield found


def with_own_ids(table: pl.DataFrame) -> pl.DataFrame:
    """``table`` with the caller's ids in place of the keys, and with the column ``row`` (Int64, from 0)."""
    rows = [int(key[-ROW_DIGITS:]) for key in table["article_id"]]
    own: dict[str, list] = {
        name: [key and key[: -ROW_DIGITS - 1] for key in table[name]]
        for name in ("article_id", "duplicate_of")
        if name in table.columns
    }
    return with_values(table, own).hstack([pl.Series("row", rows, pl.Int64)])


def _has_empty_text(row: Mapping[str, Any], columns: Mapping[str, str]) -> bool:
    column = find_columns(row, columns).of.get("text")
    text = None if column is None else value_of(row, column)
    return isinstance(text, str) and not text.strip()


def _rows_of_table(data: Any, columns: Mapping[str, str]) -> Rows | None:
    """Rows of a frame, an Arrow table or a dict; ``None`` for what has no columns."""
    if isinstance(data, pl.LazyFrame):
        data = _converted(data.collect, "the LazyFrame could not be collected")
    if isinstance(data, Mapping):
        return _rows_of_dict({str(name): value for name, value in data.items()}, columns)
    if _is_pandas(data):
        return _rows_of_pandas(data, columns) if hasattr(data, "columns") else None
    if _is_arrow(data):
        data = _converted(partial(pl.from_arrow, data), f"the {_kind(data)} could not be read")
    if not isinstance(data, pl.DataFrame):
        return None
    _check_names(data.columns, columns)
    frame = data
    return lambda: frame.iter_rows(named=True)


def _rows_of_pandas(data: Any, columns: Mapping[str, str]) -> Rows:
    names = [str(name) for name in data.columns]
    _check_names(names, columns)
    return lambda: (dict(zip(names, row, strict=True)) for row in data.itertuples(index=False, name=None))


def _rows_of_dict(data: dict[str, Any], columns: Mapping[str, str]) -> Rows:
    """Rows of a dict of columns, or the one row of a dict that is an article."""
    _check_names(list(data), columns)
    if not _is_column(value_of(data, find_columns(data, columns).of["text"])):
        return lambda: iter([data])
    whole = {name: list(value) for name, value in data.items() if _is_column(value)}
    lengths = {name: len(value) for name, value in whole.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the dict: its columns differ in length: {lengths}; give each row a value.")
    same = {name: value for name, value in data.items() if name not in whole}
    rows = [same | dict(zip(whole, row, strict=True)) for row in zip(*whole.values(), strict=True)]
    return lambda: iter(rows)


def _check_names(names: Sequence[str], columns: Mapping[str, str]) -> None:
    """Refuse a table of which no column, or more than one of the same name, can hold the text."""
    if not names:
        raise ValueError("the table has no columns; one must hold the texts, as 'text' does.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"the table: more than one column is named {twice}; rename or drop the others.")
    if "text" not in find_columns(names, columns).of:
        raise ValueError(f"the table: {no_text_column(names, columns)}")


def _items(data: Any) -> list[Any]:
    """The texts or records of a column, an array, a list, or of one text."""
    if isinstance(data, str):
        return [data]
    if _is_arrow(data):
        data = pl.Series(_converted(partial(pl.from_arrow, data), f"the {_kind(data)} could not be read"))
    if not _is_column(data):
        raise TypeError(f"got {_kind(data)}, expected {TAKEN}.")
    items = data.tolist() if hasattr(data, "tolist") else list(data)
    if items and not any(isinstance(item, str | Mapping) or _is_missing(item) for item in items):
        raise TypeError(f"got {_kind(data)} of {_kind(items[0])}, expected {TAKEN}.")
    if any(map(is_path, items)):
        raise TypeError(f"got paths and other things in one list, expected {TAKEN}.")
    if items and all(isinstance(item, str) and looks_like_path(item) for item in items):
        raise ValueError(
            f"the list holds names of files, as {items[0]!r}, and a str is a text here. Give paths as "
            "[Path(name) for name in names], or read them with newstance.read_corpus(names)."
        )
    return items


def _rows_of_items(items: list[Any], columns: Mapping[str, str]) -> Rows:
    rows = [
        {str(name): value for name, value in item.items()} if isinstance(item, Mapping) else {"text": item}
        for item in items
    ]
    if rows and not any("text" in find_columns(row, columns).of for row in rows):
        raise ValueError(f"the records: {no_text_column(rows[0], columns)}")
    return lambda: iter(rows)


def _is_column(data: Any) -> bool:
    """Whether ``data`` is an ordered run of values: a list, a Series, an array of one axis or more."""
    is_scalar = isinstance(data, np.ndarray) and data.ndim == 0
    return isinstance(data, Iterable) and not isinstance(data, NO_COLUMN) and not is_scalar


def _is_missing(item: Any) -> bool:
    """None, NaN, and the empty values of pandas."""
    is_nan = isinstance(item, float) and isnan(item)
    return item is None or is_nan or type(item).__name__ in ("NAType", "NaTType")


def _is_pandas(data: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, (pandas.DataFrame, pandas.Series))


def _is_arrow(data: Any) -> bool:
    """Whether ``data`` speaks Arrow: pyarrow's tables, batches and arrays, and those of other libraries."""
    speaks = hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")
    return speaks and not _is_pandas(data) and not isinstance(data, pl.DataFrame | pl.Series)


def _converted(convert: Callable[[], Any], fault: str) -> Any:
    try:
        return convert()
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        first_line = str(error).partition("\n")[0]  # polars adds its whole plan
        raise ValueError(f"{fault}: {first_line}") from error


def _kind(data: Any) -> str:
    return "None" if data is None else type(data).__name__
