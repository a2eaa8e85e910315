"""What a person sees at the end of a training."""

import os
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from newstance.results import Results
from newstance.stance.aggregate import aggregate
from newstance.stores import Store
from newstance.tables import NOISE
from newstance.tracking import ui_command
from newstance.training import Trained

MOST_THEMES, MOST_SOURCES, WORDS = 25, 30, 5


def show_training(trained: Trained, tracking: Store | None, console: Console | None = None) -> None:
    """Print themes, stance by outlet, notes, and the commands to go on with."""
    console = console or Console()
    results = trained.results
    console.print(_counts(results), highlight=False)
    console.print(_themes(results))
    if results.stances.height:
        console.print(_stances(results))
    for line in _scores(results):
        console.print(line, highlight=False)
    for note in results.notes:
        console.print(f"[yellow]note[/] {note}", highlight=False)
    console.print("\n[bold]Go on with[/]")
    console.print(
        f"  report   {_short(trained.results_folder / 'report.html')}", highlight=False, soft_wrap=True
    )
    if tracking is not None:
        console.print(f"  runs     {ui_command(tracking)}", highlight=False, soft_wrap=True)
    console.print(
        f"  predict  newstance predict {_short(trained.model_folder)} NEW_ARTICLES -o out.parquet",
        highlight=False,
        soft_wrap=True,
    )


def _counts(results: Results) -> str:
    corpus, metrics = results.corpus, results.metrics
    return (
        f"[bold]{results.name}[/]: {corpus.articles.height:,} articles, "
        f"{corpus.sentences.height:,} sentences, "
        f"{metrics['corpus/languages']:.0f} languages, {metrics['corpus/sources']:.0f} outlets, "
        f"{metrics['corpus/reprints']:.0f} reprints, {corpus.rejected.height} left out"
    )


def _themes(results: Results) -> Table:
    table = Table(title="Themes", title_justify="left", header_style="bold")
    for column, justify in (
        ("theme", "left"),
        ("articles", "right"),
        ("keywords", "left"),
        ("languages", "left"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    langs = (
        results.theme_of_article.join(results.corpus.articles.select("article_id", "lang"), on="article_id")
        .group_by("theme_id", "lang")
        .len()
        .sort("len", "lang", descending=[True, False])
    )
    themes = results.themes.sort("size", descending=True)
    for row in themes.head(MOST_THEMES).iter_rows(named=True):
        words = row["keywords"][0]["words"][:WORDS] if row["keywords"] else []
        own = langs.filter(pl.col("theme_id") == row["theme_id"]).head(6)
        spoken = " ".join(f"{lang} {count}" for lang, count in own.select("lang", "len").iter_rows())
        mark = " *" if row["named_by"] == "codebook" else ""
        table.add_row(f"{row['name']}{mark}", str(row["size"]), ", ".join(words), spoken)
    noise = results.theme_of_article.filter(pl.col("theme_id") == NOISE).height
    table.add_row("[dim]without theme[/]", str(noise), "", "")
    table.caption = "* named in the codebook" + (
        f"; {themes.height - MOST_THEMES} smaller themes are in the report"
        if themes.height > MOST_THEMES
        else ""
    )
    return table


def _stances(results: Results) -> Table:
    shares = aggregate(
        results.stances,
        results.corpus.articles,
        results.theme_of_article,
        by=["source", "target"],
        n_bootstrap=200,
        seed=0,
    )
    targets = shares["target"].unique(maintain_order=True).sort().to_list()
    table = Table(
        title="Stance by outlet: favor − against, in points", title_justify="left", header_style="bold"
    )
    table.add_column("outlet")
    for target in targets:
        table.add_column(target, justify="right")
    cells = {(row["source"], row["target"]): row for row in shares.iter_rows(named=True)}
    sources = sorted({source for source, _ in cells}, key=lambda source: (source is None, source))
    for source in sources[:MOST_SOURCES]:
        table.add_row(source or "unknown", *(_cell(cells.get((source, target))) for target in targets))
    table.caption = "small numbers: 95 % interval of the figure, by articles; – where nothing was decided"
    return table


def _cell(row: dict | None) -> str:
    if row is None or not row["n"]:
        return "–"
    return f"{100 * row['net']:+.0f} [dim]{100 * row['net_low']:+.0f}…{100 * row['net_high']:+.0f}[/]"


def _scores(results: Results) -> list[str]:
    metrics, lines = results.metrics, []
    if "stance/f1_macro" in metrics:
        lines.append(
            f"Stance, on judgements left out: macro-F1 {metrics['stance/f1_macro']:.2f} "
            f"({metrics['stance/f1_macro_low']:.2f}–{metrics['stance/f1_macro_high']:.2f}); "
            f"without knowing the target {metrics['stance/target_blind/f1_macro']:.2f}; "
            f"calibration error {metrics['stance/ece']:.2f}"
        )
    if "themes/ami" in metrics:
        lines.append(f"Themes, against your labels: adjusted mutual information {metrics['themes/ami']:.2f}")
    return lines


def _short(path: Path) -> str:
    """The path from here, where that is shorter."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)
