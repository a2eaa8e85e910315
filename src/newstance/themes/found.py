"""Heads of the themes that density found: logistic regressions over articles and their sentences."""

from typing import NamedTuple

import numpy as np

from newstance.linear import linear
from newstance.tables import NOISE
from newstance.themes.tree import centres_of, nearest

N_FOLDS = 3
C = 10.0
SENTENCES_AN_ARTICLE = 4
LEAST_STABILITY = 0.3


class HeadExamples(NamedTuple):
    """What the heads of found themes are fitted to: ``vectors`` (n, n_dims), their ``labels`` (n,), -1 for a
    text of none of the found themes, the theme each row says nothing about as ``unclear`` (n,) or -1,
    ``weights`` (n,), and ``groups`` (n,) that are never on both sides of a split."""

    vectors: np.ndarray
    labels: np.ndarray
    unclear: np.ndarray
    weights: np.ndarray
    groups: np.ndarray

    def take(self, rows: np.ndarray) -> "HeadExamples":
        """Some of the rows."""
        return HeadExamples(*(column[rows] for column in self))


def merge_weak(
    vectors: np.ndarray, labels: np.ndarray, stability: np.ndarray, fewest: int
) -> tuple[np.ndarray, np.ndarray]:
    """``labels`` (n,) with each weak theme in its nearest, and the themes that were kept, (n_kept,).

    Weak is a theme of fewer than ``fewest`` texts, or one whose ``stability`` (n_themes,) is below 0.3. The
    kept themes are numbered anew, in their order. The last theme is never merged.
    """
    sizes = np.bincount(labels[labels != NOISE], minlength=len(stability))
    strong = (sizes >= fewest) & ~(stability < LEAST_STABILITY)
    if strong.all() or not len(strong):
        return labels, np.arange(len(strong))
    if not strong.any():
        strong[np.argmax(sizes)] = True
    kept = np.flatnonzero(strong)
    centres = centres_of(vectors[labels != NOISE], labels[labels != NOISE])
    goes_to = np.where(strong, np.cumsum(strong) - 1, nearest(centres, centres[kept]))
    return np.where(labels == NOISE, NOISE, goes_to[labels]), kept


def head_examples(
    sentences: np.ndarray,
    article_rows: np.ndarray,
    articles: np.ndarray,
    labels: np.ndarray,
    unclear: np.ndarray,
    seed: int,
) -> HeadExamples:
    """Articles and at most four sentences of each, which weigh as much together as the article, so that the
    head knows how far single sentences stray.

    ``sentences`` (n_sentences, n_dims) of the articles ``article_rows`` (n_sentences,), ``articles``
    (n_articles, n_dims); ``labels`` and ``unclear`` are of articles, (n_articles,).
    """
    order = np.random.default_rng(seed).permutation(len(sentences))
    order = order[np.argsort(article_rows[order], kind="stable")]
    place = np.arange(len(order)) - np.searchsorted(article_rows[order], article_rows[order])
    drawn = order[(place < SENTENCES_AN_ARTICLE) & sentences[order].any(axis=1)]
    rows = article_rows[drawn]
    n_drawn = np.bincount(rows, minlength=len(articles))
    some = np.flatnonzero(articles.any(axis=1))
    return HeadExamples(
        np.concatenate([articles[some], sentences[drawn]]),
        np.concatenate([labels[some], labels[rows]]),
        np.concatenate([unclear[some], unclear[rows]]),
        np.concatenate([np.ones(len(some)), 1.0 / n_drawn[rows]]),
        np.concatenate([some, rows]),
    )


def fit_found(examples: HeadExamples) -> tuple[np.ndarray, np.ndarray]:
    """Weights (n_themes, n_dims) and intercepts (n_themes,), calibrated: the temperature comes from
    predictions for texts left out of the fit."""
    n_themes = int(examples.labels.max(initial=NOISE)) + 1
    coef, intercept = _one_versus_rest(examples, n_themes)
    temperature = _temperature(examples, n_themes)
    return coef / temperature, intercept / temperature


def _one_versus_rest(examples: HeadExamples, n_themes: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.linear_model import LogisticRegression

    coef = np.zeros((n_themes, examples.vectors.shape[1]))
    intercept = np.full(n_themes, -30.0)  # a theme without a single text is never given
    for theme in range(n_themes):
        known = examples.unclear != theme
        own = examples.labels[known] == theme
        vectors = examples.vectors[known]
        if own.all() and len(own):
            # With one theme there is nothing to tell it from: a cosine of 0.25 with its centre is even.
            coef[theme], intercept[theme] = 4 * vectors.mean(axis=0), -1.0
        elif own.any():
            head = LogisticRegression(C=C, max_iter=300)
            head.fit(vectors, own, sample_weight=examples.weights[known])
            coef[theme], intercept[theme] = head.coef_[0], head.intercept_[0]
    return coef, intercept


def _temperature(examples: HeadExamples, n_themes: int) -> float:
    """The divisor of the logits that makes left-out probabilities fit best (Guo et al. 2017,
    arXiv:1706.04599); 1 where there are too few groups to leave any out."""
    from scipy.optimize import minimize_scalar
    from sklearn.model_selection import GroupKFold

    labels, groups = examples.labels, examples.groups
    if n_themes < 2 or len(np.unique(groups)) < 4 * N_FOLDS:
        return 1.0
    logits = np.zeros((len(labels), n_themes))
    counted = np.where(examples.unclear[:, None] == np.arange(n_themes), 0.0, examples.weights[:, None])
    for train, test in GroupKFold(N_FOLDS).split(examples.vectors, labels, groups):
        logits[test] = linear(examples.vectors[test], *_one_versus_rest(examples.take(train), n_themes))
        # A theme of one group is unknown without it, which says nothing of how sure the head is.
        counted[np.ix_(test, np.setdiff1d(np.arange(n_themes), labels[train]))] = 0
    signed = np.where(labels[:, None] == np.arange(n_themes), logits, -logits)

    def loss(log_temperature: float) -> float:
        return float(np.sum(counted * np.logaddexp(0, -signed / np.exp(log_temperature))))

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))
