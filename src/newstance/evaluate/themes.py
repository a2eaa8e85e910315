"""How good themes are: apart in space, across languages, with words that belong together, and, where
articles are labelled, as people see them.

No one number decides (the order of methods turns with the metric), so there are several. Clustering
scores are scikit-learn's; coherence is the normalised pointwise mutual information of keywords (Bouma
2009; Lau, Newman & Baldwin 2014, aclanthology.org/E14-1056), diversity that of Dieng, Ruiz & Blei 2020
(arXiv:1907.04907).
"""

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence, Sized
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from newstance.tables import NOISE, UNKNOWN_LANG

N_KEYWORDS = 10
SILHOUETTE_SAMPLE = 5_000
# Over fewer articles any two words that meet once look bound to each other.
FEWEST_ARTICLES = 10
WORD = re.compile(r"[^\W\d_]+(?:[-'’ʼ][^\W\d_]+)*")
TABLE = {
    "theme_id": pl.Int64,
    "n": pl.Int64,
    "label": pl.String,
    "label_share": pl.Float64,
    "lang_entropy": pl.Float64,
}

Keywords = dict[int, dict[str, list[str]]]


@dataclass(frozen=True)
class ThemeScores:
    """``metrics`` by name ("themes/noise") and a ``table`` of a row a theme.

    A score that cannot be had (a silhouette of one theme) is no metric.
    """

    metrics: dict[str, float]
    table: pl.DataFrame


def theme_scores(
    vectors: np.ndarray,
    theme_ids: np.ndarray,
    langs: Sequence[str | None],
    keywords: Keywords,
    texts: Sequence[str | Collection[str]],
    labels: Sequence[str | None] | None = None,
) -> ThemeScores:
    """Scores of the themes ``theme_ids`` (n,), -1 for noise, of articles with ``vectors`` (n, n_dims).

    ``keywords`` is ``{theme_id: {lang: [word, …]}}``. ``texts`` (n,) are the articles in which
    keywords are looked up: give the words of each where keywords are lemmas or a language puts no
    spaces; a string is parted into its written words. ``labels`` (n,) is what people called each
    article, None where nobody did.
    """
    theme_ids = np.asarray(theme_ids, dtype=np.int64)
    lang_of = np.array([lang or UNKNOWN_LANG for lang in langs], dtype=object)
    _check_lengths(len(theme_ids), vectors=vectors, langs=lang_of, texts=texts, labels=labels)
    label_of = np.full(len(theme_ids), None) if labels is None else np.array(list(labels), dtype=object)
    table = _table(theme_ids, lang_of, label_of)
    metrics = {"themes/n_themes": float(table.height)}
    if len(theme_ids):
        metrics["themes/noise"] = float(np.mean(theme_ids == NOISE))
        metrics["themes/lang_entropy_corpus"] = entropy(lang_of)
    if table.height:
        metrics["themes/lang_entropy"] = float(table["lang_entropy"].to_numpy().mean())
    metrics |= _silhouette(np.asarray(vectors), theme_ids)
    metrics |= _diversity(keywords) | _coherence(keywords, texts, lang_of)
    return ThemeScores(metrics | _agreement(theme_ids, label_of), table)


def entropy(values: Iterable[Hashable]) -> float:
    """Entropy in bits of the shares of distinct ``values``: 0 for one, 1 for two of equal share."""
    counts = np.array(list(Counter(values).values()), dtype=np.float64)
    shares = counts / counts.sum()
    return float(np.sum(shares * np.log2(1 / shares)))


def purity(labels: np.ndarray, theme_ids: np.ndarray) -> float:
    """Share of articles whose label is the most frequent of their theme (both (n,))."""
    right = sum(Counter(labels[theme_ids == theme]).most_common(1)[0][1] for theme in np.unique(theme_ids))
    return right / len(labels)


