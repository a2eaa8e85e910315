import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import newstance
from newstance.corpus.read.decode import decode
from newstance.corpus.read.files import RawArticle, Rejection, read_files, read_records
from newstance.corpus.read.page import extract, is_markup

SOURCE = str(Path(newstance.__file__).parents[1])
RU = "Перемирие соблюдается, сказал министр в Женеве.\nНаблюдатели ждут новых переговоров в пятницу."
UK = "Спостерігачі зафіксували обстріл біля Авдіївки.\nЇхній звіт є в розпорядженні редакції."
AR = "قال المبعوث إن الهدنة صامدة في معظم المناطق رغم الخروقات المحدودة."
DE = "Die Waffenruhe hält, sagte der Außenminister in Genf. Über Aleppo schwieg er."
FR = "La trêve a été respectée à Alep, où les blessés ont été évacués."
PAGE = (
    "<html><head><title>Truce holds - The Meridian Post</title>"
    '<meta property="og:site_name" content="The Meridian Post">'
    '<meta property="article:published_time" content="2016-09-12T10:00:00Z">'
    '<link rel="canonical" href="https://meridian.example/truce"></head>'
    '<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article><h1>Truce holds</h1>'
    "<p>The truce held on Monday across the old city, and the convoys moved again through its gate.</p>"
    "<p>Talks in Geneva are to resume on Friday, a senior diplomat said after the meeting.</p>"
    "</article><footer>Copyright 2011</footer></body></html>"
)


def read(path, **columns):
    found = list(read_files(path, columns))
    return (
        [one for one in found if isinstance(one, RawArticle)],
        [one for one in found if isinstance(one, Rejection)],
    )


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(*records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RU, "utf-8"),
        (RU, "utf-8-sig"),
        (RU, "utf-16"),
        (RU, "utf-16-le"),
        (RU, "utf-16-be"),
        (RU, "utf-32"),
        (RU, "cp1251"),
        (RU, "koi8-r"),
        (RU, "cp866"),
        (RU, "iso8859-5"),
        (UK, "cp1251"),
        (UK, "koi8-u"),
        (AR, "cp1256"),
        (AR, "utf-16-le"),
        (DE, "cp1252"),
        (DE, "utf-16-be"),
        (FR, "cp1252"),
        ("The truce holds.", "ascii"),
    ],
)
def test_encodings_are_found(text, encoding):
    assert decode(text.encode(encoding))[0] == text


@given(st.permutations(RU.split() + UK.split()), st.integers(8, 20), st.sampled_from(["cp1251", "koi8-r"]))
def test_cyrillic_code_pages_are_told_apart(words, n_words, encoding):
    data = " ".join(words[:n_words]).encode(encoding, "replace")
    assert decode(data)[0] == data.decode(encoding)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj", "PDF"),
        (b"PK\x03\x04" + bytes(range(256)), "ZIP"),
        (random.Random(0).randbytes(5000), "control bytes"),
        (b"text\0\0\0\1\2 and more text", "control bytes"),
    ],
)
def test_binary_data_is_rejected_by_kind(tmp_path, data, kind):
    write(tmp_path / "a.txt", data)
    articles, (rejection,) = read(tmp_path)
    assert not articles
    assert rejection.file == "a.txt"
    assert kind in rejection.reason


def test_one_broken_byte_does_not_turn_utf8_into_another_encoding(tmp_path):
    broken = (RU * 4).encode() + b"\xd0 " + RU.encode()
    write(tmp_path / "a.txt", broken)
    (article,), _ = read(tmp_path)
    assert "Наблюдатели" in article.text
    assert article.text.count("\ufffd") == 1
    assert any("U+FFFD" in note for note in article.inferred)


def test_a_broken_byte_in_a_title_stops_no_corpus(tmp_path):
    write(tmp_path / "a.txt", b"Tr\xffve\n\n" + RU.encode())
    (article,), _ = read(tmp_path)
    assert article.title == "Tr\ufffdve"
    assert newstance.read_corpus(tmp_path, n_jobs=1).articles["title"].to_list() == ["Tr\ufffdve"]


def test_a_text_file_is_one_article_of_the_outlet_of_its_folder(tmp_path):
    write(tmp_path / "Заря недели" / "2016" / "a.txt", "Тишина под Дебальцевом\n\n" + RU)
    (article,), rejected = read(tmp_path)
    assert not rejected
    assert (article.title, article.text.strip()) == ("Тишина под Дебальцевом", RU)
    assert article.folder == "Заря недели"
    assert article.article_id == "Заря недели/2016/a.txt"
    assert article.line is None


