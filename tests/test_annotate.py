"""What to label next, the files of labelling tools, and what comes back from them."""

import json
from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made import unit
from newstance.annotate.answers import read_answers
from newstance.annotate.draw import RANDOM, SURE, UNCERTAIN, Drawing, even_shares
from newstance.annotate.formats import SUFFIXES, check_suffix, choices_of, write_tasks
from newstance.annotate.settle import settle_labels, to_lines
from newstance.annotate.tasks import next_tasks
from newstance.evaluate.counts import Bootstrap
from newstance.evaluate.gold import read_gold
from newstance.model.news_model import NewsModel
from newstance.stance.judgements import read_judgements
from newstance.themes.labels import read_theme_labels
from small_model import a_model, small_encoder

FEW = Bootstrap(20, 0)
WORDS = ["truce", "Syria", "midnight", "football", "team", "cup", "final", "Aleppo", "began", "won"]


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> NewsModel:
    return a_model(small_encoder(tmp_path_factory.mktemp("encoders") / "tiny"))


def made_articles(n: int = 30, seed: int = 0) -> list[dict]:
    rng = np.random.default_rng(seed)

    def sentence(number: int) -> str:
        chosen = " ".join(rng.choice(WORDS, 4))
        return f"The {chosen} of Russia {'😀 ' if number % 3 == 0 else ''}Nr {rng.integers(1000)}."

    return [
        {
            "article_id": f"a{number:02}",
            "text": " ".join(map(sentence, range(4))),
            "source": ["Nord", "Süd", "Ost"][number % 3],
        }
        for number in range(n)
    ]


# Drawing

SIZES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 40), min_size=1)


@given(SIZES, st.integers(1, 60))
def test_shares_are_even_and_sum_to_what_is_drawn(sizes, n):
    shares = even_shares(sizes, n)
    assert sum(shares.values()) == pytest.approx(min(n, sum(sizes.values())))
    most = max(shares.values())
    assert all(shares[one] == pytest.approx(most) or shares[one] == sizes[one] for one in sizes)


@given(SIZES, st.integers(1, 60), st.integers(0, 5))
def test_the_random_part_has_the_number_asked_for_and_known_chances(sizes, n, seed):
    outlets = [outlet for outlet, size in sizes.items() for _ in range(size)]
    drawing = Drawing(np.ones((len(outlets), 1)), seed)
    drawing.at_random(n, outlets)
    drawn = drawing.drawn
    assert len(drawn.rows) == len(set(drawn.rows)) == min(n, len(outlets))
    shares = even_shares(sizes, n)
    for row, chance in zip(drawn.rows, drawn.p_draw, strict=True):
        assert chance == pytest.approx(shares[outlets[row]] / sizes[outlets[row]])
    counts = Counter(outlets[row] for row in drawn.rows)
    assert all(abs(counts[outlet] - share) < 1 for outlet, share in shares.items())


def test_texts_are_drawn_as_often_as_their_chance_says():
    outlets = ["a"] * 3 + ["b"] * 10
    counts = Counter()
    for seed in range(600):
        drawing = Drawing(np.ones((13, 1)), seed)
        drawing.at_random(5, outlets)
        counts.update(drawing.drawn.rows)
        chances = dict(zip(drawing.drawn.rows, drawing.drawn.p_draw, strict=True))
    assert chances[max(chances)] == pytest.approx(0.25)
    assert [counts[row] / 600 for row in range(13)] == pytest.approx([2.5 / 3] * 3 + [0.25] * 10, abs=0.07)


def test_the_best_are_unlike_each_other_and_never_drawn_twice():
    vectors = unit(np.array([[1, 0], [1, 0.01], [1, 0.02], [0, 1], [-1, 0]], dtype=float))
    drawing = Drawing(vectors, 0)
    drawing.best(2, np.array([5, 4, 3, 2, -np.inf]), UNCERTAIN)
    assert drawing.drawn.rows == [0, 3]
    drawing.best(9, np.array([5, 4, 3, 2, -np.inf]), SURE)
    assert sorted(drawing.drawn.rows) == [0, 1, 2, 3]
    drawing.diverse(3)
    assert drawing.drawn.rows[-1] == 4
    assert drawing.drawn.p_draw == [None] * 5