def npmi(together: float, first: float, second: float) -> float:
    """Normalised pointwise mutual information of two words, -1 (never together) to 1 (never apart),
    from the shares of articles that have both, the first, the second."""
    if together == 0:
        return -1.0
    if together == 1:
        return 1.0
    return float(np.log(together / (first * second)) / -np.log(together))


def _check_lengths(n: int, **columns: Sized | None) -> None:
    for name, values in columns.items():
        if values is not None and len(values) != n:
            raise ValueError(f"{name}: {len(values)} rows for {n} articles; expected one each.")


def _table(theme_ids: np.ndarray, langs: np.ndarray, labels: np.ndarray) -> pl.DataFrame:
    rows = []
    for theme in np.unique(theme_ids[theme_ids != NOISE]):
        own = theme_ids == theme
        said = Counter(label for label in labels[own] if label is not None)
        # Of equally frequent labels the first by name, so that the order of articles plays no part.
        label, count = min(said.items(), key=lambda one: (-one[1], one[0])) if said else (None, 0)
        share = count / said.total() if said else None
        rows.append((int(theme), int(own.sum()), label, share, entropy(langs[own])))
    return pl.DataFrame(rows, schema=TABLE, orient="row")


def _silhouette(vectors: np.ndarray, theme_ids: np.ndarray) -> dict[str, float]:
    from sklearn.metrics import silhouette_score

    rows = np.flatnonzero(theme_ids != NOISE)
    if len(rows) > SILHOUETTE_SAMPLE:
        rows = np.sort(np.random.default_rng(0).choice(rows, SILHOUETTE_SAMPLE, replace=False))
    n_themes = len(np.unique(theme_ids[rows]))
    if not 2 <= n_themes < len(rows):
        return {}
    score = silhouette_score(vectors[rows], theme_ids[rows], metric="cosine")
    return {"themes/silhouette": float(score)}


def _best_words(keywords: Keywords) -> dict[str, dict[int, list[str]]]:
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


def _diversity(keywords: Keywords) -> dict[str, float]:
    shares = []
    for of_theme in _best_words(keywords).values():
        words = [word for best in of_theme.values() for word in best]
        shares.append(len(set(words)) / len(words))
    return {"themes/keyword_diversity": float(np.mean(shares))} if shares else {}


def _coherence(
    keywords: Keywords, texts: Sequence[str | Collection[str]], langs: np.ndarray
) -> dict[str, float]:
    """NPMI of the keywords of each language, and the mean over languages; beside it the share of
    keywords that no article has as written, of which nothing can be said."""
    metrics: dict[str, float] = {}
    n_words = n_unseen = 0
    for lang, of_theme in sorted(_best_words(keywords).items()):
        rows = np.flatnonzero(langs == lang).tolist()
        if len(rows) < FEWEST_ARTICLES:
            continue
        shares, index = _shares_together([texts[row] for row in rows], of_theme)
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


def _agreement(theme_ids: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Agreement with ``labels`` over all labelled articles, noise as a theme of its own, and over
    those that have a theme ("_assigned")."""
    labelled = np.array([label is not None for label in labels], dtype=bool)
    metrics: dict[str, float] = {}
    for suffix, rows in (("", labelled), ("_assigned", labelled & (theme_ids != NOISE))):
        if not labelled.any():
            continue
        metrics[f"themes/n_labelled{suffix}"] = float(rows.sum())
        metrics |= _agreement_scores(theme_ids[rows], labels[rows].astype(str), suffix)
    return metrics


def _agreement_scores(theme_ids: np.ndarray, labels: np.ndarray, suffix: str) -> dict[str, float]:
    from sklearn.metrics import (
        adjusted_mutual_info_score,
        adjusted_rand_score,
        v_measure_score,
    )

    # One label agrees with anything; a score of 1 would say nothing.
    if len(np.unique(labels)) < 2:
        return {}
    scores = {
        "ami": adjusted_mutual_info_score,
        "ari": adjusted_rand_score,
        "v_measure": v_measure_score,
        "purity": purity,
    }
    return {f"themes/{name}{suffix}": float(score(labels, theme_ids)) for name, score in scores.items()}
