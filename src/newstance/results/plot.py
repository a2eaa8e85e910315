"""Figures of results for a notebook, as plotly figures that a caller may change."""

from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from newstance.known import check_known
from newstance.summary.words import NO_OUTLET, count, day, percent, signed

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from newstance.results.results import Results

MOST_COLOURS = 24
LONGEST_NAME = 36
COLOURS = ("theme", "lang", "source", "published")
NO_THEME = "no theme"
OTHER = "others"
# Okabe & Ito's colours, which people with any colour vision tell apart, and darker ones of the same hues.
PALETTE = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999", "#f0e442"),
    *("#004166", "#7a5400", "#00523c", "#7f3f66", "#1f78a8", "#7f3800", "#555555", "#8f8700"),
)
FAVOR, AGAINST, BALANCED = "#2b83ba", "#d9740b", "#8a8a8a"


class Plots:
    """``results.plot``: what it draws of ``results``. Each method gives a plotly ``Figure``."""

    def __init__(self, results: "Results") -> None:
        self._results = results

    def map(self, color: str = "theme") -> "Figure":
        """Articles as points; near ones say alike things, and the axes mean nothing.

        ``color`` is theme, lang, source or published. Raises ``ValueError`` for another one.
        """
        from plotly.graph_objects import Figure

        check_known("color", color, COLOURS)
        rows = self._results.layout.join(self._results.articles, on="article_id", maintain_order="left")
        rows = rows.with_columns(pl.col("theme").fill_null(NO_THEME), pl.col("source").fill_null(NO_OUTLET))
        margins = {"l": 10, "r": 10, "t": 30, "b": 10}
        figure = Figure(
            layout={"template": "plotly_white", "hovermode": "closest", "height": 560, "margin": margins}
        )
        if color == "published":
            _add_points(figure, rows.filter(pl.col("published").is_not_null()), "", _by_date(rows))
        else:
            for number, (name, part) in enumerate(_largest(rows, color)):
                colour = BALANCED if name in (NO_THEME, OTHER) else _colour(number)
                _add_points(figure, part, _short(name), {"color": colour})
        figure.update_xaxes(visible=False)
        return figure.update_yaxes(visible=False, scaleanchor="x")

    def timeline(self, by: str = "week", n: int = 8, share: bool = False) -> "Figure":
        """Articles of the ``n`` largest themes in each period: their number, or with ``share`` their share of
        all articles of the period.

        ``by`` is day, week, month, quarter or year.
        """
        from plotly.graph_objects import Figure

        rows = self._results.themes_over_time([by]).filter(
            pl.col(by).is_not_null() & pl.col("theme").is_not_null()
        )
        sizes = rows.group_by("theme").agg(pl.col("n").sum()).sort("n", "theme", descending=[True, False])
        figure = Figure(layout={"template": "plotly_white", "hovermode": "x unified"})
        for number, theme in enumerate(sizes["theme"].head(n)):
            own = rows.filter(pl.col("theme") == theme).sort(by)
            figure.add_scatter(
                x=own[by].to_list(),
                y=own["share" if share else "n"].to_list(),
                name=_short(theme),
                mode="lines+markers",
                line={"color": _colour(number)},
            )
        if share:
            return figure.update_yaxes(title="share of the articles", tickformat=".0%", rangemode="tozero")
        return figure.update_yaxes(title="articles", rangemode="tozero")

    def stance(self, target: str, by: str = "source") -> "Figure":
        """Net stance towards ``target`` (favor minus against) for each value of ``by``, with 95 % intervals.

        ``by`` is source, theme, lang, day, week, month, quarter or year. Orange is clearly against, blue
        clearly in favor. Raises ``ValueError`` for a target without stances.
        """
        from plotly.graph_objects import Figure

        rows = self._results.stance(by, target).filter(pl.col("net").is_not_null())
        figure = Figure(layout={"template": "plotly_white", "title": f"Stance towards {_plain(target)}"})
        in_time = rows.schema[by] == pl.Date
        rows = rows.sort(by) if in_time else rows.sort("net", by, nulls_last=True)
        names = rows[by].to_list() if in_time else [_plain(name or NO_OUTLET) for name in rows[by]]
        across, along = ("x", "y") if in_time else ("y", "x")
        figure.add_scatter(
            **{across: names, along: rows["net"].to_list(), f"error_{along}": _whiskers(rows)},
            mode="markers",
            marker={"size": 9, "color": [_side(row) for row in rows.iter_rows(named=True)]},
            text=[_figures(row) for row in rows.iter_rows(named=True)],
            hovertemplate="%{text}<extra></extra>",
        )
        axis = {"range": [-1.05, 1.05], "zeroline": True, "title": "against −1 … +1 in favor"}
        if in_time:
            return figure.update_yaxes(**axis)
        return figure.update_xaxes(**axis).update_layout(height=140 + 26 * rows.height)


