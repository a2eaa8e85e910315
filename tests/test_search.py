"""Articles nearest in meaning to a query."""

import random

import pytest

import newstance
from checkout import ROOT
from newstance.search import COLUMNS, search
from newstance.tables import Corpus


@pytest.fixture(scope="module")
def sample() -> Corpus:
    return newstance.read_corpus(ROOT / "data/sample/articles")


def test_a_query_finds_its_articles_in_every_language(sample):
    found = sample.search("storm at the coast", k=4)
    assert found.schema == COLUMNS
    assert set(found["lang"]) >= {"de", "ru", "en"}
    assert found["article_id"].str.ends_with("-034").all()  # the weather of each language
    assert found["similarity"].is_sorted(descending=True)


def test_the_nearest_sentence_is_shown(sample):
    row = sample.search("Oil fell to its lowest price", k=1).row(0, named=True)
    assert row["text"] in sample[row["article_id"]]["sentences"]


def test_reprints_are_left_out_and_all_others_can_be_had(sample):
    found = sample.search("anything", k=10_000)
    originals = sample.articles.filter(sample.articles["duplicate_of"].is_null())["article_id"]
    assert sorted(found["article_id"]) == sorted(originals)


def test_the_order_of_articles_plays_no_part(sample):
    rows = sample.articles.select("article_id", "title", "text").head(40).to_dicts()
    one = newstance.read_corpus(rows).search("sanctions on oil", k=10)
    random.Random(0).shuffle(rows)
    assert newstance.read_corpus(rows).search("sanctions on oil", k=10).equals(one)


def test_an_empty_corpus_holds_nothing_near(sample):
    found = sample.filter(sample.articles["article_id"] == "none").search("storm")
    assert (found.height, found.schema) == (0, COLUMNS)


def test_an_article_without_sentences_is_no_matter():
    corpus = newstance.read_corpus(
        [{"article_id": "a", "text": "A storm came."}, {"article_id": "b", "text": "…"}]
    )
    assert corpus.search("storm")["article_id"].to_list()[0] == "a"


@pytest.mark.parametrize("query", ["", "  ", None, 7])
def test_a_query_has_words(sample, query):
    with pytest.raises(ValueError, match=r"query: got .*, expected some words"):
        sample.search(query)


def test_at_least_one_is_asked_for(sample):
    with pytest.raises(ValueError, match="k: got 0, expected at least 1"):
        sample.search("storm", 0)


def test_another_encoder_makes_its_own_index(sample, tmp_path):
    from small_model import small_encoder

    encoder = small_encoder(tmp_path / "tiny")
    first = sample.search("storm", 3)
    search(sample, "storm", 3, encoder)
    assert sample.search("storm", 3).equals(first)
