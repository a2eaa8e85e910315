"""Plain facts of a training for the page: the tiles at the top, how it was made, and tables of scores."""

import hashlib
import json
from typing import Any

from newstance.report.wording import Wording
from newstance.results import Results
from newstance.summary import Scores, Summary
from newstance.summary.words import known, percent
from newstance.tables import UNKNOWN_LANG, Counts

SHOWN_ROWS = 40
SHOWN_LANGS = 8


def headline(summary: Summary, words: Wording) -> list[dict[str, str]]:
    """The numbers at the top: value, label and a note, in the order a reader asks."""
    counts = summary.counts
    langs = [lang for lang in summary.languages["lang"] if lang != UNKNOWN_LANG]
    noise = "–" if summary.noise_share is None else percent(summary.noise_share)
    part = percent(counts.reprints / counts.articles) if counts.articles else "–"
    codebook = words.text("tile.codebook", n=summary.n_codebook_themes)
    without_outlet = words.text("tile.without_outlet", n=counts.without_outlet)
    tiles = [
        ("articles", counts.articles, words.text("tile.sentences", n=counts.sentences)),
        ("languages", counts.languages, ", ".join(langs[:SHOWN_LANGS])),
        ("outlets", counts.outlets, without_outlet if counts.without_outlet else ""),
        ("reprints", counts.reprints, words.text("tile.part", part=part)),
        ("themes", summary.n_themes, codebook),
    ]
    numbers = [_tile(words.count(n), words.text(f"tile.{name}", n=n), note) for name, n, note in tiles]
    return [
        *numbers[:3],
        _dates(counts, words),
        *numbers[3:],
        _tile(noise, words.text("tile.noise"), ""),
        _f1(summary.scores, words),
    ]


def _tile(value: str, label: str, note: str) -> dict[str, str]:
    return {"value": value, "label": label, "note": note}


def _dates(counts: Counts, words: Wording) -> dict[str, str]:
    first, last = counts.first, counts.last
    note = words.text("tile.without_date", n=counts.without_date) if counts.without_date else ""
    if first is None or last is None:
        return _tile("–", words.text("tile.no_dates"), note)
    years = f"{first.year}" if first.year == last.year else f"{first.year}–{last.year}"
    return _tile(years, words.text("tile.dates", first=words.day(first), last=words.day(last)), note)


def _f1(scores: Scores, words: Wording) -> dict[str, str]:
    if scores.stance_f1 is None:
        return _tile("–", words.text("tile.f1_none"), words.text("tile.f1_why"))
    interval = interval_in_words(scores.stance_f1_low, scores.stance_f1_high, words)
    note = words.text("tile.f1_note", interval=interval, blind=words.score(scores.stance_f1_blind))
    return _tile(words.score(scores.stance_f1), words.text("tile.f1"), note)


def interval_in_words(low: float | None, high: float | None, words: Wording) -> str:
    """An interval of a score, or that there is none."""
    if low is None or high is None:
        return words.text("interval.none")
    return words.text("interval.between", low=words.score(low), high=words.score(high))


def made(results: Results, words: Wording) -> dict[str, str]:
    """What made the page, as the results record it: no clock, so that equal results give equal bytes."""
    config = json.dumps(results.config, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(config.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    encoder = (results.config.get("encoder") or {}).get("model") or "–"
    counts = results.summary.counts
    about = {
        "version": results.version,
        "name": results.name,
        "config": digest if results.config else "–",
        "encoder": str(encoder),
        "fingerprint": results.summary.fingerprint,
        "seed": str(results.summary.seed),
        "resamples": words.count(results.summary.n_bootstrap),
    }
    dates = f", {words.day(counts.first)} – {words.day(counts.last)}" if counts.first else ""
    articles = words.text("n.articles", n=counts.articles)
    return about | {"cited": words.text("made.cited", articles=f"{articles}{dates}", **about)}


def config_lines(results: Results) -> str:
    """What was asked for, as YAML."""
    import yaml

    if not results.config:
        return ""
    text: str = yaml.safe_dump(results.config, allow_unicode=True, sort_keys=False, width=110)
    return text


def rejected(results: Results) -> list[dict[str, Any]]:
    """Files and lines that could not be read, the first of them."""
    return results.corpus.rejected.sort("file", "line", nulls_last=True).head(SHOWN_ROWS).to_dicts()


def score_tables(results: Results, words: Wording) -> list[dict[str, Any]]:
    """Each table of ``results.scores``: title, name, columns, which are numeric, and rows of text."""
    return [
        {
            "title": title,
            "name": f"score_{number}",
            "columns": table.columns,
            "numeric": [kind.is_numeric() for kind in table.dtypes],
            "rows": [[_cell(value, words) for value in row] for row in table.rows()],
        }
        for number, (title, table) in enumerate(results.scores.items(), 1)
        if table.height
    ]


def _cell(value: Any, words: Wording) -> str:
    if isinstance(value, float):
        return words.number(f"{value:.3f}") if known(value) else "–"
    if isinstance(value, int) and not isinstance(value, bool):
        return words.count(value)
    return "–" if value is None else str(value)
