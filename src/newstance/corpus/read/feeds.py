"""RSS and Atom feeds to articles, an item each (https://www.rssboard.org/rss-specification, RFC 4287)."""

import html
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from newstance.corpus.read.markup import plain_text

MODULES = {
    "http://www.w3.org/2005/Atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dc:",
}
# What stands before the root is taken once: comments tried in all groupings would take time by powers.
ROOT = re.compile(
    r"(?>(?>\s+|<!--.*?-->|<\?[^>]*\?>|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?\s*>)*)<([A-Za-z_][\w.:-]*)[\s>/]",
    re.DOTALL,
)
DECLARATION = re.compile(r"<\?xml\b[^>]{0,200}\?>")
NAMED_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z\d]{1,31};")
HEAD = 4096
FEEDS = {"rss", "rdf:RDF", "RDF", "feed", "atom:feed"}
TEXTS = ("content:encoded", "content", "description", "summary")
SUMMARIES = ("description", "summary")
DATES = ("pubDate", "published", "dc:date", "issued", "dc:issued", "created", "updated", "modified")


class Item(NamedTuple):
    """An item of a feed as an article; ``line`` is its number in the feed, from 1."""

    line: int
    title: str | None
    text: str
    source: str | None
    published: str | None
    url: str | None
    is_summary: bool


def root_name(text: str) -> str | None:
    """The name of the first element of an XML document or a page."""
    match = ROOT.match(text[:HEAD])
    return match[1] if match else None


def is_feed(text: str) -> bool:
    """Whether ``text`` is an RSS or Atom feed."""
    return root_name(text) in FEEDS


def read_feed(text: str) -> Iterator[Item]:
    """The items of a feed in their order. Raises ``ValueError`` where nothing can be read as XML.

    Faults are passed over as browsers do; entities are not expanded, and nothing outside is loaded.
    """
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    text = NAMED_ENTITY.sub(lambda match: html.unescape(match[0]), DECLARATION.sub("", text, count=1))
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        raise ValueError("the feed is no valid XML")
    items = [node for node in root.iter() if _name(node) in ("item", "entry")]
    feed = next((node for node in root if _name(node) == "channel"), root)
    outlet = _value(_children(feed), "title")
    for number, item in enumerate(items, 1):
        yield _read_item(item, number, outlet)


def _read_item(item: Any, number: int, outlet: str | None) -> Item:
    fields = _children(item)
    name = next((name for name in TEXTS if name in fields and _content(fields[name]).strip()), None)
    sources = fields.get("source")
    own = None if sources is None else _value(_children(sources), "title") or plain_text(sources.text or "")
    return Item(
        line=number,
        title=_value(fields, "title"),
        text="" if name is None else plain_text(_content(fields[name])),
        source=own or outlet,
        published=next((value for name in DATES if (value := _value(fields, name))), None),
        url=_link(item),
        is_summary=name in SUMMARIES,
    )


def _name(node: Any) -> str:
    """The name of an element: as it is in feeds, with its module (``content:encoded``), in no other
    vocabulary."""
    if not isinstance(node.tag, str):
        return ""
    space, _, local = node.tag.rpartition("}")
    if not space:
        return str(local)
    prefix = MODULES.get(space[1:])
    return f"{prefix}{local}" if prefix is not None else node.tag


def _children(node: Any) -> dict[str, Any]:
    """The first child of each name."""
    return {_name(child): child for child in reversed(list(node)) if _name(child)}


def _content(node: Any) -> str:
    """The text of an element, or the markup in it."""
    from lxml import etree

    if len(node) == 0:
        return node.text or ""
    inner = "".join(etree.tostring(child, encoding="unicode") for child in node)
    return f"{html.escape(node.text or '', quote=False)}{inner}"


def _value(fields: dict[str, Any], name: str) -> str | None:
    node = fields.get(name)
    return None if node is None else " ".join(plain_text(_content(node)).split()) or None


def _link(item: Any) -> str | None:
    """The address of an item: the text of its link, that of Atom's link to a page, or its permanent id."""
    links = [child for child in item if _name(child) == "link"]
    pages = [link.get("href") for link in links if link.get("rel", "alternate") == "alternate"]
    texts = [(link.text or "").strip() for link in links]
    ids = [(child.text or "").strip() for child in item if _name(child) in ("guid", "id")]
    return next(
        (url for url in [*texts, *pages, *ids] if url and url.startswith(("http://", "https://"))), None
    )
