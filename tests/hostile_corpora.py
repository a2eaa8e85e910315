"""Corpora that somebody with bad intent, or a bad disk, may have made. Each is a file or two in a folder, and
what must be told of it."""

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Make = Callable[[Path], object]
TEXT = "The ferry to Norhaven sails again on Sunday, the port said."
MEGABYTE = 1 << 20
CELL = '<c r="{}"><v>1</v></c>'


def file(name: str, content: bytes | str) -> Make:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return lambda folder: (folder / name).write_bytes(data)


def zipped(name: str, parts: dict[str, bytes]) -> Make:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return file(name, data.getvalue())


def word(xml: str) -> Make:
    return zipped("a.docx", {"word/document.xml": xml.encode()})


def unnamed_part(folder: Path) -> None:
    """A Word document with a part whose name says that it is UTF-8 and is not."""
    zipped("a.docx", {"é": b"<a/>"})(folder)
    path = folder / "a.docx"
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff\xff"))


def sheet(rows: str) -> Make:
    return zipped(
        "a.xlsx",
        {
            "xl/workbook.xml": b"<workbook><sheets/></workbook>",
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode(),
        },
    )


def parquet(table: dict, **options) -> Make:
    data = io.BytesIO()
    pq.write_table(pa.table(table), data, **options)
    return file("a.parquet", data.getvalue())


def lying_parquet(folder: Path) -> None:
    """The header of its page says that it unpacks to two gigabytes."""
    data = io.BytesIO()
    pq.write_table(pa.table({"text": [TEXT]}), data, use_dictionary=False, compression="zstd")
    content = bytearray(data.getvalue())
    at = pq.ParquetFile(io.BytesIO(bytes(content))).metadata.row_group(0).column(0).data_page_offset
    # Field 1 is the kind, field 2 the size: a longer number takes the place of those after it.
    content[at + 2 : at + 8] = b"\x15\xfe\xff\xff\xff\x0f"
    (folder / "a.parquet").write_bytes(bytes(content))


def unreadable_name(folder: Path) -> None:
    """A parquet file of a column whose name is no UTF-8."""
    data = io.BytesIO()
    pq.write_table(pa.table({"text": [TEXT], "zzzz": [1]}), data, store_schema=False)
    (folder / "a.parquet").write_bytes(data.getvalue().replace(b"zzzz", b"z\xdb(z"))


def huge_window(folder: Path) -> None:
    """An xz file that asks for a dictionary of three gigabytes."""
    packed = bytearray(lzma.compress(TEXT.encode()))
    size = (packed[12] + 1) * 4
    packed[packed.index(b"\x21\x01") + 2] = 39
    packed[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(packed[12 : 12 + size - 4]))
    (folder / "a.txt.xz").write_bytes(bytes(packed))


def warc(*headers: str, body: bytes = b"") -> bytes:
    return ("WARC/1.0\r\n" + "".join(f"{one}\r\n" for one in headers) + "\r\n").encode() + body


def link(name: str, goal: str) -> Make:
    return lambda folder: (folder / name).symlink_to(goal)


def recursive(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "again").symlink_to(folder)
    (folder / "inner" / "itself.txt").symlink_to("itself.txt")


