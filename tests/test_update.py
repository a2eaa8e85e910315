"""New articles for an old model: the themes it lacks get new ids, and the old ones stay as they are."""

import re

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

import newstance
from named_model import CODEBOOK, DAILY, FLU, OIL, named_model
from newstance.cli import app
from newstance.model.news_model import NewsModel
from newstance.tables import NOISE

NEW = {
    "volcano": "volcano lava eruption ash crater magma geologists slopes smoke evacuated",
    "art": "gallery painting sculptor exhibition portrait canvas museum artist curator fresco",
}
OLD = "oil crude prices barrels cartel output fell refinery exports market"


def articles(words: str, name: str, n: int, seed: int = 0) -> list[dict]:
    """Texts of words of one subject, each text in two sentences."""
    rng = np.random.default_rng(seed)
    texts = [[" ".join(rng.choice(words.split(), 6, replace=False)) for _ in range(2)] for _ in range(n)]
    return [
        {"id": f"{name}{row}", "text": ". ".join(one.capitalize() for one in text) + "."}
        for row, text in enumerate(texts)
    ]


VOLCANO, ART = (articles(words, name, 16) for name, words in NEW.items())
KNOWN = articles(OLD, "oil", 20)


@pytest.fixture(scope="module")
def model() -> NewsModel:
    return named_model()


@pytest.fixture(scope="module")
def updated(model):
    return model.update(VOLCANO + ART + KNOWN)


def test_each_new_theme_is_found_under_a_new_id(updated):
    grown, found = updated
    assert found.new_themes["theme_id"].to_list() == [DAILY + 1, DAILY + 2]
    assert found.new_themes["size"].to_list() == [16, 16]
    assert found.new_themes["named_by"].to_list() == ["keywords"] * 2
    given = grown.predict(VOLCANO + ART)["theme_id"].to_list()
    assert len(set(given[:16])) == len(set(given[16:])) == 1
    assert set(given) == set(found.new_themes["theme_id"])
    words = {
        word.lower() for keywords in found.new_themes["keywords"] for one in keywords for word in one["words"]
    }
    assert {part for word in words for part in word.split()} <= set(" ".join(NEW.values()).split())
    assert grown.history[-1].new_ids == (DAILY + 1, DAILY + 2)
    assert str(grown.history[-1]).startswith(f"update: {DAILY + 1} '")


def test_it_tells_what_the_model_as_it_was_says(model, updated):
    _, found = updated
    before = model.predict(VOLCANO + ART + KNOWN)
    columns = ["article_id", "theme_id", "theme", "proba"]
    assert_frame_equal(found.articles.select(columns), before.select(columns))
    assert found.n_without_theme == before.filter(theme_id=NOISE).height == 32
    assert found.rejected.height == 0
    assert repr(found) == "Update(52 articles, 32 without a theme, 2 new themes)"


def test_the_old_themes_stay_as_they_are(model, updated):
    grown, _ = updated
    n_old = len(model.theme_model.head.coef)
    np.testing.assert_array_equal(grown.theme_model.head.coef[:n_old], model.theme_model.head.coef)
    np.testing.assert_array_equal(grown.theme_model.head.intercept[:n_old], model.theme_model.head.intercept)
    old = grown.themes.filter(pl.col("theme_id").is_in(model.themes["theme_id"].to_list()))
    assert_frame_equal(old, model.themes)
    texts = [text for texts in CODEBOOK.values() for text in texts]
    assert grown.predict(texts)["theme_id"].to_list() == model.predict(texts)["theme_id"].to_list()
    assert set(grown.predict(KNOWN)["theme_id"]) == {OIL}


def test_one_new_theme_stands_out_from_the_old_ones(model):
    grown, found = model.update(VOLCANO + KNOWN)
    assert found.new_themes["size"].to_list() == [16]
    assert grown.predict(VOLCANO)["theme_id"].unique().to_list() == [DAILY + 1]


