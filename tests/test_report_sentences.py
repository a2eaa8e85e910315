"""The sentences that the page lets a reader ask for are those of the results, and never run."""

import json
import re
from dataclasses import replace
from html import unescape

import polars as pl
import pytest

from found import no_results, sample_results
from newstance.report import render
from newstance.report.sentences import CHOICES, sentences
from newstance.tables import STANCE_OF, empty
from test_report import Page

EMBEDDED = re.compile(r'<script type="application/json" id="sentences">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def results():
    return sample_results()


@pytest.fixture(scope="module")
def page(results) -> str:
    return render(results)


def embedded(page: str) -> dict:
    return json.loads(EMBEDDED.search(page)[1])


def test_the_page_holds_the_evidence_of_the_results(results, page):
    held, evidence = embedded(page), results.evidence()
    assert held["total"] == len(held["rows"]) == evidence.height
    table = pl.DataFrame(held["rows"], schema=held["columns"], orient="row", infer_schema_length=None)
    for name in ("target", "stance", "text", "start", "end"):
        assert table[name].to_list() == evidence[name].to_list()
    assert table["source"].to_list() == evidence["source"].fill_null("no outlet").to_list()
    assert set(CHOICES.values()) <= set(held["columns"])


def test_each_cell_asks_for_its_target_and_theme(results, page):
    asked = [json.loads(unescape(one)) for one in re.findall(r'data-ask="([^"]*)"', page)]
    assert asked
    for want in asked:
        rows = results.evidence(target=want["target"], theme=want["theme"])
        assert rows.height
    of_outlets = set(map(unescape, re.findall(r'data-ask-outlets="([^"]*)"', page)))
    assert of_outlets == set(results.stances["target"])


@pytest.mark.parametrize("evil", ["</script><script>alert(1)</script>", "<!--<script>", "\u2028"])
def test_what_articles_bring_cannot_end_the_script(results, evil):
    corpus = results.corpus
    texts = corpus.sentences.with_columns(text=pl.lit(evil) + pl.col("text"))
    named = corpus.articles.with_columns(source=pl.lit(evil), url=pl.lit("javascript:alert(1)"))
    page = render(replace(results, corpus=replace(corpus, sentences=texts, articles=named)))
    assert Page(page).open == []
    rows = embedded(page)["rows"]
    assert all(row[embedded(page)["columns"].index("text")].startswith(evil) for row in rows)
    assert all(row[embedded(page)["columns"].index("url")] == "" for row in rows)
    assert evil not in EMBEDDED.search(page)[1]


def test_only_the_most_certain_are_held_of_very_many(results, monkeypatch):
    monkeypatch.setattr("newstance.report.sentences.MOST", 7)
    held = sentences(results)
    assert len(held["rows"]) == 7
    assert held["total"] == results.evidence().height
    assert "The 7 most certain of" in render(results)


def test_without_stances_there_is_nothing_to_ask(results):
    for nothing in (no_results(), replace(results, stances=empty(STANCE_OF))):
        assert 'id="ask"' not in render(nothing)
        assert sentences(nothing)["rows"] == []
