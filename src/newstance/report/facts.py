"""Plain facts of a training as values for the page: the tiles at the top, and tables of scores."""

from typing import Any

from newstance.results import Results
from newstance.summary import Scores, Summary
from newstance.summary.words import NOT_MEASURED, between, count, day, known, percent, score
from newstance.tables import UNKNOWN_LANG, Counts

SHOWN_ROWS = 40
SHOWN_LANGS = 8


def headline(summary: Summary) -> list[dict[str, str]]:
    """The numbers at the top: value, label and a note, in the order a reader asks."""
    counts = summary.counts
    langs = [lang for lang in summary.languages["lang"] if lang != UNKNOWN_LANG]
    noise = "–" if summary.noise_share is None else percent(summary.noise_share)
    part = f"{percent(counts.reprints / counts.articles) if counts.articles else '–'} of the articles"
    return [
        _count_tile(counts.articles, "article", f"{count(counts.sentences)} sentences"),
        _count_tile(counts.languages, "language", ", ".join(langs[:SHOWN_LANGS])),
        _count_tile(counts.outlets, "outlet", _without(counts.without_outlet, "an outlet")),
        _tile(*_dates(counts), _without(counts.without_date, "a date")),
        _count_tile(counts.reprints, "reprint", part),
        _count_tile(summary.n_themes, "theme", f"{count(summary.n_codebook_themes)} named in the codebook"),
        _tile(noise, "of articles without a theme", ""),
        _f1(summary.scores),
    ]


def _tile(value: str, label: str, note: str) -> dict[str, str]:
    return {"value": value, "label": label, "note": note}


def _count_tile(number: int, noun: str, note: str) -> dict[str, str]:
    return _tile(count(number), noun if number == 1 else f"{noun}s", note)


def _without(number: int, what: str) -> str:
    return f"{count(number)} articles without {what}" if number else ""


def _dates(counts: Counts) -> tuple[str, str]:
    first, last = counts.first, counts.last
    if first is None or last is None:
        return "–", "no dates"
    years = f"{first.year}" if first.year == last.year else f"{first.year}–{last.year}"
    return years, f"{day(first)} to {day(last)}"


def _f1(scores: Scores) -> dict[str, str]:
    if scores.stance_f1 is None:
        return _tile("–", "stance not measured", NOT_MEASURED)
    interval = between(scores.stance_f1_low, scores.stance_f1_high)
    note = f"{interval}; blind to the target: {score(scores.stance_f1_blind)}"
    return _tile(score(scores.stance_f1), "stance F1 (macro)", note)


def rejected(results: Results) -> list[dict[str, Any]]:
    """Files and lines that could not be read, the first of them."""
    return results.corpus.rejected.sort("file", "line", nulls_last=True).head(SHOWN_ROWS).to_dicts()


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
