"""Encoders: our reader beside sentence-transformers, any model by path, and the cache between."""

import gc
import os
import shutil
import sqlite3
import weakref
from collections.abc import Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from newstance.embed import Encoder, load_encoder
from newstance.embed.cache import CachedEncoder, VectorCache
from newstance.embed.encoder import shipped_encoder_path
from newstance.embed.static import StaticEncoder, is_static
from newstance.embed.transformer import TransformerEncoder
from newstance.linear import unit_rows
from tiny import word_tokenizer, write_bert, write_static

TEXTS = [
    "В Алеппо объявлено перемирие, сообщил Кремль.",
    "Спостерігачі ОБСЄ зафіксували обстріли на Донбасі: об'єкт зруйновано.",
    "The cessation of hostilities in Syria came into force at midnight.",
    "Die Verlängerung der Sanktionen trifft den Mittelstand.",
    "La trêve en Syrie n'a pas été respectée près de Genève.",
    "أُعلنت الهدنة في حلب بعد مباحثات في جنيف",
    "联合国安理会就叙利亚停火问题举行会议。",
]
ODD = [
    "",
    " \n\t\u00a0",
    "!?… — «»",
    "\u200b\ufeff\u00ad",
    "e\u0301te\u0301 ﬁnance ①② Ⅳ",
    "👩‍👩‍👧‍👦 🇺🇦 перемирие",
    "\U0010ffff\ue000\ufffe",
    "\x00\x01 zero \x00",
    "İstanbul ŞIMDI ёлка ЁЛКА",
    "word\u2028line\u0085next\r\n",
    "a" * 3000,
    "10 000 000,50 % 2016-09-10",
]


@pytest.fixture(scope="module")
def shipped() -> Encoder:
    return load_encoder()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def sentence_transformer(folder: Path):
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu")


WORDS = ["truce", "перемирие", "هدنة", "停火", "trêve"]


def a_table(kind: str) -> dict[str, np.ndarray]:
    """Tensors for six tokens, one of them the unknown one."""
    random = np.random.default_rng(0)
    table = random.normal(size=(6, 12)).astype(np.float32)
    small = random.integers(-127, 128, size=(6, 12), dtype=np.int8)
    weights = random.uniform(0.001, 0.1, 6).astype(np.float32)
    return {
        "float32": {"embedding.weight": table},
        "float16": {"embedding.weight": table.astype(np.float16)},
        "model2vec": {"embeddings": table},
        "int8": {"embeddings": small, "weights": weights},
        "int8 shared": {
            "embeddings": small[:3],
            "mapping": np.array([0, 1, 2, 2, 1, 0], dtype=np.int32),
            "weights": weights,
        },
        "int8 in few bytes": {
            "embeddings": small[:3],
            "mapping": np.array([0, 1, 2, 2, 1, 0], dtype=np.uint16),
            "weights": weights.astype(np.float16),
        },
        "mapping alone": {"embeddings": table[:3], "mapping": np.array([2, 1, 0, 2, 1, 0], dtype=np.int64)},
    }[kind]


# Our reader beside sentence-transformers


def exactly(encoder: StaticEncoder, text: str) -> np.ndarray:
    """The vector of ``text`` summed in double precision."""
    ids = encoder.reader.read([text]).ids
    total = encoder.scales[ids].astype(float) @ encoder.table[encoder.rows[ids]].astype(float)
    return total / np.linalg.norm(total)


def test_the_shipped_encoder_reads_the_same_in_sentence_transformers():
    """Without abbreviations spelled out, which sentence-transformers does not know of."""
    plain = StaticEncoder(shipped_encoder_path(), abbreviations=False)
    texts = [*TEXTS, *ODD, " ".join(TEXTS), " ".join(TEXTS * 20)]
    long = " ".join(TEXTS * 200)
    assert len(long.encode()) > 100_000
    ours, theirs = (
        plain.encode([*texts, long]),
        sentence_transformer(shipped_encoder_path()).encode([*texts, long]),
    )
    assert ours.dtype == np.float32
    # torch sums in single precision, which shows after hundreds of tokens; ours does not
    short = np.array([len(text) < 500 for text in [*texts, long]])
    assert short.sum() >= 10
    np.testing.assert_allclose(ours[short], theirs[short], atol=1e-5)
    np.testing.assert_allclose(ours[~short], theirs[~short], atol=5e-5)
    np.testing.assert_allclose(ours[-1], exactly(plain, long), atol=2e-6)


