"""Hard-wrapped text: lines of one width, broken inside sentences, as old archives and plain-text mail have.

A sentence must not be cut at each line, so the breaks inside a paragraph become spaces. Whether a text is
wrapped is told by its lines: few are longer than the width, most come close to it, they are broken where the
next word had no room, and they go on in lower case without a stop before. A poem or a list is none of that.
"""

import re
from itertools import pairwise

MIN_LINES, MIN_WIDTH, MAX_WIDTH = 6, 35, 120
MIN_CLOSE, MIN_LOWER, MIN_FULL = 0.5, 0.25, 0.6
CLOSE = 0.75
STOPS = '.!?…:;»”")]؟'
ITEM = re.compile(r"\s*(?:[-–—•*·▪►>|#=+~]|\(?\d{1,3}[.)]\s|\(?[a-zа-я][.)]\s)")


def unwrap(view: str) -> str:
    """``view``, as long as before, with a space for each line break that the width of a page made. A text
    that is not wrapped is returned as it is."""
    n_lines = view.count("\n") + 1
    if n_lines < MIN_LINES or len(view) > MAX_WIDTH * n_lines:
        return view
    lines = view.split("\n")
    width = _width(lines)
    if not width:
        return view
    joined = [line + (" " if _goes_on(line, after, width) else "\n") for line, after in pairwise(lines)]
    return "".join([*joined, lines[-1]])


def _width(lines: list[str]) -> int:
    """The width at which the lines were broken; 0 if they were not."""
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    if len(lengths) < MIN_LINES:
        return 0
    width = lengths[int(0.95 * (len(lengths) - 1))]
    close = sum(length >= CLOSE * width for length in lengths)
    if not MIN_WIDTH <= width <= MAX_WIDTH or close < MIN_CLOSE * len(lengths):
        return 0
    pairs = [(line, after) for line, after in pairwise(lines) if line.strip() and after.strip()]
    lower = [pair for pair in pairs if pair[1].lstrip()[0].islower() and pair[0].rstrip()[-1] not in STOPS]
    full = sum(_is_full(line, after, width - 3) for line, after in lower)
    wrapped = len(lower) >= max(3, MIN_LOWER * len(pairs)) and full >= MIN_FULL * len(lower)
    return width if wrapped else 0


def _is_full(line: str, after: str, width: int) -> bool:
    """Whether the first word of the next line had no room on this one."""
    return len(line.strip()) + 1 + len(after.split(maxsplit=1)[0]) >= width


def _goes_on(line: str, after: str, width: int) -> bool:
    """Whether a paragraph goes on after the line: not before a blank or indented line or an item of a list,
    nor after a line that had room for more, unless a small letter follows."""
    if not line.strip() or not after.strip() or ITEM.match(after):
        return False
    core, first = line.strip(), after.lstrip()[0]
    if first.islower():
        short = len(core) < 0.4 * width and len(after.strip()) < 0.4 * width
        return not short and (core[-1] not in ":;" or _is_full(line, after, width))
    if len(after) - len(after.lstrip()) > len(line) - len(line.lstrip()):
        return False
    slack = 0 if core[-1] in STOPS else width // (2 if core[-1] == "," else 7)
    return _is_full(line, after, width - slack)
