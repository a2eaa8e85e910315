"""Cleaning of article text: what is on the page but not of the article goes, its place and reason kept.

Precision comes first: a sentence lost is lost for every theme and stance, a button left is noise. So a line
goes only when its words and its shape agree (``clean_lines``), and what no rule knows only when an outlet
repeats it over many articles (``repeated_lines``). The words are data: ``languages/<lang>.yaml``.
"""

import re
from collections.abc import Collection

from newstance.corpus.clean.dateline import find_dateline
from newstance.corpus.clean.ends import find_ends
from newstance.corpus.clean.head import after_title, find_doubled, find_glued_lines
from newstance.corpus.clean.lines import find_phrases
from newstance.corpus.clean.page import find_cookie_rests, find_paths
from newstance.corpus.clean.repeated import find_repeated, plain, plain_breaks, repeated_lines
from newstance.corpus.clean.rules import Removed, Rules, rules_for
from newstance.corpus.clean.stamps import find_stamps
from newstance.corpus.clean.unspaced import find_unspaced_credits, find_unspaced_dateline
from newstance.corpus.clean.whole import find_shortcodes, find_whole_lines
from newstance.corpus.clean.wrap import unwrap
from newstance.scripts import Folded, folded

__all__ = ["Removed", "clean", "repeated_lines"]

CALLS = ("social", "subscription")
MAX_REST = 40
# Underscores that mark words as italic; those inside an address stay, "t.me/port_news" is one word.
ITALIC = re.compile(r"(?<![^\W_])_|_(?![^\W_])")


def clean(
    text: str, title: str | None = None, lang: str = "und", repeated: Collection[str] = ()
) -> tuple[str, list[Removed], dict[str, str]]:
    """The text of the article alone, what was removed from ``text``, and what that tells about the article.

    Removals are sorted, disjoint spans of ``text`` in code points. In the cleaned text one "\\n" separates
    paragraphs and one space words; the lines of a text broken to the width of a page are joined.
    ``repeated`` are the lines and phrases that ``repeated_lines`` found for the outlet; their reason is
    "repeated-line". The metadata may hold "dateline". The rules look at the folded view of the text
    (``newstance.scripts``), in which no sign that is not seen hides a word; the cleaned text keeps them.
    """
    text = plain_breaks(text)
    seen = folded(text)
    view = unwrap(seen.text)
    removed, breaks, metadata = _find(view, folded(title).text if title else None, rules_for(lang), repeated)
    removed = [Removed(*seen.span(span.start, span.end), span.reason) for span in removed]
    breaks = {seen.span(place, place)[0] for place in breaks}
    return _rest(_joined(text, seen, view), removed, breaks), removed, metadata


def _find(
    view: str, title: str | None, rules: Rules, repeated: Collection[str]
) -> tuple[list[Removed], set[int], dict[str, str]]:
    """What is to be removed from ``view``, where a paragraph has to begin, and the metadata."""
    lines = _line_spans(view)
    found, dateline = _find_all(view, lines, title, rules)
    removed = _disjoint(view, found)
    rests = [*_find_rests(view, removed), *find_cookie_rests(view, removed, rules)]
    removed = _disjoint(view, [*removed, *rests])
    if repeated:
        removed = _disjoint(view, [*removed, *_find_repeated(view, lines, removed, repeated)])
    breaks = _glued_headline(view, title, removed)
    metadata = {}
    if dateline and any(span.start <= dateline.start and dateline.end <= span.end for span in removed):
        metadata["dateline"] = plain(view[dateline.start : dateline.end])
    return removed, breaks, metadata


def _joined(text: str, seen: Folded, view: str) -> str:
    """``text`` with the line breaks made spaces that are spaces in ``view`` and were none in ``seen``."""
    if view == seen.text:
        return text
    signs = list(text)
    for place, (was, now) in enumerate(zip(seen.text, view, strict=True)):
        if was != now:
            signs[seen.span(place, place)[0]] = now
    return "".join(signs)


def _line_spans(view: str) -> list[tuple[int, int]]:
    """Start and end of each line that is not empty, without outer spaces."""
    spans, start = [], 0
    for line in view.split("\n"):
        core = line.strip()
        if core:
            first = start + line.index(core[0]) if line[0] != core[0] else start
            spans.append((first, first + len(core)))
        start += len(line) + 1
    return spans


