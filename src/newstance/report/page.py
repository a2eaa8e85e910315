"""The page: figures and tables of a training put into one HTML file that loads nothing from elsewhere.

The file is the same, byte by byte, for the same results: no clock, no random ids. Everything from
articles is escaped, and a content security policy forbids the browser any request.
"""

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from newstance.report import facts, figures
from newstance.report.address import web_address
from newstance.report.data import page_data
from newstance.report.over_time import burst_lines, counts_by_theme, lives
from newstance.report.sentences import CHOICES, sentences
from newstance.report.stances import (
    SHOWN_OUTLETS,
    evidence,
    findings,
    outlets_of,
    periods_of,
    shown_targets,
    theme_cells,
)
from newstance.report.themes import (
    Mark,
    map_marks,
    map_points,
    outlet_shares,
    shown_marks,
    theme_marks,
    theme_rows,
)
from newstance.report.wording import Wording
from newstance.results import Results
from newstance.summary import Summary
from newstance.summary.words import NO_OUTLET, count, day, known, percent, signed
from newstance.themes.over_time import MIN_ARTICLES

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup
    from plotly.graph_objects import Figure

REPORT = "report.html"
UNDATED = "week"  # the heading of a chart that cannot be drawn
FEWEST_ON_MAP = 3
# Inside <script> only these could end it or open a comment; U+2028 and U+2029 end a line in old engines.
UNSAFE_IN_SCRIPT = {code: f"\\u{code:04x}" for code in map(ord, "<>&\u2028\u2029")}


def render(results: Results) -> str:
    """The report as one HTML page that needs no other file and no network."""
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    marks = theme_marks(results.summary)
    words = Wording("en")
    content = _corpus(results) | _themes(results, marks) | _stance(results, marks)
    content["data"] = _in_script(page_data(results, marks, NO_OUTLET) | {"texts": words.script})
    template = _environment().get_template("page.html.j2")
    return template.render(results=results, plotlyjs=Markup(get_plotlyjs()), **content)


def _corpus(results: Results) -> dict[str, Any]:
    summary = results.summary
    return {
        "headline": facts.headline(summary),
        "counts": summary.counts,
        "notes": [*summary.warnings, *summary.notes],
        "scores": facts.score_tables(results),
        "reprints": summary.reprints.head(facts.SHOWN_ROWS).to_dicts(),
        "rejected": facts.rejected(results),
        "removed": summary.removed.to_dicts(),
    }


def _themes(results: Results, marks: list[Mark]) -> dict[str, Any]:
    summary = results.summary
    points = map_points(results, marks)
    life, bursts = lives(summary), burst_lines(summary)
    shares = outlet_shares(summary, marks) if summary.n_themes else []
    has_map = points.height >= FEWEST_ON_MAP
    return {
        "map_marks": map_marks(marks),
        "shown_marks": shown_marks(marks),
        "theme_rows": [
            row | {"life": life.get(row["mark"].theme_id), "bursts": bursts.get(row["mark"].theme_id, [])}
            for row in theme_rows(results, marks)
        ],
        "min_articles": MIN_ARTICLES,
        "outlet_shares": shares,
        "highest_share": max((share for row in shares for share in row["shares"]), default=1) or 1,
        "map": _chart(figures.article_map(points, map_marks(marks))) if has_map else None,
        "map_points": points.height,
        **_over_time(summary, marks),
    }


def _over_time(summary: Summary, marks: list[Mark]) -> dict[str, Any]:
    """A chart for each of the largest themes, all of one height and over the same periods."""
    period = summary.theme_period
    if period is None or not summary.n_themes:
        return {"theme_times": [], "period": UNDATED}
    per_theme = counts_by_theme(summary)
    shown = [mark for mark in shown_marks(marks) if mark.theme_id in per_theme]
    highest = max((max(per_theme[mark.theme_id]["n"].to_list()) for mark in shown), default=1)
    charts = [
        {
            "mark": mark,
            "chart": _chart(figures.theme_over_time(per_theme[mark.theme_id], mark, highest, period)),
        }
        for mark in shown
    ]
    return {"theme_times": charts, "period": period}


def _stance(results: Results, marks: list[Mark]) -> dict[str, Any]:
    summary, asked = results.summary, sentences(results)
    targets, period = shown_targets(summary), summary.stance_period or UNDATED
    outlets = [(target, outlets_of(summary, target)) for target in targets]
    periods = [(target, periods_of(summary, target)) for target in targets]
    return {
        "targets": targets,
        "n_targets": summary.stance_by_target.height,
        "n_outlets": summary.stance_by_outlet.filter(pl.col("n") > 0)["source"].drop_nulls().n_unique(),
        "most_outlets": SHOWN_OUTLETS,
        "stance_basis": summary.stance_basis,
        "stance_reasons": summary.stance_reasons,
        "n_undecided": summary.n_undecided,
        "n_stances": summary.n_stances,
        "findings": findings(summary),
        "stance_period": period,
        "outlet_charts": [
            {"target": target, "chart": _chart(figures.stance_by_outlet(rows))}
            for target, rows in outlets
            if rows.height
        ],
        "period_charts": [
            {"target": target, "chart": _chart(figures.stance_over_time(rows, period))}
            for target, rows in periods
            if rows.height
        ],
        "theme_cells": theme_cells(summary, marks),
        "evidence": evidence(results),
        "sentences": asked,
        "sentences_json": _in_script(asked),
        "choices": CHOICES,
        "no_outlet": NO_OUTLET,
    }


def _chart(figure: "Figure") -> dict[str, Any]:
    """A figure as JSON that may stand inside a script element, and its height in pixels."""
    return {"json": _in_script(json.loads(figure.to_json())), "height": figure.layout.height}


def _in_script(value: Any) -> "Markup":
    """``value`` as JSON that cannot end the script element it stands in."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Markup(text.translate(UNSAFE_IN_SCRIPT))


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("newstance.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {one.__name__: one for one in (count, signed, percent, known, day, web_address)}
    return environment
