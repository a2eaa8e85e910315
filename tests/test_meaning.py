"""Sentences that speak of a target without naming it."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from found import sample_results
from newstance.config import load_config
from newstance.model.saved import load_model, save_model
from newstance.stance.meaning import BY_MEANING, MeaningFinder
from newstance.stance.mentions import find_mentions
from newstance.summary.verdict import FEWEST_UNNAMED, covered
from newstance.tables import STANCES
from newstance.themes.codebook import Target
from newstance.training import train

COOPERATION = {
    "name": "joint fight against terrorism",
    "description": "The two countries work together against terrorist groups and share intelligence.",
    "mentions": ["anti-terror pact"],
    "examples": [
        "Their services agreed to exchange what they know of militants.",
        "Both armies will plan strikes on terrorist groups together.",
        "Спецслужбы двух стран договорились обмениваться данными о боевиках.",
    ],
    "not": ["The army killed forty militants.", "The ministers signed a treaty on trade."],
}
UNNAMED = [
    "The two services will share intelligence on the militants from now on.",
    "Военные двух стран будут вместе планировать удары по террористам.",
]
OTHER = [
    "The museum opened a new wing.",
    "Farmers sold less wheat than last year.",
    "Шахтёры бастуют вторую неделю.",
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small training with a target that is found by name and by meaning, and judgements of both kinds."""
    folder = tmp_path_factory.mktemp("meaning")
    texts = [
        *UNNAMED,
        *OTHER,
        "The anti-terror pact is a trap, the paper says.",
        "Nobody signed the anti-terror pact.",
    ]
    rows = [{"article_id": f"a{n}", "text": f"{text} It was Monday."} for n, text in enumerate(texts)]
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    judgements = [
        {
            "text": f"{text} ({n})",
            "target": {"label": COOPERATION["name"], "start": None, "end": None},
            "stance": stance,
            "lang": "en",
        }
        for n in range(8)
        for text, stance in (
            ("Sharing what the services know makes everybody safer, and it must go on.", "favor"),
            ("To plan strikes together with them is a shame and must stop.", "against"),
            ("The two staffs planned a strike together on Monday.", "none"),
        )
    ]
    (folder / "labels.jsonl").write_text("\n".join(map(json.dumps, judgements)), encoding="utf-8")
    codebook = {"targets": [COOPERATION]}
    config = {
        "name": "meaning",
        "corpus": {"path": "articles.jsonl"},
        "codebook": codebook,
        "themes": {"discover": False},
        "stance": {"labels": "labels.jsonl"},
        "output": {"models": str(folder / "m"), "results": str(folder / "r"), "tracking": None},
    }
    (folder / "config.yaml").write_text(json.dumps(config), encoding="utf-8")
    return train(load_config(folder / "config.yaml"))


def test_sentences_are_found_by_meaning_and_by_name_and_others_are_not(trained):
    stances = trained.results.stances.join(
        trained.results.corpus.sentences, on=["article_id", "sentence"], how="left"
    )
    by_meaning = stances.filter(found_by=BY_MEANING)
    assert set(by_meaning["text"]) == set(UNNAMED)
    assert by_meaning["start"].null_count() == by_meaning["mention_text"].null_count() == by_meaning.height
    by_name = stances.filter(pl.col("found_by") != BY_MEANING)
    assert set(by_name["mention_text"]) == {"anti-terror pact"}
    assert not stances.filter(pl.col("text").is_in(OTHER)).height


def test_the_saved_model_finds_the_same(trained, tmp_path):
    asked = pl.DataFrame({"text": UNNAMED + OTHER})
    save_model(trained.model, tmp_path / "model")
    again = load_model(tmp_path / "model")
    said = again.predict(asked, level="sentence")
    assert said.equals(trained.model.predict(asked, level="sentence"))
    assert said["found_by"].drop_nulls().to_list() == [BY_MEANING] * len(UNNAMED)
    assert again.explain(UNNAMED[0]).stances.is_empty()  # there is no mention whose words could be told


def test_a_sentence_that_names_the_target_is_not_found_a_second_time(trained):
    text = "The anti-terror pact lets the two services share intelligence on the militants."
    said = trained.model.predict([text], level="sentence")
    assert said["found_by"].to_list() == ["name"]


def test_shares_leave_out_what_was_not_judged_so():
    results = sample_results()
    unnamed = results.stances.head(7).with_columns(found_by=pl.lit(BY_MEANING), start=None, end=None)
    stances = pl.concat([unnamed.cast(results.stances.schema), results.stances.slice(7)])
    without = replace(results, stances=stances)
    assert covered(without).height == results.stances.height - 7
    assert any(
        "7 sentences speak of a target without naming it" in one for one in without.stance_verdict.reasons
    )
    rows = pl.int_range(pl.len()) >= FEWEST_UNNAMED
    judged = replace(without, judged=results.judged.with_columns(placed=rows))
    assert covered(judged).height == results.stances.height
    few = replace(
        without, judged=results.judged.with_columns(placed=pl.int_range(pl.len()) >= FEWEST_UNNAMED - 1)
    )
    assert covered(few).height == results.stances.height - 7


def test_a_target_needs_mentions_or_examples():
    with pytest.raises(ValidationError, match="neither mentions nor examples"):
        Target(name="peace")
    assert Target(name="peace", examples=["They want peace."]).by_meaning.texts == [
        "peace",
        "They want peace.",
    ]
    assert Target(name="peace", mentions=["peace"]).by_meaning is None
    assert find_mentions(["Peace."], {"peace": []}) == []


def test_a_probability_of_one_half_decides():
    finder = MeaningFinder(
        ("a", "b"), np.array([[1.0, 0], [0, 1.0]]), np.array([0.0, -0.5]), lambda rows: rows
    )
    vectors = np.array([[0.0, 0.6], [-0.1, 0.5], [1.0, 0.4]], dtype=np.float32)
    assert finder.find(vectors) == [(0, "a"), (0, "b"), (1, "b"), (2, "a")]


def test_stances_of_unnamed_targets_are_stances(trained):
    said = trained.results.stances.filter(found_by=BY_MEANING)
    assert set(said["stance"]) <= set(STANCES)
    assert said.select(
        pl.sum_horizontal(f"proba_{one}" for one in STANCES)
    ).to_series().to_list() == pytest.approx([1.0] * said.height, abs=1e-5)
