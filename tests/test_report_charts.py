"""What the charts of the page are given: counts of the summary, bins of left-out judgements, words."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files

import numpy as np
import polars as pl
import pytest

from found import no_results, sample_results
from newstance.evaluate.stance import expected_calibration_error
from newstance.frames import empty
from newstance.report import render
from newstance.report.charts import chart_data, reliability_data, time_data
from newstance.report.page import SCRIPTS
from newstance.report.themes import theme_marks
from newstance.report.wording import LANGS, Wording
from newstance.tables import JUDGED, NOISE, STANCES

EPOCH = date(1970, 1, 1)
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.S)
CHARTS = [name for name in SCRIPTS if name.startswith(("plot", "map", "time", "reliability"))]


@pytest.fixture(scope="module")
def results():
    return sample_results()


@pytest.fixture(scope="module")
def marks(results):
    return theme_marks(results.summary, "No theme")


def script(name: str) -> str:
    return (files("newstance.report") / "templates" / name).read_text("utf-8")


def test_counts_over_time_are_those_of_the_summary(results, marks):
    time = time_data(results.summary, marks)
    dated = results.summary.themes_over_time.filter(pl.col("start").is_not_null())
    themes = [mark.theme_id for mark in marks if mark.theme_id != NOISE] + [NOISE]
    starts = [EPOCH + timedelta(day) for day in time["starts"]]
    assert len(time["counts"]) == len(themes)
    assert starts[0] == dated["start"].min()
    assert starts[-2] == dated["start"].max() < starts[-1]
    counted = {
        (start, theme): n
        for theme, row in zip(themes, time["counts"], strict=True)
        for start, n in zip(starts[:-1], row, strict=True)
        if n
    }
    assert counted == {
        (start, theme): n for start, theme, n in dated.select("start", "theme_id", "n").rows() if n
    }
    assert time["totals"] == np.array(time["counts"]).sum(axis=0).tolist()


def test_bursts_are_places_of_theme_and_periods(results, marks):
    time = time_data(results.summary, marks)
    starts = [EPOCH + timedelta(day) for day in time["starts"]]
    named = {(marks[theme].theme_id, starts[first], starts[last]) for theme, first, last in time["bursts"]}
    assert named == set(results.summary.theme_bursts.select("theme_id", "first", "last").rows())
    assert named


def test_without_a_date_there_is_nothing_over_time(results, marks):
    articles = results.corpus.articles.with_columns(published=pl.lit(None, pl.Date))
    undated = replace(results, corpus=replace(results.corpus, articles=articles))
    assert time_data(undated.summary, marks) is None
    assert chart_data(no_results(), theme_marks(no_results().summary, "No theme")) == {
        "time": None,
        "reliability": None,
    }


def test_reliability_is_that_of_left_out_judgements(results):
    bins = reliability_data(results.judged)
    probas = results.judged.select(f"proba_{stance}" for stance in STANCES).to_numpy()
    y = np.array([STANCES.index(stance) for stance in results.judged["stance"]])
    assert set(bins) == {"all", *STANCES}
    for rows in bins.values():
        assert sum(row[4] for row in rows) == results.judged.height
    gap = sum(abs(row[0] - row[1]) * row[4] for row in bins["all"]) / results.judged.height
    assert gap == pytest.approx(expected_calibration_error(y, probas), abs=2e-4)
    for column, stance in enumerate(STANCES):
        have = sum(row[1] * row[4] for row in bins[stance])
        assert have == pytest.approx(np.sum(y == column), abs=0.1)


def test_without_judgements_there_is_no_reliability():
    assert reliability_data(empty(JUDGED)) is None


def test_the_page_holds_what_the_charts_draw(results, marks):
    held = json.loads(DATA.search(render(results))[1])
    assert {name: held[name] for name in ("time", "reliability")} == chart_data(results, marks)


def test_every_wording_of_the_charts_is_there_in_each_language():
    kinds = r"(?:date|map|reliability|table|theme|time)"
    asked = {key for name in CHARTS for key in re.findall(rf'"({kinds}\.\w+)"', script(name))}
    begun = {key for name in CHARTS for key in re.findall(r"view\.text\(`([\w.]+)\$\{", script(name))}
    own = {
        key for key in re.findall(r'(?:button|label|check|sign|tick|text)\("(\w+)"', script("map_parts.js"))
    }
    asked |= {f"map.{key}" for key in own}
    assert len(asked) > 30
    for lang in LANGS:
        known = Wording(lang).script
        assert asked <= set(known)
        assert all(any(key.startswith(start) for key in known) for start in begun)


def test_charts_take_no_text_for_markup():
    assert len(CHARTS) == len(set(CHARTS)) > 10
    for name in CHARTS:
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", script(name)
        )
        assert len(script(name).splitlines()) < 300
