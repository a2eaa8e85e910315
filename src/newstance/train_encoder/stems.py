"""Stems and endings of the words of a language, found by counting: no dictionary, any language.

A word is a stem and an ending. Which, is a question of how often either is used: the split is taken
that is likeliest where a known part costs the logarithm of its use and a stem of its own costs its
letters (hard expectation maximisation of a minimum description length; Goldsmith 2001, "Unsupervised
learning of the morphology of a natural language", aclanthology.org/J01-2001).
"""

from collections import Counter
from collections.abc import Iterable
from math import log
from typing import NamedTuple

LONGEST_ENDING, SHORTEST_STEM = 6, 3
ROUNDS = 3
LETTER = 2.5  # what a letter of a stem that no other word has costs, in nats
UNUSED = 0.1  # what an ending that no other word takes counts


class Split(NamedTuple):
    """A word cut in two; ``ending`` may be empty."""

    stem: str
    ending: str


def find_stems(words: Iterable[str]) -> dict[str, Split]:
    """The split of each word of one language; words of fewer than ``SHORTEST_STEM`` letters have none."""
    options = _options(set(words))
    stems = Counter(split.stem for splits in options.values() for split in splits)
    endings = Counter(split.ending for splits in options.values() for split in splits)
    chosen: dict[str, Split] = {}
    for _ in range(ROUNDS):
        chosen = {
            word: _likeliest(splits, chosen.get(word), stems, endings) for word, splits in options.items()
        }
        stems = Counter(split.stem for split in chosen.values())
        endings = Counter(split.ending for split in chosen.values())
    return chosen


def _options(words: set[str]) -> dict[str, list[Split]]:
    """The splits of each word: the whole word, and those whose stem begins another word too."""
    shared = Counter(word[:cut] for word in words for cut in range(SHORTEST_STEM, len(word) + 1))
    return {
        word: [
            Split(word[:cut], word[cut:])
            for cut in range(
                max(SHORTEST_STEM, len(word) - LONGEST_ENDING, (len(word) + 1) // 2), len(word) + 1
            )
            if cut == len(word) or shared[word[:cut]] > 1
        ]
        for word in sorted(words)
        if len(word) >= SHORTEST_STEM
    }


def _likeliest(splits: list[Split], now: Split | None, stems: Counter[str], endings: Counter[str]) -> Split:
    """The split whose parts other words use most; ``now`` is the choice before, if there was one."""

    def likelihood(split: Split) -> float:
        # The word itself is no evidence for how it is cut. Before the first choice it counts in every split:
        # it is taken off the stems, where it may be all there is, not off the endings, which many words have.
        own = now is None or split == now
        others = stems[split.stem] - own
        stem = log(others) if others > 0 else -LETTER * len(split.stem)
        return stem + log(max(endings[split.ending] - (own and now is not None), 0) + UNUSED)

    return max(splits, key=likelihood)
