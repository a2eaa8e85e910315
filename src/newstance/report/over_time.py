"""Themes over time as the page shows them: in charts, and in words when they began, ended and burst."""

from typing import Any

import polars as pl

from newstance.groups import starts_of
from newstance.report.wording import Wording
from newstance.summary import Summary
from newstance.summary.words import percent
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


def lives(summary: Summary, words: Wording) -> dict[int, str]:
    """In words, from when to when each theme is seen; themes that never have enough articles are left out."""
    period = summary.theme_period
    seen = summary.theme_lifespans.filter(pl.col("first").is_not_null()).to_dicts() if period else []
    return {row["theme_id"]: _life(row, str(period), words) for row in seen}


def _life(row: dict[str, Any], period: str, words: Wording) -> str:
    first, last = words.period(row["first"], period), words.period(row["last"], period)
    if first == last and not (row["from_start"] or row["to_end"]):
        return words.text("life.only", period=first)
    start = "start" if row["from_start"] else "first"
    end = "end" if row["to_end"] else "last"
    return words.text(f"life.{start}_{end}", first=first, last=last)


def burst_lines(summary: Summary, words: Wording) -> dict[int, list[str]]:
    """The weightiest bursts of each theme in words, in the order of time, with share and interval."""
    period = summary.theme_period
    heaviest = summary.theme_bursts.group_by("theme_id", maintain_order=True).head(SHOWN_BURSTS)
    lines: dict[int, list[str]] = {}
    for row in heaviest.sort("theme_id", "first").to_dicts():
        assert period is not None  # there are no bursts without dates
        lines.setdefault(row["theme_id"], []).append(_burst(row, period, words))
    return lines


def _burst(row: dict[str, Any], period: str, words: Wording) -> str:
    first, last = words.period(row["first"], period), words.period(row["last"], period)
    when = first if first == last else words.text("burst.when", first=first, last=last)
    numbers = {key: percent(row[key]) for key in ("share", "share_low", "share_high", "usual")}
    return words.text("burst.line", when=when, **numbers)


def bars(counts: pl.DataFrame, height: int = 24, width: int = 4) -> dict[str, Any]:
    """The articles of a theme in each period as the outline of bars, those in a burst apart; ``counts`` is a
    table of ``counts_by_theme``."""
    highest = max(counts["n"].to_list(), default=0) or 1
    paths: dict[bool, list[str]] = {False: [], True: []}
    for place, (n, bursts) in enumerate(counts.select("n", "bursts").rows()):
        tall = round(height * n / highest, 1)
        if tall:
            paths[bursts].append(f"M{width * place} {height}v-{tall}h{width - 1}v{tall}z")
    usual, burst = ("".join(paths[one]) for one in (False, True))
    return {"usual": usual, "burst": burst, "width": width * counts.height, "height": height}
