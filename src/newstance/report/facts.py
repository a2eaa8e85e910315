"""Plain facts of a training as values for the page: counts, reprints, rejected files, removed dirt."""

from datetime import date
from typing import Any

import polars as pl

from newstance.report.words import count, day, known, percent
from newstance.results import Results
from newstance.tables import NOISE

SHOWN_ROWS = 40
F1 = "stance/f1_macro"
BLIND_F1 = "stance/target_blind/f1_macro"


def headline(results: Results) -> list[dict[str, str]]:
    """The numbers at the top: value, label and a note, in the order a reader asks."""
    articles = results.corpus.articles
    langs, outlets = articles["lang"].drop_nulls(), articles["source"].drop_nulls()
    n_named = int((results.themes["named_by"] == "codebook").sum())
    n_copies = articles.height - articles["duplicate_of"].null_count()
    top = langs.value_counts(sort=True).sort(["count", "lang"], descending=[True, False])
    return [
        _count_tile(articles.height, "article", f"{count(results.corpus.sentences.height)} sentences"),
        _count_tile(langs.n_unique(), "language", ", ".join(top["lang"].head(8))),
        _count_tile(outlets.n_unique(), "outlet", _without(articles["source"], "an outlet")),
        _tile(*_dates(articles["published"]), _without(articles["published"], "a date")),
        _count_tile(n_copies, "reprint", f"{_part(n_copies, articles.height)} of the articles"),
        _count_tile(results.themes.height, "theme", f"{count(n_named)} named in the codebook"),
        _tile(_noise(results.theme_of_article), "of articles without a theme", ""),
        _f1(results.metrics),
    ]


def _tile(value: str, label: str, note: str) -> dict[str, str]:
    return {"value": value, "label": label, "note": note}


def _count_tile(number: int, noun: str, note: str) -> dict[str, str]:
    return _tile(count(number), noun if number == 1 else f"{noun}s", note)


def _without(column: pl.Series, what: str) -> str:
    n_without = column.null_count()
    return f"{count(n_without)} articles without {what}" if n_without else ""


def _dates(published: pl.Series) -> tuple[str, str]:
    dates: list[date] = published.drop_nulls().sort().to_list()
    if not dates:
        return "–", "no dates"
    first, last = dates[0], dates[-1]
    years = f"{first.year}" if first.year == last.year else f"{first.year}–{last.year}"
    return years, f"{day(first)} to {day(last)}"


def _part(number: int, of: int) -> str:
    return percent(number / of) if of else "–"


def _noise(theme_of_article: pl.DataFrame) -> str:
    return _part(int((theme_of_article["theme_id"] == NOISE).sum()), theme_of_article.height)


def _f1(metrics: dict[str, float]) -> dict[str, str]:
    if F1 not in metrics:
        return _tile("–", "stance not measured", "there were no labelled sentences to measure with")
    value = f"{metrics[F1]:.2f}"
    low, high = metrics.get(f"{F1}_low"), metrics.get(f"{F1}_high")
    between = f"95 % interval {low:.2f} to {high:.2f}" if low is not None and high is not None else ""
    blind = f"blind to the target: {metrics[BLIND_F1]:.2f}" if BLIND_F1 in metrics else ""
    return _tile(value, "stance F1 (macro)", "; ".join(part for part in (between, blind) if part))


def reprints(results: Results) -> list[dict[str, Any]]:
    """Who reprints whom: outlet of the copy, outlet of the original, how often, the latest title."""
    about = results.corpus.articles.select("article_id", "source", "title")
    original = about.rename({"article_id": "duplicate_of", "source": "original"}).drop("title")
    pairs = results.corpus.copies.join(about, on="article_id").join(original, on="duplicate_of")
    return (
        pairs.sort("article_id")
        .group_by("source", "original")
        .agg(pl.len().alias("n"), pl.col("similarity").mean(), pl.col("title").drop_nulls().first())
        .sort(["n", "source", "original"], descending=[True, False, False], nulls_last=True)
        .head(SHOWN_ROWS)
        .to_dicts()
    )


def rejected(results: Results) -> list[dict[str, Any]]:
    """Files and lines that could not be read, the first of them."""
    return results.corpus.rejected.sort("file", "line", nulls_last=True).head(SHOWN_ROWS).to_dicts()


def removed(results: Results) -> list[dict[str, Any]]:
    """How much was taken out of the articles as dirt, by reason, with the shortest piece to see."""
    return (
        results.corpus.removed.with_columns(length=pl.col("end") - pl.col("start"))
        .sort("length", "text")
        .group_by("reason")
        .agg(
            pl.len().alias("n"),
            pl.col("article_id").n_unique().alias("n_articles"),
            pl.col("length").sum().alias("n_characters"),
            pl.col("text").get(pl.len() // 2).str.slice(0, 120).alias("example"),
        )
        .sort(["n", "reason"], descending=[True, False])
        .to_dicts()
    )


def score_tables(results: Results) -> list[dict[str, Any]]:
    """Each table of ``results.scores``: title, column names, which are numeric, and rows of text."""
    return [
        {
            "title": title,
            "columns": table.columns,
            "numeric": [kind.is_numeric() for kind in table.dtypes],
            "rows": [[_cell(value) for value in row] for row in table.rows()],
        }
        for title, table in results.scores.items()
        if table.height
    ]


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".replace("-", "−") if known(value) else "–"
    if isinstance(value, int) and not isinstance(value, bool):
        return count(value)
    return "–" if value is None else str(value)
