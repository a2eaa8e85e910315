"""Themes over time as the page shows them: in charts, and in words when they began, ended and burst."""

from typing import Any

import polars as pl

from newstance.groups import starts_of
from newstance.summary import Summary
from newstance.summary.words import percent, period_name
from newstance.tables import NOISE

SHOWN_BURSTS = 3


def counts_by_theme(summary: Summary) -> dict[int, pl.DataFrame]:
    """For each theme with dated articles its rows of ``themes_over_time``, every period from the first to the
    last, and whether it ``bursts`` there."""
    dated = summary.themes_over_time.filter(pl.col("start").is_not_null())
    if summary.theme_period is None or not dated.height:
        return {}
    starts = pl.DataFrame({"start": starts_of(dated["start"], summary.theme_period)})
    spans: dict[int, list[tuple[Any, Any]]] = {}
    for theme, first, last in summary.theme_bursts.select("theme_id", "first", "last").rows():
        spans.setdefault(theme, []).append((first, last))
    found = {}
    for (theme,), rows in dated.filter(pl.col("theme_id") != NOISE).group_by("theme_id", maintain_order=True):
        inside = [pl.col("start").is_between(first, last) for first, last in spans.get(theme, [])]
        rows = starts.join(rows, on="start", how="left", maintain_order="left")
        found[theme] = rows.with_columns(
            pl.col("n", "n_articles").fill_null(0), bursts=pl.any_horizontal(pl.lit(False), *inside)
        )
    return {theme: rows for theme, rows in found.items() if rows["n"].sum()}


def lives(summary: Summary) -> dict[int, str]:
    """In words, from when to when each theme is seen; themes that never have enough articles are left out."""
    period = summary.theme_period
    seen = summary.theme_lifespans.filter(pl.col("first").is_not_null()).to_dicts() if period else []
    return {row["theme_id"]: _life(row, str(period)) for row in seen}


def _life(row: dict[str, Any], period: str) -> str:
    first, last = period_name(row["first"], period), period_name(row["last"], period)
    if first == last and not (row["from_start"] or row["to_end"]):
        return f"only {first}"
    begins = "from the start" if row["from_start"] else f"from {first}"
    return f"{begins} to {'the end' if row['to_end'] else last}"


def burst_lines(summary: Summary) -> dict[int, list[str]]:
    """The weightiest bursts of each theme in words, in the order of time, with share and interval."""
    period = summary.theme_period
    heaviest = summary.theme_bursts.group_by("theme_id", maintain_order=True).head(SHOWN_BURSTS)
    lines: dict[int, list[str]] = {}
    for row in heaviest.sort("theme_id", "first").to_dicts():
        assert period is not None  # there are no bursts without dates
        lines.setdefault(row["theme_id"], []).append(_burst(row, period))
    return lines


def _burst(row: dict[str, Any], period: str) -> str:
    first, last = period_name(row["first"], period), period_name(row["last"], period)
    when = first if first == last else f"{first} to {last}"
    interval = f"{percent(row['share_low'])} to {percent(row['share_high'])}"
    return f"{when}: {percent(row['share'])} of the articles ({interval}), usually {percent(row['usual'])}"
