"""Reprints: planted copies are found, unlike texts are not, and the order of the rows is nothing."""

import json
import random
from datetime import date
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planted
from floors import floor
from newstance import tables
from newstance.corpus.reprints.copies import find_copies
from newstance.corpus.reprints.shingles import read_letters, winnow

DATA = Path(__file__).parent / "data" / "sentences.jsonl"
N_OTHERS = 60


@pytest.fixture(scope="module")
def passages() -> list[str]:
    """Passages in six languages, in an order of their own."""
    lines = DATA.read_text(encoding="utf-8").splitlines()
    texts = list(dict.fromkeys(json.loads(line)["text"] for line in lines))
    random.Random(0).shuffle(texts)
    return texts


@pytest.fixture(scope="module")
def others(passages: list[str]) -> list[str]:
    """Passages that edits take words, tails and headlines from."""
    return [text for text in passages if len(text.split()) >= 12][:N_OTHERS]


@pytest.fixture(scope="module")
def bases(passages: list[str], others: list[str]) -> list[str]:
    """300 texts of five passages each; two of them may have a passage in common."""
    left = [text for text in passages if text not in set(others) and len(text.split()) <= 30]
    rng, texts = random.Random(1), []
    while len(texts) < 300:
        rng.shuffle(left)
        texts += [" ".join(left[n : n + 5]) for n in range(0, len(left) - 4, 5)]
    return texts[:300]


def table(*rows: tuple[str, str, date | None, str | None]) -> pl.DataFrame:
    schema = {"article_id": pl.String, "text": pl.String, "published": pl.Date, "source": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def rows_of(copies: pl.DataFrame) -> list[tuple]:
    return copies.select("article_id", "duplicate_of", "kind").rows()


def one_alphabet(text: str) -> bool:
    return not any("\u0600" <= char <= "\u06ff" for char in text)


@pytest.mark.parametrize("edit", planted.EDITS)
def test_planted_edits_are_found(edit: str, bases: list[str], others: list[str]) -> None:
    texts = [text for text in bases if one_alphabet(text)] if "alphabets" in edit else bases
    articles, truth = planted.plant(texts, others, planted.EDITS[edit], seed=3)
    assert len(truth) >= 90
    recall, precision = planted.scores(find_copies(articles), truth)
    assert recall >= floor("copies", "all", "recall")
    assert precision >= floor("copies", "all", "precision")


def test_base_texts_are_no_copies(bases: list[str]) -> None:
    assert find_copies(planted.articles_of(bases)).height == 0


def test_mixed_alphabets_alone_are_an_exact_copy(bases: list[str], others: list[str]) -> None:
    texts = [text for text in bases if one_alphabet(text)]
    articles, truth = planted.plant(texts, others, planted.mix_alphabets, seed=4)
    copies = find_copies(articles)
    assert copies.height == len(truth)
    assert copies["kind"].unique().to_list() == ["exact"]
    assert copies["similarity"].unique().to_list() == [1.0]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Ёлка всё ещё зелёная", "ЕЛКА, все еще  зеленая!"),
        ("Москва сегодня", "Мoсквa сегoдня"),
        ("НАТО и ЕС", "HATO и EC"),
        ("п'ять об’єктів", "п’ять обʼєктів"),
        ("naïve café", "nai\u0308ve cafe\u0301"),
        ("сло\u00adво", "слово"),
        ("中国 新闻,社", "中国新闻社"),
        ("смотри https://example.org/a?b=1 здесь", "смотри здесь"),
    ],
)
def test_what_normalisation_ignores(text: str, same: str) -> None:
    whole = read_letters([text, same, text + " ещё"]).whole
    assert whole[0] == whole[1]
    assert whole[0] != whole[2]


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=6), st.integers(1, 5))
def test_hashes_do_not_depend_on_the_batch(texts: list[str], length: int) -> None:
    together, bounds = read_letters(texts).shingles(length)
    for n, text in enumerate(texts):
        alone, _ = read_letters([text]).shingles(length)
        np.testing.assert_array_equal(together[bounds[n] : bounds[n + 1]], alone)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=30), min_size=1, max_size=4), st.integers(1, 9))
