"""The data of the page are those of the results: each article and sentence once, nothing that runs."""

import json
import re
from dataclasses import replace

import polars as pl
import pytest

from found import no_results, sample_results
from newstance.frames import empty
from newstance.report import render
from newstance.report.data import page_data
from newstance.report.tables import page_tables
from newstance.report.themes import theme_marks
from newstance.report.wording import Wording
from newstance.tables import NOISE, STANCE_OF, STANCES
from test_report import Page

EMBEDDED = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def results():
    return sample_results()


@pytest.fixture(scope="module")
def data(results):
    return page_data(results, theme_marks(results.summary), "no outlet")


def test_articles_are_those_of_the_corpus(results, data):
    held, articles = data["articles"], results.corpus.articles.sort("article_id")
    assert held["n"] == articles.height == len(held["x"])
    assert held["id"] == articles["article_id"].to_list()
    assert held["title"] == articles["title"].to_list()
    assert [data["sources"][place] for place in held["source"]] == articles["source"].to_list()
    assert [data["langs"][place] for place in held["lang"]] == articles["lang"].to_list()
    assert held["day"] == articles["published"].to_physical().to_list()
    themes = dict(results.theme_of_article.select("article_id", "theme_id").rows())
    ids = [*(theme["id"] for theme in data["themes"]), NOISE]
    assert [ids[place] for place in held["theme"]] == [themes[key] for key in held["id"]]
    first = dict(articles.select("article_id", "duplicate_of").rows())
    assert [held["id"][place] for place in held["family"]] == [first[key] or key for key in held["id"]]
    assert any(first.values())


def test_places_on_the_map_keep_their_shape(results, data):
    held = data["articles"]
    layout = dict(zip(results.layout["article_id"], results.layout.select("x", "y").rows(), strict=True))
    places = {key: (x, y) for key, x, y in zip(held["id"], held["x"], held["y"], strict=True)}
    assert min(min(place) for place in places.values()) == 0
    assert max(max(place) for place in places.values()) == 65_535
    one, two = next(iter(layout)), next(reversed(layout))
    ratio = [
        (places[two][axis] - places[one][axis]) / (layout[two][axis] - layout[one][axis]) for axis in (0, 1)
    ]
    assert ratio[0] == pytest.approx(ratio[1], rel=0.01)


def test_sentences_are_the_decided_ones_and_each_once(results, data):
    held = data["sentences"]
    rows = {
        (data["articles"]["id"][article], data["targets"][target], STANCES[stance], text, start)
        for article, target, stance, text, start in zip(
            *(held[name] for name in ("article", "target", "stance", "text", "start")), strict=True
        )
    }
    evidence = results.evidence().select("article_id", "target", "stance", "text", "start").rows()
    assert set(evidence) <= rows
    assert len(rows) == held["n"] == data["total"]["sentences"]
    assert held["proba"] == sorted(held["proba"], reverse=True)


def test_what_is_said_of_a_target_is_told_of_reprints_and_undecided_too(results, data):
    rows = results.stances.with_columns(
        sign=pl.col("stance").replace_strict({"favor": 1, "against": -1, "none": 0})
    )
    for target, said in zip(data["targets"], data["said"], strict=True):
        own = rows.filter(pl.col("target") == target)
        assert {data["articles"]["id"][place] for place in said["article"]} == set(own["article_id"])
        decided = set(own.filter("decided")["article_id"])
        has = dict(zip(said["article"], said["has"], strict=True))
        assert {data["articles"]["id"][place] for place, one in has.items() if one != "0"} == decided
        assert set(said["net"]) <= set("-0+")


def test_only_the_most_certain_are_held_of_very_many(results, monkeypatch):
    monkeypatch.setattr("newstance.report.data.MOST_SENTENCES", 7)
    page = render(results)
    held = json.loads(EMBEDDED.search(page)[1])
    assert held["sentences"]["n"] == 7
    assert held["total"]["sentences"] > 100
    assert "The 7 most certain of" in page


def test_of_very_many_articles_a_fixed_sample_and_those_of_the_sentences(results, monkeypatch):
    monkeypatch.setattr("newstance.report.data.MOST_SENTENCES", 3)
    monkeypatch.setattr("newstance.report.data.MOST_ARTICLES", 20)
    marks = theme_marks(results.summary)
    held = page_data(results, marks, "no outlet")
    turned = replace(
        results,
        corpus=replace(results.corpus, articles=results.corpus.articles.reverse()),
        layout=results.layout.reverse(),
    )
    assert held["articles"]["n"] == 20
    assert len(held["sentences"]["article"]) == 3
    assert page_data(turned, marks, "no outlet") == held


@pytest.mark.parametrize("evil", ["</script><script>alert(1)</script>", "<!--<script>", "\u2028"])
def test_what_articles_bring_cannot_end_the_script(results, evil):
    corpus = results.corpus
    texts = corpus.sentences.with_columns(text=pl.lit(evil) + pl.col("text"))
    named = corpus.articles.with_columns(source=pl.lit(evil), url=pl.lit("javascript:alert(1)"))
    page = render(replace(results, corpus=replace(corpus, sentences=texts, articles=named)))
    assert Page(page).open == []
    held = json.loads(EMBEDDED.search(page)[1])
    assert all(text.startswith(evil) for text in held["sentences"]["text"])
    assert set(held["articles"]["url"]) == {""}
    assert evil not in EMBEDDED.search(page)[1]


def test_without_texts_no_text_of_an_article_is_in_the_page(results):
    page = render(results, with_texts=False)
    assert "The texts of the articles are left out" in page
    texts = [*results.corpus.sentences["text"], *results.corpus.articles["title"].drop_nulls()]
    assert len(texts) > 500
    assert [
        text for text in texts if text in page or json.dumps(text, ensure_ascii=False)[1:-1] in page
    ] == []
    held = json.loads(EMBEDDED.search(page)[1])
    assert held["sentences"]["n"] > 100
    assert not {"text", "holder", "start"} & set(held["sentences"])
    assert not any({"title", "example"} & set(table["columns"]) for table in held["tables"].values())


def test_tables_are_those_of_the_summary(results):
    tables = page_tables(results, Wording("en"))
    held, own = tables["stance_by_outlet"], results.summary.stance_by_outlet.filter(pl.col("n") > 0)
    values = dict(zip(held["columns"], held["values"], strict=True))
    assert held["columns"] == own.columns
    assert values["net"] == own["net"].round(4).to_list()
    themes = dict(zip(tables["theme_by_outlet"]["columns"], tables["theme_by_outlet"]["values"], strict=True))
    names = {None, *results.themes["name"]}
    assert set(themes["theme"]) <= names
    assert {len(column) for table in tables.values() for column in table["values"]} > {own.height}


def test_without_stances_there_is_nothing_to_ask(results):
    for nothing in (no_results(), replace(results, stances=empty(STANCE_OF))):
        page = render(nothing)
        assert 'id="quotes"' not in page
        assert json.loads(EMBEDDED.search(page)[1])["sentences"]["n"] == 0
