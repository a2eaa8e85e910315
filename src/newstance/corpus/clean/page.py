"""What a page puts around any article: the path to its section, the notice about cookies and its buttons."""

import re
from collections.abc import Iterator

from newstance.corpus.clean.rules import Removed, Rules, fold, letters
from newstance.corpus.clean.shape import line_end, sentence_end

COOKIES = "cookies"
PATH_LINES, MAX_PATH, MAX_PART, MAX_PART_WORDS = 3, 200, 30, 4
PATH_SIGN = re.compile(r"\s*(?:>{1,2}|»|›|→|/|\\|\|)\s*")
ARROW = re.compile("[>»›→]")
HERE = re.compile(r"([^:：\n]{3,25})[:：]\s*")
MAX_NOTICE, MAX_BUTTONS, MAX_LINES, MAX_WORDS = 260, 80, 5, 10


def find_paths(text: str, lines: list[tuple[int, int]], rules: Rules) -> Iterator[Removed]:
    """The path to the section above an article: "Home > World > Europe"."""
    for start, end in lines[:PATH_LINES] if len(lines) > 1 else ():
        if end - start > MAX_PATH or not PATH_SIGN.search(text, start, end):
            continue
        if _is_path(text[start:end], start == lines[0][0], rules):
            yield Removed(start, end, "breadcrumbs")


def _is_path(line: str, opens: bool, rules: Rules) -> bool:
    """Whether a line is sections with signs between, the first of them the home page; the headline of the
    article may close a path of three parts. Two parts with a stroke ("Home / Away") must open the page."""
    here = HERE.match(line)
    told = here is not None and fold(here[1]).strip() in rules.words["here"]
    parts = PATH_SIGN.split(line[here.end() :] if told and here else line)
    if len(parts) < 2 or not (told or fold(parts[0]) in rules.words["home"]):
        return False
    if len(parts) == 2 and not (told or opens or ARROW.search(line)):
        return False
    sections = parts[:-1] if len(parts) > 2 else parts
    return all(_is_section(part) for part in sections) and not parts[-1][:1].islower()


def _is_section(part: str) -> bool:
    few = len(part) <= MAX_PART and len(part.split()) <= MAX_PART_WORDS
    return few and bool(part) and not part[0].islower() and part[-1] not in ".!?,;"


def find_cookie_rests(text: str, removed: list[Removed], rules: Rules) -> Iterator[Removed]:
    """What goes on after a notice about cookies: sentences about them, and buttons such as "OK", which mean
    nothing elsewhere."""
    for span in removed:
        if span.reason != COOKIES:
            continue
        end = span.end
        for _ in range(MAX_LINES):
            start = end + len(text[end : end + MAX_NOTICE]) - len(text[end : end + MAX_NOTICE].lstrip())
            stop = _rest_end(text, start, rules) if start < len(text) else None
            if stop is None:
                break
            yield Removed(start, stop, COOKIES)
            end = stop


def _rest_end(text: str, start: int, rules: Rules) -> int | None:
    """The end of the buttons or of the sentence about cookies that begins at ``start``."""
    stop = line_end(text, start, MAX_BUTTONS)
    if stop is not None and _are_buttons(text[start:stop], rules):
        return stop
    stop = sentence_end(text, start, MAX_NOTICE)
    if stop is None or text[start] in '"«“„':
        return None
    if stop - start <= MAX_BUTTONS and _are_buttons(text[start:stop], rules):
        return stop
    same_line = "\n" not in text[max(0, start - 3) : start]
    return stop if same_line and "cookie" in text[start:stop].lower() else None


def _are_buttons(line: str, rules: Rules) -> bool:
    words, start = letters(line).split(), 0
    buttons = rules.words["buttons"]
    while start < len(words) <= MAX_WORDS:
        ends = range(min(len(words), start + 4), start, -1)
        named = ((end, " ".join(words[start:end])) for end in ends)
        found = next((end for end, name in named if name in buttons or name in rules.lines), None)
        if found is None:
            return False
        start = found
    return start == len(words) > 0
