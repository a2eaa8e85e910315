"""Names of themes in one language, from the keywords of all: words that other languages second lead.

A keyword of the wished language is backed by keywords of other languages that lie near it in the space
of the encoder, so "ceasefire" wins over a word that only one language happens to use.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from newstance.themes.keywords import Keyword
from newstance.themes.terms import Terms

WORDS_IN_NAME = 3
NEAR = 0.5
# The wished language names a theme that has so many articles in it, or this share of its articles.
FEWEST_ARTICLES, FEWEST_SHARE = 5, 0.2
# Of fewer articles only the words are taken that the main language has too.
ENOUGH_ALONE = 10
# Words that begin alike over this share of the longer one are forms of one word ("Syria", "Syrian").
ALIKE = 0.7
# A word of the corpus explains one of another language from this cosine on.
NEAR_ENOUGH_TO_EXPLAIN = 0.6
Encode = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Glossary:
    """Words of the reader's language that the corpus has, with their vectors (n_words, n_dims)."""

    lang: str
    words: list[str]
    vectors: np.ndarray

    @classmethod
    def of(cls, terms: Terms, lang: str, encode: Encode) -> "Glossary":
        """Words and phrases of ``lang`` that stand alone and are in as many articles as a keyword."""
        own = terms.by_lang.get(lang)
        if own is None:
            return cls(lang, [], encode([]))
        good = np.flatnonzero((own.present.sum(axis=0) >= own.fewest) & (own.fitness >= 1))
        words = [own.shown[term] for term in good]
        return cls(lang, words, encode(words))

    def explain(self, words: list[str], encode: Encode) -> list[str]:
        """``words`` of another language, each in brackets behind the nearest word of the reader's, where one
        is near."""
        if not self.words or not words:
            return words
        alike = encode(words) @ self.vectors.T
        nearest = alike.argmax(axis=1)
        return [
            f"{self.words[best]} ({word})"
            if near >= NEAR_ENOUGH_TO_EXPLAIN and self.words[best].casefold() != word.casefold()
            else word
            for word, best, near in zip(words, nearest, alike.max(axis=1), strict=True)
        ]


def name_theme(
    keywords: dict[str, list[Keyword]],
    n_articles: dict[str, int],
    lang: str,
    encode: Encode,
    glossary: Glossary | None = None,
) -> list[str]:
    """Words to name a theme by, best first, in ``lang`` or, where few of its articles are in it, in the main
    language, explained by the words of ``glossary``.

    ``keywords`` and ``n_articles`` are by language; words weigh by how many articles they speak for. Where
    most articles are in another language than the name, its keyword that means the same stands beside a word
    in brackets: "truce (перемирие)". Words that say what a better one says come last.
    """
    spoken = [one for one in n_articles if keywords.get(one)]
    if not spoken:
        return []
    main = max(spoken, key=lambda one: (n_articles[one], one))
    own = lang if keywords.get(lang) and _is_spoken(n_articles, lang) else main
    explain = glossary.explain if glossary is not None and own != lang else _as_they_are
    words = [keyword.word for keyword in keywords[own]]
    scores = np.array([keyword.weight * n_articles[own] for keyword in keywords[own]])
    others = [(one, keyword) for one in spoken if one != own for keyword in keywords[one]]
    glosses: dict[str, str] = {}
    if others:
        alike = encode(words) @ encode([keyword.word for _, keyword in others]).T
        weights = np.array([keyword.weight * n_articles[one] for one, keyword in others])
        scores = scores + (np.where(alike >= NEAR, alike, 0.0) * weights).sum(axis=1)
        if own != main:
            of_main = [place for place, (one, _) in enumerate(others) if one == main]
            glosses = _glosses(words, [others[place][1].word for place in of_main], alike[:, of_main])
            if not glosses and n_articles[own] < ENOUGH_ALONE:
                return name_theme({main: keywords[main]}, n_articles, lang, encode, glossary)
    order = np.argsort(-scores, kind="stable")
    ordered = _different_first([words[place] for place in order])
    if own != main and n_articles[own] < ENOUGH_ALONE:
        ordered = [word for word in ordered if word in glosses]
    ordered = [f"{word} ({glosses[word]})" if word in glosses else word for word in ordered]
    return explain(ordered[:WORDS_IN_NAME], encode) + ordered[WORDS_IN_NAME:]


def _as_they_are(words: list[str], encode: Encode) -> list[str]:
    return words


def _is_spoken(n_articles: dict[str, int], lang: str) -> bool:
    count = n_articles[lang]
    return count >= FEWEST_ARTICLES or count >= FEWEST_SHARE * sum(n_articles.values())


def _glosses(words: list[str], others: list[str], alike: np.ndarray) -> dict[str, str]:
    """The nearest of ``others`` for each of ``words`` that has a near one; ``alike`` (n_words, n_others) are
    their cosines. A gloss that is written as the word itself says nothing."""
    best = alike.argmax(axis=1)
    return {
        word: others[other]
        for row, (word, other) in enumerate(zip(words, best, strict=True))
        if alike[row, other] >= NEAR and others[other].casefold() != word.casefold()
    }


def _different_first(terms: list[str]) -> list[str]:
    """``terms`` in their order, those last that share a word with an earlier one."""
    first: list[str] = []
    later: list[str] = []
    for term in terms:
        (later if any(_share_a_word(term, one) for one in first) else first).append(term)
    return first + later


def _share_a_word(one: str, other: str) -> bool:
    return any(_is_form(a, b) for a in _words(one) for b in _words(other))


def _words(term: str) -> list[str]:
    return [word for word in re.split(r"[\s-]+", term.casefold()) if word]


def _is_form(one: str, other: str) -> bool:
    common = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    return common >= ALIKE * max(len(one), len(other))


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