@pytest.mark.parametrize(
    "kind", ["float32", "model2vec", "int8", "int8 shared", "int8 in few bytes", "mapping alone"]
)
def test_tables_of_every_kind_read_the_same_in_sentence_transformers(tmp_path, kind):
    folder = write_static(tmp_path / "model", a_table(kind), WORDS)
    texts = ["truce перемирие truce", "هدنة 停火", "unknown trêve", "trêve", ""]
    ours = StaticEncoder(folder).encode(texts)
    np.testing.assert_allclose(ours, sentence_transformer(folder).encode(texts), atol=1e-5)
    assert not np.allclose(ours[0], ours[1])


def test_half_precision_is_summed_in_full(tmp_path):
    half = StaticEncoder(write_static(tmp_path / "half", a_table("float16"), WORDS))
    full = StaticEncoder(write_static(tmp_path / "full", a_table("float32"), WORDS))
    text = " ".join(WORDS * 5000)
    np.testing.assert_allclose(half.encode([text]), full.encode([text]), atol=2e-3)
    assert half.encode([text]).dtype == np.float32


def test_a_text_without_a_normalisation_module_is_of_unit_length_all_the_same(tmp_path):
    folder = write_static(tmp_path / "model", a_table("float32"), WORDS, after=())
    ours = load_encoder(str(folder)).encode(["truce هدنة"])
    np.testing.assert_allclose(
        ours, unit_rows(sentence_transformer(folder).encode(["truce هدنة"])), atol=1e-5
    )


# What an encoder promises


def test_vectors_are_of_unit_length_and_zero_where_there_is_no_word(shipped):
    vectors = shipped.encode([*TEXTS, "", " \n", "!?…"])
    assert vectors.shape == (len(TEXTS) + 3, shipped.n_dims)
    np.testing.assert_allclose(np.linalg.norm(vectors[: len(TEXTS)], axis=1), 1, atol=1e-6)
    assert not vectors[len(TEXTS) :].any()


def test_no_text_gives_no_vector(shipped):
    assert shipped.encode([]).shape == (0, shipped.n_dims)


def test_odd_texts_give_finite_vectors(shipped):
    assert np.isfinite(shipped.encode(ODD)).all()


def test_a_translation_is_nearer_than_another_text(shipped):
    vectors = shipped.encode(
        [
            "Перемирие в Сирии нарушено.",
            "The ceasefire in Syria was broken.",
            "The team won the football cup.",
        ]
    )
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_vector_does_not_depend_on_its_batch(shipped, data):
    text = data.draw(st.sampled_from([*TEXTS, *ODD]) | st.text(max_size=200))
    others = data.draw(st.lists(st.sampled_from([*TEXTS, *ODD, "слово " * 500]), max_size=30))
    place = data.draw(st.integers(0, len(others)))
    batch = [*others[:place], text, *others[place:]]
    np.testing.assert_array_equal(shipped.encode(batch)[place], shipped.encode([text])[0])


@pytest.mark.parametrize("kind", ["float32", "int8", "int8 shared"])
def test_nor_on_where_a_long_batch_is_cut(tmp_path, monkeypatch, kind):
    monkeypatch.setattr("newstance.embed.static.CHARS_AT_ONCE", 100_000)
    encoder = StaticEncoder(write_static(tmp_path / "model", a_table(kind), WORDS))
    rng = np.random.default_rng(1)
    texts = [" ".join(rng.choice(WORDS, size)) for size in (3, 3_000, 1, 25_000, 4_096, 4_097, 2, 9_000)]
    assert sum(map(len, texts)) > 200_000
    whole = encoder.encode(texts)
    for row, text in enumerate(texts):
        np.testing.assert_array_equal(encoder.encode([text])[0], whole[row])
        np.testing.assert_allclose(whole[row], exactly(encoder, text), atol=2e-6)


def test_a_lone_surrogate_is_refused(shipped):
    # reading a corpus replaces them; a user's own texts may hold them
    with pytest.raises((UnicodeEncodeError, TypeError)):
        shipped.encode(["\ud800"])


# Finding an encoder


