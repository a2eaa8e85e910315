"""Packed files as streams, with an end to what a small file may unpack to, and plain files that stay."""

import bz2
import gzip
import io
import lzma
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

MOST_WINDOW = 256 << 20  # bytes that unpacking xz may take; xz -9 asks for a quarter
MOST_BYTES = 300_000_000  # that any packed file may unpack to
MOST_TIMES = 200  # its size that a larger one may; articles pack to a third, or to a tenth


def _open_xz(file: IO[bytes]) -> Any:
    """Raises ``ValueError`` where the file asks for more memory than ``MOST_WINDOW``."""
    head = file.read(1 << 12)
    file.seek(0)
    try:
        lzma.LZMADecompressor(memlimit=MOST_WINDOW).decompress(head, 1)
    except lzma.LZMAError as error:
        if "limit" not in str(error):
            raise
        raise ValueError(
            f"unpacking takes more than {MOST_WINDOW >> 20} MB of memory; pack it anew by xz -9 or less"
        ) from error
    return lzma.open(file)


PACKED: dict[str, Callable[[Any], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": _open_xz}


class _Bounded(io.RawIOBase):
    """What ``packed`` unpacks to. Raises ``ValueError`` beyond ``most`` bytes."""

    def __init__(self, packed: Any, most: int):
        self._packed, self._most = packed, most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return int(self._packed.seek(offset, whence))

    def tell(self) -> int:
        return int(self._packed.tell())

    def readinto(self, buffer: Any) -> int:
        n_read = int(self._packed.readinto(buffer))
        if self._packed.tell() > self._most:
            raise ValueError(
                f"it unpacks to more than {self._most:,} bytes, over {MOST_TIMES} times its size; unpack and "
                "look at it, and give the file that comes out"
            )
        return n_read

    def close(self) -> None:
        if not self.closed:
            self._packed.close()
        super().close()


def open_plain(path: Path, packing: str | None) -> IO[bytes]:
    """The content of a file, unpacked where ``packing`` is the suffix of a packed one.

    A pipe or device that came into the place of the file is not waited for: ``OSError`` is raised.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path.name} is no plain file any more")
    file = open(descriptor, "rb")  # noqa: SIM115 (closed by who asked for it)
    if packing is None:
        return file
    most = max(MOST_BYTES, MOST_TIMES * os.fstat(descriptor).st_size)
    return _Owner(_Bounded(PACKED[packing](file), most), file)


class _Owner(io.BufferedReader):
    """Closes the packed file with what unpacks it, which leaves open what it did not open."""

    def __init__(self, raw: _Bounded, file: IO[bytes]):
        super().__init__(raw, 1 << 16)
        self._file = file

    def close(self) -> None:
        super().close()
        self._file.close()


def state(path: Path) -> tuple[int, int, int]:
    """What is another after a file was written to or replaced."""
    known = path.stat()
    return known.st_ino, known.st_size, known.st_mtime_ns
