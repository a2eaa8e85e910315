"""The reader of mentions: numpy says what torch learnt, and the shipped one knows its work."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from safetensors.numpy import load_file, save_file
from sklearn.metrics import f1_score

from floors import floor
from newstance.config import ConfigError
from newstance.embed import load_encoder
from newstance.stance.reader import (
    FARTHEST,
    MOST_WORDS,
    WEIGHTS,
    Mentioned,
    MentionReaders,
    pack,
    words_around,
)
from newstance.stance.readers import load_reader
from newstance.stance.shipped import save_reader, shipped_reader_path
from newstance.tables import STANCES
from newstance.train_stance import load_stance_config, train_reader
from newstance.train_stance.network import network

SAMPLE = Path(__file__).parents[1] / "data" / "sample" / "labels"
TEXT = "Moscow praised the truce while Washington condemned it bitterly."


def judgements(name: str) -> list[dict]:
    return [json.loads(line) for line in (SAMPLE / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def encoder():
    return load_encoder(abbreviations=False)


def test_the_mention_is_blank_and_words_are_placed_around_it():
    words, places = words_around(TEXT, 31, 41)
    assert words == ["moscow", "praised", "the", "truce", "while", "", "condemned", "it", "bitterly"]
    assert places == [-5, -4, -3, -2, -1, 0, 1, 2, 3]


def test_a_long_text_keeps_the_words_around_the_mention():
    text = " ".join(f"w{n}" for n in range(300))
    start = text.index("w200")
    words, places = words_around(text, start, start + 4)
    assert len(words) == MOST_WORDS
    assert words[places.index(0)] == ""
    assert {min(places), max(places)} == {-FARTHEST, FARTHEST}


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(TEXT.split()), min_size=1, max_size=80), st.data())
def test_numpy_says_what_torch_says(words, data):
    place = data.draw(st.integers(0, len(words) - 1))
    text = " ".join(words)
    start = len(" ".join(words[:place])) + (place > 0)
    mentioned, known = pack([text, TEXT], [(start, start + len(words[place])), (0, 6)])
    torch.manual_seed(0)
    net = network(8, 12, 0.4).eval()
    vectors = np.random.default_rng(1).normal(size=(len(known), 8)).astype(np.float32)
    table = torch.from_numpy(np.vstack([vectors, np.zeros((1, 8), np.float32)]))
    with torch.no_grad():
        expected = net(
            table[torch.from_numpy(mentioned.words)],
            torch.from_numpy(mentioned.places),
            torch.from_numpy(mentioned.inside),
        ).numpy()
    weights = {name: value.numpy().astype(np.float64) for name, value in net.state_dict().items()}
    assert set(weights) == set(WEIGHTS)
    assert_allclose(MentionReaders.of([weights]).read(mentioned, vectors)[1][0], expected, atol=1e-4)


def test_a_mention_reads_the_same_alone_and_among_others(encoder):
    reader = load_reader(encoder)
    rows = judgements("agency.jsonl")[:40]
    texts = [row["text"] for row in rows]
    spans = [(row["target"]["start"], row["target"]["end"]) for row in rows]
    together = reader.read(texts, spans)
    for some in ([0], [17], [39, 2], list(range(39, 4, -1))):
        apart = reader.read([texts[row] for row in some], [spans[row] for row in some])
        for whole, part in zip(together, apart, strict=True):
            assert_array_equal(part, whole[some])


def test_the_shipped_reader_reads_judgements_it_has_not_seen(encoder):
    rows = judgements("stance.jsonl")
    spans = [(row["target"]["start"], row["target"]["end"]) for row in rows]
    said = load_reader(encoder).read([row["text"] for row in rows], spans)[1].argmax(axis=1)
    gold = [STANCES.index(row["stance"]) for row in rows]
    assert f1_score(gold, said, average="macro") >= floor("stance_reader", "held_out", "f1_macro")


def test_another_encoder_and_a_damaged_folder_are_refused(encoder, tmp_path):
    with pytest.raises(ValueError, match="learnt with an encoder of the fingerprint"):
        load_reader(load_encoder())
    with pytest.raises(FileNotFoundError, match="holds no reader of stances"):
        load_reader(encoder, str(tmp_path))
    (tmp_path / "reader.json").write_text("{}")
    (tmp_path / "readers.safetensors").write_bytes(b"none")
    with pytest.raises(ValueError, match="or damaged"):
        load_reader(encoder, str(tmp_path))


@pytest.mark.parametrize(
    ("changed", "told"), [({"temperature": 0}, "temperature"), ({"n_readers": 10**9}, "")]
)
def test_a_reader_of_impossible_numbers_is_refused(tmp_path, changed, told):
    folder = shutil.copytree(shipped_reader_path(), tmp_path / "reader")
    settings = json.loads((folder / "reader.json").read_text())
    (folder / "reader.json").write_text(json.dumps(settings | changed))
    with pytest.raises(ValueError, match=f"or damaged: .*{told}"):
        load_reader(load_encoder(abbreviations=False), str(folder))


def test_a_reader_with_a_weight_that_is_no_number_is_refused(tmp_path):
    folder = shutil.copytree(shipped_reader_path(), tmp_path / "reader")
    arrays = load_file(folder / "readers.safetensors")
    arrays["0/project.bias"][0] = np.nan
    save_file(arrays, folder / "readers.safetensors")
    with pytest.raises(ValueError, match="a weight is no finite number"):
        load_reader(load_encoder(abbreviations=False), str(folder))


def test_a_reader_is_trained_saved_and_goes_on(encoder, tmp_path):
    config = {
        "name": "small",
        "examples": [{"path": str(SAMPLE / "agency.jsonl"), "name": "agency"}],
        "evaluation": [{"path": str(SAMPLE / "agency.jsonl"), "name": "own"}],
        "n_readers": 1,
        "width": 16,
        "epochs": 2,
        "output": str(tmp_path / "models"),
        "work": str(tmp_path / "work"),
    }
    path = tmp_path / "reader.yaml"
    path.write_text(yaml.safe_dump(config))
    folder = train_reader(load_stance_config(path))
    first = load_reader(encoder, str(folder))
    assert (folder / "README.md").read_text("utf-8").startswith("# small")
    kept = next((tmp_path / "work" / "small").glob("*.safetensors"))
    stamp = kept.stat().st_mtime_ns
    again = load_reader(encoder, str(train_reader(load_stance_config(path))))
    assert kept.stat().st_mtime_ns == stamp
    assert again.fingerprint == first.fingerprint
    own = {name: values[0] for name, values in first.readers.weights.items()}
    files = save_reader([own], encoder.fingerprint, 1.0, ["en"])
    assert set(files) == {"readers.safetensors", "reader.json"}


def test_faulty_examples_name_file_and_line(tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "A truce.", "start": 2, "end": 7, "label": 4}\n')
    path = tmp_path / "reader.yaml"
    path.write_text(
        yaml.safe_dump({"name": "x", "examples": [{"path": "rows.jsonl"}], "work": str(tmp_path)})
    )
    with pytest.raises(ConfigError, match=r"rows\.jsonl, line 1: the label is 4"):
        train_reader(load_stance_config(path))
    path.write_text(yaml.safe_dump({"name": "x", "examples": [{"path": "gone.jsonl"}]}))
    with pytest.raises(ConfigError, match=r"there is no file .*gone\.jsonl"):
        load_stance_config(path)


def test_taking_rows_drops_columns_that_none_needs():
    words = np.array([[0, 1, -1], [2, -1, -1]])
    mentioned = Mentioned(words, np.full((2, 3), FARTHEST), (words >= 0).astype(np.float32))
    assert_array_equal(mentioned.take(np.array([1])).words, [[2]])
