"""A text without some of its words."""

from collections.abc import Sequence

Span = tuple[int, int]


def without(text: str, spans: Sequence[Span], kept: Span = (0, 0)) -> tuple[str, Span]:
    """``text`` without ``spans`` (code points, in order), and where the words at ``kept`` stand then.

    Of two spaces around a span one goes with it; nothing of ``kept`` is left out.
    """
    out, done = "", 0
    place = kept
    for start, end in _around(spans, kept):
        if end < len(text) and text[end].isspace() and (start == 0 or text[start - 1].isspace()):
            end += 1
        start = max(start, done)
        out += text[done:start]
        if start < kept[0]:
            place = place[0] - (end - start), place[1] - (end - start)
        done = max(end, done)
    return out + text[done:], place


def _around(spans: Sequence[Span], kept: Span) -> list[Span]:
    """``spans`` without what they share with ``kept``."""
    parts: list[Span] = []
    for start, end in spans:
        if kept[0] < end and start < kept[1]:
            parts += [(start, kept[0]), (kept[1], end)]
        else:
            parts.append((start, end))
    return [(start, end) for start, end in parts if start < end]
