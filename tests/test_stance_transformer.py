"""A transformer that reads stances: the mention marked, trained, stopped, gone on with, saved and asked."""

import json
import os
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax
from sklearn.metrics import f1_score

from newstance.check import Findings
from newstance.check.places import check_reader
from newstance.config import ConfigError, read_yaml
from newstance.corpus import Reading
from newstance.embed import load_encoder
from newstance.model.content import ModelError
from newstance.model.news_model import NewsModel
from newstance.model.record import Record
from newstance.model.saved import load_model, save_model
from newstance.progress import Silence
from newstance.stance.fitting import fit_stance, read_stance
from newstance.stance.head import READER
from newstance.stance.judgements import Judgement
from newstance.stance.model import StanceConfig
from newstance.stance.readers import load_reader
from newstance.stance.transformer import TransformerReader
from newstance.stance.windows import CLOSE, OPEN, Windows
from newstance.tables import STANCES
from newstance.themes.codebook import Target
from newstance.train_stance import load_stance_config, train_reader, tuning
from newstance.train_stance.config import StanceTrainConfig
from newstance.train_stance.learnt import smoothed
from newstance.train_stance.soft import soft_lessons
from small_model import a_model, small_encoder
from tiny import word_tokenizer, write_bert, write_static

os.environ["HF_HUB_OFFLINE"] = "1"
ROOT = Path(__file__).parents[1]
WORDS = {"favor": "praised", "against": "condemned", "none": "visited"}
ROWS = [
    {"text": f"{who} {verb} {whom} {day}.", "start": len(f"{who} {verb} "), "stance": stance}
    for who in ("Minsk", "Oslo", "Rome")
    for stance, verb in WORDS.items()
    for whom in ("Paris", "Lima", "Cairo")
    for day in ("today", "twice")
]
for row in ROWS:
    row["end"] = row["start"] + len(row["text"][row["start"] :].split()[0])
TEXTS = [row["text"] for row in ROWS]
SPANS = [(row["start"], row["end"]) for row in ROWS]
LETTERS = "".join(TEXTS) + "abcdefghijklmnopqrstuvwxyz[]/"


class Stop(Exception):
    """What a killed training leaves behind, without the kill."""


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return write_bert(tmp_path_factory.mktemp("base") / "bert", [LETTERS])


def written(folder: Path, base: Path, name: str = "teacher", transformer: dict | None = None, **changed):
    """A config of ``folder``, loaded; ``transformer`` and ``changed`` replace some of its keys."""
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    rates = {"learning_rate": 0.01, "head_learning_rate": 0.01}
    tuned = {"model": str(base), "max_tokens": 40, "batch_size": 8, "epochs": 3} | rates
    values = {
        "name": name,
        "examples": [{"path": "rows.jsonl"}],
        "evaluation": [{"path": "rows.jsonl", "name": "own"}],
        "output": "models",
        "work": f"work-{name}",
        "transformer": tuned | (transformer or {}),
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(values | changed))
    return load_stance_config(path)


@pytest.fixture
def configured(tmp_path, base):
    """Writes a config, with some keys changed, and loads it."""
    return partial(written, tmp_path, base)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory, base) -> Path:
    """The folder of a trained transformer that knows the three verbs."""
    return train_reader(written(tmp_path_factory.mktemp("teacher"), base, transformer={"epochs": 20}))


def cutter(max_tokens: int = 16) -> Windows:
    tokenizer = word_tokenizer(["a", "b", "c", "x"])
    return Windows(tokenizer.to_str(), max_tokens, 0)


