"""Pages in web archives, record by record (ISO 28500, https://iipc.github.io/warc-specifications)."""

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from email.message import Message
from typing import IO, NamedTuple

MOST_PAGE = 20_000_000  # bytes of a page, packed or not
MOST_LINE, MOST_HEADERS = 1 << 16, 500
PIECE = 1 << 16
PAGES = ("text/html", "application/xhtml+xml")
OK = range(200, 300)


class Response(NamedTuple):
    """A page of an archive: the number of its record, from 1, its address, the time of the crawl, its bytes
    and the encoding that the server named."""

    record: int
    url: str | None
    saved: str | None
    data: bytes
    charset: str | None


class NoPage(NamedTuple):
    """A record that should be a page and is none, and why."""

    record: int
    reason: str


def read_warc(stream: IO[bytes]) -> Iterator[Response | NoPage | Counter[str]]:
    """The pages of an archive, and at its end how many records of other types were passed over.

    Raises ``ValueError`` where the file is no archive or breaks off. One record is in memory at a time.
    """
    passed: Counter[str] = Counter()
    number = 0
    while (headers := _read_headers(stream, number)) is not None:
        number += 1
        length = _length_of(headers, number)
        kind, content = headers.get("warc-type", "").lower(), headers.get("content-type", "").lower()
        if kind == "response" and content.startswith("application/http"):
            found = _read_response(stream, length, headers, number)
            if isinstance(found, str):
                passed[found] += 1
            else:
                yield found
        else:
            if kind in ("resource", "conversion", "revisit"):
                passed[f"{kind} records"] += 1
            _skip(stream, length, number)
    if passed:
        yield passed


def _read_headers(stream: IO[bytes], number: int) -> dict[str, str] | None:
    """The headers of the next record, named in lower case; ``None`` at the end."""
    line = stream.readline(MOST_LINE)
    while line and not line.strip():
        line = stream.readline(MOST_LINE)
    if not line:
        return None
    if not line.startswith(b"WARC/"):
        place = f"after record {number}" if number else "at its beginning"
        raise ValueError(f"no web archive (WARC): 'WARC/1.0' was expected {place}, not {line[:20]!r}")
    headers: dict[str, str] = {}
    for _ in range(MOST_HEADERS):
        line = stream.readline(MOST_LINE)
        if not line:
            raise ValueError(f"the web archive breaks off in record {number + 1}")
        if not line.strip():
            return headers
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers[name.strip().lower()] = value.strip()
    raise ValueError(f"record {number + 1} of the web archive has more than {MOST_HEADERS} headers")


def _length_of(headers: Mapping[str, str], number: int) -> int:
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal()):
        raise ValueError(f"record {number} of the web archive has no length: {length!r}")
    return int(length)


def _skip(stream: IO[bytes], length: int, number: int) -> None:
    while length:
        some = stream.read(min(PIECE, length))
        if not some:
            raise ValueError(f"the web archive breaks off in record {number}")
        length -= len(some)


def _read_response(
    stream: IO[bytes], length: int, headers: Mapping[str, str], number: int
) -> Response | NoPage | str:
    """A page, why it is none, or the content type of what is no page."""
    if length > MOST_PAGE:
        _skip(stream, length, number)
        return NoPage(number, f"a record of {length} bytes; at most {MOST_PAGE} are read")
    block = stream.read(length)
    if len(block) < length:
        raise ValueError(f"the web archive breaks off in record {number}")
    head, _, body = block.partition(b"\r\n\r\n")
    status, answer = _read_answer(head)
    content = answer.get_content_type() if answer["content-type"] else "no content type"
    if content not in PAGES:
        return content
    if status not in OK:
        kind = "a redirect" if 300 <= status < 400 else "an error page"
        return NoPage(number, f"no article: {kind} (HTTP {status})")
    data = _unpack(body, answer)
    if isinstance(data, str):
        return NoPage(number, data)
    url = headers.get("warc-target-uri", "").strip("<>") or None
    return Response(number, url, headers.get("warc-date"), data, answer.get_content_charset())


def _read_answer(head: bytes) -> tuple[int, Message]:
    """The status and the headers of an HTTP answer; a header of two lines is joined."""
    first, _, rest = head.decode("latin-1").partition("\r\n")
    words = first.split()
    message = Message()
    for line in rest.split("\r\n")[:MOST_HEADERS]:
        name, colon, value = line.partition(":")
        if colon and name.strip() and " " not in name:
            message[name.strip()] = value.strip()
    return (int(words[1]) if len(words) > 1 and words[1].isdecimal() else 0), message


def _unpack(body: bytes, answer: Message) -> bytes | str:
    """The page as it was before it was sent, or why it cannot be read."""
    if "chunked" in (answer["transfer-encoding"] or "").lower():
        body = _join_chunks(body)
    packing = (answer["content-encoding"] or "identity").strip().lower()
    if packing in ("gzip", "x-gzip", "deflate"):
        return _inflate(body)
    return (
        body
        if packing in ("identity", "", "none", "utf-8") or body[:1] == b"<"
        else f"the page is packed as '{packing}', which is not read"
    )


def _inflate(body: bytes) -> bytes | str:
    """Unpacked gzip or deflate data, ``body`` itself where the archive has unpacked it already."""
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        unpacker = zlib.decompressobj(bits)
        try:
            data = unpacker.decompress(body, MOST_PAGE)
        except zlib.error:
            continue
        return (
            data
            if not unpacker.unconsumed_tail
            else f"the page has more than {MOST_PAGE} bytes when unpacked"
        )
    return body


def _join_chunks(body: bytes) -> bytes:
    """The data of HTTP chunks; ``body`` itself where the archive has joined them already."""
    joined, place = bytearray(), 0
    while (end := body.find(b"\r\n", place)) >= 0:
        size = body[place:end].split(b";")[0].strip()
        try:
            length = int(size, 16)
        except ValueError:
            return bytes(joined) if joined else body
        if length == 0:
            return bytes(joined)
        joined += body[end + 2 : end + 2 + length]
        place = end + 2 + length + 2
    return bytes(joined) if joined else body
