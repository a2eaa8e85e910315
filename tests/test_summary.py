"""The figures of a summary are right, come back from disk, and are the same on every face."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from found import ESCAPES, MARKUP, awkward_results, no_results, sample_results
from newstance.config import load_config
from newstance.frames import empty
from newstance.outputs import model_card
from newstance.plain import plain
from newstance.report import render
from newstance.results import Results
from newstance.stance.aggregate import BOUNDS, aggregate
from newstance.summary import summarise
from newstance.summary.files import load_summary, summary_tables, summary_values
from newstance.summary.verdict import ABSENT, CORRECTED, COUNTED, REFUSED, Verdict
from newstance.summary.words import NO_OUTLET, count, in_markdown, percent, points, signed
from newstance.tables import NOISE, STANCE_OF, THEMES
from newstance.terminal.training import show_training
from newstance.training import Trained
from test_report import Page

CONFIG = load_config(Path(__file__).parents[1] / "configs/quickstart.yaml")


@pytest.fixture(scope="module")
def results() -> Results:
    return sample_results()


@pytest.fixture(scope="module")
def awkward() -> Results:
    return awkward_results()


def shown(results: Results, width: int = 80) -> str:
    """What a terminal shows of ``results``."""
    file = StringIO()
    trained = Trained(None, results, Path("models/made"), Path("results/made"), None)
    show_training(trained, None, Console(file=file, width=width))
    return file.getvalue()


def words_of(text: str) -> str:
    """``text`` without its line breaks and runs of blanks."""
    return " ".join(text.split())


def tiles(html: str) -> dict[str, tuple[str, str]]:
    """Value and note of each tile of the report, by its label."""
    found = re.findall(
        r'<div class="tile"><dt>(.*?)</dt><dd>(.*?)</dd>(?:<dd class="note">(.*?)</dd>)?</div>', html
    )
    return {label: (value, note) for label, value, note in found}


# Figures


def test_counts_are_those_of_the_tables(results):
    summary, articles = results.summary, results.corpus.articles
    assert summary.counts.articles == articles.height
    assert summary.counts.languages == len(set(articles["lang"]))
    assert summary.counts.reprints == articles["duplicate_of"].is_not_null().sum()
    assert (summary.counts.rejected, summary.counts.removed) == (1, 2)
    assert (summary.counts.first, summary.counts.last) == (
        articles["published"].min(),
        articles["published"].max(),
    )
    noise = (results.theme_of_article["theme_id"] == NOISE).sum()
    assert (summary.noise, summary.noise_share) == (noise, noise / articles.height)
    assert summary.themes["size"].sum() + summary.noise == articles.height
    assert summary.outlets["articles"].sum() == summary.languages["articles"].sum() == articles.height


def test_what_is_unknown_is_no_language_and_no_outlet(results):
    articles = results.corpus.articles.with_columns(source=pl.lit(None, pl.String), lang=pl.lit("und"))
    counts = replace(results.corpus, articles=articles).counts
    assert (counts.languages, counts.outlets) == (0, 0)
    assert counts.without_lang == counts.without_outlet == articles.height


def test_theme_rows_are_counted_from_the_articles(results):
    row = results.summary.themes.row(0, named=True)
    own = results.theme_of_article.filter(pl.col("theme_id") == row["theme_id"])
    own = own.join(results.corpus.articles, on="article_id")
    assert row["size"] == own.height == results.summary.themes["size"].max()
    assert row["n_sources"] == own["source"].n_unique()
    assert {one["lang"]: one["n"] for one in row["langs"]} == dict(own.group_by("lang").len().rows())
    assert sum(one["share"] for one in row["langs"]) == pytest.approx(1)
    assert row["share"] == own.height / results.corpus.articles.height


def test_coarse_themes_are_not_counted_among_the_themes(results):
    coarse = results.themes.head(1).with_columns(theme_id=pl.lit(99, pl.Int64), level=pl.lit(1, pl.Int64))
    themes = results.themes.with_columns(parent=pl.lit(99, pl.Int64))
    summary = replace(results, themes=pl.concat([themes, coarse])).summary
    assert summary.n_themes == results.summary.n_themes
    assert set(summary.themes["parent"]) == {99}


def test_a_theme_without_articles_has_a_row_of_zeros(results):
    nobody = replace(results, theme_of_article=results.theme_of_article.with_columns(theme_id=pl.lit(NOISE)))
    rows = nobody.summary.themes
    assert rows.height == results.themes.height
    assert rows["size"].sum() == rows["n_langs"].sum() == rows["share"].sum() == 0
    assert rows["langs"].to_list() == [[]] * rows.height


def test_counts_by_outlet_add_up(results):
    summary = results.summary
    sizes = dict(summary.themes.select("theme_id", "size").rows()) | {NOISE: summary.noise}
    assert dict(summary.theme_by_outlet.group_by("theme_id").agg(pl.col("n").sum()).rows()) == sizes
    shares = summary.theme_by_outlet.group_by("source").agg(pl.col("share").sum())["share"]
    assert shares.to_list() == pytest.approx([1.0] * len(shares))


def test_themes_over_time_are_what_results_answer(results):
    summary, period = results.summary, results.summary.theme_period
    asked = results.themes_over_time(by=period).rename({period: "start"})
    assert summary.themes_over_time.equals(asked.drop("theme"))
    assert summary.theme_bursts.equals(results.bursts().drop("theme"))
    assert summary.theme_lifespans.equals(results.lifespans().drop("theme"))
    originals = results.corpus.articles["duplicate_of"].null_count()
    late = results.corpus.copies.height
    assert originals <= summary.themes_over_time["n"].sum() <= originals + late
    assert summary.themes_over_time["start"].min() <= summary.counts.first


@pytest.mark.parametrize(
    ("table", "by"),
    [
        ("stance_by_target", ["target"]),
        ("stance_by_outlet", ["source", "target"]),
        ("stance_by_theme", ["theme_id", "target"]),
    ],
)
def test_intervals_have_the_resamples_and_the_seed_that_were_asked_for(results, table, by):
    asked = replace(results, n_bootstrap=37, seed=11)
    rows = (asked.stances, asked.corpus.articles, asked.theme_of_article)
    expected = aggregate(*rows, by, 37, 11, asked.stance_errors).sort(by)
    assert getattr(asked.summary, table).sort(by).equals(expected)
    assert asked.stance_by(*by).sort(by).equals(expected)
    assert not getattr(results.summary, table).sort(by).equals(expected)


def test_stances_by_period_are_those_of_dated_articles(results):
    first = results.corpus.articles["article_id"].head(10).implode()
    undated = results.corpus.articles.with_columns(
        published=pl.when(pl.col("article_id").is_in(first)).then(None).otherwise("published")
    )
    summary = replace(results, corpus=replace(results.corpus, articles=undated)).summary
    dated = results.stances.filter(~pl.col("article_id").is_in(first))
    by_period = summary.stance_by_period.select(pl.col("n", "n_undecided").sum()).row(0)
    counted = aggregate(dated, undated, results.theme_of_article, ["target", summary.stance_period], 1)
    assert by_period == counted.select(pl.col("n", "n_undecided").sum()).row(0)
    assert summary.stance_by_period["start"].null_count() == 0


def test_notes_are_told_once(results):
    doubled = replace(results, notes=[*results.corpus.notes, "More."])
    assert doubled.summary.notes == ("1 line could not be read.", "More.")


def test_a_score_no_better_than_the_control_is_refused(results):
    def verdict(**metrics: float) -> Verdict:
        known = {f"stance/{name}": value for name, value in metrics.items()}
        return replace(results, metrics={**results.metrics, **known}).stance_verdict

    blind = {"aware_minus_blind/f1_macro_low": -0.01}
    assert verdict(**blind).basis == REFUSED
    assert "control that does not know the target (0.52)" in verdict(**blind).reasons[0]
    # A lead on the texts that take several stances shows that the target is used.
    assert verdict(**blind, **{"contrast_lead/f1_macro_low": 0.01}).basis == CORRECTED
    assert verdict(**blind, **{"contrast_lead/f1_macro_low": 0.0}).basis == REFUSED
    assert verdict(**{"majority/f1_macro": 0.68}).basis == REFUSED
    assert verdict(**{"majority/f1_macro": 0.67, "aware_minus_blind/f1_macro_low": 0.01}).basis == CORRECTED
    refused = replace(results, metrics={**results.metrics, "stance/majority/f1_macro": 0.9})
    for table in ("stance_by_target", "stance_by_outlet", "stance_by_theme", "stance_by_period"):
        assert getattr(refused.summary, table).is_empty()
        assert getattr(refused.summary, table).schema == getattr(results.summary, table).schema


def test_a_stance_that_is_never_predicted_is_refused(results):
    swapped = results.judged.with_columns(proba_favor="proba_none", proba_none="proba_favor").with_columns(
        proba_favor=pl.lit(0.0)
    )
    verdict = replace(results, judged=swapped).stance_verdict
    assert verdict.basis == REFUSED
    assert "'favor' is never predicted" in verdict.reasons[0]


def test_few_judgements_give_counts_without_intervals(results):
    few = replace(results, judged=results.judged.head(59))
    assert few.stance_verdict.basis == COUNTED
    assert "59 judgements" in few.stance_verdict.reasons[0]
    table = few.summary.stance_by_outlet
    assert table.select(BOUNDS).null_count().row(0) == (table.height,) * len(BOUNDS)
    plain = aggregate(few.stances, few.corpus.articles, few.theme_of_article, ["source", "target"], 10)
    assert table.sort("source", "target")["net"].equals(plain.sort("source", "target")["net"])


def test_stances_of_languages_nobody_judged_are_left_out(results):
    langs = tuple(sorted(set(results.corpus.articles["lang"]) - {"ru"}))
    covered = replace(results, stance_langs=langs)
    russian = results.corpus.articles.filter(pl.col("lang") == "ru")
    n = results.stances.join(russian, on="article_id", how="semi").height
    assert any(
        f"{n} of {results.stances.height} stances" in one and "(ru)" in one
        for one in covered.stance_verdict.reasons
    )
    assert covered.summary.stance_by_target["n"].sum() < results.summary.stance_by_target["n"].sum()
    assert covered.stance_by("lang")["lang"].to_list() == [
        one for one in langs if one in set(covered.stance_by("lang")["lang"])
    ]
    assert replace(results, stance_langs=("xx",)).stance_verdict.basis == REFUSED


def test_no_stances_are_absent_and_not_refused(results):
    assert replace(results, stances=results.stances.clear()).stance_verdict.basis == ABSENT


def test_mostly_undecided_stances_are_a_warning(results):
    unsure = replace(results, stances=results.stances.with_columns(decided=pl.lit(False)))
    n = results.stances.height
    assert f"{n} of {n} stances are undecided" in unsure.summary.warnings[0]


def test_nothing_at_all_has_a_summary():
    summary = no_results().summary
    assert summary.noise_share is None
    assert set(vars(summary.scores).values()) == {None}
    assert (summary.theme_period, summary.stance_period) == (None, None)
    assert summary.counts.articles == summary.n_themes == summary.n_stances == 0
    assert (summary.counts.first, summary.counts.last) == (None, None)


def test_order_of_rows_plays_no_part(results):
    corpus = {
        name: getattr(results.corpus, name).reverse()
        for name in ("articles", "sentences", "copies", "removed")
    }
    tables = {name: getattr(results, name).reverse() for name in ("themes", "theme_of_article", "stances")}
    turned = replace(results, corpus=replace(results.corpus, **corpus), **tables)
    same = {
        name: table.equals(summary_tables(results.summary)[name])
        for name, table in summary_tables(turned.summary).items()
    }
    assert all(same.values()), same
    assert summary_values(turned.summary) == summary_values(results.summary)


# On disk


@pytest.mark.parametrize("make", [sample_results, awkward_results, no_results])
def test_a_summary_comes_back_from_its_files(make):
    summary = summarise(make())
    again = load_summary(summary_values(summary), summary_tables(summary).__getitem__)
    assert summary_values(again) == summary_values(summary)
    assert type(again.counts) is type(summary.counts)
    assert (again.counts, again.scores, again.notes) == (summary.counts, summary.scores, summary.notes)
    assert isinstance(again.counts.first, date | None)


@pytest.mark.parametrize("wrong", [b"[]", b"{}", b"not JSON", b'{"name": "x"}'])
def test_values_of_another_kind_are_refused(results, wrong):
    with pytest.raises(ValueError, match=r"JSON|[Ee]xpect"):
        load_summary(wrong, summary_tables(results.summary).__getitem__)


# One figure, one value, on every face


@pytest.mark.parametrize("name", ["results", "awkward"])
def test_every_face_has_the_same_counts(name, request):
    results = request.getfixturevalue(name)
    summary, terminal = results.summary, words_of(shown(results))
    html, card = render(results), model_card(CONFIG, results)
    counts = summary.counts
    for number, word in (
        (counts.articles, "article"),
        (counts.languages, "language"),
        (counts.outlets, "outlet"),
        (counts.reprints, "reprint"),
    ):
        words = word if number == 1 else f"{word}s"
        assert tiles(html)[words][0] == count(number)
        assert f"{count(number)} {word}" in terminal
        assert f"{count(number)} {word}" in card
    assert f"without theme {count(summary.noise)} " in terminal
    assert tiles(html)["of articles without a theme"][0] == percent(summary.noise_share)
    assert f"without a theme: {count(summary.noise)}, {percent(summary.noise_share)}" in card
    for theme, size in summary.themes.select("name", "size").rows():
        assert f"{in_markdown(theme)} ({size} articles)" in card
        assert re.search(rf"{re.escape(plain(theme))}[ *]+{size} ", shown(results, 200)), theme


def test_every_face_has_the_same_stances(awkward):
    terminal = shown(awkward, 200)
    summary = awkward.summary
    cells_shown = outlet_cells(render(awkward))
    cells = [row for row in summary.stance_by_outlet.to_dicts() if row["n"]]
    assert len(cells) > 30
    for row in cells:
        figure = f"{points(row['net'])} {points(row['net_low'])}…{points(row['net_high'])}"
        assert figure in terminal, row
        assert points(row["net"]).replace("+", "").replace("−", "") in signed(row["net"]).replace(".", "")
        net = (signed(row["net"]), f"{signed(row['net_low'])} to {signed(row['net_high'])}")
        assert cells_shown[row["source"] or NO_OUTLET, row["target"]] == net, row


def outlet_cells(html: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Net and interval of each cell in the table of outlets, by outlet and target."""
    table = html[html.index('id="by-outlet"') :].partition("</table>")[0]
    found = {}
    for row in re.findall(r'<tr data-is-source="(.*?)">(.*?)</tr>', table, re.DOTALL):
        cells = r'data-is-target="([^"]*)" data-net.*?title="(.*?);.*?<b class="\w+">(.*?)</b>'
        for target, between, net in re.findall(cells, row[1], re.DOTALL):
            found[unescape(row[0]), unescape(target)] = (net, between)
    return found


