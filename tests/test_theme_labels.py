"""Theme labels of a user: what is read, and how faults are named."""

import json

import pytest

from newstance.themes.labels import ThemeLabel, read_theme_labels

THEMES = ["ceasefire", "sanctions"]


@pytest.fixture
def write(tmp_path):
    def write_lines(*lines) -> object:
        path = tmp_path / "themes.jsonl"
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        path.write_text(text, encoding="utf-8")
        return path

    return write_lines


def test_texts_articles_and_sentences_are_read(write):
    path = write(
        {"text": "The guns fell silent.", "theme": "ceasefire"},
        "",
        {"article_id": "a1", "theme": "none", "annotator": "K."},
        {"article_id": "a2", "sentence": 3, "theme": "sanctions"},
    )
    assert read_theme_labels(path, THEMES) == [
        ThemeLabel(theme="ceasefire", text="The guns fell silent."),
        ThemeLabel(theme="none", article_id="a1"),
        ThemeLabel(theme="sanctions", article_id="a2", sentence=3),
    ]


def test_a_byte_order_mark_and_a_last_line_end_are_no_fault(tmp_path):
    path = tmp_path / "themes.jsonl"
    path.write_text('{"text": "a", "theme": "none"}\n', encoding="utf-8-sig")
    assert len(read_theme_labels(path, THEMES)) == 1


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{text: a}", "not JSON"),
        ("[1]", "label: Input should be"),
        ({"text": "a"}, "theme: Field required"),
        ({"theme": "none"}, "neither a text nor an article_id is given"),
        ({"theme": "none", "text": "  "}, "neither a text nor an article_id is given"),
        (
            {"theme": "none", "article_id": "a", "sentence": "last"},
            "sentence: Input should be a valid integer",
        ),
        ({"theme": "ceasfire", "text": "a"}, "'ceasfire' is not in the codebook.* Did you mean 'ceasefire'"),
        ({"theme": "opera", "text": "a"}, "'opera' is not in the codebook.* has 'ceasefire', 'sanctions'"),
        ({"theme": "None", "text": "a"}, "'None' is not in the codebook.* Did you mean 'none'"),
    ],
)
def test_faults_are_named_with_file_and_line(write, line, fault):
    path = write({"text": "a", "theme": "none"}, "", line)
    with pytest.raises(ValueError, match=rf"(?s)themes\.jsonl: .*line 3: .*{fault}"):
        read_theme_labels(path, THEMES)


def test_all_faults_are_counted_and_the_first_ten_shown(write):
    path = write(*({"text": "a", "theme": f"opera {n}"} for n in range(14)))
    with pytest.raises(ValueError, match="14 lines") as caught:
        read_theme_labels(path, THEMES)
    assert "line 10:" in str(caught.value)
    assert "line 11:" not in str(caught.value)


def test_no_file_is_an_error_that_names_the_key(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"themes\.labels: there is no file"):
        read_theme_labels(tmp_path / "none.jsonl", THEMES)