@settings(max_examples=60)
@given(
    before=st.lists(st.sampled_from("abc"), max_size=40),
    mention=st.lists(st.just("x"), min_size=1, max_size=25),
    after=st.lists(st.sampled_from("abc"), max_size=40),
)
def test_a_window_is_as_full_as_can_be_and_keeps_both_marks(before, mention, after):
    text = " ".join([*before, *mention, *after])
    start = len(" ".join(before)) + bool(before)
    (window,) = cutter().around([text], [(start, start + len(" ".join(mention)))])
    assert len(window.ids) == min(16, len(before) + len(mention) + len(after) + 2)
    assert window.ids[window.start] == OPEN
    assert window.ids[window.end - 1] == CLOSE
    assert (window.ids.count(OPEN), window.ids.count(CLOSE)) == (1, 1)
    inner = window.ids[window.start + 1 : window.end - 1]
    assert inner == [4] * min(14, len(mention))
    ids = {"a": 1, "b": 2, "c": 3}
    left, right = window.ids[: window.start], window.ids[window.end :]
    assert left == [ids[one] for one in before][len(before) - len(left) :]
    assert right == [ids[one] for one in after][: len(right)]
    half = (14 - len(inner)) // 2
    assert len(left) >= min(half, len(before))
    assert len(right) >= min(half, len(after))


def test_special_words_in_a_text_are_text_and_those_of_the_tokenizer_stay_outside(base):
    from transformers import AutoTokenizer

    windows = Windows(AutoTokenizer.from_pretrained(base).backend_tokenizer.to_str(), 16, 0)
    text = "[SEP] Rome [CLS] " + "rome " * 30
    (window,) = windows.around([text], [(6, 10)])
    assert window.ids.count(2) == window.ids.count(3) == 1
    assert (window.ids[0], window.ids[-1], len(window.ids)) == (2, 3, 16)


def test_a_mention_that_is_not_seen_is_marked_where_it_would_be():
    (window,) = cutter().around(["a \u200b b"], [(2, 3)])
    assert window.ids == [1, OPEN, CLOSE, 2]


def test_a_teacher_learns_the_verbs_and_is_read_from_its_folder(teacher):
    reader = load_reader(None, str(teacher))
    assert isinstance(reader, TransformerReader)
    features, logits = reader.read(TEXTS, SPANS)
    assert features.shape == (len(TEXTS), reader.n_features) == (len(TEXTS), 48)
    said = [STANCES[one] for one in logits.argmax(axis=1)]
    assert np.mean([one == row["stance"] for one, row in zip(said, ROWS, strict=True)]) >= 0.9
    assert reader.read([], [])[0].shape == (0, 48)
    assert sorted(path.name for path in teacher.iterdir()) == [
        "README.md",
        "config.json",
        "reader.json",
        "reader.safetensors",
        "tokenizer.json",
    ]
    card = (teacher / "README.md").read_text("utf-8")
    assert "the transformer `bert`, 20 epochs" in card
    assert "own/f1_macro: " in card
    assert "sees the words of the mention" in card


def test_the_card_tells_the_score_that_the_folder_has(teacher):
    said = load_reader(None, str(teacher)).read(TEXTS, SPANS)[1].argmax(axis=1)
    gold = [STANCES.index(row["stance"]) for row in ROWS]
    told = (teacher / "README.md").read_text("utf-8")
    assert f"own/f1_macro: {f1_score(gold, said, average='macro'):.3f}" in told


def test_the_batch_does_not_show(teacher):
    reader = load_reader(None, str(teacher))
    order = np.random.default_rng(0).permutation(len(TEXTS))
    features, logits = reader.read(TEXTS, SPANS)
    others = reader.read([TEXTS[row] for row in order], [SPANS[row] for row in order])
    assert_allclose(others[0], features[order], atol=1e-12)
    assert_allclose(others[1], logits[order], atol=1e-12)
    alone = reader.read(TEXTS[:1], SPANS[:1])[1]
    assert_allclose(alone, logits[:1], atol=1e-12)


def test_which_mention_is_marked_matters(teacher):
    text = "Oslo praised Rome today."
    logits = load_reader(None, str(teacher)).read([text, text], [(0, 4), (13, 17)])[1]
    assert np.abs(logits[0] - logits[1]).max() > 0.01


def weights_of(folder: Path) -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file

    return load_file(folder / "reader.safetensors")