def test_winnow_takes_the_least_of_each_window(texts: list[list[int]], window: int) -> None:
    bounds = np.cumsum([0, *map(len, texts)])
    prints, holders = winnow(np.array(list(chain(*texts)), dtype=np.uint64), bounds, window)
    for n, text in enumerate(texts):
        windows = [min(text[start : start + window]) for start in range(len(text) - window + 1)]
        assert set(prints[holders == n].tolist()) == set(windows)


def test_partial_reprints_are_found(bases: list[str]) -> None:
    texts = [" ".join(bases[n : n + 2]) for n in range(0, len(bases) - 1, 2)]
    articles, truth = planted.plant_blocks(texts, n_words=45, seed=5)
    copies = find_copies(articles)
    recall, precision = planted.scores(copies, truth)
    assert recall >= floor("copies", "all", "recall")
    assert precision >= floor("copies", "all", "precision")
    assert "partial" in copies["kind"].to_list()
    assert copies["similarity"].is_between(0.1, 0.95).all()


def test_a_block_below_forty_words_is_no_reprint(bases: list[str]) -> None:
    texts = [" ".join(bases[n : n + 3]) for n in range(0, len(bases) - 2, 3)]
    articles, _ = planted.plant_blocks(texts, n_words=35, seed=6)
    assert find_copies(articles).height == 0


def test_a_block_of_many_articles_is_boilerplate(bases: list[str], others: list[str]) -> None:
    notice = " ".join(" ".join(others).split()[:60])
    long = [" ".join(bases[n : n + 3]) for n in range(0, len(bases) - 2, 3)]
    everywhere = planted.articles_of([f"{text} {notice}" for text in long[:60]])
    assert find_copies(everywhere).height == 0
    of_one_outlet = everywhere.head(5).with_columns(source=pl.lit("one"))
    assert find_copies(of_one_outlet).height == 0
    assert find_copies(everywhere.head(5))["kind"].to_list() == ["partial"] * 4


def test_an_agency_line_in_common_is_no_copy(passages: list[str]) -> None:
    line = (
        "Об этом сообщает наш корреспондент со ссылкой на пресс-службу министерства. Подписывайтесь на канал!"
    )
    short = [text for text in passages if 12 <= len(text.split()) <= 20]
    assert find_copies(planted.articles_of([f"{text} {line}" for text in short])).height == 0


def test_a_thousand_copies_have_one_original(bases: list[str], others: list[str]) -> None:
    rng = random.Random(7)
    text = max(bases, key=len)
    edited = [planted.change_words(text, others, rng) for _ in range(500)]
    articles = pl.concat(
        [
            planted.articles_of([text]),
            planted.articles_of([text] * 500, "b", planted.COPY_DAY),
            planted.articles_of(edited, "c", planted.COPY_DAY),
        ]
    )
    copies = find_copies(articles)
    assert copies.height == 1000
    assert copies["duplicate_of"].unique().to_list() == ["a000000"]
    assert set(copies["kind"]) == {"exact", "near"}


def test_no_chain_of_unlike_texts(bases: list[str]) -> None:
    """Each text shares most with the next one, the first nothing with the last."""
    words = " ".join(bases[:12]).split()
    texts = [" ".join(words[start : start + 100]) for start in range(0, 201, 20)]
    articles = planted.articles_of(texts)
    copies = find_copies(articles)
    near = copies.filter(pl.col("kind") == "near")
    assert near.height
    assert not set(near["duplicate_of"]) & set(near["article_id"])
    number = {article_id: n for n, article_id in enumerate(articles["article_id"])}
    for copy, original, similarity, _ in near.iter_rows():
        shared = 100 - 20 * abs(number[copy] - number[original]) - 2
        assert similarity == pytest.approx(shared / (2 * 98 - shared), abs=0.02)


