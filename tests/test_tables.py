import bz2
import lzma

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.corpus.read import lines as reading
from newstance.corpus.read.files import RawArticle, Rejection, read_files
from newstance.corpus.read.rows import Lost, Rows, split_mildly

FIRST = "The ferry to Sell sails again after the storm. Its crew was thanked by the mayor, and by the school."
SECOND = "A frost damaged the orchards of the valley. Growers ask the county for help; the county waits."
THIRD = "The library of Orvik opens on Sundays. Readers had asked for it for years."


def read(path):
    found = list(read_files(path))
    return (
        [one for one in found if isinstance(one, RawArticle)],
        [one for one in found if isinstance(one, Rejection)],
    )


def table(tmp_path, content, name="a.csv"):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(tmp_path)


def test_the_first_of_two_columns_of_a_name_counts(tmp_path):
    articles, rejected = table(tmp_path, f'text,title,text\n"{FIRST}",One,short\n"{SECOND}",Two,\n')
    assert [one.text for one in articles] == [FIRST, SECOND]
    assert not rejected
    assert articles[0].columns.unused == ("text (2)",)


@pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n\n"])
def test_excels_first_line_names_the_delimiter(tmp_path, line):
    articles, rejected = table(tmp_path, f"{line}id;title;text\r\n7;Ferry;{FIRST}\r\n")
    assert not rejected
    assert [(one.article_id, one.title, one.text) for one in articles] == [("7", "Ferry", FIRST)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_a_table_saved_as_txt_is_a_table(tmp_path, encoding):
    content = f"id\ttitle\ttext\r\n1\tFerry\t{FIRST}\r\n2\tFrost\t{SECOND}\r\n".encode(encoding)
    articles, _ = table(tmp_path, content, "a.txt")
    assert [one.title for one in articles] == ["Ferry", "Frost"]


@pytest.mark.parametrize("text", [f"Text, date and title\n{FIRST}", f"Story\n{FIRST}", f"{FIRST}\n{SECOND}"])
def test_a_text_whose_first_line_has_commas_is_no_table(tmp_path, text):
    (article,), _ = table(tmp_path, text, "a.txt")
    assert article.article_id == "a.txt"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("close", ["”", ""])
def test_a_quote_that_stays_open_costs_at_most_its_row(tmp_path, close, end):
    rows = ["id,text", f'1,"{FIRST}{close}', f'2,"{SECOND}"', f"3,{THIRD}", f'4,"{FIRST}"', ""]
    articles, rejected = table(tmp_path, end.join(rows))
    texts = {one.article_id: one.text for one in articles}
    assert texts | {"1": FIRST} == {"1": FIRST, "2": SECOND, "3": THIRD, "4": FIRST}
    assert [one.line for one in rejected] == ([] if close else [2])


def test_a_quote_that_a_later_one_closes_by_chance_is_found(tmp_path):
    rows = [f"{number},2016-09-{number},Screens of {number} inches are sold" for number in range(10, 20)]
    rows[3] = '13,2016-09-13,"An open quote'
    rows[6] = '16,2016-09-16,A screen of 24"'
    articles, rejected = table(tmp_path, "\n".join(["id,date,text", *rows]) + "\n")
    assert [one.article_id for one in articles] == [str(number) for number in range(10, 20) if number != 13]
    assert [(one.line, "whole rows" in one.reason) for one in rejected] == [(5, True)]


@pytest.mark.parametrize(
    "text",
    ["The year.\n2016, the year of the quay, was wet.\nThe end, at last", "The year.\n2016, the wet one."],
)
def test_paragraphs_that_look_a_little_like_rows_stay_in_their_text(tmp_path, text):
    articles, rejected = table(tmp_path, f'id,text\n1,"{FIRST}"\n2,"{text}"\n3,"{SECOND}"\n')
    assert [one.text for one in articles] == [FIRST, text, SECOND]
    assert not rejected


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('"The "Gull" sails, again."', 'The "Gull" sails, again.'),
        ('"The \\"Gull\\" sails, again."', 'The "Gull" sails, again.'),
        ('"The ""Gull"" sails, again."', 'The "Gull" sails, again.'),
        ('"The "Gull"\nsails, again."', 'The "Gull"\nsails, again.'),
        ('The "Gull" sails again.', 'The "Gull" sails again.'),
    ],
)
def test_bare_and_escaped_quotes_are_read(tmp_path, cell, text):
    articles, rejected = table(tmp_path, f'id,text\n1,"{FIRST}"\n2,{cell}\n3,"{SECOND}"\n')
    assert not rejected
    assert [one.text for one in articles] == [FIRST, text, SECOND]


def test_tabs_with_quotes_that_mean_nothing(tmp_path):
    rows = ["id\ttext", '1\t"Go", he said.', '2\tHe "went".', '3\t"An open one.', "4\tThe end."]
    articles, rejected = table(tmp_path, "\n".join(rows) + "\n", "a.tsv")
    assert [f"{one.article_id}\t{one.text}" for one in articles] == rows[1:]
    assert not rejected


def test_spaces_before_quotes(tmp_path):
    articles, rejected = table(tmp_path, f'id, title, text\n1, "Ferry", "{FIRST}"\n2, "Frost", "{SECOND}"\n')
    assert [(one.title, one.text) for one in articles] == [("Ferry", FIRST), ("Frost", SECOND)]
    assert not rejected