def test_a_stopped_training_ends_as_one_that_was_not_stopped(configured, monkeypatch):
    whole = weights_of(train_reader(configured("whole")))
    steps = []
    step = tuning.Tuning._step

    def stopped(self, *arguments):
        steps.append(0)
        if len(steps) == 10:  # in the second epoch
            raise Stop
        step(self, *arguments)

    monkeypatch.setattr(tuning.Tuning, "_step", stopped)
    config = configured("stopped")
    with pytest.raises(Stop):
        train_reader(config)
    assert not (config.output / "stopped").exists()
    (kept,) = (config.work / "stopped").iterdir()
    steps.clear()
    monkeypatch.setattr(tuning.Tuning, "_step", lambda *arguments: (steps.append(0), step(*arguments)))
    again = weights_of(train_reader(config))
    assert 0 < len(steps) < 18  # the first epoch was not taken again
    assert whole.keys() == again.keys()
    for name, array in whole.items():
        assert_array_equal(array, again[name], err_msg=name)
    steps.clear()
    stamp = kept.stat().st_mtime_ns
    assert weights_of(train_reader(config)).keys() == whole.keys()
    assert (steps, kept.stat().st_mtime_ns) == ([], stamp)


def test_other_labels_are_learnt_anew(configured):
    config = configured(transformer={"epochs": 1})
    first = weights_of(train_reader(config))
    path = config.examples[0].path
    path.write_text(path.read_text().replace('"favor"', '"none"'))
    second = weights_of(train_reader(config))
    for name in ("say.weight", "marks"):
        assert not np.array_equal(first[name], second[name]), name
    assert_array_equal(  # the table of words is not trained
        first["encoder.embeddings.word_embeddings.weight"],
        second["encoder.embeddings.word_embeddings.weight"],
    )


def test_a_saved_model_finds_its_transformer_again(teacher, tmp_path):
    encoder = small_encoder(tmp_path / "tiny")
    made = a_model(encoder)
    moved = shutil.copytree(teacher, tmp_path / "moved")
    reader = load_reader(None, str(moved))
    stance = read_stance([Target(name="Rome", mentions=["Rome"])], encoder.encode, StanceConfig(), reader)
    model = NewsModel(
        made.name, made.themes, made.theme_model, stance, encoder, Reading(), Record(examples=["Rome"])
    )
    save_model(model, tmp_path / "model")
    with pytest.raises(ModelError, match="a model folder does not decide what is loaded"):
        load_model(tmp_path / "model", encoder=encoder.name)
    loaded = load_model(tmp_path / "model", str(moved), encoder.name).stance_model
    assert loaded.reader.fingerprint == reader.fingerprint
    sentences = pl.DataFrame(
        {"article_id": "a", "sentence": [0], "text": ["Oslo praised Rome."], "lang": "en"}
    )
    said = loaded.predict(sentences, encoder.encode)
    logits = reader.read(["Oslo praised Rome."], [(13, 17)])[1]
    assert_allclose(said.select("^proba_.*$").to_numpy(), softmax(logits, axis=1), atol=1e-6)
    shutil.move(moved, tmp_path / "elsewhere")
    with pytest.raises(ModelError, match="holds no reader of stances"):
        load_model(tmp_path / "model", str(moved), encoder.name)
    assert load_model(tmp_path / "model", str(tmp_path / "elsewhere"), encoder.name).stance_model is not None
    with pytest.raises(ModelError, match="trained with another reader of stances"):
        load_model(tmp_path / "model", reader="shipped")


def test_judgements_correct_a_transformer_as_they_correct_the_small_reader(teacher, encode):
    judgements = [
        Judgement.model_validate(
            row
            | {"target": {"label": "city", "start": row["start"], "end": row["end"]}, "group": str(number)}
        )
        for number, row in enumerate(ROWS)
    ]
    reader = load_reader(None, str(teacher))
    model, left_out = fit_stance(judgements, [], encode, StanceConfig(C=1.0), reader)
    assert (model.head.kind, model.reader) == (READER, reader)
    gold = np.array([STANCES.index(row["stance"]) for row in ROWS])
    assert np.mean(left_out.probas.argmax(axis=1) == gold) >= 0.9


