"""How well a stance model does, on predictions for texts it has not seen.

Every score stands beside what it must beat: the same classifier without the target ("target-blind")
and the most frequent stance. Intervals are percentile bootstraps over groups (a sentence, an article
with its reprints), as texts of one group are not independent (Cameron, Gelbach & Miller 2008,
"Bootstrap-based improvements for inference with clustered errors").
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from newstance.tables import STANCES, UNKNOWN_LANG

LEVEL = 0.95
N_BINS = 10
# With fewer groups a bootstrap interval is far too narrow; better none than one nobody can trust.
FEWEST_GROUPS = 10
WEIGHTS_AT_ONCE = 2_000_000
BLIND = "target-blind control"
DIFFERENCE = "target-aware minus blind"
TABLE = {
    "row": pl.String,
    "n": pl.Int64,
    "f1_macro": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    **{f"f1_{stance}": pl.Float64 for stance in STANCES},
    "accuracy": pl.Float64,
}

Rows = dict[str, dict[str, Any]]  # a row of the table by the prefix of its metrics


@dataclass(frozen=True)
class StanceScores:
    """``metrics`` by name ("stance/lang=ru/f1_macro"), the same as a ``table`` for people, and ``notes``.

    A score that cannot be had (no prediction, an interval of too few groups) is no metric, and null in
    the table.
    """

    metrics: dict[str, float]
    table: pl.DataFrame
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Judged:
    """True and predicted stances, as indices into ``STANCES``, and the group of each: all (n,)."""

    y: np.ndarray
    predicted: np.ndarray
    groups: np.ndarray

    def only(self, rows: np.ndarray) -> "_Judged":
        return _Judged(self.y[rows], self.predicted[rows], self.groups[rows])

    def confusions(self) -> np.ndarray:
        """Counts of (true, predicted) in each group, (n_groups, 3, 3)."""
        n = len(STANCES)
        names, group = np.unique(self.groups, return_inverse=True)
        cells = (group * n + self.y) * n + self.predicted
        return np.bincount(cells, minlength=len(names) * n * n).reshape(-1, n, n)


@dataclass(frozen=True)
class _Bootstrap:
    n: int
    seed: int

    def interval(self, confusions: np.ndarray, weights: Sequence[float]) -> tuple[float, float] | None:
        """Interval of the weighted sum of the systems' macro-F1; None where there are too few groups.

        ``confusions`` (n_systems, n_groups, 3, 3) share their groups, so each resample is one for all.
        """
        if confusions.shape[1] < FEWEST_GROUPS:
            return None
        scores = bootstrap_f1_macro(confusions, self.n, self.seed).T @ np.asarray(weights)
        low, high = np.quantile(scores, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return float(low), float(high)


def stance_scores(
    y: np.ndarray,
    probas: np.ndarray,
    groups: Sequence[Any],
    langs: Sequence[str | None],
    targets: Sequence[str],
    blind_probas: np.ndarray | None,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> StanceScores:
    """Scores of left-out predictions ``probas`` (n, 3) for the judgements ``y`` (n,), over ``STANCES``.

    A row with a nan has no left-out prediction: it is counted and not scored. ``groups``, ``langs``
    and ``targets`` are (n,); ``blind_probas`` (n, 3) come from a classifier that is not told the
    target, None where there is none.
    """
    y = _checked_y(y)
    probas = _checked_probas(probas, len(y), "probas")
    blind = np.full_like(probas, np.nan)
    if blind_probas is not None:
        blind = _checked_probas(blind_probas, len(y), "blind_probas")
    if n_bootstrap < 1:
        raise ValueError(f"n_bootstrap is {n_bootstrap}; expected at least 1 resample.")
    langs = [lang or UNKNOWN_LANG for lang in langs]
    columns = _checked_columns(len(y), groups=groups, langs=langs, targets=targets)
    kept = ~np.isnan(probas).any(axis=1)
    if not kept.any():
        return _no_scores(len(y), len(np.unique(columns["groups"])))
    judged = _Judged(y[kept], probas[kept].argmax(axis=1), columns["groups"][kept])
    bootstrap = _Bootstrap(n_bootstrap, seed)
    rows = {"": _row("all", judged, bootstrap)}
    rows |= _control_rows(judged, blind[kept], bootstrap)
    rows |= _part_rows("lang", columns["langs"][kept], judged, bootstrap)
    rows |= _part_rows("target", columns["targets"][kept], judged, bootstrap)
    metrics = {"stance/n_without_prediction": float(np.sum(~kept))}
    metrics |= _calibration(judged.y, probas[kept]) | _metrics_of(rows)
    return StanceScores(metrics, _table(rows), _notes(rows, kept))


def bootstrap_f1_macro(confusions: np.ndarray, n_bootstrap: int, seed: int) -> np.ndarray:
    """Macro-F1 of each system in each resample of the groups, (n_systems, n_bootstrap).

    ``confusions`` (n_systems, n_groups, 3, 3): a resample is a weighted sum of them.
    """
    n_systems, n_groups = confusions.shape[:2]
    flat = np.moveaxis(confusions, 0, 1).reshape(n_groups, -1).astype(np.float64)
    rng = np.random.default_rng(seed)
    shares = np.full(n_groups, 1 / n_groups)
    at_once = max(1, WEIGHTS_AT_ONCE // n_groups)
    scores = []
    for start in range(0, n_bootstrap, at_once):
        weights = rng.multinomial(n_groups, shares, size=min(at_once, n_bootstrap - start))
        resampled = (weights.astype(np.float64) @ flat).reshape(-1, n_systems, *confusions.shape[2:])
        scores.append(_mean_known(f1_of_classes(resampled)))
    return np.concatenate(scores).T


def f1_of_classes(confusions: np.ndarray) -> np.ndarray:
    """F1 of each class (..., n_classes) from counts of (true, predicted) (..., n_classes, n_classes).

    nan where a class is neither true nor predicted: it says nothing, so a mean leaves it out, as
    scikit-learn's ``f1_score`` does.
    """
    counts = np.asarray(confusions, dtype=np.float64)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    seen = counts.sum(axis=-1) + counts.sum(axis=-2)
    f1: np.ndarray = np.divide(2 * hits, seen, out=np.full_like(seen, np.nan), where=seen > 0)
    return f1


def expected_calibration_error(y: np.ndarray, probas: np.ndarray, n_bins: int = N_BINS) -> float:
    """Mean gap between confidence and accuracy over bins of equal mass (Nguyen & O'Connor 2015,
    arXiv:1508.05154). Equal confidences share a bin, so the order of rows plays no part."""
    confidence = probas.max(axis=1)
    right = probas.argmax(axis=1) == y
    edges = np.quantile(confidence, np.arange(1, n_bins) / n_bins, method="inverted_cdf")
    bins = np.searchsorted(edges, confidence, side="left")
    gaps = np.bincount(bins, weights=confidence - right, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(y))


def _mean_known(values: np.ndarray) -> np.ndarray:
    """Mean over the last axis of what is not nan; nan where nothing is."""
    known = ~np.isnan(values)
    sums, counts = np.where(known, values, 0).sum(axis=-1), known.sum(axis=-1)
    means: np.ndarray = np.divide(sums, counts, out=np.full(np.shape(sums), np.nan), where=counts > 0)
    return means


def _control_rows(judged: _Judged, blind: np.ndarray, bootstrap: _Bootstrap) -> Rows:
    """The control without the target, with its paired difference, and the most frequent stance."""
    rows = {}
    both = ~np.isnan(blind).any(axis=1)
    if both.any():
        aware = judged.only(both)
        control = _Judged(aware.y, blind[both].argmax(axis=1), aware.groups)
        rows["target_blind/"] = _row(BLIND, control, bootstrap)
        rows["aware_minus_blind/"] = _difference_row(aware, control, bootstrap)
    most_frequent = np.full_like(judged.y, np.bincount(judged.y).argmax())
    majority = _Judged(judged.y, most_frequent, judged.groups)
    return rows | {"majority/": _row("majority", majority, bootstrap)}


def _part_rows(kind: str, values: np.ndarray, judged: _Judged, bootstrap: _Bootstrap) -> Rows:
    """A row for each language or target, the most judged first."""
    names, counts = np.unique(values, return_counts=True)
    order = sorted(range(len(names)), key=lambda i: (-counts[i], names[i]))
    return {
        f"{kind}={names[i]}/": _row(f"{kind}={names[i]}", judged.only(values == names[i]), bootstrap)
        for i in order
    }


def _row(name: str, judged: _Judged, bootstrap: _Bootstrap) -> dict[str, Any]:
    confusions = judged.confusions()
    f1 = f1_of_classes(confusions.sum(axis=0))
    low, high = bootstrap.interval(confusions[None], [1]) or (None, None)
    row = {"row": name, "n": len(judged.y), "f1_macro": float(_mean_known(f1)), "low": low, "high": high}
    for stance, value in zip(STANCES, f1, strict=True):
        row[f"f1_{stance}"] = None if np.isnan(value) else float(value)
    return row | {"accuracy": float(np.mean(judged.y == judged.predicted))}


def _difference_row(aware: _Judged, control: _Judged, bootstrap: _Bootstrap) -> dict[str, Any]:
    confusions = np.stack([aware.confusions(), control.confusions()])
    f1 = _mean_known(f1_of_classes(confusions.sum(axis=1)))
    low, high = bootstrap.interval(confusions, [1, -1]) or (None, None)
    return {"row": DIFFERENCE, "n": len(aware.y), "f1_macro": float(f1[0] - f1[1]), "low": low, "high": high}


def _calibration(y: np.ndarray, probas: np.ndarray) -> dict[str, float]:
    own = np.clip(probas[np.arange(len(y)), y], np.finfo(np.float64).eps, 1)
    return {
        "stance/ece": expected_calibration_error(y, probas),
        "stance/log_loss": float(-np.mean(np.log(own))),
    }


def _metrics_of(rows: Rows) -> dict[str, float]:
    names = {"low": "f1_macro_low", "high": "f1_macro_high"}
    metrics = {
        f"stance/{prefix}{names.get(column, column)}": float(value)
        for prefix, row in rows.items()
        for column, value in row.items()
        if column != "row" and value is not None
    }
    known = [rows[""][f"f1_{stance}"] for stance in ("favor", "against")]
    known = [value for value in known if value is not None]
    return metrics | ({"stance/f1_favor_against": float(np.mean(known))} if known else {})


def _table(rows: Rows) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(TABLE) | row for row in rows.values()], schema=TABLE)


def _notes(rows: Rows, kept: np.ndarray) -> list[str]:
    notes = []
    if not kept.all():
        notes.append(f"{np.sum(~kept)} of {len(kept)} judgements have no left-out prediction and no score.")
    if "target_blind/" not in rows:
        notes.append("There is no target-blind control, so it is open whether the target is used.")
    short = [row["row"] for row in rows.values() if row["low"] is None]
    if short:
        notes.append(f"No interval below {FEWEST_GROUPS} groups of texts: {', '.join(short)}.")
    return notes


def _no_scores(n: int, n_groups: int) -> StanceScores:
    note = (
        f"no left-out predictions: {n} judgements in {n_groups} groups are too few to leave any out, "
        "so nothing is known of the quality of the stances. Label more sentences of more articles."
    )
    metrics = {"stance/n": 0.0, "stance/n_without_prediction": float(n)}
    return StanceScores(metrics, pl.DataFrame(schema=TABLE), [note])


def _checked_y(y: np.ndarray) -> np.ndarray:
    y = np.asarray(y, dtype=np.int64)
    wrong = y[(y < 0) | (y >= len(STANCES))]
    if len(wrong):
        raise ValueError(f"y: {wrong[0]} is no stance; expected 0 to {len(STANCES) - 1} for {STANCES}.")
    return y


def _checked_columns(n: int, **columns: Sequence[Any]) -> dict[str, np.ndarray]:
    for name, values in columns.items():
        if len(values) != n:
            raise ValueError(f"{name}: {len(values)} values for {n} judgements; expected one each.")
        if any(value is None for value in values):
            raise ValueError(f"{name}: judgement {list(values).index(None)} has none; expected one each.")
    return {name: np.asarray(values) for name, values in columns.items()}


def _checked_probas(probas: np.ndarray, n: int, name: str) -> np.ndarray:
    probas = np.asarray(probas, dtype=np.float64)
    if probas.shape != (n, len(STANCES)):
        raise ValueError(f"{name}: shape {probas.shape}; expected {(n, len(STANCES))}, a row a judgement.")
    sums = probas.sum(axis=1)
    wrong = np.flatnonzero(~np.isnan(sums) & ~np.isclose(sums, 1, atol=1e-3))
    if len(wrong):
        raise ValueError(f"{name}: row {wrong[0]} sums to {sums[wrong[0]]:.3f}; expected probabilities.")
    return probas
