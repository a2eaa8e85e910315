"""Public sets of stances are read as they are published; all rows here are invented."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newstance.annotate.answers import read_answers
from newstance.annotate.public import own_rows
from newstance.annotate.settle import settle_labels, to_lines
from newstance.evaluate.counts import Bootstrap
from newstance.label_files import read_rows
from newstance.stance.judgements import read_judgements

FEW = Bootstrap(20, 0)
RUSENTNE = "sentence\tentity\tentity_tag\tentity_pos_start_rel\tentity_pos_end_rel\tlabel"
RUARG = (
    "text_id\ttext\tmasks_stance\tmasks_argument\tquarantine_stance\tquarantine_argument"
    "\tvaccines_stance\tvaccines_argument"
)
SEMEVAL = "ID\tTarget\tTweet\tStance"
PRAISE, GOSSIP = "The baker thanked Anna Berg warmly.", "Anna Berg met the mayor on Monday."


def judged(tmp_path, name: str, *lines: str) -> list:
    """The judgements that a training reads of a file of ``lines``."""
    path = tmp_path / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (tmp_path / "labels.jsonl").write_text(to_lines(settle_labels([path], FEW).labels), encoding="utf-8")
    return read_judgements(tmp_path / "labels.jsonl")


def told(judgements: list) -> list[tuple]:
    return [(one.target.label, one.target.span, one.stance, one.lang) for one in judgements]


@pytest.mark.parametrize("name", ["train_data.csv", "train.tsv", "train.txt"])
def test_rusentne(tmp_path, name):
    rows = judged(
        tmp_path,
        name,
        RUSENTNE,
        "Пекарь хвалит мэра Орлова.\tОрлова\tPERSON\t19\t25\t1",
        "Пекарь хвалит мэра Орлова.\tПекарь\tPROFESSION\t0\t6\t0",
        "Союз осуждает мэрию.\tмэрию\tORGANIZATION\t14\t19\t-1",
    )
    assert told(rows) == [
        ("Орлова", (19, 25), "favor", "ru"),
        ("Пекарь", (0, 6), "none", "ru"),
        ("мэрию", (14, 19), "against", "ru"),
    ]
    assert [one.group for one in rows] == [one.text for one in rows]


def test_quotation_marks_are_of_csv_or_of_the_text(tmp_path):
    written = '"В мэрии ""Ъ"" хвалят."\tЪ\tORGANIZATION\t9\t10\t1'
    bare = '"Ъ" хвалит мэра\tмэра\tPERSON\t11\t15\t1'
    whole = '"Ъ хвалит мэра."\tмэра\tPERSON\t10\t14\t1'
    rows = judged(tmp_path, "a.csv", RUSENTNE, written, bare, whole)
    assert [one.text for one in rows] == ['В мэрии "Ъ" хвалят.', '"Ъ" хвалит мэра', '"Ъ хвалит мэра."']
    assert [one.text[slice(*one.target.span)] for one in rows] == ["Ъ", "мэра", "мэра"]


CELLS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs", "Zs", "Cc"]), min_size=1)


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, min_size=3, max_size=3))
def test_what_a_writer_of_csv_wrote_comes_back(tmp_path_factory, cells):
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(
        [SEMEVAL.split("\t"), ["1", *cells[:2], cells[2]]]
    )
    path = tmp_path_factory.mktemp("sets") / "a.txt"
    path.write_text(out.getvalue(), encoding="utf-8")
    header = SEMEVAL.split("\t")
    assert [list(row.values.values()) for row in read_rows(path, "x", header.__eq__)] == [["1", *cells]]


@pytest.mark.parametrize("polarities", [(6.0, 4.0, 2.0), (1, 0, -1), ("6.0", "4", "2.0")])
def test_newsmtsc(tmp_path, polarities):
    favor, none, against = polarities
    primary = {
        "primary_gid": "x_1",
        "sentence_normalized": PRAISE,
        "targets": [
            {"Input.gid": "x_1", "from": 18, "to": 27, "mention": "Anna Berg", "polarity": favor},
            {"Input.gid": "x_2", "from": 4, "to": 9, "mention": "baker", "polarity": none},
        ],
    }
    flat = {"id": "y", "mention": "Anna Berg", "from": 0, "to": 9, "sentence": GOSSIP, "polarity": against}
    rows = judged(tmp_path, "train.jsonl", json.dumps(primary), json.dumps(flat))
    assert told(rows) == [
        ("Anna Berg", (18, 27), "favor", "en"),
        ("baker", (4, 9), "none", "en"),
        ("Anna Berg", (0, 9), "against", "en"),
    ]
    assert [(one.id, one.group) for one in rows] == [("x_1", PRAISE), ("x_2", PRAISE), ("y", GOSSIP)]


def test_ruarg_has_a_judgement_a_claim_without_a_place(tmp_path):
    rows = judged(
        tmp_path, "train.tsv", RUARG, "7\tНосите маски\t2\t1\t0\t1\t-1\t-1", "8\tТекст\t1\t1\t\t\t1\t1"
    )
    assert told(rows) == [
        ("masks", None, "favor", "ru"),
        ("quarantine", None, "against", "ru"),
        ("vaccines", None, "none", "ru"),
        ("masks", None, "none", "ru"),
        ("vaccines", None, "none", "ru"),
    ]
    assert {one.group for one in rows} == {"Носите маски", "Текст"}


def test_xstance_is_grouped_by_author(tmp_path):
    row = {"id": 1, "language": "de", "question_id": 3, "question": "Soll das Tor zu?", "topic": "Tore"}
    lines = [
        json.dumps(row | {"id": number, "comment": comment, "label": label, "author": "a1"})
        for number, comment, label in ((1, "Ja, gern.", "FAVOR"), (2, "Nie.", "AGAINST"))
    ]
    rows = judged(tmp_path, "train.jsonl", *lines)
    assert told(rows) == [
        ("Soll das Tor zu?", None, "favor", "de"),
        ("Soll das Tor zu?", None, "against", "de"),
    ]
    assert {one.group for one in rows} == {"a1"}


def test_semeval_has_a_place_where_the_tweet_names_the_target(tmp_path):
    rows = judged(
        tmp_path,
        "trainingdata.txt",
        SEMEVAL,
        '1\tAnna Berg\t"Hail" anna  berg, say I #SemST\tFAVOR',
        "2\tAnna Berg\tNot a word of Annabergs\tAGAINST",
        "3\tDoors\tNothing\tNONE",
    )
    assert told(rows) == [
        ("Anna Berg", (7, 17), "favor", "en"),
        ("Anna Berg", None, "against", "en"),
        ("Doors", None, "none", "en"),
    ]


def test_what_is_wrong_with_a_row_is_told(tmp_path):
    with pytest.raises(ValueError, match="line 3: at 1 to 7 stands 'екарь ', not 'Пекарь'"):
        judged(tmp_path, "a.csv", RUSENTNE, "Пекарь\tПекарь\tX\t0\t6\t1", "Пекарь ждёт\tПекарь\tX\t1\t7\t1")
    with pytest.raises(ValueError, match="line 2: the target stands at 'x' to '6'; expected numbers"):
        judged(tmp_path, "a.csv", RUSENTNE, "Пекарь\tПекарь\tX\tx\t6\t1")
    with pytest.raises(ValueError, match="line 2: 2 fields, where the header has 4"):
        judged(tmp_path, "a.txt", SEMEVAL, "1\tAnna")
    with pytest.raises(ValueError, match="MAYBE is no stance"):
        judged(tmp_path, "a.txt", SEMEVAL, "1\tAnna\tHello\tMAYBE")


def test_rows_without_a_label_are_counted(tmp_path):
    path = tmp_path / "final_data.csv"
    header = RUSENTNE.removesuffix("\tlabel")
    path.write_text(f"{header}\nПекарь ждёт.\tПекарь\tX\t0\t6\n", encoding="utf-8")
    assert read_answers(path) == ([], {"not labelled": 1})


@pytest.mark.parametrize(
    "row",
    [
        {"text": "a", "theme": "x"},
        {"text": "a", "target": "b", "start": 0, "end": 1, "stance": "none"},
        {"text": "a", "text_id": 1, "masks_stance": 1},
        {"text": "a", "label": ["x"]},
        {"question": "a", "comment": "b"},
    ],
)
def test_other_rows_are_none_of_a_public_set(row):
    assert own_rows(row) is None