def test_a_folder_that_is_no_reader_says_what_to_do(teacher, base, tmp_path):
    with pytest.raises(ValueError, match=r"not trained for stance\. Name it as transformer\.model"):
        load_reader(None, str(base))
    with pytest.raises(FileNotFoundError, match=r"holds no reader of stances"):
        load_reader(None, str(tmp_path / "none"))
    findings = Findings()
    check_reader(StanceConfig(reader=str(base)), findings)
    check_reader(StanceConfig(reader=str(teacher)), findings)
    check_reader(StanceConfig(), findings)
    check_reader(StanceConfig(reader=None), findings)
    assert len(findings.errors) == 1
    broken = shutil.copytree(teacher, tmp_path / "broken")
    (broken / "tokenizer.json").unlink()
    with pytest.raises(ValueError, match=r"or damaged: .*tokenizer\.json"):
        load_reader(None, str(broken))
    other = shutil.copytree(teacher, tmp_path / "other")
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps(config | {"hidden_size": 32}))
    with pytest.raises(ValueError, match=r"cannot be loaded: .*Copy it anew"):
        load_reader(None, str(other)).read(TEXTS[:1], SPANS[:1])
    assert load_reader(None, str(other)).fingerprint != load_reader(None, str(teacher)).fingerprint


def test_a_model_that_cannot_be_tuned_says_why(configured, base, tmp_path):
    with pytest.raises(ConfigError, match=r"transformer\.model: .* could not be loaded"):
        train_reader(configured(transformer={"model": str(tmp_path / "none")}))
    static = write_static(tmp_path / "static", {"embedding.weight": np.ones((2, 4), np.float32)}, ["a"])
    with pytest.raises(ConfigError, match=r"is a static encoder, without a transformer"):
        train_reader(configured(transformer={"model": str(static)}))
    with pytest.raises(ConfigError, match=r"transformer\.max_tokens: got 65; .* at most 64 tokens"):
        train_reader(configured(transformer={"max_tokens": 65}))
    with pytest.raises(ConfigError, match=r"transformer\.max_tokens: got '8'"):
        configured(transformer={"max_tokens": 8})


