"""When a stance is decided, and how often the decided ones are right.

Either the probability of the stance reaches one limit, or conformal prediction tells which stances are
possible: a stance is, where its probability is not among the lowest that texts of this very stance had in
the judgements left out of the fit. So of the texts of each stance, rare ones too, the asked share keeps it
among the possible (class-conditional conformal prediction: Vovk 2012, arXiv:1209.2673; from left-out folds:
Vovk 2015, doi:10.1007/s10472-013-9368-4). This holds for texts like the judged ones.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from newstance.tables import STANCES

FEWEST_OF_A_STANCE = 20  # judgements from which a stance has a limit of its own
N_FOLDS = 5
COLUMNS = {
    "row": pl.String,
    "n": pl.Int64,
    "decided": pl.Float64,
    "accuracy_decided": pl.Float64,
    "accuracy": pl.Float64,
    "coverage": pl.Float64,
}


def possible_from(probas: np.ndarray, y: np.ndarray, coverage: float) -> np.ndarray:
    """Probability from which on each stance is possible, (3,), so that it is for the share ``coverage`` of
    its texts. ``probas`` (n, 3) are those of texts left out of the fit, ``y`` (n,) their stances.

    Stances of fewer than 20 judgements share the limit of all judgements. A limit is 0 where the judgements
    are too few for such a coverage.
    """
    own = probas[np.arange(len(y)), y]
    pooled = _lowest(own, coverage)
    counts = np.bincount(y, minlength=len(STANCES))
    limits = [
        _lowest(own[y == stance], coverage) if counts[stance] >= FEWEST_OF_A_STANCE else pooled
        for stance in range(len(STANCES))
    ]
    return np.array(limits)


def _lowest(own: np.ndarray, coverage: float) -> float:
    """The value that at least the share ``coverage`` of further draws reaches."""
    rank = int(np.floor((1 - coverage) * (len(own) + 1) + 1e-9))
    return float(np.sort(own)[rank - 1]) if rank else 0.0


def one_possible(probas: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Whether the most probable stance, and no other, is possible: (n,)."""
    possible = probas >= limits
    rows = np.arange(len(probas))
    return possible[rows, probas.argmax(axis=1)] & (possible.sum(axis=1) == 1)


def decided_table(
    probas: np.ndarray,
    y: np.ndarray,
    groups: Sequence[str],
    langs: Sequence[str],
    rule: tuple[float, float | None],
) -> pl.DataFrame:
    """How many stances are decided and how many of those are right: all, by true stance, by language.

    ``probas`` (n, 3), ``y`` (n,), ``groups`` and ``langs`` (n,) are of judgements left out of the fit.
    ``rule`` is the lowest probability of a decided stance, and the conformal coverage or None, which goes
    before it; its limits come from the other groups. Columns: row, n, decided (share), accuracy_decided,
    accuracy (of all), coverage (share of the texts whose stance is possible; null without conformal limits).
    """
    if not len(y):
        return pl.DataFrame(schema=COLUMNS)
    abstain_below, coverage = rule
    if coverage is None:
        decided = probas.max(axis=1) >= abstain_below
        kept = None
    else:
        limits = _limits_of_others(probas, y, groups, coverage)
        decided = one_possible(probas, limits)
        kept = (probas >= limits)[np.arange(len(y)), y]
    right = probas.argmax(axis=1) == y
    rows = [
        _row(name, mask, decided, right, kept) for name, mask in _parts(y, np.asarray(langs, dtype=object))
    ]
    return pl.DataFrame(rows, schema=COLUMNS)


def _limits_of_others(
    probas: np.ndarray, y: np.ndarray, groups: Sequence[str], coverage: float
) -> np.ndarray:
    """The limits (n, 3) of each text, from texts of other groups."""
    from sklearn.model_selection import GroupKFold

    codes = np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]
    n_folds = min(N_FOLDS, int(codes.max()) + 1)
    if n_folds < 2:
        return np.tile(possible_from(probas, y, coverage), (len(y), 1))
    limits = np.empty(probas.shape)
    for others, own in GroupKFold(n_folds, shuffle=True, random_state=0).split(y, y, codes):
        limits[own] = possible_from(probas[others], y[others], coverage)
    return limits


def _parts(y: np.ndarray, langs: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    yield "all", np.ones(len(y), dtype=bool)
    for index, stance in enumerate(STANCES):
        if (y == index).any():
            yield f"stance={stance}", y == index
    for lang in sorted(set(langs)):
        yield f"lang={lang}", langs == lang


def _row(
    name: str, mask: np.ndarray, decided: np.ndarray, right: np.ndarray, kept: np.ndarray | None
) -> dict:
    both = mask & decided
    return {
        "row": name,
        "n": int(mask.sum()),
        "decided": float(decided[mask].mean()),
        "accuracy_decided": float(right[both].mean()) if both.any() else None,
        "accuracy": float(right[mask].mean()),
        "coverage": None if kept is None else float(kept[mask].mean()),
    }
