"""Keywords of themes: class-based TF-IDF over lemmas, language by language.

As in BERTopic (Grootendorst 2022, arXiv:2203.05794) the share of a word in a theme is weighed by
log(1 + mean words a theme / count of the word in all themes); here it is the share of articles, and how
far it exceeds the share outside the theme.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from newstance.languages import language
from newstance.scripts import UNSPACED_LANGS
from newstance.tables import NOISE

WORD = re.compile(r"[^\W\d_]+(?:[-'’ʼ][^\W\d_]+)*")
SHORTEST = 3
N_KEYWORDS = 10
# A word of one article describes the article, not the theme.
FEWEST_ARTICLES = 2


class Keyword(NamedTuple):
    """A word as it is shown, and its weight among those of its theme and language."""

    word: str
    weight: float


def theme_keywords(
    texts: Iterable[str], langs: Iterable[str], theme_ids: np.ndarray, n_keywords: int = N_KEYWORDS
) -> dict[int, dict[str, list[Keyword]]]:
    """Best words of each theme in each language, best first: ``{theme_id: {lang: [Keyword, …]}}``.

    ``texts``, ``langs`` and ``theme_ids`` (n_texts,) go together; noise is left out. A word counts once
    an article, so that one article cannot name a theme by repeating itself.
    """
    by_lang: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for text, lang, theme in zip(texts, langs, theme_ids, strict=True):
        if theme != NOISE:
            by_lang[lang].append((int(theme), text))
    keywords: dict[int, dict[str, list[Keyword]]] = defaultdict(dict)
    for lang in sorted(by_lang, key=lambda one: (-len(by_lang[one]), one)):
        for theme, words in _keywords_of_lang(by_lang[lang], lang, n_keywords).items():
            keywords[theme][lang] = words
    return dict(keywords)


def _keywords_of_lang(rows: list[tuple[int, str]], lang: str, n_keywords: int) -> dict[int, list[Keyword]]:
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    sizes: Counter[int] = Counter()
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    for theme, text in rows:
        lemmas = set()
        for word in words_of(text, lang):
            lemma = lemma_of(word, lang)
            if not _is_stop(lemma, lang) and not _is_stop(word.lower(), lang):
                lemmas.add(lemma)
                shown[lemma][_shape(word, lemma)] += 1
        counts[theme].update(lemmas)
        sizes[theme] += 1
    return {
        theme: [
            Keyword(shown[lemma].most_common(1)[0][0], weight)
            for lemma, weight in _best(theme, counts, sizes, n_keywords)
        ]
        for theme in sorted(counts)
    }


def _best(
    theme: int, counts: dict[int, Counter[str]], sizes: Counter[int], n_keywords: int
) -> list[tuple[str, float]]:
    everywhere: Counter[str] = Counter()
    for counted in counts.values():
        everywhere.update(counted)
    mean_size = sum(everywhere.values()) / len(counts)
    fewest = FEWEST_ARTICLES if sizes[theme] > FEWEST_ARTICLES else 1
    weights = {
        lemma: count
        / sizes[theme]
        * float(np.log1p(mean_size / everywhere[lemma]))
        # a word as common outside the theme as in it tells nothing of the theme
        * max(0.0, count / sizes[theme] - (everywhere[lemma] - count) / max(sizes.total() - sizes[theme], 1))
        for lemma, count in counts[theme].items()
        if count >= fewest
    }
    best = sorted(weights, key=lambda lemma: (-weights[lemma], lemma))[:n_keywords]
    return [(lemma, weights[lemma]) for lemma in best if weights[lemma] > 0]


def words_of(text: str, lang: str) -> Iterator[str]:
    """Words of ``text`` of at least three letters; two-character pieces where no spaces part words."""
    for match in WORD.finditer(text):
        word = match.group()
        if lang in UNSPACED_LANGS and not word.isascii():
            yield from (word[start : start + 2] for start in range(len(word) - 1))
        elif len(word) >= SHORTEST:
            yield word


def lemmas_of(text: str, lang: str) -> set[str]:
    """The different lemmas of a text, in the shapes that keywords are shown in."""
    return set(lemma_sequence(text, lang))


def lemma_sequence(text: str, lang: str) -> list[str]:
    """The lemmas of a text in their order, in the shapes that keywords are shown in."""
    return [_shape(word, lemma_of(word, lang)) for word in words_of(text, lang)]


def _shape(word: str, lemma: str) -> str:
    """The lemma as the word is written: names keep their capital."""
    if word.isupper() and len(word) <= 5:
        return word
    return lemma[:1].upper() + lemma[1:] if word[:1].isupper() else lemma


@lru_cache(maxsize=200_000)
def lemma_of(word: str, lang: str) -> str:
    """Dictionary form in lower case; the word itself where the language has no dictionary."""
    if lang not in _languages_with_lemmas():
        return word.lower()
    return str(_lemmatizer().lemmatize(word, lang)).lower()


@lru_cache(maxsize=1)
def _lemmatizer() -> Any:
    """simplemma with dictionaries that are searched as they lie in their files, in half the time that it
    takes to build tables of them. Each is read once, when its language first comes; simplemma's own cache
    holds eight, and articles in nine languages would read one for each article."""
    from simplemma import Lemmatizer
    from simplemma.strategies import DefaultStrategy
    from simplemma.strategies.dictionaries import StreamDictionaryFactory

    dictionaries = StreamDictionaryFactory(cache_max_size=len(_languages_with_lemmas()))
    return Lemmatizer(lemmatization_strategy=DefaultStrategy(dictionary_factory=dictionaries))


@lru_cache(maxsize=1)
def _languages_with_lemmas() -> frozenset[str]:
    from importlib.resources import files

    data = files("simplemma") / "strategies" / "dictionaries" / "data"
    return frozenset(entry.name.split(".")[0] for entry in data.iterdir())


@lru_cache(maxsize=64)
def _stop_words(lang: str) -> frozenset[str]:
    import stopwordsiso

    own = set(stopwordsiso.stopwords(lang)) if stopwordsiso.has_lang(lang) else set()
    return frozenset(own.union(language(lang).get("stop_words", ())))


def _is_stop(word: str, lang: str) -> bool:
    return word in _stop_words(lang)
