"""Pages that a browser saved with all their parts in one file (MHTML, RFC 2557)."""

import re
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from typing import NamedTuple, cast

HEAD = 8192
VERSION = re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE)
RELATED = re.compile(rb"^Content-Type:\s*(?:multipart/related|multipart/alternative|text/html)", re.I | re.M)
FIRST = re.compile(rb"\s*[A-Za-z][A-Za-z-]{1,40}:[ \t]")
BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
MOST_NESTED = 20  # parts with parts of their own: each line is compared with the boundaries of all
PAGES = ("text/html", "application/xhtml+xml")


class SavedPage(NamedTuple):
    """The page of an MHTML file: its bytes, the encoding that its part names, its address, the day on which
    it was saved."""

    data: bytes
    charset: str | None
    url: str | None
    saved: str | None


def is_mhtml(data: bytes) -> bool:
    """Whether a file begins with the headers of MHTML."""
    head = data[:HEAD].replace(b"\r\n", b"\n").lstrip(b"\n").split(b"\n\n")[0] + b"\n"
    return FIRST.match(head) is not None and bool(VERSION.search(head) and RELATED.search(head))


def read_mhtml(data: bytes) -> SavedPage:
    """The first page in an MHTML file. Raises ``ValueError`` where there is none."""
    if len(BOUNDARY.findall(data)) > MOST_NESTED:
        raise ValueError(f"the saved page (MHTML) has more than {MOST_NESTED} parts with parts of their own")
    try:
        return _first_page(data)
    except RecursionError:  # of the library, in headers of a thousand brackets
        raise ValueError(
            "the headers of the saved page (MHTML) are damaged; save it again as .html"
        ) from None


def _first_page(data: bytes) -> SavedPage:
    message = message_from_bytes(data, policy=policy.default)
    part = next((part for part in message.walk() if part.get_content_type() in PAGES), None)
    if part is None:
        raise ValueError("the saved page (MHTML) holds no HTML; save it again as .html")
    content = part.get_payload(decode=True)
    address = message["Snapshot-Content-Location"] or part["Content-Location"] or ""
    url = str(address).strip() if str(address).startswith(("http://", "https://")) else None
    return SavedPage(cast(bytes, content or b""), part.get_content_charset(), url, _day(message["Date"]))


def _day(date: object) -> str | None:
    try:
        return parsedate_to_datetime(str(date)).date().isoformat() if date else None
    except ValueError:
        return None
