"""A model folder of format 1, made by the code of its day, is loaded and says what it said then."""

import json
from pathlib import Path

import polars as pl
import pytest

import newstance
from newstance.model.news_model import NewsModel

FOLDER = Path(__file__).parent / "data" / "model_format_1"
EXAMPLES = [
    json.loads(line) for line in (FOLDER / "examples.jsonl").read_text(encoding="utf-8").split("\n") if line
]


@pytest.fixture(scope="module")
def model() -> NewsModel:
    return newstance.load_model(FOLDER)


def test_it_names_its_themes_and_targets(model: NewsModel):
    assert model.themes.height > 0
    assert {"Russia", "United States"} <= set(model.targets)


def test_it_says_of_its_examples_what_it_said(model: NewsModel):
    assert len(EXAMPLES) > 5
    found = model.apply(model.read([row["text"] for row in EXAMPLES]))
    # the examples are sentences, so each is an article of one sentence
    assert found.theme_of_article["theme_id"].to_list() == [row["theme_id"] for row in EXAMPLES]
    assert found.theme_of_article["proba"].to_list() == pytest.approx(
        [row["proba"] for row in EXAMPLES], abs=1e-5
    )


def test_it_judges_stance_as_it_did(model: NewsModel):
    expected = {
        (number, target): probas
        for number, row in enumerate(EXAMPLES)
        for target, probas in row["stances"].items()
    }
    read = model.read([row["text"] for row in EXAMPLES])
    numbers = {article: number for number, article in enumerate(read.articles["article_id"])}
    rows = model.apply(read).stances.unique(["article_id", "target"], keep="first", maintain_order=True)
    found = {
        (numbers[row["article_id"]], row["target"]): [row["proba_favor"], row["proba_against"]]
        for row in rows.iter_rows(named=True)
    }
    assert found.keys() >= expected.keys()
    for key, probas in expected.items():
        assert found[key] == pytest.approx(probas, abs=1e-5), key


def test_it_predicts_a_table(model: NewsModel):
    table = model.predict([row["text"] for row in EXAMPLES])
    assert isinstance(table, pl.DataFrame)
    assert table.height == len(EXAMPLES)


def test_how_it_reads_is_kept_and_holds_no_setting_of_a_machine(model: NewsModel):
    stored = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["meta"]["reading"]
    assert model.reading.to_dict() == {name: value for name, value in stored.items() if name != "n_jobs"}
