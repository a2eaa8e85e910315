"""Figures of results, and the workbook."""

from dataclasses import replace
from datetime import date
from zipfile import ZipFile

import polars as pl
import pytest

from newstance.report import render
from newstance.results import Results, excel


@pytest.fixture(scope="module")
def results(quickstart) -> Results:
    return quickstart.results


@pytest.mark.parametrize("color", ["theme", "lang", "source", "published"])
def test_each_article_is_a_point_of_the_map(results, color):
    figure = results.plot.map(color)
    n = results.articles["published"].count() if color == "published" else len(results.corpus)
    assert sum(len(trace.x) for trace in figure.data) == n
    assert figure.data[0].x[0] in set(results.layout["x"])


def test_texts_of_articles_are_no_markup(results):
    corpus = replace(
        results.corpus, articles=results.corpus.articles.with_columns(title=pl.lit("<b>bold</b> & more"))
    )
    text = replace(results, corpus=corpus).plot.map().data[0].text[0]
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in text


@pytest.mark.parametrize("share", [False, True])
def test_the_lines_are_the_counts_of_themes_over_time(results, share):
    figure = results.plot.timeline("quarter", n=3, share=share)
    assert len(figure.data) == 3
    rows = results.themes_over_time("quarter")
    rows = rows.filter(pl.col("theme") == figure.data[0].name, pl.col("quarter").is_not_null())
    assert list(figure.data[0].y) == rows.sort("quarter")["share" if share else "n"].to_list()


def test_the_dots_are_the_shares_of_stance(results):
    figure = results.plot.stance("Russia")
    rows = results.stance("source", "Russia").filter(pl.col("net").is_not_null()).sort("net", "source")
    assert list(figure.data[0].x) == rows["net"].to_list()
    ends = rows["net"] + pl.Series(figure.data[0].error_x.array)
    assert ends.to_list() == pytest.approx(rows["net_high"].to_list())


def test_stance_in_time_goes_from_left_to_right(results):
    trace = results.plot.stance("Russia", "quarter").data[0]
    assert list(trace.x) == sorted(trace.x)
    assert isinstance(trace.x[0], date)


def test_what_is_not_there_is_said(results):
    with pytest.raises(ValueError, match="color: there is no 'language'"):
        results.plot.map("language")
    with pytest.raises(ValueError, match="target: there is no 'Russland'"):
        results.plot.stance("Russland")


def test_a_workbook_holds_the_tables_and_no_formula(results, tmp_path):
    articles = results.corpus.articles.with_columns(title=pl.lit("=1+1"))
    own = replace(results, corpus=replace(results.corpus, articles=articles))
    own.to_excel(tmp_path / "out" / "news.xlsx")
    with ZipFile(tmp_path / "out" / "news.xlsx") as book:
        names = book.read("xl/workbook.xml").decode()
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
        texts = book.read("xl/sharedStrings.xml").decode()
    for name in ("themes", "articles", "stance by outlet", "evidence"):
        assert f'name="{name}"' in names
    assert "=1+1" in texts
    assert not any("<f>" in sheet for sheet in sheets)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["news.xlsx"]


def test_results_write_their_report(results, tmp_path):
    results.report(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text("utf-8") == render(results)
    results.report(tmp_path / "page.html", lang="ru", with_texts=False)
    assert (tmp_path / "page.html").read_text("utf-8") == render(results, "ru", False)
    with pytest.raises(ValueError, match="fr"):
        results.report(tmp_path / "other.html", lang="fr")
    assert not (tmp_path / "other.html").exists()


def test_a_workbook_that_cannot_be_is_refused_and_leaves_nothing(results, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"out.xls: a workbook is named .xlsx"):
        results.to_excel(tmp_path / "out.xls")
    monkeypatch.setattr(excel, "MOST_ROWS", 10)
    with pytest.raises(ValueError, match=r"has \d+ rows, a sheet holds 10; to_csv holds any"):
        results.to_excel(tmp_path / "out.xlsx")
    assert not list(tmp_path.iterdir())
