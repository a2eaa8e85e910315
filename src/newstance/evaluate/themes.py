"""How good themes are: apart in space, across languages, with words that belong together, and, where
articles are labelled, as people see them.

No one number decides (the order of methods turns with the metric), so there are several. Clustering
scores are scikit-learn's; coherence is in ``evaluate.coherence``, diversity that of Dieng, Ruiz & Blei 2020
(arXiv:1907.04907).
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence, Sized
from dataclasses import dataclass

import numpy as np
import polars as pl

from newstance.evaluate.coherence import Keywords, best_words, npmi_scores
from newstance.tables import NOISE, UNKNOWN_LANG

SILHOUETTE_SAMPLE = 5_000
TABLE = {
    "theme_id": pl.Int64,
    "n": pl.Int64,
    "label": pl.String,
    "label_share": pl.Float64,
    "lang_entropy": pl.Float64,
    "source_entropy": pl.Float64,
}


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
    texts: Sequence[str | Collection[str] | None],
    labels: Sequence[str | None] | None = None,
    sources: Sequence[str | None] | None = None,
) -> ThemeScores:
    """Scores of the themes ``theme_ids`` (n,), -1 for noise, of articles with ``vectors`` (n, n_dims).

    ``keywords`` is ``{theme_id: {lang: [word, …]}}``. ``texts`` (n,) are the articles in which
    keywords are looked up: give the words of each where keywords are lemmas or a language puts no
    spaces; a string is parted into its written words, and None is not looked at. ``labels`` (n,) is
    what people called each article, None where nobody did; ``sources`` (n,) are the outlets, as far
    as they are known.
    """
    theme_ids = np.asarray(theme_ids, dtype=np.int64)
    lang_of = np.array([lang or UNKNOWN_LANG for lang in langs], dtype=object)
    _check_lengths(
        len(theme_ids), vectors=vectors, langs=lang_of, texts=texts, labels=labels, sources=sources
    )
    label_of = np.full(len(theme_ids), None) if labels is None else np.array(list(labels), dtype=object)
    source_of = np.full(len(theme_ids), None) if sources is None else np.array(list(sources), dtype=object)
    table = _table(theme_ids, lang_of, label_of, source_of)
    metrics = {"themes/n_themes": float(table.height)}
    if len(theme_ids):
        metrics["themes/noise"] = float(np.mean(theme_ids == NOISE))
        metrics["themes/lang_entropy_corpus"] = entropy(lang_of)
    if table.height:
        metrics["themes/lang_entropy"] = float(table["lang_entropy"].to_numpy().mean())
    if any(source_of):
        metrics["themes/source_entropy_corpus"] = entropy(source_of[source_of != None])  # noqa: E711
    if table["source_entropy"].count():
        metrics["themes/source_entropy"] = float(table["source_entropy"].drop_nulls().to_numpy().mean())
    metrics |= _silhouette(np.asarray(vectors), theme_ids)
    metrics |= _diversity(keywords) | npmi_scores(keywords, texts, lang_of)
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


def _check_lengths(n: int, **columns: Sized | None) -> None:
    for name, values in columns.items():
        if values is not None and len(values) != n:
            raise ValueError(f"{name}: {len(values)} rows for {n} articles; expected one each.")


def _table(theme_ids: np.ndarray, langs: np.ndarray, labels: np.ndarray, sources: np.ndarray) -> pl.DataFrame:
    rows = []
    for theme in np.unique(theme_ids[theme_ids != NOISE]):
        own = theme_ids == theme
        said = Counter(label for label in labels[own] if label is not None)
        # Of equally frequent labels the first by name, so that the order of articles plays no part.
        label, count = min(said.items(), key=lambda one: (-one[1], one[0])) if said else (None, 0)
        share = count / said.total() if said else None
        known = [source for source in sources[own] if source]
        spread = entropy(known) if known else None
        rows.append((int(theme), int(own.sum()), label, share, entropy(langs[own]), spread))
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


def _diversity(keywords: Keywords) -> dict[str, float]:
    shares = []
    for of_theme in best_words(keywords).values():
        words = [word for best in of_theme.values() for word in best]
        shares.append(len(set(words)) / len(words))
    return {"themes/keyword_diversity": float(np.mean(shares))} if shares else {}


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
