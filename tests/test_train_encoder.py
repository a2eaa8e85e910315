"""The command that trains an encoder, whole, on a few lines of parallel text."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from checkout import ROOT
from newstance.config import ConfigError, read_yaml
from newstance.embed import load_encoder
from newstance.embed.encoder import shipped_encoder_path
from newstance.train_encoder import TeacherConfig, load_encoder_config, train_encoder
from newstance.train_encoder.config import EncoderTrainConfig
from newstance.train_encoder.distill import DistillConfig
from newstance.train_encoder.encoder_texts import teacher_dtype
from newstance.train_encoder.settings import SETTINGS
from newstance.train_encoder.student import Student
from newstance.train_encoder.tune import TuneConfig
from tiny import write_static

CONFIG = """
name: tiny
parallel: parallel
plain: plain.txt
teacher: {{model: {teacher}, cache: teacher.sqlite}}
student: {{n_tokens: 400, n_dims: 16, steps: 6, batch_size: 8, checkpoint_every: 3}}
tune: {{courses: [{{steps: 4}}, {{steps: 5, subject: 0}}], landmarks: 10}}
n_rows: 40
output: models
work: work
"""


def write_config(folder: Path) -> Path:
    """A config whose teacher is the shipped encoder, as a folder that sentence-transformers reads."""
    (folder / "parallel").mkdir()
    rows = [(f"the truce holds on day {n}", f"перемирие держится в день {n}", "made") for n in range(40)]
    lines = "".join("\t".join(row) + "\n" for row in rows)
    (folder / "parallel/en-ru.tsv").write_text(lines, "utf-8")
    (folder / "plain.txt").write_text("aid convoys wait at the border\nsanctions stay\n", "utf-8")
    path = folder / "encoder.yaml"
    path.write_text(CONFIG.format(teacher=shipped_encoder_path().as_posix()), "utf-8")
    return path


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    return write_config(tmp_path)


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a config whose training is done."""
    folder = tmp_path_factory.mktemp("trained")
    made = train_encoder(load_encoder_config(write_config(folder)))
    assert made == folder / "models" / "tiny"
    return folder


@pytest.fixture
def trained_file(trained_once: Path, tmp_path: Path) -> Path:
    """The config of a training that is done, in a folder of the test's own."""
    return shutil.copytree(trained_once, tmp_path, dirs_exist_ok=True) / "encoder.yaml"


def test_a_folder_comes_out_that_encodes(trained_file: Path, trained_once: Path) -> None:
    folder = trained_file.parent / "models" / "tiny"
    assert load_encoder(str(folder)).encode(["truce", "перемирие"]).shape == (2, 16)
    assert len({path.stat().st_mode for path in folder.rglob("*") if path.is_file()}) == 1
    assert "ru 40" in (folder / "README.md").read_text("utf-8")
    kept = json.loads((folder / "config.json").read_text("utf-8"))
    assert kept["student"]["steps"] == 6
    assert (kept["parallel"], kept["teacher"]["cache"]) == ("parallel", "teacher.sqlite")
    told = json.dumps(kept) + (folder / "README.md").read_text("utf-8")
    for place in (trained_once, shipped_encoder_path().parent):
        assert place.as_posix() not in told


def test_a_stopped_training_goes_on_without_solving_again(trained_file: Path, monkeypatch) -> None:
    config = load_encoder_config(trained_file)
    texts = ["the truce holds", "перемирие"]
    whole = load_encoder(str(config.output / "tiny")).encode(texts)
    monkeypatch.setattr("newstance.train_encoder.run.solve_table", lambda *_: pytest.fail("solved again"))
    again = train_encoder(config)
    assert load_encoder(str(again)).encode(texts).tolist() == whole.tolist()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("steps: 6", "steps: 6, ridge: 9", r"student\.ridge 2\.0, now 9\.0"),
        ("steps: 6", "steps: 3", r"student\.steps 6, now 3"),
        ("name: tiny", "name: tiny\nseed: 5", r"seed 0, now 5"),
    ],
)
def test_a_stopped_training_does_not_go_on_under_other_settings(
    trained_file: Path, monkeypatch, old: str, new: str, told: str
) -> None:
    trained_file.write_text(trained_file.read_text("utf-8").replace(old, new), "utf-8")
    monkeypatch.setattr(
        "newstance.train_encoder.encoder_texts.read_pairs", lambda *_: pytest.fail("read the texts first")
    )
    with pytest.raises(ValueError, match=rf"begun with other settings: {told}\. Remove the folder"):
        train_encoder(load_encoder_config(trained_file))


def test_a_training_does_not_go_on_with_other_texts(trained_file: Path) -> None:
    [file] = (trained_file.parent / "parallel").iterdir()
    shorter = file.read_bytes().splitlines(keepends=True)[:-1]
    file.write_bytes(b"".join(shorter))
    with pytest.raises(ValueError, match=rf"texts {file.name} .* bytes, now {file.name}"):
        train_encoder(load_encoder_config(trained_file))


