"""Two trainings side by side: what differs is told, and what does not is not."""

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from newstance.cli import app
from newstance.results import Results, load_results
from newstance.runs.align import align_themes, changed_articles
from newstance.runs.compare import compare
from newstance.runs.find import find_results
from newstance.tracking import TrackingError
from newstance.training import Trained


def with_themes(results: Results, themes: list[int], names: dict[int, str] | None = None) -> Results:
    """``results`` with other themes for its articles."""
    ids = pl.Series("theme_id", themes, dtype=pl.Int64)
    known = sorted(set(themes) - {-1})
    sizes = [themes.count(theme) for theme in known]
    rows = results.themes.head(1).select(pl.all().exclude("theme_id", "name", "size", "level"))
    table = pl.DataFrame({"theme_id": known, "name": [(names or {}).get(t, f"T{t}") for t in known]})
    table = table.with_columns(size=pl.Series(sizes, dtype=pl.Int64), level=pl.lit(0, pl.Int64))
    table = table.join(rows, how="cross").select(results.themes.columns)
    return replace(results, themes=table, theme_of_article=results.theme_of_article.with_columns(ids))


def test_a_training_differs_from_itself_in_nothing(quickstart: Trained) -> None:
    found = compare(quickstart.results, load_results(quickstart.results_folder))
    assert found.config.is_empty()
    assert (found.same_data, found.same_judgements, found.n_shared) == (True, True, 222)
    assert (found.metrics["difference"] == 0).all()
    intervals = found.metrics.select("metric", "difference_low", "difference_high").drop_nulls()
    assert {"stance/f1_macro", "stance/lang=ru/f1_macro", "themes/noise"} <= set(intervals["metric"])
    assert (intervals["difference_low"] == 0).all()
    assert (found.themes["overlap"] == 1).all()
    assert found.themes["theme_first"].to_list() == found.themes["theme_second"].to_list()
    assert found.articles.is_empty()


@given(st.lists(st.integers(-1, 4), min_size=222, max_size=222), st.permutations(range(5)))
def test_themes_are_found_again_under_other_numbers(quickstart: Trained, themes: list, order: list) -> None:
    first = with_themes(quickstart.results, themes)
    second = with_themes(quickstart.results, [t if t < 0 else order[t] + 10 for t in themes])
    aligned = align_themes(first, second)
    partner = dict(aligned.select("theme_id_first", "theme_id_second").iter_rows())
    assert partner == {theme: order[theme] + 10 for theme in set(themes) - {-1}}
    assert changed_articles(first, second, aligned).is_empty()


def test_articles_that_moved_are_named(quickstart: Trained) -> None:
    themes = [0] * 100 + [1] * 100 + [-1] * 22
    first = with_themes(quickstart.results, themes, {0: "talks", 1: "sport"})
    second = with_themes(quickstart.results, [1, -1, *themes[2:-1], 2], {0: "talks", 1: "sport", 2: "late"})
    found = compare(first, second)
    moved = found.articles.select("theme_first", "theme_second").rows()
    assert moved == [("talks", "sport"), ("talks", None), (None, "late")]
    assert found.themes.select("theme_first", "theme_second", "shared").rows() == [
        ("talks", "talks", 98),
        ("sport", "sport", 100),
        (None, "late", 0),
    ]
    assert found.themes["overlap"].to_list() == [0.98, 100 / 101, 0.0]


def test_where_no_article_is_in_both_keywords_tell(quickstart: Trained) -> None:
    first = quickstart.results
    renamed = first.theme_of_article.with_columns(article_id="other-" + pl.col("article_id"))
    found = compare(first, replace(first, theme_of_article=renamed))
    assert found.n_shared == 0
    matched = found.themes.filter(pl.col("theme_id_first") == pl.col("theme_id_second"))
    assert matched.height == first.summary.n_themes


def test_a_difference_has_the_interval_of_what_both_share(quickstart: Trained) -> None:
    first = quickstart.results
    worse = first.judged.with_columns(
        proba_favor=pl.lit(1.0), proba_against=pl.lit(0.0), proba_none=pl.lit(0.0)
    )
    share = (first.judged["stance"] == "favor").mean()
    always_favor = 2 * share / (1 + share) / 3
    metrics = {**first.metrics, "stance/f1_macro": always_favor}
    found = compare(first, replace(first, judged=worse, metrics=metrics))
    row = found.metrics.row(by_predicate=pl.col("metric") == "stance/f1_macro", named=True)
    assert row["difference"] == pytest.approx(always_favor - first.metrics["stance/f1_macro"])
    assert row["difference_low"] < row["difference"] < row["difference_high"] < 0
    other = compare(first, replace(first, judged=first.judged.head(50)))
    assert not other.same_judgements
    f1 = other.metrics.filter(pl.col("metric").str.ends_with("f1_macro"))
    assert f1["difference_low"].null_count() == f1.height


def test_settings_that_differ_are_listed(quickstart: Trained) -> None:
    config = {**quickstart.results.config, "seed": 7, "name": "other"}
    found = compare(quickstart.results, replace(quickstart.results, config=config, name="other"))
    assert found.config.rows() == [("seed", "0", "7")]


def test_the_command_shows_and_writes(quickstart: Trained, tmp_path: Path) -> None:
    folders = [str(quickstart.results_folder), str(quickstart.model_folder)]
    shown = CliRunner().invoke(app, ["compare", *folders, "-o", str(tmp_path / "all.json")])
    assert shown.exit_code == 0, shown.output
    assert "0 of 222 articles have another theme" in shown.output
    assert "All settings are the same" in shown.output
    written = json.loads((tmp_path / "all.json").read_text("utf-8"))
    assert written["n_shared"] == 222
    assert len(written["themes"]) == quickstart.results.summary.n_themes
    shown = CliRunner().invoke(app, ["compare", *folders, "-o", str(tmp_path / "tables")])
    assert shown.exit_code == 0, shown.output
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {
        *("config.csv", "metrics.csv", "themes.csv", "articles.csv")
    }
    missing = CliRunner().invoke(app, ["compare", "nowhere", folders[0], "--store", str(tmp_path / "no")])
    assert missing.exit_code == 1
    assert "nowhere: no such folder, and no run of newstance is in" in missing.output
    assert not (tmp_path / "no").exists()


def test_results_are_found_by_run(quickstart: Trained, tmp_path: Path) -> None:
    from newstance.tracking import Opening, open_run

    run = open_run(tmp_path / "store", Opening("newstance", "mine"))
    run.log_folder(quickstart.results_folder, "results")
    run.end()
    for given_as in ("mine", run.run_id):
        assert find_results(given_as, tmp_path / "store").equals(quickstart.results)
    with pytest.raises(TrackingError, match="There are mine"):
        find_results("mime", tmp_path / "store")
    empty = open_run(tmp_path / "store", Opening("newstance", "empty"))
    with pytest.raises(TrackingError, match=r"run empty \(running\) has no results"):
        find_results("empty", tmp_path / "store")
    empty.end()
