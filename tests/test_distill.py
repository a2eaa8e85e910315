"""Training a static encoder, on two made-up languages whose words stand one for one."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from made import ragged, unit, vector_of_word
from newstance.embed import load_encoder
from newstance.embed.reader import Ragged, Reader
from newstance.embed.spelling import START
from newstance.embed.static import StaticEncoder
from newstance.train_encoder.distill import (
    DistillConfig,
    EncoderTexts,
    length_weights,
    teacher_vectors,
    token_counts,
    tokenize,
)
from newstance.train_encoder.parallel import Pairs, parallel_files, read_pairs, read_plain
from newstance.train_encoder.save import quantize, save_static
from newstance.train_encoder.shrink import own_rows, share_rows
from newstance.train_encoder.student import Student, WeightedRows, load_start_table
from newstance.train_encoder.vocabulary import build_vocabulary, in_pieces

N_DIMS = 16
CHECKPOINT = "checkpoint.safetensors"
SYLLABLES = ["ba", "do", "fi", "gu", "ke", "lo", "mi", "ru", "sa", "te"]
ENGLISH = [a + b for a in SYLLABLES for b in SYLLABLES[:6]]
TO_CYRILLIC = str.maketrans("abdefgiklmorstu", "абдефгиклморсту")
OTHERS = {
    "xa": {word: f"{word[2:]}{word[:2]}x" for word in ENGLISH},
    "xb": {word: f"{word}к".translate(TO_CYRILLIC) for word in ENGLISH},
}
CONFIG = DistillConfig(
    n_tokens=400, n_dims=N_DIMS, steps=60, batch_size=64, learning_rate=0.05, checkpoint_every=20
)


class Teacher:
    """An English encoder: the mean of the words' own directions."""

    name, fingerprint, n_dims = "teacher", "teacher-1", 24

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return unit(np.stack([sum(vector_of_word(word)[:24] for word in text.split()) for text in texts]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Parallel files of the two languages, one of them packed."""
    path, rng = tmp_path_factory.mktemp("parallel"), np.random.default_rng(0)
    texts = [" ".join(rng.choice(ENGLISH, rng.integers(3, 8))) for _ in range(400)]
    for lang, words in OTHERS.items():
        lines = [f"{text}\t{' '.join(words[one] for one in text.split())}\tnews" for text in texts]
        lines += [f"{word}\t{other}\tlex-made" for word, other in words.items()]
        content = ("\n".join(lines) + "\n").encode()
        if lang == "xa":
            (path / f"en-{lang}.tsv").write_bytes(content)
        else:
            (path / f"en-{lang}.tsv.gz").write_bytes(gzip.compress(content))
    (path / "README.md").write_text("not a language")
    return path


@pytest.fixture(scope="module")
def text(folder) -> tuple[list[str], list[Pairs]]:
    return read_pairs(parallel_files(folder))


@pytest.fixture(scope="module")
def tokenizer(text) -> Tokenizer:
    english, pairs = text
    return build_vocabulary({"en": english} | {one.lang: one.other for one in pairs}, 400, 0.5)


@pytest.fixture(scope="module")
def lessons(text, tokenizer) -> EncoderTexts:
    english, pairs = text
    vocabulary = tokenizer.get_vocab()
    reader, cutter = Reader.of(vocabulary), Reader.of(in_pieces(vocabulary))
    return EncoderTexts(
        tokenize(reader, english),
        [tokenize(reader, one.other) for one in pairs],
        [tokenize(cutter, one.other) for one in pairs],
        pairs,
        teacher_vectors(Teacher(), english, N_DIMS, 0),
    )


def a_student(lessons: EncoderTexts, tokenizer: Tokenizer, seed: int = 0, **changes) -> Student:
    config = CONFIG.model_copy(update={"n_tokens": tokenizer.get_vocab_size(), **changes})
    table = np.random.default_rng(0).normal(0, 0.01, (config.n_tokens, N_DIMS)).astype(np.float32)
    seen = token_counts(lessons, config.n_tokens) > 0
    seen[0] = False
    return Student(lessons, config, seed, own_rows(table * seen[:, None]))


def resumed(lessons: EncoderTexts, tokenizer: Tokenizer, folder: Path, **changes) -> Student:
    config, n_tokens = CONFIG.model_copy(update=changes), tokenizer.get_vocab_size()
    return Student.resumed(lessons, config, 0, folder / CHECKPOINT, n_tokens)


def nothing(step: int, loss: float) -> None:
    """For a run that nobody watches."""


# Reading parallel text


def test_files_are_found_by_language(folder):
    assert {lang: path.name for lang, path in parallel_files(folder).items()} == {
        "xa": "en-xa.tsv",
        "xb": "en-xb.tsv.gz",
    }
    assert list(parallel_files(folder, ["xb"])) == ["xb"]


@pytest.mark.parametrize("langs", [["xa", "zz"], ["zz"]])
def test_a_language_that_is_not_there_is_named(folder, langs):
    with pytest.raises(FileNotFoundError, match=r"holds no en-zz\.tsv\.gz; it holds \['xa', 'xb'\]"):
        parallel_files(folder, langs)


def test_a_folder_without_parallel_text(tmp_path):
    (tmp_path / "old-en-xa.tsv").write_text("a\tb\tc\n")
    (tmp_path / "en-xa.tsv.bak").write_text("a\tb\tc\n")
    with pytest.raises(FileNotFoundError, match=r"holds no en-<lang>\.tsv\.gz; it holds \[\]"):
        parallel_files(tmp_path)


def test_each_english_text_is_held_once(text):
    english, pairs = text
    assert len(english) == len(set(english))
    for one in pairs:
        words = OTHERS[one.lang]
        for row, other, is_entry in zip(one.english, one.other, one.lexicon, strict=True):
            assert other == " ".join(words[word] for word in english[row].split())
            assert not is_entry or " " not in other
        assert one.lexicon.sum() == len(ENGLISH)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\tb\tc\na\tb\n", r"line 2: 2 columns, expected 3 \(English, other, source\)"),
        (b"a\tb\tc\n\na\tb\tc\n", r"line 2: 1 columns"),
        (b"a\tb\tc\td\n", r"line 1: 4 columns"),
        (b"a\tb\tc\na\tb\tc\na\t\xcf\xf0\tc\n", r"line 3: is not UTF-8"),
        (b"", r"holds no pair.*leave 'xa' out"),
    ],
)
def test_a_fault_has_its_file_and_line(tmp_path, content, message, packed):
    path = tmp_path / ("en-xa.tsv.gz" if packed else "en-xa.tsv")
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(ValueError, match=message) as caught:
        read_pairs(parallel_files(tmp_path))
    assert str(path) in str(caught.value)


DAMAGED = [b"no gzip at all", gzip.compress(b"a\tb\tc\n" * 9)[:-9], b"\x1f\x8b\x08" + b"x" * 60]


@pytest.mark.parametrize("content", DAMAGED, ids=["foreign", "cut short", "garbled"])
def test_a_damaged_archive_is_named(tmp_path, content):
    (tmp_path / "en-xa.tsv.gz").write_bytes(content)
    with pytest.raises(ValueError, match=r"en-xa\.tsv\.gz, after line \d+: is damaged: .*Copy it anew"):
        read_pairs(parallel_files(tmp_path))


def test_odd_line_ends_do_not_cut_a_text(tmp_path):
    (tmp_path / "en-xa.tsv").write_text("a\u2028b\tc\rd\x85e\tnews\r\n", encoding="utf-8", newline="")
    english, (pairs,) = read_pairs(parallel_files(tmp_path))
    assert (english, pairs.other) == (["a\u2028b"], ["c\rd\x85e"])


def test_plain_text_is_its_own_other_side(tmp_path):
    (tmp_path / "plain.txt").write_text("one\n\n two \none\nthree\n")
    english, pairs = read_plain(tmp_path / "plain.txt", ["two", "zero"])
    assert english == ["two", "zero", "one", "three"]
    assert pairs.other == [english[row] for row in pairs.english] == ["one", "two", "three"]
    assert not pairs.lexicon.any()
    (tmp_path / "none.txt").write_text("\n \n")
    with pytest.raises(ValueError, match=r"none\.txt: holds no text"):
        read_plain(tmp_path / "none.txt", [])


# Tokens and the teacher


def test_tokens_of_many_texts_lie_in_one_array(tokenizer):
    texts = ["baba dofi", "", "guke", "!", "baba baba baba"]
    ragged = tokenize(Reader.of(tokenizer.get_vocab()), texts, at_once=2)
    assert ragged.ids.dtype == np.int32
    assert [ragged.ids[a:b].tolist() for a, b in zip(ragged.starts, ragged.starts[1:], strict=False)] == [
        tokenizer.encode(text).ids for text in texts
    ]


def test_take_gives_the_texts_in_the_order_asked_for(tokenizer):
    texts = ["baba dofi", "", "guke", "fifi baba baba"]
    rows = np.array([3, 1, 0, 3, 3])
    reader = Reader.of(tokenizer.get_vocab())
    taken, expected = tokenize(reader, texts).take(rows), tokenize(reader, [texts[row] for row in rows])
    np.testing.assert_array_equal(taken.ids, expected.ids)
    np.testing.assert_array_equal(taken.starts, expected.starts)
    assert len(Ragged(np.array([1, 2]), np.array([0, 2])).take(np.array([], dtype=int)).ids) == 0


def test_the_teacher_keeps_its_leading_directions(text):
    english, _ = text
    whole, fewer = Teacher().encode(english), teacher_vectors(Teacher(), english, N_DIMS, 0)
    assert fewer.shape == (len(english), N_DIMS)
    np.testing.assert_allclose(np.linalg.norm(fewer, axis=1), 1, atol=1e-6)
    as_many = teacher_vectors(Teacher(), english, 24, 0)
    centred = unit(whole - whole.mean(axis=0))
    np.testing.assert_allclose(as_many @ as_many.T, centred @ centred.T, atol=1e-5)
    assert np.corrcoef((fewer @ fewer.T).ravel(), (centred @ centred.T).ravel())[0, 1] > 0.8
    with pytest.raises(ValueError, match="n_dims: 25 is more than the 24 of the teacher"):
        teacher_vectors(Teacher(), english, 25, 0)


def test_the_unknown_token_stays_zero(text, tokenizer, tmp_path):
    english = ["baba", "dofi", "guke"]
    pairs = [Pairs("xa", ["ქ", "ქ baba", "ქ"], np.arange(3), np.zeros(3, dtype=bool))]
    known = tokenizer.token_to_id(START + "baba")
    other = [Ragged(np.array([0, 0, known, 0], dtype=np.int32), np.array([0, 1, 3, 4]))]
    vectors = Teacher().encode(english)[:, :N_DIMS]
    lessons = EncoderTexts(tokenize(Reader.of(tokenizer.get_vocab()), english), other, other, pairs, vectors)
    assert not a_student(lessons, tokenizer, steps=5).run(tmp_path / CHECKPOINT, nothing).rows[0].any()


def test_token_counts(tokenizer, lessons, text):
    english, pairs = text
    counts = token_counts(lessons, tokenizer.get_vocab_size())
    for texts, word in [(english, "baba"), (pairs[1].other, OTHERS["xb"]["baba"])]:
        assert counts[tokenizer.token_to_id(START + word)] == " ".join(texts).split().count(word)


# The student


def test_training_lowers_the_loss_and_brings_translations_together(lessons, tokenizer, text, tmp_path):
    losses: list[float] = []
    student = a_student(lessons, tokenizer, steps=400)
    table = student.run(tmp_path / CHECKPOINT, lambda step, loss: losses.append(loss))
    assert len(losses) == 400
    assert np.mean(losses[-10:]) < 0.7 * np.mean(losses[:3])
    save_static(tmp_path / "model", table, tokenizer.to_str())
    encoder = StaticEncoder(tmp_path / "model")
    english, pairs = text
    sides = [encoder.encode(one.other[:100]) for one in pairs]
    rows = pairs[0].english[:100]
    assert (sides[0] * encoder.encode([english[row] for row in rows])).sum(axis=1).mean() > 0.8
    nearest = (sides[0] @ sides[1].T).argmax(axis=1)
    assert (nearest == np.arange(100)).mean() > 0.9
    assert not encoder.encode(["ქართული", "", "!"]).any()


def test_steps_are_counted_and_one_seed_gives_one_table(lessons, tokenizer, tmp_path):
    steps: list[int] = []
    tables = [
        a_student(lessons, tokenizer, seed, steps=6)
        .run(tmp_path / CHECKPOINT, lambda step, _: steps.append(step))
        .rows.copy()
        for seed in (1, 1, 2)
    ]
    assert steps == [1, 2, 3, 4, 5, 6] * 3
    np.testing.assert_array_equal(tables[0], tables[1])
    assert not np.allclose(tables[0], tables[2])


def test_long_texts_are_drawn_more_often():
    texts = ragged([[1] * 9, [2], [3] * 4, []])
    np.testing.assert_allclose(length_weights(texts, 0.5), np.array([3, 1, 2, 1]) / 1.75)
    np.testing.assert_array_equal(length_weights(texts, 0), 1)
    drawn = WeightedRows.of(texts, np.array([0, 2, 1]), 0.5).draw(60_000, np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(drawn) / 60_000, [1 / 2, 1 / 6, 1 / 3], atol=0.01)
    empty = WeightedRows.of(texts, np.array([], dtype=int), 0.5)
    assert empty.draw(0, np.random.default_rng(0)).shape == (0,)


def test_no_english_text_is_twice_in_a_batch(lessons, tokenizer):
    student = a_student(lessons, tokenizer, steps=1)
    for _ in range(20):
        _, english, rows = student._draw()
        assert len(set(rows.tolist())) == len(rows) == len(english.starts) - 1


@pytest.mark.parametrize("changes", [{"contrast": 0.0}, {"pieces": 1.0}, {"lexicon": 1.0}, {"lexicon": 0.0}])
def test_parts_of_the_loss_can_be_left_out(lessons, tokenizer, tmp_path, changes):
    losses: list[float] = []
    student = a_student(lessons, tokenizer, steps=40, **{"pieces": 0.0, **changes})
    student.run(tmp_path / CHECKPOINT, lambda _, loss: losses.append(loss))
    assert np.isfinite(losses).all()
    assert np.mean(losses[-5:]) < np.mean(losses[:5])


def test_languages_of_words_or_of_sentences_alone(text, tokenizer, lessons, tmp_path):
    _, (first, second) = text
    entries, sentences = np.flatnonzero(first.lexicon), np.flatnonzero(~second.lexicon)
    parts = [
        (first, lessons.other[0], lessons.cut[0], entries),
        (second, lessons.other[1], lessons.cut[1], sentences),
    ]
    narrow = EncoderTexts(
        lessons.english,
        [other.take(rows) for _, other, _, rows in parts],
        [cut.take(rows) for _, _, cut, rows in parts],
        [
            Pairs(one.lang, [one.other[row] for row in rows], one.english[rows], one.lexicon[rows])
            for one, _, _, rows in parts
        ],
        lessons.teacher,
    )
    assert np.isfinite(a_student(narrow, tokenizer, steps=10).run(tmp_path / CHECKPOINT, nothing).rows).all()


def test_a_stopped_training_goes_on_at_its_step(lessons, tokenizer, tmp_path):
    class Stop(Exception):
        pass

    def stop_at_45(step: int, loss: float) -> None:
        if step == 45:
            raise Stop

    first = a_student(lessons, tokenizer)
    assert not (tmp_path / CHECKPOINT).exists()
    with pytest.raises(Stop):
        first.run(tmp_path / CHECKPOINT, stop_at_45)
    steps, losses = [], []
    second = resumed(lessons, tokenizer, tmp_path)
    assert second.step == 40
    second.run(tmp_path / CHECKPOINT, lambda step, loss: (steps.append(step), losses.append(loss)))
    assert steps == list(range(41, 61))
    fresh: list[float] = []
    a_student(lessons, tokenizer).run(tmp_path / CHECKPOINT, lambda _, loss: fresh.append(loss))
    assert np.mean(losses) < np.mean(fresh[:20])
    assert losses != fresh[:20]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint.safetensors"]


def test_a_resumed_student_has_table_and_momentum(lessons, tokenizer, tmp_path):
    first = a_student(lessons, tokenizer, steps=20)
    table = first.run(tmp_path / CHECKPOINT, nothing).rows.copy()
    second = resumed(lessons, tokenizer, tmp_path, steps=20)
    assert second.step == 20
    np.testing.assert_array_equal(second.table.rows, table)
    np.testing.assert_array_equal(second.start.rows, first.start.rows)
    assert not np.array_equal(table, first.start.rows)
    kept, had = second.adam.state[second.rows.weight], first.adam.state[first.rows.weight]
    assert kept["step"] == had["step"]
    for part in ("exp_avg", "exp_avg_sq"):
        np.testing.assert_array_equal(kept[part].numpy(), had[part].numpy())
    # nothing is left to do
    np.testing.assert_array_equal(second.run(tmp_path / CHECKPOINT, pytest.fail).rows, table)


def test_the_end_is_kept_too(lessons, tokenizer, tmp_path):
    first = a_student(lessons, tokenizer, steps=25)
    table = first.run(tmp_path / CHECKPOINT, nothing, "of this run").rows.copy()
    second = resumed(lessons, tokenizer, tmp_path, steps=25)
    assert second.step == 25
    np.testing.assert_array_equal(second.run(tmp_path / CHECKPOINT, pytest.fail).rows, table)
    began = load_start_table(tmp_path / CHECKPOINT, "of this run")
    assert began is not None
    np.testing.assert_array_equal(began.rows, first.start.rows)
    assert load_start_table(tmp_path / CHECKPOINT, "of another") is None
    assert load_start_table(tmp_path / "other", "of this run") is None


def test_a_checkpoint_of_another_size_is_refused(lessons, tokenizer, tmp_path):
    a_student(lessons, tokenizer, steps=20).run(tmp_path / CHECKPOINT, nothing)
    n_tokens = tokenizer.get_vocab_size() + 1
    with pytest.raises(ValueError, match="a checkpoint of another size of table; remove it"):
        Student.resumed(lessons, CONFIG, 0, tmp_path / CHECKPOINT, n_tokens)


# Saving


def test_quantising_errs_by_half_a_step_at_most():
    table = np.random.default_rng(0).normal(size=(50, 16)).astype(np.float32)
    table *= 10.0 ** np.arange(-5, 5).repeat(5)[:, None].astype(np.float32)
    table[7] = 0
    rows, scales = quantize(table)
    assert (rows.dtype, scales.dtype) == (np.int8, np.float32)
    assert np.abs(rows).max() == 127
    error = np.abs(rows * scales[:, None] - table)
    assert (error <= scales[:, None] * 0.5001).all()
    assert scales[7] == 0
    assert not rows[7].any()
    np.testing.assert_allclose(scales, np.abs(table).max(axis=1) / 127, rtol=1e-6)


@pytest.mark.parametrize("n_rows", [None, 120])
def test_a_saved_encoder_reads_the_same_in_both_readers(tmp_path, monkeypatch, tokenizer, text, n_rows):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer

    n_tokens = tokenizer.get_vocab_size()
    table = np.random.default_rng(0).normal(size=(n_tokens, N_DIMS)).astype(np.float32)
    shared = own_rows(table) if n_rows is None else share_rows(table, np.arange(n_tokens), n_rows, 0)
    save_static(tmp_path / "model", shared, tokenizer.to_str())
    english, pairs = text
    texts = [*english[:50], *pairs[1].other[:50], "", "unseen words", "BABA dofi, 12"]
    ours = load_encoder(str(tmp_path / "model")).encode(texts)
    np.testing.assert_allclose(
        ours, SentenceTransformer(str(tmp_path / "model"), device="cpu").encode(texts), atol=1e-5
    )
    means = np.stack([table[one.ids].sum(axis=0) for one in tokenizer.encode_batch(texts[:100])])
    alike = (ours[:100] * unit(means)).sum(axis=1)
    assert alike.min() > (0.999 if n_rows is None else 0)
    assert alike.mean() > (0.999 if n_rows is None else 0.7)


def test_rows_are_shared_where_it_costs_least():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(300, N_DIMS)).astype(np.float32)
    counts = np.zeros(300)
    counts[:40] = 10_000

    def errors(counts: np.ndarray) -> np.ndarray:
        shared = share_rows(table, counts, 90, 0)
        assert shared.rows.shape == (90, N_DIMS)
        assert (shared.row_of.min(), shared.row_of.max()) == (0, 89)
        np.testing.assert_allclose(np.linalg.norm(shared.rows, axis=1), 1, atol=1e-5)
        again = shared.rows[shared.row_of] * shared.scales[:, None]
        return np.linalg.norm(again - table, axis=1) / np.linalg.norm(table, axis=1)

    by_use, alike = errors(counts), errors(np.zeros(300))
    # a shared row is the best multiple of its direction, so it never errs by more than the token's length
    assert max(by_use.max(), alike.max()) <= 1 + 1e-5
    assert min((by_use < 1e-3).sum(), (alike < 1e-3).sum()) >= 45  # half of the rows have one token
    assert by_use[:40].max() < 0.1
    assert alike[:40].mean() > 0.3
    np.testing.assert_array_equal(share_rows(table, counts, 300, 0).rows, table)


def test_a_saved_folder_holds_json_and_no_pickle(tmp_path, tokenizer):
    table = np.ones((tokenizer.get_vocab_size(), 4), np.float32)
    save_static(tmp_path / "model", own_rows(table), tokenizer.to_str())
    files = [path for path in (tmp_path / "model").rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == ["model.safetensors", "modules.json", "tokenizer.json"]
    modules = json.loads((tmp_path / "model" / "modules.json").read_text())
    assert [one["path"] for one in modules] == ["0_StaticEmbedding", "1_Normalize"]
