"""What no rule knows but an outlet repeats over its articles: short lines, phrases at the start or end.

A line counts once for each different article. A phrase of one-line texts ("… Community standards Discussion
Comment via Facebook") counts once for each different neighbourhood, so that reprints of one article prove
nothing; and it must not be a sentence with its stop, as agencies close their reports with the same true one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

from newstance.corpus.clean.rules import Removed
from newstance.corpus.clean.wrap import unwrap
from newstance.scripts import folded

MAX_REPEATED = 200
MIN_ARTICLES, MIN_SHARE, MIN_SHARE_OF_PHRASES = 3, 0.05, 0.2
MIN_WORDS, MAX_WORDS, CONTEXT = 4, 40, 3
STOPS = ".!?…»”\"'؟"


def repeated_lines(texts_by_source: dict[str, list[str]]) -> dict[str, set[str]]:
    """The boilerplate of each outlet that no rule knows, with one space between words, to be handed to
    ``clean``: lines of up to 200 characters that at least 3 of its articles and 5 % of them repeat, and
    phrases of 4 to 40 words that open or close at least 3 and 20 % of them.

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
    for start, end in lines:
        if plain(view[start:end]) in repeated:
            yield Removed(start, end, "repeated-line")
    for edge in lines[:1] + lines[-1:]:
        words = _words(view, *edge)
        counts = range(min(MAX_WORDS, len(words) - 1), MIN_WORDS - 1, -1)
        for count in counts if edge == lines[0] else ():
            if not words[count][0][0].islower() and _joined(words[:count]) in repeated:
                yield Removed(edge[0], words[count - 1][2], "repeated-line")
                break
        for count in counts if edge == lines[-1] else ():
            if _joined(words[-count:]) in repeated:
                yield Removed(words[-count][1], edge[1], "repeated-line")
                break


def _joined(words: list[tuple[str, int, int]]) -> str:
    return " ".join(word for word, _, _ in words)


def _words(view: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """The words of a span, each with its start and end."""
    out, position = [], start
    for word in view[start:end].split():
        position = view.index(word, position)
        out.append((word, position, position + len(word)))
        position += len(word)
    return out


def _repeated(texts: list[str]) -> set[str]:
    bodies_of: dict[str, set[int]] = defaultdict(set)
    bodies: set[int] = set()
    for text in texts:
        lines = {plain(line) for line in text.split("\n")} - {""}
        if not lines:
            continue
        body = max(lines, key=len)
        bodies.add(hash(body))
        for line in lines - {body}:
            if len(line) <= MAX_REPEATED:
                bodies_of[line].add(hash(body))
    needed = max(MIN_ARTICLES, MIN_SHARE * len(bodies))
    found = {line for line, seen in bodies_of.items() if len(seen) >= needed}
    needed = max(MIN_ARTICLES, MIN_SHARE_OF_PHRASES * len(bodies))
    return found | _phrases(texts, needed, _opening) | _phrases(texts, needed, _closing)


def _phrases(texts: list[str], needed: float, edge: Callable[[str], Iterator[tuple[str, str]]]) -> set[str]:
    """The phrases at one edge of the texts that have enough different neighbourhoods."""
    contexts: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for phrase, context in edge(text):
            contexts[phrase].add(context)
    return {phrase for phrase, seen in contexts.items() if len(seen) >= needed}


def _opening(text: str) -> Iterator[tuple[str, str]]:
    """Each phrase that opens a text, before a capital, with the words after it."""
    words = text.lstrip().split("\n", 1)[0].split()
    for count in range(MIN_WORDS, min(MAX_WORDS, len(words) - CONTEXT) + 1):
        if not words[count][0].islower() and words[count - 1][-1] not in STOPS:
            yield " ".join(words[:count]), " ".join(words[count : count + CONTEXT])


def _closing(text: str) -> Iterator[tuple[str, str]]:
    """Each phrase that closes a text without a stop and begins with a capital, with the words before it."""
    words = text.rstrip().rsplit("\n", 1)[-1].split()
    if not words or words[-1][-1] in STOPS:
        return
    for count in range(MIN_WORDS, min(MAX_WORDS, len(words) - CONTEXT) + 1):
        if not words[-count][0].islower():
            yield " ".join(words[-count:]), " ".join(words[-count - CONTEXT : -count])


def plain(line: str) -> str:
    """``line`` with one space between its words."""
    return " ".join(line.split())