@pytest.mark.parametrize("note", [None, "", "{", "[1]", "3"])
def test_a_training_whose_settings_are_lost_does_not_go_on(trained_file: Path, note: str | None) -> None:
    config = load_encoder_config(trained_file)
    kept = config.work / config.name / SETTINGS
    kept.unlink() if note is None else kept.write_text(note, "utf-8")
    with pytest.raises(ValueError, match=rf"{SETTINGS}: does not tell .* Remove .*{config.name} to begin"):
        train_encoder(config)


def test_texts_that_could_not_be_read_may_be_mended(config_file: Path) -> None:
    [file] = (config_file.parent / "parallel").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole + b"one column\n")
    with pytest.raises(ValueError, match="1 columns, expected 3"):
        train_encoder(load_encoder_config(config_file))
    file.write_bytes(whole)
    assert train_encoder(load_encoder_config(config_file)).is_dir()


def test_the_polish_may_change_after_the_steps(trained_file: Path) -> None:
    trained_file.write_text(
        trained_file.read_text("utf-8").replace("steps: 6", "steps: 6, sharpen: 1"), "utf-8"
    )
    assert train_encoder(load_encoder_config(trained_file)).is_dir()


def test_a_stopped_tuning_goes_on_without_sharing_again(config_file: Path, monkeypatch) -> None:
    class Stop(Exception):
        pass

    def step_or_stop(student: Student) -> float:
        if len(student.start.rows) < len(student.start.row_of) and student.step == 3:
            raise Stop
        return take_step(student)

    config, take_step = load_encoder_config(config_file), Student._take_step
    monkeypatch.setattr(Student, "_take_step", step_or_stop)
    with pytest.raises(Stop):
        train_encoder(config)
    assert not config.output.exists()
    monkeypatch.setattr(Student, "_take_step", take_step)
    monkeypatch.setattr("newstance.train_encoder.run.share_rows", lambda *_: pytest.fail("shared again"))
    monkeypatch.setattr("newstance.train_encoder.run.solve_table", lambda *_: pytest.fail("solved again"))
    assert load_encoder(str(train_encoder(config))).encode(["truce"]).any()


def test_a_tuning_under_other_settings_begins_anew(trained_file: Path) -> None:
    first = load_encoder(str(trained_file.parent / "models/tiny")).encode(["truce"])
    changed = trained_file.read_text("utf-8").replace("landmarks: 10", "landmarks: 10, learning_rate: 0.05")
    trained_file.write_text(changed, "utf-8")
    second = load_encoder(str(train_encoder(load_encoder_config(trained_file)))).encode(["truce"])
    assert not np.allclose(first, second, atol=1e-3)


def test_the_weight_of_a_course_may_change_after_its_steps(trained_file: Path, monkeypatch) -> None:
    first = load_encoder(str(trained_file.parent / "models/tiny")).encode(["truce"])
    changed = trained_file.read_text("utf-8").replace("steps: 5,", "steps: 5, weight: 40,")
    trained_file.write_text(changed, "utf-8")
    monkeypatch.setattr(Student, "_take_step", lambda self: pytest.fail("took steps again"))
    monkeypatch.setattr(
        "newstance.train_encoder.run.read_encoder_texts", lambda *_: pytest.fail("tokenised again")
    )
    second = load_encoder(str(train_encoder(load_encoder_config(trained_file)))).encode(["truce"])
    assert not np.array_equal(first, second)


def test_a_course_more_leaves_the_others_as_they_are(trained_file: Path, monkeypatch) -> None:
    def step(student: Student) -> float:
        assert student.config.steps == 7, "a course that had ended was finished again"
        return take_step(student)

    changed = trained_file.read_text("utf-8").replace("subject: 0}]", "subject: 0}, {steps: 7}]")
    trained_file.write_text(changed, "utf-8")
    take_step = Student._take_step
    monkeypatch.setattr(Student, "_take_step", step)
    assert train_encoder(load_encoder_config(trained_file)).is_dir()


def test_no_courses_leave_the_table_as_it_is(config_file: Path) -> None:
    start_from(config_file, shipped_encoder_path())
    text = config_file.read_text("utf-8")
    courses = text[text.index("courses:") : text.index("]") + 1]
    config_file.write_text(text.replace(courses, "courses: []"), "utf-8")
    folder = train_encoder(load_encoder_config(config_file))
    texts = ["Die Lage in Syrien", "停火"]
    np.testing.assert_allclose(
        load_encoder(str(folder)).encode(texts), load_encoder().encode(texts), atol=2e-3
    )


# From an encoder on


def start_from(config_file: Path, folder: Path) -> None:
    text = config_file.read_text("utf-8").replace("name: tiny", f"name: tuned\nstart: {folder.as_posix()}")
    config_file.write_text(
        text.replace("steps: 4}", "steps: 30}").replace(
            "landmarks: 10", "landmarks: 10, learning_rate: 0.02"
        ),
        "utf-8",
    )


