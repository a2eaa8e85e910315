"""One record of a file (a row, a JSON object) to one raw article, whatever its columns are called."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from newstance.addresses import Place
from newstance.corpus.read.columns import Columns, find_columns, no_text_column, value_of
from newstance.corpus.read.repair import mend_code_page
from newstance.corpus.read.values import as_text, is_missing, is_missing_word, text_of

LONGEST_TEXT = 1 << 24
MOST_BROKEN = 0.01
SHORT_FIELDS = ("title", "source", "published", "url")
SURROGATES = {code: "\ufffd" for code in range(0xD800, 0xE000)}


class File(NamedTuple):
    """A file to read: where it is, how messages call it, and the sub-folder that may be its outlet."""

    path: Place
    name: str
    folder: str | None


@dataclass(frozen=True)
class RawArticle:
    """An article as a file holds it.

    ``published`` is the date as written; ``is_html`` says that ``text`` is markup still; ``folder`` is the
    first sub-folder of its file; ``inferred`` says in words what was concluded rather than read;
    ``columns`` tells which columns it was read from, where its file has any. ``is_saved_page`` says that
    the markup is a page as it was saved, with all around the article, and ``saved`` on which day.
    """

    article_id: str
    title: str | None
    text: str
    source: str | None
    published: str | None
    lang: str | None
    url: str | None
    file: str
    line: int | None
    is_html: bool = False
    folder: str | None = None
    inferred: tuple[str, ...] = ()
    columns: Columns | None = field(default=None, compare=False, repr=False)
    is_saved_page: bool = False
    saved: str | None = None


@dataclass(frozen=True)
class Rejection:
    """What could not be read, where, and why; ``line`` is a line of text or a row of a table, from 1."""

    file: str
    line: int | None
    reason: str

    @property
    def place(self) -> str:
        """File and line, as messages name them."""
        return self.file if self.line is None else f"{self.file}, line {self.line}"


def with_note(found: RawArticle | Rejection, note: str | None) -> RawArticle | Rejection:
    """``found`` with one more thing that was concluded of it, where it is an article."""
    if note is None or isinstance(found, Rejection):
        return found
    return replace(found, inferred=(*found.inferred, note))


def to_article(
    record: Mapping[str, Any], columns: Mapping[str, str], file: str, line: int
) -> RawArticle | Rejection:
    """The article in ``record``, or why there is none. An id is made of file and line where it is missing."""
    found = find_columns(record, columns)
    if "text" not in found.of:
        return Rejection(file, line, no_text_column(record, columns))
    values = {name: value_of(record, column) for name, column in found.of.items()}
    fields = {name: _tidy(value) for name, value in values.items() if name != "text"}
    text = text_of(values["text"])
    if text is None and not is_missing(values["text"]):
        return Rejection(file, line, f"the text is of the type {type(values['text']).__name__}, not a string")
    if text is not None and is_missing_word(text):
        return Rejection(file, line, f"the text is only the word '{text.strip()}', which stands for no text")
    empty = tuple(
        f"{name} left empty, as its value is of the type {type(value).__name__}"
        for name, value in values.items()
        if name != "text" and as_text(value) is None and not is_missing(value)
    )
    made = () if fields.get("article_id") else ("article_id made of file and line",)
    return whole(
        RawArticle(
            article_id=fields.get("article_id") or f"{file}:{line}",
            title=fields.get("title"),
            text=text or "",
            source=fields.get("source"),
            published=fields.get("published"),
            lang=fields.get("lang"),
            url=fields.get("url"),
            file=file,
            line=line,
            inferred=found.notes + empty + made,
            columns=found,
        )
    )


def stated_id(record: Mapping[str, Any], columns: Mapping[str, str]) -> str | None:
    """The article_id that ``record`` states, ``None`` where it has none."""
    column = find_columns(record, columns).of.get("article_id")
    return None if column is None else _tidy(value_of(record, column))


def whole(article: RawArticle) -> RawArticle | Rejection:
    """``article`` with its damage repaired, its title for an empty text; or why it is none."""
    if len(article.text) > LONGEST_TEXT:
        reason = f"the text has {len(article.text)} characters, more than any article ({LONGEST_TEXT})"
        return Rejection(article.file, article.line, reason)
    article = _with_whole_fields(_mended(article))
    if not article.text.strip():
        if not article.title:
            return Rejection(article.file, article.line, "the text is empty")
        return replace(
            article,
            text=article.title,
            is_html=False,
            inferred=(*article.inferred, "text is the title, as there is no other"),
        )
    n_broken = count_broken(article.text)
    if not n_broken:
        return article
    if n_broken > MOST_BROKEN * len(article.text):
        reason = f"{n_broken} of {len(article.text)} characters of the text are in another encoding"
        return Rejection(article.file, article.line, reason)
    return replace(
        article,
        text=article.text.translate(SURROGATES),
        inferred=(*article.inferred, "broken characters replaced by U+FFFD"),
    )


def _mended(article: RawArticle) -> RawArticle:
    """``article`` without NUL characters, and as it was before it was saved in a wrong code page."""
    text, title = article.text.replace("\0", ""), article.title and article.title.replace("\0", "")
    notes = ("NUL characters taken out of the text",) * (len(text) < len(article.text))
    mended, title = mend_code_page(text), title and mend_code_page(title)
    notes += ("text repaired that had been saved in a wrong code page",) * (mended != text)
    if (mended, title) == (article.text, article.title):
        return article
    return replace(article, text=mended, title=title, inferred=(*article.inferred, *notes))


def _with_whole_fields(article: RawArticle) -> RawArticle:
    """``article`` without broken characters in its short fields, whatever the text has."""
    values = {name: getattr(article, name) for name in SHORT_FIELDS}
    whole = {name: value and value.translate(SURROGATES) for name, value in values.items()}
    return article if whole == values else replace(article, **whole)


def count_broken(text: str) -> int:
    """How many code points of ``text`` are halves of a pair or bytes that could not be decoded."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return sum("\ud800" <= char <= "\udfff" for char in text)
    return 0


def _tidy(value: Any) -> str | None:
    """A short field in one line without broken characters; ``None`` where nothing is left, or only a word
    that stands for no value."""
    text = as_text(value)
    if text is None or is_missing_word(text):
        return None
    text = text.replace("\0", "")
    return " ".join((text if text.isascii() else text.translate(SURROGATES)).split()) or None
