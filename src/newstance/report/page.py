"""The page: figures and tables of a training put into one HTML file that loads nothing from elsewhere.

The file is the same, byte by byte, for the same results: no clock, no random ids. Everything from
articles is escaped, and a content security policy forbids the browser any request.
"""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from newstance.report import facts, figures
from newstance.report.stances import (
    SHOWN_OUTLETS,
    StanceTables,
    evidence,
    findings,
    outlets_of,
    periods_of,
    stance_tables,
    theme_cells,
)
from newstance.report.themes import (
    Mark,
    choose_period,
    counts_by_period,
    map_marks,
    map_points,
    outlet_shares,
    shown_marks,
    theme_marks,
    theme_rows,
)
from newstance.report.words import count, day, known, percent, signed
from newstance.results import Results
from newstance.tables import NOISE

if TYPE_CHECKING:
    from jinja2 import Environment
    from plotly.graph_objects import Figure

ARTICLES_IN_PERIOD = 3
FEWEST_ON_MAP = 3
# Inside <script> only these could end it or open a comment; U+2028 and U+2029 end a line in old engines.
UNSAFE_IN_SCRIPT = {code: f"\\u{code:04x}" for code in map(ord, "<>&\u2028\u2029")}


def render(results: Results) -> str:
    """The report as one HTML page that needs no other file and no network."""
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    marks = theme_marks(results)
    tables = stance_tables(results)
    content = _corpus(results) | _themes(results, marks) | _stance(results, tables, marks)
    template = _environment().get_template("page.html.j2")
    return template.render(results=results, plotlyjs=Markup(get_plotlyjs()), **content)


def _corpus(results: Results) -> dict[str, Any]:
    return {
        "headline": facts.headline(results),
        "notes": list(dict.fromkeys([*results.corpus.notes, *results.notes])),
        "scores": facts.score_tables(results),
        "reprints": facts.reprints(results),
        "rejected": facts.rejected(results),
        "removed": facts.removed(results),
    }


def _themes(results: Results, marks: list[Mark]) -> dict[str, Any]:
    points = map_points(results, marks)
    shares = outlet_shares(results, marks) if results.themes.height else []
    has_map = points.height >= FEWEST_ON_MAP
    return {
        "map_marks": map_marks(marks),
        "shown_marks": shown_marks(marks),
        "theme_rows": theme_rows(results, marks),
        "outlet_shares": shares,
        "highest_share": max((share for row in shares for share in row["shares"]), default=1) or 1,
        "map": _chart(figures.article_map(points, map_marks(marks))) if has_map else None,
        "map_points": points.height,
        **_over_time(results, marks),
    }


def _over_time(results: Results, marks: list[Mark]) -> dict[str, Any]:
    """A chart for each of the largest themes, all of one height and over the same periods."""
    dates = results.corpus.articles["published"].drop_nulls()
    if not len(dates) or not results.themes.height:
        return {"theme_times": [], "period": "week"}
    period = choose_period(dates, ARTICLES_IN_PERIOD)
    counts = counts_by_period(results, period)
    per_theme = {key[0]: rows for key, rows in counts.group_by("theme_id", maintain_order=True)}
    shown = [mark for mark in shown_marks(marks) if mark.theme_id in per_theme and mark.theme_id != NOISE]
    highest = max((max(per_theme[mark.theme_id]["n"].to_list()) for mark in shown), default=1)
    charts = [
        {
            "mark": mark,
            "chart": _chart(figures.theme_over_time(per_theme[mark.theme_id], mark, highest, period)),
        }
        for mark in shown
    ]
    return {"theme_times": charts, "period": period}


def _stance(results: Results, tables: StanceTables, marks: list[Mark]) -> dict[str, Any]:
    outlets = [(target, outlets_of(tables, target)) for target in tables.targets]
    periods = [(target, periods_of(tables, target)) for target in tables.targets]
    return {
        "targets": tables.targets,
        "n_targets": results.stances["target"].n_unique(),
        "n_outlets": tables.by_source["source"].n_unique(),
        "most_outlets": SHOWN_OUTLETS,
        "n_undecided": int((~results.stances["decided"]).sum()),
        "findings": findings(tables),
        "stance_period": tables.period,
        "outlet_charts": [
            {"target": target, "chart": _chart(figures.stance_by_outlet(rows))}
            for target, rows in outlets
            if rows.height
        ],
        "period_charts": [
            {"target": target, "chart": _chart(figures.stance_over_time(rows, tables.period))}
            for target, rows in periods
            if rows.height
        ],
        "theme_cells": theme_cells(tables, marks),
        "evidence": evidence(results, tables, marks),
    }


def _chart(figure: "Figure") -> dict[str, Any]:
    """A figure as JSON that may stand inside a script element, and its height in pixels."""
    from markupsafe import Markup

    text = json.dumps(json.loads(figure.to_json()), ensure_ascii=False, sort_keys=True)
    return {"json": Markup(text.translate(UNSAFE_IN_SCRIPT)), "height": figure.layout.height}


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


def web_address(url: str | None) -> str | None:
    """``url`` if a browser may follow it as a web address, else ``None``: articles are not to be trusted."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
