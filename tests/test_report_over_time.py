"""The page tells when a theme burst, began and ended, with the figures of the summary."""

import re
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from found import no_results, sample_results
from newstance.report import render
from newstance.report.over_time import bars, burst_lines, counts_by_theme, lives
from newstance.report.wording import Wording
from newstance.results import Results
from newstance.tables import NOISE, THEME_OF_ARTICLE

MONDAY = date(2016, 9, 12)
N_WEEKS, N_EACH = 12, 20
EN = Wording("en")


@pytest.fixture(scope="module")
def planted() -> Results:
    """Twenty articles a week, one of them of theme 0, but ten in weeks 5 and 6; theme 1 in the first three
    weeks; no article of another theme, and two without a date."""
    base = sample_results()
    rows = []
    for week in range(N_WEEKS):
        of_first, of_second = 10 if week in (5, 6) else 1, 4 if week < 3 else 0
        themes = [0] * of_first + [1] * of_second + [NOISE] * (N_EACH - of_first - of_second)
        rows += [(MONDAY + timedelta(7 * week), theme) for theme in themes]
    rows += [(None, 0), (None, NOISE)]
    about = pl.DataFrame(rows, schema={"published": pl.Date, "theme_id": pl.Int64}, orient="row")
    about = about.with_columns(article_id=pl.format("a{}", pl.int_range(pl.len())))
    first = base.corpus.articles.head(1).drop("article_id", "published", "duplicate_of")
    articles = about.join(first, how="cross").with_columns(duplicate_of=pl.lit(None, pl.String))
    missing = {
        name: pl.lit(None, kind) for name, kind in THEME_OF_ARTICLE.items() if name not in about.columns
    }
    theme_of = about.drop("published").with_columns(**missing).select(list(THEME_OF_ARTICLE))
    empty = {name: getattr(base, name).clear() for name in ("stances", "layout", "theme_of_sentence")}
    corpus = replace(
        base.corpus,
        articles=articles.select(base.corpus.articles.columns),
        sentences=base.corpus.sentences.clear(),
        copies=base.corpus.copies.clear(),
        removed=base.corpus.removed.clear(),
    )
    return replace(base, corpus=corpus, theme_of_article=theme_of, **empty)


def test_bursts_and_lives_in_words(planted):
    summary = planted.summary
    assert summary.theme_period == "week"
    assert burst_lines(summary, EN) == {
        0: ["week of 17 Oct 2016 to week of 24 Oct 2016: 50 % of the articles (35 % to 65 %), usually 12 %"],
        1: ["week of 12 Sep 2016 to week of 26 Sep 2016: 20 % of the articles (12 % to 32 %), usually 5 %"],
    }
    assert lives(summary, EN) == {
        0: "from week of 17 Oct 2016 to week of 24 Oct 2016",
        1: "from the start to week of 26 Sep 2016",
    }


def test_the_page_has_these_words_and_counts_what_has_no_date(planted):
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", render(planted)))
    for lines in burst_lines(planted.summary, EN).values():
        assert all(f"Burst {line}" in page for line in lines)
    assert all(f"Seen {life}" in page for life in lives(planted.summary, EN).values())
    assert "2 articles without a date are not in it" in page


def test_bars_in_a_burst_stand_out(planted):
    drawn = bars(counts_by_theme(planted.summary)[0])
    places = {kind: [int(one) for one in re.findall(r"M(\d+) ", drawn[kind])] for kind in ("usual", "burst")}
    assert places["burst"] == [4 * week for week in (5, 6)]
    assert places["usual"] == [4 * week for week in range(N_WEEKS) if week not in (5, 6)]
    assert drawn["burst"].startswith(
        f"M20 {drawn['height']}v-{drawn['height']}"
    )  # the highest fills the height
    assert drawn["width"] == 4 * N_WEEKS


def test_a_week_without_articles_is_a_bar_of_none(planted):
    kept = pl.col("published").is_null() | (pl.col("published") != MONDAY + timedelta(21))
    articles = planted.corpus.articles.filter(kept)
    gap = replace(
        planted,
        corpus=replace(planted.corpus, articles=articles),
        theme_of_article=planted.theme_of_article.join(articles, on="article_id", how="semi"),
    )
    rows = counts_by_theme(gap.summary)[0]
    assert rows.select("n", "n_articles").row(3) == (0, 0)
    assert rows.height == N_WEEKS
    assert "M12 " not in bars(rows)["usual"]


def test_nothing_has_neither_bursts_nor_lives():
    summary = no_results().summary
    assert (burst_lines(summary, EN), lives(summary, EN), counts_by_theme(summary)) == ({}, {}, {})
