"""HTML pages to articles: the text and what the page says of itself, by trafilatura (Barbaresi 2021,
doi:10.18653/v1/2021.acl-demo.15), chosen for precision and speed among the extractors tried."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple

from newstance.corpus.read.dates import date_in_path
from newstance.corpus.read.records import RawArticle, Rejection, whole
from newstance.corpus.read.walls import ERROR, PAYWALL, REASONS, SCRIPT, find_wall

CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w.:-]{2,30})""", re.IGNORECASE
)
MARKUP = re.compile(r"\s*(?:<!doctype html|<\?xml|<html|<body|<article|<div|<p)\b[^>]*>", re.IGNORECASE)
PAGE = re.compile(r"<(?:!doctype|html|head|body|main|article|nav|header|footer|aside)\b", re.IGNORECASE)
# Dates that the page states, not any that its text mentions; the first, not the last change.
DATES = {"extensive_search": False, "original_date": True}
NO_TEXT = "no article text found in the HTML"
INDEX = "no article: a page of teasers, which link to the articles"
LEAST_RECALLED = 3  # times the text that was found first


class Page(NamedTuple):
    """What a page gives: the text, and what the page says of itself."""

    title: str | None
    text: str
    source: str | None
    published: str | None
    url: str | None


def declared_charset(data: bytes) -> str | None:
    """The encoding that a page names in its head."""
    match = CHARSET.search(data[:4096])
    return match[1].decode("ascii", "replace") if match else None


def is_markup(text: str) -> bool:
    """Whether ``text`` is HTML: begins with a tag that holds text, and closes one."""
    return MARKUP.match(text) is not None and "</" in text


def has_page_markup(text: str) -> bool:
    """Whether ``text`` is HTML with more around its paragraphs than they: a page or a large part of one."""
    return is_markup(text) and PAGE.search(text) is not None


def extract(found: RawArticle | Rejection) -> Iterator[RawArticle | Rejection]:
    """``found`` with the text of its page instead of markup, and what fields the page alone tells; as it is
    where it has no markup.

    A saved page (``is_saved_page``) may hold several articles, which get ids of their own (``a.html#1``), or
    none, as a consent page: then the reason says what it is.
    """
    if isinstance(found, Rejection) or not found.is_html:
        yield found
    else:
        yield from _extract_all(found)


def _extract_all(article: RawArticle) -> Iterator[RawArticle | Rejection]:
    from trafilatura import load_html

    from newstance.corpus.read.layout import heading_of, split_articles

    tree = load_html(article.text)
    if tree is None:
        yield Rejection(article.file, article.line, NO_TEXT)
        return
    has_several = article.is_saved_page and article.text.lower().count("<article") > 1
    parts = split_articles(tree) if has_several else []
    if not parts:
        yield _extract_one(article, tree)
    for number, part in enumerate(parts, 1):
        note = "one of several articles of a page"
        one = replace(
            article,
            article_id=f"{article.article_id}#{number}",
            title=heading_of(part),
            inferred=(*article.inferred, note),
        )
        yield _extract_one(one, part)


def _extract_one(article: RawArticle, tree: Any) -> RawArticle | Rejection:
    found = _find_text(tree) if article.is_saved_page else _read(tree)
    if isinstance(found, str) or not found.text.strip():
        reason = found if isinstance(found, str) else NO_TEXT
        return Rejection(article.file, article.line, reason)
    published = found.published or _date_of_crawl(article, found)
    told = {"source": found.source, "published": found.published, "url": found.url}
    new = [field for field, value in told.items() if value and getattr(article, field) is None]
    notes = [f"{field} from the metadata of the page" for field in new]
    if published and not found.published:
        notes.append("published from the day on which the page was saved")
    return whole(
        replace(
            article,
            title=article.title or found.title,
            text=found.text,
            source=article.source or found.source,
            published=article.published or published,
            url=article.url or found.url,
            is_html=False,
            inferred=(*article.inferred, *notes),
        )
    )


def _date_of_crawl(article: RawArticle, page: Page) -> str | None:
    """The day on which a page was saved, where neither the page nor its address tells another."""
    url = article.url or page.url
    return None if article.published or (url and date_in_path(url)) else article.saved


def _find_text(tree: Any) -> Page | str:
    """The article of a whole page, or why there is none. An article that the extractor passes over is looked
    for in the structured data, then in the element with most text."""
    from newstance.corpus.read.layout import densest_part, is_index, structured, unwrap_tables

    unwrap_tables(tree)
    original = deepcopy(tree)
    page = _read(tree)
    wall = find_wall(page.title, _without_title(page))
    if wall == ERROR:
        return REASONS[ERROR]
    data = structured(original)
    if data.body and (
        page.text.split() == data.body.split()
        or ((wall or not page.text) and len(data.body) > len(page.text))
    ):
        return page._replace(title=data.title or page.title, text=data.body)
    if wall == PAYWALL:
        return REASONS[PAYWALL]
    if is_index(original, page.text):
        return INDEX
    part = densest_part(original)
    if part is not None and (wall or not page.text or _says_more(part, page)):
        other = _read(part)
        if other.text and find_wall(other.title, _without_title(other)) is None:
            return page._replace(title=other.title or page.title, text=other.text)
    if wall is not None:
        return REASONS[wall]
    return page if page.text else _why_empty(original, page)


def _says_more(part: Any, page: Page) -> bool:
    return len(" ".join(part.text_content().split())) > LEAST_RECALLED * len(page.text)


def _why_empty(tree: Any, page: Page) -> str:
    if find_wall(page.title, "") == ERROR:
        return REASONS[ERROR]
    scripts = [script for script in tree.iter("script") if script.get("src") or (script.text or "").strip()]
    return REASONS[SCRIPT] if scripts else NO_TEXT


def _read(tree: Any) -> Page:
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    page = bare_extraction(
        tree, with_metadata=True, include_comments=False, date_extraction_params=dict(DATES)
    )
    if not isinstance(page, Document):
        return Page(_title_of(tree), "", None, None, None)
    title = page.title or _title_of(tree)
    return Page(title, page.text or "", page.sitename or None, page.date or None, page.url or None)


def _title_of(tree: Any) -> str | None:
    return next((" ".join(title.text_content().split()) for title in tree.iter("title")), None) or None


def _without_title(page: Page) -> str:
    first, _, rest = page.text.partition("\n")
    return rest if page.title and first.strip() == page.title.strip() else page.text
