"""Whether the words of a theme belong together, judged by the articles that have them.

NPMI: the normalised pointwise mutual information of two words over whole articles (Bouma 2009; Lau, Newman
& Baldwin 2014, aclanthology.org/E14-1056). C_v: each word of a theme is the vector of its NPMI with all of
them over windows of 110 words, and is compared with the sum of these vectors (Röder, Both & Hinneburg 2015,
doi:10.1145/2684822.2685324).
"""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from newstance.tables import NOISE

N_KEYWORDS = 10
# Over fewer articles any two words that meet once look bound to each other.
FEWEST_ARTICLES = 10
MOST_ARTICLES = 20_000  # whose windows are counted
WINDOW = 110
EPSILON = 1e-12
WORD = re.compile(r"[^\W\d_]+(?:[-'’ʼ][^\W\d_]+)*")

Keywords = dict[int, dict[str, list[str]]]


class _OfLang(NamedTuple):
    lang: str
    of_theme: dict[int, list[str]]
    rows: list[int]


def npmi(together: float, first: float, second: float) -> float:
    """Normalised pointwise mutual information of two words, -1 (never together) to 1 (never apart),
    from the shares of articles that have both, the first, the second."""
    if together == 0:
        return -1.0
    if together == 1:
        return 1.0
    return float(np.log(together / (first * second)) / -np.log(together))


def best_words(keywords: Keywords) -> dict[str, dict[int, list[str]]]:
    """The first ten words of each theme, by language, folded and each once."""
    words: dict[str, dict[int, list[str]]] = {}
    for theme, by_lang in keywords.items():
        if theme == NOISE:
            continue
        for lang, best in by_lang.items():
            folded = list(dict.fromkeys(word.casefold() for word in best[:N_KEYWORDS]))
            if folded:
                words.setdefault(lang, {})[theme] = folded
    return words


def _each_lang(keywords: Keywords, langs: np.ndarray) -> Iterator[_OfLang]:
    """The best words of each theme in each language that has enough articles."""
    for lang, of_theme in sorted(best_words(keywords).items()):
        rows = np.flatnonzero(langs == lang).tolist()
        if len(rows) >= FEWEST_ARTICLES:
            yield _OfLang(lang, of_theme, rows)


def npmi_scores(
    keywords: Keywords, texts: Sequence[str | Collection[str] | None], langs: np.ndarray
) -> dict[str, float]:
    """NPMI of the keywords of each language, and the mean over languages; beside it the share of
    keywords that no article has as written, of which nothing can be said. A text of None is not counted."""
    metrics: dict[str, float] = {}
    n_words = n_unseen = 0
    for lang, of_theme, rows in _each_lang(keywords, langs):
        known = [text for row in rows if (text := texts[row]) is not None]
        shares, index = _shares_together(known, of_theme)
        seen = {
            theme: [index[w] for w in best if shares[index[w], index[w]]] for theme, best in of_theme.items()
        }
        n_words += sum(map(len, of_theme.values()))
        n_unseen += sum(len(of_theme[theme]) - len(words) for theme, words in seen.items())
        scores = [_mean_npmi(shares, words) for words in seen.values() if len(words) > 1]
        if scores:
            metrics[f"themes/lang={lang}/npmi"] = float(np.mean(scores))
    if metrics:
        metrics["themes/npmi"] = float(np.mean(list(metrics.values())))
    if n_words:
        metrics["themes/keywords_unseen"] = n_unseen / n_words
    return metrics


def c_v_scores(
    keywords: Keywords, texts: Sequence[Sequence[str]], langs: np.ndarray
) -> tuple[dict[str, float], dict[int, float]]:
    """C_v of the keywords of each language and its mean over languages; and of each theme, the mean over
    its languages. ``texts`` (n_articles,) are the words of each article in their order; of more than 20,000
    articles of a language a fixed sample is counted."""
    metrics: dict[str, float] = {}
    of_themes: dict[int, list[float]] = {}
    for lang, of_theme, rows in _each_lang(keywords, langs):
        if len(rows) > MOST_ARTICLES:
            rows = np.sort(np.random.default_rng(0).choice(rows, MOST_ARTICLES, replace=False)).tolist()
        scores = c_v(of_theme, [texts[row] for row in rows])
        for theme, score in scores.items():
            of_themes.setdefault(theme, []).append(score)
        if scores:
            metrics[f"themes/lang={lang}/c_v"] = float(np.mean(list(scores.values())))
    if metrics:
        metrics["themes/c_v"] = float(np.mean(list(metrics.values())))
    return metrics, {theme: float(np.mean(scores)) for theme, scores in sorted(of_themes.items())}


