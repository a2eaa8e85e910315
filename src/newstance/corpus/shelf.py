"""Tables that grow while files are read, kept on disk once they are large.

The texts of a large corpus need not fit in memory: blocks of rows go to Arrow files that are mapped, so the
system holds in memory what is being used of them. Tables that stay small never touch the disk. Where the
temporary folder lies itself in memory, ``TMPDIR`` names another.
"""

import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

import polars as pl

from newstance import tables

AT_MOST = 24 * 2**20  # bytes of a table that wait in memory


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder of this process for the files, removed when it ends; ``TMPDIR`` says where."""
    return tempfile.TemporaryDirectory(prefix="newstance-", ignore_cleanup_errors=True)


class Shelf:
    """Frames of one schema, in the order they come; ``AT_MOST`` bytes of them wait in memory."""

    def __init__(self, schema: tables.Columns):
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
        return frames[0] if len(frames) == 1 else pl.concat([tables.empty(self.schema), *frames])


def _on_disk(frame: pl.DataFrame) -> pl.DataFrame:
    """An equal frame whose columns lie in a file that is mapped into memory."""
    import pyarrow as pa

    path = Path(_folder().name, f"{uuid4().hex}.arrow")
    try:
        frame.write_ipc(path)
    except OSError as error:
        path.unlink(missing_ok=True)
        size = frame.estimated_size("mb")
        raise OSError(
            f"{path.parent}: could not set {size:.0f} MB of articles aside ({error}). "
            "Make room there, or set TMPDIR to a folder that has it."
        ) from error
    with pa.memory_map(str(path)) as file:
        mapped = pl.DataFrame(pa.ipc.open_file(file).read_all())
    # Where the system lets go of the name of a mapped file, its space comes back with the last table of it;
    # elsewhere when the process ends.
    with suppress(PermissionError):
        path.unlink()
    return mapped
