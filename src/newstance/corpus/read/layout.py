"""The tree of a page before its text is taken: whole articles told from teasers, tables that only lay out the
page, and articles in elements that extractors take for furniture."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from newstance.corpus.read.markup import plain_text
from newstance.corpus.read.walls import is_notice

LEAST_ARTICLE = 150  # characters of own text that an article of a page of several has
LEAST_LINKED = 400  # the same where it has no heading, or one that is a link, as a teaser has
LEAST_CELL = 200  # a cell with more text lays out a page; those of data have less
LEAST_MEAN = 100  # a table without headings whose cells hold sentences does too
MENU_LINKS, MENU_LENGTH = 0.7, 400
PARTS = re.compile(
    r"comment|teaser|author|\bbio\b|profile|sign-?up|related|promo|recommend|sidebar|widget|\bcard\b|newsletter|live-?(?:blog|entry|post|update)|liveblog",
    re.IGNORECASE,
)
LIVE = re.compile(r"LiveBlogPosting")
ARTICLE_TYPES = re.compile(r"(?:News|Opinion|Reportage|Analysis|Review|Blog|)(?:Article|Posting)$")
HEADINGS = "self::h1 or self::h2 or self::h3 or self::h4"
FURNITURE = ["nav", "footer", "script", "style", "noscript", "form", "button", "select", "template"]
LEAST_TEASERS, LEAST_LINKS = 3, 5
MOST_LINK = 40  # characters of a link such as Read more
MOST_TEASER = 400  # characters below a heading of a page of teasers
TEASER_SHARE = 0.6
TEASER_PARTS = ("p", "li", "div", "span", "a", "time", "dd")
ODD = [
    "aside",
    "dialog",
    "details",
    "figure",
    "noscript",
    "template",
    "form",
    "fieldset",
    "header",
    "footer",
    "section",
    "span",
    "td",
]


class Structured(NamedTuple):
    """What the structured data of a page (JSON-LD, https://schema.org) say of its article."""

    types: frozenset[str]
    title: str | None
    body: str


def structured(tree: Any) -> Structured:
    """Types, headline and body of the first object that has a body; only the types where none has."""
    objects = [thing for script in tree.iter("script") for thing in _objects(script)]
    types = frozenset(str(kind) for thing in objects for kind in _as_list(thing.get("@type")))
    bodies = [thing for thing in objects if isinstance(thing.get("articleBody"), str)]
    if not bodies:
        return Structured(types, None, "")
    headline = bodies[0].get("headline")
    title = plain_text(headline) if isinstance(headline, str) else None
    return Structured(types, title or None, plain_text(bodies[0]["articleBody"]))


def _objects(script: Any) -> Iterator[dict[str, Any]]:
    if (script.get("type") or "").split(";")[0].strip().lower() != "application/ld+json":
        return
    try:
        waiting = [json.loads(script.text or "", strict=False)]
    except (ValueError, RecursionError):
        return
    while waiting:
        thing = waiting.pop(0)
        if isinstance(thing, dict):
            yield thing
            waiting += [value for value in thing.values() if isinstance(value, (dict, list))]
        elif isinstance(thing, list):
            waiting += thing


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def split_articles(tree: Any) -> list[Any]:
    """A tree for each whole article where the page has several, each with the head of the page; else none.

    Teasers, comments and the entries of a live blog are no articles of their own.
    """
    if LIVE.search(" ".join(structured(tree).types)) or tree.xpath(
        "//*[contains(@itemtype, 'LiveBlogPosting')]"
    ):
        return []
    whole = [article for article in tree.xpath("//article[not(ancestor::article)]") if _is_whole(article)]
    return [page_of(tree, article) for article in whole] if len(whole) > 1 else []


def _is_whole(article: Any) -> bool:
    marks = " ".join(filter(None, (article.get("class"), article.get("id"), article.get("itemprop"))))
    headings = article.xpath(f".//*[{HEADINGS}]")
    if PARTS.search(marks) or article.xpath("ancestor::aside or ancestor::nav or ancestor::footer"):
        return False
    named = headings and not headings[0].xpath(".//a[@href] | ancestor::a[@href]")
    return _own_length(article) >= (LEAST_ARTICLE if named else LEAST_LINKED)


def _own_length(element: Any) -> int:
    """Characters of its paragraphs that are no links."""
    return sum(_length(p) - sum(map(_length, p.iter("a"))) for p in element.iter("p"))


def _length(element: Any) -> int:
    return len(_text(element))


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def page_of(tree: Any, part: Any) -> Any:
    """A page that holds ``part`` alone below the head of ``tree``."""
    from lxml.html import Element

    page, body, article = Element("html", dict(tree.attrib)), Element("body"), deepcopy(part)
    heads = tree.xpath("//head")
    if heads:
        page.append(deepcopy(heads[0]))
    article.tail, article.tag = None, "article"
    body.append(article)
    page.append(body)
    return page


def heading_of(tree: Any) -> str | None:
    """The first heading of a tree."""
    return next((text for heading in tree.xpath(f"//*[{HEADINGS}]") if (text := _text(heading))), None)


def unwrap_tables(tree: Any) -> None:
    """Make tables that lay out the page blocks, and their cells of links menus. Tables of data stay."""
    for table in [table for table in tree.iter("table") if _lays_out(table)]:
        for cell in table.xpath("./tr/td | ./tr/th | ./tbody/tr/td | ./tbody/tr/th"):
            cell.tag = "nav" if _is_menu(cell) else "div"
        for part in table.xpath("./tbody | ./tr | ./tbody/tr | ./colgroup"):
            part.tag = "div"
        table.tag = "div"


def _lays_out(table: Any) -> bool:
    if table.get("role") == "presentation" or table.xpath(".//td//table"):
        return True
    cells = [cell for cell in table.iter("td") if _length(cell)]
    if any(_length(cell) >= LEAST_CELL or cell.xpath(".//h1 or count(.//p) > 1") for cell in cells):
        return True
    return bool(cells) and not table.xpath(".//th") and sum(map(_length, cells)) >= LEAST_MEAN * len(cells)


def _is_menu(cell: Any) -> bool:
    linked, length = sum(map(_length, cell.iter("a"))), _length(cell)
    return 0 < length < MENU_LENGTH and linked >= MENU_LINKS * length


def is_index(tree: Any, text: str) -> bool:
    """Whether the text of a page is that of its teasers and links: headings that lead to articles, each above
    a few words, and lines that are links."""
    if any(ARTICLE_TYPES.match(kind) for kind in structured(tree).types) or _says_article(tree):
        return False
    teasers = [teaser for heading in tree.xpath(f"//body//*[{HEADINGS}]") if (teaser := _teaser_of(heading))]
    links = {name for link in tree.xpath("//body//a[@href]") if len((name := _text(link)).split()) > 2}
    if len(teasers) < LEAST_TEASERS and len(links) < LEAST_LINKS:
        return False
    parts = links.union(*teasers)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    in_teasers = sum(len(line) for line in lines if line.lstrip("- ") in parts)
    return in_teasers >= TEASER_SHARE * max(1, sum(map(len, lines)))


def _says_article(tree: Any) -> bool:
    return bool(tree.xpath("//meta[@property='og:type' and starts-with(@content, 'article')]"))


def _teaser_of(heading: Any) -> set[str] | None:
    """The texts of a teaser: a heading and the lines below it, up to the next heading, of which one "
    "is a link."""
    below = list(_below(heading))
    last = below[-1] if below else heading
    leads = heading.xpath(".//a[@href] | ancestor::a[@href]") or (
        _length(last) <= MOST_LINK and last.xpath("descendant-or-self::a[@href]")
    )
    parts = {_text(part) for node in below for part in node.iter(*TEASER_PARTS)}
    if not leads or max(map(len, parts), default=0) > MOST_TEASER:
        return None
    return {_text(heading), *parts}


def _below(heading: Any) -> Iterator[Any]:
    """The elements beside a heading, or beside what holds it alone, up to the next heading."""
    node = heading
    while node.getnext() is None and node.getparent() is not None and node.getparent().tag != "body":
        node = node.getparent()
    for sibling in node.itersiblings():
        if isinstance(sibling.tag, str):
            if sibling.xpath(f"descendant-or-self::*[{HEADINGS}]"):
                return
            yield sibling


def densest_part(tree: Any) -> Any:
    """A page of the element that holds most text directly or in paragraphs, whatever it is called, without
    notices; ``None`` where no element holds as much as an article."""
    best, most = None, LEAST_ARTICLE - 1
    for element in tree.xpath("//body//* | //body"):
        if not isinstance(element.tag, str) or element.tag in ("p", "a", *FURNITURE):
            continue
        own = _direct_text(element)
        if len(own) > most and not is_notice(own):
            best, most = element, len(own)
    return None if best is None else _plain_page(tree, best)


def _direct_text(element: Any) -> str:
    """The text of an element and of its paragraphs, without what other elements in it say."""
    pieces = [element.text, *(child.tail for child in element)]
    pieces += [
        _text(child) for child in element if child.tag in ("p", "blockquote", "h1", "h2", "h3", "ul", "ol")
    ]
    return "\n".join(" ".join(piece.split()) for piece in pieces if piece and piece.strip())


def _plain_page(tree: Any, part: Any) -> Any:
    """``page_of`` whose elements are called as those of an article."""
    page = page_of(tree, part)
    for element in page.xpath("//body//*"):
        if element.tag in ODD:
            element.tag = "div"
        for name in ("class", "id", "role", "hidden", "style", "aria-hidden"):
            element.attrib.pop(name, None)
    return page
