"""Labelled judgements, one a line: a text, a target marked in it, the stance towards it.

A text may be judged towards a target that it does not name, as a comment towards a claim: its ``start`` and
``end`` are null. They have to be given as null, so that a file which lacks its places is not taken for one.
"""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from newstance.label_files import text_of

EXAMPLE = (
    '{"text": "Moscow hails the truce.", "target": {"label": "Russia", "start": 0, "end": 6}, '
    '"stance": "none"}'
)
FAULTS_SHOWN = 10
# What other tools and languages call a stance; only ever proposed, never taken.
OTHER_WORDS = {
    "favor": "favour for pro positive pos support supports agree yes + +1 1 1.0 true за позитив dafür pour",
    "against": "anti con contra negative neg oppose deny disagree no - -1 -1.0 против проти gegen contre",
    "none": "neutral neither neu unrelated other comment discuss 0 0.0 null нейтрально keine aucun",
}
MEANT = {word: stance for stance, words in OTHER_WORDS.items() for word in [stance, *words.split()]}


class MarkedTarget(BaseModel, extra="ignore"):
    """A target and the code points ``start:end`` of the text that name it; both None where none do."""

    label: str = Field(min_length=1)
    start: int | None = Field(ge=0)
    end: int | None = Field(ge=0)

    @property
    def span(self) -> tuple[int, int] | None:
        """``start`` and ``end``, None where the text does not name the target."""
        return None if self.start is None or self.end is None else (self.start, self.end)


class Judgement(BaseModel):
    """One person's judgement of one text towards one target; ``line`` is where the file has it."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: str | None = None
    text: str = Field(min_length=1)
    target: MarkedTarget
    stance: Literal["favor", "against", "none"]
    lang: str = "und"
    source: str | None = None
    published: str | None = None
    annotator: str | None = None
    article_id: str | None = None
    group: str | None = Field(None, description="texts of one group are never on two sides of a split")
    title: str | None = Field(None, description="the title of the article")
    before: str | None = Field(None, description="what stands before the text in its article")
    after: str | None = Field(None, description="what stands after the text in its article")
    not_target: bool = Field(False, description="whether the words mean something else than the target here")
    p_draw: float | None = Field(
        None, gt=0, le=1, description="chance by which the text was drawn at random; null where it was chosen"
    )
    line: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _nest_target(cls, values: Any) -> Any:
        """A row of a table has the target, ``start`` and ``end`` side by side."""
        if isinstance(values, dict) and isinstance(values.get("target"), str) and "start" in values:
            place = {key: values.get(key) for key in ("start", "end")}
            return values | {"target": {"label": values["target"], **place}}
        return values

    @model_validator(mode="after")
    def _span_is_inside(self) -> "Judgement":
        start, end = self.target.start, self.target.end
        if start is None and end is None:
            return self
        if start is None or end is None or not start < end <= len(self.text):
            raise ValueError(
                f"target.start and target.end are {start} and {end}, outside "
                f"the text of {len(self.text)} characters; expected the code points that name the target, "
                "the end after the start, or null twice where the text does not name it"
            )
        return self


def read_judgements(path: Path) -> list[Judgement]:
    """All judgements of a JSONL file.

    Raises ``ValueError`` that lists the first faults with file and line, ``FileNotFoundError`` where
    there is no such file.
    """
    judgements, faults = [], []
    # Not splitlines(), which also parts at U+2028 and U+0085, and JSON may hold those in a text.
    for number, line in enumerate(text_of(path, "stance.labels").split("\n"), 1):
        if not line.strip():
            continue
        try:
            judgements.append(_judgement(line, number))
        except ValueError as error:
            faults.append(f"line {number}: {error}")
    if faults:
        count = "1 line is no judgement" if len(faults) == 1 else f"{len(faults)} lines are no judgements"
        shown = "\n  ".join(faults[:FAULTS_SHOWN])
        raise ValueError(f"stance.labels: {path}: {count}:\n  {shown}")
    return judgements


def _judgement(line: str, number: int) -> Judgement:
    """The judgement of a line; ``ValueError`` says what is wrong with it, in the user's words."""
    try:
        values = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"not JSON ({error.msg} at column {error.colno}); expected one object a line, as {EXAMPLE}"
        ) from error
    except RecursionError as error:
        raise ValueError("not JSON that can be read: it is nested too deeply") from error
    if not isinstance(values, dict):
        raise ValueError(f"got {line[:60]!r}; expected an object, as {EXAMPLE}")
    return judgement_of(values | {"line": number})


def judgement_of(values: dict) -> Judgement:
    """The judgement of one object; ``ValueError`` says what is wrong with it, in the user's words."""
    try:
        return Judgement.model_validate(values)
    except ValidationError as error:
        raise ValueError("; ".join(_fault(one, values) for one in error.errors())) from error


def _fault(error: Any, values: dict) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if not key:
        return str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        return f"{key} is missing; there are {', '.join(map(str, list(values)[:12])) or 'no keys'}"
    return (
        f"{key}: got {_shown(error['input'])}; expected {_expected(key, error['input'], str(error['msg']))}"
    )


def _expected(key: str, given: Any, message: str) -> str:
    if key == "stance":
        meant = MEANT.get(str(given).strip().lower() if given is not None else "null")
        return "favor, against or none" + (f"; did you mean {meant}?" if meant else "")
    if key == "target":
        return 'the label and its place in the text, as {"label": "Russia", "start": 0, "end": 6}'
    if key in ("text", "target.label") and given == "":
        return "at least 1 character"
    return message.removeprefix("Input should be ")


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:60]
