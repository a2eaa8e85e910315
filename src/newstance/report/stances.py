"""Stances as the page shows them: net by outlet, time and theme, findings in words, and evidence."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from newstance.report.themes import Mark, choose_period
from newstance.results import Results
from newstance.stance.aggregate import aggregate
from newstance.tables import NOISE

N_BOOTSTRAP = 500
SHOWN_TARGETS = 12
SHOWN_OUTLETS = 25
SHOWN_SENTENCES = 5
SHOWN_THEMES = 20
FINDINGS = 3
SOME_ARTICLES = 5
NEAR_ZERO = 0.1


@dataclass(frozen=True)
class StanceTables:
    """The aggregates behind the page; ``targets`` in the order of their number of stances."""

    targets: list[str]
    overall: pl.DataFrame
    by_source: pl.DataFrame
    by_theme: pl.DataFrame
    by_period: pl.DataFrame
    period: str


def stance_tables(results: Results) -> StanceTables:
    """Aggregate the stances in all the ways the page needs; empty tables where there are none."""
    articles = results.corpus.articles
    dated = articles.filter(pl.col("published").is_not_null())
    stances = results.stances
    overall = _net(stances, results, ["target"]).sort(["n", "target"], descending=[True, False])
    targets = overall.filter(pl.col("n") > 0)["target"].head(SHOWN_TARGETS).to_list()
    stances = stances.filter(pl.col("target").is_in(targets))
    in_dated = stances.join(dated, on="article_id", how="semi")
    judged = dated.join(in_dated, on="article_id", how="semi")["published"]
    period = choose_period(judged, SOME_ARTICLES * max(1, len(targets)) // 2) if len(judged) else "week"
    return StanceTables(
        targets,
        overall,
        _net(stances, results, ["source", "target"]).filter(pl.col("source").is_not_null(), pl.col("n") > 0),
        _net(stances, results, ["theme_id", "target"]).filter(pl.col("n") > 0),
        _net(in_dated, results, [period, "target"]).filter(pl.col("n") > 0),
        period,
    )


def _net(stances: pl.DataFrame, results: Results, by: list[str]) -> pl.DataFrame:
    return aggregate(stances, results.corpus.articles, results.theme_of_article, by, N_BOOTSTRAP, seed=0)


def outlets_of(tables: StanceTables, target: str) -> pl.DataFrame:
    """Net stance of each outlet towards ``target``, the most favourable first."""
    rows = tables.by_source.filter(pl.col("target") == target)
    rows = rows.sort(["n_articles", "source"], descending=[True, False]).head(SHOWN_OUTLETS)
    return rows.sort(["net", "source"], descending=[True, False])


def periods_of(tables: StanceTables, target: str) -> pl.DataFrame:
    """Net stance towards ``target`` in each period that has any, in order."""
    return tables.by_period.filter(pl.col("target") == target).sort(tables.period)


def theme_cells(tables: StanceTables, marks: list[Mark]) -> list[dict[str, Any]]:
    """For each theme a cell of net stance for each target, ``None`` where nothing was said."""
    cells = {(row["theme_id"], row["target"]): row for row in tables.by_theme.to_dicts()}
    rows = [
        {"mark": mark, "cells": [_cell(cells.get((mark.theme_id, target))) for target in tables.targets]}
        for mark in marks
    ]
    return [row for row in rows if any(row["cells"])][:SHOWN_THEMES]


def _cell(row: dict[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    few = row["n_articles"] < SOME_ARTICLES
    return {**row, "few": few, "sure": not few and (row["net_low"] > 0 or row["net_high"] < 0)}


def findings(tables: StanceTables) -> list[dict[str, Any]]:
    """What stands out: the lean towards the most discussed targets, and the outlets furthest apart."""
    known = tables.overall.filter(pl.col("target").is_in(tables.targets[:FINDINGS]))
    return [
        {**row, "word": lean(row), "apart": _furthest_apart(tables, row["target"])}
        for row in known.sort(["n", "target"], descending=[True, False]).to_dicts()
    ]


def lean(row: dict[str, Any]) -> str:
    """In a word: what an interval of net stance allows to be said."""
    if row["net_low"] > 0:
        return "lean in favor" if row["net"] >= NEAR_ZERO else "lean slightly in favor"
    if row["net_high"] < 0:
        return "lean against" if row["net"] <= -NEAR_ZERO else "lean slightly against"
    return "do not clearly lean"


def _furthest_apart(tables: StanceTables, target: str) -> dict[str, Any] | None:
    """The most favourable and the most opposed outlet, where their intervals lie apart."""
    rows = outlets_of(tables, target).filter(pl.col("n_articles") >= SOME_ARTICLES).to_dicts()
    if len(rows) < 2 or rows[0]["net_low"] <= rows[-1]["net_high"]:
        return None
    return {"for": rows[0], "against": rows[-1]}


def evidence(results: Results, tables: StanceTables, marks: list[Mark]) -> list[dict[str, Any]]:
    """For each target its clearest sentences on both sides; a text and its reprints speak once."""
    names = {mark.theme_id: mark.name for mark in marks if mark.theme_id != NOISE}
    about = results.corpus.articles.select(
        "article_id", "title", "source", "published", "url", family=pl.coalesce("duplicate_of", "article_id")
    )
    found = []
    for target in tables.targets:
        clear = results.stances.filter((pl.col("target") == target) & pl.col("decided"))
        seen: set[str] = set()
        sides = {
            side: _sentences(_clearest(clear, side), results, about, seen, names)
            for side in ("favor", "against")
        }
        found.append({"target": target, "sides": sides})
    return found


def _clearest(stances: pl.DataFrame, side: str) -> pl.DataFrame:
    rows = stances.filter(pl.col("stance") == side).with_columns(proba=pl.col(f"proba_{side}"))
    order = ["proba", "article_id", "sentence", "mention"]
    return rows.sort(order, descending=[True, False, False, False]).head(40 * SHOWN_SENTENCES)


def _sentences(
    clearest: pl.DataFrame, results: Results, about: pl.DataFrame, seen: set[str], names: dict[int, str]
) -> list[dict[str, Any]]:
    """The first of ``clearest`` whose article family and words are not in ``seen``, which grows."""
    keys = ["article_id", "sentence"]
    rows = clearest.join(
        results.corpus.sentences.select(*keys, "text", "lang"), on=keys, maintain_order="left"
    )
    rows = rows.join(about, on="article_id", maintain_order="left")
    rows = rows.join(
        results.theme_of_article.select("article_id", "theme_id"),
        on="article_id",
        how="left",
        maintain_order="left",
    )
    chosen: list[dict[str, Any]] = []
    for row in rows.to_dicts():
        same = {f"family {row['family']}", f"text {' '.join(row['text'].casefold().split())}"}
        if len(chosen) < SHOWN_SENTENCES and not same & seen:
            seen |= same
            chosen.append({**row, "theme": names.get(row["theme_id"]), "parts": _around_mention(row)})
    return chosen


def _around_mention(row: dict[str, Any]) -> tuple[str, str, str]:
    """The sentence before, in and after the mention of the target."""
    text, start, end = row["text"], row["start"], row["end"]
    if start is None or end is None:
        return text, "", ""
    return text[:start], text[start:end], text[end:]