def test_shipped_is_found_and_says_what_it_is(shipped):
    again = load_encoder("shipped")
    assert isinstance(again, StaticEncoder)
    assert isinstance(again, Encoder)
    assert again.name == "shipped"
    assert again.fingerprint == shipped.fingerprint
    assert len(again.fingerprint) == 32
    np.testing.assert_array_equal(again.encode(TEXTS), shipped.encode(TEXTS))


def test_a_static_model_by_path_is_read_without_torch(tmp_path):
    encoder = load_encoder(str(write_static(tmp_path / "model", a_table("int8"), WORDS)))
    assert isinstance(encoder, StaticEncoder)
    assert encoder.name == str(tmp_path / "model")


def test_a_model_with_more_than_a_normalisation_is_not_taken_for_a_static_one(tmp_path):
    assert is_static(write_static(tmp_path / "a", a_table("int8"), WORDS))
    assert not is_static(write_static(tmp_path / "b", a_table("int8"), WORDS, after=("Dense", "Normalize")))
    assert not is_static(tmp_path)


@pytest.mark.parametrize("name", ["/no/such/folder", "./nowhere", "../nowhere", "a/b/c", "~/nowhere", ""])
def test_a_path_that_leads_nowhere(name):
    with pytest.raises(FileNotFoundError, match=r"encoder\.model: .* is not a folder with a sentence-transf"):
        load_encoder(name)


@pytest.mark.parametrize("name", ["no-such-model-here", "nobody-here/no-such-model"])
def test_a_name_that_nobody_knows(name):
    encoder = load_encoder(name)  # names are looked up at the first use
    with pytest.raises(OSError, match=rf"encoder\.model: '{name}' could not be loaded"):
        encoder.encode(["a"])


def test_a_folder_that_holds_no_model(tmp_path):
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(
        OSError, match=r"encoder\.model: .* is not a folder with a sentence-transformers model"
    ):
        load_encoder(str(tmp_path)).encode(["a"])


# Damaged folders


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("int8", [*WORDS, "more"]),
        ("int8", WORDS[:-1]),
        ("int8 shared", [*WORDS, "more"]),
        ("float32", WORDS[:2]),
    ],
)
def test_a_folder_that_mixes_two_models(tmp_path, kind, words):
    folder = write_static(tmp_path / "model", a_table(kind), words)
    with pytest.raises(ValueError, match=r"mixes two models; copy both files of one") as caught:
        load_encoder(str(folder)).encode(["truce"])
    assert f"tokenizer.json has {len(words) + 1} tokens, model.safetensors has 6" in str(caught.value)
    assert str(folder) in str(caught.value)


def test_the_shipped_table_with_the_tokenizer_of_another(tmp_path, shipped):
    folder = tmp_path / "mixed"
    shutil.copytree(shipped_encoder_path(), folder)
    word_tokenizer(WORDS).save(str(folder / "0_StaticEmbedding" / "tokenizer.json"))
    with pytest.raises(ValueError, match="mixes two models"):
        load_encoder(str(folder)).encode(TEXTS)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"embeddings": np.ones((6, 4), np.int8), "weights": np.ones(5, np.float32)}, "6 tokens.*5 weights"),
        (
            {"embeddings": np.ones((2, 4), np.int8), "mapping": np.array([0, 1, 2, 0, 0, 0])},
            "row 2 of 2 rows",
        ),
        (
            {"embeddings": np.ones((2, 4), np.int8), "mapping": np.array([0, 1, -1, 0, 0, 0])},
            "row -1 of 2 rows",
        ),
        ({"embeddings": np.ones(6, np.int8)}, "shape"),
        ({"other": np.ones((6, 4), np.float32)}, r"expected a table .* found \['other'\]"),
    ],
)
def test_a_table_that_does_not_fit_itself(tmp_path, tensors, message):
    folder = write_static(tmp_path / "model", tensors, WORDS)
    with pytest.raises(ValueError, match=message) as caught:
        load_encoder(str(folder))
    assert "model.safetensors" in str(caught.value)


