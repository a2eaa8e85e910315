"""Sentences of a text: razdel for Cyrillic, sentencex for the rest, and our own rules before both.

Each line is scanned once for marks that may end a sentence. The rules of ``boundaries`` decide what they
know (abbreviations, initials, quotations, datelines); where they have no opinion, razdel's rules or
sentencex do, and see no more than the words around the place. What comes out too long, because the text
lost its punctuation, is cut into clauses (``clauses``). The cost is linear in the length of the text.

razdel: https://github.com/natasha/razdel; sentencex: https://github.com/wikimedia/sentencex
"""

import re
from collections.abc import Callable, Iterator

from newstance.corpus.sentences.boundaries import decide
from newstance.corpus.sentences.clauses import clauses
from newstance.corpus.sentences.gaps import Gap
from newstance.corpus.sentences.lexicon import Lexicon, lexicon
from newstance.corpus.sentences.plain import decide_plain
from newstance.scripts import folded

LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
# It begins with one set of signs, which the search skips to. The look-behinds and the possessive "*+" keep a
# run of marks from being tried from each of its places.
MARK = re.compile(
    r"[.!?…؟۔。！？｡।॥።။։](?:"
    r"(?<=[.!?…؟۔])(?<![.!?…؟۔]{2})[.!?…؟۔]*+"
    r"(?:(?>(?:[»«“”\"'’)\]]|\s»(?=[\s.,;:!?)–—-]|$))*)\s++(?=\S)|(?<=[^\W\d_]{3}.)(?=[^\W\d_]{2}))"
    r"|(?<=[。！？｡।॥።။։])(?<![。！？｡।॥።။։]{2})[。！？｡।॥።။։]*+[」』”’）)\"]*+\s*+(?=\S))"
)
CYRILLIC = re.compile("[Ѐ-ӿ]+")
LATIN = re.compile("[A-Za-zÀ-ɏ]+")


class _Library:
    """Whether the library of a text ends a sentence at a gap; it is chosen when it is first asked."""

    def __init__(self, text: str, lang: str) -> None:
        self._text, self._lang = text, lang
        self._ends: Callable[[Gap], bool] | None = None

    def __call__(self, gap: Gap) -> bool:
        """Whether a sentence ends at ``gap``."""
        if self._ends is None:
            sample = self._text[:2000]
            cyrillic = len("".join(CYRILLIC.findall(sample))) > len("".join(LATIN.findall(sample)))
            self._ends = _razdel() if cyrillic else _sentencex(self._lang)
        return self._ends(gap)


def split(text: str, lang: str) -> list[tuple[int, int]]:
    """Code-point spans of the sentences of ``text``, in order; what lies outside them is white space and
    signs that are not seen.

    ``lang`` is a BCP 47 tag; an unknown one, such as ``und``, gets the rules of the scripts only. A line
    break always ends a sentence. The rules look at the folded view of the text (``newstance.scripts``).
    """
    words = lexicon(lang)
    view = folded(text)
    library = _Library(view.text, lang)
    spans = []
    for match in LINE.finditer(view.text):
        line, offset = match[0], match.start()
        for start, end in _sentences(line, words, library):
            spans += [view.span(offset + a, offset + b) for a, b in clauses(line, start, end, words)]
    return spans


def _sentences(line: str, words: Lexicon, library: _Library) -> Iterator[tuple[int, int]]:
    """Stripped spans between the boundaries of one line."""
    start = 0
    for cut in _boundaries(line, words, library):
        yield from _stripped(line, start, cut)
        start = cut
    yield from _stripped(line, start, len(line))


def _stripped(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = line[start:end]
    body = piece.strip()
    if body:
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(body)


def _boundaries(line: str, words: Lexicon, library: _Library) -> Iterator[int]:
    """Where the sentences of a line start, the first one left out."""
    start = len(line) - len(line.lstrip())
    seen, odd = start, False
    for match in MARK.finditer(line):
        mark, cut = match.span()
        odd ^= bool(line.count('"', seen, mark) & 1)
        seen = mark
        verdict = decide_plain(line, start, mark, cut, words)
        if verdict is None:
            gap = Gap(line, start, mark, mark + len(match[0].rstrip()), cut, odd)
            verdict = decide(gap, words)
            if verdict is None:
                verdict = library(gap)
        if verdict:
            yield cut
            start = cut


def _razdel() -> Callable[[Gap], bool]:
    """Whether razdel's own rules end a sentence at a gap; only the gaps in doubt come here, for speed."""
    from razdel.segmenters.sentenize import SentSplit, sentenize

    def ends(gap: Gap) -> bool:
        line, last = gap.line, gap.stop - 1
        around = SentSplit(line[max(gap.start, last - 10) : last], line[last], line[gap.stop : gap.stop + 10])
        around.buffer = line[max(gap.start, last - 25) : last]
        return not sentenize.join(around)

    return ends


def _sentencex(lang: str) -> Callable[[Gap], bool]:
    """Whether sentencex ends a sentence at a gap.

    It is shown only the words around the gap, as it never splits between quotation marks.
    """
    from sentencex import segment

    language = lang.split("-")[0]

    def ends(gap: Gap) -> bool:
        return len(segment(language, f"a {gap.token}{gap.sign} {gap.word} a")) > 1

    return ends
