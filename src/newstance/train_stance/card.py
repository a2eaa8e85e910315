"""What lies beside the weights of a reader: a card, and the run that MLflow keeps."""

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np

from newstance.tables import STANCES
from newstance.tracking import log_run
from newstance.train_stance.config import StanceTrainConfig
from newstance.train_stance.examples import Examples

SEES_NAMES = (
    " It sees the words of the mention, so what it has read of a name elsewhere may colour what it says."
)


def card(config: StanceTrainConfig, examples: Examples, scores: dict[str, float], told: str) -> str:
    """The model card, Markdown; ``told`` is how the reader was learnt."""
    counts = Counter(STANCES[one] for one in examples.y)
    learnt = "\n".join(
        f"- {source.title}" + (f", splits {', '.join(source.splits)}" if source.splits else "")
        for source in config.examples
    )
    measured = "\n".join(f"- {name}: {value:.3f}" for name, value in scores.items())
    stances = ", ".join(f"{counts[stance]:,} {stance}" for stance in STANCES)
    limits = "" if config.transformer is None else SEES_NAMES
    return (
        f"# {config.name}\n\nReads what a sentence of news conveys towards one mention in it: favor, "
        f"against or none. Trained by `newstance stance train`: {told}.\n\n"
        f"## Learnt from\n{learnt}\n\n{len(examples.y):,} examples: {stances}\n\n"
        f"## Scores\n{measured or '- not measured: the config names no evaluation'}\n\n"
        "## Limits\nIt reads single sentences: irony, and what is only meant, escape it. It does not know "
        "propositions (a ceasefire as a thing to support) better than its examples do. Languages without "
        f"examples are read through the encoder alone.{limits}\n"
    )


def _fingerprint(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def log(config: StanceTrainConfig, folder: Path, scores: dict[str, float]) -> None:
    """Keep the run in MLflow, if the config names a store."""
    if config.tracking is None:
        return
    log_run(
        config.tracking,
        "newstance-stance-readers",
        config.name,
        params=config.model_dump(mode="json"),
        metrics={name: value for name, value in scores.items() if np.isfinite(value)},
        tags={"newstance.name": config.name},
        artifacts=[folder / "README.md"],
        model_folder=None,
        dataset={
            "path": ", ".join(source.path.name for source in config.examples),
            "fingerprint": _fingerprint([source.path for source in config.examples]),
        },
    )