@pytest.mark.parametrize("what", ["themes", "stance"])
def test_tasks_are_half_uncertain_and_a_quarter_random(model, what):
    tasks = next_tasks(model, made_articles(), what, 40)
    counts = Counter(tasks["drawn"])
    assert (counts[UNCERTAIN], counts[RANDOM], tasks.height) == (20, 10, 40)
    assert tasks["task_id"].n_unique() == 40
    assert (tasks["p_draw"].is_not_null() == (tasks["drawn"] == RANDOM)).all()
    by_outlet = tasks.filter(pl.col("drawn") == RANDOM)["source"].value_counts()["count"]
    assert by_outlet.max() - by_outlet.min() <= 1
    row = tasks.filter(pl.col("sentence") == 2).row(0, named=True)
    sentences = model.predict(made_articles(), level="sentence").filter(
        pl.col("article_id") == row["article_id"]
    )
    texts = dict(sentences.select("sentence", "text").iter_rows())
    assert (row["before"], row["text"], row["after"]) == (texts[1], texts[2], texts[3])


def test_the_uncertain_are_nearer_to_the_threshold_than_the_rest(model):
    tasks = next_tasks(model, made_articles(60), "themes", 20)
    distance = (tasks["proba"] - model.theme_model.head.reject).abs()
    near = distance.filter(tasks["drawn"] == UNCERTAIN)
    assert near.max() < distance.filter(tasks["drawn"] == RANDOM).mean()
    sure = tasks.filter(pl.col("drawn") == SURE)
    assert set(sure["suggested"]) == {"truce", "football"}
    assert sure["proba"].min() > 0.5


@pytest.mark.parametrize("what", ["themes", "stance"])
@settings(max_examples=5)
@given(st.randoms(), st.integers(0, 3))
def test_the_order_of_articles_plays_no_part(model, what, random, seed):
    articles = made_articles(12)
    tasks = next_tasks(model, articles, what, 16, seed)
    assert next_tasks(model, random.sample(articles, len(articles)), what, 16, seed).equals(tasks)


def test_another_seed_draws_others(model):
    first, other = (next_tasks(model, made_articles(), "themes", 20, seed) for seed in (0, 1))
    assert set(first["task_id"]) != set(other["task_id"])


def test_reprints_and_repeated_sentences_are_drawn_once(model):
    one = made_articles(1)[0]
    articles = [
        one,
        one | {"article_id": "copy"},
        one | {"article_id": "part", "text": one["text"] + " Rain fell."},
    ]
    tasks = next_tasks(model, articles, "themes", 50)
    assert tasks["text"].n_unique() == tasks.height == 5


def test_sentences_are_those_of_originals(model):
    original = made_articles(1)[0] | {"article_id": "z", "published": "2016-09-01"}
    copy = original | {"article_id": "a", "published": "2016-09-02"}
    assert set(next_tasks(model, [original, copy], "themes", 9)["article_id"]) == {"z"}


def test_what_cannot_be_drawn_is_told(model, tmp_path):
    with pytest.raises(ValueError, match="the model judges no stance"):
        next_tasks(a_model(model.encoder, with_stance=False), made_articles(), "stance")
    with pytest.raises(ValueError, match=r"no mention of a target \(Russia\) in the articles"):
        next_tasks(model, ["Rain fell."], "stance")
    with pytest.raises(ValueError, match="n: got 0"):
        next_tasks(model, made_articles(), "themes", 0)


# Files and back


def answered(path, kind: str, labels: list[str], annotator: str) -> None:
    """Fill in a file of tasks as the tool would, and write it over as its export."""
    if path.suffix == ".csv":
        table = pl.read_csv(path, infer_schema=False)
        label = "theme" if "theme" in table.columns else "stance"
        table.with_columns(pl.Series(label, labels), pl.lit(annotator).alias("annotator")).write_csv(path)
        return
    text = path.read_text(encoding="utf-8")
    rows = json.loads(text) if path.suffix == ".json" else list(map(json.loads, text.split("\n")[:-1]))
    for number, (row, label) in enumerate(zip(rows, labels, strict=True)):
        if kind == "label-studio":
            result = row.pop("predictions")[0]["result"]
            result[-1]["value"]["choices"] = [label]
            row |= {"id": number, "annotations": [{"completed_by": {"email": annotator}, "result": result}]}
        elif kind == "prodigy":
            row |= {"accept": [label], "answer": "accept", "_annotator_id": annotator, "_task_hash": 7}
        elif kind == "doccano":
            old = row["label"][0]
            row |= {
                "id": number,
                "annotator": annotator,
                "label": [label if isinstance(old, str) else [*old[:2], label]],
            }
        else:
            row |= {"annotator": annotator, ("theme" if "theme" in row else "stance"): label}
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text(json.dumps(rows) if path.suffix == ".json" else "\n".join(lines), encoding="utf-8")


# CSV has no NUL; a formula must come back too.
TEXT = st.sampled_from(["=", "'=", "'", "\r\n", '"', "\u2028"]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12
)
FILES = [(kind, suffix) for kind, suffixes in SUFFIXES.items() for suffix in suffixes]


