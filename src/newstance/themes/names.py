"""Names of themes in one language, from the keywords of all: words that other languages second lead.

A keyword of the wished language is backed by keywords of other languages that lie near it in the space
of the encoder, so "ceasefire" wins over a word that only one language happens to use.
"""

from collections.abc import Callable, Sequence

import numpy as np

from newstance.themes.keywords import Keyword

WORDS_IN_NAME = 3
NEAR = 0.5
Encode = Callable[[Sequence[str]], np.ndarray]


def name_theme(
    keywords: dict[str, list[Keyword]], n_articles: dict[str, int], lang: str, encode: Encode
) -> list[str]:
    """Words to name a theme by, best first, in ``lang`` or, where it has none, in the main language.

    ``keywords`` and ``n_articles`` are by language; words weigh by how many articles they speak for.
    """
    spoken = [one for one in n_articles if keywords.get(one)]
    if not spoken:
        return []
    own = lang if keywords.get(lang) else max(spoken, key=lambda one: (n_articles[one], one))
    others = [
        (keyword.word, keyword.weight * n_articles[one])
        for one in spoken
        if one != own
        for keyword in keywords[one]
    ]
    words = [keyword.word for keyword in keywords[own]]
    scores = np.array([keyword.weight * n_articles[own] for keyword in keywords[own]])
    if others:
        alike = encode(words) @ encode([word for word, _ in others]).T
        backing = np.where(alike >= NEAR, alike, 0.0) * np.array([weight for _, weight in others])
        scores = scores + backing.sum(axis=1)
    return [words[index] for index in np.argsort(-scores, kind="stable")]


def unique_name(words: list[str], taken: set[str]) -> str:
    """The first words, more of them until the name is new, then a number."""
    for length in range(WORDS_IN_NAME, len(words) + 1):
        if (name := ", ".join(words[:length])) not in taken:
            return name
    short, number = ", ".join(words[:WORDS_IN_NAME]) or "theme without words", 1
    name = short
    while name in taken:
        number += 1
        name = f"{short} ({number})"
    return name
