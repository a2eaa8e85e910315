"""How well a model finds the themes that people gave: precision, recall and F1 of each theme.

A text that fits no theme is "none". That class counts in the accuracy, and wherever it is mistaken for a
theme or a theme for it; the macro-F1 is the mean over the themes themselves.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from newstance.evaluate.counts import (
    FEWEST_GROUPS,
    Bootstrap,
    Judged,
    columns_of,
    interval_of,
    mean_known,
    parts_of,
    resampled,
    scores_of_tallies,
)
from newstance.evaluate.evaluation import Evaluation
from newstance.evaluate.gold import NO_THEME
from newstance.tables import UNKNOWN_LANG

SCORES = ("precision", "recall", "f1")
OVERALL = ("f1_macro", "precision", "recall", "accuracy")
BOUNDS = ("low", "high")
EACH = {"theme": pl.String, "n": pl.Int64, "n_given": pl.Int64} | {
    name: pl.Float64 for score in SCORES for name in (score, *(f"{score}_{end}" for end in BOUNDS))
}
WHOLE = {"row": pl.String, "n": pl.Int64} | {
    name: pl.Float64 for score in OVERALL for name in (score, *(f"{score}_{end}" for end in BOUNDS))
}
CONFUSION = {"label": pl.String, "given": pl.String, "n": pl.Int64}


def label_scores(
    labels: Sequence[str],
    given: Sequence[str],
    themes: Sequence[str],
    groups: Sequence[Any],
    langs: Sequence[str | None],
    bootstrap: Bootstrap,
) -> Evaluation:
    """Scores of the themes ``given`` (n,) to texts that people gave ``labels`` (n,).

    Both are among ``themes`` or "none". Intervals are bootstraps over ``groups`` (n,), the articles. The
    tables are "themes" (a row a theme), "overall" (all, what the most frequent label scores, and each of
    ``langs``) and "confusion".
    """
    columns = columns_of(len(labels), groups=groups, langs=[lang or UNKNOWN_LANG for lang in langs])
    number = {theme: row for row, theme in enumerate([*themes, NO_THEME])}
    y, predicted = (np.array([number[one] for one in values], dtype=int) for values in (labels, given))
    judged = Judged(y, predicted, columns["groups"], len(number))
    most_frequent = np.full_like(y, np.bincount(y).argmax())
    majority = Judged(y, most_frequent, judged.groups, len(number))
    whole = [_overall("all", judged, bootstrap), _overall("majority", majority, bootstrap)]
    whole += [
        _overall(f"lang={lang}", judged.only(columns["langs"] == lang), bootstrap)
        for lang in parts_of(columns["langs"])
    ]
    each = _each(judged, themes, bootstrap)
    pairs = sorted(Counter(zip(labels, given, strict=True)).items(), key=lambda pair: (-pair[1], pair[0]))
    tables = {
        "themes": pl.DataFrame(each, schema=EACH),
        "overall": pl.DataFrame(whole, schema=WHOLE),
        "confusion": pl.DataFrame([(*pair, n) for pair, n in pairs], schema=CONFUSION, orient="row"),
    }
    short = [row["row"] for row in whole if row["f1_macro_low"] is None and row["f1_macro"] is not None]
    notes = [f"No interval below {FEWEST_GROUPS} articles: {', '.join(short)}."] if short else []
    return Evaluation(_metrics(whole, each), tables, notes)


def _each(judged: Judged, themes: Sequence[str], bootstrap: Bootstrap) -> list[dict[str, Any]]:
    """A row for each theme."""
    tallies = judged.tallies()
    sums = tallies.sum(axis=0)
    scores, bounds = scores_of_tallies(sums), _bounds(tallies, scores_of_tallies, bootstrap)
    rows: list[dict[str, Any]] = []
    for column, theme in enumerate(themes):
        rows.append({"theme": theme, "n": int(sums[1, column]), "n_given": int(sums[2, column])})
        for line, score in enumerate(SCORES):
            rows[-1] |= _with_bounds(score, scores[line, column], bounds, (line, column))
    return rows


def _overall(name: str, judged: Judged, bootstrap: Bootstrap) -> dict[str, Any]:
    tallies = judged.tallies()
    scores, bounds = _summary(tallies.sum(axis=0)), _bounds(tallies, _summary, bootstrap)
    row = {"row": name, "n": len(judged.y)}
    for line, score in enumerate(OVERALL):
        row |= _with_bounds(score, scores[line], bounds, (line,))
    return row


def _summary(tallies: np.ndarray) -> np.ndarray:
    """The numbers of ``OVERALL`` (..., 4) from tallies (..., 3, k) whose last class is "none"."""
    of_themes = tallies[..., :-1].sum(axis=-1, keepdims=True)
    precision, recall, _ = np.moveaxis(scores_of_tallies(of_themes)[..., 0], -1, 0)
    f1_macro = mean_known(scores_of_tallies(tallies)[..., 2, :-1])
    accuracy = tallies[..., 0, :].sum(axis=-1) / tallies[..., 1, :].sum(axis=-1)
    return np.stack([f1_macro, precision, recall, accuracy], axis=-1)


def _bounds(tallies: np.ndarray, score, bootstrap: Bootstrap) -> np.ndarray | None:
    """``score`` of each resample of the groups, (n_bootstrap, …); None where there are too few."""
    if len(tallies) < FEWEST_GROUPS:
        return None
    return np.concatenate([score(sums) for sums in resampled(tallies, bootstrap.n, bootstrap.seed)])


def _with_bounds(name: str, value: float, resamples: np.ndarray | None, place: tuple) -> dict[str, Any]:
    """A score with its interval; None for what is not known."""
    if np.isnan(value):
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    low, high = (None, None) if resamples is None else interval_of(resamples[(slice(None), *place)])
    return {name: float(value), f"{name}_low": low, f"{name}_high": high}


def _metrics(whole: list[dict[str, Any]], each: list[dict[str, Any]]) -> dict[str, float]:
    named = [("" if row["row"] == "all" else f"{row['row']}/", row) for row in whole]
    named += [(f"theme={row['theme']}/", row) for row in each]
    return {
        f"themes/{prefix}{name}": float(value)
        for prefix, row in named
        for name, value in row.items()
        if name not in ("row", "theme") and value is not None
    }
