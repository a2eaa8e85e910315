"""With which settings a training was begun: it goes on under these alone."""

import json
from typing import Any

from newstance.embed.static import StaticEncoder
from newstance.train_encoder.config import EncoderTrainConfig, teacher_name, text_files
from newstance.train_encoder.tune import CourseConfig

SETTINGS = "settings.json"  # what a training was begun with, in its work folder
AFTER = {"anchor", "sharpen", "flatten"}  # settings of the student that matter when its steps are done


def check_begun(config: EncoderTrainConfig) -> None:
    """Raises ``ValueError`` if a training lies in the work folder that was begun with other settings."""
    path = config.folder / SETTINGS
    if not path.is_file() and not any(path.parent.glob("*.safetensors")):
        return
    try:
        was = dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(
            f"{path}: does not tell with which settings the training beside it was begun: {error}. "
            f"Remove {path.parent} to begin anew."
        ) from error
    now = _decisive(config)
    changed = [f"{key} {was.get(key)}, now {value}" for key, value in now.items() if was.get(key) != value]
    if changed:
        raise ValueError(
            f"{path.parent}: was begun with other settings: {'; '.join(changed)}. "
            "Remove the folder to begin anew, or change the name or the settings back."
        )


def note_settings(config: EncoderTrainConfig) -> None:
    """Write down what the training is begun with."""
    told = json.dumps(_decisive(config), indent=2) + "\n"
    (config.folder / SETTINGS).write_text(told, encoding="utf-8")


def course_settings(config: EncoderTrainConfig, course: CourseConfig) -> str:
    """The settings of a course of tuning, and of all before it that come after the student's steps: under
    others it begins anew."""
    told = config.student.model_dump(include=AFTER) | {
        "n_rows": config.n_rows,
        "tune": config.tune.model_dump(exclude={"courses"}),
        "course": course.model_dump(exclude={"weight"}),
    }
    return json.dumps(told, sort_keys=True)


def _decisive(config: EncoderTrainConfig) -> dict[str, Any]:
    """What decides the vocabulary and the steps, texts by the size of their files; not what comes after."""
    student = config.student.model_dump(exclude=AFTER | {"checkpoint_every"})
    if config.start is None:
        begin = {
            "teacher.model": teacher_name(config),
            "teacher.dtype": config.teacher.dtype,
            "teacher.max_tokens": config.teacher.max_tokens,
        }
    else:
        begin = {"start": StaticEncoder(config.start).fingerprint}
    return (
        {"seed": config.seed}
        | {f"student.{key}": value for key, value in student.items()}
        | begin
        | {"texts": ", ".join(f"{file.name} {file.stat().st_size} bytes" for file in text_files(config))}
    )
