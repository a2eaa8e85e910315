import json
from datetime import date

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from newstance import tables
from newstance.corpus import CorpusConfig, corpus_from_table, read_corpus
from newstance.corpus.build import PARALLEL_FROM
from newstance.corpus.prepare import stated_lang, title_end

EN = (
    "The truce held on Monday across the old city. Convoys moved again through its northern gate, and the "
    "observers counted no more than two violations. Talks in Geneva are to resume on Friday, a senior "
    "diplomat said after the meeting."
)
RU = (
    "Перемирие в понедельник соблюдалось по всему городу. Колонны снова прошли через северные ворота, и "
    "наблюдатели насчитали лишь два нарушения. Переговоры в Женеве возобновятся в пятницу."
)
DE = "Die Waffenruhe in der Altstadt hielt am Montag. Die Gespräche in Genf sollen am Freitag weitergehen."


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(*records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def told(corpus, *words):
    return [note for note in corpus.notes if all(word in note for word in words)]


def check(corpus):
    """What holds for every corpus."""
    for name in ("articles", "sentences", "removed", "copies", "rejected"):
        table = getattr(corpus, name)
        assert dict(table.schema) == getattr(tables, name.upper()), name
    assert corpus.articles["article_id"].is_unique().all()
    texts = {
        (article, part): text
        for article, title, body in corpus.articles.select("article_id", "title", "text").iter_rows()
        for part, text in (("title", title), ("body", body))
    }
    for row in corpus.sentences.iter_rows(named=True):
        assert texts[row["article_id"], row["part"]][row["start"] : row["end"]] == row["text"]
        assert (row["sentence"] == 0) == (row["part"] == "title")
    body = corpus.sentences.filter(pl.col("part") == "body")
    counts = dict(body["article_id"].value_counts().iter_rows())
    assert set(body.group_by("article_id").agg(pl.col("sentence").min())["sentence"]) <= {1}
    for article_id, n_sentences in corpus.articles.select("article_id", "n_sentences").iter_rows():
        assert counts.get(article_id, 0) == n_sentences
    return corpus


def test_a_mixed_folder(tmp_path):
    write(tmp_path / "Заря недели" / "2016-09-12_truce.txt", f"Тишина\n\n{RU}".encode("cp1251"))
    write(tmp_path / "koi.txt", f"{RU} Вторая заметка.".encode("koi8-r"))
    write(tmp_path / "wide.txt", f"{RU} Третья заметка.".encode("utf-16-le"))
    write(tmp_path / "rows.csv", f"id;date;body\nc1;25/04/2017;{EN}\nc2;05/04/2017;{EN} It is so.\n")
    record = {"id": "j1", "url": "https://www.meridian.example/2016/09/12/a", "text": DE}
    write(tmp_path / "lines.jsonl", lines(record) + "{broken\n")
    write(
        tmp_path / "page.html", f"<html><body><article><h1>T</h1><p>{EN} A page.</p></article></body></html>"
    )
    write(tmp_path / "image.txt", b"\x89PNG\r\n\x1a\n\0\0\0")
    corpus = check(read_corpus(tmp_path))
    rows = {row["article_id"]: row for row in corpus.articles.iter_rows(named=True)}
    assert len(rows) == 7
    first = rows["Заря недели/2016-09-12_truce.txt"]
    assert (first["title"], first["text"], first["lang"]) == ("Тишина", RU, "ru")
    assert (first["source"], first["published"]) == ("Заря недели", date(2016, 9, 12))
    assert rows["koi.txt"]["text"].startswith("Перемирие")
    assert rows["wide.txt"]["text"].startswith("Перемирие")
    assert rows["c2"]["published"] == date(2017, 4, 5)
    assert (rows["j1"]["source"], rows["j1"]["published"]) == ("meridian.example", date(2016, 9, 12))
    assert [(row["file"], row["line"]) for row in corpus.rejected.iter_rows(named=True)] == [
        ("image.txt", None),
        ("lines.jsonl", 2),
    ]
    assert told(corpus, "2 files or records were rejected", "image.txt")
    assert told(corpus, "encoding cp1251", "1 of 7")
    assert told(corpus, "encoding koi8-r", "1 of 7")
    assert told(corpus, "source from the name of the folder", "1 of 7")
    assert told(corpus, "source from the domain of the URL", "1 of 7")
    assert told(corpus, "published from the URL", "1 of 7")
    assert told(corpus, "published from the file name", "1 of 7")
    assert told(corpus, "published read day first", "1 of 7")


def test_an_empty_folder(tmp_path):
    with pytest.raises(ValueError, match=r"corpus\.path: .* no article in it"):
        read_corpus(tmp_path)


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"corpus\.path"):
        read_corpus(tmp_path / "none")


