"""Edits of themes: an id never means another theme, and the themes left alone are as sure as before."""

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import newstance
from named_model import CODEBOOK, CONFLICT, DAILY, FLU, FOOTBALL, OIL, TEXTS, TRUCE, named_model
from newstance.model.content import ModelError
from newstance.model.news_model import NewsModel
from newstance.model.record import CARD
from newstance.tables import NOISE, THEMES
from newstance.themes.assign import ThemeHead
from newstance.themes.codebook import NamedTheme

TALKS = [
    "The truce talks in Geneva ended without a deal.",
    "Envoys at the truce talks in Geneva drafted a deal.",
    "Shelling broke the truce in Aleppo at night.",
    "Shells hit Aleppo and the truce was broken.",
]
MORE_TALKS = [
    "Both sides signed the ceasefire in Vienna.",
    "The ceasefire held through the holiday, monitors say.",
    "Rebels and army traded fire, ending the ceasefire.",
    "Monitors count nine violations of the truce near Homs.",
]
ADDED = {
    "name": "elections",
    "description": "Votes, candidates and polls.",
    "not": ["The jury voted for a film."],
}


@pytest.fixture(scope="module")
def model() -> NewsModel:
    return named_model()


def probas(model: NewsModel) -> dict[int, np.ndarray]:
    """How sure the model is of each text, by theme."""
    head = model.theme_model.head
    found = head.probabilities(model.theme_model.space(model.encoder.encode(TEXTS)))
    return {int(theme): found[:, head.theme_ids == theme].max(axis=1) for theme in head.theme_ids}


def ids(model: NewsModel, level: int = 0) -> list[int]:
    return model.themes.filter(level=level)["theme_id"].to_list()


def theme(model: NewsModel, theme_id: int) -> dict:
    return model.themes.filter(theme_id=theme_id).row(0, named=True)


def given_to(model: NewsModel, text: str) -> int:
    return model.predict(text)["theme_id"][0]


# Each edit


def test_a_renamed_theme_keeps_its_id_and_all_else(model):
    named = model.rename("oil", "  crude \n oil ")
    assert theme(named, OIL) == theme(model, OIL) | {"name": "crude oil", "named_by": "user"}
    assert named.predict(CODEBOOK["oil"][0])["theme"].to_list() == ["crude oil"]
    assert model.themes["name"].to_list()[OIL] == "oil"
    assert named.rename("crude oil", "oil").themes["name"].to_list() == model.themes["name"].to_list()


def test_a_coarse_theme_of_one_theme_goes_by_its_name(model):
    named = model.rename("truce", "ceasefire")
    assert [theme(named, one)["name"] for one in (TRUCE, CONFLICT)] == ["ceasefire"] * 2
    assert [theme(model.rename(CONFLICT, "war"), one)["name"] for one in (TRUCE, CONFLICT)] == [
        "truce",
        "war",
    ]
    assert theme(model.rename("oil", "crude"), DAILY)["name"] == "daily life"


def test_merged_themes_are_one_as_sure_as_the_surest(model):
    merged = model.merge(["oil", FLU])
    assert ids(merged) == [TRUCE, FOOTBALL, 6]
    before, after = probas(model), probas(merged)
    np.testing.assert_allclose(after[6], np.maximum(before[OIL], before[FLU]), atol=1e-9)
    assert [given_to(merged, CODEBOOK[name][0]) for name in ("oil", "flu", "football")] == [6, 6, FOOTBALL]
    row = theme(merged, 6)
    assert (row["name"], row["named_by"], row["size"], row["parent"]) == ("oil", "keywords", 8 + 7, DAILY)
    assert row["n_sources"] is row["stability"] is None
    assert row["keywords"] == [{"lang": "en", "words": ["first", "second"]}]
    assert merged.theme_model.head.n_themes == 3


