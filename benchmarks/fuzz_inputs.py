"""What ``make fuzz`` begins with: seeds of every kind, made here, signs that mean something to a reader, and
changes to an input that a fuzzer of bytes would seldom find."""

import bz2
import gzip
import io
import json
import lzma
import random
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
LONGEST = 20_000
# fmt: off
SIGNS = [
    *("{", "}", "[", "]", '"', "'", ",", ";", "\t", "|", "\n", "\r\n", "\n\n", "\0", "\ufeff"),
    *("\u200b", "\u202e", "<", ">", "</", "<p>", "<div>", "<!--", "-->", "<![CDATA[", "]]>", "&"),
    *("&amp;", "&#x41;", "<?xml ", "<rss>", "<html>", "<body>", "<article>", "<script>", "<item>"),
    *("<title>", 'class="a"', "href=", "<br>", ".", "..", "...", "!", "?", "…", "。", "«", "»"),
    *("„", "“", "”", "—", "–", "-", " - ", "(", ")", "*", "**", "_", "a", "A", "aa", "я", "Я"),
    *("ї", "ß", "İ", "ı", "ا", "ه", "俄", "ก", "é", "e\u0301", "\u0301", "👩‍👧", "１", "ﬁ", " "),
    *("  ", "\u00a0", "\u2003", "0", "1", "12.05.2016", "10:30", "http://a.b/c", "@a", "#a"),
    *("a@b.c", "€", "Read also: ", "Читайте также: ", "Photo: ", "Фото: ", "By ", "(Reuters) - "),
    *("MOSCOW, May 5 (TASS). ", "said", "text", "title", "id", "null", "true", "NaN", "1e999"),
    *("-1", "\\", "\\u0000", "\\ud800", "\x1b[31m", "themes:", "  n_themes: ", "stance:"),
    *("corpus:", "codebook:", "&a ", "*a", "!!python/object", ": ", "- ", "Content-Type: "),
    *("boundary=a", "--a", "WARC/1.0", "Content-Length: 9", "HTTP/1.1 200 OK", "base64"),
]
# fmt: on
TEXTS = [
    "MOSCOW, Sept 12 (TASS). The truce held on Monday, U.S. officials said. Talks resume on Friday.",
    "Москва, 12 сентября. «Перемирие соблюдается», — заявил министр. Читайте также: Новости дня\nФото: А. Б.",
    "Die Waffenruhe hält, sagte der Minister (SPD) am 12. September. Mehr zum Thema:\n- Aleppo\n- Genf",
    "أعلنت موسكو الهدنة. وقال الوزير: «لن نقبل»، بحسب الوكالة. اقرأ أيضا: أخبار",
    "联合国安理会举行会议。他说：“停火。”",
    "[caption]A man[/caption] Photo: A. Smith / Agency\n\nBy John Smith\n\nThe U.S. left. (c) 2016",
]
TITLED = "Truce holds\x1f"
CONFIG = """name: a
seed: 3
corpus: {path: [articles, b.csv], columns: {text: body}, langs: [en, sr-Latn], date_format: "%d/%m/%Y"}
encoder: {model: ./e, cache: .cache/v.db}
codebook:
  themes:
  - {name: b, description: d, examples: [c], not: [e]}
  targets:
  - {name: T, mentions: [санкци*, "*US*"], exclude: ["US open"], examples: [x]}
themes: {min_size: 3}
stance: {labels: l.csv}
evaluation: {themes: t.csv, n_bootstrap: 20}
output: {tracking: "sqlite:///a.db", models: m}
"""
MENTIONS = (
    "US,Росси*,*الهدنة,Бел* дом*,俄*斯\nThe US left us. Россия и Белый дом. رحبت بالهدنة. 俄罗斯说。",
    "O'Neil,St. *,a* *b c*,U.S.,US open\nO’Neil of St. Petersburg; the US open, U.S. aid, ab cb.",
)
DATES = (
    "%d/%m/%Y\n05/04/2017\n13/04/2017\n2016-09-12T10:30:00Z\nhttps://www.a.example/2016/09/12/x\n1473638400",
    "%A %Y\n12 сентября 2016\nSept. 12, 2016 10:30 PM EST\n12 أيلول/سبتمبر 2016\n二〇一六年九月十二日",
    "\n20160912",
    "\n16/09/12\n12.9.16\n12 Brumaire an II\n2016년 9월 12일\n1395/06/22\n12-Sep-16\n2016-09-12_name.html",
)
COLUMNS = (
    "id,Publish Date,body,Unnamed: 0,lead_paragraph\0text=body\ntitle=x",
    '{"_source": {"fields": {"bodyText": "a", "date": {"$date": 1}}}, "text": {"#text": "b"}}\0text=a',
)
EXPORTS = (
    "   1 of 2 DOCUMENTS\n\n      The Lantern\n\n     March 4, 2015 Wednesday\n\nFerry sails\n\nBYLINE: Ida "
    "Brook\n\nLENGTH: 17 words\n\nIt sails again.\n\nLOAD-DATE: March 5, 2015\n\n   2 of 2 DOCUMENTS\n",
    "HD Ferry sails\nWC 17 words\nPD 4 March 2015\nSN The Lantern\nLA English\nLP\nIt sails.\nTD\nMore.\n"
    "CO a1: B\nDocument LANT000020150304eb34000a1\n",
    "Ferry sails\nThe Lantern\nMarch 4, 2015\n\nCopyright 2015\nLength: 17 words\nBody\n\nIt sails.\n"
    "Classification\nLanguage: ENGLISH\nLoad-Date: March 5, 2015\n\n\nEnd of Document\n",
)
PAGE = (
    '<html lang="en"><head><title>{0}</title><meta property="article:published_time" content="2016-09-12">'
    '<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{0}"}}</script></head>'
    '<body><nav><a href="/a">a</a></nav><article><h1>t</h1><p>{0}</p><p>{0}</p></article></body></html>'
)
WARC = (
    "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/b\r\nWARC-Date: 2016-09-12"
    "T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {0}\r\n\r\n"
)
MHTML = (
    "From: <Saved>\r\nSnapshot-Content-Location: http://a.example/b\r\nDate: Mon, 12 Sep 2016 10:00:00 +0000"
    '\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\n'
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "<html><body><p>{0}</p></body></html>\r\n--b--\r\n"
)
ATOM = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>o</title><entry><title>t</title>'
    '<link href="http://a.example/b"/><updated>2016-09-12</updated><content type="html">&lt;p&gt;{0}'
    "&lt;/p&gt;</content></entry></feed>"
)
WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>'
    "{0}</w:t><w:tab/><w:br/></w:r></w:p></w:body></w:document>"
)
SHEET = (
    '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c t="inlineStr"><is><t>date</t></is>'
    '</c></row><row r="2"><c r="A2" t="str"><v>{0}</v></c><c r="B2" s="1"><v>42625.5</v></c></row>'
    "</sheetData></worksheet>\0<sst><si><t>text</t></si><si><r><t>a</t></r></si></sst>\0<styleSheet><numFmts>"
    '<numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts><cellXfs><xf numFmtId="0"/>'
    '<xf numFmtId="164"/></cellXfs></styleSheet>\0<Relationships>'
    '<Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>\0'
    '<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet r:id="r1"/></sheets></workbook>'
)
REQUESTS = (
    "POST /predict\nhost: localhost\ncontent-type: application/json\n\n"
    '{"articles": ["a", {"text": "b", "title": "c", "lang": "en"}], "level": "sentence"}',
    "POST /predict/stream?level=sentence\nhost: 127.0.0.1:8000\ncontent-type: application/x-ndjson\n\n"
    '{"text": "a"}\n"b"\n\n{"text": 3}\n{',
    'POST /explain\nhost: [::1]\ncontent-type: application/json\n\n{"text": "a", "target": "Russia"}',
    'POST /search\nhost: localhost\ncontent-type: application/json\n\n{"query": "a", "articles": ["b"]}',
    "POST /reload\nauthorization: Bearer a-token-of-sixteen\n\n",
    "GET /metadata\nhost: localhost\n\n",
    "GET /themes\nhost: evil.example\n\n",
    "GET /health/ready\n\n",
    "OPTIONS /%2e%2e/page.js?a=b\nhost: localhost\ncontent-encoding: gzip\n\n",
    "GET /metrics\nhost: localhost\n\n",
)


