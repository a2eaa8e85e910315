"""The clauses of one sentence: at its commas, dashes and colons, and before words that open a clause."""

import re

from newstance.corpus.sentences.clauses import INNER_MARK, WORD, Span
from newstance.corpus.sentences.lexicon import lexicon
from newstance.scripts import folded

FEWEST_WORDS = 2  # fewer, as in a list, are no clause


def sentence_parts(sentence: str, lang: str) -> list[Span]:
    """Code-point spans of the clauses of ``sentence`` in ``lang`` (BCP 47), in order; one span where nothing
    parts it.

    Words that open a clause are the ``links`` of the language that are not ``clinging`` too: prepositions and
    a bare "and" part nothing. Each mark belongs to the clause before it; a clause of one word to the next.
    """
    view = folded(sentence)
    text, words = view.text, lexicon(lang)
    opening = words.links - words.clinging
    cuts = {match.end() for match in INNER_MARK.finditer(text)}
    cuts |= {match.start() for match in re.finditer(r"\w+", text) if match[0].lower() in opening}
    spans: list[Span] = []
    start = 0
    for cut in sorted(cuts):
        if _n_words(text, start, cut) >= FEWEST_WORDS and _n_words(text, cut, len(text)) >= FEWEST_WORDS:
            spans.append(_stripped(text, start, cut))
            start = cut
    if text[start:].strip():
        spans.append(_stripped(text, start, len(text)))
    return [view.span(*span) for span in spans]


def _n_words(text: str, start: int, end: int) -> int:
    return sum(any(map(str.isalnum, match[0])) for match in WORD.finditer(text, start, end))


def _stripped(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
