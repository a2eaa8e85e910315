"""Predicting: every kind of data, a row for each row, and one answer for a text wherever it stands."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import newstance
from newstance.model.news_model import NewsModel
from small_model import a_model, small_encoder

TEXTS = ["The truce in Syria began at midnight.", "Футбольная команда выиграла кубок в финале."]
THEMES = ["truce", "football"]


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> NewsModel:
    made = a_model(small_encoder(tmp_path_factory.mktemp("encoders") / "tiny"))
    made.reading = replace(made.reading, boilerplate={})
    return made


# Kinds of data

KINDS = {
    "list": list,
    "tuple": tuple,
    "iterator": iter,
    "generator": lambda texts: (text for text in texts),
    "dict values": lambda texts: dict(enumerate(texts)).values(),
    "numpy array of str": np.array,
    "numpy array of objects": lambda texts: np.array(texts, dtype=object),
    "polars Series": pl.Series,
    "polars DataFrame": lambda texts: pl.DataFrame({"text": texts}),
    "polars LazyFrame": lambda texts: pl.LazyFrame({"text": texts}),
    "Arrow table": lambda texts: pa.table({"text": texts}),
    "Arrow batch": lambda texts: pa.record_batch({"text": texts}),
    "Arrow array": pa.array,
    "Arrow chunks": lambda texts: pa.chunked_array([texts[:1], texts[1:]]),
    "list of dicts": lambda texts: [{"body": text} for text in texts],
    "generator of dicts": lambda texts: ({"text": text} for text in texts),
    "dict of lists": lambda texts: {"text": texts},
    "dict of arrays": lambda texts: {"Text": np.array(texts), "id": pl.Series([1, 2]), "source": "Сова"},
}
PANDAS_KINDS = {
    "Series": lambda texts, index: pd.Series(texts, index=index),
    "Series of pandas' own strings": lambda texts, index: pd.Series(texts, index=index, dtype="string"),
    "DataFrame": lambda texts, index: pd.DataFrame({"text": texts}, index=index),
    "DataFrame with other columns": lambda texts, index: pd.DataFrame(
        {"text": texts, 5: [1, 2], "seen": pd.to_datetime(["2016-09-01", None])}, index=index
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_predict_takes_it_and_gives_polars(model, kind):
    for level in ("article", "sentence"):
        found = model.predict(KINDS[kind](TEXTS), level)
        assert isinstance(found, pl.DataFrame)
        assert found["theme"].to_list() == THEMES


@pytest.mark.parametrize("kind", PANDAS_KINDS)
def test_predict_gives_pandas_with_its_index_for_pandas(model, kind):
    for index in (["x", "y"], [7, 7], pd.to_datetime(["2016-09-02", "2016-09-01"])):
        asked = PANDAS_KINDS[kind](TEXTS, index)
        for level in ("article", "sentence"):
            found = model.predict(asked, level)
            assert isinstance(found, pd.DataFrame)
            assert found.index.equals(asked.index)
            assert found["theme"].tolist() == THEMES


def test_pandas_columns_keep_their_type_where_values_are_missing(model):
    found = model.predict(pd.DataFrame({"text": [TEXTS[0], None], "date": ["2016-09-10", None]}))
    assert (found["theme_id"].dtype, found["proba"].dtype) == ("Int64", "float64")
    assert found["theme_id"].isna().tolist() == [False, True]
    assert found["published"].iloc[0] == pd.Timestamp("2016-09-10")
    assert found["mixture"].iloc[0] == [{"theme_id": 0, "share": 1.0}]
    assert model.predict(pd.DataFrame({"text": [None]}))["theme_id"].dtype == "Int64"


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"list", "tuple", "iterator", "generator"}))
def test_read_corpus_takes_it(kind):
    assert newstance.read_corpus(KINDS[kind](TEXTS), n_jobs=1).articles["text"].to_list() == TEXTS


@pytest.mark.parametrize("kind", PANDAS_KINDS)
def test_read_corpus_takes_pandas(kind):
    asked = PANDAS_KINDS[kind](TEXTS, ["x", "y"])
    assert newstance.read_corpus(asked, n_jobs=1).articles["text"].to_list() == TEXTS


def test_one_text_one_dict_and_one_column_of_dicts_are_articles(model):
    assert model.predict(TEXTS[0])["theme"].to_list() == ["truce"]
    one = model.predict({"text": TEXTS[1], "id": 5, "tags": ["a", "b"]})
    assert one.select("article_id", "theme").rows() == [("5", "football")]
    assert model.predict(pl.Series([{"text": TEXTS[0]}]))["theme"].to_list() == ["truce"]


NO_DATA = [b"text", bytearray(b"text"), 5, 2.5, True, None, object(), {"a"}, frozenset(["a"]), len, newstance]


@pytest.mark.parametrize("data", [*NO_DATA, [b"a"], [1, 2], [["a"]], np.array([b"a"]), np.array([["a"]])])
def test_other_data_is_one_error_that_names_what_is_taken(model, data):
    for read in (model.predict, model.read):
        with pytest.raises(
            TypeError, match=r"^got .*, expected a text or a pathlib\.Path; a DataFrame, .*\.$"
        ):
            read(data)
    if data is not None:
        with pytest.raises(TypeError, match=r"^got "):
            newstance.read_corpus(data)


@pytest.mark.parametrize(
    "data", [pd.DataFrame(), pd.DataFrame(index=[1]), pl.DataFrame(), pl.LazyFrame(), {}]
)
def test_a_table_without_columns_is_told(model, data):
    for read in (model.predict, newstance.read_corpus):
        with pytest.raises(ValueError, match="the table has no columns"):
            read(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.DataFrame({"prose": TEXTS}), r"no column holds the text: .* there are \['prose'\]"),
        ([{"prose": "a"}, {"plot": "b"}], r"no column holds the text: .* there are \['prose'\]"),
        (pd.DataFrame([["a", "b"]], columns=["text", "text"]), r"more than one column is named \['text'\]"),
        ({"text": ["a"], "id": [1, 2]}, r"differ in length: \{'text': 1, 'id': 2\}"),
        (pl.LazyFrame({"text": ["a"]}).select("body"), r"the LazyFrame could not be collected: .*body.*$"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(model, data, message):
    with pytest.raises(ValueError, match=message):
        model.predict(data)


# Texts and paths


def test_a_str_is_a_text_even_if_a_file_has_that_name(model, tmp_path, monkeypatch):
    (tmp_path / "truce.txt").write_text(TEXTS[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.warns(UserWarning, match=r"'truce\.txt' is read as a text; .* give a pathlib\.Path"):
        assert model.predict("truce.txt")["article_id"].to_list() == ["table:1"]
    assert model.predict(Path("truce.txt"))["article_id"].to_list() == ["truce.txt"]
    assert model.predict([Path("truce.txt")])["theme"].to_list() == ["truce"]
    assert newstance.read_corpus("truce.txt", n_jobs=1).articles["article_id"].to_list() == ["truce.txt"]
    assert model.predict(newstance.read_corpus(["truce.txt"]))["theme"].to_list() == ["truce"]
    assert model.predict("")["article_id"].to_list() == ["table:1"]
    assert model.predict(".").height == 1


@pytest.mark.parametrize("kind", [list, tuple, iter, np.array, pd.Series, pl.Series])
def test_a_list_of_names_of_files_is_told_how_to_give_paths(model, tmp_path, kind):
    (tmp_path / "there").write_text("x")
    for names in (
        ["nowhere/articles.csv"],
        ["a.csv", "b.jsonl.gz", "c.txt.xz"],
        [str(tmp_path), str(tmp_path / "there")],
    ):
        with pytest.raises(ValueError, match=r"names of files, as '.*Path\(name\) for name.*read_corpus"):
            model.predict(kind(names))
    assert model.predict(["a.csv", "The truce began."]).height == 2


def test_texts_that_speak_of_files_are_texts(model):
    texts = [
        "The ministry published the list in budget.csv",
        "Read more: example.org/page.html",
        "…",
        "/",
        ".",
    ]
    for text in texts:
        assert model.predict([text]).height == 1


def test_a_path_that_is_not_there_is_named(model):
    for data in (Path("none.csv"), [Path("none.csv")]):
        with pytest.raises(FileNotFoundError, match=r"none\.csv does not exist"):
            model.predict(data)
    with pytest.raises(FileNotFoundError, match=r"x{100}… does not exist"):
        newstance.read_corpus("x" * 5000)
    with pytest.raises(TypeError, match="paths and other things in one list"):
        model.predict([Path("none.csv"), "The truce began."])
    with pytest.raises(ValueError, match="empty list"):
        newstance.read_corpus([])


# Rows


def test_every_row_comes_back_in_its_order_with_its_id(model):
    rows = [
        {"id": 1, "text": TEXTS[0]},
        {"id": 1, "text": TEXTS[1]},
        {"id": "b", "text": None},
        {"id": None, "text": ""},
        {"id": 1, "text": float("nan")},
        {"id": "c", "text": "  \n", "title": "The truce in Syria began"},
        {"id": "d", "text": [1]},
        {"id": "e"},
        {"id": 1, "text": TEXTS[0]},
    ]
    found = model.predict(rows)
    assert found["article_id"].to_list() == ["1", "1", "b", "table:4", "1", "c", "d", "e", "1"]
    expected = ["truce", "football", None, None, None, "truce", None, None, "truce"]
    assert found["theme"].to_list() == expected
    assert found["theme_id"].to_list() == [0, 1, None, -1, None, 0, None, None, 0]
    assert (found["reason"].is_null() == found["theme"].is_not_null()).all()
    assert "of the type list" in found["reason"][6]
    assert "no column holds the text" in found["reason"][7]
    assert found["duplicate_of"].to_list() == [None] * 8 + ["1"]
    sentences = model.predict(rows, "sentence")
    assert sentences["article_id"].to_list() == found["article_id"].to_list()
    assert sentences["sentence"].is_null().to_list() == found["reason"].is_not_null().to_list()
    assert sentences["reason"].to_list() == found["reason"].to_list()


def test_the_empty_text_is_noise_alone_and_among_others(model):
    (alone,) = model.predict("").to_dicts()
    noise = {"theme_id": -1, "theme": None, "proba": 0.0, "assigned": "noise", "mixture": []}
    assert {name: alone[name] for name in noise} == noise
    assert alone["reason"] == "the text is empty"
    together = model.predict([*TEXTS, ""]).row(2, named=True)
    assert together | {"article_id": None} == alone | {"article_id": None}


def test_texts_none_of_which_can_be_judged_are_no_error(model):
    assert model.predict([None, None])["theme_id"].to_list() == [None, None]
    for level in ("article", "sentence"):
        whole = model.predict(TEXTS, level)
        for nothing in ([], pl.DataFrame({"text": []}), {"text": []}):
            assert model.predict(nothing, level).schema == whole.schema
            assert model.predict(nothing, level).height == 0
    assert model.predict(pd.DataFrame({"text": []})).columns.tolist() == model.predict(TEXTS).columns


def test_an_article_in_another_language_than_those_read_keeps_its_row(model):
    choosy = a_model(model.encoder)
    choosy.reading = replace(model.reading, langs=("ru",))
    found = choosy.predict(TEXTS)
    assert found["theme"].to_list() == [None, "football"]
    assert found["reason"][0] == "language 'en' is not among corpus.langs ['ru']"


def test_rows_and_a_corpus_say_the_same(model):
    rows = [
        {"id": f"a{number}", "text": text, "date": date(2016, 9, 1)} for number, text in enumerate(TEXTS * 3)
    ]
    for level in ("article", "sentence"):
        assert_frame_equal(model.predict(model.read(rows), level), model.predict(rows, level))


WORDS = st.sampled_from(
    ["truce", "Syria", "Алеппо", "финале", "cup", "won", "и", "كأس", "停火", "\0", "\ud800", "."]
)
TEXT = st.one_of(st.none(), st.text(max_size=60), st.lists(WORDS, max_size=12).map(" ".join))


@settings(max_examples=20)
@given(st.lists(TEXT, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_a_text_gets_one_answer_alone_in_a_batch_and_in_any_order(model, texts, random):
    columns = ["theme_id", "theme", "proba", "assigned", "mixture", "lang", "reason"]
    alone = pl.concat([model.predict([text]).select(columns) for text in texts])
    together = model.predict([*texts, TEXTS[0]]).select(columns)
    assert_frame_equal(together.head(len(texts)), alone)
    order = random.sample(range(len(texts)), len(texts))
    mixed = model.predict(pd.Series([texts[row] for row in order], index=order, dtype=object)).sort_index()
    assert mixed["reason"].tolist() == alone["reason"].to_list()
    assert [None if pd.isna(theme) else theme for theme in mixed["theme_id"]] == alone["theme_id"].to_list()


@pytest.mark.parametrize(
    "unit", ["a", "long", "Ж", "停", "ب", "\0", "\ud800", "🕊", "e\u0301", "truce ", "/", "a/", ". "]
)
def test_a_text_of_any_length_has_a_row(model, unit):
    for length in (0, 1, 2, 127, 128, 255, 256, 1023, 1024, 1025, 4096, 5000):
        text = (unit * length)[:length]
        assert model.predict(text).height == 1
        assert model.predict([text])["article_id"].to_list() == ["table:1"]
