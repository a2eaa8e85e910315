"""The table of themes: names, levels, outlets and languages, and what was nearly in a theme."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

from made import encode_words
from newstance.tables import ARTICLES, NOISE, THEMES
from newstance.themes.assign import ThemeHead
from newstance.themes.config import ThemesConfig
from newstance.themes.layout import place_among
from newstance.themes.model import FoundThemes, ThemeModel
from newstance.themes.space import ThemeSpace
from newstance.themes.table import map_layout, theme_table
from newstance.themes.terms import find_terms

WORDS = ("ceasefire", "refinery", "election", "vaccine")
TEXTS = {
    "en": [f"The {{}} was {verb} on Monday." for verb in ("discussed", "praised", "mourned")],
    "ru": [f"В понедельник {verb} {{}}." for verb in ("обсудили", "похвалили", "оплакали")],
}
ROWS = [
    (template.format(word), lang, theme)
    for theme, word in enumerate(WORDS)
    for lang, templates in TEXTS.items()
    for template in templates
]
IDS = np.array([theme for _, _, theme in ROWS])


def articles() -> pl.DataFrame:
    """Three articles of each theme and language, by three outlets, one of which has no name."""
    return pl.DataFrame(
        {
            "article_id": [f"a{row}" for row in range(len(ROWS))],
            "title": "",
            "text": [text for text, _, _ in ROWS],
            "source": [None if row % 3 == 0 else f"outlet {row % 3}" for row in range(len(ROWS))],
            "published": date(2016, 9, 12),
            "lang": [lang for _, lang, _ in ROWS],
            "url": None,
            "duplicate_of": None,
            "n_sentences": 1,
        },
        schema=ARTICLES,
    )


def assigned(ids=IDS, probas=None, nearest=None) -> pl.DataFrame:
    probas = np.where(ids == NOISE, 0.1, 0.9) if probas is None else probas
    return pl.DataFrame({"theme_id": ids, "proba": probas, "nearest_id": ids if nearest is None else nearest})


def found_themes(names: list[str | None], parents: list[int] | None = None) -> FoundThemes:
    n_themes = len(names)
    head = ThemeHead(np.zeros((n_themes, 4)), np.zeros(n_themes), np.arange(n_themes))
    model = ThemeModel(ThemeSpace(np.zeros((0, 4)), np.zeros(4)), head)
    stability = np.array([np.nan if name else 0.5 + row / 10 for row, name in enumerate(names)])
    parents = np.array([NOISE] * n_themes if parents is None else parents, dtype=int)
    return FoundThemes(model, names, stability, parents, 0.0, 0.0, [], [])


def table_of(found: FoundThemes, themes: pl.DataFrame | None = None, examples=None, **config):
    themes, own = assigned() if themes is None else themes, articles()
    terms = find_terms(own["text"], own["lang"], own["source"])
    return theme_table(own, themes, found, ThemesConfig(**config), encode_words, terms, examples or {})


def test_a_row_a_theme():
    ids = np.where(IDS == 3, NOISE, IDS)
    table, keywords = table_of(found_themes(["peace", None, None, None]), assigned(ids))
    assert dict(table.schema) == THEMES
    assert table["theme_id"].to_list() == [0, 1, 2, 3]
    assert table["name"][0] == "peace"
    assert table["name"][1].lower().startswith("refinery")
    assert table["name"][3] == "theme without words"
    assert table["named_by"].to_list() == ["codebook", "keywords", "keywords", "keywords"]
    assert table["level"].to_list() == [0] * 4
    assert table["parent"].to_list() == [None] * 4
    assert table["size"].to_list() == [6, 6, 6, 0]
    assert table["n_sources"].to_list() == [2, 2, 2, 0]
    assert table["n_langs"].to_list() == [2, 2, 2, 0]
    assert_allclose(table["lang_entropy"], [1, 1, 1, 0])
    assert table["stability"].to_list() == [None, 0.6, 0.7, 0.8]
    assert [part["lang"] for part in table["keywords"][0]] == ["en", "ru"]
    assert table["keywords"][0][0]["words"] == keywords[0]["en"]


def test_coarse_themes_follow_with_ids_of_their_own():
    table, _ = table_of(found_themes(["peace", None, None, None], [NOISE, 1, 0, 1]))
    assert table["theme_id"].to_list() == [0, 1, 2, 3, 4, 5]
    assert table["level"].to_list() == [0, 0, 0, 0, 1, 1]
    assert table["parent"].to_list() == [None, 5, 4, 5, None, None]
    assert table["size"].to_list() == [6, 6, 6, 6, 6, 12]
    assert table["name"][4] == table["name"][2]  # the coarse theme of a single theme has its name
    assert table["name"][5] not in table["name"].to_list()[:5]
    assert table["named_by"].to_list()[4:] == ["keywords", "keywords"]
    assert table["stability"].to_list()[4:] == [None, None]


def test_a_coarse_theme_has_the_examples_of_its_parts():
    one, other = ({"article_id": f"a{row}", "sentence": 1, "text": ROWS[row][0]} for row in (6, 18))
    found = found_themes(["peace", None, None, None], [NOISE, 1, 0, 1])
    table, _ = table_of(found, examples={1: [one], 3: [other]})
    assert table["examples"].to_list() == [[], [one], [], [other], [], [one, other]]


def test_near_misses_are_texts_without_a_theme_that_are_near_it():
    ids, nearest, probas = IDS.copy(), IDS.copy(), np.full(len(IDS), 0.9)
    ids[[0, 1, 2, 6]] = NOISE
    nearest[2] = 1
    probas[[0, 1, 2, 6]] = [0.3, 0.29, 0.49, 0.45]
    probas[[3, 4, 5]] = [0.6, 0.7, 0.9]
    table, _ = table_of(found_themes([None] * 4), assigned(ids, probas, nearest))
    assert table["n_near_misses"].to_list() == [1, 2, 0, 0]
    assert table["size"].to_list() == [3, 5, 6, 6]
    assert_allclose(table["median_proba"], [0.7, 0.9, 0.9, 0.9])


def test_a_theme_of_no_article_has_no_typical_probability():
    table, _ = table_of(found_themes(["peace", None]), assigned(np.full(len(IDS), NOISE)))
    assert table["median_proba"].to_list() == [None, None]
    assert table["n_near_misses"].to_list() == [0, 0]


def test_a_name_of_the_codebook_is_not_given_twice():
    name = table_of(found_themes([None] * 4))[0]["name"][1]
    table, _ = table_of(found_themes([name, None, None, None]))
    assert table["name"].n_unique() == 4


def test_names_are_in_the_wished_language():
    table, keywords = table_of(found_themes([None] * 4), name_lang="ru", n_keywords=2)
    assert all(len(words) <= 2 for by_lang in keywords.values() for words in by_lang.values())
    for theme, name in zip(table["theme_id"], table["name"], strict=True):
        assert name.split(", ")[0] in keywords[theme]["ru"]


def test_no_theme_gives_an_empty_table():
    table, keywords = table_of(found_themes([]), assigned(np.full(len(IDS), NOISE)))
    assert (table.height, dict(table.schema), keywords) == (0, THEMES, {})


@pytest.mark.parametrize("n_articles", [1, 2, 3, 11])
def test_a_small_map(n_articles):
    vectors = np.random.default_rng(0).normal(size=(n_articles, 8))
    flat = map_layout(vectors, seed=0)
    assert flat.shape == (n_articles, 2)
    assert np.isfinite(flat).all()
    if n_articles == 3:  # three points lie in a plane, so the map keeps all distances
        apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
        assert_allclose(np.linalg.norm(flat[:, None] - flat[None], axis=2), apart, atol=1e-9)


def test_a_large_map_places_the_others_among_a_sample(monkeypatch):
    monkeypatch.setattr("newstance.themes.table.MOST_LAID_OUT", 60)
    rng = np.random.default_rng(0)
    group = np.arange(90) % 3
    vectors = np.eye(8)[group] + rng.normal(size=(90, 8)) / 20
    flat = map_layout(vectors, seed=0)
    assert flat.shape == (90, 2)
    assert np.isfinite(flat).all()
    centres = np.stack([flat[group == one].mean(axis=0) for one in range(3)])
    assert (np.linalg.norm(flat[:, None] - centres, axis=2).argmin(axis=1) == group).all()
    assert (map_layout(vectors, seed=0) == flat).all()
    laid_out = np.sort(np.random.default_rng(0).permutation(90)[:60])
    assert_allclose(flat[laid_out], map_layout(vectors[laid_out], seed=0))


def test_others_lie_in_the_middle_of_the_five_most_alike():
    known = np.array([[1, 0.1 * one] for one in range(8)] + [[-1, 0]])
    places = np.arange(18).reshape(9, 2) ** 2.0
    assert_allclose(
        place_among(np.array([[9.0, 0.0]]), np.array([0]), known, places), [places[:5].mean(axis=0)]
    )
