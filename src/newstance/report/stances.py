"""Stances as the page shows them: net by outlet, time and theme, findings in words, and evidence."""

from typing import Any

import polars as pl

from newstance.report.themes import Mark
from newstance.results import Results
from newstance.summary import Summary

SHOWN_TARGETS = 12
SHOWN_OUTLETS = 25
SHOWN_SENTENCES = 5
SHOWN_THEMES = 20
FINDINGS = 3
SOME_ARTICLES = 5
NEAR_ZERO = 0.1


def shown_targets(summary: Summary) -> list[str]:
    """The targets with the most decided stances."""
    return summary.stance_by_target.filter(pl.col("n") > 0)["target"].head(SHOWN_TARGETS).to_list()


def outlets_of(summary: Summary, target: str) -> pl.DataFrame:
    """Net stance of the outlets with most articles on ``target``, the most favourable first."""
    rows = summary.stance_by_outlet.filter(
        pl.col("target") == target, pl.col("n") > 0, pl.col("source").is_not_null()
    )
    rows = rows.sort(["n_articles", "source"], descending=[True, False]).head(SHOWN_OUTLETS)
    return rows.sort(["net", "source"], descending=[True, False])


def periods_of(summary: Summary, target: str) -> pl.DataFrame:
    """Net stance towards ``target`` in each period that has any, in order."""
    return summary.stance_by_period.filter(pl.col("target") == target, pl.col("n") > 0).sort("start")


def theme_cells(summary: Summary, marks: list[Mark]) -> list[dict[str, Any]]:
    """For each theme a cell of net stance for each target, ``None`` where nothing was said."""
    decided = summary.stance_by_theme.filter(pl.col("n") > 0)
    cells = {(row["theme_id"], row["target"]): row for row in decided.to_dicts()}
    targets = shown_targets(summary)
    rows = [
        {"mark": mark, "cells": [_cell(cells.get((mark.theme_id, target))) for target in targets]}
        for mark in marks
    ]
    return [row for row in rows if any(row["cells"])][:SHOWN_THEMES]


def _cell(row: dict[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    few = row["n_articles"] < SOME_ARTICLES
    sure = not few and row["net_low"] is not None and (row["net_low"] > 0 or row["net_high"] < 0)
    return {**row, "few": few, "sure": sure}


def findings(summary: Summary) -> list[dict[str, Any]]:
    """What stands out: the lean towards the most discussed targets, and the outlets furthest apart."""
    return [
        {**row, "word": lean(row), "apart": _furthest_apart(summary, row["target"])}
        for row in summary.stance_by_target.filter(pl.col("n") > 0).head(FINDINGS).to_dicts()
    ]


def lean(row: dict[str, Any]) -> str:
    """In a word: what an interval of net stance allows to be said."""
    if row["net_low"] is None:
        return "were not measured well enough to say how they lean"
    if row["net_low"] > 0:
        return "lean in favor" if row["net"] >= NEAR_ZERO else "lean slightly in favor"
    if row["net_high"] < 0:
        return "lean against" if row["net"] <= -NEAR_ZERO else "lean slightly against"
    return "do not clearly lean"


def _furthest_apart(summary: Summary, target: str) -> dict[str, Any] | None:
    """The most favourable and the most opposed outlet, where their intervals lie apart."""
    rows = outlets_of(summary, target).filter(pl.col("n_articles") >= SOME_ARTICLES).to_dicts()
    if len(rows) < 2 or rows[0]["net_low"] is None or rows[0]["net_low"] <= rows[-1]["net_high"]:
        return None
    return {"for": rows[0], "against": rows[-1]}


def evidence(results: Results) -> list[dict[str, Any]]:
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
