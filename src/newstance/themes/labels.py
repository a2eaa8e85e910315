"""A user's theme labels: texts or articles with a theme of the codebook, or with none."""

import difflib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError, model_validator

NO_THEME = "none"


class ThemeLabel(BaseModel, frozen=True, extra="ignore"):
    """One judgement: the ``theme`` of a ``text``, or of the article ``article_id`` of the corpus, or of its
    ``sentence``. "none" says that it belongs to no theme of the codebook."""

    theme: str
    text: str | None = None
    article_id: str | None = None
    sentence: int | None = None

    @model_validator(mode="after")
    def _names_a_text(self) -> "ThemeLabel":
        if not (self.text and self.text.strip()) and self.article_id is None:
            raise ValueError("neither a text nor an article_id is given")
        return self


def read_theme_labels(path: Path, themes: Sequence[str]) -> list[ThemeLabel]:
    """All labels of a JSONL file, each with one of ``themes`` or "none".

    Raises ``ValueError`` that lists the first faults with file and line, ``FileNotFoundError`` where there is
    no such file.
    """
    if not path.is_file():
        raise FileNotFoundError(f"themes.labels: there is no file {path}.")
    labels, faults = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        if not line.strip():
            continue
        try:
            label = ThemeLabel.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            faults.append(f"line {number}: not JSON ({error.msg} at column {error.colno})")
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "label"
            faults.append(f"line {number}: {where}: {first['msg'].removeprefix('Value error, ')}")
        else:
            if label.theme not in (*themes, NO_THEME):
                faults.append(f"line {number}: {_unknown(label.theme, themes)}")
            labels.append(label)
    if faults:
        shown = "\n  ".join(faults[:10])
        raise ValueError(f"{path}: {len(faults)} lines are not theme labels:\n  {shown}")
    return labels


def _unknown(theme: str, themes: Sequence[str]) -> str:
    near = difflib.get_close_matches(theme, [*themes, NO_THEME], n=1)
    meant = f" Did you mean {near[0]!r}?" if near else f" The codebook has {', '.join(map(repr, themes))}."
    return f'theme {theme!r} is not in the codebook, and is not "none".{meant}'
