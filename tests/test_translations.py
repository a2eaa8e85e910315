"""Translations: planted ones are found whatever the order, and what only resembles one is not."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made import unit
from newstance import load_encoder, read_corpus
from newstance.corpus import corpus_from_table
from newstance.corpus.reprints import neighbours
from newstance.corpus.reprints.translations import (
    MIN_SENTENCES,
    WITHIN_DAYS,
    matching,
    translated_pairs,
    with_translations,
)
from newstance.tables import Corpus, Encoded

N_DIMS = 64
DAY = date(2024, 3, 1)

HARBOUR = {
    "en": (
        "The harbour of Velmar was closed on Monday after a crane fell on two barges. Three dockers were "
        "taken to hospital with broken bones. The port authority says the crane was last inspected nine "
        "years ago. Ships with grain now wait outside the bay. The mayor has promised an inquiry before the "
        "end of the month."
    ),
    "ru": (
        "Порт Велмара закрыли в понедельник после того, как кран упал на две баржи. Трёх докеров увезли в "
        "больницу с переломами. Администрация порта говорит, что последний раз кран проверяли девять лет "
        "назад. Суда с зерном теперь ждут за пределами бухты. Мэр пообещал провести расследование до конца "
        "месяца."
    ),
    "de": (
        "Der Hafen von Velmar wurde am Montag geschlossen, nachdem ein Kran auf zwei Lastkähne gestürzt war. "
        "Drei Hafenarbeiter kamen mit Knochenbrüchen ins Krankenhaus. Die Hafenbehörde sagt, der Kran sei "
        "zuletzt vor neun Jahren geprüft worden. Schiffe mit Getreide warten nun vor der Bucht. Der "
        "Bürgermeister hat eine Untersuchung noch in diesem Monat versprochen."
    ),
}
# The same event by another hand.
REPORT = (
    "Портовики Велмара требуют отставки начальника порта. По их словам, о ржавчине на стреле "
    "предупреждали ещё осенью. Профсоюз собирает деньги для семей пострадавших. Экспортёры подсчитывают "
    "убытки от простоя. Город живёт портом уже двести лет."
)
OTHERS = {
    "en": (
        "The national ballet opens its season with a new work about the sea. Tickets sold out in an hour. "
        "Critics praised the young lead dancer. The costumes were sewn by pupils of a local school."
    ),
    "fr": (
        "Le lac de Brenne a perdu un mètre d'eau cet été. Les pêcheurs vendent leurs bateaux. Une usine "
        "voisine pompe la nuit, disent les riverains. Le préfet limite l'arrosage des jardins."
    ),
}


def corpus_of(rows: list[dict]) -> Corpus:
    return read_corpus(pl.DataFrame(rows))


def row(name: str, text: str, lang: str, day: date | None = DAY, source: str = "Outlet") -> dict:
    return {"article_id": name, "text": text, "lang": lang, "published": day, "source": source}


def found_in(corpus: Corpus) -> Corpus:
    encoded = Encoded(corpus, load_encoder().encode(corpus.sentences["text"].to_list()))
    return with_translations(encoded).corpus


def written() -> list[dict]:
    texts = [row(f"harbour-{lang}", text, lang) for lang, text in HARBOUR.items()]
    others = [row(f"other-{lang}", text, lang) for lang, text in OTHERS.items()]
    return [*texts, row("report", REPORT, "ru"), *others]


def test_translations_are_copies_of_the_first_and_a_report_by_another_hand_is_not() -> None:
    rows = written()
    rows[1]["published"] = DAY - timedelta(days=1)
    corpus = found_in(corpus_of(rows))
    copies = corpus.copies.filter(pl.col("kind") == "translation")
    assert copies.select("article_id", "duplicate_of").rows() == [
        ("harbour-de", "harbour-ru"),
        ("harbour-en", "harbour-ru"),
    ]
    assert copies["similarity"].is_between(0.6, 1).all()
    known = dict(corpus.articles.select("article_id", "duplicate_of").drop_nulls().iter_rows())
    assert known == {"harbour-de": "harbour-ru", "harbour-en": "harbour-ru"}
    assert any("2 articles are translations" in note for note in corpus.notes)


def test_with_equal_dates_the_smaller_id_is_the_original() -> None:
    copies = found_in(corpus_of(written())).copies
    assert set(copies["duplicate_of"]) == {"harbour-de"}


def test_a_known_date_comes_before_an_unknown_one() -> None:
    rows = written()
    rows[0]["published"] = rows[2]["published"] = None
    assert set(found_in(corpus_of(rows)).copies["duplicate_of"]) == {"harbour-ru"}


def test_reprints_of_a_translation_join_the_family() -> None:
    rows = [*written(), row("reprint", HARBOUR["en"], "en", DAY + timedelta(days=2), "Another")]
    rows[1]["published"] = DAY - timedelta(days=1)
    corpus = found_in(corpus_of(rows))
    kinds = {name: (original, kind) for name, original, _, kind in corpus.copies.iter_rows()}
    assert kinds["reprint"] == ("harbour-en", "exact")
    known = dict(corpus.articles.select("article_id", "duplicate_of").drop_nulls().iter_rows())
    assert known["reprint"] == known["harbour-en"] == "harbour-ru"


def test_a_translation_is_no_longer_a_partial_copy() -> None:
    corpus = corpus_of(written())
    part = {"article_id": "harbour-en", "duplicate_of": "other-en", "similarity": 0.2, "kind": "partial"}
    corpus = replace(corpus, copies=pl.DataFrame([part], schema=corpus.copies.schema))
    copies = found_in(corpus).copies
    assert copies["article_id"].is_unique().all()
    assert set(copies["kind"]) == {"translation"}


def test_a_corpus_without_translations_stays_as_it_is() -> None:
    corpus = corpus_of([row for row in written() if not row["article_id"].startswith("harbour")])
    assert found_in(corpus) is corpus


def test_an_article_of_which_no_word_is_known_is_no_translation() -> None:
    corpus = corpus_of(written())
    encoded = Encoded(corpus, np.zeros((corpus.sentences.height, 8), dtype=np.float32))
    assert with_translations(encoded) is encoded


def planted(seed: int, stories: list[dict[str, int]]):
    """Vectors of stories, each in some languages (language: sentences that it begins with), the article and
    the language of each."""
    rng = np.random.default_rng(seed)
    parts, rows, langs = [], [], []
    for story in stories:
        sentences = rng.normal(size=(8, N_DIMS))
        for lang, n_sentences in story.items():
            parts.append(sentences[:n_sentences] + rng.normal(0, 0.4, (n_sentences, N_DIMS)))
            rows += [len(langs)] * n_sentences
            langs.append(lang)
    return unit(np.concatenate(parts)), np.array(rows), np.array(langs, dtype=object)


def pairs_of(vectors, rows, langs, days=None) -> set[tuple[int, int]]:
    days = np.full(len(langs), np.nan) if days is None else np.array(days, dtype=float)
    return set(map(tuple, translated_pairs(vectors, rows, langs, days).rows.tolist()))


STORIES = st.lists(
    st.dictionaries(st.sampled_from(["ar", "de", "en", "ru"]), st.integers(1, 8), min_size=1), max_size=8
)


@settings(max_examples=40, deadline=None)
@given(STORIES, st.integers(0, 99), st.randoms(use_true_random=False))
def test_the_order_of_articles_and_sentences_tables_does_not_matter(stories, seed, random) -> None:
    if not stories:
        return
    vectors, rows, langs = planted(seed, stories)
    order = list(range(len(langs)))
    random.shuffle(order)
    place = np.argsort(order)
    moved = np.argsort(place[rows], kind="stable")
    again = pairs_of(vectors[moved], place[rows][moved], langs[order])
    assert {tuple(sorted((order[a], order[b]))) for a, b in again} == pairs_of(vectors, rows, langs)


@settings(max_examples=40, deadline=None)
@given(STORIES, st.integers(0, 99))
def test_no_pair_is_within_one_language(stories, seed) -> None:
    if not stories:
        return
    # Every story twice, so that the nearest article is often in the same language.
    vectors, rows, langs = planted(seed, stories)
    vectors, langs = np.concatenate([vectors, vectors]), np.concatenate([langs, langs])
    rows = np.concatenate([rows, rows + rows.max() + 1])
    assert all(langs[a] != langs[b] for a, b in pairs_of(vectors, rows, langs))


@pytest.mark.parametrize(
    ("n_first", "n_second", "found"),
    [(8, 8, True), (8, 6, True), (8, 5, False), (MIN_SENTENCES, 3, True), (2, 2, False)],
)
def test_length_decides(n_first: int, n_second: int, found: bool) -> None:
    others = [{"en": 8}, {"ru": 8}, {"de": 8}]
    vectors, rows, langs = planted(1, [{"en": n_first, "ru": n_second}, *others])
    assert ((0, 1) in pairs_of(vectors, rows, langs)) == found


@pytest.mark.parametrize(("apart", "found"), [(0, True), (WITHIN_DAYS, True), (WITHIN_DAYS + 1, False)])
def test_a_translation_comes_within_a_month(apart: int, found: bool) -> None:
    vectors, rows, langs = planted(1, [{"en": 8, "ru": 8}, {"en": 8}, {"ru": 8}])
    assert ((0, 1) in pairs_of(vectors, rows, langs, [0, apart, 0, 0])) == found
    assert (0, 1) in pairs_of(vectors, rows, langs, [0, np.nan, 0, 0])


def test_an_unknown_language_is_no_other_language() -> None:
    vectors, rows, langs = planted(1, [{"en": 8, "und": 8}, {"en": 8}])
    assert not pairs_of(vectors, rows, langs)


def test_matches_count_in_order_only() -> None:
    rng = np.random.default_rng(0)
    one = unit(rng.normal(size=(6, N_DIMS)))
    assert matching(one, one) == 1
    assert matching(one, one[::-1]) == pytest.approx(1 / 6)
    assert matching(one, one[[1, 2, 0, 3, 4, 5]]) == pytest.approx(5 / 6)
    assert matching(one, unit(rng.normal(size=(6, N_DIMS)))) < 0.5


def test_an_encoder_that_groups_by_language_is_read_alike() -> None:
    stories = [{"en": 8, "ru": 8} for _ in range(20)]
    vectors, rows, langs = planted(3, stories)
    shift = np.where(langs[rows] == "ru", 1.0, -1.0)[:, None] * np.eye(N_DIMS)[0] + np.eye(N_DIMS)[1]
    right = {(2 * story, 2 * story + 1) for story in range(len(stories))}
    assert pairs_of(vectors, rows, langs) == right
    assert pairs_of(unit(vectors + 2 * shift), rows, langs) == right


def test_a_family_has_one_article_of_a_language() -> None:
    rows = written()
    # Another text in English that says the same in other words: no reprint, but as near to the others.
    again = (
        "A crane toppled onto a pair of barges and the port of Velmar shut on Monday. Hospital doctors treat "
        "three dockers for fractures. Nobody had inspected that crane for nine years, the harbour authority "
        "admits. Grain ships are waiting in front of the bay. By the end of the month there will be an "
        "inquiry, the mayor promised."
    )
    before = corpus_of([*rows, row("again", again, "en", DAY + timedelta(days=3))])
    assert before.copies.is_empty()
    corpus = found_in(before)
    known = dict(corpus.articles.select("article_id", "duplicate_of").iter_rows())
    families = [known[name] or name for name in ("again", "harbour-en")]
    assert len(set(families)) == 2


def test_vectors_go_with_their_sentences():
    corpus = corpus_from_table([{"text": "A ferry left the quay. It was late."}])
    assert corpus.sentences.height == 2
    assert Encoded(corpus, np.zeros((2, 4))).corpus is corpus
    for n in (1, 3):
        with pytest.raises(ValueError, match=f"got {n} for 2 sentences"):
            Encoded(corpus, np.zeros((n, 4)))


def test_of_many_articles_those_of_near_cells_are_compared(monkeypatch):
    random = np.random.default_rng(0)
    ours = unit(random.normal(size=(400, N_DIMS)))
    theirs = unit(ours + 0.3 * random.normal(size=ours.shape) / N_DIMS**0.5)
    articles = np.vstack([ours, theirs]).astype(np.float32)
    rows, days = np.arange(400), np.full(800, np.nan)
    whole = neighbours.near_pairs(articles, rows, rows + 400, days, WITHIN_DAYS)
    monkeypatch.setattr(neighbours, "MOST_COMPARED", 0)
    some = {tuple(pair) for pair in neighbours.near_pairs(articles, rows, rows + 400, days, WITHIN_DAYS)}
    planted = {(row, row + 400) for row in range(400)}
    assert planted <= {tuple(pair) for pair in whole}
    assert len(planted & some) >= 396
    assert max(Counter(one for one, _ in some).values()) <= neighbours.N_NEAREST
