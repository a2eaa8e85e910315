"""Judgements are read whole or the faulty lines are named."""

import json

import pytest

from newstance.stance.judgements import read_judgements

GOOD = {
    "id": "1",
    "text": "Moscow praises the truce.",
    "target": {"label": "truce", "start": 19, "end": 24},
    "stance": "favor",
}


def write(path, *lines) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def faulty(**changes) -> str:
    return json.dumps(GOOD | changes, ensure_ascii=False)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.jsonl"


def test_judgements_are_read_with_their_extras(path):
    write(path, faulty(), "", faulty(id="2", stance="none", lang="en", group="g", mood="merry"))
    first, second = read_judgements(path)
    assert (first.id, first.stance, first.lang, first.group) == ("1", "favor", "und", None)
    assert first.text[first.target.start : first.target.end] == first.target.label
    assert (second.stance, second.lang, second.group) == ("none", "en", "g")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"id": 1,', r"line 3: not JSON \("),
        ("[1]", "line 3: judgement: "),
        (faulty(stance="pro"), "line 3: stance: .*'favor', 'against' or 'none', got 'pro'"),
        (faulty(text=""), "line 3: text: .*at least 1 character"),
        (json.dumps({key: GOOD[key] for key in ("id", "text", "target")}), "line 3: stance: Field required"),
        (faulty(target={"label": "truce", "start": -1, "end": 4}), "line 3: target.start: .*got '-1'"),
        (faulty(target={"label": "truce", "start": 19, "end": 26}), "19 and 26, outside the text of 25"),
        (faulty(target={"label": "truce", "start": 24, "end": 24}), "24 and 24, outside the text of 25"),
        (faulty(target={"label": "truce", "start": 24, "end": 19}), "24 and 19, outside the text of 25"),
    ],
)
def test_a_faulty_line_is_named(path, line, fault):
    write(path, faulty(), "", line)
    with pytest.raises(ValueError, match=fault) as error:
        read_judgements(path)
    assert str(error.value).startswith(f"{path}: 1 lines")
    assert "line 3: " in str(error.value)


def test_the_end_of_the_text_is_inside(path):
    write(path, faulty(target={"label": "truce.", "start": 19, "end": 25}))
    assert read_judgements(path)[0].target.end == 25


def test_all_faults_are_counted_and_the_first_ten_shown(path):
    write(path, faulty(), *["broken"] * 12)
    with pytest.raises(ValueError, match="12 lines are not judgements") as error:
        read_judgements(path)
    assert "line 11: " in str(error.value)
    assert "line 12: " not in str(error.value)


def test_signs_that_part_lines_elsewhere_may_stand_in_a_text(path):
    text = "One.\u2028Two.\u0085Three."
    write(path, faulty(text=text, target={"label": "x", "start": 0, "end": 3}), "broken")
    with pytest.raises(ValueError, match="line 2: not JSON"):
        read_judgements(path)
    write(path, faulty(text=text, target={"label": "x", "start": 0, "end": 3}))
    assert [one.text for one in read_judgements(path)] == [text]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_and_other_line_ends_are_no_fault(path, encoding):
    path.write_bytes(f"{faulty()}\r\n{faulty(id='2')}\r\n".encode(encoding))
    assert [one.id for one in read_judgements(path)] == ["1", "2"]


def test_a_file_in_another_encoding_is_told(path):
    path.write_bytes(faulty(text="Москва за перемирие и мир.").encode("cp1251"))
    with pytest.raises(ValueError, match=r"labels\.jsonl.*UTF-8"):
        read_judgements(path)


def test_a_missing_file_is_told(path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*labels\.jsonl"):
        read_judgements(path)


def test_an_empty_file_holds_none(path):
    write(path)
    assert read_judgements(path) == []
