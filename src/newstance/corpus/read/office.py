"""Word documents to text, by the parts of their ZIP archive (ECMA-376), and how such parts are read."""

import io
import zipfile
import zlib
from xml.etree import ElementTree

MOST_PART = 50_000_000  # bytes of a part, unpacked
MOST_TAGS = 6_000_000  # a tree takes a hundred bytes for each
PIECE = 1 << 16
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
DOCUMENT = "word/document.xml"


UNREADABLE = (
    zipfile.BadZipFile,
    ElementTree.ParseError,
    zlib.error,
    KeyError,
    IndexError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeDecodeError,  # a name of a part
)


def read_docx(data: bytes) -> str:
    """The paragraphs of a Word document, a line each. Deleted text, comments and pictures are left out.

    Raises ``ValueError`` for what is no such document, has a password or is too large unpacked.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError(
            "a Word document with a password, or an old .doc: save it as .txt or as .docx without one"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = tree_of(read_part(archive, DOCUMENT), DOCUMENT)
    except UNREADABLE as error:
        raise ValueError(
            f"not a readable Word document (.docx): {error}; open it and save it as .txt"
        ) from error
    space = STRICT if root.tag.startswith(STRICT) else WORD
    return "\n".join(_paragraphs(root, space)).strip("\n")


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part of an archive, read in pieces, so that a size it lies about fills no memory.

    Raises ``ValueError`` where it has more than ``MOST_PART`` bytes.
    """
    content = bytearray()
    with archive.open(name) as part:
        while some := part.read(PIECE):
            content += some
            if len(content) > MOST_PART:
                raise ValueError(
                    f"{name} has more than {MOST_PART} bytes when unpacked; save it as .txt or .csv"
                )
    return bytes(content)


def tree_of(content: bytes, name: str) -> ElementTree.Element:
    """A part of an archive as a tree. Raises ``ValueError`` where it has more than ``MOST_TAGS`` tags."""
    if content.count(b"<") > MOST_TAGS:
        raise ValueError(f"{name} has more than {MOST_TAGS} tags; save it as .txt or .csv")
    return ElementTree.fromstring(content)


def _paragraphs(root: ElementTree.Element, space: str) -> list[str]:
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
