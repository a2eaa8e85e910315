"""Word documents to text, by the parts of their ZIP archive (ECMA-376)."""

import io
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_PART = 50_000_000  # bytes of a part, unpacked
PIECE = 1 << 16
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
DOCUMENT = "word/document.xml"


def read_docx(data: bytes) -> str:
    """The paragraphs of a Word document, a line each. Deleted text, comments and pictures are left out.

    Raises ``ValueError`` for what is no such document, has a password or is larger than ``MOST_PART``.
    """
    from xml.etree import ElementTree

    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError(
            "a Word document with a password, or an old .doc: save it as .txt or as .docx without one"
        )
    try:
        xml = _read_part(data, DOCUMENT)
        root = ElementTree.fromstring(xml)
    except (
        zipfile.BadZipFile,
        KeyError,
        ElementTree.ParseError,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise ValueError(
            f"not a readable Word document (.docx): {error}; open it and save it as .txt"
        ) from error
    space = STRICT if root.tag.startswith(STRICT) else WORD
    return "\n".join(_paragraphs(root, space)).strip("\n")


def _read_part(data: bytes, name: str) -> bytes:
    """A part of the archive, read in pieces, so that a size it lies about fills no memory."""
    content = bytearray()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(name) as part:
        return _bounded(part, content, name)


def _bounded(part: IO[bytes], content: bytearray, name: str) -> bytes:
    while some := part.read(PIECE):
        content += some
        if len(content) > MOST_PART:
            raise ValueError(
                f"{name} has more than {MOST_PART} bytes when unpacked; save the document as .txt"
            )
    return bytes(content)


def _paragraphs(root: "Element", space: str) -> list[str]:
    """The text of each paragraph; a line break in it begins a new line."""
    signs = {f"{space}tab": "\t", f"{space}br": "\n", f"{space}cr": "\n", f"{space}noBreakHyphen": "-"}
    lines = []
    for paragraph in root.iter(f"{space}p"):
        pieces = [
            (node.text or "") if node.tag == f"{space}t" else signs.get(node.tag, "")
            for node in paragraph.iter()
        ]
        lines.append("".join(pieces).strip())
    return lines