def test_a_merged_theme_takes_the_name_it_is_given(model):
    assert theme(model.merge([OIL, FLU], "flu"), 6)["name"] == "flu"
    assert theme(model.merge([OIL, FLU], "daily"), 6)["named_by"] == "user"
    with pytest.raises(ValueError, match="there is a theme 1 'football' already"):
        model.merge([OIL, FLU], "football")
    with pytest.raises(ValueError, match="got one theme, 2 'oil'; two or more"):
        model.merge(["oil", OIL, "2"])


def test_keywords_of_merged_themes_take_turns(model):
    other = model.themes.with_columns(
        keywords=pl.when(pl.col("theme_id") == FLU)
        .then(
            pl.Series(
                [[{"lang": "en", "words": ["other", "first"]}, {"lang": "ru", "words": ["слово"]}]],
                dtype=THEMES["keywords"],
            )
        )
        .otherwise("keywords")
    )
    changed = NewsModel("x", other, model.theme_model, None, model.encoder, model.reading)
    assert theme(changed.merge([FLU, OIL]), 6)["keywords"] == [
        {"lang": "en", "words": ["first", "other"]},
        {"lang": "ru", "words": ["слово"]},
    ]


def test_coarse_themes_follow(model):
    merged = model.merge([TRUCE, OIL])
    assert ids(merged, level=1) == [CONFLICT, DAILY]
    assert theme(merged, 6)["parent"] == CONFLICT
    assert [theme(merged, one)["size"] for one in (CONFLICT, DAILY)] == [18, 9 + 7]
    assert theme(merged, DAILY)["n_sources"] is None
    dropped = model.drop("truce")
    assert ids(dropped, level=1) == [DAILY]
    assert theme(dropped, DAILY) == theme(model, DAILY)
    assert dropped.history[-1].emptied_ids == (CONFLICT,)
    assert dropped.add(ADDED).themes["theme_id"].max() == 6
    assert ids(model.drop("football", "oil", "flu").add(ADDED)) == [TRUCE, DAILY + 1]


def test_texts_of_a_dropped_theme_go_to_the_next_best_or_to_none(model):
    dropped = model.drop("oil", FLU)
    assert ids(dropped) == [TRUCE, FOOTBALL]
    assert given_to(dropped, CODEBOOK["oil"][0]) == NOISE
    nothing = model.drop(*range(4))
    assert nothing.themes.height == 0
    assert nothing.predict(TEXTS)["theme_id"].unique().to_list() == [NOISE]
    again = nothing.add(ADDED)
    assert ids(again) == [6]
    twice = model.add({"name": "oil again", "examples": CODEBOOK["oil"]}).drop("oil")
    assert given_to(twice, CODEBOOK["oil"][0]) == 6


def test_an_added_theme_gets_its_texts(model):
    grown = model.add(ADDED)
    assert given_to(grown, "The candidates wait for the votes in the election.") == 6
    assert [given_to(grown, texts[0]) for texts in CODEBOOK.values()] == list(range(4))
    row = theme(grown, 6)
    assert (row["name"], row["named_by"], row["level"], row["size"]) == ("elections", "codebook", 0, None)
    same = model.add(NamedTheme.model_validate(ADDED))
    assert_frame_equal(same.themes, grown.themes)
    other = model.add(ADDED | {"not": []})
    text = ADDED["not"][0]
    sure = [
        one.theme_model.head.probabilities(one.theme_model.space(one.encoder.encode([text])))[0, -1]
        for one in (grown, other)
    ]
    assert sure[0] < sure[1]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "truce"}, "there is a theme 0 'truce' already"),
        ({"name": " \n"}, "the name is empty"),
        ({"name": "a\x1b[0m"}, "cannot be shown"),
        ({"nam": "x"}, "name: Field required; nam: Extra inputs"),
        ({"name": "x", "examples": "one"}, "examples: Input should be a valid list"),
        ("elections", "no theme of a codebook"),
        ({"name": "?!"}, "knows no word of the theme"),
    ],
)
def test_what_cannot_be_added_is_told(model, given, message):
    with pytest.raises(ValueError, match=message):
        model.add(given)


