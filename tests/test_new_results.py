"""Results of a saved model on articles: those of its training where these are the same, and new ones else."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

import newstance
from newstance.cli import app
from newstance.model.known_stance import KnownStance
from newstance.model.news_model import NewsModel
from newstance.results import Results, ResultsError
from newstance.tables import JUDGED, THEMES
from newstance.training import Trained

FORMAT_1 = Path(__file__).parent / "data" / "model_format_1"


@pytest.fixture(scope="module")
def model(quickstart: Trained) -> NewsModel:
    return newstance.load_model(quickstart.model_folder)


@pytest.fixture(scope="module")
def same(quickstart: Trained, model: NewsModel) -> Results:
    """Of the articles of the training."""
    return model.results(quickstart.results.corpus)


@pytest.fixture(scope="module")
def russian(quickstart: Trained, model: NewsModel) -> Results:
    return model.results(quickstart.results.corpus.filter(lang="ru"), "russian")


@pytest.mark.parametrize("by", [(), "source", ["theme", "month"]])
def test_the_articles_of_the_training_have_the_shares_of_the_training(quickstart, same, by):
    assert_frame_equal(same.stance(by), quickstart.results.stance(by))


def test_they_have_its_themes(quickstart, same):
    assert_frame_equal(same.themes, quickstart.results.themes)
    assert_frame_equal(same.themes_over_time("week"), quickstart.results.themes_over_time("week"))
    assert_frame_equal(same.evidence(n=50), quickstart.results.evidence(n=50))
    assert same.stance_verdict == quickstart.results.stance_verdict
    assert same.summary.scores.stance_f1_low == quickstart.results.summary.scores.stance_f1_low


def test_other_articles_have_counts_of_their_own(quickstart, russian):
    articles = quickstart.results.corpus.articles
    assert len(russian.corpus) == (articles["lang"] == "ru").sum()
    assert russian.name == "russian"
    own = russian.themes.filter(pl.col("level") == 0)
    counted = russian.theme_of_article.group_by("theme_id").len().filter(pl.col("theme_id") >= 0)
    assert dict(own.filter(pl.col("size") > 0).select("theme_id", "size").rows()) == dict(counted.rows())
    assert own["n_langs"].is_in([0, 1]).all()
    assert own.filter(pl.col("size") == 0)["median_proba"].null_count() == (own["size"] == 0).sum()
    kept = ["theme_id", "name", "named_by", "level", "parent", "keywords", "stability"]
    assert_frame_equal(russian.themes.select(kept), quickstart.results.themes.select(kept))
    shown = {one["article_id"] for examples in russian.themes["examples"] for one in examples}
    assert shown <= set(russian.corpus.articles["article_id"])


def test_a_coarse_theme_is_the_sum_of_its_parts(russian):
    parts = russian.themes.filter(pl.col("level") == 0).group_by("parent").agg(pl.col("size").sum())
    coarse = russian.themes.filter(pl.col("level") == 1).select(parent="theme_id", whole="size")
    assert coarse.height > 1
    both = coarse.join(parts, on="parent", how="left")
    assert both["whole"].to_list() == both["size"].to_list()


def test_they_are_saved_loaded_and_not_replaced_unasked(russian, tmp_path):
    folder = tmp_path / "results" / "russian"
    russian.save(folder)
    assert newstance.load_results(folder).equals(russian)
    assert "<html" in (folder / "report.html").read_text("utf-8")
    with pytest.raises(ValueError, match="holds results; give another name"):
        russian.save(folder)
    russian.save(folder, replace=True)
    with pytest.raises(ValueError, match="is no results folder"):
        russian.save(tmp_path / "results", replace=True)
    assert [one.name for one in (tmp_path / "results").iterdir() if one.is_dir()] == ["russian"]


@pytest.mark.parametrize("data", ["Moscow condemned the strikes.", ["Kyiv.", "The truce holds in Aleppo."]])
def test_a_few_texts_are_articles_too(model, data, tmp_path):
    found = model.results(data)
    assert len(found.corpus) == (1 if isinstance(data, str) else len(data))
    found.report(tmp_path / "page.html")


def test_a_model_that_was_not_measured_gives_counts_without_intervals():
    found = newstance.load_model(FORMAT_1).results(["Moscow condemned the strikes by the United States."] * 3)
    shares = found.stance()
    assert found.stance_verdict.basis == "counted"
    assert shares.height
    assert shares["net_low"].null_count() == shares.height


def test_what_is_known_of_stances_travels_with_the_model_without_ids_of_articles(quickstart, model):
    judged, known = quickstart.results.judged, model.known_stance.judged
    assert_frame_equal(known.drop("group"), judged.drop("group"))
    assert known["group"].n_unique() == judged["group"].n_unique()
    assert not set(known["group"]) & set(judged["group"])
    order = judged["group"].rank("dense"), known["group"].rank("dense")
    assert order[0].to_list() == order[1].to_list()
    assert model.known_stance.metrics["stance/f1_macro"] == quickstart.results.metrics["stance/f1_macro"]


def test_it_stays_known_through_edits_and_saving(model, tmp_path):
    edited = model.drop(model.themes["name"][0])
    edited.save(tmp_path / "edited")
    assert_frame_equal(
        newstance.load_model(tmp_path / "edited").known_stance.judged, model.known_stance.judged
    )


def test_nothing_is_known_of_no_judgement():
    known = KnownStance.of(pl.DataFrame(schema=JUDGED), {"themes/ami": 1.0, "stance/ece": 0.1}, None)
    assert known.judged.schema == pl.Schema(JUDGED)
    assert known.metrics == {"stance/ece": 0.1}


# The command


@pytest.fixture
def articles(quickstart: Trained, tmp_path: Path) -> Path:
    rows = quickstart.results.corpus.articles.filter(pl.col("lang") == "ru")
    rows.select("article_id", "title", "text", "source", "published").write_ndjson(tmp_path / "new.jsonl")
    return tmp_path / "new.jsonl"


def run(*arguments: object):
    return CliRunner().invoke(app, ["apply", *map(str, arguments)])


def test_the_command_writes_results_and_says_where(quickstart, articles, tmp_path):
    out = tmp_path / "out" / "new"
    done = run(quickstart.model_folder, articles, "-o", out)
    assert done.exit_code == 0, done.output
    assert "report.html" in done.output
    assert "which was trained before" in " ".join(done.output.split())
    found = newstance.load_results(out)
    assert found.name == "new"
    assert found.themes.schema == pl.Schema(THEMES)
    again = run(quickstart.model_folder, articles, "-o", out)
    assert again.exit_code == 1
    assert "--replace" in again.output
    assert run(quickstart.model_folder, articles, "-o", out, "--replace").exit_code == 0


def test_what_cannot_be_applied_is_told_and_nothing_is_written(quickstart, articles, tmp_path):
    out = tmp_path / "out"
    for model, source, message in (
        (quickstart.model_folder, tmp_path / "none.jsonl", "does not exist"),
        (tmp_path, articles, "is no newstance model"),
    ):
        done = run(model, source, "-o", out)
        assert done.exit_code == 1
        assert message in " ".join(done.output.split())
        assert "Traceback" not in done.output
    assert "is an address" in run(quickstart.model_folder, articles, "-o", "s3://bucket/new").output
    assert not out.exists()
    with pytest.raises(ResultsError):
        newstance.load_results(out)
