"""What a model folder may say: one schema for its manifest, its examples and the shapes of its arrays.

A folder may come from a stranger, so all of it is checked before any of it is used: types, ranges, sizes,
ids that differ, shapes that fit each other, numbers that are finite. It names no path that is opened and no
number of processes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
import polars as pl
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from newstance.faults import faults_of
from newstance.frames import require
from newstance.model.content import ARRAYS, REMEDY, TABLE, ModelError
from newstance.model.manifest import MANIFEST
from newstance.stance.features import N_BUCKETS, N_PARTS
from newstance.stance.head import READER
from newstance.tables import JUDGED, NOISE, STANCES
from newstance.themes.codebook import check_mentions

EXAMPLES = "examples.jsonl"
THEMES_TABLE, JUDGED_TABLE = f"themes{TABLE}", f"judged{TABLE}"
MOST_DIMS, MOST_THEMES, MOST_TARGETS, MOST_MENTIONS = 1 << 16, 100_000, 2_000, 20_000
MOST_EXAMPLES, LONGEST_EXAMPLE, LONGEST_NAME, MOST_EDITS = 100, 2_000, 1_000, 10_000
MOST_METRICS = 10_000
FAULTS_SHOWN = 3
MISFIT = "its arrays do not fit each other or this version"

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Share = Annotated[float, Field(ge=0, le=1)]
Model = TypeVar("Model", bound=BaseModel)


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class EncoderMeta(_Plain):
    """The encoder that the vectors are of; its name is told to the user, who allows any but the shipped."""

    model: Name
    fingerprint: Name
    n_dims: int = Field(ge=1, le=MOST_DIMS)


class EditMeta(_Plain):
    """One edit of the themes."""

    action: Name
    theme_ids: list[int] = Field([], max_length=MOST_THEMES)
    names: list[str] = Field([], max_length=MOST_THEMES)
    new_ids: list[int] = Field([], max_length=MOST_THEMES)
    new_names: list[str] = Field([], max_length=MOST_THEMES)
    emptied_ids: list[int] = Field([], max_length=MOST_THEMES)
    settings: dict[Name, float | None] = Field({}, max_length=20)

    @model_validator(mode="after")
    def _ids_have_names(self) -> "EditMeta":
        pairs = ((self.theme_ids, self.names), (self.new_ids, self.new_names))
        if any(len(ids) != len(names) for ids, names in pairs):
            raise ValueError("as many ids as names were expected")
        return self


class Meta(_Plain):
    """The settings of a manifest. Fields with a default are missing in folders of earlier versions."""

    encoder: EncoderMeta
    reject: Share
    core: Share
    label_order: list[str]
    reading: dict[str, Any]
    targets: list[list[Any]] | None = Field(max_length=MOST_TARGETS)
    abstain_below: Share | None
    stance_folds: bool | None = False
    stance_kind: Literal["words", "reader"] | None = "words"
    stance_temperature: float | None = Field(1.0, gt=0, le=1e6)
    stance_reader: Name | None = None
    stance_reader_name: Name | None = None
    meaning: list[str] = Field([], max_length=MOST_TARGETS)
    stance_metrics: dict[Name, float] = Field({}, max_length=MOST_METRICS)
    stance_langs: list[Name] | None = Field(None, max_length=MOST_METRICS)
    history: list[EditMeta] = Field([], max_length=MOST_EDITS)

    @field_validator("label_order")
    @classmethod
    def _are_ours(cls, order: list[str]) -> list[str]:
        if tuple(order) != STANCES:
            raise ValueError(f"expected {list(STANCES)}")
        return order

    @field_validator("targets")
    @classmethod
    def _are_targets(cls, targets: list[list[Any]] | None) -> list[list[Any]] | None:
        """Name, mentions and, from format 2 on, excluded phrases."""
        adapter = TypeAdapter(tuple[Name, list[str]] | tuple[Name, list[str], list[str]])
        checked = [adapter.validate_python(tuple(target)) for target in targets or []]
        if sum(len(part) for _, *parts in checked for part in parts) > MOST_MENTIONS:
            raise ValueError(f"all targets together have more than {MOST_MENTIONS} mentions")
        _differ([name for name, *_ in checked], "targets")
        for _, *parts in checked:
            for part in parts:
                check_mentions(part)
        return targets

    @model_validator(mode="after")
    def _stance_is_whole(self) -> "Meta":
        names = [target[0] for target in self.targets or []]
        _differ(self.meaning, "targets found by meaning")
        if not set(self.meaning) <= set(names):
            raise ValueError("meaning: expected names of targets")
        if self.targets is not None and None in (
            *(self.abstain_below, self.stance_folds, self.stance_kind, self.stance_temperature),
            *((self.stance_reader,) if self.stance_kind == READER else ()),
        ):
            raise ValueError("targets: there are some, but no stance head for them")
        return self


class Example(_Plain):
    """A text and what the model said of it."""

    text: str = Field(max_length=LONGEST_EXAMPLE)
    theme_id: int = Field(ge=NOISE)
    proba: Share
    stances: dict[str, Annotated[list[Share], Field(min_length=2, max_length=2)]]


def _differ(names: Sequence[Any], what: str) -> None:
    if len(set(names)) < len(names):
        raise ValueError(f"two {what} of one name or id")


def check_meta(folder: Path, meta: Mapping[str, Any]) -> Meta:
    """The settings of a manifest; raises ``ModelError``."""
    return _checked(Meta, meta, f"{folder / MANIFEST}: its meta does not say what it should")


def check_examples(folder: Path, rows: Sequence[Any], meta: Meta) -> list[Example]:
    """The golden examples, at least one; raises ``ModelError``."""
    path = folder / EXAMPLES
    if not 1 <= len(rows) <= MOST_EXAMPLES:
        raise ModelError(
            f"{path}: holds {len(rows)} examples; a model has 1 to {MOST_EXAMPLES}, by which it is checked "
            f"when it is loaded. {REMEDY}"
        )
    examples = [_checked(Example, row, f"{path}: line {line}") for line, row in enumerate(rows, 1)]
    names = {target[0] for target in meta.targets or []}
    for line, example in enumerate(examples, 1):
        if not example.stances.keys() <= names:
            raise ModelError(f"{path}: line {line}: a stance towards no target of the model. {REMEDY}")
    return examples


def _checked(model: type[Model], values: Any, place: str) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ModelError(f"{place}: {faults_of(error, model, FAULTS_SHOWN)}\n{REMEDY}") from error


def check_arrays(folder: Path, meta: Meta, arrays: Mapping[str, np.ndarray]) -> None:
    """Raise ``ModelError`` where an array is missing or unknown, of another shape or type, or not finite."""
    path = folder / ARRAYS
    needed, shapes = _shapes(meta, arrays)
    missing, unknown = sorted(needed - set(arrays)), sorted(set(arrays) - set(shapes))
    if missing or unknown:
        wrong = f"{', '.join(missing)} missing" if missing else f"{unknown[0]!r} is of no model"
        raise ModelError(f"{path}: {MISFIT}: {wrong}. {REMEDY}")
    for name, array in arrays.items():
        if array.shape != shapes[name]:
            raise ModelError(
                f"{path}: {MISFIT}: {name} has the shape {array.shape}, expected {shapes[name]}. {REMEDY}"
            )
        kinds = {"theme_ids": "i", "theme_is_named": "b"}.get(name, "f")
        if array.dtype.kind != kinds:
            raise ModelError(f"{path}: {MISFIT}: {name} is of {array.dtype}. {REMEDY}")
        if kinds == "f" and not np.isfinite(array).all():
            raise ModelError(f"{path}: {name} holds numbers that are not finite. {REMEDY}")
    ids = arrays.get("theme_ids", np.zeros(0, dtype=int))
    if len(ids) > MOST_THEMES or (ids < 0).any():
        raise ModelError(f"{path}: theme_ids: expected at most {MOST_THEMES}, none below 0. {REMEDY}")


def _shapes(meta: Meta, arrays: Mapping[str, np.ndarray]) -> tuple[set[str], dict[str, tuple[int, ...]]]:
    """The arrays that the model needs, and the shape of each that it may have."""
    n_dims, n_targets, n_meant = meta.encoder.n_dims, len(meta.targets or []), len(meta.meaning)
    n_rows = _length(arrays, "theme_intercept")
    needed: dict[str, tuple[int, ...]] = {
        "projection": (_length(arrays, "projection"), n_dims),
        "theme_coef": (n_rows, n_dims),
        "theme_intercept": (n_rows,),
    }
    optional: dict[str, tuple[int, ...]] = {
        "centre": (n_dims,),
        "theme_ids": (n_rows,),
        "theme_is_named": (n_rows,),
    }
    if meta.targets is not None:
        n_dense = N_PARTS * n_dims
        if meta.stance_kind == READER:  # its features come first; how many is checked when it is loaded
            n_dense = max(n_dense, arrays["stance_dense"].shape[-1] if "stance_dense" in arrays else 0)
        needed |= {
            "stance_dense": (len(STANCES), n_dense),
            "stance_lexical": (len(STANCES), N_BUCKETS),
            "stance_intercept": (len(STANCES),),
            "target_vectors": (n_targets, n_dims),
        }
        optional["stance_possible_from"] = (len(STANCES),)
    if meta.meaning:
        needed |= {
            "meaning_coef": (n_meant, n_dims),
            "meaning_intercept": (n_meant,),
            "meaning_centre": (n_dims,),
        }
    return set(needed), needed | optional


def _length(arrays: Mapping[str, np.ndarray], name: str) -> int:
    return len(arrays[name]) if name in arrays and arrays[name].ndim else 0


def check_themes(folder: Path, themes: pl.DataFrame, theme_ids: np.ndarray) -> None:
    """Raise ``ModelError`` where ids repeat, or a row of the head is of no theme of the table."""
    path = folder / THEMES_TABLE
    ids = themes["theme_id"]
    if ids.null_count() or ids.n_unique() < len(ids) or (ids < 0).any():
        raise ModelError(f"{path}: theme_id: expected numbers from 0 on, each once. {REMEDY}")
    unknown = set(theme_ids.tolist()) - set(ids)
    if unknown:
        raise ModelError(f"{path}: has no theme {min(unknown)}, which the arrays know. {REMEDY}")
    names = themes["name"]
    if names.null_count() or (len(names) and names.str.len_chars().max() > LONGEST_NAME):  # type: ignore[operator]
        raise ModelError(f"{path}: name: expected one of at most {LONGEST_NAME} characters. {REMEDY}")


def checked_judged(folder: Path, judged: pl.DataFrame) -> pl.DataFrame:
    """The judgements by which shares are corrected; raises ``ModelError``."""
    path = folder / JUDGED_TABLE
    try:
        judged = require(judged, JUDGED, JUDGED_TABLE)
    except ValueError as error:
        raise ModelError(f"{path}: {error} {REMEDY}") from error
    probas = judged.select(f"proba_{stance}" for stance in STANCES).to_numpy()
    chances = judged["p_draw"].drop_nulls().to_numpy()
    if not (_are_shares(probas) and _are_shares(chances) and (chances > 0).all()):
        raise ModelError(f"{path}: expected probabilities between 0 and 1. {REMEDY}")
    needed = judged.select("group", "target", "stance", "placed")
    if sum(needed.null_count().row(0)) or not judged["stance"].is_in(STANCES).all():
        raise ModelError(f"{path}: a judgement lacks its group, its target or its stance. {REMEDY}")
    return judged


def _are_shares(values: np.ndarray) -> bool:
    return bool(((values >= 0) & (values <= 1)).all())
