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
        ("[1]", r"line 3: got '\[1\]'; expected an object, as {\"text\""),
        (faulty(stance="hail"), r'line 3: stance: got "hail"; expected favor, against or none$'),
        (faulty(text=""), 'line 3: text: got ""; expected at least 1 character'),
        (
            json.dumps({key: GOOD[key] for key in ("id", "text", "target")}),
            "line 3: stance is missing; there are id, text, target",
        ),
        (
            faulty(target={"label": "truce", "start": -1, "end": 4}),
            "line 3: target.start: got -1; expected greater than or equal to 0",
        ),
        (
            faulty(target="truce"),
            r'line 3: target: got "truce"; expected the label and its place in the text',
        ),
        (faulty(text="", stance="pro"), "line 3: text: got .*; stance: got"),
        ("[" * 100_000, "line 3: not JSON that can be read: it is nested too deeply"),
        (faulty(target={"label": "truce", "start": 19, "end": 26}), "19 and 26, outside the text of 25"),
        (faulty(target={"label": "truce", "start": 24, "end": 24}), "24 and 24, outside the text of 25"),
        (faulty(target={"label": "truce", "start": 24, "end": 19}), "24 and 19, outside the text of 25"),
        (faulty(target={"label": "truce", "start": 19, "end": None}), "19 and None, outside the text of 25"),
        (faulty(target={"label": "truce", "start": 19}), "line 3: target.end is missing"),
        (faulty(target={"label": "truce"}), "target.start is missing.*target.end is missing"),
    ],
)
def test_a_faulty_line_is_named(path, line, fault):
    write(path, faulty(), "", line)
    with pytest.raises(ValueError, match=fault) as error:
        read_judgements(path)
    assert str(error.value).startswith(f"stance.labels: {path}: 1 line is no judgement")
    assert "line 3: " in str(error.value)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("positive", "favor"),
        ("Pro", "favor"),
        (1, "favor"),
        ("за", "favor"),
        ("Favour ", "favor"),
        ("FAVOR", "favor"),
        (-1, "against"),
        ("против", "against"),
        ("neutral", "none"),
        (None, "none"),
    ],
)
def test_words_of_other_tools_are_proposed_never_taken(path, word, meant):
    write(path, faulty(stance=word))
    with pytest.raises(ValueError, match=rf"expected favor, against or none; did you mean {meant}\?"):
        read_judgements(path)


def test_an_id_may_be_a_number_or_missing_and_each_has_its_line(path):
    write(
        path, "", faulty(id=7), json.dumps({key: GOOD[key] for key in GOOD if key != "id"}), faulty(line="x")
    )
    assert [(one.id, one.line) for one in read_judgements(path)] == [("7", 2), (None, 3), ("1", 4)]


def test_a_text_that_does_not_name_its_target_has_null_twice(path):
    write(
        path,
        faulty(target={"label": "peace", "start": None, "end": None}),
        faulty(target="peace", start=None, end=None),
        faulty(),
    )
    assert [one.target.span for one in read_judgements(path)] == [None, None, (19, 24)]


def test_the_end_of_the_text_is_inside(path):
    write(path, faulty(target={"label": "truce.", "start": 19, "end": 25}))
    assert read_judgements(path)[0].target.end == 25


def test_all_faults_are_counted_and_the_first_ten_shown(path):
    write(path, faulty(), *["broken"] * 12)
    with pytest.raises(ValueError, match="12 lines are no judgements") as error:
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
    with pytest.raises(FileNotFoundError, match=r"labels\.jsonl: there is no such file"):
        read_judgements(path)


def test_an_empty_file_holds_none(path):
    write(path)
    assert read_judgements(path) == []