def test_an_encoder_is_tuned_without_a_teacher(trained_file: Path, monkeypatch) -> None:
    start_from(trained_file, trained_file.parent / "models/tiny")
    monkeypatch.setattr(
        "newstance.train_encoder.run.taught_vectors", lambda *_: pytest.fail("asked a teacher")
    )
    config = load_encoder_config(trained_file)
    folder = train_encoder(config)
    before, after = load_encoder(str(config.start)), load_encoder(str(folder))
    assert (folder / "0_StaticEmbedding/tokenizer.json").read_bytes() == (
        config.start / "0_StaticEmbedding/tokenizer.json"
    ).read_bytes()
    texts = ["the truce holds on day 3", "перемирие держится в день 3"]

    def alike(encoder) -> float:
        left, right = encoder.encode(texts)
        return float(left @ right)

    assert alike(after) > alike(before)
    card = (folder / "README.md").read_text("utf-8")
    assert f"tuned from: tiny ({before.fingerprint})" in card
    assert "teacher" not in card
    assert trained_file.parent.as_posix() not in card + (folder / "config.json").read_text("utf-8")


def test_the_shipped_encoder_can_be_tuned(config_file: Path) -> None:
    start_from(config_file, shipped_encoder_path())
    folder = train_encoder(load_encoder_config(config_file))
    texts = ["Die Lage in Syrien", "停火", "the truce holds"]
    before, after = load_encoder().encode(texts), load_encoder(str(folder)).encode(texts)
    assert before.shape == after.shape
    cosines = (before * after).sum(axis=1)
    assert (cosines > 0.9).all()
    assert cosines[2] < 0.99999
    sizes = [
        (place / "0_StaticEmbedding/model.safetensors").stat().st_size
        for place in (shipped_encoder_path(), folder)
    ]
    assert sizes[0] == sizes[1]


def test_a_training_does_not_go_on_from_another_encoder(config_file: Path) -> None:
    start_from(config_file, shipped_encoder_path())
    train_encoder(load_encoder_config(config_file))
    other = write_static(
        config_file.parent / "other", {"embedding.weight": np.ones((2, 4), np.float32)}, ["truce"]
    )
    text = config_file.read_text("utf-8").replace(shipped_encoder_path().as_posix(), other.as_posix())
    config_file.write_text(text, "utf-8")
    with pytest.raises(
        ValueError, match=r"begun with other settings: start \w+, now \w+\. Remove the folder"
    ):
        train_encoder(load_encoder_config(config_file))


def test_an_encoder_of_others_cannot_be_tuned(config_file: Path) -> None:
    other = write_static(
        config_file.parent / "other", {"embedding.weight": np.ones((2, 4), np.float32)}, ["truce"]
    )
    start_from(config_file, other)
    with pytest.raises(ValueError, match=r"start: .*other reads text by rules of its own\. Give an encoder"):
        train_encoder(load_encoder_config(config_file))


def test_texts_of_no_known_word_are_an_error_that_can_be_mended(config_file: Path) -> None:
    start_from(config_file, shipped_encoder_path())
    text = config_file.read_text("utf-8").replace("parallel: parallel\n", "")
    config_file.write_text(text, "utf-8")
    plain = config_file.parent / "plain.txt"
    words = plain.read_bytes()
    plain.write_text("!!\n??\n", "utf-8")
    with pytest.raises(ValueError, match="no text has a word of the encoder's vocabulary"):
        train_encoder(load_encoder_config(config_file))
    plain.write_bytes(words)
    assert train_encoder(load_encoder_config(config_file)).is_dir()


@pytest.mark.parametrize(("key", "kind"), [("parallel: parallel", "folder"), ("plain: plain.txt", "file")])
def test_texts_that_are_not_there(config_file: Path, key: str, kind: str) -> None:
    text = config_file.read_text("utf-8").replace(key, f"{key.partition(':')[0]}: nowhere")
    config_file.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=rf"{key.partition(':')[0]}: there is no {kind} .*nowhere"):
        load_encoder_config(config_file)


def test_a_start_that_is_no_encoder(config_file: Path) -> None:
    start_from(config_file, config_file.parent / "parallel")
    with pytest.raises(ConfigError, match=r"start: .*parallel is no folder of a static encoder"):
        load_encoder_config(config_file)


def test_the_teacher_takes_bfloat16_where_the_processor_has_it(monkeypatch) -> None:
    import torch

    for able, dtype in (
        ({}, "float32"),
        ({"avx512_bf16": True}, "bfloat16"),
        ({"amx_bf16": True}, "bfloat16"),
    ):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: able)
        assert teacher_dtype(TeacherConfig()) == dtype
    assert teacher_dtype(TeacherConfig(dtype="float64")) == "float64"


@pytest.mark.parametrize("name", ["encoder", "encoder-tune"])
def test_the_configs_tell_the_settings_that_hold(name: str) -> None:
    config = EncoderTrainConfig.model_validate(read_yaml(ROOT / "configs" / f"{name}.yaml"))
    assert config.tune == TuneConfig()
    assert config.student == DistillConfig()


def test_a_config_without_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "encoder.yaml"
    path.write_text("name: tiny\n", "utf-8")
    with pytest.raises(ConfigError, match="no text to learn from"):
        load_encoder_config(path)
