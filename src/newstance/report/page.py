"""The page: figures and tables of a training put into one HTML file that loads nothing from elsewhere.

The file is the same, byte by byte, for the same results: no clock, no random ids. Everything from
articles is escaped, and a content security policy forbids the browser any request.
"""

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from newstance.report import facts
from newstance.report.address import web_address
from newstance.report.charts import chart_data
from newstance.report.data import page_data
from newstance.report.links import sentences_link
from newstance.report.over_time import bars, burst_lines, counts_by_theme, lives
from newstance.report.short import findings, warnings
from newstance.report.stances import (
    SHOWN_OUTLETS,
    all_cells,
    outlet_cells,
    period_charts,
    shown_targets,
    surest,
    theme_cells,
)
from newstance.report.tables import page_tables
from newstance.report.themes import Mark, outlet_shares, shown_marks, theme_cards, theme_marks
from newstance.report.trust import in_words
from newstance.report.wording import Wording
from newstance.results import Results
from newstance.summary import Summary
from newstance.summary.words import known, percent
from newstance.themes.over_time import MIN_ARTICLES

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

REPORT = "report.html"
UNDATED = "week"  # the heading of a chart that cannot be drawn
SHOWN_CARDS = 24
# Each is a part of the page and calls what stands before it.
SCRIPTS = (
    *("state.js", "filter.js", "follow.js", "tables.js", "counts.js", "evidence.js"),
    "plot.js",
    *(
        "map_points.js",
        "map_classes.js",
        "map_paint.js",
        "map_gestures.js",
        "map_list.js",
        "map_parts.js",
        "map.js",
    ),
    *("time_counts.js", "time_panel.js", "time_brush.js", "time.js", "reliability.js"),
    "start.js",
)
# Inside <script> only these could end it or open a comment; U+2028 and U+2029 end a line in old engines.
UNSAFE_IN_SCRIPT = {code: f"\\u{code:04x}" for code in map(ord, "<>&\u2028\u2029")}


def render(results: Results, lang: str = "en", with_texts: bool = True) -> str:
    """The report as one HTML page that needs no other file and no network.

    Its words are in ``lang`` (en, ru). Without texts it holds no title and no sentence of an article.
    Raises ``ValueError`` for another language.
    """
    words = Wording(lang)
    marks = theme_marks(results.summary, words.text("theme.none"))
    content = _corpus(results, words) | _themes(results, marks, words) | _stance(results, marks, words)
    data = page_data(results, marks, words.text("outlet.none"), with_texts)
    data |= {"texts": words.script, "tables": page_tables(results, words, with_texts)}
    data |= chart_data(results, marks)
    template = _environment(words).get_template("page.html.j2")
    content |= {"n_shown": data["articles"]["n"], "n_sentences": data["sentences"]["n"]}
    content |= {"total": data["total"], "with_texts": with_texts, "scripts": SCRIPTS}
    return template.render(results=results, data=_in_script(data), **content)


def _corpus(results: Results, words: Wording) -> dict[str, Any]:
    summary = results.summary
    return {
        "name": results.name,
        "headline": facts.headline(summary, words),
        "counts": summary.counts,
        "warnings": warnings(summary, words),
        "notes": summary.notes,
        "made": facts.made(results, words),
        "config": facts.config_lines(results),
        "trust": in_words(results, words),
        "scores": facts.score_tables(results, words),
        "reprints": summary.reprints.head(facts.SHOWN_ROWS).to_dicts(),
        "rejected": facts.rejected(results),
        "removed": summary.removed.to_dicts(),
    }


def _themes(results: Results, marks: list[Mark], words: Wording) -> dict[str, Any]:
    summary = results.summary
    life, bursts = lives(summary, words), burst_lines(summary, words)
    times = {theme: bars(rows) for theme, rows in counts_by_theme(summary).items()}
    shares = outlet_shares(summary, marks) if summary.n_themes else []
    cards = [
        card
        | {
            "life": life.get(card["mark"].theme_id),
            "bursts": bursts.get(card["mark"].theme_id, []),
            "bars": times.get(card["mark"].theme_id),
            "stances": _stances_of(summary, card["mark"].theme_id),
        }
        for card in theme_cards(results, marks, words.lang)
    ]
    return {
        "cards": cards,
        "shown_cards": SHOWN_CARDS,
        "shown_marks": shown_marks(marks),
        "min_articles": MIN_ARTICLES,
        "outlet_shares": shares,
        "highest_share": max((share for row in shares for share in row["shares"]), default=1) or 1,
        "n_places": results.layout.height,
        "period": summary.theme_period or UNDATED,
        "has_times": bool(times),
    }


def _stances_of(summary: Summary, theme_id: int) -> list[dict[str, Any]]:
    """The targets most spoken of in a theme, with their shares."""
    rows = summary.stance_by_theme.filter(pl.col("theme_id") == theme_id, pl.col("n") > 0)
    return rows.sort(["n", "target"], descending=[True, False]).head(3).to_dicts()


def _stance(results: Results, marks: list[Mark], words: Wording) -> dict[str, Any]:
    summary = results.summary
    outlets = outlet_cells(summary)
    return {
        "targets": shown_targets(summary),
        "n_targets": summary.stance_by_target.height,
        "all_cells": all_cells(summary),
        "outlets": outlets[:SHOWN_OUTLETS],
        "n_outlets": len(outlets),
        "stance_basis": summary.stance_basis,
        "stance_reasons": summary.stance_reasons,
        "n_undecided": summary.n_undecided,
        "n_stances": summary.n_stances,
        "findings": findings(summary),
        "stance_period": summary.stance_period or UNDATED,
        "period_charts": period_charts(summary),
        "theme_cells": theme_cells(summary, marks),
        "surest": surest(results),
    }


def _in_script(value: Any) -> "Markup":
    """``value`` as JSON that cannot end the script element it stands in."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Markup(text.translate(UNSAFE_IN_SCRIPT))


def _environment(words: Wording) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("newstance.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {one.__name__: one for one in (percent, known, web_address)}
    environment.filters |= {one.__name__: one for one in (words.count, words.signed, words.score, words.day)}
    environment.globals |= {
        "t": words.markup,
        "plain": words.text,
        "lang": words.lang,
        "period_name": words.period,
        "ask": sentences_link,
    }
    return environment
