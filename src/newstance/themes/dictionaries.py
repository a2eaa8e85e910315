"""Dictionaries of lemmas as simplemma ships them, searched by compiled code.

A dictionary is a sorted stream of up to a million words, each stored as what it does not share with the word
before. simplemma takes it apart in Python, which costs a second a language and 20 microseconds a look-up.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numba import njit
from simplemma.strategies.dictionaries import StreamDictionaryFactory, frontcode
from simplemma.strategies.dictionaries.dictionary_factory import DecodedStrMapping, _read_decompressed

BLOCK = 32  # words from one that is kept whole to the next
LONGEST = 512  # bytes of a word
SAME, WHOLE = frontcode._SAME_AS_PREV, frontcode._LITERAL_VALUE


class Dictionaries(StreamDictionaryFactory):
    """The dictionaries, each read when its language first comes."""

    def _get_dictionary_uncached(self, lang: str) -> "Dictionary":
        return Dictionary(lang)


class Dictionary(DecodedStrMapping):
    """The lemma of each form of a language.

    The format is that of ``frontcode`` in simplemma: of a word, how many bytes it shares with the word before
    and the others; of its lemma, how many bytes of the word's end go and what stands there then. ``SAME`` in
    place of that number means the lemma of the word before, ``WHOLE`` a lemma without anything of the word.
    """

    def __init__(self, lang: str):
        data = _read_decompressed(lang)
        self._reversed, self._count, start = frontcode._read_header(data)
        self._data = np.frombuffer(data, dtype=np.uint8)
        *self._index, end = _index(self._data, start, self._count)
        if end != len(data):
            raise ValueError(f"the dictionary of {lang!r} is damaged. Install simplemma again.")

    def _lookup(self, key: str) -> str | None:
        target = key.encode()[:: -1 if self._reversed else 1]
        lemma = np.empty(LONGEST, dtype=np.uint8)
        length = _find(self._data, *self._index, np.frombuffer(target, dtype=np.uint8), lemma)
        return None if length < 0 else lemma[:length].tobytes()[:: -1 if self._reversed else 1].decode()

    def __iter__(self) -> Iterator[str]:
        _, _, start = frontcode._read_header(self._data.tobytes())
        for _, key, _ in frontcode._iter_records(self._data.tobytes(), start):
            yield key[:: -1 if self._reversed else 1].decode()

    def __len__(self) -> int:
        return int(self._count)


def _compiled(function: Callable) -> Any:
    """``function`` as machine code, kept on disk where numba may write."""
    compiled = njit(function)
    try:
        compiled.enable_caching()
    except RuntimeError:  # numba may write to no folder: it compiles anew in each process
        return compiled
    return compiled


@_compiled
def _number(data, at):
    """A number of seven bits a byte, the lowest first, and where it ends."""
    number, shift = 0, 0
    while True:
        byte = np.int64(data[at])
        at += 1
        number |= int(byte & 127) << shift
        if byte < 128 or at >= len(data):
            return number, at
        shift += 7


@_compiled
def _record(data, at, key, lemma, n_lemma):
    """Write the word at ``at`` and its lemma over those of the word before: where the next one begins, and
    both lengths; -1 where the data is damaged."""
    shared, at = _number(data, at)
    n_own, at = _number(data, at)
    n_key = shared + n_own
    if n_key > LONGEST or at + n_own >= len(data):
        return -1, 0, 0
    key[shared:n_key] = data[at : at + n_own]
    at += n_own
    trimmed = np.int64(data[at])
    at += 1
    if trimmed != SAME:
        n_own, at = _number(data, at)
        kept = 0 if trimmed == WHOLE else n_key - trimmed
        n_lemma = kept + n_own
        if kept < 0 or n_lemma > LONGEST or at + n_own > len(data):
            return -1, 0, 0
        lemma[:kept] = key[:kept]
        lemma[kept:n_lemma] = data[at : at + n_own]
        at += n_own
    return at, n_key, n_lemma


@_compiled
def _index(data, at, count):
    """Of each block: where its second word begins; the first word and its lemma in one row of bytes, and
    where each of the two ends there. And where the data ends."""
    n_blocks = (count + BLOCK - 1) // BLOCK
    key, lemma = np.zeros(LONGEST, np.uint8), np.zeros(LONGEST, np.uint8)
    seconds, ends = np.zeros(n_blocks, np.int64), np.zeros(2 * n_blocks, np.int64)
    whole, n_whole, n_lemma = np.empty(2 * n_blocks * LONGEST, np.uint8), 0, 0
    for word in range(count):
        at, n_key, n_lemma = _record(data, at, key, lemma, n_lemma)
        if at < 0 or (at >= len(data) and word + 1 < count):
            return seconds, whole[:n_whole].copy(), ends, -1
        if word % BLOCK == 0:
            block = word // BLOCK
            seconds[block] = at
            whole[n_whole : n_whole + n_key] = key[:n_key]
            ends[2 * block] = n_whole + n_key
            n_whole += n_key + n_lemma
            whole[n_whole - n_lemma : n_whole] = lemma[:n_lemma]
            ends[2 * block + 1] = n_whole
    return seconds, whole[:n_whole].copy(), ends, at


@_compiled
def _order(one, other):
    """Below 0, 0 or above 0, as ``one`` comes before ``other``, is equal, or comes behind."""
    for place in range(min(len(one), len(other))):
        if one[place] != other[place]:
            return 1 if one[place] > other[place] else -1
    return len(one) - len(other)


@_compiled
def _find(data, seconds, whole, ends, target, lemma):
    """Write the lemma of ``target`` into ``lemma``: its length, -1 for a word that is not there."""
    low, high = 0, len(seconds)  # the last block whose first word is not behind the target
    while low < high:
        middle = (low + high) // 2
        start = ends[2 * middle - 1] if middle else 0
        if _order(whole[start : ends[2 * middle]], target) <= 0:
            low = middle + 1
        else:
            high = middle
    block = low - 1
    if block < 0:
        return -1
    start, middle, end = ends[2 * block - 1] if block else 0, ends[2 * block], ends[2 * block + 1]
    key = np.zeros(LONGEST, np.uint8)
    n_key, n_lemma, at = middle - start, end - middle, seconds[block]
    key[:n_key], lemma[:n_lemma] = whole[start:middle], whole[middle:end]
    for _ in range(BLOCK):
        order = _order(key[:n_key], target)
        if order == 0:
            return n_lemma
        if order > 0 or at >= len(data):
            return -1
        at, n_key, n_lemma = _record(data, at, key, lemma, n_lemma)
    return -1
