"""Results answer: tables with names, shares, and sentences that are the ones behind the shares."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from found import awkward_results, no_results, sample_results
from newstance.disk import replace_folder
from newstance.results import Results, load_results
from newstance.results.files import files_of
from newstance.stance.aggregate import one_a_sentence
from newstance.tables import NOISE, STANCES

BASE = sample_results()
OUTLETS = BASE.corpus.articles["source"].unique().sort().to_list()
TARGETS = BASE.stances["target"].unique().sort().to_list()
LANGS = BASE.corpus.articles["lang"].unique().sort().to_list()
THEMES = BASE.themes["name"].to_list()


@pytest.fixture(scope="module")
def results() -> Results:
    return BASE


@pytest.fixture(scope="module")
def loaded(results, tmp_path_factory) -> Results:
    folder = tmp_path_factory.mktemp("made")
    replace_folder(folder, files_of(results))
    return load_results(folder)


def with_coarse(results: Results) -> Results:
    """As ``results``, with the first two themes under a coarse one."""
    coarse = results.themes.head(1).with_columns(
        theme_id=pl.lit(99, pl.Int64), level=pl.lit(1, pl.Int64), name=pl.lit("War")
    )
    parent = pl.when(pl.col("theme_id") < 2).then(pl.lit(99, pl.Int64)).alias("parent")
    return replace(results, themes=pl.concat([results.themes.with_columns(parent), coarse]))


# Tables


def test_articles_and_sentences_stand_with_names(results):
    names = dict(results.themes.select("theme_id", "name").rows()) | {NOISE: None}
    articles = results.articles
    assert articles["article_id"].to_list() == results.corpus.articles["article_id"].to_list()
    assert articles["theme"].to_list() == [names[theme] for theme in articles["theme_id"]]
    assert {"source", "published", "proba", "assigned"} <= set(articles.columns)
    sentences = results.sentences
    assert sentences.height == results.corpus.sentences.height
    sources = dict(articles.select("article_id", "source").rows())
    assert sentences["source"].to_list() == [sources[one] for one in sentences["article_id"]]
    assert {"theme", "published", "title"} <= set(sentences.columns)


def test_loaded_results_give_the_same_answers(results, loaded):
    asked = (
        lambda one: one.articles,
        lambda one: one.sentences,
        lambda one: one.stance(by=["source", "theme"]),
        lambda one: one.themes_over_time(by=["source", "month"]),
        lambda one: one.bursts(),
        lambda one: one.lifespans(),
        lambda one: one.evidence(target="Russia"),
    )
    for ask in asked:
        assert_frame_equal(ask(loaded), ask(results), check_exact=True)
    assert (repr(loaded), loaded._repr_html_()) == (repr(results), results._repr_html_())


# Shares


def test_stances_by_outlet_are_those_of_the_report(results):
    summary = results.summary.stance_by_outlet.filter(pl.col("target") == "Russia")
    assert_frame_equal(results.stance(by="source", target="Russia"), summary, check_exact=True)
    assert_frame_equal(results.stance(by=["source"]), results.summary.stance_by_outlet, check_exact=True)
    named = results.stance(by=["theme", "year"], target="Russia")
    assert named.columns[:5] == ["theme_id", "theme", "year", "target", "n"]
    assert set(named["theme"]) <= {*THEMES, None}


def test_wide_has_a_row_for_each_key_and_a_column_for_each_figure_and_target(results):
    long, wide = results.stance(by=["source", "lang"]), results.stance(by=["source", "lang"], wide=True)
    assert wide.select("source", "lang").is_unique().all()
    assert wide.columns[:3] == ["source", "lang", f"n_{TARGETS[0]}"]
    cells = {(row["source"], row["lang"]): row for row in wide.to_dicts()}
    for row in long.to_dicts():
        cell = cells[row["source"], row["lang"]]
        assert all(cell[f"{key}_{row['target']}"] == row[key] for key in ("n", "net", "net_low"))
    assert wide.width == 2 + 16 * len(TARGETS)
    assert results.stance(wide=True).shape == (1, 16 * len(TARGETS))


def test_one_theme_over_time_and_coarse_ones(results):
    whole = results.themes_over_time(by="month")
    one = results.themes_over_time(by="month", theme="Ceasefire")
    assert_frame_equal(one, whole.filter(pl.col("theme") == "Ceasefire"), check_exact=True)
    coarse = with_coarse(results)
    parts = coarse.themes_over_time(by=[]).filter(pl.col("theme_id").is_in([0, 1]))
    together = coarse.themes_over_time(by=[], theme="War", level="coarse")
    assert together["n"].to_list() == [parts["n"].sum()]
    with pytest.raises(ValueError, match="no theme 'War'"):
        coarse.themes_over_time(theme="War")


def test_bursts_and_lifespans_have_names_and_any_period(results):
    found = pl.concat([results.bursts(period) for period in ("week", "month", "quarter")])
    assert found.height
    names = dict(results.themes.select("theme_id", "name").rows())
    assert found["theme"].to_list() == [names[theme] for theme in found["theme_id"]]
    assert set(results.lifespans("year")["theme"]) == set(THEMES)
    period = results.summary.theme_period
    assert_frame_equal(results.bursts(), results.bursts(period), check_exact=True)
    loose = results.bursts(s=1.5, gamma=0.2)
    assert loose.height > results.bursts().height


# Evidence


def test_evidence_is_decided_and_the_most_certain_comes_first(results):
    found = results.evidence(target="Russia", stance="against")
    assert found.height
    assert set(found["stance"]) == {"against"}
    assert found["proba"].is_sorted(descending=True)
    key = ["article_id", "sentence", "target"]
    decided = one_a_sentence(results.stances).filter(pl.col("decided"), pl.col("stance") == "against")
    assert found.join(decided, on=key, how="semi").height == found.height
    texts = dict(results.corpus.sentences.select(pl.struct("article_id", "sentence").hash(), "text").rows())
    hashes = found.select(pl.struct("article_id", "sentence").hash()).to_series()
    assert [texts[one] for one in hashes] == found["text"].to_list()
    for row in found.drop_nulls("start").to_dicts():
        assert row["text"][row["start"] : row["end"]] == row["mention_text"]
    assert_frame_equal(results.evidence(target="Russia", stance="against", n=3), found.head(3))


ANY = {
    "source": st.none() | st.sampled_from(OUTLETS),
    "target": st.sampled_from(TARGETS),
    "theme": st.none() | st.sampled_from(THEMES),
    "lang": st.none() | st.sampled_from(LANGS),
}


@settings(max_examples=25)
@given(st.fixed_dictionaries(ANY))
def test_evidence_is_what_the_shares_are_made_of(asked):
    """As many sentences of each stance as the share says where shares are plain counts, in any group."""
    copied = replace(BASE, stances=COPIED, judged=BASE.judged.clear())
    chosen = {key: value for key, value in asked.items() if value is not None}
    group = copied.stance(by=[key for key in chosen if key != "target"], target=chosen["target"])
    for key, value in chosen.items():
        group = group.filter(pl.col(key) == value)
    found = copied.evidence(**chosen)
    n = group["n"].sum()
    assert found.height == n
    for stance in STANCES:
        share = (found["stance"] == stance).sum() / n if n else 0
        assert share == pytest.approx(group[stance][0] if n else 0)


def _copied() -> pl.DataFrame:
    """The stances, and those of each original for its reprint too."""
    pairs = BASE.corpus.copies.select("article_id", original="duplicate_of")
    own = BASE.stances.join(pairs, on="article_id", how="anti")
    again = own.join(pairs.rename({"article_id": "copy"}), left_on="article_id", right_on="original")
    return pl.concat([own, again.with_columns(article_id="copy").select(own.columns)])


COPIED = _copied()


def test_a_reprint_speaks_once_and_for_its_own_outlet():
    copied = replace(BASE, stances=COPIED)
    ids = set(copied.evidence()["article_id"])
    pairs = BASE.corpus.copies.filter(pl.col("duplicate_of").is_in(list(ids)))
    assert pairs.height
    assert not ids & set(pairs["article_id"])
    elsewhere = BASE.corpus.articles.with_columns(
        source=pl.when(pl.col("article_id").is_in(pairs["article_id"].implode()))
        .then(pl.lit("Elsewhere"))
        .otherwise("source")
    )
    moved = replace(copied, corpus=replace(copied.corpus, articles=elsewhere))
    assert set(moved.evidence(source="Elsewhere")["article_id"]) == set(pairs["article_id"])
    assert set(moved.evidence()["article_id"]) == ids


def test_evidence_of_a_coarse_theme_is_that_of_its_parts(results):
    coarse = with_coarse(results)
    parts = [coarse.evidence(theme=theme) for theme in (0, 1)]
    assert coarse.evidence(theme="War").height == sum(part.height for part in parts) > 0
    assert set(coarse.evidence(theme=99)["theme_id"]) <= {0, 1}


def test_refused_stances_give_no_shares_and_a_warning_but_can_be_read(results):
    low = {"stance/f1_macro": 0.4, "stance/f1_macro_low": 0.3, "stance/majority/f1_macro": 0.35}
    refused = replace(results, metrics=low)
    with pytest.warns(UserWarning, match="no shares.*not clearly better than always the most frequent"):
        assert refused.stance(by="source").height == 0
    assert refused.evidence(target="Russia").equals(results.evidence(target="Russia"))


def test_languages_that_the_classifier_does_not_know_are_left_out(results):
    english = replace(results, stance_langs=("en",))
    assert set(english.evidence()["lang"]) == {"en"}
    assert english.stance(by="lang")["lang"].unique().to_list() == ["en"]
    with pytest.raises(ValueError, match=r"lang: there is no 'ru'\. There are 'en'"):
        english.evidence(lang="ru")


# Faults


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"source": "Meridian Pots"},
            "source: there is no 'Meridian Pots'. Did you mean 'The Meridian Post'",
        ),
        ({"target": "russia"}, "target: there is no 'russia'. Did you mean 'Russia'"),
        ({"stance": "con"}, "stance: there is no 'con'. There are 'against', 'favor', 'none'"),
        ({"theme": "Ceasefires"}, "no theme 'Ceasefires'. Did you mean 'Ceasefire'"),
        ({"lang": "zz"}, "lang: there is no 'zz'. There are 'ar', 'en'"),
        ({"n": -1}, "n: got -1"),
    ],
)
def test_what_is_not_there_is_told_with_what_may_be_meant(results, asked, message):
    with pytest.raises(ValueError, match=message):
        results.evidence(**asked)


def test_wrong_keys_are_told(results):
    with pytest.raises(ValueError, match="target: there is no 'Rusia'"):
        results.stance(target="Rusia")
    with pytest.raises(ValueError, match=r"\['outlet'\] cannot be grouped by"):
        results.stance(by="outlet")
    with pytest.raises(ValueError, match=r"\['target'\] cannot be counted by"):
        results.themes_over_time(by=["target"])
    for ask in (results.bursts, results.lifespans):
        with pytest.raises(ValueError, match="period: got 'hour', expected one of day, week"):
            ask("hour")
    with pytest.raises(ValueError, match="There is none at all"):
        no_results().evidence(target="Russia")


@pytest.mark.parametrize("make", [awkward_results, no_results])
def test_any_results_answer(make):
    results = make()
    assert results.stance(wide=True).height <= 1
    assert results.evidence().height == results.stance()["n"].sum()
    assert results.bursts().height == 0  # no dates
    assert results.lifespans()["first"].null_count() == results.lifespans().height
    assert (
        results.lifespans()["n_undated"].sum()
        == results.themes_over_time(by=[]).filter(pl.col("theme_id") != NOISE)["n"].sum()
    )


# Files and faces


def test_every_table_is_csv_that_no_spreadsheet_runs(results, tmp_path):
    bad = results.corpus.articles.with_columns(title=pl.lit("=1+1"))
    made = replace(results, corpus=replace(results.corpus, articles=bad))
    made.to_csv(tmp_path / "new" / "tables")
    articles = pl.read_csv(tmp_path / "new" / "tables" / "articles.csv", infer_schema=False)
    assert set(articles["title"]) == {"'=1+1"}
    assert articles["theme"].null_count() == (results.theme_of_article["theme_id"] == NOISE).sum()
    names = {path.stem for path in (tmp_path / "new" / "tables").iterdir()}
    assert {"articles", "sentences", "themes", "stances", "summary_stance_by_outlet"} <= names
    with pytest.raises(ValueError, match="is a file; give the name of a folder"):
        made.to_csv(tmp_path / "new" / "tables" / "articles.csv")
    with pytest.raises(TypeError, match="expected the path of a folder"):
        made.to_csv(7)


def test_a_prompt_shows_one_line_and_a_notebook_a_table(results):
    n = results.corpus.articles.height
    assert repr(results).startswith(f"Results('quickstart': {n} articles, ")
    assert "\n" not in repr(results)
    html = results._repr_html_()
    assert "Ceasefire" in html
    assert "net_low" in html
    assert repr(no_results()).endswith("no dates)")
    assert "<table" not in no_results()._repr_html_()
    attack = replace(awkward_results(), name="<script>x</script>")
    assert "<script>" not in attack._repr_html_()
    counts = results.corpus.counts
    corpus = repr(results.corpus)
    assert corpus.startswith(f"Corpus({n} articles, ")
    assert corpus.endswith(f"{counts.first} to {counts.last})")
    assert f"{n} articles" in results.corpus._repr_html_()
