"""What a person sees of an evaluation: scores in points of 100, with their intervals."""

from collections import Counter
from collections.abc import Iterable, Sequence

import polars as pl
from rich.console import Console

from newstance.annotate.settle import Settled
from newstance.evaluate.evaluation import Evaluation
from newstance.terminal.text import ABSENT, Column, say, table

MISTAKES_SHOWN, THEMES_SHOWN = 10, 40
NAME_WIDTH = 26
SAYS = "the model says"


def show_evaluation(found: Evaluation, console: Console | None = None) -> None:
    """Print the tables of an evaluation and its notes."""
    console = console or Console()
    tables = found.tables
    if "themes" in tables:
        _table(
            console, "Themes", "theme", ["n", "given", "precision", "recall", "F1"], _themes(tables["themes"])
        )
        columns = ["n", "macro-F1", "precision", "recall", "accuracy"]
        _table(console, "All themes", "", columns, _overall(tables["overall"]))
        _mistakes(console, tables["confusion"])
    if "stance" in tables:
        columns = ["n", "macro-F1", "favor", "against", "none", "accuracy"]
        _table(console, "Stance", "", columns, _stances(tables["stance"]))
        _stance_lines(console, found.metrics)
    if "themes_on_articles" in tables:
        _without_labels(console, found)
    for note in found.notes:
        _note(console, note)


def show_settled(settled: Settled, console: Console | None = None) -> None:
    """Print how many labels there are of each kind, and how far annotators agree."""
    console = console or Console()
    counts = Counter(row.get("stance", row.get("theme")) for row in settled.labels)
    _table(console, "Labels", "label", ["n"], [[str(name), str(n)] for name, n in counts.most_common()])
    who = ", ".join(f"{name} ({n})" for name, n in settled.annotators.items())
    say(console, f"annotators: {who}")
    agreement = settled.agreement
    if agreement.n_units:
        bounds = "" if agreement.interval is None else " ({:.2f}–{:.2f})".format(*agreement.interval)
        say(
            console,
            f"agreement on {agreement.n_units} texts of several annotators: Krippendorff's alpha "
            f"{_decimal(agreement.alpha)}{bounds}",
        )
    for note in settled.notes:
        _note(console, note)


def _note(console: Console, note: str) -> None:
    say(console, ("note ", "yellow"), note)


def _table(
    console: Console, title: str, first: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """A table whose first column holds names and whose others hold figures, but for names under ``SAYS``."""
    figures = [Column(name, "left" if name == SAYS else "right") for name in columns]
    table(console, title, [Column(first, width=NAME_WIDTH), *figures], rows)
    say(console, "")


def _themes(scores: pl.DataFrame) -> list[list[str]]:
    return [
        [row["theme"], str(row["n"]), str(row["n_given"])]
        + [_interval(row, score) for score in ("precision", "recall", "f1")]
        for row in scores.sort("n", descending=True, maintain_order=True).iter_rows(named=True)
    ]


def _overall(scores: pl.DataFrame) -> list[list[str]]:
    return [
        [row["row"], str(row["n"])]
        + [_interval(row, score) for score in ("f1_macro", "precision", "recall", "accuracy")]
        for row in scores.iter_rows(named=True)
    ]


def _mistakes(console: Console, scores: pl.DataFrame) -> None:
    """The most frequent mistakes of the confusion."""
    wrong = scores.filter(pl.col("label") != pl.col("given"))
    rows = [
        [row["label"], row["given"], str(row["n"])]
        for row in wrong.head(MISTAKES_SHOWN).iter_rows(named=True)
    ]
    if rows:
        _table(console, "Most frequent mistakes", "label", [SAYS, "n"], rows)


def _stances(scores: pl.DataFrame) -> list[list[str]]:
    return [
        [row["row"], str(row["n"]), _points(row["f1_macro"], row["low"], row["high"])]
        + [_points(row[name]) for name in ("f1_favor", "f1_against", "f1_none", "accuracy")]
        for row in scores.iter_rows(named=True)
    ]


def _stance_lines(console: Console, metrics: dict[str, float]) -> None:
    lines = {
        "F1 of favor and against": "stance/f1_favor_against",
        "mention found": "stance/mention_found",
        "stance decided, where found": "stance/decided",
        "calibration error": "stance/ece",
    }
    for name, key in lines.items():
        if key in metrics:
            say(console, f"{name}: {_points(metrics[key])}")
    say(console, "")


def _without_labels(console: Console, found: Evaluation) -> None:
    columns = ["n", "C_v", "stability", "languages", "outlets"]
    names = ["c_v", "stability", "lang_entropy", "source_entropy"]
    scores = found.tables["themes_on_articles"].sort("n", descending=True, maintain_order=True)
    rows = [
        [row["theme"] or ABSENT, str(row["n"]), *(_decimal(row[name]) for name in names)]
        for row in scores.head(THEMES_SHOWN).iter_rows(named=True)
    ]
    _table(
        console, "Themes on these articles; languages and outlets: entropy in bits", "theme", columns, rows
    )
    lines = {
        "without theme": "noise",
        "C_v of keywords": "c_v",
        "NPMI of keywords": "npmi",
        "different keywords": "keyword_diversity",
        "silhouette": "silhouette",
        "stability": "stability",
    }
    for name, key in lines.items():
        say(console, f"{name}: {_decimal(found.metrics.get(f'themes/{key}'))}")


def _interval(row: dict, score: str) -> str:
    return _points(row[score], row[f"{score}_low"], row[f"{score}_high"])


def _points(value: float | None, low: float | None = None, high: float | None = None) -> str:
    if value is None:
        return ABSENT
    return f"{100 * value:.0f}" + (
        f" {100 * low:.0f}–{100 * high:.0f}" if low is not None and high is not None else ""
    )


def _decimal(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.2f}"