def seeds(target: str) -> list[bytes]:
    """The first inputs of a target, made in code; all are small."""
    model = ROOT / "tests" / "data" / "model_format_1"
    pages = [PAGE.format(text.replace('"', "'").replace("\n", " ")) for text in TEXTS]
    rows = [json.dumps({"text": text, "title": "t", "date": "12.9.2016", "id": 1}) for text in TEXTS]
    made: dict[str, list[str | bytes]] = {
        "text": [*TEXTS, *EXPORTS, "text\ttitle\na\tb\n"],
        "page": [*pages, '<div class="post"><p>a</p></div>'],
        "feed": [
            *(ATOM.format(text) for text in TEXTS[:3]),
            "<rss><channel><title>o</title><item><title>t</title><description>d &amp; &nbsp;e</description>"
            "<pubDate>Mon, 12 Sep 2016</pubDate><guid>http://a.example</guid></item></channel></rss>",
        ],
        "mhtml": [MHTML.format(text) for text in TEXTS[:3]],
        "warc": [_warc(page) for page in pages[:2]],
        "table": [
            *(f'id,text,date\n1,"{text}",12.9.2016\n2,"b ""c"" d",1.1.2015\n' for text in TEXTS),
            'sep=;\nid;text\n1;a\n2;"b\n',
            'text\ttitle\n"a\tb\n',
        ],
        "json_document": [
            *rows,
            f"[{','.join(rows[:2])},]",
            '{"articles": {"a1": {"body": "b"}}}',
            '{"columns": ["text", "id"], "data": [["a", 1]]}',
            '{"text": {"0": "a"}, "title": {"0": "b"}}',
        ],
        "json_lines": ["\n".join(rows[:2]), rows[3] + "\n", '\x1e{"text": "a"}\n{"text": NaN,}\n'],
        "word": [WORD.format(TEXTS[0]), _zip({"word/document.xml": WORD.format("a").encode()})],
        "sheet": [SHEET.format("a"), SHEET.format(TEXTS[1])],
        "parquet": [_parquet(), (model / "themes.parquet").read_bytes()[:8000]],
        "packed": [
            b"\0" + bz2.compress(b"text\n" * 9),
            b"\1" + gzip.compress(b"text\n" * 9),
            b"\2" + lzma.compress(b"text\n" * 9),
        ],
        "decode": [
            *(
                b"\2" + TEXTS[1].encode(codec, "replace")
                for codec in ("cp1251", "koi8-r", "utf-16", "utf-16-le")
            ),
            *(b"\0" + TEXTS[2].encode(codec, "replace") for codec in ("utf-8", "cp1252", "utf-32")),
            b"\0" + TEXTS[4].encode("gb18030", "replace"),
            b"\0" + TEXTS[3].encode("cp1256", "replace"),
        ],
        "columns": [f"\0{one}" for one in COLUMNS],
        "dates": [f"{sign}{one}" for one in DATES for sign in "\0\1"],
        "repair": [
            *(f"\0{text}".encode().decode("cp1252", "replace") for text in TEXTS),
            "\0<p>a &amp; b</p>\\n\\nc<br/>&lt;div&gt;",
        ],
        "repeated": [f"\0{TEXTS[0]}\nSubscribe to us now\x1f{TEXTS[5]}\nSubscribe to us now"],
        "mentions": [f"\0{one}" for one in MENTIONS],
        "config": [CONFIG, f"{CONFIG}\0themes.max_noise=0.05\0codebook.themes=[]"],
        "manifest": [_manifest(model)],
        "arrays": [_arrays(model)],
        "labels": [
            "\0text,label\na,b\n",
            '\4text\tlabel\n"a"\tb\n',
            '\2[{"text": "a"}]',
            '\3{"text": "a"}\n',
        ],
        "serve": [f"{sign}{one}" for one in REQUESTS for sign in "\0\1\2\4"],
        "judge": [f"{sign}Russia broke the truce. Россия\x1f{TEXTS[0]}" for sign in "\0\x7f"],
    }
    of_texts = [f"{sign}{head}{text}" for text in TEXTS for sign in "\0\1\3" for head in ("", TITLED)]
    return [one if isinstance(one, bytes) else one.encode() for one in made.get(target, of_texts)]


