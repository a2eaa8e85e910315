"""Values of a saved model and their bytes: arrays as safetensors, tables as parquet, text as UTF-8.

The kinds of files and of values that may be there are listed here, in code: a folder from somebody
else cannot widen them, and none of them can run. Equal values give equal bytes.
"""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from newstance.corpus.read.parquet_pages import check_pages
from newstance.table_streams import table_bytes

ARRAYS, TABLE = "arrays.safetensors", ".parquet"
TEXT_SUFFIXES = (".json", ".jsonl", ".md", ".yaml")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(json|jsonl|md|yaml|parquet|safetensors)")
ARRAY_DTYPES = frozenset(
    ["bool", "float16", "float32", "float64"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)
TABLE_DTYPES = (
    pl.Boolean,
    *(pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64),
    *(pl.Float32, pl.Float64, pl.String, pl.Date, pl.Datetime, pl.Duration, pl.Time),
    *(pl.Null, pl.Enum, pl.List, pl.Array, pl.Struct),
)
# Far above what a model needs; a small file may claim far more than memory holds.
MAX_SIDE = 50_000_000
MAX_ROWS, MAX_COLUMNS, MAX_AXES = 1_000_000, 200, 4
REMEDY = "Copy the folder anew from where it came, or train again."


class ModelError(ValueError):
    """A model folder that cannot be read or written; the text has its path and what to do."""


def is_file_name(name: str) -> bool:
    """Whether a model may hold a file of that name: no path, no hidden file, a known suffix."""
    return bool(FILE_NAME.fullmatch(name)) and (name == ARRAYS or not name.endswith(".safetensors"))


def encode_text(path: Path, text: str) -> bytes:
    """UTF-8 of ``text``, line ends as they are."""
    if not path.name.endswith(TEXT_SUFFIXES):
        raise ModelError(f"{path}: a text of a model is named {', '.join(TEXT_SUFFIXES)}.")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ModelError(f"{path}: the text is not valid Unicode: {error}.") from error


def encode_table(path: Path, table: pl.DataFrame) -> bytes:
    """Parquet of ``table``, the same bytes however it is chunked."""
    _check_table(path, dict(table.schema), table.height)
    return table_bytes(table)


def encode_arrays(path: Path, arrays: dict[str, np.ndarray]) -> bytes:
    """Safetensors of ``arrays``, in native byte order and C order, which leave the values alone."""
    from safetensors.numpy import save

    for name, array in arrays.items():
        _check_array(path, name, array)
    return save(
        {
            name: np.asarray(array, dtype=array.dtype.newbyteorder("="), order="C")
            for name, array in arrays.items()
        }
    )


def decode_text(path: Path, content: bytes) -> str:
    """The text in ``content``, line ends as they are."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: is not UTF-8 text: {error}. {REMEDY}") from error


def decode_table(path: Path, content: bytes) -> pl.DataFrame:
    """The table in ``content``, its types and size checked before any row is read."""
    try:
        check_pages(content)
        schema = pl.read_parquet_schema(io.BytesIO(content))
        n_rows = pl.scan_parquet(io.BytesIO(content)).select(pl.len()).collect().item()
        _check_table(path, dict(schema), n_rows)
        return pl.read_parquet(io.BytesIO(content), hive_partitioning=False)
    except ModelError:
        raise
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as error:
        raise ModelError(f"{path}: is no parquet table that polars can read: {error}. {REMEDY}") from error


def decode_arrays(path: Path, content: bytes) -> dict[str, np.ndarray]:
    """The arrays in ``content``, by name."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(content)
    except (SafetensorError, KeyError, ValueError) as error:
        raise ModelError(f"{path}: holds no arrays that numpy can read: {error}. {REMEDY}") from error
    for name, array in arrays.items():
        _check_array(path, name, array)
    return arrays


def _check_array(path: Path, name: str, array: np.ndarray) -> None:
    if array.dtype.name not in ARRAY_DTYPES:
        raise ModelError(
            f"{path}: array {name!r} is of {array.dtype}; a model holds {', '.join(sorted(ARRAY_DTYPES))}. "
            "Text belongs into a table or into meta."
        )
    if array.ndim > MAX_AXES or max(array.shape, default=0) > MAX_SIDE:
        raise ModelError(
            f"{path}: array {name!r} has the shape {array.shape}; at most {MAX_AXES} axes of {MAX_SIDE} each."
        )


def _check_table(path: Path, schema: dict[str, Any], n_rows: int) -> None:
    for column, dtype in schema.items():
        disallowed = _first_disallowed_type(dtype)
        if disallowed is not None:
            raise ModelError(f"{path}: column {column!r} is of {disallowed}, which a model never holds.")
    if n_rows > MAX_ROWS or len(schema) > MAX_COLUMNS:
        raise ModelError(
            f"{path}: {n_rows} rows of {len(schema)} columns; a table of a model has at most {MAX_ROWS} of "
            f"{MAX_COLUMNS}."
        )


def _first_disallowed_type(dtype: Any) -> str | None:
    """Name of the first type within ``dtype`` that is not allowed in a table."""
    if dtype.base_type() not in TABLE_DTYPES:
        return str(dtype)
    inner = [field.dtype for field in dtype.fields] if isinstance(dtype, pl.Struct) else []
    if isinstance(dtype, pl.List | pl.Array):
        inner = [dtype.inner]
    return next((found for found in map(_first_disallowed_type, inner) if found is not None), None)
