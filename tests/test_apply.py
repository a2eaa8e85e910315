"""What a model says of a corpus does not depend on the blocks in which it is asked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import newstance
from newstance import shelf
from newstance.keys import SMALL, rows_of
from newstance.model import apply
from newstance.tables import Corpus
from newstance.training import Trained

ARTICLES = Path(__file__).parents[1] / "data/sample/articles/en.jsonl"
TABLES = ("theme_of_article", "theme_of_sentence", "stances")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return newstance.read_corpus(ARTICLES)


@pytest.mark.parametrize("at_once", [1, 7, 10**6])
def test_blocks_of_any_size_say_the_same(quickstart: Trained, corpus, monkeypatch, at_once):
    whole = quickstart.model.apply(corpus)
    monkeypatch.setattr(apply, "ARTICLES_AT_ONCE", at_once)
    monkeypatch.setattr(shelf, "AT_MOST", 0)
    monkeypatch.setattr(shelf, "ARRAY_AT_MOST", 0)
    parts = quickstart.model.apply(corpus)
    for name in TABLES:
        assert_frame_equal(getattr(parts, name), getattr(whole, name))
    assert np.array_equal(parts.article_vectors, whole.article_vectors)


def test_an_article_without_a_sentence_has_its_row(quickstart: Trained, corpus):
    first = corpus.articles["article_id"][1]
    without = replace(corpus, sentences=corpus.sentences.filter(corpus.sentences["article_id"] != first))
    applied = quickstart.model.apply(without)
    assert applied.theme_of_article["article_id"].equals(corpus.articles["article_id"])
    assert applied.theme_of_article.row(1, named=True)["theme_id"] == -1


def test_sentences_out_of_the_order_of_their_articles_are_refused(quickstart: Trained, corpus):
    turned = replace(corpus, sentences=corpus.sentences.reverse())
    with pytest.raises(ValueError, match="sentences: they must stand in the order of their articles"):
        quickstart.model.apply(turned)
    with pytest.raises(ValueError, match="sentences: they must stand"):
        quickstart.model.apply(replace(corpus, articles=corpus.articles[1:]))


@settings(max_examples=30)
@given(st.lists(st.text(max_size=3), unique=True), st.lists(st.text(max_size=3)), st.booleans())
def test_rows_are_found_by_key(keys, wanted, is_large):
    keys = keys + [f"other {number}" for number in range(SMALL + 1 if is_large else 0)]
    found = rows_of(pl.Series(wanted, dtype=pl.String), pl.Series(keys, dtype=pl.String))
    assert found.tolist() == [keys.index(one) if one in keys else -1 for one in wanted]