def test_a_split_theme_is_its_parts(model):
    whole = model.split("truce", TALKS)
    assert ids(whole) == [FOOTBALL, OIL, FLU, 6, 7]
    assert whole.predict(TALKS)["theme_id"].to_list() == [6, 6, 7, 7]
    parts = whole.themes.filter(pl.col("theme_id") >= 6)
    assert parts["size"].to_list() == [2, 2]
    assert parts["parent"].to_list() == [CONFLICT] * 2
    assert "Geneva" in parts["keywords"][0][0]["words"]
    assert "Aleppo" in parts["keywords"][1][0]["words"]
    assert all(len(one["words"]) <= 3 for words in parts["keywords"] for one in words)
    assert theme(whole, CONFLICT)["size"] == 4
    edit = whole.history[-1]
    assert (edit.action, edit.theme_ids, edit.new_ids, edit.emptied_ids) == ("split", (TRUCE,), (6, 7), ())


def test_a_split_loses_no_text_of_the_theme(model):
    for start in (model, model.merge(["truce", "oil"], "truce")):
        for n in (2, 3):
            whole = start.split("truce", TALKS + MORE_TALKS, n)
            before, after = probas(start), probas(whole)
            (old,) = before.keys() - after.keys()
            parts = np.max([after[new] for new in after.keys() - before.keys()], axis=0)
            assert np.all(parts >= before[old] - 1e-9)


def test_a_split_takes_hardly_a_text_from_other_themes(model):
    before, after = probas(model), probas(model.split("truce", TALKS + MORE_TALKS))
    logits = [np.log(one / (1 - one)) for one in (before[TRUCE], np.maximum(after[6], after[7]))]
    assert np.max(logits[1] - logits[0]) < 1


def test_what_is_all_but_certain_is_told_apart():
    sure = ThemeHead(np.array([[40.0, 0.0], [41.0, 0.0]]), np.zeros(2), np.array([3, 8]))
    said = sure.predict(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0]]))
    assert said.nearest_ids.tolist() == [8, 3, NOISE]
    assert said.probas.tolist() == [1, 0, 0]


def test_a_split_that_cannot_be_is_told(model):
    with pytest.raises(ValueError, match=r"1 of the 2 articles are of the theme 0 'truce', .* at least 4"):
        model.split("truce", [TALKS[0], CODEBOOK["oil"][0]])
    alike = [{"id": number, "text": TALKS[0]} for number in range(6)]
    with pytest.raises(ValueError, match="1 of the 1 articles"):  # copies count once
        model.split("truce", alike)
    for n in (1, 0, 2.0, True, "2", None):
        with pytest.raises(ValueError, match=r"n: got .* expected a whole number"):
            model.split("truce", TALKS, n)


def test_reassigning_leaves_as_many_without_a_theme_as_asked(model):
    articles = [
        *TALKS,
        *TEXTS[:12],
        "The museum opened late.",
        "She paints birds.",
        "Trains were late again.",
    ]
    none = model.predict(articles).filter(theme_id=NOISE).height
    assert none >= 2
    lowered = model.reassign(articles, max_noise=0)
    assert lowered.predict(articles).filter(theme_id=NOISE).height == 0
    assert lowered.theme_model.head.reject < 0.5
    assert_frame_equal(lowered.themes, model.themes)
    again = lowered.reassign(articles)
    assert again.theme_model.head.reject == 0.5
    assert again.predict(articles)["theme_id"].to_list() == model.predict(articles)["theme_id"].to_list()
    assert lowered.history[-1].settings["max_noise"] == 0
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="max_noise: got"):
            model.reassign(articles, share)
    with pytest.raises(ValueError, match="the model has no themes"):
        model.drop(*range(4)).reassign(articles, 0.1)
    with pytest.raises(ValueError, match="knows no word"):
        model.reassign(["?!", "…"])