def _largest(rows: pl.DataFrame, key: str) -> list[tuple[str, pl.DataFrame]]:
    """The rows of each value of ``key``, the largest first; those of the smallest together."""
    sizes = rows.group_by(key).len().sort("len", key, descending=[True, False])[key].to_list()
    parts = [(name, rows.filter(pl.col(key) == name)) for name in sizes[:MOST_COLOURS]]
    if len(sizes) > MOST_COLOURS:
        parts.append((OTHER, rows.filter(pl.col(key).is_in(sizes[MOST_COLOURS:]))))
    return parts


def _add_points(figure: "Figure", rows: pl.DataFrame, name: str, marker: dict[str, Any]) -> None:
    about = zip(*(rows[key] for key in ("title", "article_id", "source", "published", "theme")), strict=True)
    figure.add_scattergl(
        x=rows["x"].to_list(),
        y=rows["y"].to_list(),
        mode="markers",
        name=name,
        showlegend=bool(name),
        text=[
            f"<b>{_plain(title or article_id)}</b><br>{_plain(source)} · {day(published)}<br>{_plain(theme)}"
            for title, article_id, source, published, theme in about
        ],
        hovertemplate="%{text}<extra></extra>",
        marker={"size": 7 if rows.height < 2_000 else 4, "opacity": 0.8} | marker,
    )


def _by_date(rows: pl.DataFrame) -> dict[str, Any]:
    dates: list[date] = sorted(rows["published"].drop_nulls())
    ends = [dates[0], dates[-1]] if dates else []
    bar = {
        "title": "published",
        "tickvals": [end.toordinal() for end in ends],
        "ticktext": [day(end) for end in ends],
    }
    return {
        "color": [one.toordinal() for one in rows["published"].drop_nulls()],
        "colorscale": "Viridis",
        "showscale": True,
        "colorbar": bar,
    }


def _whiskers(rows: pl.DataFrame) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": (rows["net_high"] - rows["net"]).to_list(),
        "arrayminus": (rows["net"] - rows["net_low"]).to_list(),
        "color": BALANCED,
    }


def _side(row: dict[str, Any]) -> str:
    if row["net_low"] is not None and row["net_low"] > 0:
        return FAVOR
    return AGAINST if row["net_high"] is not None and row["net_high"] < 0 else BALANCED


def _figures(row: dict[str, Any]) -> str:
    interval = "" if row["net_low"] is None else f" ({signed(row['net_low'])} to {signed(row['net_high'])})"
    shares = ", ".join(f"{key} {percent(row[key])}" for key in ("favor", "against", "none"))
    return (
        f"net {signed(row['net'])}{interval}<br>{shares}<br>{count(row['n'])} decided sentences of "
        f"{count(row['n_articles'])} articles, {count(row['n_undecided'])} undecided"
    )


def _colour(number: int) -> str:
    return PALETTE[number % len(PALETTE)]


def _short(name: str) -> str:
    return _plain(name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…")


def _plain(text: str) -> str:
    """``text`` letter by letter: plotly reads some HTML."""
    return escape(str(text))
