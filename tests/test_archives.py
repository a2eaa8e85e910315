"""Web archives, saved pages, Word documents and kinds that are refused; all contents are invented."""

import gzip
import io
import zipfile
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.corpus.read import lines as reading
from newstance.corpus.read import office, warc
from newstance.corpus.read.files import RawArticle, Rejection, read_files
from newstance.corpus.read.formats import READERS
from newstance.corpus.read.kinds import KINDS
from newstance.corpus.read.page import extract

FERRY = (
    "The ferry to Norhaven sails again on Sunday, the port said. Passengers had waited for eleven "
    "days in the cold."
)
MILL = (
    "Ein Feuer in der alten Mühle wurde vor dem Morgen gelöscht. Der Müller gibt einem Ofen die Schuld daran."
)


def page(text, head=""):
    return (
        f"<html><head><title>T</title>{head}</head><body><article><h1>Norhaven</h1><p>{text}</p>"
        f"</article></body></html>"
    )


def record(kind, block, **headers):
    named = {"WARC-Type": kind, "Content-Length": str(len(block)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items())
    return f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def response(body, status="200 OK", url="https://lantern.example/a", **headers):
    named = {"Content_Type": "text/html; charset=utf-8", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items())
    block = f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body
    about = {"WARC-Target-URI": url, "WARC-Date": "2015-03-09T10:00:00Z"}
    return record("response", block, Content_Type="application/http; msgtype=response", **about)


def chunked(body):
    cuts = [*range(0, len(body), 50), len(body)]
    parts = (b"%x\r\n%b\r\n" % (end - start, body[start:end]) for start, end in pairwise(cuts) if end > start)
    return b"".join(parts) + b"0\r\n\r\n"


def read(path):
    found = [article for one in read_files(path) for article in extract(one)]
    return [one for one in found if isinstance(one, RawArticle)], [
        one for one in found if isinstance(one, Rejection)
    ]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_an_archive_gives_a_row_a_page(tmp_path, name):
    told = '<meta property="article:published_time" content="2015-03-04">'
    records = [
        record("warcinfo", b"software: none", Content_Type="application/warc-fields"),
        record("request", b"GET / HTTP/1.1\r\n\r\n", Content_Type="application/http; msgtype=request"),
        response(page(FERRY).encode()),
        response(
            page(MILL, told).encode("cp1252"),
            url="<https://lantern.example/b>",
            Content_Type="text/html; charset=cp1252",
        ),
        response(page("Unter dem Pier " + MILL).encode(), url="https://lantern.example/2015/02/01/c"),
        response(b"\x89PNG", Content_Type="image/png"),
        response(b"", status="301 Moved"),
        response(page("gone").encode(), status="404 Not Found"),
    ]
    packed = [gzip.compress(one) for one in records] if name.endswith("gz") else records
    (tmp_path / name).write_bytes(b"".join(packed))
    articles, rejected = read(tmp_path)
    assert [one.article_id for one in articles] == [f"{name}#3", f"{name}#4", f"{name}#5"]
    assert [one.url[-1] for one in articles] == ["a", "b", "c"]
    assert [one.published for one in articles] == ["2015-03-09", "2015-03-04", None]
    assert "published from the day on which the page was saved" in articles[0].inferred
    assert FERRY in articles[0].text
    assert MILL in articles[1].text
    assert [(one.line, one.reason) for one in rejected] == [
        (7, "no article: a redirect (HTTP 301)"),
        (8, "no article: an error page (HTTP 404)"),
        (None, "1 records are no pages: image/png 1"),
    ]


@pytest.mark.parametrize(
    ("pack", "headers"),
    [
        (chunked, {"Transfer_Encoding": "chunked"}),
        (gzip.compress, {"Content_Encoding": "gzip"}),
        (
            lambda body: chunked(gzip.compress(body)),
            {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"},
        ),
        (bytes, {"Transfer_Encoding": "chunked", "Content_Encoding": "br"}),
    ],
)
def test_pages_are_unpacked_as_they_were_sent(tmp_path, pack, headers):
    (tmp_path / "a.warc").write_bytes(response(pack(page(FERRY).encode()), **headers))
    articles, rejected = read(tmp_path)
    assert not rejected
    assert FERRY in articles[0].text


def test_a_bomb_in_an_archive_is_refused_and_the_rest_read(tmp_path, monkeypatch):
    monkeypatch.setattr(warc, "MOST_PAGE", 10_000)
    bomb = response(gzip.compress(b"a" * 1_000_000), Content_Encoding="gzip")
    large = response(b"a" * 20_000)
    (tmp_path / "a.warc").write_bytes(bomb + large + response(page(FERRY).encode()))
    articles, rejected = read(tmp_path)
    assert [one.article_id for one in articles] == ["a.warc#3"]
    assert [("10000" in one.reason, one.line) for one in rejected] == [(True, 1), (True, 2)]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<html></html>", "no web archive"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "no length"),
        (response(page(FERRY).encode())[:-60], "breaks off in record 1"),
        (b"WARC/1.0\r\nWARC-Type", "breaks off"),
    ],
)
def test_damaged_archives_are_told(tmp_path, data, told):
    (tmp_path / "a.warc").write_bytes(data)
    articles, (rejection,) = read(tmp_path)
    assert not articles
    assert told in rejection.reason


