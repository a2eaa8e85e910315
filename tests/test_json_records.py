import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.corpus.read import lines as reading
from newstance.corpus.read.files import RawArticle, Rejection, read_files
from newstance.corpus.read.json_records import records_of

FIRST = "The ferry to Sell sails again after the storm. Its crew was thanked by the mayor."
SECOND = "A frost damaged the orchards of the valley. Growers ask the county for help."
ONE, TWO = {"title": "Ferry", "text": FIRST}, {"title": "Frost", "text": SECOND}
PAIRS = [("Ferry", FIRST), ("Frost", SECOND)]


def read(tmp_path, content, name="a.json", **columns):
    (tmp_path / name).write_text(content if isinstance(content, str) else json.dumps(content))
    found = list(read_files(tmp_path, columns))
    return (
        [one for one in found if isinstance(one, RawArticle)],
        [one for one in found if isinstance(one, Rejection)],
    )


SHAPES = {
    "list": [ONE, TWO],
    "nested list": {"response": {"status": "ok", "results": [ONE, TWO]}},
    "two lists": {"tags": ["x", "y"], "comments": [{"text": "No!"}], "articles": [ONE, TWO]},
    "two lists of articles": {"train": [ONE], "test": [TWO]},
    "by id": {"7": ONE, "8": TWO},
    "by id, deeper": {"version": 2, "articles": {"7": ONE, "8": TWO}},
    "columns of lists": {"title": ["Ferry", "Frost"], "text": [FIRST, SECOND]},
    "columns of pandas": {"title": {"0": "Ferry", "1": "Frost"}, "text": {"0": FIRST, "1": SECOND}},
    "split of pandas": {
        "columns": ["title", "text"],
        "index": [0, 1],
        "data": [list(pair) for pair in PAIRS],
    },
    "table of pandas": {"schema": {"fields": [{"name": "title"}]}, "data": [ONE, TWO]},
    "header and rows": [["title", "text"], *map(list, PAIRS)],
    "Elasticsearch": {
        "took": 1,
        "hits": {"total": 2, "hits": [{"_id": "7", "_source": ONE}, {"_source": TWO}]},
    },
    "Label Studio": [{"id": 1, "annotations": [], "data": ONE}, {"id": 2, "data": TWO}],
    "JSON:API": {"data": [{"type": "news", "attributes": ONE}, {"type": "news", "attributes": TWO}]},
    "a page of a list called content": {"content": [ONE, TWO], "number": 0},
    "New York Times": {
        "response": {"docs": [{"headline": {"main": title}, "lead_paragraph": text} for title, text in PAIRS]}
    },
    "WordPress": [{"title": {"rendered": title}, "content": {"rendered": text}} for title, text in PAIRS],
    "paragraphs": [{"title": title, "text": text.split(" A ")} for title, text in PAIRS],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(tmp_path, shape):
    articles, rejected = read(tmp_path, SHAPES[shape])
    assert not rejected
    assert [(one.title, one.text) for one in articles] == PAIRS


PRETTY = "\n".join(json.dumps(one, indent=2) for one in (ONE, TWO))
LINES = "\n".join(json.dumps(one) for one in (ONE, TWO))


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize(
    "content",
    [
        LINES,
        LINES.replace("\n", ",\n"),
        "\n\n" + LINES,
        PRETTY,
        json.dumps([ONE, TWO]),
        json.dumps([ONE, TWO], indent=1),
        "[\n" + LINES.replace("\n", ",\n") + "\n]\n",
        "[\n" + LINES.replace("\n", ",\n") + ",\n]\n",
        json.dumps({"articles": [ONE, TWO]}, indent=1),
        "\ufeff" + json.dumps([ONE, TWO]),
    ],
)
def test_a_document_and_json_lines_under_each_others_name(tmp_path, name, content):
    articles, rejected = read(tmp_path, content, name)
    assert not rejected
    assert [(one.title, one.text) for one in articles] == PAIRS


def test_trailing_commas_are_told_and_commas_in_texts_stay(tmp_path):
    (article,), rejected = read(tmp_path, '[{"text": "Boats, ] nets, } and \\",]\\" quays",},]')
    assert article.text == 'Boats, ] nets, } and ",]" quays'
    assert any("trailing commas" in note for note in article.inferred)
    assert not rejected


def test_a_cut_list_gives_what_it_holds_and_is_told(tmp_path):
    articles, rejected = read(tmp_path, json.dumps([ONE, TWO])[:-30])
    assert [one.title for one in articles] == ["Ferry"]
    assert len(rejected) == 2
    assert "cut off" in rejected[-1].reason


def test_a_broken_object_between_others_is_told_by_its_line(tmp_path):
    articles, (rejection,) = read(tmp_path, f'[\n{json.dumps(ONE)},\n{{"text": oops}},\n{json.dumps(TWO)}\n]')
    assert [one.title for one in articles] == ["Ferry", "Frost"]
    assert rejection.line == 3


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_very_deep_json_is_a_rejection(tmp_path, name):
    (tmp_path / "b.jsonl").write_text(json.dumps(ONE))
    articles, (rejection,) = read(tmp_path, '{"a":' * 100_000 + "1" + "}" * 100_000, name)
    assert [one.title for one in articles] == ["Ferry"]
    assert "nested too deeply" in rejection.reason


def test_the_first_of_two_keys_of_a_name_counts(tmp_path):
    (article,), _ = read(tmp_path, json.dumps(ONE)[:-1] + ', "text": "short"}')
    assert article.text == FIRST
    assert article.columns.unused == ("text (2)",)


def test_nan_and_large_numbers(tmp_path):
    content = json.dumps({"id": 12345678901234567890, "text": FIRST, "title": float("nan"), "date": None})
    (article,), (rejection,) = read(tmp_path, f'{content}\n{{"id": {"1" * 5000}, "text": "x"}}', "a.jsonl")
    assert (article.article_id, article.title) == ("12345678901234567890", None)
    assert rejection.line == 2


def test_a_line_that_is_too_long_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "LONGEST_LINE", 300)
    content = "\n".join(map(json.dumps, (ONE, {"text": "word " * 400}, TWO)))
    articles, (rejection,) = read(tmp_path, content, "a.jsonl")
    assert [one.title for one in articles] == ["Ferry", "Frost"]
    assert (rejection.line, "longer than" in rejection.reason) == (2, True)


def test_stray_nul_bytes_are_taken_out(tmp_path):
    (article,), _ = read(tmp_path, json.dumps(ONE | {"text": f"{FIRST}\0"}) + "\n", "a.jsonl")
    assert article.text == FIRST


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "title", "data", "id", "columns", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_any_value_gives_a_list_of_records(value):
    assert isinstance(records_of(value, {}), list)


@given(VALUES, st.integers(0, 60))
def test_any_document_whole_or_cut_is_read_without_an_exception(tmp_path_factory, value, cut):
    folder = tmp_path_factory.mktemp("json")
    (folder / "a.json").write_text(json.dumps(value)[: cut or None])
    assert all(isinstance(one, (RawArticle, Rejection)) for one in read_files(folder))