@pytest.mark.parametrize("what", ["themes", "stance"])
@pytest.mark.parametrize(("kind", "suffix"), FILES)
def test_each_format_comes_back_as_it_went(model, tmp_path, kind, suffix, what):
    tasks = next_tasks(model, made_articles(), what, 12)
    choices = choices_of(model, what)
    labels = [choices[number % 3] for number in range(12)]
    path = tmp_path / f"tasks{suffix}"
    written = write_tasks(tasks, path, kind, choices)
    assert all(one.is_file() for one in written)
    if kind != "own":
        suggested = {answer.label for answer in read_answers(path)[0]} if kind != "label-studio" else set()
        assert suggested <= set(choices)
    answered(path, kind, labels, "anna")
    out = tmp_path / "labels.jsonl"
    settled = settle_labels([path], FEW)
    assert settled.annotators == {"anna": 12}
    out.write_text(to_lines(settled.labels), encoding="utf-8")
    if what == "themes":
        read = read_theme_labels(out, choices)
        assert [(one.text, one.theme) for one in read] == list(zip(tasks["text"], labels, strict=True))
        assert [one.before for one in read_gold(out)[0]] == tasks["before"].fill_null("").to_list()
    else:
        judged = read_judgements(out)
        assert [one.stance for one in judged] == labels
        assert [one.text[one.target.start : one.target.end] for one in judged] == ["Russia"] * 12
        assert [one.group for one in judged] == tasks["article_id"].to_list()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    TEXT,
    TEXT,
    st.sampled_from(FILES),
)
def test_any_text_comes_back_from_any_format(model, tmp_path, before, after, file):
    kind, suffix = file
    text = f"{before}Russia{after}"
    place = {"target": "Russia", "start": text.index("Russia"), "end": text.index("Russia") + 6}
    task = next_tasks(model, made_articles(2), "stance", 1).with_columns(text=pl.lit(text))
    task = task.with_columns(pl.lit(value).alias(name) for name, value in place.items())
    path = tmp_path / f"task{suffix}"
    write_tasks(task, path, kind, ["favor", "against", "none"])
    answered(path, kind, ["against"], "ben")
    label = settle_labels([path], FEW).labels[0]
    assert (label["text"], label["target"]["start"], label["stance"]) == (text, place["start"], "against")


def test_places_of_old_label_studio_count_utf_16():
    from newstance.annotate.answers import _region

    about = {"text": "😀 Russia", "target": "Russia", "start": 2, "end": 8}
    assert _region({"start": 3, "end": 9, "text": "Russia"}, "Russia", about) == {}
    assert _region({"start": 2, "end": 8, "text": "Russia"}, "Russia", about) == {}
    added = _region({"start": 0, "end": 2, "text": "😀"}, "NATO", about)
    assert added == {"target": "NATO", "start": 0, "end": 1, "task_id": None}


def test_the_labelling_config_names_every_choice(model, tmp_path):
    from xml.etree import ElementTree

    tasks = next_tasks(model, made_articles(), "stance", 4)
    write_tasks(tasks, tmp_path / "t.json", "label-studio", ["favor", 'a "b" & c'])
    tree = ElementTree.parse(tmp_path / "t.xml")
    assert [one.get("value") for one in tree.iter("Choice")] == ["favor", 'a "b" & c']
    assert [one.get("value") for one in tree.iter("Label")] == ["Russia"]
    names = {one.get("name") for one in tree.iter()}
    for result in json.loads((tmp_path / "t.json").read_text())[0]["predictions"][0]["result"]:
        assert {result["from_name"], result["to_name"]} <= names


# Several annotators


def own_file(path, labels: dict[str, str | None], **more):
    rows = [
        {"task_id": task, "text": f"Text {task}.", "theme": label} | more for task, label in labels.items()
    ]
    path.write_text(to_lines(rows), encoding="utf-8")
    return path


def test_the_label_of_more_than_half_counts_and_the_rest_is_told(tmp_path):
    files = [
        own_file(tmp_path / "anna.jsonl", {"1": "truce", "2": "truce", "3": "none"}),
        own_file(tmp_path / "ben.jsonl", {"1": "truce", "2": "football", "3": None}),
        own_file(tmp_path / "cleo.jsonl", {"1": "football", "2": "none"}),
    ]
    settled = settle_labels(files, FEW)
    assert [(row["text"], row["theme"], row["annotator"]) for row in settled.labels] == [
        ("Text 1.", "truce", "2 of 3"),
        ("Text 3.", "none", "anna"),
    ]
    assert settled.annotators == {"anna": 3, "ben": 2, "cleo": 2}
    assert [(row["settled"], row["answers"]) for row in settled.disagreements] == [
        ("truce", {"anna": "truce", "ben": "truce", "cleo": "football"}),
        (None, {"anna": "truce", "ben": "football", "cleo": "none"}),
    ]
    assert settled.agreement.n_units == 2
    assert settled.notes == [
        "1 tasks were left out: not labelled.",
        "1 tasks have no label of more than half of the annotators and were left out.",
    ]


