"""Our reader beside the tokenizers library: the same ids for any text, or it is left to the library."""

import json
import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from newstance.embed import reader as reading
from newstance.embed.encoder import shipped_encoder_path
from newstance.embed.reader import LibraryReader, Reader, open_reader
from newstance.embed.spelling import START, UNKNOWN, article, characters_of, tokenizer_of
from tiny import word_tokenizer

SHIPPED = shipped_encoder_path() / "0_StaticEmbedding" / "tokenizer.json"
WORDS = ["_truce", "_перемирие", "перем", "_بیت", "_کتاب", "停火", "_nato", "_20", "ing", "_nai", "_об"]
LETTERS = sorted(
    {letter for word in WORDS for letter in word} - {START} | set("abcdefghxyzاآلوفبدخعмдё'яєσ人民の")
)
TOKENS = list(dict.fromkeys([UNKNOWN, START, *LETTERS, *WORDS]))
# What the rules are about: the article, letters read as another, marks, apostrophes, scripts side by side.
TRICKY = list("الوفبأإآٱكيىٰـكتابدع ё'’яобєїΣσςİI\u0307\u00ad\n\r\t\u2028٣3０x人停火々のā़ֿ_<unk>.\"\\")


@pytest.fixture(scope="module")
def library():
    return tokenizer_of(TOKENS)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.of({token: place for place, token in enumerate(TOKENS)})


def texts_of(found: reading.Ragged) -> list[list[int]]:
    return [part.tolist() for part in np.split(found.ids, found.starts[1:-1])]


def beside(reader: Reader, library, texts: list[str]) -> None:
    """Asserts that both read the same."""
    theirs = [one.ids for one in library.encode_batch_fast(texts, add_special_tokens=False)]
    assert texts_of(reader.read(texts)) == theirs


def compact(file: dict) -> bytes:
    return json.dumps(file, separators=(",", ":"), ensure_ascii=False).encode()


@settings(max_examples=400)
@given(st.lists(st.text(st.sampled_from(TRICKY), max_size=30), min_size=1, max_size=4))
def test_what_the_rules_are_about_is_read_as_the_library_does(reader, library, texts):
    beside(reader, library, texts)


@settings(max_examples=200)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=40), min_size=1, max_size=4))
def test_any_text_is_read_as_the_library_does(reader, library, texts):
    beside(reader, library, texts)


@settings(max_examples=100)
@given(
    st.sets(st.sampled_from(TRICKY), max_size=20),
    st.lists(st.text(st.sampled_from(TRICKY), max_size=20), min_size=1, max_size=3),
)
def test_whichever_characters_the_vocabulary_has(characters, texts):
    tokens = list(dict.fromkeys([UNKNOWN, START, *sorted(characters)]))
    assume(characters_of(tokens))
    beside(Reader.of({token: place for place, token in enumerate(tokens)}), tokenizer_of(tokens), texts)


@pytest.mark.parametrize(
    "texts",
    [
        [""],
        ["", "truce", "", "truce truce", ""],
        ["والكتاب الالكتاب xالكتاب 5الكتاب"],
        ["ال" * 40, "truce" * 50, "停火" * 70, "7" * 100],
        ["об'єкт об\u00ad'я '"],
        ["NATO停火2016年truceΣ ΑΣ"],
    ],
)
def test_words_of_all_kinds(reader, library, texts):
    beside(reader, library, texts)


def test_the_shipped_encoder_is_read_here_as_by_the_library():
    """Should a version of the library write the file otherwise, the encoder would be slow, not wrong."""
    ours = open_reader(SHIPPED)
    assert isinstance(ours, Reader)
    theirs = LibraryReader(SHIPPED.read_text(encoding="utf-8"))
    texts = [
        "В Алеппо объявлено перемирие, сообщил Кремль: «об'єкт зруйновано» – ёлка",
        "The cessation of hostilities came into force at 23:59 on 2016-09-12, U.S. officials said.",
        "أُعلنت الهدنة في حلب بعد مباحثات في جنيف وبالحكومة للحكومة",
        "联合国安理会就NATO叙利亚停火问题举行会议。サミットは東京で開かれた",
        "La trêve n'a pas été respectée; Größe, İstanbul, सीरिया में मानवीय सहायता, ירושלים, Ελλάδας ΣΑΣ",
        "",
    ]
    assert ours.n_ids == theirs.n_ids
    assert texts_of(ours.read(texts)) == texts_of(theirs.read(texts))


