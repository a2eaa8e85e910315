"""The vocabulary of a static encoder: which tokens are chosen, and how words are read with them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from newstance.embed.spelling import START, UNKNOWN, new_tokenizer, tokenizer_of, tokenizer_with
from newstance.train_encoder.stems import SHORTEST_STEM, Split, find_stems
from newstance.train_encoder.vocabulary import build_vocabulary, in_pieces

SYLLABLES = ["ba", "do", "fi", "gu", "ke", "lo", "mi", "ru", "sa", "te"]
RICH = [a + b for a in SYLLABLES for b in SYLLABLES[:6]]
POOR = [
    f"{a}{b}к".translate(str.maketrans("abdefgiklmorstu", "абдефгиклморсту")) for a in "bdfg" for b in "aeiou"
]
STEMS = ["ceasef", "negotiat", "provinc", "minist", "borderl", "convoy", "hostag", "parliam"]
ENDINGS = ["", "e", "es", "ed", "ing", "ings", "er", "ers"]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    rng = np.random.default_rng(0)
    return build_vocabulary(
        {"en": [" ".join(rng.choice(RICH, 6)) for _ in range(400)], "xb": [" ".join(POOR)] * 9}, 400, 0.5
    )


def forms(stems: Sequence[str], endings: Sequence[str]) -> list[str]:
    return [stem + ending for stem in stems for ending in endings]


# Stems


def test_forms_of_a_word_share_its_stem():
    found = find_stems(forms(STEMS, ENDINGS))
    for stem in STEMS:
        cut = Counter(found[word].stem for word in forms([stem], ENDINGS))
        assert cut[stem] >= 5
        assert set(cut) <= {stem, stem + "e"}


def test_a_word_alone_stays_whole():
    found = find_stems([*forms(STEMS, ENDINGS), "zug", "xylophone"])
    assert found["xylophone"] == ("xylophone", "")
    assert found["zug"] == ("zug", "")


@given(st.lists(st.text("abcdefgh", max_size=12), max_size=40))
def test_stem_and_ending_make_the_word_whatever_the_order(words):
    found = find_stems(words)
    assert found == find_stems(words[::-1])
    assert set(found) == {word for word in words if len(word) >= SHORTEST_STEM}
    assert all(
        "".join(split) == word and len(split.stem) >= len(split.ending) for word, split in found.items()
    )


# Which tokens


def test_common_words_are_one_token(tokenizer):
    for word in [*RICH[:5], *POOR[:5]]:
        assert tokenizer.encode(word).tokens == [START + word]
    assert tokenizer.get_vocab_size() <= 400
    assert tokenizer.token_to_id(UNKNOWN) == 0


def test_a_form_nobody_saw_is_its_stem_and_its_ending():
    seen = [word for word in forms(STEMS, ENDINGS) if word != "hostaging"]
    tokenizer = build_vocabulary({"en": seen * 3}, 120, 0.5)
    assert tokenizer.encode("hostaging").tokens == [START + "hostag", "ing"]


def test_stems_reach_further_than_words(monkeypatch):
    """Of two vocabularies of one size the one with stems cuts unseen forms in fewer pieces."""
    rng = np.random.default_rng(0)
    words = forms(["".join(rng.choice(list("bdfgklmnprst"), 6)) for _ in range(80)], ENDINGS)

    def pieces() -> float:
        tokenizer = build_vocabulary({"en": words[::2]}, 250, 0.5)
        return float(np.mean([len(tokenizer.encode(word).ids) for word in words[1::2]]))

    with_stems = pieces()
    monkeypatch.setattr(
        "newstance.train_encoder.vocabulary.find_stems",
        lambda words: {word: Split(word, "") for word in words},
    )
    assert with_stems < 0.8 * pieces()


def test_a_word_whose_stem_nobody_saw_is_read_from_its_beginning():
    rng = np.random.default_rng(0)
    words = ["qu" + "".join(rng.choice(list("bcdfghjk"), 8)) for _ in range(200)]
    tokenizer = build_vocabulary({"en": words}, 120, 0.5)
    assert tokenizer.encode("quzzz").tokens[0] == START + "qu"


def test_words_of_a_script_without_spaces_are_found():
    texts = [
        "人民在北京",
        "北京的人民",
        "人民和政府",
        "政府在北京",
        "会议在政府",
        "人々の政府",
        "人々と北京",
    ] * 5
    tokenizer = build_vocabulary({"zh": texts}, 60, 0.5)
    assert {"人民", "北京", "政府", "人々"} <= set(tokenizer.get_vocab())
    assert tokenizer.encode("北京政府").tokens[-2:] == ["北京", "政府"]


def test_a_latin_name_inside_chinese_text_is_a_word():
    tokenizer = build_vocabulary({"zh": ["北约NATO秘书长", "秘书长和NATO"] * 5}, 40, 0.5)
    assert START + "nato" in tokenizer.encode("在NATO总部").tokens


def test_letters_keep_their_marks():
    hindi = "सीरिया में मानवीय सहायता पहुँची"
    tokenizer = build_vocabulary({"hi": [hindi] * 5}, 200, 0.5)
    assert tokenizer.encode(hindi).tokens == [START + word for word in hindi.split()]


def test_single_characters_are_kept_however_full_the_vocabulary_is():
    words = [f"{a}{b}{c}{d}" for a in "abcd" for b in "efgh" for c in "ijkl" for d in "mnopq"] * 50
    runs = [f"{a}{b}{c}" for a in "联合国安理" for b in "联合国安理" for c in "联合国安理"] * 50
    tokenizer = build_vocabulary({"en": [*words, *runs, "wxyz"]}, 416, 0.5)
    vocabulary = tokenizer.get_vocab()
    assert 400 < len(vocabulary) <= 416
    assert {START, *"abcdefghijklmnopqwxyz联合国安理"} <= set(vocabulary)
    assert 0 not in tokenizer.encode("zyxwponm").ids


def test_balance_gives_a_poor_language_its_words():
    rich = ["baba dofi guke " * 50] * 20 + RICH

    def known(balance: float) -> int:
        tokenizer = build_vocabulary({"en": rich, "xb": POOR}, 90, balance)
        return sum(len(tokenizer.encode(word).ids) == 1 for word in POOR)

    assert known(0.0) > known(1.0)


def test_the_same_texts_give_the_same_vocabulary():
    texts = {"en": [" ".join(RICH)], "zh": ["联合国安理会在北京开会", "安理会的会议"] * 3}
    assert build_vocabulary(texts, 300, 0.5).to_str() == build_vocabulary(texts, 300, 0.5).to_str()


def test_texts_without_a_word():
    with pytest.raises(ValueError, match="hold no word"):
        build_vocabulary({"en": ["!?", ""]}, 400, 0.5)


# How words are read


def test_spellings_of_one_word_meet(tokenizer):
    def ids(text: str) -> list[int]:
        return tokenizer.encode(text).ids

    assert ids("BABA, (dofi)!") == ids("baba dofi")
    assert ids("ba\u00adba") == ids("baba")
    assert ids("ｂａｂａ") == ids("baba")
    assert ids("") == ids(" !? ") == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("الحكومة", "حکومة"),
        ("والحكومة بالحكومة", "حکومة حکومة"),
        ("للحكومة", "حکومة"),
        ("ألف", "الف"),
        ("الف", "الف"),  # too short to be an article and a word
        ("خالد", "خالد"),
        ("ألماني الألماني", "المانی المانی"),
        ("إلغاء الإلغاء", "الغاء الغاء"),
        ("والدین بالگرد کالاها", "والدین بالگرد کالاها"),  # Persian: parents, helicopter, goods
        ("сьогодні п'ять", "сьогодні пять"),
    ],
)
def test_normalisation(written, read):
    assert new_tokenizer().normalizer.normalize_str(written) == read


def test_a_word_nobody_saw_is_cut_in_known_pieces(tokenizer):
    pieces = tokenizer.encode("babadofix")
    assert len(pieces.ids) > 1
    assert 0 not in pieces.ids


def test_an_unknown_character_costs_itself_alone(tokenizer):
    assert tokenizer.encode("babaქdofi").tokens == [START + "baba", START + "dofi"]
    assert tokenizer.encode("ქქ").ids == []


def test_a_word_of_any_length_is_read(tokenizer):
    tokens = tokenizer.encode("baba" * 5000).tokens
    assert UNKNOWN not in tokens
    assert "".join(tokens).replace(START, "") == "baba" * 5000


@given(st.text())
def test_nothing_is_read_as_the_unknown_token(text):
    tokenizer = tokenizer_of([UNKNOWN, START, *"abc中", START + "ab"])
    assert 0 not in tokenizer.encode(text).ids


def test_in_pieces_keeps_the_ids_and_cuts_some_words(tokenizer):
    kept = in_pieces(tokenizer.get_vocab())
    assert kept.items() < tokenizer.get_vocab().items()
    cut = tokenizer_with(kept)
    lengths = [len(cut.encode(word).ids) for word in RICH]
    assert max(lengths) > 1
    assert min(lengths) == 1
    assert all(len(tokenizer.encode(word).ids) == 1 for word in RICH)


@given(st.sets(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=30))
def test_a_tokenizer_reads_its_characters_and_no_others(characters):
    known = {one for one in characters if new_tokenizer().normalizer.normalize_str(one) == one}
    tokenizer = tokenizer_of([UNKNOWN, START, *sorted(known)])
    for one in known:
        assert tokenizer.encode(one).tokens == [START, one]
    assert all(token in {START, *known} for token in tokenizer.encode("aж中5[]^-\\x").tokens) or not known
