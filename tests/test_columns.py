import json

import pytest

from newstance.corpus import CorpusConfig, Reading
from newstance.corpus.build import corpus_from_table, read_corpus
from newstance.corpus.read.columns import distinct_names, find_columns, value_of
from newstance.corpus.read.files import RawArticle, Rejection, read_records

TEXT = "The ferry to Sell sails again after the storm. Its crew was thanked by the mayor."


def article(record, **columns):
    (found,) = read_records([record], columns)
    return found


@pytest.mark.parametrize(
    ("field", "names"),
    [
        (
            "text",
            ["Text", "maintext", "body", "bodyText", "article_text", "full_text", "story", "plain_text"],
        ),
        ("title", ["headline", "Head Line", "article-title", "webTitle"]),
        (
            "source",
            ["site_name", "sitename", "media_name", "media_outlet", "Newspaper", "publication", "domain"],
        ),
        ("published", ["publish_date", "date_publish", "publishedAt", "pubDate", "pub_date", "Publish.Date"]),
        ("lang", ["language", "Lang"]),
        ("url", ["link", "uri", "webUrl"]),
        ("article_id", ["id", "ID", "_id", "stories_id", "uuid"]),
    ],
)
def test_usual_names_of_a_field(field, names):
    for name in names:
        assert find_columns([name], {}).of == {field: name}


def test_of_two_spellings_of_a_name_the_first_counts():
    assert find_columns(["Text", "text", "TEXT"], {}).of == {"text": "Text"}


def test_a_summary_is_the_text_only_where_there_is_no_longer_one():
    assert article({"snippet": "Ferry.", "description": "Sails.", "content": TEXT}).text == TEXT
    alone = article({"title": "Ferry", "snippet": "The ferry sails."})
    assert alone.text == "The ferry sails."
    assert any("'snippet'" in note for note in alone.inferred)


@pytest.mark.parametrize("wrapper", ["_source", "data", "fields", "article", "attributes", "content"])
def test_a_text_inside_a_wrapper_is_found(wrapper):
    found = article({"id": 7, wrapper: {"text": TEXT, "title": "Ferry", "source": {"name": "The Gull"}}})
    assert (found.article_id, found.title, found.source, found.text) == ("7", "Ferry", "The Gull", TEXT)


def test_dotted_names_in_the_mapping():
    record = {"webTitle": "Ferry", "fields": {"bodyText": "no", "plain": TEXT, "made": {"on": "2016-09-12"}}}
    found = article(record, text="fields.plain", published="fields.made.on")
    assert (found.title, found.text, found.published) == ("Ferry", TEXT, "2016-09-12")


def test_dotted_names_of_flat_columns():
    found = article({"fields.bodyText": TEXT, "fields.headline": "Ferry", "source.name": "The Gull"})
    assert (found.title, found.source, found.text) == ("Ferry", "The Gull", TEXT)
    assert value_of({"a.b": {"c": 1}}, "a.b.c") == 1


def test_values_inside_objects_and_lists():
    record = {
        "_id": {"$oid": "5a"},
        "text": TEXT,
        "date": {"$date": {"$numberLong": "1473638400000"}},
        "source": {"id": None, "name": "The Gull"},
        "url": ["https://gull.example/1", "https://gull.example/2"],
    }
    found = article(record)
    assert (found.article_id, found.published, found.source, found.url) == (
        "5a",
        "1473638400000",
        "The Gull",
        "https://gull.example/1",
    )


def test_paragraphs_in_a_list_are_joined():
    assert article({"text": ["One.", None, "Two."]}).text == "One.\nTwo."
    assert article({"text": [{"type": "p", "text": "One."}, {"text": "Two."}]}).text == "One.\nTwo."
    assert article({"text": ["See ", {"type": "bold", "text": "this"}, " quay."]}).text == "See this quay."
    assert isinstance(article({"text": [1, 2]}), Rejection)


@pytest.mark.parametrize(
    "word", ["NULL", "null", "nan", "NaN", "None", "\\N", "N/A", "NA", "#N/A", "-", " n/a "]
)
def test_words_for_no_value(word):
    fields = {"title": word, "date": word, "source": word, "url": word, "lang": word}
    found = article({"text": TEXT, **fields})
    assert (found.title, found.published, found.source, found.url, found.lang) == (None,) * 5
    rejection = article({"text": word, "title": "Ferry"})
    assert isinstance(rejection, Rejection)
    assert repr(word.strip())[1:-1] in repr(rejection.reason)


def test_a_word_for_no_value_inside_a_text_stays():
    assert article({"text": "None of them came.", "source": "NA News"}).source == "NA News"


def test_distinct_names():
    assert distinct_names(["text", " text", "", "", "Text"]) == ["text", "text (2)", "", "", "Text"]


def test_unused_columns_are_told_once_a_kind_of_file(tmp_path):
    record = {"text": TEXT, "author": "A", "thread": {"uuid": 1, "site": "x"}}
    (tmp_path / "a.jsonl").write_text(json.dumps(record) + "\n" + json.dumps(record | {"tags": []}))
    (tmp_path / "b.csv").write_text(f"index,text,Unnamed: 0,views\n0,{TEXT},0,5\n")
    notes = read_corpus(tmp_path, n_jobs=1).notes
    assert "columns of .jsonl files that were not used: author, thread, tags" in notes
    assert "columns of .csv files that were not used: views" in notes


def test_a_mapped_column_that_no_file_has_is_an_error_that_lists_what_is_there(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": TEXT, "when": "2016-09-12"}))
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": TEXT, "day": "2016-09-12"}))
    assert read_corpus(tmp_path, columns={"published": "day"}, n_jobs=1).articles.height == 2
    with pytest.raises(ValueError, match="published: dayy; there are text, when, day"):
        read_corpus(tmp_path, columns={"published": "dayy"}, n_jobs=1)
    with pytest.raises(ValueError, match=r"corpus\.columns"):
        corpus_from_table([{"text": TEXT}], columns={"text": "prose"})


def test_a_saved_reading_takes_its_mapping_where_it_fits():
    reading = Reading.of(CorpusConfig(columns={"text": "prose"}), {})
    corpus = corpus_from_table([{"text": TEXT}], reading=reading)
    assert corpus.articles.height == 1


def test_html_and_line_ends_in_a_column_are_counted():
    html = article({"text": "The quay &mdash; <b>closed</b> &amp; silent.<br/>It opens&nbsp;soon."})
    assert html.text == "The quay — closed & silent.\nIt opens soon."
    assert "HTML taken out of the text" in html.inferred
    assert isinstance(article({"text": "<p></p>"}), Rejection)
    escaped = article({"text": "One.\\nTwo.\\n\\nThree \\u201cx\\u201d."})
    assert escaped.text == "One.\nTwo.\n\nThree “x”."
    assert isinstance(escaped, RawArticle)
    assert len(escaped.inferred) == 2
