"""What no rule knows but an outlet repeats over its articles: lines, and phrases at the start or end.

Repetition alone proves nothing, as four articles may begin with one office and name, and a daily notice with
"The official rate of the dollar is". So a phrase has to stand apart: it is a line of its own, or a mark such
as a bar parts it from the text, or it closes a text after the last sentence. It is never part of a sentence.

A line counts once for each different article. A phrase of one-line texts ("… Community standards Discussion
Comment via Facebook") counts once for each different neighbourhood, so that reprints of one article prove
nothing; and it must not be a sentence with its stop, as agencies close their reports with the same true one.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

from newstance.corpus.clean.rules import Removed
from newstance.corpus.clean.wrap import unwrap
from newstance.scripts import folded

MAX_REPEATED = 200
MIN_ARTICLES, MIN_SHARE, MIN_SHARE_OF_PHRASES = 3, 0.05, 0.2
MIN_WORDS, MAX_WORDS, CONTEXT = 4, 40, 3
ENDS, QUOTES, GOES_ON = ".!?…؟。", "»”\"'’", ",;:،؛-–—"
STOPS = ENDS + QUOTES
DASH = re.compile("[-–—―]+")
MARK = re.compile(r"[|¦‖•·●▪■►▶→>/\\~*=–—―-]+")
BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
ABBREVIATION = re.compile(r"(?:\w\.)+|[^\W\d_a-z]\w{0,2}\.")
WORD = re.compile(r"\S+")
LINE = re.compile(r"\S(?:[^\n]*\S)?")


def repeated_lines(texts_by_source: dict[str, list[str]]) -> dict[str, set[str]]:
    """The boilerplate of each outlet that no rule knows, with one space between words, to be handed to
    ``clean``: lines of up to 200 characters that at least 3 of its articles and 5 % of them repeat, and
    phrases of 4 to 40 words, apart from any sentence, that open or close at least 3 and 20 % of them.

    Articles with the same longest line are copies of one another and count once; a line that is the longest
    of an article does not count there, as it may be all that the article says.
    """
    return {
        source: _repeated([unwrap(folded(plain_breaks(text)).text) for text in texts])
        for source, texts in texts_by_source.items()
    }


def plain_breaks(text: str) -> str:
    """``text``, as long as before, with "\n" for every line break and plain spaces."""
    for sign in ("\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"):
        if sign in text:
            text = text.replace(sign, "\n")
    return text.replace("\xa0", " ").replace("\u202f", " ")


def find_repeated(view: str, lines: list[tuple[int, int]], repeated: Collection[str]) -> Iterator[Removed]:
    """The lines of a text that its outlet repeats, and the repeated phrases at its very start and end."""
    for number, (start, end) in enumerate(lines):
        if plain(view[start:end]) in repeated and _is_apart(view, lines, number):
            yield Removed(start, end, "repeated-line")
    if not lines:
        return
    (start, end), (last_start, last_end) = lines[0], lines[-1]
    words, _, ends = _words(view, start, end)
    for count in _counts(words):
        n_words = _opening_end(words, count)
        if n_words and " ".join(words[:count]) in repeated:
            yield Removed(start, ends[n_words - 1], "repeated-line")
            break
    words, starts, _ = _words(view, last_start, last_end)
    for count in _counts(words):
        n_words = _closing_start(words, count, STOPS)
        if n_words and " ".join(words[-count:]) in repeated:
            yield Removed(starts[-n_words], last_end, "repeated-line")
            break


def _counts(words: list[str]) -> range:
    """How many words a phrase at an edge may have, most first."""
    return range(min(MAX_WORDS, len(words) - 1), MIN_WORDS - 1, -1)


def _words(view: str, start: int, end: int) -> tuple[list[str], list[int], list[int]]:
    """The words of a span, where each starts and where each ends."""
    matches = list(WORD.finditer(view, start, end))
    return (
        [word.group() for word in matches],
        [word.start() for word in matches],
        [word.end() for word in matches],
    )


def _is_apart(text: str, lines: list[tuple[int, int]], number: int) -> bool:
    """Whether a line is no part of a sentence that the line after or before it goes on with: what a line
    announces with a colon belongs to it, and a long line before a small letter or a number is cut."""
    start, end = lines[number]
    if number + 1 < len(lines) and _goes_on(text, (start, end), lines[number + 1]):
        return False
    return number == 0 or not (text[start].islower() and _goes_on(text, lines[number - 1], (start, end)))


def _goes_on(text: str, line: tuple[int, int], after: tuple[int, int]) -> bool:
    if text[line[1] - 1] in GOES_ON:
        return True
    words = text[slice(*line)].split()
    if len(words) < MIN_WORDS or text[line[1] - 1] in STOPS or text.count("\n", line[1], after[0]) > 1:
        return False
    follows = text[after[0]]
    return follows.islower() or (follows.isdigit() and words[-1][0].islower())


def _repeated(texts: list[str]) -> set[str]:
    bodies_of: dict[str, set[int]] = defaultdict(set)
    bodies: set[int] = set()
    for text in texts:
        spans = [match.span() for match in LINE.finditer(text)]
        lines = [plain(text[slice(*span)]) for span in spans]
        if not lines:
            continue
        body = max(lines, key=lambda line: (len(line), line))
        bodies.add(hash(body))
        for number, line in enumerate(lines):
            if line != body and len(line) <= MAX_REPEATED and _is_apart(text, spans, number):
                bodies_of[line].add(hash(body))
    needed = max(MIN_ARTICLES, MIN_SHARE * len(bodies))
    found = {line for line, seen in bodies_of.items() if len(seen) >= needed}
    needed = max(MIN_ARTICLES, MIN_SHARE_OF_PHRASES * len(bodies))
    return found | _phrases(texts, needed, _openings) | _phrases(texts, needed, _closings)


def _phrases(texts: list[str], needed: float, edge: Callable[[str], Iterator[tuple[str, str]]]) -> set[str]:
    """The phrases at one edge of the texts that have enough different neighbourhoods."""
    contexts: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for phrase, context in edge(text):
            contexts[phrase].add(context)
    return {phrase for phrase, seen in contexts.items() if len(seen) >= needed}


def _openings(text: str) -> Iterator[tuple[str, str]]:
    """Each phrase that opens a text apart from its first sentence, with the words after it."""
    words = text.lstrip().split("\n", 1)[0].split()
    for count in _counts(words):
        end = _opening_end(words, count)
        if end and len(words) >= end + CONTEXT:
            yield " ".join(words[:count]), " ".join(words[end : end + CONTEXT])


def _opening_end(words: list[str], count: int) -> int:
    """How many words the phrase of the first ``count`` takes up with the mark that parts it from the text;
    0 where none does, or where a small letter or a number after it goes on with what it began."""
    is_marked = MARK.fullmatch(words[count]) is not None
    if not is_marked and not BRACKETED.fullmatch(" ".join(words[:count])):
        return 0
    end = count + is_marked
    follows = words[end] if end < len(words) else "0"
    return 0 if follows[0].islower() or any(sign.isdigit() for sign in follows) else end


def _closings(text: str) -> Iterator[tuple[str, str]]:
    """Each phrase that closes a text after its last sentence, with the words before it."""
    words = text.rstrip().rsplit("\n", 1)[-1].split()
    for count in _counts(words):
        n_words = _closing_start(words, count, ENDS)
        if n_words and len(words) >= n_words + CONTEXT:
            yield " ".join(words[-count:]), " ".join(words[-n_words - CONTEXT : -n_words])


def _closing_start(words: list[str], count: int, ends: str) -> int:
    """How many words the phrase of the last ``count`` takes up with the mark that parts it from the text; 0
    where it follows neither a mark nor the stop of a sentence, or has a stop itself. A dash after a stop or
    a quotation tells who said it."""
    first, before = words[-count], words[-count - 1]
    if words[-1][-1] in STOPS or first[0].islower() or MARK.fullmatch(first):
        return 0
    if MARK.fullmatch(before):
        ended = len(words) > count + 1 and words[-count - 2][-1] in STOPS
        return 0 if ended and DASH.fullmatch(before) else count + 1
    return count if before[-1] in ends and not ABBREVIATION.fullmatch(before) else 0


def plain(line: str) -> str:
    """``line`` with one space between its words."""
    return " ".join(line.split())
