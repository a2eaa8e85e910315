"""One record of a file (a row, a JSON object) to one raw article, whatever its columns are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from math import isnan
from numbers import Number
from typing import Any, NamedTuple

# The first name of a row that a file has is taken, ours before all others.
SYNONYMS = {
    "article_id": ("article_id", "id", "articleid", "doc_id", "guid"),
    "title": ("title", "headline"),
    "text": ("text", "body", "content", "article_text", "fulltext", "full_text"),
    "source": ("source", "outlet", "publisher", "source_name", "newspaper"),
    "published": ("published", "date", "pub_date", "pubdate", "datetime", "published_at", "publication_date"),
    "lang": ("lang", "language"),
    "url": ("url", "link", "uri"),
}
UNMAPPED = "(corpus.columns)"  # the end of a note that a mapped column is not there
MOST_BROKEN = 0.01
SURROGATES = {code: "\ufffd" for code in range(0xD800, 0xE000)}


@dataclass(frozen=True)
class RawArticle:
    """An article as a file holds it.

    ``published`` is the date as written; ``is_html`` says that ``text`` is markup still; ``folder`` is the
    first sub-folder of its file; ``inferred`` says in words what was concluded rather than read.
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


class Columns(NamedTuple):
    """Our field name to the column that holds it, and what a person should know of the choice."""

    of: dict[str, str]
    notes: tuple[str, ...]


def check_columns(columns: Mapping[str, str]) -> None:
    """Raise ``ValueError`` for a key of the mapping ``ours: theirs`` that is no field of an article."""
    unknown = [key for key in columns if key not in SYNONYMS]
    if not unknown:
        return
    near = {key: get_close_matches(key, SYNONYMS, 1) for key in unknown}
    hints = [f"'{key}'" + (f" (did you mean '{match[0]}'?)" if match else "") for key, match in near.items()]
    raise ValueError(
        f"corpus.columns: unknown {', '.join(hints)}. Each key is one of {list(SYNONYMS)}, "
        "its value the column in your file, as in `text: body`."
    )


def find_columns(names: Iterable[str], columns: Mapping[str, str]) -> Columns:
    """Which of the columns ``names`` holds which field: the mapping first, then the usual synonyms."""
    return _find_columns(tuple(names), tuple(sorted(columns.items())))


@lru_cache(maxsize=1024)
def _find_columns(names: tuple[str, ...], columns: tuple[tuple[str, str], ...]) -> Columns:
    wanted, by_key = dict(columns), {name.strip().casefold(): name for name in reversed(names)}
    of: dict[str, str] = {}
    notes = []
    for field, synonyms in SYNONYMS.items():
        if wanted.get(field) in names:
            of[field] = wanted[field]
            continue
        found = next((by_key[key] for key in synonyms if key in by_key), None)
        if found is not None:
            of[field] = found
        if field in wanted and found is not None:
            notes.append(f"{field} from column '{found}', as there is no '{wanted[field]}' {UNMAPPED}")
        elif field in wanted:
            notes.append(f"{field} left empty, as there is no column '{wanted[field]}' {UNMAPPED}")
    return Columns(of, tuple(notes))


def is_unmapped(article: RawArticle, field: str) -> bool:
    """Whether the record of ``article`` lacks the column that ``corpus.columns`` names for ``field``."""
    return any(note.startswith(f"{field} ") and note.endswith(UNMAPPED) for note in article.inferred)


def no_text_column(names: Iterable[str], columns: Mapping[str, str]) -> str:
    """What to tell where no column holds the text."""
    wanted = f"'{columns['text']}'" if "text" in columns else f"one of {list(SYNONYMS['text'])}"
    return (
        f"no column holds the text: {wanted} was expected, there are {list(names)}; "
        "name it in corpus.columns, as in `text: body`"
    )


def to_article(
    record: Mapping[str, Any], columns: Mapping[str, str], file: str, line: int
) -> RawArticle | Rejection:
    """The article in ``record``, or why there is none. An id is made of file and line where it is missing."""
    found = find_columns(record, columns)
    if "text" not in found.of:
        return Rejection(file, line, no_text_column(record, columns))
    values = {field: record[column] for field, column in found.of.items()}
    fields = {field: _as_text(value) for field, value in values.items()}
    empty = tuple(
        f"{field} left empty, as its value is of the type {type(value).__name__}"
        for field, value in values.items()
        if fields[field] is None and not _is_missing(value)
    )
    if fields["text"] is None and not _is_missing(values["text"]):
        return Rejection(file, line, f"the text is of the type {type(values['text']).__name__}, not a string")
    article_id = _tidy(fields.get("article_id"))
    made = () if article_id else ("article_id made of file and line",)
    return whole(
        RawArticle(
            article_id=article_id or f"{file}:{line}",
            title=_tidy(fields.get("title")),
            text=fields["text"] or "",
            source=_tidy(fields.get("source")),
            published=_tidy(fields.get("published")),
            lang=_tidy(fields.get("lang")),
            url=_tidy(fields.get("url")),
            file=file,
            line=line,
            inferred=found.notes + empty + made,
        )
    )


def stated_id(record: Mapping[str, Any], columns: Mapping[str, str]) -> str | None:
    """The article_id that ``record`` states, ``None`` where it has none."""
    column = find_columns(record, columns).of.get("article_id")
    return None if column is None else _tidy(_as_text(record[column]))


def whole(article: RawArticle) -> RawArticle | Rejection:
    """``article`` with its broken characters replaced, its title for an empty text; or why it is none."""
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


def count_broken(text: str) -> int:
    """How many code points of ``text`` are halves of a pair or bytes that could not be decoded."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return sum("\ud800" <= char <= "\udfff" for char in text)
    return 0


def _tidy(value: str | None) -> str | None:
    """A short field in one line without broken characters; ``None`` where nothing is left."""
    return " ".join(value.translate(SURROGATES).split()) or None if value else None


def _is_missing(value: Any) -> bool:
    """None, NaN, and the empty values of pandas."""
    return value is None or (isinstance(value, float) and isnan(value)) or str(value) in {"NaT", "<NA>"}


def _as_text(value: Any) -> str | None:
    """A scalar as text (a date as ISO 8601), ``None`` for what is missing or no scalar."""
    if _is_missing(value) or not isinstance(value, (str, date, Number)):
        return None
    if isinstance(value, date):  # datetime and pandas.Timestamp are dates too
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
