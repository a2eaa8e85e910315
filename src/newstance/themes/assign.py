"""The one rule that gives a text its theme: a calibrated linear head over its vector.

It assigns every text: those it was fitted on, new ones, one by one, in batches, after loading. One row a
theme ("one versus rest"), so that a text that fits no theme gets a low probability for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from newstance.linear import linear, unit_rows
from newstance.tables import NOISE

CORE, ASSIGNED, REJECTED = "core", "assigned", "noise"
REJECT = 0.5
CORE_QUANTILE = 0.25
ARTICLES_AT_ONCE = 1024  # of which the vectors are summed, so that memory stays bounded


class Assigned(NamedTuple):
    """What a head says of texts, (n_texts,) each: ``theme_ids`` (-1 for none), the probability of the best
    theme, ``assigned`` as core, assigned or noise, and the id of the best theme, sure or not (-1 where no
    word is known)."""

    theme_ids: np.ndarray
    probas: np.ndarray
    assigned: np.ndarray
    nearest_ids: np.ndarray


@dataclass(frozen=True)
class ThemeHead:
    """Fitted weights: ``coef`` (n_rows, n_dims), ``intercept`` (n_rows,), both calibrated, and the id of
    the theme of each row, ``theme_ids`` (n_rows,). A theme made of others has a row for each of them, and its
    probability is that of the surest.

    A text whose best probability is below ``reject`` is noise, from ``core`` on it is a core text.
    ``is_named`` (n_rows,) marks the themes that a user named: a text that one of them has at one half or
    more is theirs, whatever the others say.
    """

    coef: np.ndarray
    intercept: np.ndarray
    theme_ids: np.ndarray
    reject: float = 0.5
    core: float = 0.5
    is_named: np.ndarray | None = None

    @property
    def n_themes(self) -> int:
        """How many themes a text can get."""
        return len(np.unique(self.theme_ids))

    def keep(self, rows: np.ndarray) -> "ThemeHead":
        """The head with some of its rows, in that order."""
        return replace(
            self,
            coef=self.coef[rows],
            intercept=self.intercept[rows],
            theme_ids=self.theme_ids[rows],
            is_named=None if self.is_named is None else self.is_named[rows],
        )

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Probability that each text belongs to the theme of each row, (n_texts, n_rows); they need not sum
        to one, as a text may fit several themes or none."""
        return _shares(linear(vectors, self.coef, self.intercept))

    def predict(self, vectors: np.ndarray) -> Assigned:
        """The theme of each row of ``vectors`` (n_texts, n_dims)."""
        nothing = np.full(len(vectors), NOISE)
        if not len(self.coef):
            none = np.full(len(vectors), REJECTED, dtype=object)
            return Assigned(nothing, np.zeros(len(vectors)), none, nothing)
        # Rounded, so that the last bit of a sum never decides. Logits tell apart what is all but certain.
        logits = np.round(linear(vectors, self.coef, self.intercept), 6)
        # A zero vector is a text without a known word: of no theme, whatever the intercepts say.
        known = vectors.any(axis=1)
        row = self.best_rows(logits)
        best = np.where(known, np.round(_shares(logits[np.arange(len(row)), row]), 6), 0.0)
        nearest = np.where(known, self.theme_ids[row], NOISE)
        theme = np.where(known & (best >= self.reject), nearest, NOISE)
        how = np.where(best >= self.core, CORE, ASSIGNED).astype(object)
        how[theme == NOISE] = REJECTED
        return Assigned(theme, best, how, nearest)

    def best_rows(self, logits: np.ndarray) -> np.ndarray:
        """The row of the head that gives each text its theme, (n_texts,)."""
        best = logits.argmax(axis=1)
        if self.is_named is None or not self.is_named.any():
            return best
        of_named = np.where(self.is_named, logits, -np.inf)
        chosen: np.ndarray = np.where(of_named.max(axis=1) >= 0, of_named.argmax(axis=1), best)
        return chosen


def _shares(logits: np.ndarray) -> np.ndarray:
    shares: np.ndarray = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return shares


def with_thresholds(head: ThemeHead, articles: np.ndarray, max_noise: float | None) -> ThemeHead:
    """``head`` with its thresholds: ``reject`` is one half, or lower where ``max_noise`` is given and more
    than that share of ``articles`` (n_articles, n_dims) would have no theme; ``core`` is the 25 % quantile of
    the probabilities of articles that have one."""
    best = head.predict(articles[articles.any(axis=1)]).probas
    reject = REJECT
    if max_noise is not None and len(best):
        # "lower", as a threshold between two articles would turn one more of them away than allowed.
        reject = min(REJECT, float(np.quantile(best, max_noise, method="lower")))
    given = best[best >= reject]
    core = float(np.round(np.quantile(given, CORE_QUANTILE), 6)) if len(given) else REJECT
    return replace(head, reject=reject, core=max(core, reject))


def mixtures(theme_ids: np.ndarray, article_rows: np.ndarray, n_articles: int) -> list[list[dict]]:
    """Share of each theme among the sentences of each article that have one, largest first."""
    shares: list[list[dict]] = [[] for _ in range(n_articles)]
    keep = theme_ids != NOISE
    articles, themes = article_rows[keep], theme_ids[keep]
    if not len(articles):
        return shares
    n_ids = int(themes.max()) + 1
    pairs, counts = np.unique(articles * n_ids + themes, return_counts=True)
    articles, themes = np.divmod(pairs, n_ids)
    parts = counts / np.bincount(articles, counts)[articles]
    order = np.lexsort((themes, -parts, articles))
    columns = (column[order].tolist() for column in (articles, themes, parts))
    for article, theme, share in zip(*columns, strict=True):
        shares[article].append({"theme_id": theme, "share": share})
    return shares


def pool(vectors: np.ndarray, article_rows: np.ndarray | Sequence[int], n_articles: int) -> np.ndarray:
    """Article vectors: the sum of an article's sentence vectors (n_articles, n_dims), unit rows.

    ``vectors`` (n_sentences, n_dims) are those of the theme space: what all news shares is out before the
    sum.
    """
    rows = np.asarray(article_rows, dtype=np.int64)
    order = np.argsort(rows, kind="stable")
    present, starts = np.unique(rows[order], return_index=True)
    bounds = np.append(starts, len(rows))
    sums = np.zeros((n_articles, vectors.shape[1]), dtype=np.float64)
    for first in range(0, len(present), ARTICLES_AT_ONCE):
        some = slice(first, first + ARTICLES_AT_ONCE)
        begin, end = bounds[first], bounds[first:][: ARTICLES_AT_ONCE + 1][-1]
        own = vectors[order[begin:end]].astype(np.float64)
        sums[present[some]] = np.add.reduceat(own, starts[some] - begin, axis=0)
    return unit_rows(sums).astype(np.float32)