def test_what_the_library_saves_is_read_here(tmp_path, library, reader):
    path = tmp_path / "tokenizer.json"
    for pretty in (False, True):
        library.save(str(path), pretty=pretty)
        assert isinstance(open_reader(path), Reader) is not pretty
        assert texts_of(open_reader(path).read(["truce 停火"])) == texts_of(reader.read(["truce 停火"]))


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file["normalizer"]["normalizers"].pop(),
        lambda file: file["pre_tokenizer"]["pretokenizers"].pop(0),
        lambda file: file["model"].update(max_input_chars_per_word=5),
        lambda file: file["model"].update(type="WordLevel"),
        lambda file: file["model"]["vocab"].update({"_last": 999}),
        lambda file: file["model"]["vocab"].update({'_qu"ote': len(file["model"]["vocab"])}),
        lambda file: file["model"]["vocab"].update({"é": len(file["model"]["vocab"])}),
        lambda file: file.update(added_tokens=[{"id": 0}]),
    ],
)
def test_a_file_of_other_rules_is_left_to_the_library(library, change):
    file = json.loads(library.to_str())
    assert Reader.from_json(compact(file)) is not None
    change(file)
    assert Reader.from_json(compact(file)) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        '{"model":{"vocab":{"<unk>":0,"_":1}}}',
        "{",
        '{"vocab":{',
        '{"vocab":{}}}',
        '{"model":{"vocab":{"a":0,"_":x}}}',
    ],
)
def test_no_tokenizer_is_none(content):
    assert Reader.from_json(content.encode()) is None


@given(st.integers(1, 1200), st.floats(0, 1), st.sampled_from([*b'0123456789:,"a\\ ', None]))
def test_a_vocabulary_is_read_as_json_or_not_at_all(n_tokens, where, byte):
    def asked(body: bytes, tokens: list[str]) -> dict[str, int | None] | None:
        found = reading.Tokens.of(body)
        return None if found is None else {token: found.find(token.encode()) for token in tokens}

    tokens = [f"t{number}" for number in range(n_tokens)]
    body = compact({token: number for number, token in enumerate(tokens)})[1:-1]
    assert asked(body, [*tokens, "", "t", "t00"]) == {
        **{token: number for number, token in enumerate(tokens)},
        **dict.fromkeys(["", "t", "t00"]),
    }
    assert asked(b'"":0', ["", "t"]) == {"": 0, "t": None}
    place = int(where * (len(body) - 1))
    changed = body[:place] + (b"" if byte is None else bytes([byte])) + body[place + 1 :]
    if asked(changed, []) is not None:
        wanted = json.loads(b"{%b}" % changed)
        assert asked(changed, list(wanted)) == wanted


def test_words_that_were_read_are_forgotten_in_time(library, monkeypatch):
    monkeypatch.setattr(reading, "WORDS_KEPT", 50)
    own = Reader.of({token: place for place, token in enumerate(TOKENS)})
    for number in range(40):
        texts = [f"{number} {letter}truce" for letter in "abcdefghxyz"]
        beside(own, library, texts)
        assert len(own._words) <= 50 + len(texts) + 1


def test_another_tokenizer_is_read_by_the_library(tmp_path):
    path = tmp_path / "tokenizer.json"
    word_tokenizer(["truce", "停火"]).save(str(path))
    found = open_reader(path)
    assert isinstance(found, LibraryReader)
    assert found.n_ids == 3
    assert texts_of(found.read(["truce other", "停火", ""])) == [[1, 0], [2], []]
    assert texts_of(found.read([])) == [[]]
    assert found.read([]).starts.tolist() == [0]


def test_the_article_needs_letters_that_are_known():
    assert article({"a"}) == "(?!)"
    assert re.sub(article("الدبه"), "", "البده البد الب") == "بده البد الب"


def test_no_text(reader):
    assert reader.read([]).starts.tolist() == [0]
    assert reader.read([]).ids.shape == (0,)