@given(st.binary(max_size=300))
def test_any_bytes_are_an_archive_or_an_error(data):
    with suppress(ValueError):
        list(warc.read_warc(io.BytesIO(b"WARC/1.0\r\n" + data)))


@given(st.binary(max_size=200))
def test_chunks_are_joined(body):
    assert warc._join_chunks(chunked(body)) == body


MHTML = f"""From: <Saved by a browser>
Snapshot-Content-Location: https://lantern.example/mill
Subject: =?utf-8?Q?M=C3=BChle?=
Date: Mon, 9 Mar 2015 11:02:00 -0000
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="----part"

------part
Content-Type: text/html
Content-ID: <frame>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://lantern.example/mill

{page(MILL, '<meta charset="utf-8">').replace("=", "=3D").replace("ü", "=C3=BC").replace("ö", "=C3=B6")}

------part
Content-Type: image/png
Content-Transfer-Encoding: base64

AAAA
------part--
"""


@pytest.mark.parametrize("name", ["a.mhtml", "a.mht", "a.html", "a.txt"])
def test_saved_pages_whatever_they_are_called(tmp_path, name):
    (tmp_path / name).write_bytes(MHTML.replace("\n", "\r\n").encode())
    (article,), rejected = read(tmp_path)
    assert not rejected
    assert MILL in article.text
    assert (article.url, article.published) == ("https://lantern.example/mill", "2015-03-09")


def test_a_saved_page_without_html_is_told(tmp_path):
    (tmp_path / "a.mhtml").write_text("From: <Saved>\nMIME-Version: 1.0\n")
    _, (rejection,) = read(tmp_path)
    assert "holds no HTML" in rejection.reason


def test_a_letter_is_a_text(tmp_path):
    (tmp_path / "a.txt").write_text(f"From: the port\nTo: all passengers\n\n{FERRY}")
    (article,), _ = read(tmp_path)
    assert article.text.endswith(FERRY)


def docx(*paragraphs, space=office.WORD):
    runs = "".join(f"<w:p><w:r><w:t>{one}</w:t></w:r></w:p>" for one in paragraphs)
    gone = "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
    xml = f'<w:document xmlns:w="{space[1:-1]}"><w:body>{runs}{gone}</w:body></w:document>'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml)
    return data.getvalue()


@pytest.mark.parametrize("space", [office.WORD, office.STRICT])
def test_a_word_document_is_a_text(tmp_path, space):
    runs = "The ferry</w:t></w:r><w:r><w:t> sails</w:t><w:br/><w:t>again.</w:t><w:tab/><w:t>Soon."
    (tmp_path / "a.docx").write_bytes(docx("Norhaven", runs, FERRY, space=space))
    (article,), _ = read(tmp_path)
    assert article.title == "Norhaven"
    assert article.text.split("\n")[:3] == ["The ferry sails", "again.\tSoon.", FERRY]
    assert "gone" not in article.text


def test_a_word_document_may_hold_an_export(tmp_path):
    lines = [
        "Ferry sails",
        "The Lantern",
        "March 4, 2015",
        "Length: 9 words",
        "Body",
        FERRY,
        "End of Document",
    ]
    (tmp_path / "a.docx").write_bytes(docx(*lines, *lines))
    articles, _ = read(tmp_path)
    assert [(one.article_id, one.source) for one in articles] == [
        ("a.docx#1", "The Lantern"),
        ("a.docx#2", "The Lantern"),
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"PK\x03\x04" + bytes(200), "not a readable Word document"),
        (b"\xd0\xcf\x11\xe0" + bytes(200), "password"),
        (docx(FERRY)[:-30], "not a readable Word document"),
        (docx("<broken>"), "not a readable Word document"),
        (b"", "not a readable Word document"),
    ],
)
def test_damaged_word_documents_are_told(tmp_path, data, told):
    (tmp_path / "a.docx").write_bytes(data)
    _, (rejection,) = read(tmp_path)
    assert told in rejection.reason


