"""Readers of texts, pages, feeds, saved pages, Word documents and web archives.

What a file holds is told by its suffix, then by its beginning, as feeds and saved pages are often
called .txt or .html."""

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from newstance.corpus.read.decode import decode
from newstance.corpus.read.feeds import is_feed, read_feed, root_name
from newstance.corpus.read.lines import read_whole
from newstance.corpus.read.mhtml import is_mhtml, read_mhtml
from newstance.corpus.read.page import declared_charset, is_markup
from newstance.corpus.read.records import File, RawArticle, Rejection, whole
from newstance.corpus.read.tables import is_table, read_table
from newstance.corpus.read.warc import NoPage, Response, read_warc

if TYPE_CHECKING:
    from newstance.corpus.read.exports import Export

LONGEST_TITLE = 160
NO_TITLE_END = (".", "…", ",", ":", ";", "-", "–", "—")
CLOSING_QUOTES = "»“”\"'’)"
PAGE_ROOT = re.compile(r"(?:html|HTML)$")
MADE = "article_id made of the file name"
NUMBERED = "article_id made of the file name and a number"
SUMMARY = "text is the summary that the feed gives"
KINDS_SHOWN = 5

Columns = Mapping[str, str]
Found = RawArticle | Rejection


def read_text(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    """A text file: one article, or the articles of a feed, a saved page, an export or a table."""
    data = read_whole(stream)
    text, how = decode(data, declared_charset(data) if data.lstrip()[:5] == b"<?xml" else None)
    marked = _read_marked(data, text, how, file)
    if marked is not None:
        return marked
    from newstance.corpus.read.exports import split_export  # most files are no plain texts

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    export = split_export(text)
    if export is not None:
        return _read_export(file, export, how)
    if is_table(text, columns):
        return read_table(io.BytesIO(data), file, columns)
    return iter([_plain(file, text, how)])


def _read_marked(data: bytes, text: str, how: str | None, file: File) -> Iterator[Found] | None:
    """The articles of a feed, a saved page or a page, whatever its suffix; ``None`` for a text without
    markup."""
    if is_feed(text):
        return _read_feed(file, text, how)
    if is_mhtml(data):
        return iter([_read_mhtml(file, data)])
    return iter([_page(file, text, how)]) if is_markup(text) else None


def read_page(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    """A page, or a feed or a saved page that is called one."""
    data = read_whole(stream)
    text, how = decode(data, declared_charset(data))
    return _read_marked(data, text, how, file) or iter([_page(file, text, how)])


def read_xml(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    """A feed, or a page in XHTML."""
    data = read_whole(stream)
    text, how = decode(data, declared_charset(data))
    if is_feed(text):
        return _read_feed(file, text, how)
    root = root_name(text)
    if root is not None and PAGE_ROOT.match(root):
        return iter([_page(file, text, how)])
    found = f"it begins with <{root}>" if root else "it is no XML"
    raise ValueError(
        f"no RSS or Atom feed: {found}; expected <rss>, <feed> or <rdf:RDF>; save articles of other "
        "XML as .jsonl or .csv"
    )


def read_saved_page(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    """A page saved by a browser with all its parts (MHTML)."""
    return iter([_read_mhtml(file, read_whole(stream))])


def read_word(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    """A Word document: one article, or those of an export."""
    from newstance.corpus.read.exports import split_export
    from newstance.corpus.read.office import read_docx

    text, how = read_docx(read_whole(stream)), "text from a Word document"
    export = split_export(text)
    return iter([_plain(file, text, how)]) if export is None else _read_export(file, export, how)


def read_archive(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    """The pages of a web archive, one by one."""
    for found in read_warc(stream):
        if isinstance(found, Counter):
            counts = ", ".join(f"{name} {count}" for name, count in found.most_common(KINDS_SHOWN))
            more = "" if len(found) <= KINDS_SHOWN else ", …"
            yield Rejection(file.name, None, f"{found.total()} records are no pages: {counts}{more}")
        elif isinstance(found, NoPage):
            yield Rejection(file.name, found.record, found.reason)
        else:
            yield _read_response(file, found)


def _read_response(file: File, page: Response) -> Found:
    try:
        text, how = decode(page.data, page.charset or declared_charset(page.data))
    except ValueError as error:
        return Rejection(file.name, page.record, str(error))
    found = _page(file, text, how, page.record)
    saved = page.saved[:10] if page.saved else None
    return found if isinstance(found, Rejection) else replace(found, url=page.url, saved=saved)


def _plain(file: File, text: str, how: str | None) -> Found:
    title, body = _split_title(text)
    return whole(_article(file, body, title=title, notes=(MADE, how)))


def _read_export(file: File, export: "Export", how: str | None) -> Iterator[Found]:
    notes = (NUMBERED, f"articles of a {export.database} export, without its lines of fields", how)
    for number, document in enumerate(export.documents, 1):
        if not document.text:
            name = f" ('{document.title}')" if document.title else ""
            reason = f"document {number} of the {export.database} export{name} has no text"
            yield Rejection(file.name, document.line, reason)
            continue
        article = _article(file, document.text, title=document.title, line=document.line, notes=notes)
        source, published = document.source, document.published
        yield whole(replace(article, article_id=f"{file.name}#{number}", source=source, published=published))


def _read_feed(file: File, text: str, how: str | None) -> Iterator[Found]:
    found = False
    for item in read_feed(text):
        found = True
        notes = (NUMBERED, SUMMARY if item.is_summary else None, how)
        article = _article(file, item.text, title=item.title, line=item.line, notes=notes)
        yield whole(
            replace(
                article,
                article_id=f"{file.name}#{item.line}",
                source=item.source,
                published=item.published,
                url=item.url,
            )
        )
    if not found:
        yield Rejection(file.name, None, "the feed holds no item")


def _read_mhtml(file: File, data: bytes) -> Found:
    saved = read_mhtml(data)
    text, how = decode(saved.data, saved.charset or declared_charset(saved.data))
    found = _page(file, text, how)
    return found if isinstance(found, Rejection) else replace(found, url=saved.url, saved=saved.saved)


def _page(file: File, text: str, how: str | None, record: int | None = None) -> Found:
    article = _article(file, text, line=record, notes=(MADE if record is None else NUMBERED, how))
    if record is not None:
        article = replace(article, article_id=f"{file.name}#{record}")
    return whole(replace(article, is_html=True, is_saved_page=True))


def _article(
    file: File, text: str, *, title: str | None = None, line: int | None = None, notes: Iterable[str | None]
) -> RawArticle:
    return RawArticle(
        article_id=file.name,
        title=title,
        text=text,
        source=None,
        published=None,
        lang=None,
        url=None,
        file=file.name,
        line=line,
        folder=file.folder,
        inferred=tuple(note for note in notes if note),
    )


def _split_title(text: str) -> tuple[str | None, str]:
    """The first line as the title where it looks like one: short, without a full stop, before more lines
    that do not simply go on with its sentence."""
    first, _, rest = text.lstrip().partition("\n")
    title, body = first.strip(), rest.strip()
    goes_on = not rest.startswith(("\n", " \n")) and body[:1].islower()
    if (
        not body
        or goes_on
        or len(title) > LONGEST_TITLE
        or title.rstrip(CLOSING_QUOTES).endswith(NO_TITLE_END)
    ):
        return None, text
    return title, rest