# Which theme is meant


@pytest.mark.parametrize("key", [OIL, "oil", "2", np.int64(2)])
def test_a_theme_is_given_by_id_or_by_name(model, key):
    assert OIL not in ids(model.drop(key))


def test_a_name_of_digits_comes_before_the_id(model):
    assert ids(model.rename("oil", "3").drop("3")) == [TRUCE, FOOTBALL, FLU]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("Footbal", "there is no theme 'Footbal'. Did you mean 'football'?"),
        ("OIL", "Did you mean 'oil'?"),
        ("zzz", "The model has 0 'truce', 1 'football'"),
        ("9" * 5000, "there is no theme"),
        ("\ud800", "there is no theme"),
        (17, "there is no theme 17. The model has 0 'truce'"),
        (10**30, "there is no theme"),
        (-1, "there is no theme -1"),
        ("daily life", "5 'daily life' is a coarse theme, the sum of 1 'football', 2 'oil', 3 'flu'"),
    ],
)
def test_a_theme_that_is_not_there_is_told(model, key, message):
    for edit in (model.drop, lambda one: model.merge([one, "oil"]), lambda one: model.split(one, TALKS)):
        with pytest.raises(ValueError, match=re.escape(message)):
            edit(key)


@pytest.mark.parametrize("key", [None, 1.0, True, ["oil"], b"oil"])
def test_what_is_no_theme_is_told(model, key):
    with pytest.raises(TypeError, match=r"got a theme of the type .* expected an id, as 3, or a name"):
        model.rename(key, "x")


def test_no_theme_and_no_name_are_told(model):
    with pytest.raises(ValueError, match="no theme was given"):
        model.drop()
    with pytest.raises(TypeError, match="got a name of the type int"):
        model.rename("oil", 5)
    with pytest.raises(ValueError, match="there is a theme 3 'flu' already"):
        model.rename("oil", "flu")


# What is kept


def test_a_saved_model_keeps_card_config_examples_and_history(model, tmp_path):
    edited = model.rename("oil", "crude").drop("flu").add(ADDED)
    edited.save(tmp_path / "edited")
    loaded = newstance.load_model(tmp_path / "edited")
    assert loaded.history == edited.history
    assert [str(edit) for edit in loaded.history] == [
        "rename: 2 'oil' -> 2 'crude'",
        "drop: 3 'flu'",
        "add: 6 'elections'",
    ]
    card = loaded.record.texts[CARD]
    assert card.startswith("# made\n\n## Limits\nNone.\n\n## Edits\n- rename: 2 'oil' -> 2 'crude'\n- drop")
    assert card.count("## Edits") == 1
    assert loaded.record == edited.record
    assert list(loaded.record.examples) == TEXTS[:6]
    loaded.drop("elections").save(tmp_path / "edited")
    again = newstance.load_model(tmp_path / "edited")
    assert ids(again.add(ADDED)) == [TRUCE, FOOTBALL, OIL, 7]


def test_a_model_without_a_card_gets_none(model):
    bare = NewsModel("bare", model.themes, model.theme_model, None, model.encoder, model.reading)
    assert bare.drop("oil").record.texts == {}


def test_a_model_without_examples_is_not_saved(model, tmp_path):
    bare = NewsModel("bare", model.themes, model.theme_model, None, model.encoder, model.reading)
    with pytest.raises(ModelError, match="has no example"):
        bare.save(tmp_path / "bare")
    assert not any(tmp_path.iterdir())


def test_a_history_that_is_not_understood_is_refused(model, tmp_path, monkeypatch):
    edited = model.drop("oil")
    monkeypatch.setattr(type(edited.history[0]), "to_dict", lambda edit: {"unknown": 1})
    edited.save(tmp_path / "edited")
    with pytest.raises(ModelError, match=r"history\.0\.unknown: there is no such key"):
        newstance.load_model(tmp_path / "edited")


