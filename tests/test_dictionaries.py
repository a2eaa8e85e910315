"""Dictionaries of lemmas say what simplemma's own readers say."""

import random

import pytest
from simplemma.strategies.dictionaries import DefaultDictionaryFactory

from newstance.themes import dictionaries
from newstance.themes.dictionaries import LONGEST, Dictionary


@pytest.mark.parametrize("lang", ["enm", "sw", "bg", "ga"])
def test_every_word_has_the_lemma_that_simplemma_gives(lang):
    known, own = DefaultDictionaryFactory().get_dictionary(lang), Dictionary(lang)
    assert len(own) == len(known)
    words = list(known)
    if len(words) > 20_000:
        words = random.Random(0).sample(words, 20_000)
    for word in words:
        assert own[word] == known[word]
        for other in (word[:-1], f"{word}s", word.upper(), word[::-1]):
            assert own.get(other) == known.get(other)


def test_all_words_come_in_turn():
    assert set(Dictionary("sw")) == set(DefaultDictionaryFactory().get_dictionary("sw"))


@pytest.mark.parametrize("word", ["", "\0", "a" * (LONGEST + 1), "語", "\U0010ffff" * 200])
def test_what_is_no_word_has_no_lemma(word):
    assert Dictionary("sw").get(word) is None


@pytest.mark.parametrize(
    "change", [lambda data: data[:-3], lambda data: data + b"\1\1a\0\0", lambda data: data[:200]]
)
def test_a_damaged_dictionary_is_refused(monkeypatch, change):
    read = dictionaries._read_decompressed
    monkeypatch.setattr(dictionaries, "_read_decompressed", lambda lang: change(read(lang)))
    with pytest.raises(ValueError, match=r"'sw' is damaged"):
        Dictionary("sw")