def test_ids_of_themes_that_went_are_not_given_again(model):
    start = model.add({"name": "art", "description": "Painters."}).drop("art")
    assert start.update(VOLCANO + KNOWN)[1].new_themes["theme_id"].to_list() == [DAILY + 2]


def test_copies_do_not_make_a_theme(model):
    copies = [{"id": f"c{number}", "text": VOLCANO[0]["text"]} for number in range(20)]
    grown, found = model.update(copies + KNOWN)
    assert found.n_without_theme == 20
    assert found.new_themes.height == 0
    assert grown is model
    assert found.notes == [
        "Articles that fit no theme, copies not counted: 1. New themes are looked for among 12 or more."
    ]


def test_few_articles_and_no_structure_are_told(model):
    assert "looked for among 12" in model.update(VOLCANO[:11])[1].notes[0]
    assert model.update(KNOWN)[1].n_without_theme == 0
    rng = np.random.default_rng(1)
    words = [" ".join(NEW.values()), "museum train birds paint garden teacher rain bread street clock"]
    odd = [
        {"id": str(row), "text": " ".join(rng.permutation(" ".join(words).split())[:12]) + "."}
        for row in range(12)
    ]
    grown, found = model.update(odd)
    assert (grown.themes.height > model.themes.height) == bool(found.new_themes.height)
    assert found.new_themes.height or found.notes


def test_a_theme_near_an_old_one_is_told(model):
    blurred = named_model()
    head, space = blurred.theme_model.head, blurred.theme_model.space
    logits = (
        space(blurred.encoder.encode([one["text"] for one in KNOWN])) @ head.coef[OIL] + head.intercept[OIL]
    )
    # A tenth as sure of everything, and never sure enough of what is on oil here.
    head.coef[OIL] *= 0.1
    head.intercept[OIL] = 0.1 * (head.intercept[OIL] - logits.max()) - 0.05
    _, found = blurred.update(KNOWN + VOLCANO)
    assert found.n_without_theme == len(KNOWN + VOLCANO)
    (note,) = found.notes
    assert re.search(
        r"^\d '.*' is near 2 'oil': \d+ of its \d+ articles all but fit it\. Merge the two", note
    )


def run(*arguments: object):
    return CliRunner().invoke(app, ["update", *map(str, arguments)])


def test_the_command_shows_and_adds_on_demand(model, tmp_path):
    model.save(tmp_path / "made")
    pl.DataFrame(VOLCANO + KNOWN).write_ndjson(tmp_path / "new.jsonl")
    shown = run(tmp_path / "made", tmp_path / "new.jsonl")
    assert shown.exit_code == 0, shown.output
    assert "without theme" in shown.stdout
    assert "New themes" in shown.stdout
    assert "nothing was written; --add writes the model" in shown.stderr
    assert newstance.load_model(tmp_path / "made").themes.height == model.themes.height
    added = run(tmp_path / "made", tmp_path / "new.jsonl", "--add", "-o", tmp_path / "grown")
    assert added.exit_code == 0, added.output
    assert newstance.load_model(tmp_path / "grown").predict(VOLCANO[0]["text"])["theme_id"][0] == DAILY + 1
    again = run(tmp_path / "grown", tmp_path / "new.jsonl", "--add")
    assert "nothing was written" in again.stderr
    assert "--add" not in again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("new.jsonl", "-o", "other"), "--out needs --add"),
        (("none.jsonl",), "none.jsonl does not exist"),
        (("new.jsonl", "--add", "-o", "."), "may not be replaced"),
    ],
)
def test_a_mistake_is_a_message(model, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    model.save("made")
    pl.DataFrame(KNOWN).write_ndjson("new.jsonl")
    result = run("made", *arguments)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_model_without_themes_finds_its_first(model):
    grown, found = model.drop(*range(FLU + 1)).update(VOLCANO + ART)
    assert found.n_without_theme == 32
    assert sorted(found.new_themes["size"]) == [16, 16]
    assert grown.themes.height == 2