@pytest.mark.parametrize(
    "name", ["0_StaticEmbedding/model.safetensors", "0_StaticEmbedding/tokenizer.json", "modules.json"]
)
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[3]", b"\xff\xfe\x00"])
def test_a_damaged_file_is_named(tmp_path, name, content):
    folder = write_static(tmp_path / "model", a_table("int8"), WORDS)
    (folder / name).write_bytes(content)
    with pytest.raises(ValueError, match=r"Copy the encoder anew") as caught:
        load_encoder(str(folder)).encode(["truce"])
    assert str(folder / name) in str(caught.value)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_named(tmp_path, name):
    folder = write_static(tmp_path / "model", a_table("int8"), WORDS)
    (folder / "0_StaticEmbedding" / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        load_encoder(str(folder)).encode(["truce"])


def test_the_fingerprint_tells_models_apart(tmp_path):
    first = StaticEncoder(write_static(tmp_path / "a", a_table("int8"), WORDS))
    same = StaticEncoder(write_static(tmp_path / "b", a_table("int8"), WORDS))
    other_words = StaticEncoder(write_static(tmp_path / "c", a_table("int8"), WORDS[::-1]))
    tensors = a_table("int8")
    tensors["embeddings"][3, 3] ^= 1
    other_table = StaticEncoder(write_static(tmp_path / "d", tensors, WORDS))
    assert first.fingerprint == same.fingerprint
    assert len({one.fingerprint for one in (first, other_words, other_table)}) == 3


def test_encoders_of_one_folder_share_what_was_read_until_its_files_change(tmp_path):
    folder = write_static(tmp_path / "model", a_table("int8"), WORDS)
    first, plain = StaticEncoder(folder), StaticEncoder(folder, abbreviations=False)
    assert plain.table is first.table
    assert plain.reader is first.reader
    assert plain.fingerprint != first.fingerprint
    tensors = a_table("int8")
    tensors["embeddings"][3, 3] ^= 1
    shutil.rmtree(folder)
    changed = StaticEncoder(write_static(tmp_path / "model", tensors, WORDS))
    assert changed.fingerprint != first.fingerprint
    assert (changed.table != first.table).any()


def test_nothing_is_kept_of_encoders_that_are_gone(tmp_path):
    encoder = StaticEncoder(write_static(tmp_path / "model", a_table("int8"), WORDS))
    table = weakref.ref(encoder.table)
    del encoder
    gc.collect()
    assert table() is None


# A real transformer, made here


@pytest.fixture(scope="module")
def bert(tmp_path_factory) -> Path:
    """A folder that sentence-transformers saved: a tiny BERT with random weights, mean pooling."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer

    folder = tmp_path_factory.mktemp("bert")
    words = Transformer(str(write_bert(folder / "hf", TEXTS)))
    SentenceTransformer(modules=[words, Pooling(16), Normalize()], device="cpu").save(str(folder / "model"))
    return folder / "model"


def test_a_transformer_by_path_gives_its_own_vectors(bert):
    encoder = load_encoder(str(bert), batch_size=2)
    assert isinstance(encoder, TransformerEncoder)
    assert isinstance(encoder, Encoder)
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), encoder.n_dims) == (len(TEXTS), 16)
    np.testing.assert_allclose(vectors, sentence_transformer(bert).encode(TEXTS), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.linalg.matrix_rank(vectors) > 1
    assert encoder.encode([]).shape == (0, 16)


def test_the_fingerprint_of_a_transformer_is_that_of_its_weights_and_settings(bert, tmp_path):
    plain = TransformerEncoder(str(bert))
    moved = tmp_path / "elsewhere"
    shutil.copytree(bert, moved)
    assert TransformerEncoder(str(moved)).fingerprint == plain.fingerprint
    (weights,) = moved.rglob("model.safetensors")
    tensors = load_file(weights)
    name = next(key for key in tensors if key.endswith("word_embeddings.weight"))
    tensors[name] = -tensors[name]
    save_file(tensors, weights, {"format": "pt"})
    others = [
        TransformerEncoder(str(moved)),
        TransformerEncoder(str(bert), max_tokens=8),
        TransformerEncoder(str(bert), dtype="bfloat16"),
    ]
    assert len({plain.fingerprint, *(other.fingerprint for other in others)}) == 4
    assert not np.allclose(plain.encode(TEXTS), others[0].encode(TEXTS), atol=1e-3)
    long = [TEXTS[0] + " " + TEXTS[0]]
    assert not np.allclose(plain.encode(long), others[1].encode(long), atol=1e-3)


def test_a_transformer_behind_the_cache(bert, tmp_path):
    first = CachedEncoder(load_encoder(str(bert)), tmp_path / "v.sqlite")
    vectors = first.encode(TEXTS)
    again = CachedEncoder(load_encoder(str(bert)), tmp_path / "v.sqlite")
    np.testing.assert_array_equal(again.encode(TEXTS), vectors)
    assert (first.n_encoded, again.n_encoded) == (len(TEXTS), 0)


# The cache


class Letters:
    """An encoder of a user's own: counts of letters. It can be told to fail after so many texts."""

    n_dims = 4

    def __init__(self, fingerprint: str = "letters-1", fail_after: int | None = None):
        self.name = "letters"
        self.fingerprint = fingerprint
        self.fail_after = fail_after
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if self.fail_after is not None and len(self.seen) + len(texts) > self.fail_after:
            raise KeyboardInterrupt
        self.seen.extend(texts)
        counts = np.array([[text.count(one) for one in "0123"] for text in texts], dtype=np.float32)
        return unit_rows(counts.reshape(len(texts), 4))


def test_a_second_run_encodes_nothing_and_says_the_same(shipped, tmp_path):
    texts = [*TEXTS, *ODD, *TEXTS]
    first = CachedEncoder(shipped, tmp_path / "deep" / "v.sqlite")
    second = CachedEncoder(load_encoder(), tmp_path / "deep" / "v.sqlite")
    np.testing.assert_array_equal(first.encode(texts), shipped.encode(texts))
    np.testing.assert_array_equal(second.encode(texts[::-1]), shipped.encode(texts[::-1]))
    assert first.n_encoded == len(set(texts))
    assert second.n_encoded == 0
    assert isinstance(second, Encoder)
    assert (second.name, second.n_dims, second.fingerprint) == (
        shipped.name,
        shipped.n_dims,
        shipped.fingerprint,
    )


def test_only_what_is_new_is_encoded(tmp_path):
    encoder = Letters()
    cached = CachedEncoder(encoder, tmp_path / "v.sqlite")
    cached.encode(["0", "1", "0"])
    vectors = cached.encode(["2", "1", "0", "2"])
    assert sorted(encoder.seen) == ["0", "1", "2"]
    assert vectors.argmax(axis=1).tolist() == [2, 1, 0, 2]
    assert cached.encode([]).shape == (0, 4)


def test_another_model_reuses_nothing(tmp_path):
    first, other = Letters("letters-1"), Letters("letters-2")
    CachedEncoder(first, tmp_path / "v.sqlite").encode(["0", "1"])
    cached = CachedEncoder(other, tmp_path / "v.sqlite")
    cached.encode(["0", "1"])
    assert cached.n_encoded == len(other.seen) == 2
    third = CachedEncoder(Letters("letters-1"), tmp_path / "v.sqlite")
    third.encode(["0", "1"])
    assert third.n_encoded == 0


def test_a_stopped_run_goes_on_where_it_stood(tmp_path):
    texts = [f"{number:05d}" for number in range(10_000)]
    stopped = Letters(fail_after=9_000)
    with pytest.raises(KeyboardInterrupt):
        CachedEncoder(stopped, tmp_path / "v.sqlite").encode(texts)
    assert 4_000 < len(stopped.seen) <= 9_000
    encoder, blocks = Letters(), []
    cached = CachedEncoder(encoder, tmp_path / "v.sqlite", progress=blocks.append)
    np.testing.assert_array_equal(cached.encode(texts), Letters().encode(texts))
    assert not set(encoder.seen) & set(stopped.seen)
    assert set(encoder.seen) | set(stopped.seen) == set(texts)
    assert cached.n_encoded == len(encoder.seen)
    assert sum(blocks) == len(texts)


def test_texts_that_look_alike_are_kept_apart(tmp_path):
    texts = ["é", "e\u0301", "a", "a ", "\ud800", "\ud801", "", "\x00"]
    cache = VectorCache(tmp_path / "v.sqlite", "f" * 32, 2)
    vectors = np.arange(len(texts) * 2, dtype=np.float32).reshape(-1, 2)
    cache.put(texts, vectors)
    got, found = cache.get([*texts, "b"])
    np.testing.assert_array_equal(got[:-1], vectors)
    assert found.tolist() == [True] * len(texts) + [False]


def test_a_failed_put_keeps_nothing(tmp_path):
    cache = VectorCache(tmp_path / "v.sqlite", "f", 2)
    with pytest.raises(ValueError, match="zip"):
        cache.put(["a", "b"], np.ones((1, 2), np.float32))
    assert not cache.get(["a", "b"])[1].any()


@pytest.mark.parametrize("what", ["text", "folder", "table"])
def test_a_cache_that_is_none_is_named(tmp_path, what):
    path = tmp_path / "v.sqlite"
    if what == "text":
        path.write_text("not a database, but long enough to be looked at " * 100)
    elif what == "folder":
        path.mkdir()
    else:
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE vectors (other INTEGER)")
    advice = "See that it is a file" if what == "folder" else "Remove it"
    with pytest.raises(ValueError, match=rf"encoder\.cache: .*v\.sqlite cannot be used.*{advice}"):
        CachedEncoder(Letters(), path).encode(["0"])


def rows_of(path):
    with closing(sqlite3.connect(path)) as database:
        return dict(database.execute("SELECT key, vector FROM vectors"))


def change_rows(path, change):
    """Put what ``change`` makes of the key and the content of a row in its place."""
    rows = rows_of(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany(
            "UPDATE vectors SET vector = ? WHERE key = ?", [(change(key, rows), key) for key in rows]
        )


@pytest.mark.parametrize(
    "change",
    [
        lambda key, rows: b"\0\0\0\0",
        lambda key, rows: b"",
        lambda key, rows: "text",
        lambda key, rows: None,
        lambda key, rows: np.full(4, np.nan, np.float32).tobytes(),
        lambda key, rows: rows[key][:-1],
        lambda key, rows: rows[key] + b"\0",
        lambda key, rows: rows[key][:3] + bytes([rows[key][3] ^ 1]) + rows[key][4:],
        lambda key, rows: next(rows[other] for other in rows if other != key),
    ],
    ids=["four bytes", "empty", "text", "null", "NaN", "cut", "longer", "a bit", "of another text"],
)
def test_a_row_of_the_cache_that_is_no_vector_is_encoded_anew(tmp_path, change):
    encoder = Letters("letters-1")
    CachedEncoder(encoder, tmp_path / "v.sqlite").encode(["01", "22"])
    change_rows(tmp_path / "v.sqlite", change)
    mended = CachedEncoder(encoder, tmp_path / "v.sqlite")
    np.testing.assert_array_equal(mended.encode(["01", "22"]), encoder.encode(["01", "22"]))
    assert mended.n_encoded == mended.cache.n_damaged == 2
    again = CachedEncoder(encoder, tmp_path / "v.sqlite")
    again.encode(["01", "22", "333"])
    assert (again.n_encoded, again.cache.n_damaged) == (1, 0)


def test_a_vector_of_infinity_is_never_found(tmp_path):
    cache = VectorCache(tmp_path / "v.sqlite", "f", 2)
    cache.put(["a", "b"], np.array([[np.inf, 1], [2, 1]], np.float32))
    assert cache.get(["a", "b"])[1].tolist() == [False, True]


def test_a_cache_that_another_process_holds_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("newstance.embed.cache.SECONDS_TO_WAIT", 0.1)
    cached = CachedEncoder(Letters(), tmp_path / "v.sqlite")
    with closing(sqlite3.connect(tmp_path / "v.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            ValueError, match=r"v\.sqlite cannot be used .*locked\. Wait until the other process"
        ):
            cached.encode(["0"])
        other.execute("ROLLBACK")
    cached.encode(["0"])


def test_a_cache_without_room_is_not_to_be_removed(tmp_path):
    cached = CachedEncoder(Letters(), tmp_path / "v.sqlite")
    opened = cached.cache._opened

    @contextmanager
    def full():
        with opened() as database:
            database.execute("PRAGMA max_page_count=1")
            yield database

    cached.cache._opened = full
    texts = [f"{number:05d}" for number in range(500)]
    with pytest.raises(ValueError, match=r"disk is full\. Make room there, or give another file"):
        cached.encode(texts)
    cached.cache._opened = opened
    assert cached.encode(texts).shape == (500, Letters().n_dims)


def test_a_cache_that_was_cut_is_told(tmp_path):
    path = tmp_path / "v.sqlite"
    texts = [f"{number:05d}" for number in range(500)]
    CachedEncoder(Letters(), path).encode(texts)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(ValueError, match=r"malformed\. Remove it, or give another file"):
        CachedEncoder(Letters(), path).encode(texts)
