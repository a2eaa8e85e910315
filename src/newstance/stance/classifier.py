"""The stance classifier: multinomial logistic regression beside what a reader already says.

Its strength is chosen, its weights balanced, and its probabilities calibrated on texts left out of the fit,
group by group.
"""

from typing import Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

STRENGTHS = (0.003, 0.02, 0.1, 0.5, 2.0)
BALANCE = 0.7
MOST_ROTATED = 3_000  # texts; the time of the rotation grows with their cube
FULL = 0.5  # share of the texts that fill a column from which on it is kept as one


class _Columns(NamedTuple):
    """``X`` (n_texts, n_features) in two parts: columns that most texts fill are dense, as they multiply
    faster so, and the ``others`` sparse, None where there are none."""

    full: np.ndarray
    others: Any
    is_full: np.ndarray

    @classmethod
    def of(cls, X) -> "_Columns":
        if not hasattr(X, "tocsr"):
            return cls(np.asarray(X), None, np.ones(X.shape[1], dtype=bool))
        X = X.tocsr()
        is_full = np.bincount(X.indices, minlength=X.shape[1]) >= FULL * X.shape[0]
        return cls(X[:, is_full].toarray(), X[:, ~is_full], is_full)

    def take(self, rows: np.ndarray) -> "_Columns":
        return _Columns(self.full[rows], None if self.others is None else self.others[rows], self.is_full)

    def times(self, weights: np.ndarray) -> np.ndarray:
        """Product with ``weights`` (n_out, n_features): (n_texts, n_out)."""
        # A product for each class: with so few, a BLAS takes twice as long for one of all.
        product = np.stack([self.full @ of_class for of_class in weights[:, self.is_full]], axis=1)
        return product if self.others is None else product + self.others @ weights[:, ~self.is_full].T

    def transposed_times(self, values: np.ndarray) -> np.ndarray:
        """Product of the columns with ``values`` (n_texts, n_out): (n_out, n_features)."""
        product = np.empty((values.shape[1], len(self.is_full)))
        product[:, self.is_full] = [of_class @ self.full for of_class in np.ascontiguousarray(values.T)]
        if self.others is not None:
            product[:, ~self.is_full] = (self.others.T @ values).T
        return product

    def squares(self, weights: np.ndarray) -> np.ndarray:
        """Sum of the weighted squares of each column: (n_features,)."""
        sums = np.empty(len(self.is_full))
        sums[self.is_full] = weights @ self.full**2
        if self.others is not None:
            sums[~self.is_full] = self.others.power(2).T @ weights
        return sums


class _Rotated(NamedTuple):
    """Fewer texts than features: what a linear classifier with an L2 penalty learns lies in the span of the
    texts. ``texts`` (n_texts, n_axes) are their coordinates there; ``axes`` (n_axes, n_texts) are the axes as
    sums of texts. Lengths and angles stay, so the fit is the same and takes a fraction of the time."""

    texts: np.ndarray
    axes: np.ndarray

    @classmethod
    def of(cls, X) -> "_Rotated":
        columns = _Columns.of(X)
        products = columns.full @ columns.full.T
        if columns.others is not None:
            products = products + (columns.others @ columns.others.T).toarray()
        squares, directions = np.linalg.eigh(products.astype(np.float64))
        kept = squares > squares[-1] * 1e-12
        lengths = np.sqrt(squares[kept])
        return cls(directions[:, kept] * lengths, (directions[:, kept] / lengths).T)


