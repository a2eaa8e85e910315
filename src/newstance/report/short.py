"""What stands first on the page: a sentence for each target, and what makes figures doubtful."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import polars as pl

from newstance.report.links import last_day
from newstance.report.stances import outlets_of, periods_of, shown_targets
from newstance.report.wording import Wording
from newstance.summary import Summary
from newstance.summary.verdict import COUNTED, REFUSED
from newstance.summary.words import score

SOME_ARTICLES = 5
NEAR_ZERO = 0.1
HALF = 0.5
MOST_NAMED = 6


def findings(summary: Summary) -> list[dict[str, Any]]:
    """A row for each of the targets most spoken of: its shares, the key of what they say (``lean``), the
    outlets furthest ``apart`` and the largest ``shift`` in time, None where none is beyond chance."""
    rows = {row["target"]: row for row in summary.stance_by_target.to_dicts()}
    return [
        {
            **rows[target],
            "lean": lean(rows[target]),
            "apart": _furthest_apart(summary, target),
            "shift": _largest_shift(summary, target),
        }
        for target in shown_targets(summary)
    ]


def lean(row: dict[str, Any]) -> str:
    """The key of the words: what an interval of net stance allows to be said."""
    if row["net_low"] is None:
        return "lean.unknown"
    if row["net_low"] > 0:
        return "lean.favor" if row["net"] >= NEAR_ZERO else "lean.favor_slightly"
    if row["net_high"] < 0:
        return "lean.against" if row["net"] <= -NEAR_ZERO else "lean.against_slightly"
    return "lean.none"


def _apart(high: dict[str, Any], low: dict[str, Any]) -> bool:
    return high["net_low"] is not None and high["net_low"] > low["net_high"]


def _furthest_apart(summary: Summary, target: str) -> dict[str, Any] | None:
    """The most favourable and the most opposed outlet, where their intervals lie apart."""
    rows = outlets_of(summary, target).filter(pl.col("n_articles") >= SOME_ARTICLES).to_dicts()
    if len(rows) < 2 or not _apart(rows[0], rows[-1]):
        return None
    return {"favor": rows[0], "against": rows[-1]}


def _largest_shift(summary: Summary, target: str) -> dict[str, Any] | None:
    """The two neighbouring periods whose net is furthest apart, where their intervals are too."""
    rows = periods_of(summary, target).filter(pl.col("n_articles") >= SOME_ARTICLES).to_dicts()
    pairs = [(one, two) for one, two in pairwise(rows) if _apart(one, two) or _apart(two, one)]
    if not pairs or summary.stance_period is None:
        return None
    before, after = max(pairs, key=lambda pair: abs(pair[1]["net"] - pair[0]["net"]))
    period = summary.stance_period
    return {
        "before": before | {"end": last_day(before["start"], period)},
        "after": after | {"end": last_day(after["start"], period)},
    }


def warnings(summary: Summary, words: Wording) -> list[str]:
    """What a reader must know before any figure, the gravest first."""
    return [*_of_stances(summary, words), *_of_themes(summary, words), *_of_numbers(summary, words)]


def _of_stances(summary: Summary, words: Wording) -> Iterator[str]:
    scores = summary.scores
    if summary.stance_basis in (REFUSED, COUNTED):
        yield from summary.stance_reasons
    elif scores.stance_f1_low is not None and scores.stance_f1_blind is not None:
        if scores.stance_f1_low <= scores.stance_f1_blind:
            yield words.text(
                "warning.near_control", low=score(scores.stance_f1_low), blind=score(scores.stance_f1_blind)
            )
    elif summary.n_stances and scores.stance_f1 is None:
        yield words.text("warning.not_measured")
    yield from summary.warnings


def _of_themes(summary: Summary, words: Wording) -> Iterator[str]:
    weak = summary.themes.filter(pl.col("stability") < HALF)["name"].to_list()
    if weak:
        yield words.text("warning.unstable", n=len(weak), names=_listed(weak, words))
    if summary.noise_share is not None and summary.noise_share > HALF:
        yield words.text("warning.noise", n=summary.noise)


def _of_numbers(summary: Summary, words: Wording) -> Iterator[str]:
    few = summary.stance_by_target.filter(pl.col("n") > 0, pl.col("n_articles") < SOME_ARTICLES)["target"]
    if len(few):
        yield words.text("warning.few", n=len(few), names=_listed(few.to_list(), words))


def _listed(names: list[str], words: Wording) -> str:
    more = len(names) - MOST_NAMED
    shown = ", ".join(names[:MOST_NAMED])
    return words.text("warning.and_more", names=shown, n=more) if more > 0 else shown
