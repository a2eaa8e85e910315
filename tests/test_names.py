"""Names that a reader accepts: whole phrases and names, as they are written, without what says nothing."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from made import encode_words
from newstance.tables import ARTICLES, SENTENCES, THEME_OF_SENTENCE
from newstance.themes.exemplars import exemplars, merged
from newstance.themes.keywords import Keyword, theme_keywords
from newstance.themes.names import Glossary, name_theme, unique_name
from newstance.themes.terms import find_terms

# Two themes of six articles in English, by two outlets in turn.
FIRES = [
    "Crews in Los Angeles fought wild fires on Monday. The US-led relief effort began in March.",
    "Smoke from wild fires hung over Los Angeles, and thousands fled quickly.",
    "The mayor of Los Angeles asked for water. Wild fires burned on, said the Morning Courier.",
    "Los Angeles saw more wild fires, and the US-led relief effort grew.",
    "Insurers left Los Angeles after the wild fires. Photo by the Morning Courier.",
    "Roads out of Los Angeles were closed by wild fires. The US-led relief effort went on.",
]
TALKS = [
    "Inspectors found chemical weapons near the port, and Ada Brandt spoke of a breach.",
    "The treaty on chemical weapons was signed by Ada Brandt in March.",
    "Envoys said chemical weapons were moved. Ada Brandt left the hall.",
    "A ban on chemical weapons was the aim of Ada Brandt on Monday.",
    "The stock of chemical weapons shrank, as Ada Brandt had promised.",
    "Three states kept chemical weapons. Ada Brandt named them, said the Morning Courier.",
]
OUTLETS = ["Morning Courier", "Harbour Post"]


def best_of(
    themes: list[list[str]], lang: str = "en", sources: list[str | None] | None = None
) -> list[list[str]]:
    """Keywords of each of ``themes``, which are lists of articles."""
    texts = [text for theme in themes for text in theme]
    ids = np.repeat(np.arange(len(themes)), [len(theme) for theme in themes])
    outlets = sources or [OUTLETS[row % 2] for row in range(len(texts))]
    keywords = theme_keywords(find_terms(texts, [lang] * len(texts), outlets), ids)
    return [[one.word for one in keywords.get(theme, {}).get(lang, [])] for theme in range(len(themes))]


def test_phrases_and_whole_names_take_the_place_of_their_parts():
    fires, talks = best_of([FIRES, TALKS])
    assert {"Los Angeles", "wild fires", "US-led relief effort"} <= set(fires)
    assert {"chemical weapons", "Ada Brandt"} <= set(talks)
    torn = {
        "los",
        "angeles",
        "wild",
        "fire",
        "fires",
        "chemical",
        "weapon",
        "weapons",
        "ada",
        "brandt",
        "relief",
    }
    assert not torn & {word.casefold() for word in fires + talks}


def test_months_days_numbers_adverbs_outlets_and_words_of_pages_are_no_keywords():
    words = {word.casefold() for words in best_of([FIRES, TALKS]) for word in words}
    assert not words & {
        "monday",
        "march",
        "thousand",
        "thousands",
        "three",
        "quickly",
        "photo",
        "morning courier",
    }
    assert not any("courier" in word for word in words)


def test_the_name_of_an_outlet_is_a_keyword_where_it_is_none():
    fires, _ = best_of([[f"{text} Said the Morning Courier." for text in FIRES], TALKS], sources=[None] * 12)
    assert "Morning Courier" in fires


def test_words_are_written_as_inside_sentences():
    about = [
        "Sars-CoV spread. The SARS-CoV strain grew.",
        "Tests for SARS-CoV failed.",
        "A SARS-CoV wave came.",
    ]
    cells = ["Cells of the patients grew.", "The cells were counted.", "New cells died."]
    virus, body = best_of([about, cells])
    assert "SARS-CoV" in virus
    assert "cells" in body
    assert not {"cella", "Cells", "sars-cov"} & {*virus, *body}


def test_no_lemma_is_shown_that_is_no_word_of_the_corpus():
    held = [
        "A government-held town fell.",
        "The government-held road was cut.",
        "They left government-held land.",
    ]
    words, _ = best_of([held, TALKS[:3]])
    assert "government-held" in words
    assert "government-hold" not in words


def test_a_russian_phrase_stands_in_its_dictionary_form():
    truce = [
        "Нарушен режим прекращения огня у реки. Об этом в ноябре говорил Томас Линд.",
        "О режиме прекращения огня спорили летом. Томаса Линда там не было.",
        "Стороны ждали режима прекращения огня. Посредником был Томас Линд.",
        "Срыв режима прекращения огня обсудили с Томасом Линдом.",
    ]
    bread = ["Хлеб подорожал.", "Пекарни ждут муку.", "Хлеб вернулся в пекарни.", "Мука и хлеб снова есть."]
    words, others = best_of([truce, bread], "ru")
    assert "режим прекращения огня" in words
    assert "Томас Линд" in words
    assert not {"ноябрь", "летний", "лето", "летом", "режим", "огонь"} & set(words)
    assert "хлеб" in others


def test_arabic_days_hours_and_numbers_are_no_keywords():
    truce = [
        "أعلنت الهدنة يوم الخميس في الساعة أربعة",
        "انهارت الهدنة خميس بعد ساعة",
        "صمدت الهدنة الخميس أربعة أيام",
    ]
    words, _ = best_of([truce, ["ارتفع سعر النفط", "صدرت الدولة النفط", "باعت الشركة النفط"]], "ar")
    assert words == ["الهدنة"]


def test_a_word_of_one_outlet_is_no_keyword_where_a_theme_has_two():
    texts = [*["The opera opened by the lake."] * 3, *["The opera closed."] * 3]
    sources = ["Post", "Post", "Post", "Herald", "Herald", "Herald"]
    other = ["The harbour froze."] * 6
    assert "lake" not in best_of([texts, other], sources=[*sources, *sources])[0]
    assert "lake" in best_of([texts, other], sources=["Post"] * 12)[0]


def test_a_word_of_two_articles_is_no_keyword_of_a_large_theme():
    many = [f"The opera opened. {'The walrus sang.' if row < 2 else ''}" for row in range(20)]
    rest = ["The harbour froze."] * 20
    assert best_of([many, rest])[0] == ["opera"]


def test_verbs_and_adjectives_come_behind_nouns():
    texts = [
        "Glorious glaciers melted.",
        "The glorious glaciers were melting.",
        "Glaciers melt, glorious as ever.",
    ]
    words, _ = best_of([texts, TALKS[:3]])
    assert words[0] == "glaciers" or words[0] == "glorious glaciers"


def test_capitals_in_a_heading_are_no_names():
    texts = [
        "Harbour Police Seize Stolen Copper Cable\nThe police found copper cable at the harbour.",
        "Thieves Return For Copper Cable Again\nMore copper cable went missing.",
        "Copper Cable Theft Stops Trains Everywhere\nThe loss of copper cable stopped trains.",
    ]
    words, _ = best_of([texts, TALKS[:3]])
    assert "copper cable" in words


# --- names from keywords


def test_names_are_unique():
    words, taken, names = ["oil", "price", "barrel", "market"], {"opera"}, []
    for _ in range(4):
        names.append(unique_name(words, taken))
        taken.add(names[-1])
    assert names == ["oil, price, barrel", "oil, price, barrel, market", *names[2:]]
    assert names[2:] == ["oil, price, barrel (2)", "oil, price, barrel (3)"]
    assert unique_name([], set()) == "theme without words"
    assert unique_name([], {"theme without words"}) == "theme without words (2)"


def test_a_word_that_other_languages_share_leads_the_name():
    keywords = {
        "en": [Keyword("walrus", 1.0), Keyword("opera", 0.9)],
        "de": [Keyword("opera", 1.0)],
    }
    assert name_theme(keywords, {"en": 2, "de": 2}, "en", encode_words) == ["opera", "walrus"]
    assert name_theme({"en": keywords["en"]}, {"en": 2}, "en", encode_words) == ["walrus", "opera"]
    assert name_theme(keywords, {"en": 2, "de": 3}, "fr", encode_words) == ["opera"]
    assert name_theme({}, {"en": 2}, "en", encode_words) == []


def test_a_word_of_another_language_stands_behind_the_nearest_of_the_readers():
    vectors = {"opera": [1.0, 0.0], "walrus": [0.0, 1.0], "Oper": [0.9, 0.1], "Zug": [-1.0, 0.0]}

    def encode(words):
        return np.array([vectors[word] for word in words])

    glossary = Glossary("en", ["opera", "walrus"], encode(["opera", "walrus"]))
    assert glossary.explain(["Oper", "Zug"], encode) == ["opera (Oper)", "Zug"]


def test_words_of_the_main_language_gloss_the_name():
    keywords = {
        "en": [Keyword("opera house", 1.0), Keyword("walrus", 0.9)],
        "de": [Keyword("opera", 1.0), Keyword("harp", 0.5)],
    }
    # in so few articles only what the main language says too
    assert name_theme(keywords, {"en": 6, "de": 20}, "en", encode_words) == ["opera house (opera)"]
    assert name_theme(keywords, {"en": 12, "de": 20}, "en", encode_words) == ["opera house (opera)", "walrus"]
    assert name_theme(keywords, {"en": 1, "de": 20}, "en", encode_words) == ["opera", "harp"]
    assert name_theme(keywords, {"en": 20, "de": 6}, "en", encode_words) == ["opera house", "walrus"]


def test_a_word_that_repeats_another_comes_last_in_a_name():
    words = [Keyword(word, 1 / row) for row, word in enumerate(["Syria", "Syrian army", "truce", "port"], 1)]
    assert name_theme({"en": words}, {"en": 9}, "en", encode_words) == [
        "Syria",
        "truce",
        "port",
        "Syrian army",
    ]


# --- sentences that show a theme


def tables_of(rows: list[tuple]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Articles, sentences and their themes from rows of article, outlet, copied article, text, theme and
    probability."""
    articles = pl.DataFrame(
        [
            {"article_id": one, "source": source, "duplicate_of": copied, "published": date(2016, 9, 12)}
            for one, source, copied in dict.fromkeys(row[:3] for row in rows)
        ],
        schema_overrides={"source": pl.String, "duplicate_of": pl.String},
    )
    assert set(articles.columns) <= set(ARTICLES)
    sentences = [
        {"article_id": row[0], "sentence": place, "text": row[3]} for place, row in enumerate(rows, 1)
    ]
    said = [
        {"article_id": row[0], "sentence": place, "theme_id": row[4], "proba": row[5]}
        for place, row in enumerate(rows, 1)
    ]
    return (
        articles,
        pl.DataFrame(sentences, schema={name: SENTENCES[name] for name in sentences[0]}),
        pl.DataFrame(said, schema={name: THEME_OF_SENTENCE[name] for name in said[0]}),
    )


