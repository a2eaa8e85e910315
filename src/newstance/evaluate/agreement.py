"""How far people who label the same things agree: Krippendorff's alpha for names.

Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability": 1 is full agreement, 0 what chance gives.
Things that one person alone labelled say nothing.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from newstance.evaluate.counts import FEWEST_GROUPS, Bootstrap, Interval, interval_of, resampled


class Agreement(NamedTuple):
    """``alpha`` and its interval by resampling groups (None where it cannot be had), over ``n_units`` things
    that two people or more labelled."""

    alpha: float | None
    interval: Interval | None
    n_units: int


def krippendorff_alpha(
    units: Sequence[Hashable], labels: Sequence[Hashable], groups: Sequence[Hashable], bootstrap: Bootstrap
) -> Agreement:
    """Agreement of the ``labels`` (n,) that people gave to ``units`` (n,) of ``groups`` (n,), the articles.

    There is no alpha where no two labels differ: nothing can then agree better than by chance.
    """
    counts, group_of = _counts(units, labels, groups)
    n_answers = counts.sum(axis=1)
    counts, group_of = counts[n_answers > 1], group_of[n_answers > 1]
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(counts.shape[1])
    pairs = pairs / (counts.sum(axis=1) - 1)[:, None, None]
    alpha = alpha_of(pairs.sum(axis=0))
    if np.isnan(alpha):
        return Agreement(None, None, len(counts))
    names, number = np.unique(group_of, return_inverse=True)
    of_group = np.zeros((len(names), *pairs.shape[1:]))
    np.add.at(of_group, number, pairs)
    if len(names) < FEWEST_GROUPS:
        return Agreement(float(alpha), None, len(counts))
    draws = [alpha_of(sums) for sums in resampled(of_group, bootstrap.n, bootstrap.seed)]
    return Agreement(float(alpha), interval_of(np.concatenate(draws)), len(counts))


def alpha_of(pairs: np.ndarray) -> np.ndarray:
    """Alpha (...) from the coincidences of labels (..., k, k); nan where only one label occurs."""
    of_label = pairs.sum(axis=-1)
    n = of_label.sum(axis=-1)
    agreed = np.trace(pairs, axis1=-2, axis2=-1)
    by_chance = (of_label * (of_label - 1)).sum(axis=-1)
    expected = n * (n - 1) - by_chance
    differ = (n - 1) * (n - agreed)
    alpha: np.ndarray = 1 - np.divide(differ, expected, out=np.full(np.shape(n), np.nan), where=expected > 0)
    return alpha


def _counts(
    units: Sequence[Hashable], labels: Sequence[Hashable], groups: Sequence[Hashable]
) -> tuple[np.ndarray, np.ndarray]:
    """How often each unit got each label, (n_units, k), and the number of its group."""
    row = {unit: number for number, unit in enumerate(dict.fromkeys(units))}
    column = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    of_group = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    counts, group_of = np.zeros((len(row), len(column))), np.zeros(len(row), dtype=int)
    for unit, label, group in zip(units, labels, groups, strict=True):
        counts[row[unit], column[label]] += 1
        group_of[row[unit]] = of_group[group]
    return counts, group_of
