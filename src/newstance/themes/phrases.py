"""Phrases of a language's articles: words that come together more often than by chance.

Runs of two to seven words are scored by normalised pointwise mutual information (Bouma 2009) of the two parts
into which they fall most easily; a run that mostly comes inside a longer phrase is a torn one and is left out
(as with the C-value of Frantzi, Ananiadou & Mima 2000, doi:10.1007/s007999900023).
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

LONGEST = 7
SAMPLE = 20_000
# Bouma's measure is 0 by chance and 1 for words that never come apart.
FEWEST_BITS, FEWEST_BITS_OF_NAMES = 0.3, 0.15
TORN = 0.6
BREAK = 0
Phrase = tuple[int, ...]


class WordTraits(NamedTuple):
    """What phrases ask of words, by number of the word (n_words,): may it be at an edge of a phrase, at its
    end, inside it, and is it written with a capital where that tells a name."""

    edge: np.ndarray
    end: np.ndarray
    inner: np.ndarray
    name: np.ndarray


def find_phrases(articles: Sequence[np.ndarray], traits: WordTraits, fewest: int) -> dict[Phrase, int]:
    """Phrases that at least ``fewest`` articles have, with how often they come.

    ``articles`` are the numbers of their words in order, 0 where no phrase goes on. At most 20,000 articles
    are looked at.
    """
    step = -(-len(articles) // SAMPLE) or 1
    looked_at = [article.tolist() for article in articles[::step]]
    words: Counter[Phrase] = Counter((word,) for article in looked_at for word in article if word != BREAK)
    counts, known = {1: words}, set(words)
    for length in range(2, LONGEST + 1):
        counts[length], known = _frequent(looked_at, length, known, fewest)
    n_words = sum(counts[1].values())
    good = {
        phrase: count
        for length in range(2, LONGEST + 1)
        for phrase, count in counts[length].items()
        if _is_formed(phrase, traits) and _holds(phrase, counts, n_words, traits)
    }
    return _without_torn(good)


def _frequent(
    articles: list[list[int]], length: int, known: set[Phrase], fewest: int
) -> tuple[Counter[Phrase], set[Phrase]]:
    """How often each run of ``length`` words comes that ``fewest`` articles have; ``known`` are those of one
    word less."""
    counts: Counter[Phrase] = Counter()
    n_articles: Counter[Phrase] = Counter()
    for article in articles:
        own: Counter[Phrase] = Counter()
        for run in zip(*(article[start:] for start in range(length)), strict=False):
            if BREAK not in run and run[:-1] in known and run[1:] in known:
                own[run] += 1
        counts.update(own)
        n_articles.update(own.keys())
    kept = {run for run, count in n_articles.items() if count >= fewest}
    return Counter({run: counts[run] for run in kept}), kept


def _is_formed(phrase: Phrase, traits: WordTraits) -> bool:
    return bool(
        traits.edge[phrase[0]]
        and traits.edge[phrase[-1]]
        and traits.end[phrase[-1]]
        and all(traits.inner[word] for word in phrase[1:-1])
        and len(set(phrase)) == len(phrase)
    )


def _holds(phrase: Phrase, counts: dict[int, Counter[Phrase]], n_words: int, traits: WordTraits) -> bool:
    share = counts[len(phrase)][phrase] / n_words
    bound = min(
        np.log(share * n_words**2 / (counts[cut][phrase[:cut]] * counts[len(phrase) - cut][phrase[cut:]]))
        for cut in range(1, len(phrase))
    )
    is_name = traits.name[phrase[0]] and traits.name[phrase[-1]]
    return bool(bound / -np.log(share) >= (FEWEST_BITS_OF_NAMES if is_name else FEWEST_BITS))


def _without_torn(phrases: dict[Phrase, int]) -> dict[Phrase, int]:
    longer: Counter[Phrase] = Counter()
    for phrase, count in phrases.items():
        for part in (phrase[:-1], phrase[1:]):
            longer[part] = max(longer[part], count)
    return {phrase: count for phrase, count in phrases.items() if longer[phrase] < TORN * count}