def test_nothing_readable_tells_the_first_reasons(tmp_path):
    for number in range(8):
        write(tmp_path / f"{number}.txt", "  \n")
    write(tmp_path / "0.csv", "id,prose\n1,x\n")
    with pytest.raises(ValueError, match="none of 9 files") as caught:
        read_corpus(tmp_path)
    message = str(caught.value)
    assert "0.csv" in message
    assert "'prose'" in message
    assert "the text is empty" in message
    assert "4 more" in message


def test_one_article(tmp_path):
    corpus = check(read_corpus(write(tmp_path / "a.txt", EN)))
    assert corpus.articles["text"].to_list() == [EN]
    assert corpus.articles["n_sentences"].to_list() == [3]
    assert set(corpus.sentences["lang"]) == {"en"}


def test_a_thousand_copies_of_one(tmp_path):
    write(
        tmp_path / "a.jsonl",
        lines(*[{"id": f"{number:04}", "text": EN, "source": "O"} for number in range(1000)]),
    )
    corpus = check(read_corpus(tmp_path))
    assert len(corpus) == 1000
    assert corpus.articles["text"].unique().to_list() == [EN]
    assert corpus.articles["duplicate_of"].unique().sort().to_list() == [None, "0000"]
    assert corpus.copies.height == 999


def test_reprints_point_to_the_earliest(tmp_path):
    records = [
        {"id": "late", "text": EN.replace("senior", "ranking"), "date": "2016-09-14"},
        {"id": "first", "text": EN, "date": "2016-09-12"},
        {"id": "other", "text": RU, "date": "2016-09-11"},
    ]
    corpus = check(corpus_from_table(records))
    assert corpus.articles["article_id"].to_list() == ["late", "first", "other"]
    assert corpus.articles["duplicate_of"].to_list() == ["first", None, None]
    assert corpus_from_table(records, duplicates=False).copies.is_empty()


def test_five_megabytes_in_one_line(tmp_path):
    goods = ", ".join(["flour", "rice", "blankets", "medicine"] * 6)
    text = " ".join(f"Convoy {number} brought {goods} to the old city." for number in range(22_000))
    corpus = check(read_corpus(write(tmp_path / "a.txt", text)))
    assert len(corpus.articles["text"][0]) == len(text) > 5_000_000
    assert corpus.articles["n_sentences"][0] >= 22_000


def test_languages_can_be_chosen():
    corpus = check(corpus_from_table([EN, RU, DE], langs=("ru", "de")))
    assert corpus.articles["lang"].to_list() == ["ru", "de"]
    assert corpus.rejected["line"].to_list() == [1]
    assert "'en' is not among corpus.langs" in corpus.rejected["reason"][0]


def test_a_stated_language_is_believed_if_it_is_a_tag():
    rows = [{"text": EN, "lang": "sr-Latn"}, {"text": EN + " So it is.", "lang": "Klingon"}]
    corpus = corpus_from_table(rows)
    assert corpus.articles["lang"].to_list() == ["sr-Latn", "en"]
    assert told(corpus, "lang", "BCP 47", "1 of 2")


@pytest.mark.parametrize(
    ("lang", "tag"),
    [
        ("ru", "ru"),
        ("RU", "ru"),
        ("en_US", "en-US"),
        ("no", "no"),
        ("rus", None),
        ("und", None),
        ("", None),
        (None, None),
    ],
)
def test_stated_languages(lang, tag):
    assert stated_lang(lang) == tag


