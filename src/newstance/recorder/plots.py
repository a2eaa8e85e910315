"""Plots of a training as small SVG files, which MLflow's page shows: themes, the map, stances."""

from collections.abc import Iterator
from html import escape

import polars as pl

from newstance.plain import plain
from newstance.results import Results
from newstance.results.plot import AGAINST, FAVOR
from newstance.summary.words import count, signed
from newstance.tables import NOISE

COLOURS = (
    *("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee8866", "#44bb99"),
    *("#997700", "#332288", "#882255", "#117733"),
)
GREY = "#bbbbbb"
MOST_BARS, MOST_POINTS, LONGEST = 30, 20_000, 40
ROW, LEFT, WIDTH, SIDE, MARGIN = 22, 260, 420, 720, 12


def plots(results: Results) -> dict[str, str]:
    """SVG files by name; stances only where there are shares."""
    found = {"themes.svg": _themes(results), "map.svg": _map(results)}
    if results.summary.stance_by_target.height:
        found["stance.svg"] = _stances(results)
    return found


def _themes(results: Results) -> str:
    """Articles of each theme, as bars."""
    rows = results.summary.themes.sort("size", descending=True).head(MOST_BARS)
    most = max([1, *rows["size"].to_list()])
    marks = []
    for number, row in enumerate(rows.iter_rows(named=True)):
        y = MARGIN + ROW * number
        width = WIDTH * row["size"] / most
        marks.append(f'<rect x="{LEFT}" y="{y + 3}" width="{width:.1f}" height="{ROW - 6}" fill="{FAVOR}"/>')
        marks += [*_label(row["name"], y), _text(LEFT + width + 6, y + 15, count(row["size"]))]
    return _svg("Articles of each theme", marks, LEFT + WIDTH + 80, rows.height * ROW + 2 * MARGIN)


def _stances(results: Results) -> str:
    """Favor minus against for each target, with its interval where there is one."""
    rows = results.summary.stance_by_target.sort("n", descending=True).head(MOST_BARS)
    zero = LEFT + WIDTH / 2
    height = rows.height * ROW + 2 * MARGIN
    marks = [f'<line x1="{zero}" x2="{zero}" y1="0" y2="{height}" stroke="{GREY}"/>']
    for number, row in enumerate(rows.iter_rows(named=True)):
        y = MARGIN + ROW * number
        x, low, high = (
            None if row[key] is None else zero + WIDTH / 2 * row[key]
            for key in ("net", "net_low", "net_high")
        )
        marks += _label(row["target"], y)
        if x is None:
            continue
        if low is not None and high is not None:
            line = f'y1="{y + 11}" y2="{y + 11}" stroke="{GREY}" stroke-width="3"'
            marks.append(f'<line x1="{low:.1f}" x2="{high:.1f}" {line}/>')
        colour = FAVOR if row["net"] > 0 else AGAINST
        marks.append(f'<circle cx="{x:.1f}" cy="{y + 11}" r="5" fill="{colour}"/>')
        marks.append(_text(LEFT + WIDTH + 8, y + 15, signed(row["net"])))
    return _svg("Favor minus against, by target", marks, LEFT + WIDTH + 80, height)


def _map(results: Results) -> str:
    """Articles as points in the colour of their theme; near points are like texts."""
    points = results.layout.join(results.theme_of_article, on="article_id", how="inner").head(MOST_POINTS)
    if points.is_empty():
        return _svg("Map of the articles", [], SIDE, SIDE)
    order = results.summary.themes.sort("size", descending=True)["theme_id"].to_list()
    colour_of = {theme: COLOURS[place % len(COLOURS)] for place, theme in enumerate(order)} | {NOISE: GREY}
    xs, ys = _scaled(points["x"]), _scaled(points["y"])
    marks = [
        f'<circle cx="{x:.1f}" cy="{SIDE - y:.1f}" r="3" fill="{colour_of.get(theme, GREY)}"/>'
        for x, y, theme in zip(xs, ys, points["theme_id"], strict=True)
    ]
    return _svg("Map of the articles", marks, SIDE, SIDE)


def _scaled(values: pl.Series) -> list[float]:
    low, high = float(values.min()), float(values.max())  # type: ignore[arg-type]
    return ((values - low) / ((high - low) or 1.0) * (SIDE - 2 * MARGIN) + MARGIN).to_list()


def _label(name: str, y: float) -> Iterator[str]:
    short = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
    yield _text(LEFT - 8, y + 15, short, 'text-anchor="end"')


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(plain(text))}</text>'


def _svg(title: str, marks: list[str], width: float, height: float) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="sans-serif" font-size="12">'
    )
    ground = '<rect width="100%" height="100%" fill="white"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", ground, *marks, "</svg>"]) + "\n"
