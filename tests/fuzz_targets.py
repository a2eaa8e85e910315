"""All that takes what strangers write, each as a function of bytes: what ``make fuzz`` feeds and
``test_fuzz.py`` replays.

A target takes what a person may be told (``ValueError`` with words, ``Refusal``) and asserts laws of what
comes out; whatever else it raises is a finding. Where the input is a text, its first byte chooses language
and options. Files are not used where a stream does.
"""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from fuzz_server import judge, serve

LANGS = ("en", "ru", "uk", "de", "ar", "zh", "fr", "und")
Target = Callable[[bytes, Path], None]
DATA = Path(__file__).parent / "data"
KEPT = DATA / "fuzz"


def kept(target: str) -> list[bytes]:
    """The inputs of a target that are kept in the repository."""
    path = KEPT / f"{target}.zip"
    if not path.exists():
        return []
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


def told(error: BaseException) -> bool:
    """Whether an error is one that a person is told, in words that are not those of a codec."""
    is_meant = isinstance(error, ValueError | OSError) and not isinstance(error, UnicodeError)
    return is_meant and len(str(error).split()) >= 3


def _choice(data: bytes) -> int:
    return data[0] if data else 0


def _text(data: bytes) -> str:
    return data[1:].decode("utf-8", "replace")


def _lang(data: bytes) -> str:
    return LANGS[_choice(data) % len(LANGS)]


# Reading


def _read(data: bytes, suffix: str) -> None:
    """A file of one format; each article is whole, each rejection has a reason. Of pages, which take long,
    only those of ``page`` are taken apart."""
    from newstance.corpus.read.files import FAULTS, read_stream
    from newstance.corpus.read.page import extract
    from newstance.corpus.read.records import File, RawArticle

    file = File(Path(f"a{suffix}"), f"a{suffix}", None)
    try:
        for raw in read_stream(io.BytesIO(data), file, suffix, {}):
            for found in extract(raw) if suffix == ".html" else [raw]:
                if isinstance(found, RawArticle):
                    _check_article(found)
                else:
                    assert found.reason.strip(), "a rejection without a reason"
    except FAULTS as error:  # what the reader of a whole folder tells
        if not told(error):
            raise


def _check_article(article: Any) -> None:
    assert article.text.strip(), "an article without a text"
    assert article.article_id, "an article without an id"
    for field in fields(article):
        value = getattr(article, field.name)
        if isinstance(value, str):
            value.encode()


def text(data: bytes, place: Path) -> None:
    """A .txt: an article, an export of a database, a table, or a feed called so."""
    _read(data, ".txt")


def page(data: bytes, place: Path) -> None:
    """A page, and its text."""
    _read(data, ".html")


def feed(data: bytes, place: Path) -> None:
    """RSS or Atom."""
    _read(data, ".xml")


def mhtml(data: bytes, place: Path) -> None:
    """A page as a browser saves it."""
    _read(data, ".mhtml")


def warc(data: bytes, place: Path) -> None:
    """A web archive."""
    _read(data, ".warc")


def table(data: bytes, place: Path) -> None:
    """Separated values."""
    _read(data, ".csv")


def json_document(data: bytes, place: Path) -> None:
    """JSON of any shape."""
    _read(data, ".json")


def json_lines(data: bytes, place: Path) -> None:
    """JSON, an object a line."""
    _read(data, ".jsonl")


def word(data: bytes, place: Path) -> None:
    """A Word document, whole or only the XML of its text."""
    _read(data if data.startswith(b"PK") else _zipped({"word/document.xml": data}), ".docx")


def sheet(data: bytes, place: Path) -> None:
    """A workbook, whole or only the XML of its parts, which NUL signs part."""
    names = (
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/_rels/workbook.xml.rels",
    )
    if not data.startswith(b"PK"):
        first, *others = data.split(b"\0")
        book = others.pop() if len(others) > 3 else b"<workbook><sheets/></workbook>"
        data = _zipped(
            {"xl/workbook.xml": book, names[0]: first, **dict(zip(names[1:], others, strict=False))}
        )
    _read(data, ".xlsx")


def parquet(data: bytes, place: Path) -> None:
    """A parquet file, as articles and as a table of a model."""
    from newstance.model.content import ModelError, decode_table

    _read(data, ".parquet")
    try:
        decode_table(place, data)
    except ModelError:
        return


