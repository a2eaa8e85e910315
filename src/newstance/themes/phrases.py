"""Phrases of a language's articles: words that come together more often than by chance.

Runs of two to seven words are scored by normalised pointwise mutual information (Bouma 2009) of the two parts
into which they fall most easily; a run that mostly comes inside a longer phrase is a torn one and is left out
(as with the C-value of Frantzi, Ananiadou & Mima 2000, doi:10.1007/s007999900023).
"""

from typing import NamedTuple

import numpy as np

from newstance.themes.written import BREAK

LONGEST = 7
# Bouma's measure is 0 by chance and 1 for words that never come apart.
FEWEST_BITS, FEWEST_BITS_OF_NAMES = 0.3, 0.15
TORN = 0.6
Phrase = tuple[int, ...]


class WordTraits(NamedTuple):
    """What phrases ask of words, by number of the word (n_words,): may it be at an edge of a phrase, at its
    end, inside it, and is it written with a capital where that tells a name."""

    edge: np.ndarray
    end: np.ndarray
    inner: np.ndarray
    name: np.ndarray


class FoundPhrases(NamedTuple):
    """``phrases``, the shorter first, and where they come: the place of the first word among all tokens,
    ``starts`` (n_occurrences,), in their order for each phrase, and the phrase there, ``which``
    (n_occurrences,)."""

    phrases: list[Phrase]
    starts: np.ndarray
    which: np.ndarray


class _Runs(NamedTuple):
    """Frequent runs of one length: ``words`` (n_runs, length), how often each comes, ``counts`` (n_runs,),
    the runs of one word less that it begins and ends with, ``begin`` and ``end`` (n_runs,), and where runs
    come: ``starts`` and ``which`` (n_occurrences,)."""

    words: np.ndarray
    counts: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    starts: np.ndarray
    which: np.ndarray


def find_phrases(words: np.ndarray, rows: np.ndarray, traits: WordTraits, fewest: int) -> FoundPhrases:
    """Phrases that at least ``fewest`` articles have.

    ``words`` (n_tokens,) are the numbers of the words of all articles in order, 0 where no phrase goes on,
    as at the end of each article; ``rows`` (n_tokens,) the article of each.
    """
    lengths = [_single_words(words, len(traits.edge))]
    for _ in range(2, LONGEST + 1):
        lengths.append(_longer(lengths[-1], rows, fewest))
    good = [_good(lengths[:length], traits) for length in range(2, LONGEST + 1)]
    phrases: list[Phrase] = []
    starts, which = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for place, runs in enumerate(lengths[1:]):
        longer = np.zeros(len(runs.counts))  # the most frequent phrase of which it is a part
        if place + 1 < len(good):
            above = lengths[place + 2]
            for part in (above.begin, above.end):
                np.maximum.at(longer, part[good[place + 1]], above.counts[good[place + 1]])
        whole = good[place] & (longer < TORN * runs.counts)
        number = np.cumsum(whole) - 1 + len(phrases)
        seen = whole[runs.which]
        starts.append(runs.starts[seen])
        which.append(number[runs.which[seen]])
        phrases += list(map(tuple, runs.words[whole].tolist()))
    return FoundPhrases(phrases, np.concatenate(starts), np.concatenate(which))


def _single_words(words: np.ndarray, n_words: int) -> _Runs:
    starts = np.flatnonzero(words != BREAK)
    nothing = np.zeros(0, dtype=np.int64)
    which = words[starts]
    counts = np.bincount(which, minlength=n_words)
    return _Runs(np.arange(n_words)[:, None], counts, nothing, nothing, starts, which)


def _longer(runs: _Runs, rows: np.ndarray, fewest: int) -> _Runs:
    """The runs of one word more, made of two of ``runs``, that ``fewest`` articles have."""
    at = np.full(len(rows) + 1, -1, dtype=np.int64)
    at[runs.starts] = runs.which
    starts = runs.starts[at[runs.starts + 1] >= 0]
    pairs = at[starts] * len(runs.counts) + at[starts + 1]
    starts, pairs = _often(starts, pairs, fewest)
    pairs, which = np.unique(pairs, return_inverse=True)
    n_rows = len(rows)  # more than there are articles
    articles = np.unique(which * n_rows + rows[starts]) // n_rows
    kept = np.bincount(articles, minlength=len(pairs)) >= fewest
    number, seen = np.cumsum(kept) - 1, kept[which]
    begin, end = np.divmod(pairs[kept], max(len(runs.counts), 1))
    which = number[which[seen]]
    return _Runs(
        np.hstack([runs.words[begin], runs.words[end][:, -1:]]),
        np.bincount(which, minlength=len(begin)),
        begin,
        end,
        starts[seen],
        which,
    )


def _often(starts: np.ndarray, pairs: np.ndarray, fewest: int) -> tuple[np.ndarray, np.ndarray]:
    """Those of ``pairs`` (n,) that come ``fewest`` times at least, with their ``starts``."""
    _, which, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    often = counts[which] >= fewest
    return starts[often], pairs[often]


def _good(lengths: list[_Runs], traits: WordTraits) -> np.ndarray:
    """Which of the longest runs are phrases, (n_runs,)."""
    words = lengths[-1].words
    good = traits.edge[words[:, 0]] & traits.edge[words[:, -1]] & traits.end[words[:, -1]]
    good &= traits.inner[words[:, 1:-1]].all(axis=1)
    good &= (np.diff(np.sort(words, axis=1), axis=1) > 0).all(axis=1)
    is_name = traits.name[words[:, 0]] & traits.name[words[:, -1]]
    found: np.ndarray = good & (_bound(lengths) >= np.where(is_name, FEWEST_BITS_OF_NAMES, FEWEST_BITS))
    return found


def _bound(lengths: list[_Runs]) -> np.ndarray:
    """How firmly the longest runs hold together where they fall apart most easily, (n_runs,)."""
    runs, n_words = lengths[-1], int(lengths[0].counts.sum())
    share = runs.counts / max(n_words, 1)
    first = last = np.arange(len(runs.counts))
    begins, ends = [], []
    for longer, own in zip(lengths[:0:-1], lengths[-2::-1], strict=True):
        first, last = longer.begin[first], longer.end[last]
        begins.append(own.counts[first])
        ends.append(own.counts[last])
    apart = np.stack([begin.astype(np.float64) * end for begin, end in zip(begins, ends[::-1], strict=True)])
    bound: np.ndarray = np.log(share * float(n_words) ** 2 / apart.max(axis=0)) / -np.log(share)
    return bound