def test_one_against_one_is_not_settled(tmp_path):
    files = [own_file(tmp_path / f"{label}.jsonl", {"1": label, "2": "x"}) for label in "xy"]
    settled = settle_labels(files, FEW)
    assert [row["text"] for row in settled.labels] == ["Text 2."]
    assert [row["settled"] for row in settled.disagreements] == [None]


def test_an_answer_given_twice_counts_once(tmp_path):
    files = [
        own_file(tmp_path / f"{name}.jsonl", {"1": label}, annotator="anna")
        for name, label in (("a", "x"), ("b", "y"))
    ]
    settled = settle_labels(files, FEW)
    assert [row["theme"] for row in settled.labels] == ["y"]
    assert settled.disagreements == []
    assert settled.notes == ["1 answers were given twice by one annotator; the last one counts."]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"text": "a", "accept": [], "answer": "accept"}, "not labelled"),
        ({"text": "a", "accept": ["x"], "answer": "ignore"}, "skipped by the annotator"),
        ({"text": "a", "accept": ["x", "y"]}, "more than one label was chosen"),
        ({"text": "a", "label": []}, "not labelled"),
        ({"text": "a", "theme": None}, "not labelled"),
        ({"data": {"text": "a"}, "annotations": []}, "not labelled"),
        (
            {"data": {"text": "a"}, "annotations": [{"was_cancelled": True, "result": []}]},
            "skipped by the annotator",
        ),
    ],
)
def test_tasks_without_an_answer_are_counted_with_the_reason(tmp_path, row, why):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row))
    assert read_answers(path) == ([], {why: 1})


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"theme": "x"}], "line 1: there is no text"),
        (
            [{"text": "Russia", "target": "Russia", "stance": "favor"}],
            "start and end of the target are no numbers",
        ),
        (
            [{"text": "Russia", "target": "Russia", "start": 0, "end": 9, "stance": "favor"}],
            "outside the text",
        ),
        (
            [
                {
                    "task_id": "1",
                    "text": "The Russia",
                    "mention_text": "Russia",
                    "target": "R",
                    "start": 0,
                    "end": 6,
                    "stance": "none",
                }
            ],
            "at 0 to 6 stands 'The Ru', not 'Russia': the text was changed",
        ),
        (
            [{"text": "Russia", "target": "Russia", "start": 0, "end": 6, "stance": "pro"}],
            "pro is no stance; expected favor",
        ),
        (
            [
                {"text": "a", "theme": "x"},
                {"text": "b", "target": "b", "start": 0, "end": 1, "stance": "none"},
            ],
            "read them apart",
        ),
        ([{"text": "a", "theme": ""}], "no task is labelled"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path, rows, message):
    path = tmp_path / "a.jsonl"
    path.write_text(to_lines(rows))
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        settle_labels([path], FEW)


def test_other_files_of_the_tools_are_read(tmp_path):
    short = [
        {"text": "a", "theme": "x", "annotator": 3},
        {"text": "b", "theme": {"choices": ["y"]}, "annotator": 3},
    ]
    (tmp_path / "min.json").write_text(json.dumps(short))
    answers, _ = read_answers(tmp_path / "min.json")
    assert [(one.label, one.annotator) for one in answers] == [("x", "3"), ("y", "3")]
    entities = {"text": "of Russia", "target": "Russia", "start": 3, "end": 9}
    entities["entities"] = [{"id": 1, "label": "favor", "start_offset": 3, "end_offset": 9}]
    (tmp_path / "dora.jsonl").write_text(json.dumps(entities))
    answers, _ = read_answers(tmp_path / "dora.jsonl")
    assert [(one.label, one.annotator) for one in answers] == [("favor", "dora")]


def test_names_of_files_are_checked_before_the_work(tmp_path):
    with pytest.raises(ValueError, match=r"ends in '.csv'; expected .json"):
        check_suffix(tmp_path / "a.csv", SUFFIXES["label-studio"])
    with pytest.raises(ValueError, match="folder that exists"):
        check_suffix(tmp_path / "no" / "a.jsonl", SUFFIXES["prodigy"])