def c_v(
    of_theme: dict[int, list[str]], texts: Sequence[Sequence[str]], window: int = WINDOW
) -> dict[int, float]:
    """C_v of each theme of which two words at least occur in ``texts``."""
    index = {
        word: row for row, word in enumerate(dict.fromkeys(w for best in of_theme.values() for w in best))
    }
    shares = _shares_in_windows(texts, index, window)
    scores = {}
    for theme, best in of_theme.items():
        words = [index[word] for word in best if shares[index[word], index[word]]]
        if len(words) > 1:
            vectors = _npmi_matrix(shares[np.ix_(words, words)])
            scores[theme] = _mean_cosine(vectors, vectors.sum(axis=0))
    return scores


def _shares_in_windows(texts: Sequence[Sequence[str]], index: dict[str, int], window: int) -> np.ndarray:
    """Share of the windows of ``texts`` that have two words together (n_words, n_words), alone on the
    diagonal. A text shorter than a window is one."""
    counts, n_windows = np.zeros((len(index), len(index))), 0
    for text in texts:
        ids = np.array([index.get(word.casefold(), -1) for word in text], dtype=np.int64)
        size = min(window, len(ids))
        n_windows += len(ids) - size + 1 if size else 0
        words = np.unique(ids[ids >= 0])
        if not len(words):
            continue
        seen = np.zeros((len(ids) + 1, len(words)))
        np.cumsum(ids[:, None] == words, axis=0, out=seen[1:])
        inside = (seen[size:] > seen[:-size]).astype(np.float64)
        counts[np.ix_(words, words)] += inside.T @ inside
    return counts / max(n_windows, 1)


def _npmi_matrix(shares: np.ndarray) -> np.ndarray:
    """NPMI of each pair of words (n, n), from the shares of windows that have both."""
    alone = np.diagonal(shares)
    together = np.log(shares + EPSILON)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = (together - np.log(np.outer(alone, alone))) / -together
    return np.where(shares == 1, 1.0, values)


def _mean_cosine(vectors: np.ndarray, whole: np.ndarray) -> float:
    norms = np.linalg.norm(vectors, axis=1) * np.linalg.norm(whole)
    return float(np.mean(np.divide(vectors @ whole, norms, out=np.zeros(len(vectors)), where=norms > 0)))


def _mean_npmi(shares: np.ndarray, words: list[int]) -> float:
    return float(np.mean([npmi(shares[a, b], shares[a, a], shares[b, b]) for a, b in combinations(words, 2)]))


def _shares_together(
    texts: list[str | Collection[str]], of_theme: dict[int, list[str]]
) -> tuple[np.ndarray, dict[str, int]]:
    """Share of ``texts`` that have two words together (n_words, n_words), alone on the diagonal; and
    the row of each word."""
    from scipy.sparse import csr_array

    words = dict.fromkeys(word for best in of_theme.values() for word in best)
    index = {word: row for row, word in enumerate(words)}
    found = [sorted({index[word] for word in _words(text) if word in index}) for text in texts]
    starts = np.cumsum([0, *map(len, found)])
    columns = np.array([column for one in found for column in one], dtype=np.int64)
    present = csr_array((np.ones(len(columns)), columns, starts), shape=(len(texts), len(index)))
    return (present.T @ present).toarray() / len(texts), index


def _words(text: str | Collection[str]) -> set[str]:
    if isinstance(text, str):
        return set(WORD.findall(text.casefold()))
    return {word.casefold() for word in text}
