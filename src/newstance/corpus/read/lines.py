"""A stream of bytes, whole or as lines in the right encoding: nothing longer than memory can hold."""

import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

from newstance.corpus.read.decode import errors_of, find_encoding

MOST_BYTES = 300_000_000  # of a file that is read whole, unpacked
HEAD = 1 << 20  # bytes that judge the encoding of a file that is streamed
PIECE = 1 << 12
LONGEST_LINE = 1 << 24
TOO_LONG = f"the line is longer than {LONGEST_LINE:,} characters, more than any article; it was left out"
ENDS = ("\n", "\r")


def read_whole(stream: IO[bytes]) -> bytes:
    """All bytes of ``stream``. Raises ``ValueError`` where there are more than ``MOST_BYTES``."""
    data = stream.read(MOST_BYTES + 1)
    check_size(len(data))
    return data


def check_size(n_bytes: int) -> None:
    """Raise ``ValueError`` where a file is too large to be read whole."""
    if n_bytes > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES} bytes when unpacked; split it, or make it a .jsonl file")


def text_stream(stream: IO[bytes]) -> tuple[io.TextIOWrapper, str | None]:
    """``stream`` as text, judged by its beginning, and how its encoding was found."""
    head = _read_head(stream)
    codec, how = find_encoding(head, whole=len(head) < HEAD)
    stream.seek(0)
    return io.TextIOWrapper(stream, encoding=codec, errors=errors_of(codec), newline=""), how


def _read_head(stream: IO[bytes]) -> bytes:
    """The first ``HEAD`` bytes, or those before the place where a damaged archive breaks off."""
    head = bytearray()
    with suppress(OSError, EOFError, zlib.error, lzma.LZMAError):
        while len(head) < HEAD and (some := stream.read(PIECE)):
            head += some
    return bytes(head)


def bounded_lines(text: io.TextIOWrapper) -> Iterator[str | None]:
    """The lines with their ends; ``None`` for one that is longer than ``LONGEST_LINE``.

    Raises ``ValueError`` where a stream in UTF-16 or 32 holds what is none."""
    while line := _readline(text):
        if len(line) < LONGEST_LINE or line.endswith(ENDS):
            yield line
            continue
        while len(line) == LONGEST_LINE and not line.endswith(ENDS):
            line = _readline(text)
        yield None


def _readline(text: io.TextIOWrapper) -> str:
    try:
        return text.readline(LONGEST_LINE)
    except UnicodeDecodeError as error:
        raise ValueError(f"not valid {text.encoding}: {error.reason}") from error
