"""HTML pages to articles: the text and what the page says of itself, by trafilatura (Barbaresi 2021,
doi:10.18653/v1/2021.acl-demo.15), chosen for precision and speed among the extractors tried."""

import re
from dataclasses import replace

from newstance.corpus.read.records import RawArticle, Rejection, whole

CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w.:-]{2,30})""", re.IGNORECASE
)
MARKUP = re.compile(r"\s*(?:<!doctype html|<\?xml|<html|<body|<article|<div|<p)\b[^>]*>", re.IGNORECASE)
PAGE = re.compile(r"<(?:!doctype|html|head|body|main|article|nav|header|footer|aside)\b", re.IGNORECASE)
# Dates that the page states, not any that its text mentions; the first, not the last change.
DATES = {"extensive_search": False, "original_date": True}


def declared_charset(data: bytes) -> str | None:
    """The encoding that a page names in its head."""
    match = CHARSET.search(data[:4096])
    return match[1].decode("ascii", "replace") if match else None


def is_markup(text: str) -> bool:
    """Whether ``text`` is HTML: begins with a tag that holds text, and closes one."""
    return MARKUP.match(text) is not None and "</" in text


def is_page(text: str) -> bool:
    """Whether ``text`` is HTML with more around its paragraphs than they: a page or a large part of one."""
    return is_markup(text) and PAGE.search(text) is not None


def extract(article: RawArticle) -> RawArticle | Rejection:
    """``article`` with the text of its page instead of markup, and what fields the page alone tells."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    page = bare_extraction(
        article.text, with_metadata=True, include_comments=False, date_extraction_params=dict(DATES)
    )
    if not isinstance(page, Document) or not (page.text or "").strip():
        return Rejection(article.file, article.line, "no article text found in the HTML")
    told = {"source": page.sitename, "published": page.date, "url": page.url}
    new = [field for field, value in told.items() if value and getattr(article, field) is None]
    notes = tuple(f"{field} from the metadata of the page" for field in new)
    return whole(
        replace(
            article,
            title=article.title or page.title or None,
            text=page.text or "",
            source=article.source or page.sitename or None,
            published=article.published or page.date or None,
            url=article.url or page.url or None,
            is_html=False,
            inferred=article.inferred + notes,
        )
    )
