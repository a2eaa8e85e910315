"""How well a stance model does, on predictions for texts it has not seen.

Every score stands beside what it must beat: the same classifier without the target ("target-blind")
and the most frequent stance. Intervals are bootstraps over groups of texts (``evaluate.counts``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from newstance.evaluate.calibration import N_BINS, equal_mass_bins
from newstance.evaluate.counts import (
    FEWEST_GROUPS,
    Bootstrap,
    Judged,
    columns_of,
    f1_of_classes,
    mean_known,
    parts_of,
)
from newstance.tables import STANCES, UNKNOWN_LANG

NO_STANCE = STANCES.index("none")
BLIND = "target-blind control"
LEAD = "aware minus blind"
DIFFERENCE = f"target-{LEAD}"
CONTRAST = "texts of several stances"
FEWEST_OF_AN_OUTLET = 20
SHORT_SHOWN = 6
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


def stance_scores(
    y: np.ndarray,
    probas: np.ndarray,
    groups: Sequence[Any],
    langs: Sequence[str | None],
    targets: Sequence[str],
    blind_probas: np.ndarray | None,
    n_bootstrap: int = 1000,
    seed: int = 0,
    silent: np.ndarray | None = None,
    sources: Sequence[str | None] | None = None,
    texts: Sequence[str] | None = None,
) -> StanceScores:
    """Scores of predictions ``probas`` (n, 3) for the judgements ``y`` (n,), over ``STANCES``.

    A row with a nan has no prediction: it is counted and not scored. ``groups``, ``langs`` and ``targets``
    are (n,); ``blind_probas`` (n, 3) come from a classifier that is not told the target, None where there
    is none. Where ``silent`` (n,) is true, the model did not see the target: it takes no stance, so that is
    scored as "none", and has no probabilities to calibrate.

    ``sources`` (n,) give a row to each outlet of 20 judgements and more; ``texts`` (n,) give one to the texts
    that take different stances towards different targets, which only who tells the targets apart gets right.
    """
    y = _checked_y(y)
    probas = _checked_probas(probas, len(y), "probas")
    blind = np.full_like(probas, np.nan)
    if blind_probas is not None:
        blind = _checked_probas(blind_probas, len(y), "blind_probas")
    bootstrap = Bootstrap(n_bootstrap, seed)
    langs = [lang or UNKNOWN_LANG for lang in langs]
    columns = columns_of(len(y), groups=groups, langs=langs, targets=targets)
    sure = ~np.isnan(probas).any(axis=1)
    mute = np.zeros(len(y), dtype=bool) if silent is None else np.asarray(silent, dtype=bool) & ~sure
    kept = sure | mute
    if not kept.any():
        return _no_scores(len(y), len(np.unique(columns["groups"])))
    predicted = np.where(sure, probas.argmax(axis=1), NO_STANCE)
    judged = _judged(y[kept], predicted[kept], columns["groups"][kept])
    rows = {"": _row("all", judged, bootstrap)}
    rows |= _control_rows(judged, blind[kept], bootstrap)
    rows |= _part_rows("lang", columns["langs"][kept], judged, bootstrap)
    rows |= _part_rows("target", columns["targets"][kept], judged, bootstrap)
    if sources is not None:
        outlets = np.array([source or "" for source in sources], dtype=object)[kept]
        rows |= _part_rows("source", _frequent(outlets), judged, bootstrap)
    if texts is not None:
        rows |= _contrast_rows(np.asarray(texts, dtype=object)[kept], judged, blind[kept], bootstrap)
    metrics = {"stance/n_without_prediction": float(np.sum(~kept))}
    metrics |= _calibration(y[sure], probas[sure]) | _metrics_of(rows)
    return StanceScores(metrics, _table(rows), _notes(rows, kept))


def _judged(y: np.ndarray, predicted: np.ndarray, groups: np.ndarray) -> Judged:
    return Judged(y, predicted, groups, len(STANCES))


def expected_calibration_error(y: np.ndarray, probas: np.ndarray, n_bins: int = N_BINS) -> float:
    """Mean gap between confidence and accuracy over bins of equal mass (``evaluate.calibration``)."""
    confidence = probas.max(axis=1)
    right = probas.argmax(axis=1) == y
    gaps = np.bincount(equal_mass_bins(confidence, n_bins), weights=confidence - right, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(y))


def _control_rows(judged: Judged, blind: np.ndarray, bootstrap: Bootstrap) -> Rows:
    """The control without the target, with its paired difference, and the most frequent stance."""
    rows = {}
    both = ~np.isnan(blind).any(axis=1)
    if both.any():
        aware = judged.only(both)
        control = _judged(aware.y, blind[both].argmax(axis=1), aware.groups)
        rows["target_blind/"] = _row(BLIND, control, bootstrap)
        rows["aware_minus_blind/"] = _difference_row(aware, control, bootstrap)
    most_frequent = np.full_like(judged.y, np.bincount(judged.y).argmax())
    majority = _judged(judged.y, most_frequent, judged.groups)
    return rows | {"majority/": _row("majority", majority, bootstrap)}


def _part_rows(kind: str, values: np.ndarray, judged: Judged, bootstrap: Bootstrap) -> Rows:
    """A row for each language, target or outlet, the most judged first; none for ""."""
    return {
        f"{kind}={name}/": _row(f"{kind}={name}", judged.only(values == name), bootstrap)
        for name in parts_of(values)
        if name != ""
    }


def _frequent(outlets: np.ndarray) -> np.ndarray:
    """The outlets, "" for those with too few judgements for a row."""
    names, of, counts = np.unique(outlets.astype(str), return_inverse=True, return_counts=True)
    return np.where(counts >= FEWEST_OF_AN_OUTLET, names, "")[of]


def _contrast_rows(texts: np.ndarray, judged: Judged, blind: np.ndarray, bootstrap: Bootstrap) -> Rows:
    """The texts with different stances towards different targets, and what the control says of them."""
    stances: dict[str, set[int]] = {}
    for text, stance in zip(texts, judged.y.tolist(), strict=True):
        stances.setdefault(text, set()).add(stance)
    mixed = np.array([len(stances[text]) > 1 for text in texts], dtype=bool)
    if not mixed.any():
        return {}
    rows = {"contrast/": _row(CONTRAST, judged.only(mixed), bootstrap)}
    both = mixed & ~np.isnan(blind).any(axis=1)
    if both.any():
        control = _judged(judged.y[both], blind[both].argmax(axis=1), judged.groups[both])
        rows["contrast_blind/"] = _row(f"{CONTRAST}, {BLIND}", control, bootstrap)
        aware = judged.only(both)
        rows["contrast_lead/"] = _difference_row(aware, control, bootstrap) | {"row": f"{CONTRAST}, {LEAD}"}
    return rows


def _row(name: str, judged: Judged, bootstrap: Bootstrap) -> dict[str, Any]:
    confusions = judged.confusions()
    f1 = f1_of_classes(confusions.sum(axis=0))
    low, high = bootstrap.interval(confusions[None], [1]) or (None, None)
    row = {"row": name, "n": len(judged.y), "f1_macro": float(mean_known(f1)), "low": low, "high": high}
    for stance, value in zip(STANCES, f1, strict=True):
        row[f"f1_{stance}"] = None if np.isnan(value) else float(value)
    return row | {"accuracy": float(np.mean(judged.y == judged.predicted))}


def _difference_row(aware: Judged, control: Judged, bootstrap: Bootstrap) -> dict[str, Any]:
    confusions = np.stack([aware.confusions(), control.confusions()])
    f1 = mean_known(f1_of_classes(confusions.sum(axis=1)))
    low, high = bootstrap.interval(confusions, [1, -1]) or (None, None)
    return {"row": DIFFERENCE, "n": len(aware.y), "f1_macro": float(f1[0] - f1[1]), "low": low, "high": high}


def _calibration(y: np.ndarray, probas: np.ndarray) -> dict[str, float]:
    if not len(y):
        return {}
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
        more = f" and {len(short) - SHORT_SHOWN} more" if len(short) > SHORT_SHOWN else ""
        shown = ", ".join(short[:SHORT_SHOWN])
        notes.append(f"No interval below {FEWEST_GROUPS} groups of texts: {shown}{more}.")
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


def _checked_probas(probas: np.ndarray, n: int, name: str) -> np.ndarray:
    probas = np.asarray(probas, dtype=np.float64)
    if probas.shape != (n, len(STANCES)):
        raise ValueError(f"{name}: shape {probas.shape}; expected {(n, len(STANCES))}, a row a judgement.")
    sums = probas.sum(axis=1)
    wrong = np.flatnonzero(~np.isnan(sums) & ~np.isclose(sums, 1, atol=1e-3))
    if len(wrong):
        raise ValueError(f"{name}: row {wrong[0]} sums to {sums[wrong[0]]:.3f}; expected probabilities.")
    return probas
