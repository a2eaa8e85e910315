"""Planted words lead, in every script; stop words never."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newstance.tables import NOISE
from newstance.themes.keywords import Keyword, theme_keywords
from newstance.themes.phrases import WordTraits, find_phrases
from newstance.themes.terms import find_terms
from newstance.themes.words import lemma_of
from newstance.themes.written import read_words, runs_of

TRUCE, OIL = 0, 1
# Two themes of three articles in each language; the planted word is in all three in another form.
CORPUS = {
    "en": (
        ["The ceasefires held on Monday.", "A ceasefire was signed in Geneva.", "Also the ceasefire broke."],
        ["The refinery burned.", "Refineries were closed in Texas.", "A refinery was sold, he said."],
    ),
    "ru": (
        ["Перемирие вступило в силу.", "О перемирии говорили долго.", "Стороны нарушили перемирие."],
        ["Нефть снова подешевела.", "Цена нефти выросла.", "Танкер вёз нефть, который утонул."],
    ),
    "de": (
        ["Die Waffenruhe hält.", "Von der Waffenruhe sprach niemand.", "Er lobte die Waffenruhe."],
        ["Die Raffinerie brannte.", "Zwei Raffinerien schlossen.", "Man kaufte eine Raffinerie."],
    ),
    "ar": (
        ["أعلنت الأطراف الهدنة مساء", "انهارت الهدنة في حلب", "وقال إن الهدنة صامدة"],
        ["ارتفع سعر النفط اليوم", "صدرت الدولة النفط الخام", "باعت الشركة النفط في السوق"],
    ),
    "zh": (
        ["双方宣布停火协议生效", "停火在阿勒颇破裂", "他们希望停火继续"],
        ["石油价格上涨", "该国出口石油", "公司出售石油"],
    ),
}
PLANTED = {
    "en": ("ceasefire", "refinery"),
    "ru": ("перемирие", "нефть"),
    "de": ("Waffenruhe", "Raffinerie"),
    "ar": ("الهدنة", "النفط"),
    "zh": ("停火", "石油"),
}
STOP = {"the", "was", "also", "said", "который", "die", "der", "von", "في", "وقال", "إن"}


def rows_of(*langs: str) -> tuple[list[str], list[str], np.ndarray]:
    """Texts, languages and themes of the corpus in some languages."""
    rows = [(text, lang, theme) for lang in langs for theme in (TRUCE, OIL) for text in CORPUS[lang][theme]]
    texts, said_in, themes = zip(*rows, strict=True)
    return list(texts), list(said_in), np.array(themes)


def keywords_of(
    texts: list[str], langs: list[str], themes: np.ndarray, n_keywords: int = 10
) -> dict[int, dict[str, list[Keyword]]]:
    return theme_keywords(find_terms(texts, langs, [None] * len(texts)), themes, n_keywords)


def shown(keywords: dict[int, dict[str, list[Keyword]]], theme: int, lang: str) -> list[str]:
    return [one.word for one in keywords[theme][lang]]


@pytest.mark.parametrize("lang", CORPUS)
def test_the_planted_word_leads(lang):
    keywords = keywords_of(*rows_of(lang))
    for theme in (TRUCE, OIL):
        assert shown(keywords, theme, lang)[0].lower() == PLANTED[lang][theme].lower()
        assert PLANTED[lang][1 - theme] not in shown(keywords, theme, lang)


def test_languages_do_not_disturb_each_other():
    together = keywords_of(*rows_of(*CORPUS))
    for lang in CORPUS:
        assert {theme: together[theme][lang] for theme in (TRUCE, OIL)} == {
            theme: words[lang] for theme, words in keywords_of(*rows_of(lang)).items()
        }


def test_stop_words_are_never_keywords():
    # One article a theme, so that every word that is allowed at all is a keyword.
    texts = [CORPUS[lang][theme][row] for lang in CORPUS for theme in (0, 1) for row in (0, 1, 2)]
    langs = np.repeat(list(CORPUS), 6).tolist()
    apart = keywords_of(texts, langs, np.tile(np.arange(6), len(CORPUS)), n_keywords=100)
    words = {one.word.lower() for by_lang in apart.values() for found in by_lang.values() for one in found}
    assert not words & STOP
    assert {"geneva", "texas", "танкер"} <= words


def test_inflected_forms_are_one_word():
    assert {lemma_of(word, "en") for word in ("ceasefire", "ceasefires", "Ceasefire")} == {"ceasefire"}
    assert {lemma_of(word, "ru") for word in ("перемирие", "перемирия", "Перемирию")} == {"перемирие"}
    assert lemma_of("Tere", "xx") == "tere"
    words = shown(keywords_of(*rows_of("en")), OIL, "en")
    assert "refineries" not in [word.lower() for word in words]


def test_noise_has_no_keywords_and_feeds_none():
    texts, langs, themes = rows_of("en")
    noisy = keywords_of([*texts, "Geneva refinery opera"], [*langs, "en"], np.append(themes, NOISE))
    assert noisy == keywords_of(texts, langs, themes)
    assert keywords_of(texts, langs, np.full(len(texts), NOISE)) == {}
    assert keywords_of([], [], np.zeros(0, dtype=int)) == {}


def test_one_article_that_repeats_a_word_does_not_name_the_theme():
    texts, langs, themes = rows_of("en")
    texts[0] += " Walrus" * 50
    assert shown(keywords_of(texts, langs, themes), TRUCE, "en")[0] == "ceasefire"


def test_a_word_as_common_outside_the_theme_is_no_keyword():
    texts = ["market, oil", "market, oil", "market, gas", "market, opera", "market, walrus", "market, harp"]
    themes = np.array([0, 0, 0, 1, 1, 1])
    words = shown(keywords_of(texts, ["en"] * 6, themes), 0, "en")
    assert words == ["oil"]  # "gas" is in one article alone


def test_the_weight_is_the_share_by_rarity_by_contrast():
    texts = ["oil", "oil", "oil", "gas", "oil", "harp", "harp", "harp"]
    themes = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    weights = {one.word: one.weight for one in keywords_of(texts, ["en"] * 8, themes)[0]["en"]}
    mean_words = (3 + 1 + 1 + 3) / 2
    assert weights == pytest.approx({"oil": np.sqrt(3 / 4) * np.log(1 + mean_words / 4) * (3 / 4 - 1 / 4)})


def test_each_dictionary_is_read_once_and_only_for_a_language_of_the_texts(monkeypatch):
    from newstance.themes import dictionaries, words

    read, read_one = [], dictionaries._read_decompressed
    monkeypatch.setattr(dictionaries, "_read_decompressed", lambda lang: read.append(lang) or read_one(lang))
    words._lemmatizer.cache_clear()
    langs = ["hi", "ga", "id", "lb", "ms", "nn", "sq", "sw", "tl", "tr"]
    for number in range(2):
        for lang in langs:
            lemma_of(f"palabra{number}", lang)
    assert read == langs


def test_weights_fall_and_the_number_is_kept():
    keywords = keywords_of(*rows_of("en"), n_keywords=1)
    assert all(len(words) == 1 for by_lang in keywords.values() for words in by_lang.values())
    weights = [one.weight for one in keywords_of(*rows_of("ar"))[TRUCE]["ar"]]
    assert weights == sorted(weights, reverse=True)
    assert min(weights) > 0


def test_names_keep_their_capitals():
    texts = ["NATO met Merkel in Berlin", "Merkel left NATO", "Oil fell", "Oil rose"]
    words = shown(keywords_of(texts, ["en"] * 4, np.array([0, 0, 1, 1])), 0, "en")
    assert {"NATO", "Merkel"} <= set(words)


def test_words_by_script():
    def written(text: str, lang: str) -> list[list[str]]:
        return [[word.form for word in run] for run in runs_of(text, lang) if run]

    assert written("An anti-war vote, l’accord; 25 is 3x", "en") == [
        ["An", "anti-war", "vote"],
        ["l’accord"],
        ["is"],
    ]
    assert written("Le vote d’hier sur l’accord", "fr") == [["Le", "vote"], ["sur", "accord"]]
    assert written("停火协议 BBC", "zh") == [["停", "火", "协", "议"]]
    assert written("الهدنة في حلب", "ar") == [["الهدنة", "في", "حلب"]]


def test_of_a_large_language_a_sample_is_looked_at(monkeypatch):
    monkeypatch.setattr("newstance.themes.terms.MOST_ARTICLES", 40)
    texts = ["The refinery burned." if row % 2 else "A ceasefire held." for row in range(100)]
    langs = ["en" if row % 4 else "fr" for row in range(100)]  # 75 and 25 articles
    terms = find_terms(texts, langs, [None] * 100)
    assert {lang: len(own.rows) for lang, own in terms.by_lang.items()} == {"en": 40, "fr": 25}
    of_articles = terms.of_articles()
    looked_at = np.concatenate([own.rows for own in terms.by_lang.values()])
    assert [row for row, own in enumerate(of_articles) if own is not None] == sorted(looked_at)
    assert all(("refinery" in of_articles[row]) == (row % 2) for row in terms.by_lang["en"].rows)
    again = find_terms(texts, langs, [None] * 100)
    assert (again.by_lang["en"].rows == terms.by_lang["en"].rows).all()
    keywords = theme_keywords(terms, np.arange(100) % 2)
    assert [PLANTED["en"][theme] in shown(keywords, theme, "en") for theme in (0, 1)] == [True, True]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("aA.b,: \n9-'é", max_size=40), max_size=5))
def test_texts_read_together_are_read_as_each_alone(texts):
    together = read_words(texts, "en")
    assert together.numbers.shape == together.text_rows.shape
    for row, text in enumerate(texts):
        own = together.numbers[together.text_rows == row]
        alone = read_words([text], "en")
        assert [together.words[one] for one in own] == [alone.words[one] for one in alone.numbers]


def runs_one_by_one(articles: list[list[int]], fewest: int) -> set[tuple[int, ...]]:
    """Runs of two to seven words that ``fewest`` articles have."""
    of = {}
    for row, article in enumerate(articles):
        for start in range(len(article)):
            for end in range(start + 2, min(start + 7, len(article)) + 1):
                of.setdefault(tuple(article[start:end]), set()).add(row)
    return {run for run, rows in of.items() if len(rows) >= fewest}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(1, 9), max_size=12), min_size=1, max_size=8), st.integers(2, 3))
def test_phrases_stand_where_they_are_said_to_stand(articles, fewest):
    words = np.array([word for article in articles for word in (*article, 0)])
    rows = np.repeat(np.arange(len(articles)), [len(article) + 1 for article in articles])
    every = np.arange(10) > 0
    found = find_phrases(words, rows, WordTraits(every, every, every, every), fewest)
    frequent = runs_one_by_one(articles, fewest)
    assert len(set(found.phrases)) == len(found.phrases)
    assert set(found.phrases) <= {run for run in frequent if len(set(run)) == len(run)}
    places = {
        (phrase, start)
        for phrase in found.phrases
        for start in range(len(words))
        if tuple(words[start : start + len(phrase)].tolist()) == phrase
    }
    assert {
        (found.phrases[which], start) for start, which in zip(found.starts, found.which, strict=True)
    } == places
