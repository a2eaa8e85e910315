"""Check the links of a folder of HTML pages: python tools/docs_links.py SITE

A link inside the folder must lead to a file that is there and, with an anchor, to an element of that name.
What a page would load from elsewhere, a script or a picture, is told too: the site works without a network.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINKS = {"a": "href", "link": "href", "img": "src", "script": "src", "iframe": "src", "source": "src"}
LOADED = frozenset(LINKS) - {"a"}
# <link> of these kinds loads nothing.
NOT_LOADED = frozenset({"canonical", "alternate", "next", "prev", "author", "license"})
MADE_BY = re.compile(r"__.*__")  # names that the site's own scripts give to elements


class Page(HTMLParser):
    """The links and the names of one page."""

    def __init__(self, text: str):
        super().__init__()
        self.names: set[str] = set()
        self.links: list[tuple[str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep names, and links with whether following them is left to the reader."""
        given = dict(attrs)
        self.names |= {value for key in ("id", "name") if (value := given.get(key))}
        link = given.get(LINKS.get(tag, ""))
        if link:
            self.links.append((link, tag in LOADED and given.get("rel") not in NOT_LOADED))


def broken_links(site: Path) -> list[str]:
    """Each link of a page of ``site`` that leads nowhere, or loads from elsewhere, as a line."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    if not pages:
        return [f"{site} has no page"]
    faults = []
    for path, page in pages.items():
        for link, loaded in page.links:
            fault = _fault(link, loaded, path, site, pages)
            if fault:
                faults.append(f"{path.relative_to(site)}: {link}: {fault}")
    return faults


def _fault(link: str, loaded: bool, path: Path, site: Path, pages: dict[Path, Page]) -> str | None:
    """What is wrong with ``link`` on the page ``path``; None where nothing is."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return "loads from elsewhere" if loaded and parts.scheme != "data" else None
    goal = path
    if parts.path:
        start = site if parts.path.startswith("/") else path.parent
        goal = (start / unquote(parts.path).lstrip("/")).resolve()
    if goal.is_dir():
        goal = goal / "index.html"
    if not goal.is_file():
        return "there is no such file"
    anchor = unquote(parts.fragment)
    if anchor and goal in pages and anchor not in pages[goal].names and not MADE_BY.fullmatch(anchor):
        return "the page has no such anchor"
    return None


def main(site: Path) -> int:
    """Print what is wrong; 1 if anything is."""
    faults = broken_links(site.resolve())
    print("\n".join(faults) or f"{sum(1 for _ in site.rglob('*.html'))} pages: every link leads somewhere")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
