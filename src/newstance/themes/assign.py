"""The one rule that gives a text its theme: a calibrated linear head over its vector.

Density clustering finds themes but has no predict to trust, so a head is fitted to what it found and
assigns every text: those it was fitted on, new ones, one by one, in batches, after loading. One head
a theme ("one versus rest"), so that a text that fits no theme gets a low probability for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from newstance.linear import linear
from newstance.tables import NOISE

CORE, ASSIGNED, REJECTED = "core", "assigned", "noise"
CORE_QUANTILE = 0.25
N_FOLDS = 5
NEVER = -30.0  # logit of a theme without a single text


@dataclass(frozen=True)
class ThemeHead:
    """Fitted weights: ``coef`` (n_themes, n_dims), ``intercept`` (n_themes,), both calibrated.

    A text whose best probability is below ``reject`` is noise, from ``core`` on it is a core text.
    """

    coef: np.ndarray
    intercept: np.ndarray
    reject: float
    core: float

    @property
    def n_themes(self) -> int:
        """How many themes a text can get."""
        return len(self.coef)

    def keep(self, themes: np.ndarray) -> "ThemeHead":
        """The head with some of its themes, in that order."""
        return replace(self, coef=self.coef[themes], intercept=self.intercept[themes])

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Probability that each text belongs to each theme, (n_texts, n_themes); rows need not sum
        to one, as a text may fit several themes or none."""
        return 1 / (1 + np.exp(-np.clip(linear(vectors, self.coef, self.intercept), -30, 30)))

    def predict(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Theme (or -1), probability of the best theme, and core / assigned / noise, of each text."""
        if not self.n_themes:
            n_texts = len(vectors)
            return np.full(n_texts, NOISE), np.zeros(n_texts), np.full(n_texts, REJECTED, dtype=object)
        # Rounded, so that the last bit of a sum never decides.
        probabilities = np.round(self.probabilities(vectors), 6)
        # A zero vector is a text without a known word: of no theme, whatever the intercepts say.
        known = vectors.any(axis=1)
        best = np.where(known, probabilities.max(axis=1), 0.0)
        theme = np.where(known & (best >= self.reject), probabilities.argmax(axis=1), NOISE)
        how = np.where(best >= self.core, CORE, ASSIGNED).astype(object)
        how[theme == NOISE] = REJECTED
        return theme, best, how


def empty_head(n_dims: int) -> ThemeHead:
    """The head of a model without themes: every text is noise."""
    return ThemeHead(np.zeros((0, n_dims)), np.zeros(0), 0.5, 0.5)


class Lessons(NamedTuple):
    """What a head is fitted to: ``vectors`` (n, n_dims), their ``labels`` and ``weights`` (n,), and
    the ``groups`` (n,) that are never on both sides of a split."""

    vectors: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    groups: np.ndarray

    def take(self, rows: np.ndarray) -> "Lessons":
        """Some of the rows."""
        return Lessons(*(column[rows] for column in self))


def fit_head(lessons: Lessons, articles: np.ndarray, max_noise: float, C: float = 10.0) -> ThemeHead:
    """Fit the head to found labels.

    The temperature comes from predictions for texts left out of the fit. The reject threshold is 0.5,
    or lower where more than ``max_noise`` of ``articles`` (n_articles, n_dims) would fall below it.
    """
    n_themes = int(lessons.labels.max(initial=NOISE)) + 1
    if not n_themes:
        return empty_head(articles.shape[1])
    coef, intercept = _one_versus_rest(lessons, n_themes, C)
    temperature = _temperature(lessons, n_themes, C)
    head = ThemeHead(coef / temperature, intercept / temperature, 0.5, 0.5)
    best = head.probabilities(articles[articles.any(axis=1)]).max(axis=1)
    # "lower", as a threshold between two articles would turn one more of them away than allowed.
    lowest = min(0.5, np.quantile(best, max_noise, method="lower")) if len(best) else 0.5
    reject = float(np.floor(lowest * 1e6) / 1e6)
    own = head.probabilities(lessons.vectors)[np.arange(len(lessons.labels)), lessons.labels]
    core = max(float(np.round(np.quantile(own, CORE_QUANTILE), 6)), reject)
    return ThemeHead(head.coef, head.intercept, reject, core)


def _one_versus_rest(lessons: Lessons, n_themes: int, C: float) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.linear_model import LogisticRegression

    vectors = lessons.vectors
    coef, intercept = np.zeros((n_themes, vectors.shape[1])), np.full(n_themes, NEVER)
    for theme in range(n_themes):
        own = lessons.labels == theme
        if own.all():
            # With one theme there is nothing to tell it from: a cosine of 0.25 with its centre is even.
            coef[theme], intercept[theme] = 4 * vectors.mean(axis=0), -1.0
        elif own.any():
            head = LogisticRegression(C=C, max_iter=300).fit(vectors, own, sample_weight=lessons.weights)
            coef[theme], intercept[theme] = head.coef_[0], head.intercept_[0]
    return coef, intercept


def _temperature(lessons: Lessons, n_themes: int, C: float) -> float:
    """The divisor of the logits that makes left-out probabilities fit best (Guo et al. 2017,
    arXiv:1706.04599); 1 where there are too few groups to leave any out."""
    from scipy.optimize import minimize_scalar
    from sklearn.model_selection import GroupKFold

    vectors, labels, weights, groups = lessons
    if n_themes < 2 or len(np.unique(groups)) < 2 * N_FOLDS:
        return 1.0
    logits = np.zeros((len(labels), n_themes))
    counted = np.tile(weights[:, None], n_themes)
    for train, test in GroupKFold(N_FOLDS).split(vectors, labels, groups):
        logits[test] = linear(vectors[test], *_one_versus_rest(lessons.take(train), n_themes, C))
        # A theme of one group is unknown without it, which says nothing of how sure the head is.
        counted[np.ix_(test, np.setdiff1d(np.arange(n_themes), labels[train]))] = 0
    signed = np.where(labels[:, None] == np.arange(n_themes), logits, -logits)

    def loss(log_temperature: float) -> float:
        return float(np.sum(counted * np.logaddexp(0, -signed / np.exp(log_temperature))))

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def mixtures(theme_ids: np.ndarray, article_rows: np.ndarray, n_articles: int) -> list[list[dict]]:
    """Share of each theme among the sentences of each article that have one, largest first."""
    shares: list[list[dict]] = [[] for _ in range(n_articles)]
    keep = theme_ids != NOISE
    pairs, counts = np.unique(np.stack([article_rows[keep], theme_ids[keep]]), axis=1, return_counts=True)
    totals = np.bincount(article_rows[keep], minlength=n_articles)
    for (article, theme), count in zip(pairs.T, counts, strict=True):
        shares[article].append({"theme_id": int(theme), "share": float(count / totals[article])})
    return [sorted(one, key=lambda part: (-part["share"], part["theme_id"])) for one in shares]


def pool(vectors: np.ndarray, article_rows: np.ndarray | Sequence[int], n_articles: int) -> np.ndarray:
    """Article vectors: the sum of an article's sentence vectors (n_articles, n_dims), unit rows."""
    sums = np.zeros((n_articles, vectors.shape[1]), dtype=np.float64)
    np.add.at(sums, np.asarray(article_rows), vectors)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.divide(sums, norms, out=np.zeros_like(sums), where=norms > 0).astype(np.float32)