@pytest.mark.parametrize(
    ("metrics", "value", "words"),
    [
        (
            {"stance/f1_macro": 0.414, "stance/f1_macro_low": 0.3, "stance/f1_macro_high": 0.5},
            "0.41",
            "0.30 to 0.50",
        ),
        ({"stance/f1_macro": 0.414}, "0.41", "no interval: too few labelled texts"),
        ({"stance/n": 0.0}, None, "there were no labelled sentences to measure with"),
        ({}, None, "there were no labelled sentences to measure with"),
    ],
)
def test_a_score_that_is_absent_is_said_on_every_face(awkward, metrics, value, words):
    results = replace(awkward, metrics=metrics)
    faces = (words_of(shown(results)), words_of(render(results)), words_of(model_card(CONFIG, results)))
    for face in faces:
        assert words in face
        assert value is None or value in face


def test_faces_without_themes_stances_or_dates(awkward):
    bare = replace(
        awkward,
        themes=empty(THEMES),
        theme_of_article=awkward.theme_of_article.with_columns(theme_id=pl.lit(NOISE)),
        stances=empty(STANCE_OF),
        metrics={},
    )
    terminal = words_of(shown(bare))
    assert "No theme was found among" in terminal
    assert "No stance was found" in terminal
    assert tiles(render(bare))["no dates"][0] == "–"
    assert "## Themes\n- none\n" in model_card(CONFIG, bare)


@pytest.mark.parametrize("make", [sample_results, awkward_results, no_results])
def test_no_face_breaks_on_any_results(make):
    results = make()
    assert "\x1b" not in shown(results)
    assert "\x1b" not in model_card(CONFIG, results)
    assert Page(render(results)).open == []


def test_a_model_card_takes_no_markup_from_names(awkward):
    card = model_card(CONFIG, awkward)
    assert "\\[red\\]Sanctions␛\\[0m" in card
    assert "[red]" not in card


def test_names_of_outlets_are_in_the_tables_as_they_are(awkward):
    sources = awkward.summary.stance_by_outlet["source"]
    assert {MARKUP, ESCAPES, None} <= set(sources.to_list())