def test_short_articles_can_be_left_out():
    corpus = corpus_from_table([EN, "Three words here."], min_words=10)
    assert len(corpus) == 1
    assert "3 words after cleaning; corpus.min_words is 10" in corpus.rejected["reason"][0]


def test_the_title_is_not_repeated_in_the_text():
    corpus = check(corpus_from_table([{"title": "Truce holds", "text": f"Truce holds\n\n{EN}"}]))
    assert corpus.articles["text"].to_list() == [EN]
    assert corpus.removed.row(0) == ("table:1", 0, 11, "Truce holds", "title")
    assert title_end("Truce holds", "Truce holds") == 0


@pytest.mark.parametrize(
    ("title", "opening"),
    [
        ("Truce holds in Aleppo", "Truce holds in Aleppo. "),
        ("Truce holds in Aleppo", "Tru\u00adce holds\u00a0in Aleppo\n"),
        ("Who broke the truce?", "Who broke the truce? "),
        ("Truce holds", "TRUCE HOLDS.\n"),
        ("Tru\u200bce holds", "  Truce holds \n\n"),
    ],
)
def test_a_title_that_opens_the_text_again_is_found_whatever_is_not_seen(title, opening):
    end = title_end(opening + EN, title)
    assert (opening + EN)[end:].strip() == EN


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Truce", "Truce. A word that people say often."),
        ("Truce holds in Aleppo", "Truce holds in Aleppo, observers say."),
        ("Truce holds in Aleppo", "Truce holds in Aleppo.com, a site."),
        ("Truce holds in Aleppo", "Truce holds in Aleppo.\n\u200b\n"),
        (None, EN),
        ("", EN),
        ("\u00ad", EN),
    ],
)
def test_a_text_that_only_begins_like_its_title_is_whole(title, text):
    assert title_end(text, title) == 0


def test_a_title_is_sentence_0_and_counts_as_one():
    rows = [
        {"article_id": "a", "title": " Truce holds. For now ", "text": EN},
        {"article_id": "b", "text": EN},
        {"article_id": "c", "title": "\u200b ", "text": DE},
    ]
    corpus = check(corpus_from_table(rows, duplicates=False))
    assert corpus.articles["n_sentences"].to_list() == [3, 3, 2]
    titles = corpus.sentences.filter(pl.col("sentence") == 0)
    assert titles.select("article_id", "part", "text", "start", "end").rows() == [
        ("a", "title", "Truce holds. For now", 0, 20)
    ]
    assert corpus.sentences["sentence"].to_list() == [0, 1, 2, 3, 1, 2, 3, 1, 2]


def test_a_text_of_signs_that_are_not_seen_is_rejected():
    corpus = corpus_from_table([EN, "\u200b\ufeff \u00ad"])
    assert len(corpus) == 1
    assert "nothing is left" in corpus.rejected["reason"][0]


def test_removed_spans_are_places_in_the_text_as_read():
    text = f"Truce holds\n{EN}\nRead also: Another headline of the day\n{DE}"
    corpus = check(corpus_from_table([{"title": "Truce holds", "text": text, "lang": "en"}]))
    assert "Read also" not in corpus.articles["text"][0]
    assert corpus.removed.height >= 2
    for _, start, end, removed, _ in corpus.removed.iter_rows():
        assert text[start:end] == removed
    raw = corpus_from_table([{"title": "Truce holds", "text": text}], clean=False)
    assert raw.articles["text"][0] == text.partition("\n")[2]


def test_what_an_outlet_repeats_is_removed():
    sets = ["the bridge", "a hospital", "our market", "the school", "a convoy", "the river"]
    rows = [
        {"source": "O", "text": f"{EN} It was about {what} {number}.\nThe gate stays open from nine to five"}
        for number, what in enumerate(sets)
    ]
    corpus = check(corpus_from_table(rows, duplicates=False))
    assert not corpus.articles["text"].str.contains("nine to five").any()
    assert set(corpus.removed["reason"]) == {"repeated-line"}