# Laws of any sequence of edits

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["rename", "merge", "drop", "add", "split", "reassign"]),
        st.integers(0, 99),
        st.integers(0, 99),
    ),
    min_size=1,
    max_size=6,
)


def step(model: NewsModel, action: str, first: int, second: int) -> tuple[NewsModel, set[int]]:
    """The model after an edit, and the themes that the edit was to touch; the same model if it cannot be."""
    own = ids(model)
    if action == "add":
        return model.add({"name": f"added {len(model.history)}", "examples": [TEXTS[first % 12]]}), set()
    if not own:
        return model, set()
    one, other = own[first % len(own)], own[second % len(own)]
    if action == "rename":
        return model.rename(one, f"renamed {len(model.history)}"), {one}
    if action == "drop":
        return model.drop(one), {one}
    if action == "merge" and one != other:
        return model.merge([one, other]), {one, other}
    if action == "reassign":
        return model.reassign(TEXTS, first / 100), set()
    fits = model.predict(TALKS)["theme_id"].to_list()
    if action == "split" and fits.count(fits[0]) == len(TALKS) and fits[0] != NOISE:
        return model.split(fits[0], TALKS), {fits[0]}
    return model, set()


def check_fits(model: NewsModel) -> None:
    """The table and the head speak of the same themes, and coarse themes of those there are."""
    table, head = model.themes, model.theme_model.head
    assert table["theme_id"].is_unique().all()
    assert set(ids(model)) == set(head.theme_ids.tolist())
    assert len(head.coef) == len(head.intercept) == len(head.theme_ids)
    assert set(table["parent"].drop_nulls()) == set(ids(model, level=1))
    fine = table.filter(level=0)
    assert fine["name"].is_unique().all()
    for coarse in table.filter(level=1).iter_rows(named=True):
        assert coarse["size"] == fine.filter(parent=coarse["theme_id"])["size"].sum()


@settings(max_examples=12)
@given(STEPS)
def test_any_sequence_of_edits_keeps_what_ids_mean(model, tmp_path_factory, steps):
    ever, now = {*range(6)}, model
    for action, first, second in steps:
        before = now
        now, touched = step(before, action, first, second)
        check_fits(now)
        had = set(before.themes["theme_id"])
        new = set(now.themes["theme_id"]) - had
        assert not new & ever
        assert min(new, default=99) > max(ever)
        ever |= new
        was, have = probas(before), probas(now)
        for theme_id in had & have.keys():
            np.testing.assert_allclose(have[theme_id], was[theme_id], atol=1e-9)
            if theme_id not in touched:
                assert theme(now, theme_id) == theme(before, theme_id)
        assert (
            now.predict(TEXTS)["theme"].is_null().to_list()
            == (now.predict(TEXTS)["theme_id"].fill_null(NOISE) == NOISE).to_list()
        )
    assert len(now.history) <= len(steps)
    folder = tmp_path_factory.mktemp("edited") / "model"
    now.save(folder)
    loaded = newstance.load_model(folder)
    assert_frame_equal(loaded.themes, now.themes)
    assert_frame_equal(loaded.predict(TEXTS), now.predict(TEXTS))
    assert loaded.record == now.record
    assert max(loaded.add(ADDED).themes["theme_id"]) == max(ever) + 1


def test_a_model_of_no_edits_is_not_changed_by_its_edits(model):
    before = model.themes.clone(), replace(model.theme_model.head), len(model.history)
    model.merge(["oil", "flu"]).drop("truce").add(ADDED).reassign(TEXTS, 0.0)
    assert_frame_equal(model.themes, before[0])
    assert model.theme_model.head.reject == before[1].reject
    assert (len(model.history), sorted(ids(model))) == (before[2], [TRUCE, FOOTBALL, OIL, FLU])
