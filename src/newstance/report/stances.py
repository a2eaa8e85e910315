"""Stances as the page shows them: net by outlet, time and theme, and the surest sentences."""

from datetime import date
from typing import Any

import polars as pl

from newstance.report.links import last_day
from newstance.report.themes import Mark
from newstance.results import Results
from newstance.summary import Summary

SHOWN_TARGETS = 12
SHOWN_OUTLETS = 40
SHOWN_SENTENCES = 5
SHOWN_THEMES = 40
SOME_ARTICLES = 5


def shown_targets(summary: Summary) -> list[str]:
    """The targets with the most decided stances."""
    return summary.stance_by_target.filter(pl.col("n") > 0)["target"].head(SHOWN_TARGETS).to_list()


def outlets_of(summary: Summary, target: str) -> pl.DataFrame:
    """Net stance of each outlet towards ``target``, the most favourable first."""
    rows = summary.stance_by_outlet.filter(
        pl.col("target") == target, pl.col("n") > 0, pl.col("source").is_not_null()
    )
    return rows.sort(["net", "source"], descending=[True, False])


def all_cells(summary: Summary) -> list[dict[str, Any]]:
    """A cell of net stance for each shown target, of all outlets."""
    rows = {row["target"]: row for row in summary.stance_by_target.to_dicts()}
    return [_cell(rows[target]) for target in shown_targets(summary)]


def outlet_cells(summary: Summary) -> list[dict[str, Any]]:
    """For each outlet, the one with most articles on the shown targets first, a cell of net stance for each
    of these, ``None`` where it decides nothing."""
    targets = shown_targets(summary)
    rows = summary.stance_by_outlet.filter(pl.col("n") > 0, pl.col("target").is_in(targets))
    cells = {(row["source"], row["target"]): row for row in rows.to_dicts()}
    sizes = rows.group_by("source").agg(pl.col("n_articles").sum(), pl.col("n").sum())
    order = sizes.sort(["n_articles", "source"], descending=[True, False], nulls_last=True)
    return [
        {"source": source, "cells": [_cell(cells.get((source, target))) for target in targets]}
        for source in order["source"]
    ]


def periods_of(summary: Summary, target: str) -> pl.DataFrame:
    """Net stance towards ``target`` in each period that has any, in order."""
    return summary.stance_by_period.filter(pl.col("target") == target, pl.col("n") > 0).sort("start")


def period_charts(summary: Summary) -> list[dict[str, Any]]:
    """For each shown target its dots over time: ``x`` from 0 to 1 in the time of all of them."""
    period = summary.stance_period
    dated = summary.stance_by_period.filter(pl.col("n") > 0)
    if period is None or not dated.height:
        return []
    starts: list[date] = dated["start"].unique().sort().to_list()
    first, last = starts[0], starts[-1]
    days = max(1, (last - first).days)
    charts = [
        {
            "target": target,
            "dots": [
                _cell(row) | {"x": (row["start"] - first).days / days, "end": last_day(row["start"], period)}
                for row in periods_of(summary, target).to_dicts()
            ],
            "first": first,
            "last": last,
        }
        for target in shown_targets(summary)
    ]
    return [chart for chart in charts if chart["dots"]]


def theme_cells(summary: Summary, marks: list[Mark]) -> list[dict[str, Any]]:
    """For each theme a cell of net stance for each shown target, ``None`` where nothing was said."""
    decided = summary.stance_by_theme.filter(pl.col("n") > 0)
    cells = {(row["theme_id"], row["target"]): row for row in decided.to_dicts()}
    targets = shown_targets(summary)
    rows = [
        {"mark": mark, "cells": [_cell(cells.get((mark.theme_id, target))) for target in targets]}
        for mark in marks
    ]
    return [row for row in rows if any(row["cells"])][:SHOWN_THEMES]


def _cell(row: dict[str, Any] | None) -> dict[str, Any]:
    """``row`` with its share of undecided sentences, whether it rests on few articles, and which side its
    interval leaves 0 out on; nothing where there is no row."""
    if row is None:
        return {}
    low, high = row["net_low"], row["net_high"]
    side = "even" if low is None or low <= 0 <= high else "pro" if low > 0 else "con"
    undecided = row["n_undecided"] / (row["n"] + row["n_undecided"])
    return {**row, "few": row["n_articles"] < SOME_ARTICLES, "side": side, "undecided": undecided}


def surest(results: Results) -> list[dict[str, Any]]:
    """For each target its most certain sentences on both sides; an article and a wording speak once."""
    rows, found = results.evidence(), []
    for target in shown_targets(results.summary):
        own, seen = rows.filter(pl.col("target") == target), set[str]()
        sides = {side: _sentences(own, side, seen) for side in ("favor", "against")}
        found.append({"target": target, "sides": sides})
    return found


def _sentences(rows: pl.DataFrame, side: str, seen: set[str]) -> list[dict[str, Any]]:
    """The first of ``rows`` with this stance whose article and words are not in ``seen``, which grows."""
    chosen: list[dict[str, Any]] = []
    for row in rows.filter(pl.col("stance") == side).head(40 * SHOWN_SENTENCES).to_dicts():
        same = {f"article {row['article_id']}", f"text {' '.join(row['text'].casefold().split())}"}
        if len(chosen) < SHOWN_SENTENCES and not same & seen:
            seen |= same
            chosen.append({**row, "parts": _around_mention(row)})
    return chosen


def _around_mention(row: dict[str, Any]) -> tuple[str, str, str]:
    """The sentence before, in and after the mention of the target."""
    text, start, end = row["text"], row["start"], row["end"]
    if start is None or end is None:
        return text, "", ""
    return text[:start], text[start:end], text[end:]