FIRST, SECOND = (
    "The truce along the river held for a ninth night.",
    "Both armies pulled their guns back from the front.",
)
THIRD, FOURTH = (
    "Envoys praised how quiet the border villages were.",
    "A monitor counted only two breaches since the weekend.",
)


def test_examples_are_the_surest_of_different_outlets():
    found = exemplars(
        *tables_of(
            [
                ("a", "Post", None, FIRST, 0, 0.9),
                ("b", "Post", None, SECOND, 0, 0.99),
                ("c", "Herald", None, THIRD, 0, 0.6),
                ("d", "Star", None, FOURTH, 0, 0.8),
                ("e", "Globe", "a", "Reprinted words about the truce on the river bank.", 0, 1.0),
                ("f", "Wire", None, "Nobody in the village knew what the noise was.", -1, 1.0),
                ("g", "Mail", None, "Quiet.", 0, 1.0),
            ]
        )
    )
    assert [one["text"] for one in found[0]] == [SECOND, FOURTH, THIRD]
    assert set(found) == {0}


def test_examples_without_outlets_are_of_different_articles_and_say_different_things():
    found = exemplars(
        *tables_of(
            [
                ("a", None, None, FIRST, 0, 0.9),
                ("a", None, None, SECOND, 0, 0.8),
                ("b", None, None, FIRST.replace("ninth", "tenth"), 0, 0.85),
                ("c", None, None, THIRD, 0, 0.7),
            ]
        )
    )
    assert [one["text"] for one in found[0]] == [FIRST, THIRD]
    assert found[0][0] == {"article_id": "a", "sentence": 1, "text": FIRST}


def test_a_coarse_theme_is_shown_by_its_parts_in_turn():
    examples = {0: [{"text": "a"}, {"text": "b"}, {"text": "c"}], 1: [{"text": "d"}], 2: [{"text": "e"}]}
    assert [one["text"] for one in merged(examples, [0, 1, 3])] == ["a", "d", "b"]


def test_sources_go_with_the_articles():
    with pytest.raises(ValueError, match="sources: 1 for 2 articles"):
        find_terms(["a", "b"], ["en", "en"], ["Post"])