class StanceClassifier(ClassifierMixin, BaseEstimator):
    """Multinomial logistic regression with one temperature, learnt by L-BFGS.

    ``offsets`` of ``fit`` are logits that a text has before anything is learnt; the penalty draws the
    classifier to them, so that few labels change little. ``C`` None tries 0.003 to 2 and keeps the best
    macro-F1 on the left-out groups (the weaker of equals); the temperature (Guo et al. 2017,
    arXiv:1706.04599) is fitted on the same left-out predictions. Texts of one group (a sentence, an article
    with its reprints) are never on both sides. ``balance`` is the power of the inverse class frequency by
    which a text weighs.

    Attributes
    ----------
    coef_ : (n_classes, n_features), intercept_ : (n_classes,), both divided by the temperature.
    temperature_ : float, which the offsets are to be divided by too.
    left_out_probas_ : (n_texts, n_classes), calibrated predictions for each training text by a
        classifier that has not seen its group; nan where there were too few groups to leave any out.
    C_ : float; n_iter_ : int, steps of the last fit.
    """

    def __init__(self, C=None, n_folds=5, balance=BALANCE, max_iter=200):
        self.C = C
        self.n_folds = n_folds
        self.balance = balance
        self.max_iter = max_iter

    def fit(self, X, y, groups=None, offsets=None):
        """Fit to ``X`` (n_texts, n_features), dense or sparse, labels ``y`` (n_texts,), and ``offsets``
        (n_texts, n_classes) in the order of the sorted classes."""
        X, y = validate_data(self, X, y, accept_sparse="csr")
        check_classification_targets(y)
        self.classes_, y = np.unique(y, return_inverse=True)
        n_classes = len(self.classes_)
        if n_classes < 2:
            only = self.classes_.tolist()[0]
            raise ValueError(f"The labels are of one class only ({only!r}); at least two are needed.")
        groups = np.arange(len(y)) if groups is None else np.unique(groups, return_inverse=True)[1]
        offsets = np.zeros((len(y), n_classes)) if offsets is None else np.asarray(offsets, dtype=np.float64)
        weights = (len(y) / (n_classes * np.bincount(y)))[y] ** self.balance
        given, rotated = X, _Rotated.of(X) if X.shape[0] < min(X.shape[1], MOST_ROTATED) else None
        X = _Columns.of(given if rotated is None else rotated.texts)
        left_out = self._left_out(X, y, groups, offsets, weights)
        self.C_ = (
            max(left_out, key=lambda C: (round(_f1_macro(left_out[C], y, n_classes), 3), -C))
            if left_out
            else (self.C or STRENGTHS[1])
        )
        self.temperature_ = _temperature(left_out[self.C_], y, weights) if left_out else 1.0
        learnt, self.n_iter_ = self._learn(X, y, offsets, weights, self.C_)
        coef = learnt[:, :-1] if rotated is None else np.asarray((learnt[:, :-1] @ rotated.axes) @ given)
        self.coef_, self.intercept_ = coef / self.temperature_, learnt[:, -1] / self.temperature_
        self.left_out_probas_ = (
            _softmax(left_out[self.C_] / self.temperature_)
            if left_out
            else np.full((len(y), n_classes), np.nan)
        )
        return self

    def predict_proba(self, X, offsets=None):
        """Probabilities (n_texts, n_classes) in the order of ``classes_``."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", reset=False)
        logits = np.asarray(X @ self.coef_.T) + self.intercept_
        return _softmax(logits if offsets is None else logits + offsets / self.temperature_)

    def predict(self, X, offsets=None):
        """Most probable class of each text."""
        check_is_fitted(self)
        return self.classes_[self.predict_proba(X, offsets).argmax(axis=1)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _left_out(
        self, X: _Columns, y: np.ndarray, groups: np.ndarray, offsets: np.ndarray, weights: np.ndarray
    ) -> dict[float, np.ndarray]:
        """Logits (n_texts, n_classes) of left-out texts for each strength; empty if it cannot be done."""
        n_folds = min(self.n_folds, len(np.unique(groups)), int(np.bincount(y).min()))
        if n_folds < 2:
            return {}
        split = StratifiedGroupKFold(n_folds, shuffle=True, random_state=0).split(y, y, groups)
        strengths = STRENGTHS if self.C is None else (self.C,)
        logits = {C: np.zeros(offsets.shape) for C in strengths}
        for train, test in split:
            if len(np.unique(y[train])) < len(self.classes_):
                return {}
            learnt, seen, unseen = None, X.take(train), X.take(test)
            for C in strengths:
                # Each strength starts from the one before.
                learnt, _ = self._learn(seen, y[train], offsets[train], weights[train], C, learnt)
                logits[C][test] = unseen.times(learnt[:, :-1]) + learnt[:, -1] + offsets[test]
        return logits

    def _learn(self, X: _Columns, y, offsets, weights, C, start=None) -> tuple[np.ndarray, int]:
        """Weights (n_classes, n_features + 1), the intercept last, of least weighted loss and penalty."""
        from scipy.optimize import minimize

        n_classes, n_features = offsets.shape[1], len(X.is_full)
        truth = np.eye(n_classes)[y]
        # In units in which the loss is about as curved along each weight, a third of the steps are enough.
        curvature = np.append(X.squares(weights), weights.sum()) * (n_classes - 1) / n_classes**2
        curvature[:-1] += 1 / C
        unit = 1 / np.sqrt(curvature)

        def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
            learnt = flat.reshape(n_classes, -1) * unit
            shares = _softmax(X.times(learnt[:, :-1]) + learnt[:, -1] + offsets)
            own = np.clip(shares[np.arange(len(y)), y], 1e-12, None)
            wrong = (shares - truth) * weights[:, None]
            gradient = np.hstack([X.transposed_times(wrong), wrong.sum(axis=0)[:, None]])
            gradient[:, :-1] += learnt[:, :-1] / C
            penalty = np.sum(learnt[:, :-1] ** 2) / (2 * C)
            return float(-np.sum(weights * np.log(own)) + penalty), (gradient * unit).ravel()

        first = np.zeros((n_classes, n_features + 1)) if start is None else start / unit
        found = minimize(
            loss, first.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": self.max_iter, "ftol": 1e-7}
        )
        return found.x.reshape(n_classes, -1) * unit, int(found.nit)


def _f1_macro(logits: np.ndarray, y: np.ndarray, n_classes: int) -> float:
    from sklearn.metrics import f1_score

    labels = np.arange(n_classes)
    return float(f1_score(y, logits.argmax(axis=1), labels=labels, average="macro", zero_division=0))


def _softmax(logits: np.ndarray) -> np.ndarray:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def _temperature(logits: np.ndarray, y: np.ndarray, weights: np.ndarray) -> float:
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        shares = _softmax(logits / np.exp(log_temperature))[np.arange(len(y)), y]
        return float(-np.average(np.log(np.clip(shares, 1e-12, None)), weights=weights))

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 3), method="bounded").x))
