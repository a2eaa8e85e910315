"""Learning a reader of mentions, scoring it, and writing it as one folder."""

from pathlib import Path

import numpy as np

from newstance.disk import locked, refusal_in_words, replace_folder
from newstance.evaluate.stance import f1_of_classes
from newstance.progress import Progress, Silence
from newstance.table_streams import size_of
from newstance.tables import STANCES
from newstance.train_stance.card import card, log
from newstance.train_stance.config import StanceTrainConfig
from newstance.train_stance.examples import Examples, read_examples
from newstance.train_stance.learnt import Learnt
from newstance.train_stance.small import learn_small
from newstance.train_stance.tuning import learn_transformer


def train_reader(config: StanceTrainConfig, progress: Progress | None = None) -> Path:
    """Learn a small reader, or a transformer if ``config.transformer`` names one, and write
    ``<output>/<name>``; a stopped training goes on where it was. Returns the folder."""
    progress = progress or Silence()
    with progress.step("Reading examples"):
        examples = read_examples(config.examples, config.balance)
    learn = learn_small if config.transformer is None else learn_transformer
    learnt = learn(config, examples, progress)
    with progress.step("Scoring"):
        scores = {
            f"{source.title}/{name}": value
            for source in config.evaluation
            for name, value in _scores(learnt, read_examples([source])).items()
        }
    folder = config.output / config.name
    files = learnt.files | {"README.md": card(config, examples, scores, learnt.told).encode()}
    with refusal_in_words(folder, size_of(files.values())):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            replace_folder(folder, files)
    log(config, folder, scores)
    return folder


def _scores(learnt: Learnt, examples: Examples) -> dict[str, float]:
    """Macro-F1, F1 over favor and against, and how many examples there are."""
    logits = learnt.read(examples.texts, examples.spans)
    cells = examples.y * len(STANCES) + logits.argmax(axis=1)
    confusion = np.bincount(cells, minlength=len(STANCES) ** 2).reshape(len(STANCES), -1)
    f1 = f1_of_classes(confusion)
    means = {"f1_macro": float(np.nanmean(f1)), "f1_pn": float(np.nanmean(f1[:2]))}
    return means | {"n": float(len(examples.y))}
