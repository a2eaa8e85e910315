"""The report opens, loads nothing, escapes what articles bring, and survives every kind of absence."""

import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import polars as pl
import pytest

from found import no_results, sample_results
from newstance.frames import empty
from newstance.report import render
from newstance.report.stances import surest
from newstance.report.themes import GREY, MOST_MARKS
from newstance.results import Results
from newstance.summary.periods import choose_period
from newstance.tables import COPIES, NOISE, STANCE_OF, THEMES

VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")


class Page(HTMLParser):
    """Reads a page strictly: every element is closed in order; keeps ids, text and what would be loaded."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.data: dict = {}
        self.text = ""
        self._in_data = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [values["id"]] if values.get("id") else []
        self.links += [values["href"]] if tag == "a" else []
        self.loads += [value for key, value in attrs if key in ("src", "srcset", "data", "action", "poster")]
        self.loads += [values["href"]] if tag in ("link", "base") else []
        self._in_data = tag == "script" and values.get("id") == "data"

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag
        self._in_data = False

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data = json.loads(data)
        elif self.open and self.open[-1] not in ("script", "style"):
            self.text += data


@pytest.fixture(scope="module")
def results() -> Results:
    return sample_results()


@pytest.fixture(scope="module")
def html(results: Results) -> str:
    return render(results)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def open_page(results: Results) -> Page:
    return Page(render(results))


def with_articles(results: Results, **columns: pl.Expr) -> Results:
    return replace(
        results, corpus=replace(results.corpus, articles=results.corpus.articles.with_columns(**columns))
    )


def test_page_is_well_formed(page: Page) -> None:
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    anchors = {link[1:].partition("?")[0] for link in page.links if link.startswith("#")}
    assert anchors
    assert anchors <= set(page.ids)


def test_page_loads_nothing(html: str, page: Page) -> None:
    assert page.loads == []
    assert "default-src 'none'" in html
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert all(link.startswith(("#", "https://")) for link in page.links)


def test_page_has_every_theme_target_and_outlet(results: Results, page: Page) -> None:
    assert all(name in page.text for name in results.themes["name"])
    assert all(target in page.text for target in results.stances["target"].unique())
    assert all(source in page.text for source in results.corpus.articles["source"].unique())


def test_page_has_headline_numbers_notes_scores_and_losses(results: Results, page: Page) -> None:
    for text in (
        "0.71",
        "0.68 to 0.74",
        "blind to the target: 0.52",
        "1 line could not be read.",
        "Made-up themes",
    ):
        assert text in page.text
    for text in ("Stance by language", "0.721", "−0.100", "1,234", "broken.jsonl", "not JSON", "dateline"):
        assert text in page.text
    assert str(results.corpus.articles.height) in page.text


def test_page_tells_what_made_it_and_how_to_cite_it(results: Results, page: Page) -> None:
    made = (
        f"Made by newstance {results.version} · config – · encoder – · data fingerprint {results.fingerprint}"
    )
    text = " ".join(page.text.split())
    assert made in text
    assert "To cite: “quickstart”: themes and stances in" in text


def test_same_results_give_same_bytes(results: Results, html: str) -> None:
    assert render(sample_results()) == html


def test_row_order_does_not_change_the_page(results: Results, html: str) -> None:
    corpus = replace(
        results.corpus,
        articles=results.corpus.articles.reverse(),
        sentences=results.corpus.sentences.reverse(),
        copies=results.corpus.copies.reverse(),
    )
    turned = replace(
        results,
        corpus=corpus,
        themes=results.themes.reverse(),
        theme_of_article=results.theme_of_article.reverse(),
        stances=results.stances.reverse(),
        layout=results.layout.reverse(),
    )
    assert render(turned) == html


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=x onerror=y>"]
)
def test_what_articles_bring_is_text(results: Results, attack: str) -> None:
    bad = with_articles(
        results, title=pl.lit(attack), source=pl.lit(attack), url=pl.lit("javascript:alert(1)")
    )
    bad = replace(bad, name=attack, notes=[attack], themes=bad.themes.with_columns(name=pl.lit(attack)))
    bad = replace(bad, stances=bad.stances.with_columns(target=pl.lit(attack)))
    html = render(bad)
    assert attack not in html
    page = Page(html)
    assert page.open == []
    assert attack in page.text
    assert not any("javascript" in link for link in page.links)
    assert set(page.data["articles"]["title"]) == {attack}
    assert set(page.data["articles"]["url"]) == {""}


def test_nothing_at_all_is_said_in_words() -> None:
    page = open_page(no_results())
    assert page.open == []
    assert page.data["articles"]["n"] == page.data["sentences"]["n"] == 0
    for text in (
        "No theme was found",
        "No stance was found",
        "A map needs at least three",
        "Nothing was scored",
    ):
        assert text in page.text


def test_no_dates_no_outlets(results: Results) -> None:
    bare = with_articles(results, published=pl.lit(None, pl.Date), source=pl.lit(None, pl.String))
    page = open_page(bare)
    for text in (
        "No article carries a date",
        "No article with a stance carries a date",
        "No article names its outlet",
    ):
        assert text in page.text


def test_no_stances(results: Results) -> None:
    page = open_page(replace(results, stances=empty(STANCE_OF), metrics={}))
    assert "No stance was measured." in page.text
    assert "stance not measured" in page.text
    assert "Ceasefire" in page.text


def test_all_undecided(results: Results) -> None:
    page = open_page(replace(results, stances=results.stances.with_columns(decided=pl.lit(False))))
    assert "No stance was found" in page.text


def test_no_themes_but_stances(results: Results) -> None:
    noise = results.theme_of_article.with_columns(theme_id=pl.lit(NOISE, pl.Int64))
    page = open_page(replace(results, themes=empty(THEMES), theme_of_article=noise))
    assert "No theme was found" in page.text
    assert "Towards" in page.text


def test_one_article(results: Results) -> None:
    def only(table: pl.DataFrame) -> pl.DataFrame:
        return table.filter(pl.col("article_id") == "en-001")

    corpus = replace(results.corpus, articles=only(results.corpus.articles), copies=empty(COPIES))
    one = replace(
        results,
        corpus=corpus,
        theme_of_article=only(results.theme_of_article),
        stances=only(results.stances),
        layout=only(results.layout),
    )
    assert "A map needs at least three" in open_page(one).text


def test_evidence_shows_a_text_and_its_reprints_once(results: Results) -> None:
    copy = results.stances.filter(pl.col("article_id") == "en-001").with_columns(article_id=pl.lit("en-036"))
    lines = results.corpus.sentences.filter(pl.col("article_id") == "en-001")
    corpus = with_articles(
        replace(
            results,
            corpus=replace(
                results.corpus,
                sentences=pl.concat(
                    [results.corpus.sentences, lines.with_columns(article_id=pl.lit("en-036"))]
                ),
            ),
        ),
        duplicate_of=pl.when(pl.col("article_id") == "en-036")
        .then(pl.lit("en-001"))
        .otherwise("duplicate_of"),
    )
    doubled = replace(corpus, stances=pl.concat([results.stances, copy]))
    n_sentences = 0
    for target in surest(doubled):
        shown = [row for side in target["sides"].values() for row in side]
        assert len({row["article_id"] for row in shown}) == len(shown)
        assert "en-036" not in {row["article_id"] for row in shown}
        assert len({row["text"] for row in shown}) == len(shown)
        assert all(
            "".join(row["parts"]) == row["text"] and row["parts"][1] == row["mention_text"] for row in shown
        )
        n_sentences += len(shown)
    assert n_sentences > 20


@pytest.mark.parametrize(
    ("first", "last", "n", "period"),
    [
        (date(2016, 1, 1), date(2016, 3, 1), 300, "week"),
        (date(2015, 1, 1), date(2017, 12, 31), 300, "month"),
        (date(2015, 1, 1), date(2017, 12, 31), 40, "quarter"),
        (date(2016, 1, 1), date(2016, 1, 1), 1, "week"),
    ],
)
def test_period_follows_the_number_of_articles(first: date, last: date, n: int, period: str) -> None:
    dates = pl.Series([first, *[last] * (n - 1)], dtype=pl.Date)
    assert choose_period(dates, 3) == period


def test_more_themes_than_marks_share_one(results: Results) -> None:
    keys = results.theme_of_article["article_id"]
    themes = pl.concat([results.themes.head(1)] * 40).with_columns(
        theme_id=pl.int_range(40, dtype=pl.Int64), name=pl.format("Theme {}!", pl.int_range(40))
    )
    theme_of = results.theme_of_article.with_columns(theme_id=pl.int_range(len(keys), dtype=pl.Int64) % 40)
    page = open_page(replace(results, themes=themes, theme_of_article=theme_of))
    assert all(f"Theme {index}!" in page.text for index in range(40))
    assert "16 smaller themes" in page.text
    grey = [theme["colour"] == GREY for theme in page.data["themes"]]
    assert grey == [place >= MOST_MARKS for place in range(40)]