def _zip(parts: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def _warc(page: str) -> bytes:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
    return WARC.format(len(answer)).encode() + answer + b"\r\n\r\n"


def _parquet() -> bytes:
    import polars as pl

    data = io.BytesIO()
    pl.DataFrame({"text": ["a", "b"], "tags": [["a"], []], "n": [1, None]}).write_parquet(
        data, statistics=False
    )
    return data.getvalue()


def _manifest(model: Path) -> bytes:
    examples = (model / "examples.jsonl").read_bytes().split(b"\n")[0]
    return json.dumps(json.loads((model / "manifest.json").read_text())).encode() + b"\0" + examples


def _arrays(model: Path) -> bytes:
    import numpy as np
    from safetensors.numpy import save

    return save({"projection": np.zeros((1, 4), np.float32), "theme_ids": np.arange(2)})


def mutated(data: bytes, most: int, draw: random.Random) -> bytes:
    """``data`` with a sign put in, a part repeated, doubled or moved: at most ``most`` bytes."""
    found = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 3))):
        at, end = sorted(draw.randrange(len(found) + 1) for _ in range(2))
        end = min(end, at + draw.choice((1, 4, 40, 400)))
        kind = draw.randrange(4)
        sign = draw.choice(SIGNS).encode("utf-8", "surrogatepass")
        if kind == 0:
            found[at:at] = sign
        elif kind == 1:
            found[at:at] = sign * draw.choice((2, 10, 100, 2000))
        elif kind == 2:
            found[at:at] = found[at:end] * draw.choice((1, 5, 200))
        else:
            found[at:end] = b"".join(draw.choice(SIGNS).encode("utf-8", "surrogatepass") for _ in range(9))
        del found[most:]
    return bytes(found)


def stretched(data: bytes, most: int, draw: random.Random) -> bytes:
    """``data`` with a part of it repeated, so that it has up to ``most`` bytes."""
    start = draw.randrange(len(data) + 1)
    part = data[start : start + draw.choice((1, 2, 3, 8, 30, len(data)))] or b"a"
    end = start + draw.choice((0, len(part)))
    return (data[:start] + part * (most // len(part)) + data[end:])[:most]


def dictionary() -> str:
    """The signs as a dictionary of libFuzzer."""
    signs = sorted({sign.encode("utf-8", "surrogatepass") for sign in SIGNS})
    escaped = ("".join(f"\\x{byte:02x}" for byte in sign) for sign in signs)
    return "".join(f'"{one}"\n' for one in escaped)