@pytest.mark.parametrize(
    "text",
    [
        "One line without an end",
        "The first line is a sentence.\nThe second too.",
        "«The first line is a quoted sentence.»\nThe second too.",
        "This text was wrapped by hand at\nforty signs or so and goes on.",
        "Read also:\nTruce holds",
        "word " * 60 + "\nSecond line.",
    ],
)
def test_first_lines_that_are_no_title(tmp_path, text):
    write(tmp_path / "a.txt", text)
    (article,), _ = read(tmp_path)
    assert article.title is None
    assert article.text == text


def test_a_page_gives_text_and_metadata(tmp_path):
    write(tmp_path / "a.html", PAGE)
    (raw,), _ = read(tmp_path)
    assert raw.is_html
    (article,) = extract(raw)
    assert (article.title, article.source, article.published) == (
        "Truce holds",
        "The Meridian Post",
        "2016-09-12",
    )
    assert article.url == "https://meridian.example/truce"
    assert article.text.startswith("Truce holds\nThe truce held")
    assert "Sport" not in article.text
    assert "source from the metadata of the page" in article.inferred


def test_a_page_names_its_encoding(tmp_path):
    words = "Tuvo lugar en Łódź: žluťoučký kůň příšerně úpěl"
    page = f'<html><head><meta charset="windows-1250"></head><body><p>{words}</p></body></html>'
    write(tmp_path / "a.htm", page.encode("cp1250"))
    (article,), _ = read(tmp_path)
    assert words in article.text


def test_a_page_without_text_is_rejected():
    raw = RawArticle(
        "a", None, "<html><body></body></html>", None, None, None, None, "a.html", None, is_html=True
    )
    (rejection,) = extract(raw)
    assert "no article text" in rejection.reason


def test_a_page_in_a_column_is_left_to_the_extractor_and_paragraphs_lose_their_tags():
    assert is_markup("<p>One sentence.</p><p>Another.</p>")
    assert not is_markup("a < b and <p> is a tag </p>")
    paragraphs, page = read_records([{"text": "<p>One sentence.</p><p>Another.</p>"}, {"text": PAGE}])
    assert paragraphs.text.split("\n\n") == ["One sentence.", "Another."]
    assert not paragraphs.is_html
    assert page.is_html


def test_json_lines_with_a_broken_line(tmp_path):
    good = lines({"id": 7, "headline": "T", "body": RU, "date": "2016-09-12", "outlet": "O", "link": "u"})
    write(tmp_path / "a.jsonl", good + '{"id": 8, "body": "cut o\n\n[1, 2]\n' + lines({"id": 9, "body": UK}))
    articles, rejected = read(tmp_path)
    assert [(one.article_id, one.line) for one in articles] == [("7", 1), ("9", 5)]
    assert articles[0].title == "T"
    assert (articles[0].source, articles[0].published, articles[0].url) == ("O", "2016-09-12", "u")
    assert [(one.file, one.line) for one in rejected] == [("a.jsonl", 2), ("a.jsonl", 4)]
    assert "cut o" in rejected[0].reason
    assert "list" in rejected[1].reason


@pytest.mark.parametrize(
    "content", [[{"text": RU}], {"text": RU}, {"status": "ok", "articles": [{"text": RU}]}]
)
def test_json_in_three_shapes(tmp_path, content):
    write(tmp_path / "a.json", json.dumps(content))
    (article,), rejected = read(tmp_path)
    assert (article.text, rejected) == (RU, [])


def test_json_lines_under_the_name_json(tmp_path):
    write(tmp_path / "a.json", lines({"text": RU}, {"text": UK}))
    assert [one.text for one in read(tmp_path)[0]] == [RU, UK]


