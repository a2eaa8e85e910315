"""Fragments of HTML to plain text: what feeds and structured data hold."""

import html
import re

BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "svg",
        "figure",
        "video",
        "audio",
        "object",
        "form",
        "button",
    ]
)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML takes none
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]{1,31});")


def is_fragment(text: str) -> bool:
    """Whether ``text`` holds tags or entities of HTML."""
    return bool(TAG.search(text) or ENTITY.search(text))


def plain_text(fragment: str) -> str:
    """The text of a fragment, a line a block, without scripts, forms and pictures with their captions.

    Markup that was escaped once more is read too. A text without tags and entities comes back as it is.
    """
    fragment = fragment.strip()
    if not TAG.search(fragment) and ENTITY.search(fragment):
        fragment = html.unescape(fragment)
    if not TAG.search(fragment):
        return fragment
    return _text_of_tags(fragment)


def _text_of_tags(fragment: str) -> str:
    from lxml import etree
    from lxml import html as lxml_html

    try:
        tree = lxml_html.fragment_fromstring(CONTROL.sub("", fragment), create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):  # lxml asserts that there is one body
        return " ".join(html.unescape(TAG.sub(" ", fragment)).split())
    etree.strip_elements(tree, *DROPPED, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    for node in tree.iter():
        around = "\n" if node.tag in BLOCKS else ""
        node.text = around + _one_line(node.text)
        node.tail = around + _one_line(node.tail)
    lines = "".join(tree.itertext()).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _one_line(text: str | None) -> str:
    return (text or "").replace("\n", " ")