def test_the_original_is_the_earliest(bases: list[str]) -> None:
    text, other = bases[0], bases[0] + " " + " ".join(bases[1].split()[:8])
    early, late = date(2024, 3, 1), date(2024, 3, 2)
    assert rows_of(find_copies(table(("1", text, late, "A"), ("2", text, early, "B")))) == [
        ("1", "2", "exact")
    ]
    assert rows_of(find_copies(table(("1", text, None, "A"), ("2", text, late, "B")))) == [
        ("1", "2", "exact")
    ]
    assert rows_of(find_copies(table(("1", text, late, "A"), ("2", other, late, "B")))) == [
        ("1", "2", "near")
    ]
    assert rows_of(find_copies(table(("2", text, late, "A"), ("1", text, late, "B")))) == [
        ("2", "1", "exact")
    ]


def test_an_exact_copy_of_a_near_copy_goes_to_the_original(bases: list[str], others: list[str]) -> None:
    edited = planted.add_tail(bases[0], others, random.Random(1))
    days = [date(2024, 3, day) for day in (1, 2, 3)]
    copies = find_copies(
        table(("a", bases[0], days[0], "A"), ("b", edited, days[1], "B"), ("c", edited, days[2], "C"))
    )
    assert rows_of(copies) == [("b", "a", "near"), ("c", "a", "near")]


def test_languages_without_spaces() -> None:
    rng = random.Random(8)
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 600)]
    texts = ["".join(rng.choices(letters, k=200)) for _ in range(40)]
    edited = []
    for text in texts[:20]:
        chars = list(text)
        for position in rng.sample(range(200), 20):
            chars[position] = rng.choice(letters)
        edited.append("".join(chars))
    blocks = ["".join(rng.choices(letters, k=150)) + text[50:140] for text in texts[20:30]]
    copies = find_copies(
        pl.concat(
            [
                planted.articles_of(texts),
                planted.articles_of(edited, "b", planted.COPY_DAY),
                planted.articles_of(blocks, "c", planted.COPY_DAY),
            ]
        )
    )
    near = [(f"b{n:06d}", f"a{n:06d}", "near") for n in range(20)]
    partial = [(f"c{n:06d}", f"a{n + 20:06d}", "partial") for n in range(10)]
    assert rows_of(copies) == near + partial


def test_short_texts_are_compared_for_equality_only() -> None:
    day = date(2024, 3, 1)
    copies = find_copies(
        table(
            ("1", "Президент прибыл в Вену утром", day, "A"),
            ("2", "Президент прибыл в Вену вечером", day, "A"),
            ("3", "Президент прибыл в Вену утром.", day, "B"),
            ("4", "!!!", day, "A"),
            ("5", "...", day, "A"),
            ("6", "", day, "A"),
        )
    )
    # Of the two equal ones the longer as written is the original, for want of a date.
    assert rows_of(copies) == [("1", "3", "exact")]


@pytest.mark.parametrize("n_rows", [0, 1])
def test_tables_with_nothing_to_compare(n_rows: int, bases: list[str]) -> None:
    articles = planted.articles_of(bases[:n_rows])
    copies = find_copies(articles)
    assert copies.height == 0
    assert dict(copies.schema) == tables.COPIES


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_does_not_matter(seed: int, bases: list[str], others: list[str]) -> None:
    texts = bases[:60] + bases[:5] + [" ".join(bases[n : n + 2]) for n in range(10, 40)]
    articles, _ = planted.plant(texts, others, planted.change_words, seed=9)
    expected = find_copies(articles := articles.with_columns(published=pl.lit(None, dtype=pl.Date)))
    assert set(expected["kind"]) == {"exact", "near", "partial"}
    shuffled = articles.sample(fraction=1.0, shuffle=True, seed=seed)
    assert find_copies(shuffled).equals(expected)


def test_faults_are_named() -> None:
    day = date(2024, 3, 1)
    with pytest.raises(ValueError, match="article_id '1' stands in several rows"):
        find_copies(table(("1", "a", day, "A"), ("1", "b", day, "A")))
    with pytest.raises(ValueError, match="row 1 has no text"):
        find_copies(table(("1", "a", day, "A"), ("2", None, day, "A")))
    with pytest.raises(ValueError, match=r"\['source'\] are missing"):
        find_copies(table(("1", "a", day, "A")).drop("source"))
