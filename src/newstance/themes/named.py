"""Heads of the themes that a user names: calibrated anchors, contrasted with each other.

The anchor of a theme is the mean of its name, its description and the mean of its examples, a third each.
How near a text is to it is measured against everyday news: the similarity less the median similarity of the
background, in spreads of the background (median less 16 % quantile, the lower half, as a broad theme has
true members in the upper half). So a text is judged alike in a corpus of one article and of a million. A
ridge-penalised logistic regression with that measure as its offset then learns, from the codebook's own
texts and from labelled texts where there are any, what sets the themes apart. All of it is linear in the
vector and becomes one row of the theme head.
"""

from typing import NamedTuple

import numpy as np

from newstance.linear import unit_rows

# A text belongs to a theme from this many spreads above the median of everyday news on, before contrast.
OFFSET = 3.0
# Fewer themes than this have little to be told apart from, so a text must lie nearer to them.
FEW_THEMES, OFFSET_OF_FEW = 5, 3.5
PENALTY = 0.3
BIAS_INPUT = 0.3  # the constant input; small, so that the penalty holds the intercept near the offset
SPREAD_QUANTILE = 0.16


class ThemeTexts(NamedTuple):
    """Unit vectors of a named theme's texts: ``own`` (n, n_dims), name first, description second where there
    is one, examples after; ``n_head`` of them are name and description; ``others`` (m, n_dims) are texts that
    do not belong to it."""

    own: np.ndarray
    n_head: int
    others: np.ndarray


class LabelledTexts(NamedTuple):
    """``vectors`` (n, n_dims) of labelled texts and the row of their named theme, -1 for none: (n,)."""

    vectors: np.ndarray
    themes: np.ndarray


def anchor(theme: ThemeTexts) -> np.ndarray:
    """Unit vector (n_dims,): mean of name, description and the mean of the examples."""
    parts = list(theme.own[: theme.n_head])
    if len(theme.own) > theme.n_head:
        parts.append(unit_rows(theme.own[theme.n_head :].mean(axis=0, keepdims=True))[0])
    return unit_rows(np.mean(parts, axis=0, keepdims=True))[0]


def fit_named(
    themes: list[ThemeTexts], background: np.ndarray, labelled: LabelledTexts | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (n_themes, n_dims) and intercepts (n_themes,) of the named themes; a logit above 0 is
    "belongs".

    All vectors are in the theme space. ``background`` (n, n_dims) is everyday news.
    """
    anchors = np.stack([anchor(theme) for theme in themes]).astype(np.float64)
    similar = background @ anchors.T
    median = np.median(similar, axis=0)
    spread = np.maximum(median - np.quantile(similar, SPREAD_QUANTILE, axis=0), 1e-6)
    least = OFFSET if len(themes) >= FEW_THEMES else OFFSET_OF_FEW
    coef, intercept = anchors / spread[:, None], -median / spread - least
    rows, truth = _rows(themes, labelled)
    n_codebook = len(rows) - (0 if labelled is None else len(labelled.themes))
    for theme in range(len(themes)):
        own = ~np.isnan(truth[:, theme])
        weights = np.ones(len(rows))
        weights[n_codebook:] = _label_weights(truth[n_codebook:, theme])
        offset = rows[own] @ coef[theme] + intercept[theme]
        learnt = _ridge_logistic(rows[own], truth[own, theme], weights[own], offset)
        coef[theme] += learnt[:-1]
        intercept[theme] += BIAS_INPUT * learnt[-1]
    return coef, intercept


def _rows(themes: list[ThemeTexts], labelled: LabelledTexts | None) -> tuple[np.ndarray, np.ndarray]:
    """Rows to learn from, and for each theme 1 (belongs), 0 (does not) or nan (nothing is known)."""
    n_themes = len(themes)
    parts, truth = [], []
    for index, theme in enumerate(themes):
        parts += [theme.own, theme.others]
        known = np.zeros((len(theme.own), n_themes))
        known[:, index] = 1
        unknown = np.full((len(theme.others), n_themes), np.nan)
        unknown[:, index] = 0
        truth += [known, unknown]
    if labelled is not None and len(labelled.themes):
        parts.append(labelled.vectors)
        truth.append((labelled.themes[:, None] == np.arange(n_themes)).astype(float))
    return np.concatenate(parts).astype(np.float64), np.concatenate(truth)


def _label_weights(truth: np.ndarray) -> np.ndarray:
    """Weights (n_labels,): a theme's own labels, few among the others, weigh the square root of the odds
    against them. Equal weights would teach that no text belongs to a rare theme."""
    n_own = max(1.0, float(truth.sum()))
    weight = max(1.0, float(np.sqrt(max(0.0, len(truth) - n_own) / n_own)))
    return np.where(truth == 1, weight, 1.0)


def _ridge_logistic(
    rows: np.ndarray, truth: np.ndarray, weights: np.ndarray, offset: np.ndarray
) -> np.ndarray:
    """Coefficients (n_dims + 1,) of a logistic regression on ``rows`` and a constant, beside a fixed
    ``offset``.

    scikit-learn's has no offset; the loss is its own, with L2 penalty ``PENALTY``.
    """
    from scipy.optimize import minimize

    features = np.hstack([rows, np.full((len(rows), 1), BIAS_INPUT)])

    def loss(learnt: np.ndarray) -> tuple[float, np.ndarray]:
        logits = offset + features @ learnt
        value = np.sum(weights * (np.logaddexp(0, logits) - truth * logits)) + PENALTY / 2 * learnt @ learnt
        shares = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return float(value), features.T @ (weights * (shares - truth)) + PENALTY * learnt

    found: np.ndarray = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B").x
    return found
