"""The words of a text, and what each gives to its vector where an encoder adds up token vectors.

A word is a run of letters, marks and digits. Scripts without spaces have no such words: there a token of the
encoder is one, or a character where the encoder does not tell its tokens.
"""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from unicodedata import category, normalize

import numpy as np

from newstance.embed.abbreviations import spelled_places
from newstance.embed.reader import Reader
from newstance.embed.static import StaticEncoder
from newstance.scripts import is_unspaced

JOINERS = frozenset(".'’ʼ`")  # one of them between two letters is part of a word: "U.S.", "об'єднання"
OUTSIDE, SPACED, UNSPACED = range(3)
Span = tuple[int, int]


class WordSums(NamedTuple):
    """The words of a text as code points ``spans``, and the sum of the token vectors of each, ``vectors``
    (n_words, n_dims). With ``rest`` (n_dims,), all but always zero, they add up to the text's vector but for
    its length."""

    spans: list[Span]
    vectors: np.ndarray
    rest: np.ndarray


def word_spans(text: str) -> list[Span]:
    """Code points of each word of ``text``; where no space ends a word, of each character."""
    spans: list[Span] = []
    for start, end, kind in _runs(text):
        spans += [(start, end)] if kind == SPACED else _characters(text, start, end)
    return spans


def word_sums(encoder: StaticEncoder, text: str) -> WordSums:
    """What each word of ``text`` gives to the vector that ``encoder`` has of it."""
    runs = _runs(text)
    bounds = [*(start for start, _, _ in runs), len(text)]
    lead, *pieces = _spelled_out(text, [0, *bounds], encoder.abbreviations)
    *sums, whole = encoder.token_sums([*pieces, "".join([lead, *pieces])])
    spans: list[Span] = []
    vectors: list[np.ndarray] = []
    for (start, end, kind), piece, own in zip(runs, pieces, sums, strict=True):
        parts = _token_words(encoder, piece) if kind == UNSPACED else []
        for (first, last), vector in parts or [((0, end - start), own)]:
            spans.append((start + first, start + last))
            vectors.append(vector)
    stacked = np.array(vectors, dtype=np.float64).reshape(len(spans), encoder.n_dims)
    return WordSums(spans, stacked, whole - stacked.sum(axis=0))


def _spelled_out(text: str, bounds: list[int], abbreviations: bool) -> list[str]:
    """The pieces of ``text`` between ``bounds``, abbreviations spelled out as for the encoder."""
    places = spelled_places(text) if abbreviations else []
    pieces, done = [], 0
    for start, end in pairwise(bounds):
        piece, done = "", max(done, start)
        while places and places[0][0] < end:
            first, last, full = places.pop(0)
            piece += text[done:first] + full
            done = last
        pieces.append(piece + text[done:end])
    return pieces


def _token_words(encoder: StaticEncoder, piece: str) -> list[tuple[Span, np.ndarray]]:
    """Each token of a ``piece`` without spaces as a word, with its vector; nothing where tokens cannot be
    told."""
    tokens = encoder.reader.token_spans(piece) if isinstance(encoder.reader, Reader) else []
    words: list[tuple[Span, np.ndarray]] = []
    carried = np.zeros(encoder.n_dims)  # the mark of a word's start may be a token of no character
    for token, start, end in tokens:
        vector = carried + encoder.token_vector(token)
        if start == end:
            carried = vector
            continue
        carried = np.zeros(encoder.n_dims)
        if words and start < words[-1][0][1]:  # two tokens of one character
            (first, last), before = words.pop()
            start, end, vector = first, max(last, end), before + vector
        words.append(((start, end), vector))
    return words


def _runs(text: str) -> list[tuple[int, int, int]]:
    """Start, end and kind of each run of characters that are part of a word."""
    kinds = [_kind(sign) for sign in text]
    for place in range(1, len(text) - 1):
        if text[place] in JOINERS and kinds[place - 1] == kinds[place + 1] == SPACED:
            kinds[place] = SPACED
    edges = [0, *(place for place in range(1, len(text)) if kinds[place] != kinds[place - 1]), len(text)]
    return [(start, end, kinds[start]) for start, end in pairwise(edges) if start < end and kinds[start]]


@lru_cache(maxsize=1 << 14)
def _kind(sign: str) -> int:
    """What a character is: outside of words, or part of one that spaces end or do not end."""
    if is_unspaced(sign):
        return UNSPACED if category(sign)[0] in "LMN" else OUTSIDE
    inside = category(sign)[0] == "M" or category(sign) == "Cf"
    return SPACED if inside or any(category(one)[0] in "LN" for one in normalize("NFKC", sign)) else OUTSIDE


def _characters(text: str, start: int, end: int) -> list[Span]:
    """The characters of a run, each with its marks."""
    starts = [place for place in range(start, end) if place == start or category(text[place])[0] != "M"]
    return list(pairwise([*starts, end]))