def test_gzip(tmp_path):
    write(tmp_path / "a.jsonl.gz", gzip.compress(lines({"text": RU}).encode()))
    data = gzip.compress(
        lines(*[{"text": str(random.Random(seed).random())} for seed in range(5000)]).encode()
    )
    write(tmp_path / "b.jsonl.gz", data[: len(data) // 2])
    articles, (rejection,) = read(tmp_path)
    assert articles[0].text == RU
    assert len(articles) > 1
    assert rejection.file == "b.jsonl.gz"
    assert f"after {len(articles) - 1} records" in rejection.reason


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_tables_of_values(tmp_path, delimiter, encoding):
    rows = f'id;title;text\n1;"Заголовок";"{RU}"\n2;"Второй, раз";"Он сказал ""нет"" и ушёл."\n'
    write(tmp_path / "a.csv", rows.replace(";", delimiter).encode(encoding))
    articles, rejected = read(tmp_path)
    assert not rejected
    assert [one.text for one in articles] == [RU, 'Он сказал "нет" и ушёл.']
    assert [(one.article_id, one.line) for one in articles] == [("1", 3), ("2", 4)]


def test_rows_of_another_width_are_rejected_by_line(tmp_path):
    write(tmp_path / "a.csv", "id,text\n1,one text\n2,two, texts\n\n3,third text\n4\n")
    articles, rejected = read(tmp_path)
    assert [one.article_id for one in articles] == ["1", "3"]
    assert [(one.line, one.reason[:8]) for one in rejected] == [(3, "3 fields"), (6, "1 fields")]


def test_an_open_quote_does_not_swallow_the_rest_in_silence(tmp_path):
    write(tmp_path / "a.csv", 'id,text\n1,one text\n2,"two\n3,three\n')
    articles, (rejection,) = read(tmp_path)
    assert [one.article_id for one in articles] == ["1", "3"]
    assert "unexpected end" in rejection.reason
    assert rejection.line == 3


def test_parquet_keeps_types(tmp_path):
    table = pl.DataFrame({"id": [1, 2], "content": [RU, None], "date": ["2016-09-12", None], "n": [[1], [2]]})
    table.with_columns(pl.col("date").str.to_date()).write_parquet(tmp_path / "a.parquet")
    (article,), (rejection,) = read(tmp_path)
    assert (article.article_id, article.published, article.text) == ("1", "2016-09-12", RU)
    assert (rejection.line, rejection.reason) == (2, "the text is empty")


def test_a_damaged_parquet_is_one_rejection(tmp_path):
    write(tmp_path / "a.parquet", b"PAR1 and no more")
    assert [one.file for one in read(tmp_path)[1]] == ["a.parquet"]


def test_mapped_columns_go_first(tmp_path):
    write(
        tmp_path / "a.jsonl",
        lines({"text": "not this one", "plain": RU, "when": "2016", "id": 1, "key": "k"}),
    )
    (article,), _ = read(tmp_path, text="plain", published="when", article_id="key")
    assert (article.text, article.published, article.article_id) == (RU, "2016", "k")


def test_a_mapped_column_that_is_not_there_is_told(tmp_path):
    write(tmp_path / "a.jsonl", lines({"content": RU}))
    (article,), _ = read(tmp_path, text="plain", published="when")
    assert article.text == RU
    assert any("'content'" in note and "'plain'" in note for note in article.inferred)
    assert any("'when'" in note for note in article.inferred)


def test_an_unknown_field_of_the_mapping_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="did you mean 'published'"):
        read_files(tmp_path, {"publishd": "date"})


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_a_missing_text_column_names_file_and_columns(tmp_path, name):
    table = pl.DataFrame({"id": [1], "prose": [RU]})
    writers = {"a.csv": table.write_csv, "a.jsonl": table.write_ndjson, "a.parquet": table.write_parquet}
    writers[name](tmp_path / name)
    articles, (rejection,) = read(tmp_path)
    assert not articles
    assert rejection.file == name
    assert "'prose'" in rejection.reason
    assert "corpus.columns" in rejection.reason


def test_empty_texts_are_rejected_but_titles_stand_in(tmp_path):
    write(
        tmp_path / "a.jsonl", lines({"text": " \n\t"}, {"text": None}, {"text": "", "title": "Truce holds"})
    )
    write(tmp_path / "b.txt", "  \n ")
    (article,), rejected = read(tmp_path)
    assert article.text == article.title == "Truce holds"
    assert [(one.file, one.line) for one in rejected] == [("a.jsonl", 1), ("a.jsonl", 2), ("b.txt", None)]


def test_one_id_in_two_files_gets_the_name_of_the_second_file(tmp_path):
    write(tmp_path / "a.jsonl", lines({"id": 1, "text": RU}, {"id": 2, "text": UK}))
    write(tmp_path / "b" / "b.jsonl", lines({"id": 1, "text": DE}, {"id": 2, "text": FR}))
    articles, rejected = read(tmp_path)
    assert not rejected
    assert [one.article_id for one in articles] == ["1", "2", "b/b.jsonl:1", "b/b.jsonl:2"]
    assert [one.text for one in articles] == [RU, UK, DE, FR]
    assert [len(one.inferred) for one in articles] == [0, 0, 1, 1]


@pytest.mark.parametrize(("file", "text"), [("a.jsonl", UK), ("b/b.jsonl", RU)])
def test_an_id_twice_in_a_file_or_with_the_same_text_is_rejected_with_both_places(tmp_path, file, text):
    write(tmp_path / "a.jsonl", lines({"id": "x", "text": RU}))
    with write(tmp_path / file, (tmp_path / "a.jsonl").read_bytes() * (file == "a.jsonl")).open("a") as more:
        more.write(lines({"id": "y", "text": UK}, {"id": "x", "text": text}))
    articles, (rejection,) = read(tmp_path)
    assert [one.article_id for one in articles] == ["x", "y"]
    assert (rejection.file, rejection.line) == (file, 3 if file == "a.jsonl" else 2)
    assert "a.jsonl, line 1" in rejection.reason


def test_missing_ids_are_stable(tmp_path):
    write(tmp_path / "b" / "a.jsonl", "\n" + lines({"text": RU}))
    assert [one.article_id for one in read(tmp_path)[0]] == ["b/a.jsonl:2"]


def test_folders_mix_in_sorted_order_without_hidden_files(tmp_path):
    for name in ("b/z.txt", "b.txt", "a/x.txt", ".git/a.txt", "a/.hidden.txt", "c.xyz"):
        write(tmp_path / name, DE)
    write(tmp_path / "a" / "y.jsonl", lines({"text": RU}))
    write(tmp_path / "a" / "empty.csv", "")
    articles, rejected = read(tmp_path)
    assert [one.file for one in articles] == ["a/x.txt", "a/y.jsonl", "b/z.txt", "b.txt"]
    assert {one.file for one in rejected} == {"c.xyz", "a/empty.csv"}
    assert ".txt" in next(one.reason for one in rejected if one.file == "c.xyz")


def test_a_link_to_a_folder_is_followed_once(tmp_path):
    write(tmp_path / "in" / "a.txt", DE)
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    write(tmp_path / "in" / "real" / "b.txt", FR)
    (tmp_path / "in" / "again").symlink_to(tmp_path / "in" / "real")
    assert [one.file for one in read(tmp_path / "in")[0]] == ["a.txt", "again/b.txt"]


def test_several_paths(tmp_path):
    one = write(tmp_path / "one" / "a.jsonl", lines({"text": RU}))
    write(tmp_path / "two" / "outlet" / "a.txt", DE)
    articles, _ = read([one, tmp_path / "two"])
    assert [(each.file, each.folder) for each in articles] == [
        ("one/a.jsonl", None),
        ("two/outlet/a.txt", "outlet"),
    ]


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"corpus\.path"):
        read_files(tmp_path / "nothing")


