"""Tables and arrays that grow with a corpus, kept on disk once they are large.

The texts of a large corpus and their vectors need not fit in memory: they go to files that are mapped, so the
system holds in memory what is being used of them. What stays small never touches the disk. Where the
temporary folder lies itself in memory, ``TMPDIR`` names another.
"""

import mmap
import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

import numpy as np
import polars as pl

from newstance.frames import Columns, empty

AT_MOST = 24 * 2**20  # bytes of a table that wait in memory
PLACES_AT_ONCE = 4_096
ARRAY_AT_MOST = 128 * 2**20  # bytes of an array in memory


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder of this process for the files, removed when it ends; ``TMPDIR`` says where."""
    return tempfile.TemporaryDirectory(prefix="newstance-", ignore_cleanup_errors=True)


class Shelf:
    """Frames of one schema, in the order they come; ``AT_MOST`` bytes of them wait in memory."""

    def __init__(self, schema: Columns):
        self.schema = schema
        self._kept: list[pl.DataFrame] = []
        self._waiting: list[pl.DataFrame] = []
        self._size = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Take ``frame``, which has the columns of the schema."""
        self._waiting.append(frame)
        self._size += int(frame.estimated_size())
        if self._size > AT_MOST:
            self._kept.append(_on_disk(pl.concat(self._waiting, rechunk=True)))
            self._waiting, self._size = [], 0

    def frame(self) -> pl.DataFrame:
        """All that was added."""
        frames = [*self._kept, *self._waiting]
        return frames[0] if len(frames) == 1 else pl.concat([empty(self.schema), *frames])


def _on_disk(frame: pl.DataFrame) -> pl.DataFrame:
    """An equal frame whose columns lie in a file that is mapped into memory."""
    import pyarrow as pa

    path = Path(_folder().name, f"{uuid4().hex}.arrow")
    try:
        frame.write_ipc(path)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _no_room(path, frame.estimated_size(), error) from error
    with pa.memory_map(str(path)) as file:
        mapped = pl.DataFrame(pa.ipc.open_file(file).read_all())
    _forget_name(path)
    return mapped


def mapped_rows(n_rows: int, n_columns: int, dtype: type[np.generic] = np.float32) -> np.ndarray:
    """An array (n_rows, n_columns) of zeros, in a file that is mapped into memory if it is large.

    Raises ``OSError`` where the disk has no room for it.
    """
    size = np.dtype(dtype).itemsize * n_rows * n_columns
    if size <= ARRAY_AT_MOST:
        return np.zeros((n_rows, n_columns), dtype=dtype)
    path = Path(_folder().name, f"{uuid4().hex}.rows")
    try:
        with path.open("w+b") as file:
            # Room is taken now: a mapped page without a place on a full disk ends the process.
            reserve = getattr(os, "posix_fallocate", lambda number, start, length: file.truncate(length))
            reserve(file.fileno(), 0, size)
        rows = np.memmap(path, dtype, "r+", shape=(n_rows, n_columns))
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _no_room(path, size, error) from error
    _forget_name(path)
    return rows


def rows_at(rows: np.ndarray, places: np.ndarray) -> np.ndarray:
    """A copy of the rows at ``places`` (n,), sorted, of an array that may lie in a file."""
    taken = np.empty((len(places), rows.shape[1]), dtype=rows.dtype)
    for start in range(0, len(places), PLACES_AT_ONCE):
        some = slice(start, start + PLACES_AT_ONCE)
        np.take(rows, places[some], axis=0, out=taken[some])
        let_go(rows)
    return taken


def let_go(rows: np.ndarray) -> None:
    """Take what lies in a file, too, out of memory; it is read again when it is asked for."""
    base = rows
    while isinstance(base, np.ndarray) and base.base is not None:
        base = base.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


def _no_room(path: Path, size: float, error: OSError) -> OSError:
    return OSError(
        f"{path.parent}: could not set {size / 2**20:.0f} MB of articles aside ({error}). "
        "Make room there, or set TMPDIR to a folder that has it."
    )


def _forget_name(path: Path) -> None:
    """Where the system lets go of the name of a mapped file, its space comes back with the last use of it;
    elsewhere when the process ends."""
    with suppress(PermissionError):
        path.unlink()
