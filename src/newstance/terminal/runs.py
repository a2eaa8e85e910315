"""What a terminal shows of several trainings."""

from collections.abc import Iterable
from typing import Any

import polars as pl
from rich.console import Console

from newstance.runs.compare import Comparison
from newstance.runs.reproduce import Reproduction
from newstance.runs.sweep import Combination, Swept
from newstance.runs.workers import Outcome
from newstance.summary.words import count, percent
from newstance.terminal.text import Column, line, say, table

MOST_ROWS = 20
# Shown first, where there are such.
FIRST = ("stance/f1_macro", "stance/ece", "themes/ami", "themes/noise", "themes/n_themes", "corpus/articles")
LONGEST_VALUE = 60


def show_comparison(found: Comparison, console: Console | None = None) -> None:
    """Print what differs: settings, metrics, themes, and articles of another theme."""
    console = console or Console()
    say(console, (found.first, "bold"), " and ", (found.second, "bold"), f": {_of_what(found)}")
    sides = [Column(found.first), Column(found.second)]
    _show(console, "Settings that differ", [Column("key"), *sides], _settings(found.config))
    if found.config.is_empty():
        console.print(line("All settings are the same."))
    numbers = [
        Column("metric"),
        *(Column(one.name, "right") for one in sides),
        Column("difference", "right"),
        Column("95 % interval", "right"),
    ]
    _show(console, "Metrics", numbers, _metrics(found.metrics))
    pairs = [sides[0], Column("articles", "right"), sides[1], Column("articles", "right")]
    pairs += [Column("shared", "right"), Column("overlap", "right")]
    _show(console, "Themes, matched by their articles", pairs, _themes(found.themes))
    _show(console, "Articles of another theme", [Column("article"), *sides], _articles(found.articles))
    share = f" ({percent(found.articles.height / found.n_shared)})" if found.n_shared else ""
    say(
        console,
        f"{count(found.articles.height)} of {count(found.n_shared)} articles have another theme{share}.",
    )


def _show(console: Console, title: str, columns: list[Column], rows: list[list[Any]]) -> None:
    if rows:
        more = f"{len(rows) - MOST_ROWS} more; --out writes all" if len(rows) > MOST_ROWS else None
        table(console, title, columns, rows[:MOST_ROWS], more)


def _of_what(found: Comparison) -> str:
    data = "the same articles" if found.same_data else "not the same articles"
    return data + (", the same judgements" if found.same_judgements else "")


def _settings(config: pl.DataFrame) -> list[list[Any]]:
    return [[key, *(_short(value) for value in values)] for key, *values in config.iter_rows()]


def _short(value: str | None) -> str | None:
    return value if value is None or len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE - 1]}…"


def _metrics(metrics: pl.DataFrame) -> list[list[Any]]:
    """The first metrics, then those whose difference is not chance, then the others that differ."""
    rows = {row["metric"]: row for row in metrics.iter_rows(named=True)}
    others = [row for name, row in rows.items() if name not in FIRST and row["difference"]]
    others.sort(key=lambda row: not _is_certain(row))
    shown = [rows[name] for name in FIRST if name in rows] + others
    return [_metric_row(row) for row in shown]


def _is_certain(row: dict[str, Any]) -> bool:
    low, high = row["difference_low"], row["difference_high"]
    return low is not None and (low > 0 or high < 0)


def _metric_row(row: dict[str, Any]) -> list[Any]:
    low, high = row["difference_low"], row["difference_high"]
    interval = None if low is None else f"{low:+.3f} to {high:+.3f}"
    return [row["metric"], *map(_number, (row["first"], row["second"])), _signed(row["difference"]), interval]


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:,.0f}" if float(value).is_integer() else f"{value:.3f}"


def _signed(value: float | None) -> str | None:
    return None if value is None else "0" if not value else f"{value:+.3f}"


def _themes(themes: pl.DataFrame) -> list[list[Any]]:
    rows: Iterable[dict[str, Any]] = themes.iter_rows(named=True)
    return [
        [
            row["theme_first"],
            row["size_first"],
            row["theme_second"],
            row["size_second"],
            row["shared"] or None,
            percent(row["overlap"]) if row["overlap"] else None,
        ]
        for row in rows
    ]


def _articles(articles: pl.DataFrame) -> list[list[Any]]:
    return [
        [row["title"] or row["article_id"], row["theme_first"], row["theme_second"]]
        for row in articles.iter_rows(named=True)
    ]


def said(one: Combination, outcome: Outcome) -> str:
    """A line on a combination that is over."""
    values = " ".join(f"{key}={value}" for key, value in one.values.items())
    status = "was finished before" if outcome.status == "found" else outcome.status
    return f"{values}: {status}" + (f" ({outcome.error})" if outcome.error else "")


def show_sweep(found: Swept, console: Console | None = None) -> None:
    """Print the combinations, the best first."""
    console = console or Console()
    if found.fault is not None:
        say(console, ("warning", "yellow"), f" there is no run of the whole in MLflow. {found.fault}")
    ours = ("metric", "standard_error", "status", "error", "results")
    keys = [name for name in found.table.columns if name not in ours]
    columns = [*map(Column, keys), Column(found.by, "right"), Column("standard error", "right")]
    rows = [
        [*(row[key] for key in keys), _number(row["metric"]), _number(row["standard_error"]), row["status"]]
        for row in found.table.iter_rows(named=True)
    ]
    table(console, "Combinations", [*columns, Column("status")], rows)
    for row in found.table.head(1).filter(pl.col("metric").is_not_null()).iter_rows(named=True):
        say(console, f"The first is in {row['results']}")


def show_reproduction(found: Reproduction, console: Console | None = None) -> None:
    """Print whether a run came out again, and what differs."""
    console = console or Console()
    for key, why in found.changed.items():
        say(console, ("changed", "yellow"), f" {key}: {why}")
    if found.versions.height:
        columns = [Column("what"), Column("then"), Column("now")]
        table(console, "Versions that differ", columns, found.versions.rows())
    if found.files.is_empty():
        say(console, f"{found.run} was not trained again, as its data have changed; --anyway does so.")
        return
    differ = found.files.filter(~pl.col("same"))["file"].to_list()
    if found.is_same:
        say(
            console, f"The same: all {found.files.height} files of the results of {found.run}, and its model."
        )
        return
    say(console, f"{found.run} came out otherwise: {len(differ)} of {found.files.height} files differ.")
    for name in differ:
        say(console, f"  {name}")
    if found.model_same is not None:
        say(console, f"The model is {'the same' if found.model_same else 'another one'}.")
    if found.comparison is not None:
        show_comparison(found.comparison, console)