def _find_all(
    view: str, lines: list[tuple[int, int]], title: str | None, rules: Rules
) -> tuple[list[Removed], Removed | None]:
    """All that the rules find, overlaps included, and the dateline."""
    searched = ITALIC.sub(" ", view) if "_" in view else view
    found = [*find_shortcodes(view, rules), *find_doubled(view, title)]
    starts = [start for start, _ in lines]
    found += find_glued_lines(view, starts[1:])
    found += find_whole_lines(view, lines, rules)
    found += find_phrases(searched, rules)
    found += find_ends(view, lines, rules)
    found += find_stamps(view, lines, rules)
    found += find_paths(view, lines, rules)
    heads = sorted({*starts[:6], *(removed.end for removed in found if removed.start < 400)})
    heads = [_next_word(view, start) for start in heads]
    dateline = find_dateline(view, heads, rules) or find_unspaced_dateline(view, heads)
    found += find_unspaced_credits(view, lines)
    return found + ([dateline] if dateline else []), dateline


def _next_word(view: str, start: int) -> int:
    while start < len(view) and view[start].isspace():
        start += 1
    return start


def _disjoint(view: str, found: list[Removed]) -> list[Removed]:
    """Sorted spans that do not overlap; neighbours of one reason with only space between become one."""
    out: list[Removed] = []
    for removed in sorted(found, key=lambda span: (span.start, -span.end)):
        start = max(removed.start, out[-1].end) if out else removed.start
        while start < removed.end and view[start].isspace():
            start += 1
        end = removed.end
        while end > start and view[end - 1].isspace():
            end -= 1
        if start >= end:
            continue
        if out and out[-1].reason == removed.reason and not view[out[-1].end : start].strip():
            out[-1] = Removed(out[-1].start, end, removed.reason)
        else:
            out.append(Removed(start, end, removed.reason))
    return out


def _find_rests(view: str, removed: list[Removed]) -> list[Removed]:
    """What a call to the reader leaves of its line: a short question or cry before it ("Did you like it?")
    or a few words after it."""
    found = []
    for span in removed:
        if span.reason not in CALLS:
            continue
        before = view[max(0, view.rfind("\n", 0, span.start) + 1, span.start - MAX_REST) : span.start]
        after = view[span.end : span.end + MAX_REST].split("\n")[0]
        if before.strip()[-1:] in ("?", "!") and len(before) < MAX_REST and before.strip().count(" ") <= 3:
            found.append(Removed(span.start - len(before), span.start, span.reason))
        ended = len(after) < MAX_REST and view[span.end - 1 : span.end] in ("?", "!")
        if after.strip() and ended and after.strip().count(" ") <= 3:
            found.append(Removed(span.end, span.end + len(after), span.reason))
    return found


def _find_repeated(
    view: str, lines: list[tuple[int, int]], removed: list[Removed], repeated: Collection[str]
) -> list[Removed]:
    """The lines and phrases that the outlet repeats, unless they are all that is left of the article."""
    found = list(find_repeated(view, lines, repeated))
    return found if _rest(view, _disjoint(view, [*removed, *found]), set()) else []


def _glued_headline(view: str, title: str | None, removed: list[Removed]) -> set[int]:
    """Where a paragraph has to begin that the source glued to its headline."""
    doubled = [span for span in removed if span.reason == "doubled-headline"]
    start = doubled[0].end if doubled else _next_word(view, 0)
    length = doubled[0].end - doubled[0].start if doubled else 0
    glued = after_title(view, title, start)
    if glued is None and length and view[start + length : start + length + 1] in (" ", ""):
        same = view[start : start + length] == view[start - length : start]
        glued = start + length if same else None
    return {glued} if glued is not None else set()


def _rest(view: str, removed: list[Removed], breaks: Collection[int]) -> str:
    """What is left of the text: words separated by one space, paragraphs by one line break."""
    pieces, position = [], 0
    for start, end, _ in removed:
        pieces.append(_broken(view, position, start, breaks))
        position = end
    pieces.append(_broken(view, position, len(view), breaks))
    return "\n".join(line for line in map(plain, " ".join(pieces).split("\n")) if folded(line).text.strip())


def _broken(view: str, start: int, end: int, breaks: Collection[int]) -> str:
    inside = next((place for place in breaks if start < place < end), None)
    return view[start:end] if inside is None else view[start:inside] + "\n" + view[inside:end]
