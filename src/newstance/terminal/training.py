"""What a person sees at the end of a training, and of applying its model."""

import os
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import Any

import polars as pl
from rich.console import Console
from rich.text import Text

from newstance.report import REPORT
from newstance.results import Results
from newstance.stores import Store
from newstance.summary import Summary
from newstance.summary.verdict import CORRECTED, REFUSED
from newstance.summary.words import NO_OUTLET, NOT_MEASURED, between, count, points, score
from newstance.terminal.text import ABSENT, Column, line, say, table
from newstance.tracking import ui_command
from newstance.training import Trained

MOST_THEMES, MOST_OUTLETS, WORDS, LANGS = 25, 30, 5, 6
WIDEST_NAME, NARROWEST_CELL = 24, 11


def show_training(trained: Trained, tracking: Store | None, console: Console | None = None) -> None:
    """Print themes, stance by outlet, scores, notes, and the commands to go on with."""
    console = console or Console()
    _show_summary(trained.results.summary, console)
    for text in _told(trained):
        say(console, ("warning", "yellow"), f" {text}")
    say(console, "")
    say(console, ("Go on with", "bold"))
    say(console, f"  report   {_short(trained.results_folder / REPORT)}")
    if tracking is not None and trained.run_name is not None:
        say(console, f"  run      {trained.run_name}, seen by {ui_command(tracking)}")
    say(
        console,
        f"  predict  newstance predict {quote(_short(trained.model_folder))} NEW_ARTICLES -o out.parquet",
    )


def show_applied(results: Results, folder: Path, console: Console | None = None) -> None:
    """Print what a model found in new articles, and where it was written to."""
    console = console or Console()
    _show_summary(results.summary, console)
    say(console, "")
    say(console, ("Go on with", "bold"))
    say(console, f"  report   {_short(folder / REPORT)}")
    say(console, f"  ask      newstance.load_results({_short(folder)!r}), in Python")


def _show_summary(summary: Summary, console: Console) -> None:
    _say_counts(console, summary)
    _show_themes(console, summary)
    _show_stances(console, summary)
    for text in _scores(summary):
        console.print(line(text))
    for kind, texts in (("warning", summary.warnings), ("note", summary.notes)):
        for text in texts:
            console.print(line((kind, "yellow"), f" {text}"))


def _told(trained: Trained) -> Iterator[str]:
    """What became of the run and the folders, where it is not what was asked for."""
    if trained.fault is not None:
        yield f"the run is not in MLflow, or not whole; model and results are. {trained.fault}"
    if trained.kept is not None:
        yield (
            f"another training is in {_short(trained.model_folder.parent / trained.kept)} and "
            f"{_short(trained.results_folder.parent / trained.kept)}, and stays; this one is called "
            f"{trained.results.name}. --replace would take its place."
        )


def _say_counts(console: Console, summary: Summary) -> None:
    counts = summary.counts
    text = (
        f": {count(counts.articles)} articles, {count(counts.sentences)} sentences, "
        f"{count(counts.languages)} languages, {count(counts.outlets)} outlets, "
        f"{count(counts.reprints)} reprints, {count(counts.translations)} translations, "
        f"{count(counts.rejected)} left out"
    )
    console.print(line((summary.name, "bold"), text))


def _show_themes(console: Console, summary: Summary) -> None:
    if not summary.n_themes:
        say(console, f"No theme was found among {count(summary.counts.articles)} articles.")
        return
    columns = [Column("theme"), Column("articles", "right"), Column("keywords"), Column("languages")]
    rows: list[list[Any]] = [_theme_row(row) for row in summary.themes.head(MOST_THEMES).to_dicts()]
    rows.append([Text("without theme", "dim"), count(summary.noise), "", ""])
    more = summary.n_themes - MOST_THEMES
    caption = "* named in the codebook" + (f"; {more} smaller themes are in the report" if more > 0 else "")
    table(console, "Themes", columns, rows, caption)


def _theme_row(row: dict[str, Any]) -> list[str | None]:
    words = row["keywords"][0]["words"][:WORDS] if row["keywords"] else []
    langs = " ".join(f"{one['lang']} {one['n']}" for one in row["langs"][:LANGS])
    mark = " *" if row["named_by"] == "codebook" else ""
    return [f"{row['name']}{mark}", count(row["size"]), ", ".join(words) or None, langs or None]


def _show_stances(console: Console, summary: Summary) -> None:
    """Outlets by targets, as many targets side by side as the console is wide."""
    shares = summary.stance_by_outlet
    if summary.stance_basis == REFUSED:
        say(console, ("No shares of stances, as they could not be believed:", "bold"))
        for reason in summary.stance_reasons:
            say(console, f"  {reason}")
        return
    if shares.is_empty():
        say(console, "No stance was found: no sentence names a target, or there are no targets or labels.")
        return
    cells = {(row["source"], row["target"]): row for row in shares.to_dicts()}
    outlets = _most_discussed(shares, "source")
    shown = outlets[:MOST_OUTLETS]
    width = max([NARROWEST_CELL, *(len(_cell(row).plain) for row in cells.values())])
    blocks = _blocks(sorted(shares["target"].unique()), console.width, width)
    more = (
        f"; {len(outlets) - len(shown)} more outlets are in the tables" if len(outlets) > len(shown) else ""
    )
    interval = "behind each figure its 95 % interval; " if summary.stance_basis == CORRECTED else ""
    for number, targets in enumerate(blocks, 1):
        part = f" ({number} of {len(blocks)})" if len(blocks) > 1 else ""
        table(
            console,
            f"Stance by outlet: favor − against, in points{part}",
            [Column("outlet", width=WIDEST_NAME), *(Column(target, "right", width) for target in targets)],
            [[outlet or NO_OUTLET, *(_cell(cells.get((outlet, t))) for t in targets)] for outlet in shown],
            f"{interval}{ABSENT} where nothing was decided{more}",
        )


def _most_discussed(shares: pl.DataFrame, key: str) -> list[str | None]:
    """The values of ``key``, those with the most decided stances first."""
    sizes = shares.group_by(key).agg(pl.col("n").sum())
    return sizes.sort(["n", key], descending=[True, False], nulls_last=True)[key].to_list()


def _blocks(targets: list[str], width: int, cell: int) -> list[list[str]]:
    """``targets`` in parts that fit beside a column of outlets."""
    at_once = max(1, (width - WIDEST_NAME - 4) // (cell + 3))
    return [targets[start : start + at_once] for start in range(0, len(targets), at_once)]


def _cell(row: dict[str, Any] | None) -> Text:
    if row is None or not row["n"]:
        return Text(ABSENT)
    if row["net_low"] is None:
        return line(points(row["net"]))
    return line(points(row["net"]), (f" {points(row['net_low'])}…{points(row['net_high'])}", "dim"))


def _scores(summary: Summary) -> Iterator[str]:
    scores = summary.scores
    if summary.stance_basis != REFUSED:
        yield from summary.stance_reasons
    if scores.stance_f1 is None:
        yield f"Stance: not measured, as {NOT_MEASURED}"
    else:
        yield (
            f"Stance, on judgements left out: macro-F1 {score(scores.stance_f1)} "
            f"({between(scores.stance_f1_low, scores.stance_f1_high)}); without knowing the target "
            f"{score(scores.stance_f1_blind)}; calibration error {score(scores.stance_ece)}"
        )
    if scores.themes_ami is not None:
        yield f"Themes, against your labels: adjusted mutual information {score(scores.themes_ami)}"


def _short(path: Path) -> str:
    """The path from here, where that is shorter."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)
