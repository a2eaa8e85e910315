"""Labels of themes: how they are read, what a model scores on them, and the laws of the scores."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_recall_fscore_support

from newstance.evaluate.counts import Bootstrap
from newstance.evaluate.gold import read_gold
from newstance.evaluate.theme_labels import label_scores
from newstance.label_files import read_rows
from newstance.model.contexts import nearest_sentence
from newstance.model.news_model import NewsModel
from small_model import a_model, small_encoder

TRUCE = "The truce in Syria began at midnight."
FOOTBALL = "The football team won the cup."
OTHER = "Rain fell on Tuesday."
TEN = Bootstrap(10, 0)


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> NewsModel:
    return a_model(small_encoder(tmp_path_factory.mktemp("encoders") / "tiny"))


def row_of(table: pl.DataFrame, name: str) -> dict:
    return table.row(by_predicate=pl.first() == name, named=True)


# Scores

CLASSES = ["truce", "football", "none"]


def made(n: int = 90, seed: int = 0) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(seed)
    labels = rng.choice(CLASSES, n, p=[0.3, 0.2, 0.5]).tolist()
    return labels, [one if rng.random() < 0.7 else str(rng.choice(CLASSES)) for one in labels]


def test_scores_are_those_of_scikit_learn_and_the_macro_leaves_none_out():
    labels, given = made()
    found = label_scores(labels, given, CLASSES[:2], range(90), ["en"] * 90, TEN)
    expected = precision_recall_fscore_support(labels, given, labels=CLASSES[:2])
    table = found.tables["themes"]
    for name, values in zip(("precision", "recall", "f1", "n"), expected, strict=True):
        assert table[name].to_list() == pytest.approx(list(values))
    macro = f1_score(labels, given, labels=CLASSES[:2], average="macro")
    assert found.metrics["themes/f1_macro"] == pytest.approx(macro)
    micro = precision_recall_fscore_support(labels, given, labels=CLASSES[:2], average="micro")
    assert found.metrics["themes/precision"] == pytest.approx(micro[0])
    assert found.metrics["themes/recall"] == pytest.approx(micro[1])
    assert found.metrics["themes/accuracy"] == pytest.approx(np.mean(np.array(labels) == np.array(given)))


def test_confusion_counts_each_pair_and_majority_always_says_one_label():
    labels, given = ["truce", "truce", "none", "none", "none"], ["truce", "none", "none", "truce", "none"]
    found = label_scores(labels, given, ["truce"], range(5), [None] * 5, TEN)
    assert found.tables["confusion"].rows() == [
        ("none", "none", 2),
        ("none", "truce", 1),
        ("truce", "none", 1),
        ("truce", "truce", 1),
    ]
    assert row_of(found.tables["overall"], "majority")["accuracy"] == 0.6
    assert found.metrics["themes/lang=und/n"] == 5
    assert "No interval below 10 articles: all, majority, lang=und." in found.notes


def test_an_interval_is_that_of_articles_not_of_sentences():
    labels, given = made(40)
    alone = label_scores(labels, given, CLASSES[:2], range(40), ["en"] * 40, Bootstrap(400, 0))
    # each sentence five times in its article tells no more than once
    repeated = label_scores(
        labels * 5, given * 5, CLASSES[:2], [*range(40)] * 5, ["en"] * 200, Bootstrap(400, 0)
    )
    for name in ("f1_macro_low", "f1_macro_high", "accuracy_low"):
        assert repeated.metrics[f"themes/{name}"] == pytest.approx(alone.metrics[f"themes/{name}"])


def scores_of(rows: list[tuple[str, str, int]]):
    labels, said, groups = (list(column) for column in zip(*rows, strict=True))
    return label_scores(labels, said, CLASSES[:2], groups, ["en"] * len(rows), TEN)


@given(
    st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES)), min_size=12, max_size=40),
    st.randoms(),
)
def test_order_changes_nothing_and_scores_are_shares(pairs, random):
    rows = [(label, said, number % 12) for number, (label, said) in enumerate(pairs)]
    one, two = (scores_of(both) for both in (rows, random.sample(rows, len(rows))))
    assert one.metrics == pytest.approx(two.metrics)
    assert all(0 <= value <= 1 for name, value in one.metrics.items() if not name.endswith(("/n", "n_given")))


# Files


ROWS = [
    {"text": TRUCE, "theme": "truce", "article_id": "a", "second": None, "before": "", "after": OTHER},
    {"text": 'A "quoted", line\nof two', "theme": "none", "article_id": "b"},
]


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".tsv"])
def test_labels_are_read_from_each_kind_of_file(tmp_path, suffix):
    path = tmp_path / f"labels{suffix}"
    table = pl.DataFrame(ROWS)
    if suffix == ".json":
        path.write_text(json.dumps(ROWS))
    elif suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, ROWS)))
    else:
        path.write_text(table.write_csv(separator="," if suffix == ".csv" else "\t"))
    labels, notes = read_gold(path)
    assert [(one.text, one.theme, one.article_id) for one in labels] == [
        (row["text"], row["theme"], row["article_id"]) for row in ROWS
    ]
    assert labels[0].in_context
    assert notes == []


@pytest.mark.parametrize("frame", [pl.DataFrame, pd.DataFrame])
def test_labels_are_taken_from_tables(frame):
    labels, _ = read_gold(
        frame({"text": [TRUCE, FOOTBALL], "theme": ["truce", None], "second": [None, None]})
    )
    assert [(one.theme, one.second, one.in_context) for one in labels] == [("truce", None, False)]


def test_rows_without_a_theme_are_left_out_and_told():
    labels, notes = read_gold([{"text": TRUCE, "theme": "truce"}, {"text": OTHER, "theme": ""}])
    assert len(labels) == 1
    assert notes == ["1 of 2 rows have no theme and were left out."]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"theme": "truce"}', "line 1: neither a text nor an article_id is given"),
        ('{"text": " ", "theme": "truce"}', "line 1: the text is empty"),
        ('{"text": "a"', r"line 1: not JSON .* expected one object a line"),
        ("[1]", r"line 1: got '\[1\]'; expected an object"),
        (
            '{"text": "a", "label": "truce"}',
            "no row has a theme; expected the key 'theme', there are: text, label",
        ),
        ('{"text": "a", "theme": "x", "sentence": "two"}', "line 1: sentence: got 'two'"),
        ("", "no row has a theme"),
    ],
)
def test_what_is_no_label_is_told_with_its_line(tmp_path, content, message):
    path = tmp_path / "labels.jsonl"
    path.write_text(content)
    with pytest.raises(ValueError, match=message):
        read_gold(path)


def test_files_that_are_none_are_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no such file"):
        read_gold(tmp_path / "none.jsonl")
    with pytest.raises(FileNotFoundError, match="is a folder"):
        read_gold(tmp_path)
    (tmp_path / "a.json").write_text('{"text": "a"}')
    with pytest.raises(ValueError, match="got one dict; expected a list"):
        read_gold(tmp_path / "a.json")
    (tmp_path / "a.csv").write_text("text,theme\na,b,c\n")
    with pytest.raises(ValueError, match="line 2: 3 fields, where the header has 2"):
        read_gold(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_bytes(b"text,theme\n\xff,b\n")
    with pytest.raises(ValueError, match="byte 11 is not UTF-8"):
        read_rows(tmp_path / "b.csv", "themes")
    with pytest.raises(TypeError, match="row 1 is a str; expected the path of a file"):
        read_gold([TRUCE])


# A model on labels


def test_a_sentence_is_judged_inside_its_article(model):
    in_context = {"text": FOOTBALL, "theme": "football", "title": "Truce", "before": TRUCE, "after": TRUCE}
    whole = {"text": f"{TRUCE} {TRUCE} {FOOTBALL}", "theme": "truce"}
    found = model.evaluate([in_context, whole])
    assert found.metrics["themes/accuracy"] == 1
    assert found.metrics["themes/f1_macro"] == 1


def test_a_second_theme_is_right_too_and_case_does_not_matter(model):
    rows = [{"text": TRUCE, "theme": "Football", "second": "Truce"}, {"text": FOOTBALL, "theme": "football"}]
    assert model.evaluate(rows).metrics["themes/accuracy"] == 1
    assert model.evaluate([{**row, "second": None} for row in rows]).metrics["themes/accuracy"] == 0.5


def test_labels_that_are_no_theme_count_as_none_and_are_told(model):
    rows = [
        {"text": TRUCE, "theme": "truce"},
        {"text": OTHER, "theme": "weather"},
        {"text": OTHER, "theme": "trucee"},
    ]
    found = model.evaluate(rows)
    assert found.metrics["themes/accuracy"] == 1
    assert found.notes[0] == (
        "2 labels are no theme of the model and count as none: trucee, weather. 'trucee' may be 'truce': "
        "use the model's name."
    )


def test_a_theme_that_no_label_names_counts_as_none_and_is_told(model):
    found = model.evaluate([{"text": TRUCE, "theme": "truce"}, {"text": FOOTBALL, "theme": "none"}])
    assert found.metrics["themes/accuracy"] == 1
    assert "1 texts got a theme that no label names; it counts as none: football." in found.notes


ARTICLES = [
    {"article_id": "a", "text": f"{TRUCE} {FOOTBALL}", "source": "Nord"},
    {"article_id": "b", "text": FOOTBALL, "source": "Süd"},
]


def test_articles_and_their_sentences_are_named_by_id(model):
    rows = [
        {"article_id": "b", "theme": "football"},
        {"article_id": "a", "sentence": 1, "theme": "truce"},
        {"article_id": "gone", "theme": "truce"},
    ]
    found = model.evaluate(rows, articles=ARTICLES)
    assert found.metrics["themes/accuracy"] == pytest.approx(2 / 3)
    assert any("1 texts were not judged" in note for note in found.notes)
    with pytest.raises(ValueError, match="3 labels name an article_id and have no text"):
        model.evaluate(rows)
    with pytest.raises(ValueError, match=r"none of the article_ids .* gone; the articles have such as a, b"):
        model.evaluate(rows[2:], articles=ARTICLES)


def test_labels_of_another_model_are_refused(model):
    with pytest.raises(
        ValueError, match=r"no label is a theme of the model\. The labels are war; the model has"
    ):
        model.evaluate([{"text": TRUCE, "theme": "war"}])
    with pytest.raises(ValueError, match="there is nothing to evaluate on"):
        model.evaluate()


def test_without_labels_there_are_coherence_and_spread(model):
    articles = [
        {"article_id": str(n), "text": text, "source": "ab"[n % 2]}
        for n, text in enumerate([TRUCE, FOOTBALL] * 6)
    ]
    keywords = [[{"lang": "en", "words": ["truce", "Syria"]}], [{"lang": "en", "words": ["football", "cup"]}]]
    themes = model.themes
    model.themes = themes.with_columns(pl.Series("keywords", keywords, dtype=themes.schema["keywords"]))
    try:
        found = model.evaluate(articles=articles)
    finally:
        model.themes = themes
    table = found.tables["themes_on_articles"]
    assert table["theme"].to_list() == ["truce", "football"]
    assert table["c_v"].to_list() == pytest.approx([1, 1])
    assert table["source_entropy"].to_list() == [0, 0]
    assert found.metrics["themes/source_entropy_corpus"] == 1
    assert found.metrics["themes/npmi"] == pytest.approx(1)


def test_json_of_an_evaluation_has_no_nan(model):
    content = json.loads(model.evaluate([{"text": TRUCE, "theme": "truce"}]).to_json())
    assert set(content) == {"metrics", "tables", "notes"}
    assert content["tables"]["themes"][0]["f1"] == 1
    assert content["tables"]["themes"][0]["f1_low"] is None


# Judgements


def judgements(tmp_path, rows: list[dict]):
    path = tmp_path / "judgements.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def judgement(text: str, stance: str = "none", **more) -> dict:
    start = text.find("Russia")
    target = {"target": "Russia", "start": max(start, 0), "end": max(start, 0) + 6}
    return {"text": text, "stance": stance} | target | more


def test_stances_are_those_of_predict_and_a_mention_not_found_is_none(model, tmp_path):
    texts = ["The truce pleased Russia in Syria.", "Russia won the cup.", "Moscow won the cup."]
    said = model.predict(texts[:2], level="sentence")["stance"].to_list()
    rows = [
        judgement(text, stance, article_id=text) for text, stance in zip(texts, [*said, "none"], strict=True)
    ]
    found = model.evaluate(stance=judgements(tmp_path, rows))
    assert found.metrics["stance/accuracy"] == 1
    assert found.metrics["stance/mention_found"] == pytest.approx(2 / 3)
    assert row_of(found.tables["stance"], "all")["n"] == 3


def test_the_mention_that_is_judged_is_the_one_marked(model, tmp_path):
    text = "Russia won the cup, and the truce in Syria began at midnight, said Russia."
    before = "The football team won the cup."
    said = model.predict([text], level="sentence").sort("mention")
    for place, proba in zip((0, text.rfind("Russia")), said["proba_favor"], strict=True):
        one = judgement(text, "favor", before=before) | {"start": place, "end": place + 6}
        found = model.evaluate(stance=judgements(tmp_path, [one]))
        assert found.metrics["stance/log_loss"] == pytest.approx(-np.log(proba))
    assert said["proba_favor"].n_unique() == 2


def test_without_a_place_the_first_mention_in_the_text_is_judged(model, tmp_path):
    text, before = "The truce in Syria pleased Russia, and Russia said so.", "Russia won the cup."
    said = model.predict([text], level="sentence").sort("mention")
    one = judgement(text, "favor", before=before) | {"start": None, "end": None}
    found = model.evaluate(stance=judgements(tmp_path, [one]))
    assert found.metrics["stance/log_loss"] == pytest.approx(-np.log(said["proba_favor"][0]))
    assert said["proba_favor"].n_unique() == 2
    other = judgement("Moscow won the cup.", before=before) | {"start": None, "end": None}
    assert model.evaluate(stance=judgements(tmp_path, [other])).metrics["stance/mention_found"] == 0


def test_judgements_that_cannot_be_asked_are_left_out_and_told(model, tmp_path):
    rows = [
        judgement("Russia won the cup."),
        judgement("Russia won the cup again.", not_target=True),
        {**judgement("Russia lost the cup."), "target": "Ukraine"},
    ]
    found = model.evaluate(stance=judgements(tmp_path, rows))
    assert found.metrics["stance/n"] == 1
    assert "1 judgements are about targets that the model lacks, and were left out: Ukraine." in found.notes
    assert "1 judgements of words that mean something else were left out." in found.notes
    with pytest.raises(ValueError, match="no judgement is about a target of the model, which has Russia"):
        model.evaluate(stance=judgements(tmp_path, rows[2:]))
    with pytest.raises(ValueError, match=r"every judgement is of words that mean something else"):
        model.evaluate(stance=judgements(tmp_path, rows[1:2]))


@pytest.mark.parametrize(
    ("text", "sentences", "expected"),
    [
        ("The truce began.", ["Rain fell.", "The truce began at midnight.", "The truce began."], 2),
        ("停火于午夜生效。", ["比赛结束。", "停火于午夜生效"], 1),
        ("abc", ["xyz"], None),
        ("abc", [], None),
    ],
)
def test_the_nearest_sentence_is_found_in_any_script(text, sentences, expected):
    assert nearest_sentence(text, sentences) == expected


def test_a_row_a_line_may_hold_a_carriage_return(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_bytes(b'text\ttheme\nA truce\rholds\t"none"\n')
    rows = read_rows(path, "labels", lambda names: names == ["text", "theme"])
    assert [row.values for row in rows] == [{"text": "A truce\rholds", "theme": '"none"'}]
