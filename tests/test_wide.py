"""Predictions with one plain value a column."""

import polars as pl
import pytest

import newstance
from newstance.model.news_model import NewsModel
from newstance.model.wide import COUNTS

TEXTS = ["Russia praised the truce. Washington imposed new sanctions on Russian oil.", "", None, "It rains."]


@pytest.fixture(scope="module")
def model(quickstart) -> NewsModel:
    return quickstart.model


def test_the_columns_hold_what_the_lists_held(model):
    long, wide = model.predict(TEXTS), model.predict(TEXTS, wide=True)
    for row, own in zip(long.to_dicts(), wide.to_dicts(), strict=True):
        assert {key: own[key] for key in own.keys() & row.keys()} == {
            key: row[key] for key in own.keys() & row.keys()
        }
        if row["theme_id"] is None:
            assert all(value is None for key, value in own.items() if key.startswith("share_"))
            continue
        names = dict(model.themes.select("theme_id", "name").iter_rows())
        for part in row["mixture"] or ():
            if part["theme_id"] in names:
                assert own[f"share_{names[part['theme_id']]}"] == pytest.approx(part["share"])
        counts = {one["target"]: one for one in row["stances"] or ()}
        for target in model.targets:
            told = [own[f"{target}_{count}"] for count in COUNTS]
            assert told == [counts.get(target, {}).get(count, 0) for count in COUNTS]
    assert wide["Russia_favor"].sum() + wide["Russia_none"].sum() + wide["Russia_undecided"].sum() > 0


def test_no_column_is_nested_and_there_is_one_a_theme(model):
    wide = model.predict(TEXTS, wide=True)
    assert not any(kind.is_nested() for kind in wide.dtypes)
    fine = model.themes.filter(pl.col("level") == 0)
    assert [name for name in wide.columns if name.startswith("share_")] == [
        f"share_{name}" for name in fine["name"]
    ]


def test_pandas_comes_back_with_its_index(model):
    import pandas as pd

    given = pd.DataFrame({"text": TEXTS}, index=[3, 1, 4, 5])
    wide = model.predict(given, wide=True)
    assert list(wide.index) == [3, 1, 4, 5]
    assert wide["Russia_favor"].dtype == "Int64"


def test_a_corpus_can_be_wide(model):
    corpus = newstance.read_corpus([{"article_id": "a", "text": TEXTS[0]}])
    assert model.predict(corpus, wide=True).height == 1


def test_sentences_are_wide_already(model):
    with pytest.raises(ValueError, match="wide: a row of a sentence is wide already"):
        model.predict(TEXTS, level="sentence", wide=True)
