"""The themes that a person gave to sentences, texts or articles, to compare a model with."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from newstance.label_files import Row, read_rows, told_faults

WHAT = "themes"
NO_THEME = "none"
CONTEXT = ("before", "after")


class GoldTheme(BaseModel):
    """The ``theme`` of a ``text``, or of the article ``article_id`` or its ``sentence``; "none" is none.

    Where the row has a key ``before`` or ``after``, the text is a sentence inside these; without them it is
    a whole text, as a model judges it alone. A ``second`` theme is as right as the first. Texts of one
    ``group`` (else of one article) are not independent of each other.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    theme: str
    second: str | None = None
    text: str | None = None
    article_id: str | None = None
    sentence: int | None = None
    title: str | None = None
    before: str | None = None
    after: str | None = None
    lang: str | None = None
    source: str | None = None
    group: str | None = None
    in_context: bool = False

    @field_validator("theme")
    @classmethod
    def _is_named(cls, theme: str) -> str:
        return theme.strip()

    @model_validator(mode="after")
    def _names_a_text(self) -> "GoldTheme":
        if self.text is not None and not self.text.strip():
            raise ValueError("the text is empty")
        if self.text is None and self.article_id is None:
            raise ValueError("neither a text nor an article_id is given")
        return self


def read_gold(data: Path | str | Iterable[dict]) -> tuple[list[GoldTheme], list[str]]:
    """All labels of a file (JSONL, JSON, CSV) or of rows, and notes on those without a theme.

    Raises ``ValueError`` that lists the first faults with their place, ``FileNotFoundError`` where there is
    no such file.
    """
    where = f"{WHAT}: {data}" if isinstance(data, Path | str) else f"{WHAT}: the rows"
    rows = rows_of(data, WHAT)
    labels, faults = [], []
    filled = [row for row in rows if row.values.get("theme") not in (None, "")]
    for place, values in filled:
        try:
            labels.append(_gold(values))
        except ValidationError as error:
            faults += [f"{place}: {_fault(one, values)}" for one in error.errors()]
    if faults:
        raise ValueError(told_faults(faults, where))
    if not labels:
        names = ", ".join(map(str, rows[0].values)) if rows else "no rows"
        raise ValueError(f"{where}: no row has a theme; expected the key 'theme', there are: {names}.")
    left = len(rows) - len(filled)
    return labels, [f"{left} of {len(rows)} rows have no theme and were left out."] if left else []


def rows_of(data: Any, what: str) -> list[Row]:
    """The rows of a file, a DataFrame, or dicts."""
    if isinstance(data, Path | str):
        return read_rows(Path(data), what)
    if hasattr(data, "iter_rows"):
        data = data.iter_rows(named=True)
    elif hasattr(data, "iterrows"):  # pandas, whose missing values are nan
        data = data.astype(object).where(data.notna(), None).to_dict("records")
    rows = [Row(f"row {number}", one) for number, one in enumerate(data, 1)]
    wrong = next((row for row in rows if not isinstance(row.values, dict)), None)
    if wrong:
        raise TypeError(
            f"{what}: {wrong.place} is a {type(wrong.values).__name__}; expected the path of a file, a "
            "DataFrame, or dicts."
        )
    return rows


def _gold(values: dict[str, Any]) -> GoldTheme:
    return GoldTheme.model_validate(values | {"in_context": any(key in values for key in CONTEXT)})


def _fault(error: Any, values: dict) -> str:
    key = ".".join(map(str, error["loc"]))
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{key}: got {str(error['input'])[:60]!r}; {message}" if key else message
