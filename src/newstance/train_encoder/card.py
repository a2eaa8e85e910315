"""What lies beside the weights: a card, the config, and the run that MLflow keeps."""

from pathlib import Path
from typing import Any

import numpy as np

from newstance.config import without_folders
from newstance.embed.static import StaticEncoder
from newstance.tracking import log_run
from newstance.train_encoder.config import PATHS, EncoderTrainConfig, teacher_name
from newstance.train_encoder.parallel import Pairs


def shareable_config(config: EncoderTrainConfig) -> dict[str, Any]:
    """The config as it lies beside the weights: files by name alone, as folders mean nothing elsewhere."""
    values = config.model_dump(mode="json")
    values["teacher"]["model"] = teacher_name(config)
    return without_folders(values, PATHS)


def card(config: EncoderTrainConfig, pairs: list[Pairs], n_dims: int, scores: dict[str, float]) -> str:
    """The model card, Markdown."""
    langs = ", ".join(f"{one.lang} {len(one.other):,}" for one in pairs)
    measured = "\n".join(f"- {name}: {value:.3f}" for name, value in sorted(scores.items()))
    tuned = " and ".join(str(course.steps) for course in config.tune.courses) or "none"
    if config.start is None:
        made = (
            f"- teacher: {teacher_name(config)}\n"
            f"- steps: {config.student.steps} of {config.student.batch_size} pairs, then {tuned}"
        )
    else:
        name, fingerprint = config.start.name, StaticEncoder(config.start).fingerprint
        made = f"- tuned from: {name} ({fingerprint})\n- steps: {tuned} of {config.student.batch_size} pairs"
    return (
        f"# {config.name}\n\nA static multilingual sentence encoder, {n_dims} dimensions, "
        f"trained by `newstance encoder train`.\n\n- pairs: {langs}\n{made}\n\n## Scores\n"
        f"{measured or '- not measured: the config named no evaluation folder'}\n"
    )


def log(config: EncoderTrainConfig, folder: Path, losses: list[float], scores: dict[str, float]) -> None:
    """Keep the run in MLflow, if the config names a store."""
    if config.tracking is None:
        return
    last = {"loss": float(np.mean(losses[-100:]))} if losses else {}
    artifacts = [path for path in (folder / "README.md", folder / "scores.csv") if path.is_file()]
    log_run(
        config.tracking,
        "newstance-encoders",
        config.name,
        params=config.model_dump(mode="json"),
        metrics=scores | last,
        tags={"newstance.name": config.name},
        artifacts=artifacts,
        model_folder=None,
        dataset={
            "fingerprint": StaticEncoder(folder).fingerprint,
            "path": str(config.parallel or config.plain),
        },
    )
