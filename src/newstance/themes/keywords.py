"""Keywords of themes: class-based TF-IDF over lemmas, language by language.

The formula is BERTopic's (Grootendorst 2022, arXiv:2203.05794): the share of a word in a theme times
log(1 + mean words a theme / count of the word in all themes).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from newstance.tables import NOISE

WORD = re.compile(r"[^\W\d_]+(?:[-'’ʼ][^\W\d_]+)*")
UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})
SHORTEST = 3
N_KEYWORDS = 10
# A word said in fewer articles than this describes an article, not a theme.
FEWEST_ARTICLES = 2


def theme_keywords(
    texts: Iterable[str], langs: Iterable[str], theme_ids: np.ndarray, n_keywords: int = N_KEYWORDS
) -> dict[int, dict[str, list[str]]]:
    """Best words of each theme in each language, best first: ``{theme_id: {lang: [word, …]}}``.

    ``texts``, ``langs`` and ``theme_ids`` (n_texts,) go together; noise is left out.
    """
    by_lang: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for text, lang, theme in zip(texts, langs, theme_ids, strict=True):
        if theme != NOISE:
            by_lang[lang].append((int(theme), text))
    keywords: dict[int, dict[str, list[str]]] = defaultdict(dict)
    for lang in sorted(by_lang, key=lambda one: (-len(by_lang[one]), one)):
        for theme, words in _keywords_of_lang(by_lang[lang], lang, n_keywords).items():
            keywords[theme][lang] = words
    return dict(keywords)


def _keywords_of_lang(rows: list[tuple[int, str]], lang: str, n_keywords: int) -> dict[int, list[str]]:
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    articles: Counter[str] = Counter()
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    for theme, text in rows:
        lemmas = []
        for word in words_of(text, lang):
            lemma = lemma_of(word, lang)
            if not _is_stop(lemma, lang) and not _is_stop(word.lower(), lang):
                lemmas.append(lemma)
                shown[lemma][_shape(word, lemma)] += 1
        counts[theme].update(lemmas)
        articles.update(set(lemmas))
    fewest = FEWEST_ARTICLES if len(rows) >= 10 else 1
    return {
        theme: [
            shown[lemma].most_common(1)[0][0]
            for lemma in _best(counted, counts, n_keywords, {w for w, n in articles.items() if n >= fewest})
        ]
        for theme, counted in sorted(counts.items())
    }


def _best(
    own: Counter[str], counts: dict[int, Counter[str]], n_keywords: int, allowed: set[str]
) -> list[str]:
    all_counts: Counter[str] = Counter()
    for other in counts.values():
        all_counts.update(other)
    size = sum(own.values())
    mean_size = sum(all_counts.values()) / len(counts)
    scores = {
        lemma: count / size * np.log1p(mean_size / all_counts[lemma])
        for lemma, count in own.items()
        if lemma in allowed
    }
    return sorted(scores, key=lambda lemma: (-scores[lemma], lemma))[:n_keywords]


def words_of(text: str, lang: str) -> Iterator[str]:
    """Words of ``text`` of at least three letters; two-character pieces where no spaces part words."""
    for match in WORD.finditer(text):
        word = match.group()
        if lang in UNSPACED and not word.isascii():
            yield from (word[start : start + 2] for start in range(len(word) - 1))
        elif len(word) >= SHORTEST:
            yield word


def lemmas_of(text: str, lang: str) -> set[str]:
    """The different lemmas of a text, in the shapes that keywords are shown in."""
    return {_shape(word, lemma_of(word, lang)) for word in words_of(text, lang)}


def _shape(word: str, lemma: str) -> str:
    """The lemma as the word is written: names keep their capital."""
    if word.isupper() and len(word) <= 5:
        return word
    return lemma[:1].upper() + lemma[1:] if word[:1].isupper() else lemma


@lru_cache(maxsize=200_000)
def lemma_of(word: str, lang: str) -> str:
    """Dictionary form in lower case; the word itself where the language has no dictionary."""
    import simplemma

    if lang not in _languages_with_lemmas():
        return word.lower()
    return str(simplemma.lemmatize(word, lang=lang)).lower()


@lru_cache(maxsize=1)
def _languages_with_lemmas() -> frozenset[str]:
    from importlib.resources import files

    data = files("simplemma") / "strategies" / "dictionaries" / "data"
    return frozenset(entry.name.split(".")[0] for entry in data.iterdir())


@lru_cache(maxsize=64)
def _stop_words(lang: str) -> frozenset[str]:
    import stopwordsiso

    own = set(stopwordsiso.stopwords(lang)) if stopwordsiso.has_lang(lang) else set()
    return frozenset(own | EXTRA_STOP_WORDS.get(lang, set()))


def _is_stop(word: str, lang: str) -> bool:
    return word in _stop_words(lang)


# Words of every news text, which the lists of the package lack. The Ukrainian list has 73 words only.
EXTRA_STOP_WORDS = {
    "en": {"said", "say", "told", "also", "mr", "mrs", "according", "year", "month", "week", "day"},
    "ru": {"который", "это", "также", "год", "заявить", "сообщить", "сказать", "слово", "свой", "мочь"},
    "uk": set(
        "який яка яке які якого якій якою яких цей ця це ці цього цієї цих свій своя своє свої свого "
        "також може можна мати має мають було була були буде будуть бути після перед через проти між "
        "щодо лише тільки навіть коли якщо тому тоді там тут зараз вже іще ще рік роки року років "
        "заявити сказати повідомити слово дуже більше менше інший інші інша кожен кожна весь вся все "
        "всі всіх усі усіх себе собі нас нам вас вам їх їм їхній його йому її під над при про або але "
        "чи та так ні не до від із зі для без по за на що щоб як".split()
    ),
    "de": {"sagen", "sagte", "jahr", "tag", "woche", "laut", "seit", "dass", "beim"},
    "fr": {"dire", "selon", "année", "jour", "semaine", "ainsi", "faire", "ans"},
    "ar": {"قال", "وقال", "أن", "التي", "الذي", "عام", "يوم", "خلال", "بعد"},
    "es": {"decir", "según", "año", "día", "semana", "hacer"},
}