def nested(depth: int) -> str:
    return '{"text": ' * depth + '"a"' + "}" * depth


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]>"
)
FRACTION = 1000  # of what a bomb of a whole file would hold; the tests lower the limits alike
# What is made, and what the reason of its one rejection says; None where it must be read as an article.
CASES: dict[str, tuple[Make, str | None]] = {
    # packed
    "gzip bomb": (file("a.txt.gz", gzip.compress(bytes(MEGABYTE))), "more than"),
    "bzip2 bomb": (file("a.csv.bz2", bz2.compress(b"text\n" + b"a" * MEGABYTE)), "unpacks to more than"),
    "xz bomb": (file("a.jsonl.xz", lzma.compress(b"\n" * MEGABYTE)), "unpacks to more than"),
    "gzip bomb of blank lines": (
        file("a.warc.gz", gzip.compress(b"\r\n" * MEGABYTE)),
        "unpacks to more than",
    ),
    "gzip bomb of many members": (
        file("a.jsonl.gz", gzip.compress(b"\n" * 65536) * 20),
        "unpacks to more than",
    ),
    "gzip cut off": (file("a.txt.gz", gzip.compress(TEXT.encode())[:-12]), "ended before"),
    "gzip of garbage": (file("a.txt.gz", b"\x1f\x8b" + bytes(range(256))), ""),
    "gzip with a wrong checksum": (file("a.txt.gz", gzip.compress(TEXT.encode())[:-8] + bytes(8)), "CRC"),
    "no gzip": (file("a.txt.gz", TEXT), "Not a gzipped file"),
    "gzip in gzip": (file("a.txt.gz", gzip.compress(gzip.compress(TEXT.encode()))), "gzip data"),
    "xz of garbage": (file("a.txt.xz", b"\xfd7zXZ\0" + bytes(100)), ""),
    "zip of zips": (zipped("a.zip", {"b.zip": b"PK\5\6" + bytes(18)}), "ZIP archive is not read"),
    "zip called text": (zipped("a.txt", {"b.txt": TEXT.encode()}), "begins like a ZIP archive"),
    "tar of links": (file("a.tar", bytes(1024)), "tar archive is not read"),
    # office
    "word bomb": (word("a" * MEGABYTE), "bytes when unpacked"),
    "word of tags": (word("<a>" + "<b/>" * 10_000 + "</a>"), "tags"),
    "word of laughs": (word(LAUGHS + "<a>&m;</a>"), "not a readable Word document"),
    "word that reads a file": (
        word('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'),
        "not a readable Word document",
    ),
    "word without its text": (zipped("a.docx", {"other.xml": b"<a/>"}), "not a readable Word document"),
    "word not XML": (word("<a>\0</a>"), "not a readable Word document"),
    "word with a part of no name": (unnamed_part, "not a readable Word document"),
    "word with a password": (file("a.docx", b"\xd0\xcf\x11\xe0" + bytes(500)), "password"),
    "workbook without text": (sheet(f'<row r="1">{CELL.format("A1")}</row>'), "no column holds the text"),
    "workbook of far cells": (sheet(f"<row>{CELL.format('ZZZ1')}</row>" * 500), "no article"),
    "workbook with a row that is no number": (sheet(f'<row r="x">{CELL.format("A1")}</row>'), ""),
    "workbook with a string that is not there": (sheet('<row><c t="s"><v>9</v></c></row>'), "not a readable"),
    # parquet
    "parquet cut off": (file("a.parquet", b"PAR1" + bytes(100)), "no valid parquet"),
    "parquet with a name that is no UTF-8": (unreadable_name, "the name of a column is no UTF-8"),
    "parquet without a text": (parquet({"n": [1]}), "no column holds the text"),
    "parquet of lists": (parquet({"text": [[None] * 100_000]}), "values"),
    "parquet with a huge page": (
        parquet({"text": ["a" * 400_000]}, use_dictionary=False, compression="zstd"),
        "a page of the parquet file",
    ),
    "parquet whose page lies": (lying_parquet, "parquet"),
    "parquet of numbers": (parquet({"text": [None]}), "the text is empty"),
    # tables
    "csv of one endless line": (file("a.csv", b"text," + b"a" * (17 * MEGABYTE)), "longer than"),
    "csv of endless fields": (file("a.csv", "text,id\n" + "a," * 100_000), "fields, where the header has 2"),
    "csv of many columns": (file("a.csv", "text" + ",a" * 20_000 + "\nb\n"), "fields"),
    "csv with an open quote": (file("a.csv", 'id,text\n1,"' + "a\n" * 50_000), ""),
    "csv of quotes": (file("a.csv", "id,text\n" + '"' * 40_001), ""),
    "csv of fields with open quotes": (file("a.csv", "id,text\n1" + ',"1' * 100_000), "no valid CSV"),
    "csv without a text": (file("a.csv", "a,b\n1,2\n"), "no column holds the text"),
    "csv of blanks": (file("a.csv", " \n" * 1000), "no column holds the text"),
    "csv of NULs": (file("a.csv", b"text\n" + bytes(3000)), "binary data"),
    # JSON
    "json nested": (file("a.json", "[" * 200_000), "nested too deeply"),
    "json objects nested": (file("a.json", nested(100_000)), "nested too deeply"),
    "json of nested texts": (file("a.json", nested(200)), "text"),
    "json lines nested": (file("a.jsonl", "[" * 200_000 + "\n"), "nested too deeply"),
    "json of blank lines": (file("a.json", '{"a' + "\n" * 300_000), "no valid JSON"),
    "json of quotes in an open text": (file("a.json", '{"a' + '\\"' * 100_000), "no valid JSON"),
    "json of broken objects": (file("a.json", "\n{a" * 20_000), "no valid JSON"),
    "json of empty lists": (file("a.json", "[" + "[]," * 200_000 + "[]]"), "values"),
    "json of an endless number": (file("a.json", '{"text": ' + "9" * 10_000 + "}"), ""),
    "json of NaN": (file("a.json", '{"text": NaN}'), "the text is empty"),
    "json of lone surrogates": (file("a.json", '{"text": "' + "\\ud800" * 100 + '"}'), "in another encoding"),
    "json of NULs": (file("a.json", '{"text": "' + "\\u0000" * 100 + '"}'), "the text is empty"),
    "json of a number": (file("a.json", "7"), "a JSON object was expected"),
    "json lines of a text too long": (
        file("a.json", json.dumps({"text": "a" * (17 * MEGABYTE)})),
        "more than any article",
    ),
    # texts and pages
    "text empty": (file("a.txt", b""), "empty"),
    "text of blanks": (file("a.txt", " \n" * 1000), "empty"),
    "text of NULs": (file("a.txt", bytes(1000)), "binary data"),
    "text of control signs": (file("a.txt", bytes(range(32)) * 100), "binary data"),
    "text of random bytes": (file("a.txt", bytes(i * i * 7 % 256 for i in range(5000))), ""),
    "text of half a character": (
        file("a.txt", b"\xff\xfe" + TEXT.encode("utf-16-le")[:-1]),
        "not valid utf-16",
    ),
    "text of lone surrogates": (file("a.txt", "\ud800" * 200), ""),
    "feed of laughs": (
        file("a.xml", f"{LAUGHS}<rss><channel><item><title>&m;</title></item></channel></rss>"),
        "",
    ),
    "feed of comments": (file("a.xml", "<!---->" * 500 + "1"), "it is no XML"),
    "feed of blanks": (file("a.xml", "<rss><channel><item" + " " * 300_000), ""),
    "feed of a page without a body": (
        file(
            "a.rss",
            f"<rss><channel><item><title>&lt;html/&gt;a</title><description>{TEXT}</description></item></channel></rss>",
        ),
        None,
    ),
    "feed without items": (file("a.rss", "<rss><channel/></rss>"), "no item"),
    "xml of another kind": (file("a.xml", "<note/>"), "no RSS or Atom feed"),
    "mhtml without a page": (file("a.mhtml", "MIME-Version: 1.0\n"), "holds no HTML"),
    "mhtml of a thousand brackets": (
        file("a.mhtml", "MIME-Version: 1.0\nContent-Type: text/html " + "(" * 3_000 + "\n\n<p>a</p>"),
        "headers",
    ),
    "mhtml in mhtml": (
        file(
            "a.mhtml",
            "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000)),
        ),
        "",
    ),
    "mhtml of bad base64": (
        file("a.mhtml", "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + "*" * 99),
        "",
    ),
    # web archives
    "warc of garbage": (file("a.warc", base64.b64encode(bytes(1000))), "no web archive"),
    "warc of an endless length": (file("a.warc", warc(f"Content-Length: {'9' * 5000}")), ""),
    "warc of a record too long": (
        file("a.warc", warc("Content-Length: 99999999999", body=b"a")),
        "breaks off",
    ),
    "warc of a length below zero": (file("a.warc", warc("Content-Length: -1")), "no length"),
    "warc of many headers": (
        file("a.warc", warc(*(f"h{n}: 1" for n in range(600)))),
        "more than 500 headers",
    ),
    "warc of one header without end": (file("a.warc", b"WARC/1.0\r\n" + b"a" * (2 * MEGABYTE)), "breaks off"),
    # what is no plain file
    "pipe": (lambda folder: os.mkfifo(folder / "a.txt"), "a named pipe is not read"),
    "device": (link("a.txt", "/dev/zero"), "a device is not read"),
    "link out of the folder": (link("a.txt", "/etc/hostname"), "a link out of the folder is not followed"),
    "link to a folder outside": (link("outside", "/etc"), "a link out of the folder is not followed"),
    "link to nothing": (link("a.txt", "nowhere.txt"), "a link to a file that is not there"),
    "links in circles": (recursive, ""),
    "a pickle": (file("a.pkl", b"\x80\4."), "may run code"),
    "a database": (file("a.sqlite", b"SQLite format 3"), "database"),
    "no suffix": (file("article", TEXT), "without a suffix"),
    # what must be read
    "xz of a huge window": (huge_window, "of memory"),
    "name with blanks and Cyrillic": (file("Заря недели, № 7 (копия).txt", TEXT), None),
    "name of steering signs": (file("a\u202egpj\x1b[31m.txt", TEXT), None),
    "name that is no UTF-8": (
        lambda folder: Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_text(TEXT),
        None,
    ),
    "name of 255 bytes": (file("a" * 251 + ".txt", TEXT), None),
}
