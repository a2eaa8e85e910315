"""Labelled judgements, one a line: a text, a target marked in it, the stance towards it."""

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError, model_validator


class MarkedTarget(BaseModel, extra="ignore"):
    """A target and the code points ``start:end`` of the text that name it."""

    label: str = Field(min_length=1)
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Judgement(BaseModel, extra="ignore"):
    """One person's judgement of one text towards one target."""

    id: str
    text: str = Field(min_length=1)
    target: MarkedTarget
    stance: Literal["favor", "against", "none"]
    lang: str = "und"
    source: str | None = None
    published: str | None = None
    annotator: str | None = None
    group: str | None = Field(None, description="texts of one group are never on two sides of a split")

    @model_validator(mode="after")
    def _span_is_inside(self) -> "Judgement":
        if not self.target.start < self.target.end <= len(self.text):
            raise ValueError(
                f"target.start and target.end are {self.target.start} and {self.target.end}, outside "
                f"the text of {len(self.text)} characters"
            )
        return self


def read_judgements(path: Path) -> list[Judgement]:
    """All judgements of a JSONL file.

    Raises ``ValueError`` that lists the first faults with file and line, ``FileNotFoundError`` where
    there is no such file.
    """
    judgements, faults = [], []
    # Not splitlines(), which also parts at U+2028 and U+0085, and JSON may hold those in a text.
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            judgements.append(Judgement.model_validate(json.loads(line)))
        except json.JSONDecodeError as error:
            faults.append(f"line {number}: not JSON ({error.msg} at column {error.colno})")
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "judgement"
            faults.append(f"line {number}: {where}: {first['msg']}, got {str(first['input'])[:60]!r}")
    if faults:
        shown = "\n  ".join(faults[:10])
        raise ValueError(f"{path}: {len(faults)} lines are not judgements:\n  {shown}")
    return judgements


def _text(path: Path) -> str:
    if not path.is_file():
        raise FileNotFoundError(f"stance.labels: there is no file {path}.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8.") from error