def test_a_bomb_in_a_word_document_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(office, "MOST_PART", 10_000)
    (tmp_path / "a.docx").write_bytes(docx("a" * 1_000_000))
    _, (rejection,) = read(tmp_path)
    assert "10000 bytes" in rejection.reason


SHEET = """<worksheet xmlns="{space}"><sheetData>
<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>date</t></is></c>
<c r="D1" t="s"><v>1</v></c></row>
<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>42067</v></c>
<c r="D2" t="str"><f>1</f><v>17</v></c></row>
<row r="4"><c r="A4" t="s"><v>3</v></c><c r="B4" s="2"><v>42067.5</v></c>
<c r="C4" s="0"><v>42067</v></c></row>
<row r="5"><c r="B5"/></row><row r="6"><c r="D6"><v>19</v></c></row></sheetData></worksheet>"""


def workbook(sheet=SHEET, space="http://schemas.openxmlformats.org/spreadsheetml/2006/main", settings=""):
    runs = "<si><r><t>Fire </t></r><r><t>out.</t></r><rPh><t>aid</t></rPh></si>"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{link}">{settings}<sheets>'
        '<sheet name="S" r:id="r7"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r7" Target="worksheets/s.xml"/>'
        "</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{space}"><si><t>text</t></si><si><t>id</t></si>'
        f"<si><t>{FERRY}</t></si>{runs}</sst>",
        "xl/styles.xml": f'<styleSheet xmlns="{space}"><numFmts>'
        '<numFmt numFmtId="170" formatCode="yyyy\\-mm"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>',
        "xl/worksheets/s.xml": sheet.format(space=space),
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize("space", ["http://schemas.openxmlformats.org/spreadsheetml/2006/main", "strict"])
def test_a_workbook_is_a_table(tmp_path, space):
    (tmp_path / "a.xlsx").write_bytes(workbook(space=space))
    (ferry, fire), (empty,) = read(tmp_path)
    assert (ferry.article_id, ferry.text, ferry.published, ferry.line) == ("17", FERRY, "2015-03-04", 2)
    assert (fire.article_id, fire.text, fire.published) == ("a.xlsx:4", "Fire out.", "2015-03-04T12:00:00")
    assert (empty.line, empty.reason) == (6, "the text is empty")


def test_a_workbook_that_counts_days_from_1904(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(workbook(settings='<workbookPr date1904="1"/>'))
    assert read(tmp_path)[0][0].published == "2019-03-05"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"PK\x03\x04" + bytes(200), "not a readable Excel workbook"),
        (b"\xd0\xcf\x11\xe0", "password"),
        (workbook(SHEET.replace("<v>3</v>", "<v>99</v>")), "not a readable Excel workbook"),
        (workbook(SHEET.replace("<v>0</v>", "<v>1</v>")), "no column holds the text"),
        (docx(FERRY), "not a readable Excel workbook"),
    ],
)
def test_damaged_workbooks_are_told(tmp_path, data, told):
    (tmp_path / "a.xlsx").write_bytes(data)
    assert told in read(tmp_path)[1][-1].reason


@pytest.mark.parametrize("name", ["a.txt.gz", "a.html.gz", "a.xml.gz"])
def test_a_bomb_of_gzip_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.setattr(reading, "MOST_BYTES", 10_000)
    (tmp_path / name).write_bytes(gzip.compress(b"a" * 1_000_000))
    _, (rejection,) = read(tmp_path)
    assert "more than 10000 bytes" in rejection.reason


@pytest.mark.parametrize("suffix", KINDS)
def test_kinds_that_are_not_read_are_named(tmp_path, suffix):
    assert suffix not in READERS
    (tmp_path / f"a{suffix}").write_bytes(b"data")
    _, (rejection,) = read(tmp_path)
    kind, advice = KINDS[suffix]
    assert rejection.reason == f"{kind} is not read; {advice}"