def test_five_megabytes_in_one_line(tmp_path):
    text = (RU.replace("\n", " ") + " ") * 60_000
    write(tmp_path / "a.jsonl", lines({"text": text}))
    write(tmp_path / "b.csv", f"id,text\n1,{text.replace(',', '')}\n")
    write(tmp_path / "c.txt", text)
    articles, rejected = read(tmp_path)
    assert not rejected
    assert [len(one.text) > 5_000_000 for one in articles] == [True, True, True]


def test_reading_streams(tmp_path):
    write(tmp_path / "a.jsonl", lines({"text": RU}))
    write(tmp_path / "b.jsonl", lines({"text": UK}))
    found = read_files(tmp_path)
    assert next(found).text == RU
    (tmp_path / "b.jsonl").unlink()
    assert next(found).file == "b.jsonl"


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["text", "title", "id", "date", "url"]),
            st.one_of(
                st.none(),
                st.integers(),
                st.floats(),
                st.lists(st.integers()),
                st.text(st.characters(), max_size=30),
            ),
        )
    )
)
def test_every_record_is_an_article_or_a_rejection(records):
    found = list(read_records(records))
    assert [one.line for one in found] == list(range(1, len(records) + 1))
    for one in found:
        if isinstance(one, RawArticle):
            assert one.text.strip()
            assert one.article_id
            for value in (one.text, one.title, one.article_id, one.url):
                (value or "").encode()


READ = """
import sys
import newstance
corpus = newstance.read_corpus(sys.argv[1], n_jobs=1)
print(ascii(corpus.articles.select("article_id", "source", "published", "text").rows()))
"""
PLACES = [
    {"LC_ALL": "C.UTF-8", "TZ": "UTC"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "Pacific/Kiritimati"},
    {"LC_ALL": "tr_TR.UTF-8", "TZ": "America/Los_Angeles"},
]


def test_a_corpus_is_the_same_in_every_locale_and_time_zone(tmp_path):
    folder = tmp_path / "статьи" / "Северный вестник"
    folder.mkdir(parents=True)
    (folder / "Ёлка 2016-09-22.txt").write_text(
        "Ferry leaves the quay for Istanbul on Sunday.", encoding="utf-8"
    )
    rows = [
        {"id": "I", "text": "ISTANBUL IS QUIET TONIGHT, THE PORT SAID.", "date": "2016-09-22T23:59:59+14:00"},
        {"id": "i", "text": "The port of Izmir stays shut until Monday.", "date": "1474588799"},
    ]
    (tmp_path / "статьи" / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    said = [
        subprocess.run(
            [sys.executable, "-c", READ, os.fsencode(tmp_path / "статьи")],
            env={"PYTHONPATH": SOURCE, **place},
            capture_output=True,
            check=True,
        ).stdout
        for place in PLACES
    ]
    assert len(set(said)) == 1
    assert ascii("Северный вестник").encode() in said[0]
    assert said[0].count(b"datetime.date(2016, 9, 2") == 3
