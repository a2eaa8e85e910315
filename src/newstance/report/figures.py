"""Figures of the report, as plotly figures without colours of their own for text and grid.

The page sets those (``templates/charts.js``), so that one figure serves light, dark and paper. Texts
come from articles and plotly reads some HTML in them, so all go through ``_plain``.
"""

from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from newstance.report.themes import GREY, Mark
from newstance.summary.words import NO_OUTLET, count, day, percent, period_name, signed

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

FAVOR, AGAINST, BALANCED = "#2b83ba", "#d9740b", GREY
CLEAR = "rgba(0,0,0,0)"
MARGIN = {"l": 8, "r": 12, "t": 8, "b": 8}
ISOLATE, POP = "\u2068", "\u2069"  # keep right-to-left names from turning the text around them
LONGEST_LABEL = 26
LONGEST_TITLE = 110
ROW_HEIGHT = 25
PALE = 0.45


def article_map(points: pl.DataFrame, marks: list[Mark]) -> "Figure":
    """Articles as points, one trace a theme; near points are like texts, the axes mean nothing.

    ``points`` has article_id, x, y, mark_id, theme, title, source, published.
    """
    from plotly.graph_objects import Figure, Scatter

    figure = Figure(layout=_layout(460, hovermode="closest", showlegend=False))
    for mark in reversed(marks):  # the largest theme is drawn last, on top of noise
        rows = points.filter(pl.col("mark_id") == mark.theme_id)
        figure.add_trace(
            Scatter(
                x=rows["x"].round(4).to_list(),
                y=rows["y"].round(4).to_list(),
                mode="markers",
                name=_plain(mark.name),
                meta=mark.theme_id,
                text=[_hover(row) for row in rows.to_dicts()],
                hovertemplate="%{text}<extra></extra>",
                marker={
                    "color": mark.colour,
                    "symbol": mark.symbol,
                    "size": _dot(points.height),
                    "opacity": 0.8,
                },
            )
        )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x", scaleratio=1)
    return figure


