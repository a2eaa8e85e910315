"""Saving a NewsModel as a folder and loading it again, checked against its stored examples."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from newstance.corpus import Reading
from newstance.forks import check_fork
from newstance.frames import empty, require
from newstance.model.allowed import allowed_encoder, allowed_reader
from newstance.model.bundle import Bundle, load_bundle, save_bundle
from newstance.model.content import ARRAYS, REMEDY, ModelError
from newstance.model.known_stance import KnownStance
from newstance.model.manifest import MANIFEST
from newstance.model.news_model import NewsModel
from newstance.model.record import Edit, Record
from newstance.model.schema import (
    EXAMPLES,
    LONGEST_EXAMPLE,
    MISFIT,
    MOST_EXAMPLES,
    THEMES_TABLE,
    Example,
    Meta,
    check_arrays,
    check_examples,
    check_meta,
    check_themes,
    checked_judged,
)
from newstance.paths import as_path
from newstance.stance.head import READER, WORDS, StanceHead
from newstance.stance.meaning import MeaningFinder
from newstance.stance.model import StanceModel
from newstance.tables import JUDGED, STANCES, THEMES, UNKNOWN_LANG
from newstance.themes.assign import ThemeHead
from newstance.themes.model import ThemeModel
from newstance.themes.space import ThemeSpace

TOLERANCE = 1e-6
LABEL_ORDER, HISTORY = "label_order", "history"


def load_model(folder: Path | str, reader: str | None = None, encoder: str | None = None) -> NewsModel:
    """Load ``models/<name>``: hashes, format and golden examples are checked, nothing in it can run.

    A folder never decides what else is loaded. A model that was trained with another encoder than the shipped
    one, or another reader of stances, needs its name or folder as ``encoder`` or ``reader``, or in the
    environment as ``NEWSTANCE_ENCODER`` or ``NEWSTANCE_READER``.

    Raises ``ModelError`` that tells what is wrong with the folder and what to do, and ``TypeError`` for what
    is no path.
    """
    check_fork()
    folder = as_path(folder, "a model folder")
    bundle = load_bundle(folder)
    meta = check_meta(folder, bundle.meta)
    check_arrays(folder, meta, bundle.arrays)
    examples = check_examples(folder, _examples(folder, bundle), meta)
    themes, theme_model = _themes_table(folder, bundle), _theme_model(bundle.arrays, meta)
    check_themes(folder, themes, theme_model.head.theme_ids)
    model = NewsModel(
        bundle.name,
        themes,
        theme_model,
        _stance_model(folder, meta, bundle.arrays, reader),
        allowed_encoder(folder, meta.encoder, encoder),
        _reading(folder, meta.reading),
        _record(meta, bundle, examples),
        _known_stance(folder, meta, bundle),
    )
    _check_examples(folder, model, examples)
    return model


def save_model(model: NewsModel, folder: Path | str) -> None:
    """Write ``model`` with its card, config, examples and history; what it says of the examples is asked
    anew. Raises ``ModelError`` for a model without examples, which no folder may be."""
    folder = as_path(folder, "a model folder")
    if not model.record.examples:
        raise ModelError(
            f"{folder}: the model has no example by which a load could check it; give it one, as in "
            'NewsModel(..., record=Record(examples=["a sentence"])).'
        )
    save_bundle(to_bundle(model, model.record.examples, dict(model.record.texts)), folder)


def _theme_model(arrays: dict[str, np.ndarray], meta: Meta) -> ThemeModel:
    """The theme model of a folder. Format 1 knew no centre, and its ids were the rows of the head."""
    coef = arrays["theme_coef"]
    centre = arrays.get("centre", np.zeros(coef.shape[1], dtype=np.float32))
    ids = arrays.get("theme_ids", np.arange(len(coef)))
    head = ThemeHead(
        coef, arrays["theme_intercept"], ids, meta.reject, meta.core, arrays.get("theme_is_named")
    )
    return ThemeModel(ThemeSpace(arrays["projection"], centre), head)


def _themes_table(folder: Path, bundle: Bundle) -> pl.DataFrame:
    """The themes table with the columns of today; those that format 1 did not have are empty, its level is
    0."""
    if "themes" not in bundle.tables:
        raise ModelError(f"{folder / THEMES_TABLE}: is missing, but belongs to the model. {REMEDY}")
    themes = bundle.tables["themes"]
    missing = [
        pl.lit(0 if column == "level" else None, dtype=kind).alias(column)
        for column, kind in THEMES.items()
        if column not in themes.columns
    ]
    try:
        return require(themes.with_columns(missing), THEMES, THEMES_TABLE)
    except ValueError as error:
        raise ModelError(f"{folder / THEMES_TABLE}: {error} {REMEDY}") from error


def to_bundle(model: NewsModel, examples: Sequence[str], texts: dict[str, str]) -> Bundle:
    """The model as arrays and text, with ``examples`` and what it says of them as golden rows."""
    head = model.theme_model.head
    arrays = {
        "projection": model.theme_model.space.basis,
        "centre": model.theme_model.space.centre,
        "theme_coef": head.coef,
        "theme_intercept": head.intercept,
        "theme_ids": head.theme_ids,
    }
    if head.is_named is not None:
        arrays["theme_is_named"] = head.is_named
    stance = model.stance_model
    reader = None if stance is None else stance.reader
    if stance is not None:
        arrays |= {
            "stance_dense": stance.head.coef_dense,
            "stance_lexical": stance.head.coef_lexical,
            "stance_intercept": stance.head.intercept,
            "target_vectors": stance.vectors,
        }
        if stance.head.possible_from is not None:
            arrays["stance_possible_from"] = stance.head.possible_from
        if stance.meaning is not None:
            arrays |= {
                "meaning_coef": stance.meaning.coef,
                "meaning_intercept": stance.meaning.intercept,
                "meaning_centre": stance.meaning.space.centre,  # type: ignore[attr-defined]
            }
    known = model.known_stance
    meta = {
        "encoder": {
            "model": model.encoder.name,
            "fingerprint": model.encoder.fingerprint,
            "n_dims": model.encoder.n_dims,
        },
        "reject": head.reject,
        "core": head.core,
        LABEL_ORDER: list(STANCES),
        "reading": model.reading.to_dict(),
        "targets": None if stance is None else _targets(stance),
        "abstain_below": None if stance is None else stance.head.abstain_below,
        "stance_folds": None if stance is None else stance.head.folds,
        "stance_kind": None if stance is None else stance.head.kind,
        "stance_temperature": None if stance is None else stance.head.temperature,
        "stance_reader": None if reader is None else reader.fingerprint,
        "stance_reader_name": None if reader is None else reader.name,
        "meaning": [] if stance is None or stance.meaning is None else list(stance.meaning.targets),
        "stance_metrics": dict(known.metrics),
        "stance_langs": None if known.langs is None else list(known.langs),
        HISTORY: [edit.to_dict() for edit in model.record.history],
    }
    texts_asked = [text[:LONGEST_EXAMPLE] for text in examples[:MOST_EXAMPLES]]
    golden = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _golden(model, texts_asked))
    tables = {"themes": model.themes} | ({"judged": known.judged} if known.judged.height else {})
    return Bundle(model.name, meta, arrays, tables, texts | {EXAMPLES: golden})


def _targets(stance: StanceModel) -> list[list]:
    """Name, mentions and excluded phrases of each target."""
    return [[name, mentions, stance.exclude.get(name, [])] for name, mentions in stance.mentions.items()]


def _golden(model: NewsModel, texts: Sequence[str]) -> list[dict]:
    """What the model says of each text: its theme, and the stance of each target at its first mention."""
    said = model.theme_model.predict(model.encoder.encode(list(texts)))
    rows = [
        {"text": text, "theme_id": int(theme), "proba": float(proba), "stances": {}}
        for text, theme, proba in zip(texts, said.theme_ids, said.probas, strict=True)
    ]
    if model.stance_model is not None and rows:
        numbered = pl.DataFrame(
            {"article_id": "", "sentence": range(len(rows)), "text": list(texts), "lang": UNKNOWN_LANG}
        )
        for one in model.stance_model.predict(numbered, model.encoder.encode).iter_rows(named=True):
            stances = rows[one["sentence"]]["stances"]
            stances.setdefault(one["target"], [one["proba_favor"], one["proba_against"]])
    return rows


def _examples(folder: Path, bundle: Bundle) -> list[Any]:
    lines = [line for line in bundle.texts.get(EXAMPLES, "").split("\n") if line]
    try:
        return [json.loads(line) for line in lines[: MOST_EXAMPLES + 1]]
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{folder / EXAMPLES}: is not JSON, an object a line: {error}. {REMEDY}") from error


def _record(meta: Meta, bundle: Bundle, examples: Sequence[Example]) -> Record:
    history = tuple(Edit.from_dict(edit.model_dump()) for edit in meta.history)
    texts = {name: text for name, text in bundle.texts.items() if name != EXAMPLES}
    return Record(texts, [row.text for row in examples], history)


def _known_stance(folder: Path, meta: Meta, bundle: Bundle) -> KnownStance:
    """What is known of the stances; nothing of those of earlier versions."""
    judged = bundle.tables.get("judged")
    checked = empty(JUDGED) if judged is None else checked_judged(folder, judged)
    return KnownStance(checked, meta.stance_metrics, meta.stance_langs)


def _check_examples(folder: Path, model: NewsModel, examples: Sequence[Example]) -> None:
    try:
        found = _golden(model, [row.text for row in examples])
    except (ValueError, IndexError) as error:
        raise ModelError(f"{folder / ARRAYS}: {MISFIT}: {error}. {REMEDY}") from error
    for was, now in zip((row.model_dump() for row in examples), found, strict=True):
        if not _alike(was, now):
            raise ModelError(
                f"{folder / EXAMPLES}: a stored example came out as {_said(now)}, it was {_said(was)}. The "
                "encoder or the libraries differ from those of the training; install the versions of "
                f"{MANIFEST} or train again."
            )


def _alike(was: dict, now: dict) -> bool:
    return (
        was["theme_id"] == now["theme_id"]
        and was["stances"].keys() <= now["stances"].keys()
        and np.allclose(_probas(was, was), _probas(now, was), rtol=0, atol=TOLERANCE)
    )


def _probas(row: dict, was: dict) -> list[float]:
    """The probabilities of ``row`` that ``was`` holds too: a later version may find more mentions."""
    return [row["proba"], *(proba for target in sorted(was["stances"]) for proba in row["stances"][target])]


def _said(row: dict) -> str:
    return f"theme {row['theme_id']} ({row['proba']:.6f}), stances {row['stances']}"


def _stance_model(
    folder: Path, meta: Meta, arrays: dict[str, np.ndarray], reader_name: str | None
) -> StanceModel | None:
    if meta.targets is None:
        return None
    assert meta.abstain_below is not None and meta.stance_folds is not None  # noqa: PT018 (of the schema)
    head = StanceHead(
        arrays["stance_dense"],
        arrays["stance_lexical"],
        arrays["stance_intercept"],
        meta.abstain_below,
        meta.stance_folds,
        meta.stance_kind or WORDS,
        meta.stance_temperature or 1.0,
        arrays.get("stance_possible_from"),
    )
    # Folders of earlier versions hold no excluded phrases, and heads that read texts as they are.
    targets = [(*target, []) for target in meta.targets]
    mentions = {name: words for name, words, *_ in targets}
    exclude = {name: phrases for name, _, phrases, *_ in targets}
    reader = allowed_reader(folder, meta, reader_name) if head.kind == READER else None
    meaning = _meaning(meta.meaning, arrays)
    return StanceModel(head, mentions, arrays["target_vectors"], exclude, reader, meaning)


def _meaning(targets: list[str], arrays: dict[str, np.ndarray]) -> MeaningFinder | None:
    if not targets:
        return None
    coef = arrays["meaning_coef"]
    space = ThemeSpace(np.zeros((0, coef.shape[1]), dtype=np.float32), arrays["meaning_centre"])
    return MeaningFinder(tuple(targets), coef, arrays["meaning_intercept"], space)


def _reading(folder: Path, meta: dict) -> Reading:
    try:
        return Reading.from_dict(meta)
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"{folder / MANIFEST}: how it reads articles is not understood: {error}") from error
