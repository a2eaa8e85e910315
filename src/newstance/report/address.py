"""Addresses of articles that a browser may follow."""

from urllib.parse import urlsplit


def web_address(url: str | None) -> str | None:
    """``url`` if a browser may follow it as a web address, else ``None``: articles are not to be trusted."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