def theme_over_time(counts: pl.DataFrame, mark: Mark, highest: int, period: str) -> "Figure":
    """Bars of the articles of one theme in each period, pale outside its bursts.

    ``counts`` has start, bursts and the columns of ``shares_of_themes``.
    ``highest`` is the count the vertical axis reaches in every figure of the row.
    """
    from plotly.graph_objects import Bar, Figure

    figure = Figure(layout=_layout(130, bargap=0.12, showlegend=False))
    rows = counts.to_dicts()
    pale = counts["bursts"].any()
    figure.add_trace(
        Bar(
            x=[start.isoformat() for start in counts["start"]],
            y=counts["n"].to_list(),
            marker={
                "color": mark.colour,
                "line": {"width": 0},
                "opacity": [PALE if pale and not row["bursts"] else 1 for row in rows],
            },
            text=[f"{period_name(row['start'], period)}: {_part(row)}" for row in rows],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_xaxes(type="date", nticks=5, showgrid=False)
    figure.update_yaxes(range=[0, highest * 1.05], nticks=4, tickformat=",d")
    return figure


def _part(row: dict[str, Any]) -> str:
    """Articles of a theme in one period, and their share with its interval."""
    size = f"{count(row['n'])} of {count(row['n_articles'])} articles"
    if not row["n_articles"]:
        return size
    share, low, high = (percent(row[key]) for key in ("share", "share_low", "share_high"))
    return f"{size}, {share} ({low} to {high}){'<br>burst' if row['bursts'] else ''}"


def stance_by_outlet(rows: pl.DataFrame) -> "Figure":
    """Net stance of each outlet as a dot with its interval; ``rows`` from the top downwards."""
    from plotly.graph_objects import Figure

    figure = Figure(layout=_layout(ROW_HEIGHT * max(rows.height, 2) + 64, showlegend=False))
    rows = rows.reverse()
    labels = [_short(source) for source in rows["source"]]
    figure.add_trace(
        _dots(
            rows,
            {"x": rows["net"].to_list(), "y": list(range(rows.height)), "error_x": _whiskers(rows)},
            [_plain(source) for source in rows["source"]],
        ).update(customdata=rows["source"].to_list())
    )
    figure.update_yaxes(
        tickvals=list(range(rows.height)),
        ticktext=labels,
        range=[-0.7, rows.height - 0.3],
        showgrid=False,
        zeroline=False,
        automargin=True,
    )
    figure.update_xaxes(**_net_axis())
    return figure


def stance_over_time(rows: pl.DataFrame, period: str) -> "Figure":
    """Net stance in each period as a dot with its interval; ``rows`` has its ``start``."""
    from plotly.graph_objects import Figure

    figure = Figure(layout=_layout(190, showlegend=False))
    starts = rows["start"]
    places = {
        "x": [start.isoformat() for start in starts],
        "y": rows["net"].to_list(),
        "error_y": _whiskers(rows),
    }
    dots = _dots(rows, places, [period_name(start, period) for start in starts])
    figure.add_trace(dots.update(mode="lines+markers", line={"color": GREY, "width": 1}))
    figure.update_xaxes(type="date", nticks=5, showgrid=False)
    figure.update_yaxes(**_net_axis())
    return figure


def _dots(rows: pl.DataFrame, places: dict[str, Any], names: list[str]) -> Any:
    from plotly.graph_objects import Scatter

    colours = [_colour(row) for row in rows.to_dicts()]
    return Scatter(
        **places,
        mode="markers",
        marker={"color": colours, "size": 9, "line": {"width": 0}},
        text=[f"{name}<br>{_numbers(row)}" for name, row in zip(names, rows.to_dicts(), strict=True)],
        hovertemplate="%{text}<extra></extra>",
    )


def _colour(row: dict[str, Any]) -> str:
    if row["net_low"] is None:
        return BALANCED
    if row["net_low"] > 0:
        return FAVOR
    return AGAINST if row["net_high"] < 0 else BALANCED


def _whiskers(rows: pl.DataFrame) -> dict[str, Any] | None:
    """The intervals; None where there are none."""
    if rows["net_low"].null_count():
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": (rows["net_high"] - rows["net"]).to_list(),
        "arrayminus": (rows["net"] - rows["net_low"]).to_list(),
        "color": GREY,
        "thickness": 1.5,
        "width": 0,
    }


def _numbers(row: dict[str, Any]) -> str:
    interval = "" if row["net_low"] is None else f" ({signed(row['net_low'])} to {signed(row['net_high'])})"
    size = f"{count(row['n'])} sentences in {count(row['n_articles'])} articles"
    return f"net {signed(row['net'])}{interval}<br>{size}"


def _net_axis() -> dict[str, Any]:
    return {
        "range": [-1.08, 1.08],
        "tickvals": [-1, -0.5, 0, 0.5, 1],
        "ticktext": ["−1", "−½", "0", "+½", "+1"],
        "zeroline": True,
    }


def _hover(row: dict[str, Any]) -> str:
    title = row["title"] or row["article_id"]
    title = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
    about = f"{_plain(row['source'] or NO_OUTLET)} · {day(row['published'])}"
    return f"<b>{_plain(title)}</b><br>{about}<br>{_plain(row['theme'])}"


def _dot(n_points: int) -> int:
    return 9 if n_points <= 500 else 6 if n_points <= 2_000 else 4


def _short(text: str) -> str:
    return _plain(text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…")


def _plain(text: str) -> str:
    """``text`` as plotly shows it letter by letter, in a direction of its own."""
    return f"{ISOLATE}{escape(text)}{POP}"


def _layout(height: int, **more: Any) -> dict[str, Any]:
    return {
        "template": "none",
        "height": height,
        "margin": MARGIN,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "dragmode": False,
        "xaxis": {
            "automargin": True,
            "fixedrange": True,
            "ticks": "outside",
            "ticklen": 5,
            "tickcolor": CLEAR,
        },
        "yaxis": {"automargin": True, "fixedrange": True},
        **more,
    }
