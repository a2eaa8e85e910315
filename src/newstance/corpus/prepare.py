"""A block of raw articles to clean ones with their sentences: what a worker process does.

Each article is prepared on its own, so blocks of any size, in any process, give the same rows.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import polars as pl

from newstance import tables
from newstance.corpus.read.dates import outlet_of_url
from newstance.corpus.read.page import extract
from newstance.corpus.read.records import RawArticle, Rejection
from newstance.frames import made
from newstance.scripts import folded

TAG = re.compile(r"[A-Za-z]{2}(-[A-Za-z0-9]{2,8})*")
TITLE, BODY = "title", "body"
STOPS = ".!?…"
FEWEST_TITLE_WORDS = 3
TITLE_SPREAD = 4  # a title that opens the text is at most so many times as long there
ARTICLES = {
    **{name: tables.ARTICLES[name] for name in ("article_id", "title", "text", "source", "lang", "url")},
    "n_sentences": pl.Int64,
    "published_raw": pl.String,
    "dateline": pl.String,
    "file": pl.String,
    "line": pl.Int64,
}


@dataclass(frozen=True)
class Recipe:
    """How articles are prepared. ``langs`` None keeps all; ``repeated`` holds boilerplate lines by outlet."""

    clean: bool = True
    langs: tuple[str, ...] | None = None
    min_words: int = 1
    repeated: Mapping[str, set[str]] = field(default_factory=dict)


class Prepared(NamedTuple):
    """The tables of a block, and how often what was inferred."""

    articles: pl.DataFrame
    sentences: pl.DataFrame
    removed: pl.DataFrame
    rejected: pl.DataFrame
    notes: Counter[str]


class _Clean(NamedTuple):
    """An article with cleaned text and its sentences, and the spans removed from the text as read."""

    raw: RawArticle
    text: str
    lang: str
    removed: Sequence[tuple[int, int, str]]
    dateline: str | None
    sentences: Sequence[tuple[int, int]] = ()


# An article, the number of a sentence in it, the text it stands in, and its start and end there.
_Place = tuple[_Clean, int, str, int, int]


def prepare(block: Sequence[RawArticle | Rejection], recipe: Recipe) -> Prepared:
    """Extract, find languages, clean, split; rejections of the block are passed on in their place."""
    extracted = [_with_origin(found) for one in block for found in extract(one)]
    articles = [one for one in extracted if isinstance(one, RawArticle)]
    langs = iter(_languages(articles))
    done = [one if isinstance(one, Rejection) else _clean(one, next(langs), recipe) for one in extracted]
    kept = [one for one in done if isinstance(one, _Clean)]
    rejected = [one for one in done if isinstance(one, Rejection)]
    return Prepared(
        _article_table(kept),
        _sentence_table(kept),
        _removed_table(kept),
        _rejected_table(rejected),
        Counter(note for one in kept for note in one.raw.inferred),
    )


def _with_origin(one: RawArticle | Rejection) -> RawArticle | Rejection:
    """An article with its outlet, and what there is to note of how that and its language are known."""
    if isinstance(one, Rejection):
        return one
    outlet, note = find_outlet(one)
    notes = [] if note is None else [note]
    if one.lang and stated_lang(one.lang) is None:
        notes.append("lang from the text, as the stated one is no BCP 47 tag")
    return replace(one, source=outlet, inferred=(*one.inferred, *notes)) if notes else one


def find_outlet(article: RawArticle) -> tuple[str | None, str | None]:
    """The outlet, and how it was found where no field names it: the domain of the URL, or the folder."""
    if article.source is not None:
        return article.source, None
    if article.url and (domain := outlet_of_url(article.url)):
        return domain, "source from the domain of the URL"
    if article.folder:
        return article.folder, "source from the name of the folder"
    return None, None


def _languages(articles: Sequence[RawArticle]) -> list[str]:
    """The stated language of each article where it is a tag such as ``ru``, else the one of its text."""
    from newstance.corpus.language import detect

    unknown = [number for number, article in enumerate(articles) if stated_lang(article.lang) is None]
    detected = dict(zip(unknown, detect([articles[number].text for number in unknown]), strict=True))
    return [detected.get(number) or str(stated_lang(one.lang)) for number, one in enumerate(articles)]


def stated_lang(lang: str | None) -> str | None:
    """A two-letter BCP 47 tag with a small first part, ``None`` for anything else a column may hold."""
    first, dash, rest = (lang or "").replace("_", "-").partition("-")
    is_tag = TAG.fullmatch(f"{first}{dash}{rest}") is not None
    return f"{first.lower()}{dash}{rest}" if is_tag else None


def _clean(article: RawArticle, lang: str, recipe: Recipe) -> _Clean | Rejection:
    """``article`` cleaned and split, or why it is left out."""
    from newstance.corpus.sentences.split import split

    if recipe.langs is not None and not {lang, lang.partition("-")[0]} & set(recipe.langs):
        reason = f"language '{lang}' is not among corpus.langs {list(recipe.langs)}"
        return Rejection(article.file, article.line, reason)
    clean = _cleaned(article, lang, recipe)
    n_words = len(folded(clean.text).text.split())
    if n_words == 0:
        return Rejection(article.file, article.line, "nothing is left of the text after cleaning")
    if n_words < recipe.min_words:
        reason = f"{n_words} words after cleaning; corpus.min_words is {recipe.min_words}"
        return Rejection(article.file, article.line, reason)
    return clean._replace(sentences=split(clean.text, lang))


def _cleaned(article: RawArticle, lang: str, recipe: Recipe) -> _Clean:
    start = title_end(article.text, article.title)
    head = [(0, start, TITLE)] if start else []
    body = article.text[start:]
    if not recipe.clean:
        return _Clean(article, body.strip(), lang, head, None)
    from newstance.corpus.clean.clean import clean

    repeated = recipe.repeated.get(article.source or "", ())
    text, removed, found = clean(body, article.title, lang, repeated)
    spans = head + [(start + one.start, start + one.end, one.reason) for one in removed]
    return _Clean(article, text, lang, spans, found.get("dateline"))


def title_end(text: str, title: str | None) -> int:
    """Where the title ends that opens the text once more; 0 where it does not, or nothing follows it.

    It must be the first line, or at least three words that end with a full stop or another such mark.
    """
    words = folded(title).text.split() if title else []
    view = folded(text[: TITLE_SPREAD * (len(title or "") + 1)])
    if not words or view.text.lstrip()[: len(words[0])].lower() != words[0].lower():
        return 0  # most texts: spares them the expression
    same = r"\s+".join(map(re.escape, words))
    found = re.match(rf"\s*{same}[^\S\n]*(?P<stop>[.!?…]*)[^\S\n]*(?P<line>\n?)", view.text, re.I)
    if found is None:
        return 0
    ended = (found["stop"] or words[-1][-1] in STOPS) and view.text[found.end() - 1].isspace()
    if not found["line"] and not (ended and len(words) >= FEWEST_TITLE_WORDS):
        return 0
    end = view.span(0, found.end("stop"))[1]
    return end if folded(text[end:]).text.strip() else 0


def _article_table(articles: Sequence[_Clean]) -> pl.DataFrame:
    raw = [one.raw for one in articles]
    columns: dict[str, list] = {
        "article_id": [one.article_id for one in raw],
        "title": [one.title for one in raw],
        "text": [one.text for one in articles],
        "source": [one.source for one in raw],
        "lang": [one.lang for one in articles],
        "url": [one.url for one in raw],
        "n_sentences": [len(one.sentences) for one in articles],
        "published_raw": [one.published for one in raw],
        "dateline": [one.dateline for one in articles],
        "file": [one.file for one in raw],
        "line": [one.line for one in raw],
    }
    return made(columns, ARTICLES)


def _sentence_table(articles: Sequence[_Clean]) -> pl.DataFrame:
    from newstance.corpus.language import detect

    places = [place for one in articles for place in _places(one)]
    texts = [text[start:end] for _, _, text, start, end in places]
    langs = detect(texts, [one.lang for one, *_ in places])
    columns: dict[str, list] = {
        "article_id": [one.raw.article_id for one, *_ in places],
        "sentence": [number for _, number, *_ in places],
        "part": [BODY if number else TITLE for _, number, *_ in places],
        "text": texts,
        "start": [start for *_, start, _ in places],
        "end": [end for *_, end in places],
        "lang": langs,
    }
    return made(columns, tables.SENTENCES)


def _places(article: _Clean) -> Iterator[_Place]:
    """The sentences of an article: its title, if it has one, as number 0, those of its text from 1."""
    title = article.raw.title or ""
    if folded(title).text.strip() and article.text != title.strip():  # a text may be its title alone
        start = len(title) - len(title.lstrip())
        yield article, 0, title, start, start + len(title.strip())
    for number, (start, end) in enumerate(article.sentences, 1):
        yield article, number, article.text, start, end


def _removed_table(articles: Sequence[_Clean]) -> pl.DataFrame:
    spans = [(one.raw, start, end, reason) for one in articles for start, end, reason in one.removed]
    columns: dict[str, list] = {
        "article_id": [raw.article_id for raw, *_ in spans],
        "start": [start for _, start, _, _ in spans],
        "end": [end for *_, end, _ in spans],
        "text": [raw.text[start:end] for raw, start, end, _ in spans],
        "reason": [reason for *_, reason in spans],
    }
    return made(columns, tables.REMOVED)


def _rejected_table(rejected: Sequence[Rejection]) -> pl.DataFrame:
    columns = {name: [getattr(one, name) for one in rejected] for name in tables.REJECTED}
    return made(columns, tables.REJECTED)
