"""Learning small readers of mentions, seed by seed."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from newstance.disk import write_file
from newstance.embed import load_encoder
from newstance.progress import Progress
from newstance.stance.reader import WEIGHTS, Mentioned, MentionReaders, pack
from newstance.stance.shipped import save_reader
from newstance.train_stance.config import StanceTrainConfig
from newstance.train_stance.examples import Examples
from newstance.train_stance.learnt import (
    Learnt,
    Lessons,
    best_temperature,
    calibration_rows,
    langs_of,
    lessons_of,
)
from newstance.train_stance.network import BATCH, fit_network
from newstance.train_stance.soft import soft_lessons

UNLEARNT = {"output", "work", "tracking", "evaluation", "n_readers", "transformer", "soft"}


class Packed(NamedTuple):
    """Lessons as the network reads them: word numbers, ``vectors`` of the words, and what is to be learnt."""

    mentioned: Mentioned
    vectors: np.ndarray
    lessons: Lessons

    def take(self, rows: np.ndarray) -> "Packed":
        """Some of the lessons; their texts are not needed any more."""
        mentioned = Mentioned(*(column[rows] for column in self.mentioned))
        return Packed(
            mentioned, self.vectors, Lessons([], [], self.lessons.targets[rows], self.lessons.weights[rows])
        )


def learn_small(config: StanceTrainConfig, examples: Examples, progress: Progress) -> Learnt:
    """``config.n_readers`` readers; a stopped training goes on with those that are whole."""
    import torch

    torch.set_num_threads(1)  # the same weights whatever the machine
    encoder = load_encoder(abbreviations=False)
    lessons, told = _lessons(config, examples, progress)
    mentioned, words = pack(lessons.texts, lessons.spans)
    packed = Packed(mentioned, encoder.word_vectors(words), lessons)  # type: ignore[attr-defined]
    digest = lessons.digest(config.model_dump(mode="json", exclude=UNLEARNT))
    weights = []
    for number in range(config.n_readers):
        kept = config.work / config.name / f"reader-{number}-{digest}.safetensors"
        with progress.step(f"Reader {number + 1} of {config.n_readers}", _n_steps(config, packed)) as done:
            weights.append(_reader(config, number, packed, kept, done))
    temperature = _temperature(config, examples, packed, progress)
    readers = MentionReaders.of(weights)

    def read(texts: list[str], spans: list[tuple[int, int]]) -> np.ndarray:
        mentioned, words = pack(texts, spans)
        vectors = encoder.word_vectors(words)  # type: ignore[attr-defined]
        logits: np.ndarray = readers.read(mentioned, vectors)[1].mean(axis=0)
        return logits

    files = save_reader(weights, encoder.fingerprint, temperature, langs_of(examples))
    return Learnt(
        files,
        read,
        f"{config.n_readers} {'reader' if config.n_readers == 1 else 'readers'} of width {config.width} over "
        "the word vectors of the encoder "
        f"`{encoder.fingerprint}`, {config.epochs} epochs{told}",
    )


def _lessons(config: StanceTrainConfig, examples: Examples, progress: Progress) -> tuple[Lessons, str]:
    """The labelled lessons and those of the teacher, if there is one, and what the card says of it."""
    lessons = lessons_of(examples)
    if config.soft is None:
        return lessons, ""
    soft = soft_lessons(config, progress)
    joined = Lessons(
        lessons.texts + soft.texts,
        lessons.spans + soft.spans,
        np.concatenate([lessons.targets, soft.targets]),
        np.concatenate([lessons.weights, soft.weights]),
    )
    return joined, f", and from what `{config.soft.teacher.name}` says of {len(soft.texts):,} mentions"


def _n_steps(config: StanceTrainConfig, packed: Packed) -> int:
    return config.epochs * (len(packed.lessons.weights) // BATCH + 1)


def _reader(
    config: StanceTrainConfig, number: int, packed: Packed, kept: Path, done: Callable[[int], None]
) -> dict[str, np.ndarray]:
    """Weights of one reader, from its checkpoint if it has one of the same settings and lessons."""
    from safetensors.numpy import load, save

    if kept.is_file():
        done(_n_steps(config, packed))
        return dict(load(kept.read_bytes()))
    learnt = _fit(config, packed, number, done)
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_file(save({name: np.ascontiguousarray(learnt[name]) for name in WEIGHTS}), kept)
    return learnt


def _fit(
    config: StanceTrainConfig, packed: Packed, number: int, done: Callable[[int], None]
) -> dict[str, np.ndarray]:
    return fit_network(
        packed.mentioned,
        packed.vectors,
        packed.lessons.targets,
        packed.lessons.weights,
        config,
        config.seed + number,
        lambda step, loss: done(1),
    )


def _temperature(config: StanceTrainConfig, examples: Examples, packed: Packed, progress: Progress) -> float:
    """The divisor of the logits at which a reader that has not seen a tenth of the texts is calibrated on
    their labels."""
    rows, rest = calibration_rows(packed.lessons.texts)
    rows = rows[rows < len(examples.y)]  # soft lessons have no label
    if not len(rows):
        return 1.0
    others = packed.take(rest)
    with progress.step("Calibrating", _n_steps(config, others)) as done:
        learnt = _fit(config, others, config.n_readers, done)
    logits = MentionReaders.of([learnt]).read(packed.mentioned.take(rows), packed.vectors)[1][0]
    return best_temperature(logits, examples.y[rows], examples.weights[rows])