def test_what_is_lost_is_told_with_its_lines(tmp_path):
    content = f'id,text\n1,"{FIRST}"\n2,"open, and\nmore of it\nand more\n3,"{SECOND}"\n'
    articles, (rejection,) = table(tmp_path, content)
    assert [one.article_id for one in articles] == ["1", "3"]
    assert rejection.line == 3
    assert "lines 3 to 5" in rejection.reason


def test_a_line_that_is_too_long_is_left_out_and_the_rest_read(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "LONGEST_LINE", 500)
    long = "word " * 400
    articles, (rejection,) = table(tmp_path, f'id,text\n1,"{FIRST}"\n2,"{long}"\n3,"{SECOND}"\n')
    assert [one.article_id for one in articles] == ["1", "3"]
    assert (rejection.line, "longer than" in rejection.reason) == (3, True)


def test_an_endless_header_is_one_rejection(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "LONGEST_LINE", 500)
    articles, (rejection,) = table(tmp_path, "word " * 400)
    assert not articles
    assert "longer than" in rejection.reason


def test_stray_nul_bytes_are_taken_out(tmp_path):
    articles, rejected = table(tmp_path, f"id,text\n1,{FIRST.replace(',', '')}\0\n2,{THIRD}\n")
    assert [one.text for one in articles] == [FIRST.replace(",", ""), THIRD]
    assert not rejected


def test_a_delimiter_at_each_end_of_line_adds_no_column(tmp_path):
    articles, rejected = table(tmp_path, f"id;text\n1;{FIRST};\n2;{THIRD};;\n")
    assert [one.article_id for one in articles] == ["1", "2"]
    assert not rejected


@pytest.mark.parametrize(("suffix", "pack"), [(".bz2", bz2.compress), (".xz", lzma.compress)])
def test_packed_tables(tmp_path, suffix, pack):
    packed = pack(f"id\ttext\n1\t{FIRST}\n".encode())
    (tmp_path / f"b.tsv{suffix}").write_bytes(packed[:20])
    articles, (rejection,) = table(tmp_path, packed, f"a.tsv{suffix}")
    assert [one.text for one in articles] == [FIRST]
    assert rejection.file == f"b.tsv{suffix}"


@given(st.lists(st.lists(st.text('a",;“”\\\n\r1 ', max_size=12), max_size=4), max_size=8), st.integers(1, 3))
def test_any_lines_are_rows_or_lost_and_none_twice(cells, n_fields):
    lines = "".join(",".join(row) + "\n" for row in cells).splitlines(keepends=True)
    found = list(Rows(iter(lines), 1, ",", n_fields, n_fields - 1))
    assert [one.line for one in found] == sorted({one.line for one in found})
    assert all(isinstance(one, Lost) or len(one.fields) == n_fields for one in found)


@given(st.lists(st.text('ab",; \n'), min_size=1, max_size=5))
def test_mild_reading_agrees_with_the_rules_where_they_are_kept(fields):
    row = ",".join('"' + field.replace('"', '""') + '"' for field in fields)
    if not any('" ' in field or '",' in field or field.endswith('"') for field in fields):
        assert split_mildly(row, ",", len(fields)) == fields


def test_a_row_of_too_many_broken_fields_is_not_read_to_its_end():
    """Each open quote is looked for up to the end of the row, so only as many as the header has are."""
    row = ',"1' * 4
    assert len(split_mildly(row, ",", 9)) == 3
    assert split_mildly(row, ",", 2) is None


def test_a_table_in_utf_16_that_breaks_is_told_in_words(tmp_path):
    broken = ("text\n" + FIRST).encode("utf-16-be") + b"\xd8\x00\x00\n" + "\n".encode("utf-16-be")
    _, (rejection,) = table(tmp_path, b"\xfe\xff" + broken)
    assert rejection.reason.startswith("not valid utf-16: ")


def test_a_bad_byte_in_a_parquet_costs_no_row(tmp_path):
    titles = pa.array([b"ab\xffc", b"good"]).view(pa.string())
    pq.write_table(pa.table({"title": titles, "text": [FIRST, SECOND]}), tmp_path / "a.parquet")
    articles, rejected = read(tmp_path)
    assert [(one.title, one.text) for one in articles] == [("ab\ufffdc", FIRST), ("good", SECOND)]
    assert not rejected


def test_a_field_inside_a_struct_and_the_unused_columns_of_a_parquet(tmp_path):
    frame = pl.DataFrame({"fields": [{"bodyText": FIRST, "n": 1}], "webTitle": ["Ferry"], "tags": ["x"]})
    frame.write_parquet(tmp_path / "a.parquet")
    (article,), _ = read(tmp_path)
    assert (article.title, article.text) == ("Ferry", FIRST)
    assert article.columns.unused == ("fields.n", "tags")


def test_a_cut_parquet_is_one_rejection_in_plain_words(tmp_path):
    pl.DataFrame({"text": [FIRST]}).write_parquet(tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    _, (rejection,) = table(tmp_path, whole[:-20], "a.parquet")
    assert "no valid parquet" in rejection.reason
