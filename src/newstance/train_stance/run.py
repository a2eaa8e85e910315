"""Learning readers of mentions, seed by seed, and writing them as one folder."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from newstance.corpus.language import detect
from newstance.disk import locked, replace_folder
from newstance.embed import load_encoder
from newstance.evaluate.stance import f1_of_classes
from newstance.progress import Progress, Silence
from newstance.stance.reader import WEIGHTS, Mentioned, MentionReader, pack
from newstance.stance.shipped import save_reader
from newstance.tables import STANCES, UNKNOWN_LANG
from newstance.train_stance.card import card, log
from newstance.train_stance.config import StanceTrainConfig
from newstance.train_stance.examples import Examples, read_examples
from newstance.train_stance.network import BATCH, fit_network

FEWEST_OF_A_LANGUAGE = 30  # examples
HELD_OUT = 0.1  # of the examples of the last reader, for its temperature


def train_reader(config: StanceTrainConfig, progress: Progress | None = None) -> Path:
    """Learn ``config.n_readers`` readers and write ``<output>/<name>``; a stopped training goes on with the
    readers that are whole. Returns the folder."""
    import torch

    progress = progress or Silence()
    torch.set_num_threads(1)  # the same weights whatever the machine
    encoder = load_encoder(abbreviations=False)
    with progress.step("Reading examples"):
        examples = read_examples(config.examples, config.balance)
        mentioned, words = pack(examples.texts, examples.spans)
        vectors = encoder.word_vectors(words)  # type: ignore[attr-defined]
    weights = []
    for number in range(config.n_readers):
        with progress.step(f"Reader {number + 1} of {config.n_readers}", _n_steps(config, examples)) as done:
            weights.append(_reader(config, number, examples, mentioned, vectors, done))
    temperature = _temperature(config, examples, mentioned, vectors, progress)
    readers = [_as_read(own) for own in weights]
    with progress.step("Scoring"):
        scores = {
            f"{source.title}/{name}": value
            for source in config.evaluation
            for name, value in _scores(readers, read_examples([source]), encoder).items()
        }
    folder = config.output / config.name
    files = save_reader(folder, weights, encoder.fingerprint, temperature, _langs(examples))
    files["README.md"] = card(config, examples, scores, encoder.fingerprint).encode()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        replace_folder(folder, files)
    log(config, folder, scores)
    return folder


def _langs(examples: Examples) -> list[str]:
    """The languages of enough examples to have learnt from."""
    counts = Counter(detect(examples.texts))
    return [lang for lang, n in counts.items() if n >= FEWEST_OF_A_LANGUAGE and lang != UNKNOWN_LANG]


def _n_steps(config: StanceTrainConfig, examples: Examples) -> int:
    return config.epochs * (len(examples.y) // BATCH + 1)


def _reader(
    config: StanceTrainConfig,
    number: int,
    examples: Examples,
    mentioned: Mentioned,
    vectors: np.ndarray,
    done: Callable[..., None],
) -> dict[str, np.ndarray]:
    """Weights of one reader, from its checkpoint if it has one of the same settings and examples."""
    from safetensors.numpy import load, save

    kept = config.work / config.name / f"reader-{number}-{_digest(config, examples)}.safetensors"
    if kept.is_file():
        done(_n_steps(config, examples))
        return dict(load(kept.read_bytes()))
    learnt = fit_network(
        mentioned,
        vectors,
        examples.y,
        examples.weights,
        config,
        config.seed + number,
        lambda step, loss: done(1),
    )
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_suffix(".tmp")
    aside.write_bytes(save({name: np.ascontiguousarray(learnt[name]) for name in WEIGHTS}))
    aside.replace(kept)
    return learnt


def _digest(config: StanceTrainConfig, examples: Examples) -> str:
    unlearnt = {"output", "work", "tracking", "evaluation", "n_readers"}
    settings = config.model_dump(mode="json", exclude=unlearnt)
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    digest.update("\0".join(examples.texts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def _temperature(
    config: StanceTrainConfig,
    examples: Examples,
    mentioned: Mentioned,
    vectors: np.ndarray,
    progress: Progress,
) -> float:
    """The divisor of the logits at which a reader that has not seen a tenth of the texts is calibrated on
    them."""
    from scipy.optimize import minimize_scalar

    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in examples.texts]
    held = np.array([digest[0] for digest in digests]) < 256 * HELD_OUT
    rest = np.flatnonzero(~held)
    if not held.any() or not len(rest):
        return 1.0
    with progress.step("Calibrating", config.epochs * (len(rest) // BATCH + 1)) as done:
        learnt = fit_network(
            Mentioned(*(column[rest] for column in mentioned)),
            vectors,
            examples.y[rest],
            examples.weights[rest],
            config,
            config.seed + config.n_readers,
            lambda step, loss: done(1),
        )
    rows = np.flatnonzero(held)
    logits = _as_read(learnt).read(mentioned.take(rows), vectors)[1]
    y, weights = examples.y[rows], examples.weights[rows]

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        scaled = scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        return float(-np.sum(weights * scaled[np.arange(len(y)), y]))

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def _as_read(weights: dict[str, np.ndarray]) -> MentionReader:
    return MentionReader({name: own.astype(np.float64) for name, own in weights.items()})


def _scores(readers: list[MentionReader], examples: Examples, encoder: object) -> dict[str, float]:
    """Macro-F1, F1 over favor and against, and how many examples there are."""
    mentioned, words = pack(examples.texts, examples.spans)
    vectors = encoder.word_vectors(words)  # type: ignore[attr-defined]
    logits = np.mean([reader.read(mentioned, vectors)[1] for reader in readers], axis=0)
    cells = examples.y * len(STANCES) + logits.argmax(axis=1)
    confusion = np.bincount(cells, minlength=len(STANCES) ** 2).reshape(len(STANCES), -1)
    f1 = f1_of_classes(confusion)
    means = {"f1_macro": float(np.nanmean(f1)), "f1_pn": float(np.nanmean(f1[:2]))}
    return means | {"n": float(len(examples.y))}
