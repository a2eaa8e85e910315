"""The steps of an encoder training, each of which goes on where it was stopped."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from newstance.embed.reader import Reader
from newstance.embed.static import StaticEncoder
from newstance.embed.static_files import TOKENIZER
from newstance.linear import unit_rows
from newstance.progress import Progress, Silence
from newstance.train_encoder.card import card, log, shareable_config
from newstance.train_encoder.config import EncoderTrainConfig
from newstance.train_encoder.distill import EncoderTexts, token_counts
from newstance.train_encoder.encoder_texts import (
    chosen_vocabulary,
    read_encoder_texts,
    read_texts,
    taught_vectors,
    vocabulary_of,
)
from newstance.train_encoder.polish import blend_tables, flatten_directions, sharpen_tokens
from newstance.train_encoder.save import save_static
from newstance.train_encoder.scores import evaluate_encoder
from newstance.train_encoder.settings import check_begun, course_settings, note_settings
from newstance.train_encoder.shrink import SharedTable, own_rows, share_rows
from newstance.train_encoder.solve import solve_table, text_bags
from newstance.train_encoder.student import Student, has_checkpoint, load_final_table, load_start_table
from newstance.train_encoder.tune import consensus, mean_table, with_subject

TEXTS_THAT_FLATTEN = 200_000
STUDENT, TUNING = "checkpoint.safetensors", "tuning-{}.safetensors"


def train_encoder(config: EncoderTrainConfig, progress: Progress | None = None) -> Path:
    """Vocabulary, teacher, student, tuning, saved folder, scores, card: returns the folder."""
    progress = progress or Silence()
    config.folder.mkdir(parents=True, exist_ok=True)
    check_begun(config)
    start = None if config.start is None else _encoder_to_tune(config.start)
    english, pairs = read_texts(config)
    tokenizer = (
        chosen_vocabulary(config, english, pairs, progress)
        if start is None
        else (start.folder / TOKENIZER).read_text(encoding="utf-8")
    )
    losses: list[float] = []
    if (table := _finished_tuning(config)) is None:
        taught = taught_vectors(config, english, progress) if start is None else np.zeros((0, start.n_dims))
        lessons = read_encoder_texts(english, pairs, tokenizer, taught, progress)
        del english  # hundreds of megabytes
        table = _taught(config, lessons, tokenizer, losses, progress) if start is None else _table_of(start)
        table = _tuned(config, lessons, table, losses, progress)
    aside = config.folder / "model"
    shutil.rmtree(aside, ignore_errors=True)
    save_static(aside, table, tokenizer)
    scores = _evaluate(aside, config, progress)
    told = card(config, pairs, table.rows.shape[1], scores)
    (aside / "README.md").write_text(told, encoding="utf-8")
    (aside / "config.json").write_text(
        json.dumps(shareable_config(config), indent=2) + "\n", encoding="utf-8"
    )
    folder = config.output / config.name
    _move(aside, folder)
    log(config, folder, losses, scores)
    return folder


def _encoder_to_tune(start: Path) -> StaticEncoder:
    encoder = StaticEncoder(start)
    if not isinstance(encoder.reader, Reader):
        raise ValueError(
            f"start: {start} reads text by rules of its own. Give an encoder that newstance trained."
        )
    return encoder


def _table_of(encoder: StaticEncoder) -> SharedTable:
    rows = encoder.table.astype(np.float32)
    scales = encoder.scales * np.linalg.norm(rows, axis=1)[encoder.rows]
    return SharedTable(unit_rows(rows), encoder.rows.astype(np.int32), scales)


def _finished_tuning(config: EncoderTrainConfig) -> SharedTable | None:
    """The mean of the courses of tuning, if an earlier run took all their steps."""
    courses = config.tune.courses
    ends = [
        load_final_table(config.folder / TUNING.format(number), course_settings(config, course), course.steps)
        for number, course in enumerate(courses, 1)
    ]
    finished = [end for end in ends if end is not None]
    if not courses or len(finished) < len(courses):
        return None
    return mean_table(finished, [course.weight for course in courses])


def _taught(
    config: EncoderTrainConfig, lessons: EncoderTexts, tokenizer: str, losses: list[float], progress: Progress
) -> SharedTable:
    """A table taught by the English teacher, every token with a row of its own."""
    student = _student(config, lessons, list(vocabulary_of(tokenizer)), progress)
    with progress.step("Training the student", config.student.steps) as done:
        done(student.step)
        table = student.run(config.folder / STUDENT, _each_step(losses, done))
    blended = blend_tables(student.start.rows, table.rows, config.student.anchor)
    return own_rows(_polished(config, lessons, blended))


def _student(
    config: EncoderTrainConfig, lessons: EncoderTexts, tokens: list[str], progress: Progress
) -> Student:
    """The student where it was stopped, or with its start solved."""
    settings, checkpoint = config.student, config.folder / STUDENT
    if checkpoint.is_file():
        return Student.resumed(lessons, settings, config.seed, checkpoint, len(tokens))
    with progress.step("Solving for a start", 2 * settings.iterations) as done:
        start = own_rows(solve_table(lessons, tokens, settings, done))
    student = Student(lessons, settings, config.seed, start)
    student.keep(checkpoint)
    return student


def _polished(config: EncoderTrainConfig, lessons: EncoderTexts, table: np.ndarray) -> np.ndarray:
    """The table with telling tokens longer and broad directions shorter."""
    n_texts = len(lessons.english.starts) - 1
    drawn = np.sort(np.random.default_rng(config.seed).permutation(n_texts)[:TEXTS_THAT_FLATTEN])
    bags = text_bags(lessons.english.take(drawn), len(table))
    flat = flatten_directions(sharpen_tokens(table, config.student.sharpen), bags, config.student.flatten)
    polished: np.ndarray = flat / np.linalg.norm(flat, axis=1).mean()  # lengths are kept in float16
    return polished


def _tuned(
    config: EncoderTrainConfig,
    lessons: EncoderTexts,
    table: SharedTable,
    losses: list[float],
    progress: Progress,
) -> SharedTable:
    """The table as it is saved: its rows shared, and tuned to what the table before said of all texts."""
    shared = _shared(config, lessons, table, progress)
    courses = config.tune.courses
    if not courses:
        return shared
    with progress.step("Asking all translations"):
        said = consensus(lessons, table)
    asked = replace(lessons, teacher=said)
    note_settings(config)
    ends = []
    for number, course in enumerate(courses, 1):
        checkpoint, note = config.folder / TUNING.format(number), course_settings(config, course)
        with progress.step(f"Tuning, course {number}", course.steps) as done:
            end = load_final_table(checkpoint, note, course.steps)
            if end is None:
                tuner = _tuner(config, number, asked, shared)
                done(tuner.step)
                end = tuner.run(checkpoint, _each_step(losses, done), note)
            else:
                done(course.steps)
            ends.append(end)
    return mean_table(ends, [course.weight for course in courses])


def _tuner(config: EncoderTrainConfig, number: int, asked: EncoderTexts, shared: SharedTable) -> Student:
    """The student of the course ``number`` of tuning, where it was stopped, or at its start ``shared``."""
    course = config.tune.courses[number - 1]
    checkpoint, note = config.folder / TUNING.format(number), course_settings(config, course)
    settings = config.tune.settings(course, config.student)
    meant = with_subject(asked.teacher, asked.english, course.subject, config.tune, config.seed)
    taught = replace(asked, teacher=meant)
    if has_checkpoint(checkpoint, note):
        return Student.resumed(taught, settings, config.seed, checkpoint, len(shared.row_of))
    tuner = Student(taught, settings, config.seed + number, shared)
    tuner.keep(checkpoint, note)
    return tuner


def _shared(
    config: EncoderTrainConfig, lessons: EncoderTexts, table: SharedTable, progress: Progress
) -> SharedTable:
    """The ``table`` in its rows to be saved; those of an encoder that is tuned stay as they are."""
    if config.start is not None:
        return table
    for number, course in enumerate(config.tune.courses, 1):
        kept = load_start_table(config.folder / TUNING.format(number), course_settings(config, course))
        if kept is not None:
            return kept
    with progress.step("Sharing rows"):
        counts = token_counts(lessons, len(table.row_of))
        return share_rows(table.rows, counts, config.n_rows, config.seed)


def _each_step(losses: list[float], done: Callable[[int], None]) -> Callable[[int, float], None]:
    def after(step: int, loss: float) -> None:
        losses.append(loss)
        done(1)

    return after


def _evaluate(folder: Path, config: EncoderTrainConfig, progress: Progress) -> dict[str, float]:
    if config.evaluation is None:
        return {}
    with progress.step("Evaluating"):
        table, means = evaluate_encoder(StaticEncoder(folder).encode, config.evaluation)
    table.write_csv(folder / "scores.csv", float_precision=4)
    return means


def _move(aside: Path, folder: Path) -> None:
    """Put the finished folder in its place; an older one goes only when the new one is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    shutil.move(aside, folder)
    shutil.rmtree(old, ignore_errors=True)
