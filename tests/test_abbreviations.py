"""Abbreviations are spelled out before a text is encoded, by case and whole words; nothing else changes."""

import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.embed import load_encoder
from newstance.embed.abbreviations import expansions, spell_out, table_text
from newstance.embed.static import StaticEncoder
from tiny import write_static


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("OSCE observers arrived.", f"{expansions()['OSCE']} observers arrived."),
        ("Наблюдатели ОБСЕ прибыли.", f"Наблюдатели {expansions()['ОБСЕ']} прибыли."),
        ("The US and the EU agreed", "The United States and the European Union agreed"),
        ("allies (NATO)", f"allies ({expansions()['NATO']})"),
        ("US-led", "United States-led"),
    ],
)
def test_abbreviations_are_spelled_out(text, read):
    assert spell_out([text]) == [read]


@pytest.mark.parametrize(
    "text",
    [
        "Tell us what the start of it was.",
        "The Us in the title is a word, as is Start.",
        "Ну, про них и он молчал.",
        "USB sticks and NATOs, XUN and UNX",
        "a.US and x.EU are addresses",
        "",
    ],
)
def test_case_counts_and_only_whole_words_do(text):
    assert spell_out([text]) == [text]


def test_a_text_all_in_capitals_stays():
    assert spell_out(["TELL US MORE ABOUT THE START", "US AND EU"]) == [
        "TELL US MORE ABOUT THE START",
        "US AND EU",
    ]


def test_a_full_stop_that_ends_the_sentence_stays():
    assert spell_out(["They left the EU."]) == ["They left the European Union."]
    # The stop of "U.S." is part of the abbreviation.
    assert spell_out(["The U.S. left."]) == ["The United States left."]
    assert spell_out(["He spoke in the U.N."]) == ["He spoke in the United Nations"]


def test_every_abbreviation_of_the_table_is_found_and_is_a_string():
    for short, full in expansions().items():
        assert isinstance(full, str), short
        assert full.strip(), short
        assert spell_out([f"here {short} acts"]) == [f"here {full} acts"], short


@given(st.lists(st.text(max_size=60), max_size=5))
def test_texts_are_read_one_by_one(texts):
    read = spell_out(texts)
    assert read == [spell_out([text])[0] for text in texts]
    assert all(got == text for got, text in zip(read, texts, strict=True) if text.islower() or text.isupper())


@pytest.fixture
def folder(tmp_path):
    words = ["they", "left", "us", "eu", "the", "european", "union"]
    table = np.random.default_rng(0).normal(size=(len(words) + 1, 16)).astype(np.float32)
    return write_static(tmp_path / "encoder", {"embedding.weight": table}, words)


def test_an_encoder_reads_what_is_spelled_out(folder):
    spelled, plain = StaticEncoder(folder), StaticEncoder(folder, abbreviations=False)
    short, full = ["They left the EU", "they left us"], ["They left the European Union", "they left us"]
    np.testing.assert_array_equal(spelled.encode(short), plain.encode(full))
    assert not np.array_equal(plain.encode(short)[0], plain.encode(full)[0])


def test_the_fingerprint_tells_encoders_with_and_without_apart(folder, tmp_path, monkeypatch):
    spelled, plain = StaticEncoder(folder), StaticEncoder(folder, abbreviations=False)
    assert spelled.fingerprint != plain.fingerprint
    assert load_encoder(str(folder)).fingerprint == spelled.fingerprint
    assert load_encoder(str(folder), abbreviations=False).fingerprint == plain.fingerprint
    monkeypatch.setattr("newstance.embed.static_files.table_text", lambda: table_text() + "  ABC: A B C\n")
    copy = shutil.copytree(folder, tmp_path / "copy")  # encoders of one folder share what was read
    assert StaticEncoder(copy).fingerprint != spelled.fingerprint
    assert StaticEncoder(copy, abbreviations=False).fingerprint == plain.fingerprint