def test_ambiguous_dates_are_counted_and_a_format_settles_them():
    rows = [{"text": EN, "date": "05/04/2017"}]
    corpus = corpus_from_table(rows)
    assert corpus.articles["published"].to_list() == [None]
    assert told(corpus, "corpus.date_format", "1 of 1")
    settled = corpus_from_table(rows, date_format="%d/%m/%Y")
    assert settled.articles["published"].to_list() == [date(2017, 4, 5)]


@pytest.mark.parametrize("kind", ["polars", "pandas", "dicts"])
def test_tables_in_memory(kind):
    rows = {
        "id": [1, 2, 3],
        "headline": ["A", None, "C"],
        "body": [EN, RU, None],
        "date": ["2016-09-12", None, None],
    }
    frame = pl.DataFrame(rows).with_columns(pl.col("date").str.to_date())
    pandas = pd.DataFrame(rows).assign(date=pd.to_datetime(rows["date"]))
    data = {"polars": frame, "pandas": pandas, "dicts": frame.to_dicts()}[kind]
    corpus = check(corpus_from_table(data))
    assert corpus.articles["article_id"].to_list() == ["1", "2", "3"]
    assert corpus.articles["title"].to_list() == ["A", None, "C"]
    assert corpus.articles["published"].to_list() == [date(2016, 9, 12), None, None]
    assert corpus.articles["text"].to_list() == [EN, RU, "C"]


def test_plain_texts():
    corpus = check(corpus_from_table([EN, " ", RU]))
    assert corpus.articles["article_id"].to_list() == ["table:1", "table:3"]
    assert corpus.rejected.rows() == [("table", 2, "the text is empty")]


def test_tables_without_a_text():
    with pytest.raises(ValueError, match="'prose'"):
        corpus_from_table(pl.DataFrame({"prose": [EN]}))
    assert len(corpus_from_table(pl.DataFrame({"prose": [EN]}), columns={"text": "prose"})) == 1
    with pytest.raises(TypeError, match="DataFrame"):
        corpus_from_table(5)
    with pytest.raises(ValueError, match="no article"):
        corpus_from_table([])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": {"txt": "body"}}, "did you mean 'text'"),
        ({"langs": ["english"]}, "BCP 47"),
        ({"date_format": "dd.mm.yyyy"}, "strptime"),
        ({"min_words": 0}, "greater than or equal to 1"),
        ({"lang": ["en"]}, "Extra inputs"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValidationError, match=message):
        CorpusConfig(path="x", **options)


def test_the_config_survives_json():
    config = CorpusConfig(path="x", langs=["ru", "no"], columns={"text": "body"})
    assert CorpusConfig.model_validate(config.model_dump(mode="json")) == config


def test_many_processes_give_what_one_gives(tmp_path):
    records = [
        {
            "id": str(number),
            "text": f"{(EN, RU, DE)[number % 3]} {number * 7919 % 1000}.",
            "date": f"{number % 28 + 1}/04/2017",
        }
        for number in range(PARALLEL_FROM + 300)
    ]
    write(tmp_path / "a.jsonl", lines(*records) + "{broken\n")
    done = []
    one = check(read_corpus(tmp_path, n_jobs=1, duplicates=False, progress=done.append))
    two = read_corpus(tmp_path, n_jobs=2, duplicates=False)
    assert sum(done) == len(records) + 1
    assert len(done) > 5
    assert one.notes == two.notes
    for name in ("articles", "sentences", "removed", "rejected"):
        assert getattr(one, name).equals(getattr(two, name)), name


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=60), st.just(EN), st.just(f"{RU}\nЧитайте также: {RU}")),
        min_size=1,
        max_size=6,
    )
)
def test_any_texts_give_a_whole_corpus(texts):
    corpus = check(corpus_from_table([EN, *texts]))
    assert len(corpus) + corpus.rejected.height == len(texts) + 1
    assert corpus.rejected.height >= sum(not text.strip() for text in texts)
