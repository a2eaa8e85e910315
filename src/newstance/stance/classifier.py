"""The stance classifier: logistic regression, its strength chosen and its probabilities calibrated
on texts left out of the fit, group by group."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

STRENGTHS = (0.02, 0.06, 0.2, 0.6)


class StanceClassifier(ClassifierMixin, BaseEstimator):
    """Multinomial logistic regression with one temperature.

    ``C`` None tries 0.02 to 0.6 and keeps the best log loss on the left-out groups; the temperature
    (Guo et al. 2017, arXiv:1706.04599) is fitted on the same left-out predictions. Texts of one group
    (a sentence, an article with its reprints) are never on both sides.

    Attributes
    ----------
    coef_ : (n_classes, n_features), intercept_ : (n_classes,), both divided by the temperature.
    left_out_probas_ : (n_texts, n_classes), calibrated predictions for each training text by a
        classifier that has not seen its group; nan where there were too few groups to leave any out.
    C_, temperature_ : float; n_iter_ : int array, steps of the last fit.
    """

    def __init__(self, C=None, n_folds=5, class_weight=None, max_iter=300):
        self.C = C
        self.n_folds = n_folds
        self.class_weight = class_weight
        self.max_iter = max_iter

    def fit(self, X, y, groups=None):
        """Fit to ``X`` (n_texts, n_features), dense or sparse, and labels ``y`` (n_texts,)."""
        X, y = validate_data(self, X, y, accept_sparse="csr")
        check_classification_targets(y)
        self.classes_, y = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            only = self.classes_.tolist()[0]
            raise ValueError(f"The labels are of one class only ({only!r}); at least two are needed.")
        groups = np.arange(len(y)) if groups is None else np.unique(groups, return_inverse=True)[1]
        left_out = self._left_out(X, y, groups)
        self.C_ = (
            min(left_out, key=lambda C: _loss(left_out[C], y, 1.0)) if left_out else (self.C or STRENGTHS[-1])
        )
        self.temperature_ = _temperature(left_out[self.C_], y) if left_out else 1.0
        head = self._logistic(self.C_).fit(X, y)
        self.n_iter_ = head.n_iter_
        coef, intercept = _all_classes(head)
        self.coef_, self.intercept_ = coef / self.temperature_, intercept / self.temperature_
        self.left_out_probas_ = (
            _softmax(left_out[self.C_] / self.temperature_)
            if left_out
            else np.full((len(y), len(self.classes_)), np.nan)
        )
        return self

    def predict_proba(self, X):
        """Probabilities (n_texts, n_classes) in the order of ``classes_``."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", reset=False)
        return _softmax(np.asarray(X @ self.coef_.T) + self.intercept_)

    def predict(self, X):
        """Most probable class of each text."""
        check_is_fitted(self)
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _logistic(self, C: float) -> LogisticRegression:
        # a tolerance of 1e-2 stops at the first step where features are small, as those of unit vectors are
        return LogisticRegression(C=C, class_weight=self.class_weight, max_iter=self.max_iter, tol=1e-3)

    def _left_out(self, X, y: np.ndarray, groups: np.ndarray) -> dict[float, np.ndarray]:
        """Logits (n_texts, n_classes) of left-out texts for each strength; empty if it cannot be done."""
        n_folds = min(self.n_folds, len(np.unique(groups)))
        if n_folds < 2:
            return {}
        folds = list(GroupKFold(n_folds, shuffle=True, random_state=0).split(X, y, groups))
        if any(len(np.unique(y[train])) < len(self.classes_) for train, _ in folds):
            return {}
        strengths = STRENGTHS if self.C is None else (self.C,)
        logits = {C: np.zeros((len(y), len(self.classes_))) for C in strengths}
        for train, test in folds:
            # Each strength starts from the one before: a path, which takes a third of the time.
            head = self._logistic(strengths[0]).set_params(warm_start=True)
            for C in strengths:
                coef, intercept = _all_classes(head.set_params(C=C).fit(X[train], y[train]))
                logits[C][test] = np.asarray(X[test] @ coef.T) + intercept
        return logits


def _all_classes(head: LogisticRegression) -> tuple[np.ndarray, np.ndarray]:
    """Weights of every class; scikit-learn keeps one row where there are two classes."""
    if len(head.coef_) > 1:
        return head.coef_, head.intercept_
    return np.vstack([-head.coef_, head.coef_]) / 2, np.concatenate([-head.intercept_, head.intercept_]) / 2


def _softmax(logits: np.ndarray) -> np.ndarray:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def _loss(logits: np.ndarray, y: np.ndarray, temperature: float) -> float:
    shares = _softmax(logits / temperature)[np.arange(len(y)), y]
    return float(-np.mean(np.log(np.clip(shares, 1e-12, None))))


def _temperature(logits: np.ndarray, y: np.ndarray) -> float:
    from scipy.optimize import minimize_scalar

    best = minimize_scalar(
        lambda log_temperature: _loss(logits, y, np.exp(log_temperature)), bounds=(-2, 3), method="bounded"
    )
    return float(np.exp(best.x))