def packed(data: bytes, place: Path) -> None:
    """A packed file."""
    from newstance.corpus.read.files import FAULTS
    from newstance.corpus.read.unpack import PACKED, open_plain

    path = place / "packed"
    path.write_bytes(data[1:])
    try:
        with open_plain(path, sorted(PACKED)[_choice(data) % len(PACKED)]) as stream:
            while stream.read(1 << 16):
                pass
    except FAULTS as error:
        if not told(error):
            raise


def _zipped(parts: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return data.getvalue()


def decode(data: bytes, place: Path) -> None:
    """The encoding of bytes."""
    from newstance.corpus.read.decode import decode as decode_bytes

    try:
        decode_bytes(data[1:], (None, "utf-8", "cp1251", "utf-7", "idna", "hex")[_choice(data) % 6])
    except ValueError as error:
        if not told(error):
            raise


def columns(data: bytes, place: Path) -> None:
    """Names of columns, or a record with all that lies in it, and a mapping."""
    from newstance.corpus.read.columns import check_columns, find_columns, no_text_column, value_of

    names, _, rest = _text(data).partition("\0")
    mapping = dict(line.split("=", 1) for line in rest.split("\n") if "=" in line)
    try:
        record = json.loads(names)
    except (ValueError, RecursionError):
        record = names.split(",")
    if not isinstance(record, dict | list) or not all(isinstance(one, str) for one in record):
        return
    found = find_columns(record, mapping)
    no_text_column(record, mapping)
    if isinstance(record, dict):
        for name in found.of.values():
            value_of(record, name)
    else:
        assert set(found.of.values()) <= set(record)
    try:
        check_columns(mapping)
    except ValueError as error:
        if not told(error):
            raise


def dates(data: bytes, place: Path) -> None:
    """A column of dates, an address, and a format."""
    from newstance.corpus.read.dates import date_in_path, is_date_format, outlet_of_url, read_column

    form, *raws = _text(data).split("\n")
    date_format = form if _choice(data) % 2 and is_date_format(form) else None
    for one in read_column(raws, date_format):
        assert one.date is None or type(one.date) is date
        assert one.date is None or date_format or 1800 <= one.date.year <= 2199, one
    for raw in raws[:2]:
        date_in_path(raw)
        outlet_of_url(raw)


def repair(data: bytes, place: Path) -> None:
    """A text of a wrong code page, with markup or escaped line ends."""
    from newstance.corpus.read.repair import mend_code_page, with_line_ends, without_html, without_marks

    given = _text(data)
    for one in (mend_code_page, without_marks, without_html, with_line_ends):
        one(given).encode()


# Text


def clean(data: bytes, place: Path) -> None:
    """The cleaner: what it removes are spans of the text, in order and apart."""
    from newstance.corpus.clean.clean import clean as clean_text

    title, bar, body = _text(data).partition("\x1f")
    title, body = (title, body) if bar else (None, title)
    kept, removed, metadata = clean_text(body, title, _lang(data))
    assert all(0 <= one.start < one.end <= len(body) for one in removed)
    assert all(before.end <= after.start for before, after in pairwise(removed))
    assert all(one.reason for one in removed)
    assert not [line for line in kept.split("\n") if line != line.strip()] and metadata.keys() <= {"dateline"}


def repeated(data: bytes, place: Path) -> None:
    """The lines and phrases that the articles of an outlet repeat, and a text cleaned of them."""
    from newstance.corpus.clean.clean import clean as clean_text
    from newstance.corpus.clean.repeated import repeated_lines

    texts = _text(data).split("\x1f")
    longest = "word " * 99  # the longest line of an article is not counted
    lines = repeated_lines(
        {"outlet": [f"{one}\n\n{longest}{number}" for number in range(3) for one in texts]}
    )
    clean_text(texts[0], None, _lang(data), lines["outlet"])


def split(data: bytes, place: Path) -> None:
    """The splitter: spans in order and apart, and nothing that is seen lies outside them."""
    from newstance.corpus.sentences.split import split as split_text
    from newstance.scripts import folded

    given = _text(data)
    spans = split_text(given, _lang(data))
    assert all(0 <= start < end <= len(given) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    edges = [0, *(edge for span in spans for edge in span), len(given)]
    outside = [given[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    assert not any(folded(one).text.strip() for one in outside), "a sign that is seen lies in no sentence"


def language(data: bytes, place: Path) -> None:
    """The language of a text."""
    from newstance.corpus.language import detect

    assert len(detect([_text(data)])) == 1


def mentions(data: bytes, place: Path) -> None:
    """Mentions, excluded phrases, and the text in which they are looked for."""
    from newstance.stance.mentions import MOST_IN_A_TEXT, find_mentions
    from newstance.themes.codebook import check_mentions

    names, _, given = _text(data).partition("\n")
    try:
        wanted = check_mentions(names.split(",")[:6])
    except ValueError as error:
        if told(error):
            return
        raise
    found = find_mentions([given], {"t": wanted[:4]}, {"t": wanted[4:]})
    spans = [one.span for one in found]
    assert len(spans) <= MOST_IN_A_TEXT
    assert all(0 <= start < end <= len(given) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def holder(data: bytes, place: Path) -> None:
    """Who speaks in a sentence after others."""
    from newstance.stance.holder import find_holder

    *before, given = _text(data).split("\n")
    found = find_holder(given, before, _lang(data))
    if found.start is not None:
        assert 0 <= found.start < found.end <= len(given)


# Configs, models, labels


def config(data: bytes, place: Path) -> None:
    """A config, and overrides after NUL signs; what is read can be written and read again alike."""
    from newstance.config import config_yaml, load_config

    content, *overrides = data.split(b"\0")
    path = place / "run.yaml"
    path.write_bytes(content)
    try:
        found = load_config(path, [one.decode("utf-8", "replace") for one in overrides[:3]])
    except (ValueError, OSError) as error:
        if told(error):
            return
        raise
    path.write_text(config_yaml(found), "utf-8")
    assert load_config(path) == found, "the config came back changed"


def manifest(data: bytes, place: Path) -> None:
    """The manifest of a model, with a hash that fits, and its examples after a NUL sign."""
    from newstance.corpus import Reading
    from newstance.model.content import ModelError
    from newstance.model.manifest import MANIFEST, read_manifest
    from newstance.model.schema import check_examples, check_meta

    content, _, rest = data.partition(b"\0")
    path = place / "model" / MANIFEST
    path.parent.mkdir(exist_ok=True)
    try:
        path.write_bytes(_sealed(content))
        said = read_manifest(path.parent)
        meta = check_meta(path.parent, said["meta"])
        check_examples(path.parent, [json.loads(line) for line in rest.split(b"\n") if line.strip()], meta)
    except ModelError:
        return
    except (ValueError, RecursionError):
        if not rest:
            raise
        return
    try:
        Reading.from_dict(meta.reading)
    except (ValueError, TypeError, AttributeError):  # what a load tells as a ModelError
        return


def _sealed(content: bytes) -> bytes:
    """A manifest with a hash that fits; what is none as it is."""
    from newstance.model.manifest import _digest

    try:
        value = json.loads(content)
        return json.dumps(value | {"sha256": _digest(value)}).encode()
    except (ValueError, TypeError, RecursionError):
        return content


def arrays(data: bytes, place: Path) -> None:
    """The arrays of a model."""
    from newstance.model.content import ModelError, decode_arrays
    from newstance.model.schema import check_arrays

    try:
        check_arrays(place, _meta(), decode_arrays(place, data))
    except ModelError:
        return


@cache
def _meta() -> Any:
    from newstance.model.schema import check_meta

    said = json.loads((DATA / "model_format_1" / "manifest.json").read_text("utf-8"))
    return check_meta(DATA, said["meta"])


def labels(data: bytes, place: Path) -> None:
    """A file of labels."""
    from newstance.label_files import read_rows

    path = place / ("labels" + (".csv", ".tsv", ".json", ".jsonl")[_choice(data) % 4])
    path.write_bytes(data[1:])
    try:
        read_rows(path, "labels", (lambda names: "text" in names) if _choice(data) & 4 else None)
    except ValueError as error:
        if not told(error):
            raise


TARGETS: dict[str, Target] = {
    one.__name__: one
    for one in (
        *(text, page, feed, mhtml, warc, table, json_document, json_lines, word, sheet, parquet, packed),
        *(decode, columns, dates, repair, clean, repeated, split, language, mentions, holder),
        *(config, manifest, arrays, labels, serve, judge),
    )
}