def test_a_folder_of_sentence_transformers_is_taken_from_where_its_transformer_lies(base, tmp_path):
    folder = tmp_path / "st"
    shutil.copytree(base, folder / "0_Transformer")
    modules = [
        {"idx": 0, "name": "0", "path": "0_Transformer", "type": "sentence_transformers.models.Transformer"}
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    assert tuning._transformer_folder(str(folder)) == str(folder / "0_Transformer")
    assert tuning._transformer_folder("intfloat/e5-small") == "intfloat/e5-small"


@pytest.mark.parametrize("name", ["stance-reader", "stance-transformer"])
def test_the_configs_in_the_checkout_are_valid(name):
    config = StanceTrainConfig.model_validate(read_yaml(ROOT / "configs" / f"{name}.yaml"))
    assert (config.transformer is not None) == (name == "stance-transformer")


BOOK = {"targets": [{"name": "cities", "mentions": ["Paris", "Lima", "Cairo"]}]}


@pytest.fixture
def pupil(tmp_path, base, teacher):
    """Writes a config of a small reader with soft labels, and loads it; no label of its own says none."""
    (tmp_path / "book.yaml").write_text(yaml.safe_dump(BOOK))
    (tmp_path / "plain.txt").write_text("\n".join(TEXTS[:30]))
    (tmp_path / "en-xx.tsv").write_text("".join(f"{text}\t{text.lower()}\tnews\n" for text in TEXTS[30:]))
    (tmp_path / "few.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in ROWS if row["stance"] != "none")
    )

    def write(asked: dict | None = None, **changed):
        soft = {"teacher": str(teacher), "texts": ["plain.txt", "en-xx.tsv"], "codebook": "book.yaml"}
        keys = {"examples": [{"path": "few.jsonl"}], "n_readers": 1, "width": 16, "epochs": 2, "soft": soft}
        keys |= {"soft": soft | (asked or {})} | changed
        path = tmp_path / "pupil.yaml"
        written(tmp_path, base, "pupil")
        values = yaml.safe_load(path.read_text()) | {"transformer": None} | keys
        path.write_text(yaml.safe_dump(values))
        return load_stance_config(path)

    return write


def test_labels_are_learnt_as_torch_smooths_them():
    import torch
    from torch.nn.functional import cross_entropy

    y, logits = np.array([0, 1, 2, 2]), torch.randn(4, 3)
    assert_allclose(
        cross_entropy(logits, torch.from_numpy(smoothed(y))),
        cross_entropy(logits, torch.from_numpy(y), label_smoothing=0.05),
        atol=1e-6,
    )


def test_soft_lessons_are_what_the_teacher_says_of_the_mentions(pupil, teacher):
    lessons = soft_lessons(pupil({"weight": 0.25}), Silence())
    assert lessons.texts == [*TEXTS[:30], *(one for text in TEXTS[30:] for one in (text, text.lower()))]
    assert {text[slice(*span)].lower() for text, span in zip(lessons.texts, lessons.spans, strict=True)} == {
        "paris",
        "lima",
        "cairo",
    }
    logits = load_reader(None, str(teacher)).read(lessons.texts, lessons.spans)[1]
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert_allclose(lessons.targets, expected, atol=1e-5)
    assert set(lessons.weights) == {0.25}
    few = soft_lessons(pupil({"most": 7}), Silence())
    assert len(few.texts) == len(few.targets) == 7
    assert set(few.texts) <= set(lessons.texts)


def test_a_teacher_that_was_stopped_is_asked_for_the_rest_alone(pupil, monkeypatch):
    monkeypatch.setattr("newstance.train_stance.soft.AT_ONCE", 20)
    asked, read = [], TransformerReader.read

    def stopped(self, texts, spans):
        if len(asked) == 2:
            raise Stop
        asked.append(len(texts))
        return read(self, texts, spans)

    monkeypatch.setattr(TransformerReader, "read", stopped)
    with pytest.raises(Stop):
        soft_lessons(pupil(), Silence())
    asked.clear()
    (first,) = Path(pupil().work / "pupil").iterdir()
    monkeypatch.setattr(
        TransformerReader, "read", lambda *given: (asked.append(len(given[1])), read(*given))[1]
    )
    went_on = soft_lessons(pupil(), Silence()).targets
    assert sum(asked) == len(went_on) - 40
    first.unlink()
    assert_allclose(soft_lessons(pupil(), Silence()).targets, went_on, atol=1e-5)


def test_a_small_reader_learns_from_its_teacher(pupil):
    encoder = load_encoder(abbreviations=False)
    changed = {"epochs": 30, "dropout": 0.0, "learning_rate": 0.01}
    folder = train_reader(pupil({"weight": 3.0}, **changed))
    assert "says of 78 mentions" in (folder / "README.md").read_text("utf-8")
    taught = load_reader(encoder, str(folder)).read(TEXTS, SPANS)[1]
    alone = load_reader(encoder, str(train_reader(pupil(**changed | {"soft": None})))).read(TEXTS, SPANS)[1]
    gold = np.array([STANCES.index(row["stance"]) for row in ROWS])
    assert np.mean(taught.argmax(axis=1) == gold) >= 0.9
    assert np.mean(alone.argmax(axis=1) == gold) <= 0.7  # no label says none


def test_soft_faults_name_the_key(pupil, tmp_path):
    (tmp_path / "book.yaml").write_text(yaml.safe_dump({"targets": [{"name": "x", "mentions": ["Quito"]}]}))
    with pytest.raises(ConfigError, match=r"soft\.codebook: none of the 78 texts names a target"):
        train_reader(pupil())
    with pytest.raises(ConfigError, match=r"there is no file .*gone\.txt"):
        pupil({"texts": ["gone.txt"]})
    with pytest.raises(ConfigError, match="leave out soft or transformer"):
        pupil(transformer={"model": "x"})
    (tmp_path / "bad.txt").write_bytes(b"\xff\n")
    with pytest.raises(ConfigError, match=r"bad\.txt, line 1: is not UTF-8"):
        train_reader(pupil({"texts": ["bad.txt"]}))
