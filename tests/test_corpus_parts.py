"""One article of a corpus, and parts of it."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import newstance
from newstance.tables import Corpus

TRUCE = "The truce took effect at midnight in the whole of the country, officials said."
STORM = "Der Sturm hat an der Küste schwere Schäden angerichtet, sagte die Polizei gestern."
OIL = "Oil prices fell again on Monday as traders waited for the ministers to meet. Stocks rose."
TEXTS = {
    "a": (
        "Anchor",
        "2016-02-27",
        TRUCE,
    ),
    "b": (
        "Bugle",
        "2016-02-28",
        TRUCE,
    ),
    "c": ("Courier", None, TRUCE),
    "d": (
        "Bugle",
        "2016-03-05",
        STORM,
    ),
    "e": (
        None,
        "2016-03-06",
        OIL,
    ),
}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return newstance.read_corpus(
        [
            {"article_id": name, "source": source, "published": published, "text": text}
            for name, (source, published, text) in TEXTS.items()
        ]
    )


def test_an_article_has_its_columns_and_sentences(corpus):
    article = corpus["e"]
    assert article["published"] == date(2016, 3, 6)
    assert article["sentences"] == [
        "Oil prices fell again on Monday as traders waited for the ministers to meet.",
        "Stocks rose.",
    ]


def test_an_article_that_is_not_there_is_a_key_error(corpus):
    with pytest.raises(KeyError, match=r"article_id: there is no 'x'. There are 'a', 'b', 'c', 'd', 'e'"):
        corpus["x"]
    with pytest.raises(TypeError, match="article_id: got int, expected a str"):
        corpus[0]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "abcde"),
        ({"lang": "de"}, "d"),
        ({"lang": ["de", "en"]}, "abcde"),
        ({"source": "Bugle"}, "bd"),
        ({"start": "2016-02-28"}, "bde"),
        ({"end": date(2016, 2, 28)}, "ab"),
        ({"start": "2016-02-28", "end": "2016-03-05", "source": "Bugle", "lang": "de"}, "d"),
    ],
)
def test_the_articles_that_fit_stay_with_all_that_is_theirs(corpus, asked, expected):
    part = corpus.filter(**asked)
    assert part.articles["article_id"].to_list() == list(expected)
    assert set(part.sentences["article_id"]) == set(expected)
    assert part.counts.articles == len(expected)


def test_a_polars_expression_filters_too(corpus):
    assert corpus.filter(pl.col("n_sentences") > 1).articles["article_id"].to_list() == ["e"]


def test_the_whole_corpus_stays_as_it_is(corpus):
    same = corpus.filter()
    for name in ("articles", "sentences", "removed", "copies"):
        assert_frame_equal(getattr(same, name), getattr(corpus, name))


def test_a_reprint_takes_the_place_of_an_original_that_is_left_out(corpus):
    assert corpus["b"]["duplicate_of"] == corpus["c"]["duplicate_of"] == "a"
    part = corpus.filter(pl.col("article_id") != "a")
    assert (part["b"]["duplicate_of"], part["c"]["duplicate_of"]) == (None, "b")
    assert part.counts.reprints == 1


@settings(deadline=None, max_examples=40)
@given(st.sets(st.sampled_from("abcde")))
def test_each_text_stays_once(kept):
    """Property: of the reprints of one text that are kept, one stands for it, and it is there."""
    whole = newstance.read_corpus(
        [{"article_id": name, "text": text} for name, (_, _, text) in TEXTS.items()], n_jobs=1
    )
    part = whole.filter(pl.col("article_id").is_in(list(kept)))
    assert set(part.articles["article_id"]) == kept
    assert set(part.articles["duplicate_of"].drop_nulls()) <= kept
    texts = {TEXTS[name][2] for name in kept}
    assert part.articles["duplicate_of"].null_count() == len(texts)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"source": "Bugel"}, "source: there is no 'Bugel'. Did you mean 'Bugle'?"),
        ({"lang": "fr"}, "lang: there is no 'fr'. There are 'de', 'en'"),
        ({"start": "27.2.2016"}, "start: got '27.2.2016', expected a date, as '2016-02-27'"),
        ({"end": 2016}, "end: got 2016, expected a date"),
    ],
)
def test_what_is_not_there_is_said(corpus, asked, message):
    with pytest.raises(ValueError, match=message):
        corpus.filter(**asked)


def test_articles_go_to_pandas(corpus):
    table = corpus.to_pandas()
    assert list(table["article_id"]) == list("abcde")
    assert table["published"].isna().sum() == 1
