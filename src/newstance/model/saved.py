"""Saving a NewsModel as a folder and loading it again, checked against its stored examples."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from newstance.corpus import Reading
from newstance.disk import as_path
from newstance.embed import Encoder, load_encoder
from newstance.forks import check_fork
from newstance.model.bundle import Bundle, load_bundle, save_bundle
from newstance.model.content import ModelError
from newstance.model.news_model import NewsModel
from newstance.model.record import Edit, Record
from newstance.stance.head import READER, WORDS, StanceHead
from newstance.stance.meaning import MeaningFinder
from newstance.stance.model import StanceModel
from newstance.stance.readers import StanceReader, load_reader
from newstance.stance.shipped import SHIPPED
from newstance.tables import STANCES, THEMES, UNKNOWN_LANG
from newstance.themes.assign import ThemeHead
from newstance.themes.model import ThemeModel
from newstance.themes.space import ThemeSpace

TOLERANCE = 1e-6
LABEL_ORDER, HISTORY = "label_order", "history"
EXAMPLES = "examples.jsonl"


def load_model(folder: Path | str, reader: str | None = None) -> NewsModel:
    """Load ``models/<name>``: hashes, format and golden examples are checked, nothing in it can run.

    ``reader`` is the folder of the reader of stances that the model was trained with, if it has moved since.

    Raises ``ModelError`` that tells what is wrong with the folder and what to do, and ``TypeError`` for what
    is no path.
    """
    check_fork()
    folder = as_path(folder, "a model folder")
    bundle = load_bundle(folder)
    meta, arrays = bundle.meta, bundle.arrays
    if tuple(meta[LABEL_ORDER]) != STANCES:
        raise ModelError(f"{folder}: its stances are {meta[LABEL_ORDER]}, expected {list(STANCES)}.")
    model = NewsModel(
        bundle.name,
        _themes_table(bundle.tables["themes"]),
        _theme_model(arrays, meta),
        _stance_model(folder, bundle, reader),
        _encoder(folder, meta["encoder"]),
        _reading(folder, meta["reading"]),
        _record(folder, bundle),
    )
    _check_examples(folder, model, bundle)
    return model


def save_model(model: NewsModel, folder: Path | str) -> None:
    """Write ``model`` with its card, config, examples and history; what it says of the examples is asked
    anew."""
    folder = as_path(folder, "a model folder")
    save_bundle(to_bundle(model, model.record.examples, dict(model.record.texts)), folder)


def _theme_model(arrays: dict[str, np.ndarray], meta: dict) -> ThemeModel:
    """The theme model of a folder. Format 1 knew no centre, and its ids were the rows of the head."""
    coef = arrays["theme_coef"]
    centre = arrays.get("centre", np.zeros(coef.shape[1], dtype=np.float32))
    ids = arrays.get("theme_ids", np.arange(len(coef)))
    head = ThemeHead(
        coef, arrays["theme_intercept"], ids, meta["reject"], meta["core"], arrays.get("theme_is_named")
    )
    return ThemeModel(ThemeSpace(arrays["projection"], centre), head)


def _themes_table(themes: pl.DataFrame) -> pl.DataFrame:
    """The themes table with the columns of today; those that format 1 did not have are empty, its level is
    0."""
    missing = [
        pl.lit(0 if column == "level" else None, dtype=kind).alias(column)
        for column, kind in THEMES.items()
        if column not in themes.columns
    ]
    return themes.with_columns(missing).select(list(THEMES))


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
        HISTORY: [edit.to_dict() for edit in model.record.history],
    }
    golden = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _golden(model, examples))
    return Bundle(model.name, meta, arrays, {"themes": model.themes}, texts | {EXAMPLES: golden})


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


def _examples(bundle: Bundle) -> list[dict]:
    return [json.loads(line) for line in bundle.texts[EXAMPLES].split("\n") if line]


def _record(folder: Path, bundle: Bundle) -> Record:
    try:
        history = tuple(Edit.from_dict(edit) for edit in bundle.meta.get(HISTORY, []))
    except (TypeError, AttributeError) as error:
        raise ModelError(f"{folder}: its history is not understood: {error}") from error
    texts = {name: text for name, text in bundle.texts.items() if name != EXAMPLES}
    return Record(texts, [row["text"] for row in _examples(bundle)], history)


def _check_examples(folder: Path, model: NewsModel, bundle: Bundle) -> None:
    rows = _examples(bundle)
    try:
        found = _golden(model, [row["text"] for row in rows])
    except (ValueError, IndexError) as error:
        raise ModelError(f"{folder}: its arrays do not fit each other or this version: {error}") from error
    for was, now in zip(rows, found, strict=True):
        if not _alike(was, now):
            raise ModelError(
                f"{folder}: a stored example came out as {_said(now)}, it was {_said(was)}. The encoder or "
                "the libraries differ from those of the training; install the versions of manifest.json "
                "or train again."
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


def _stance_model(folder: Path, bundle: Bundle, reader_name: str | None) -> StanceModel | None:
    if bundle.meta["targets"] is None:
        return None
    arrays = bundle.arrays
    head = StanceHead(
        arrays["stance_dense"],
        arrays["stance_lexical"],
        arrays["stance_intercept"],
        bundle.meta["abstain_below"],
        bundle.meta.get("stance_folds", False),
        bundle.meta.get("stance_kind", WORDS),
        bundle.meta.get("stance_temperature", 1.0),
        arrays.get("stance_possible_from"),
    )
    # Folders of earlier versions hold no excluded phrases, and heads that read texts as they are.
    targets = [(*target, []) for target in bundle.meta["targets"]]
    mentions = {name: words for name, words, *_ in targets}
    exclude = {name: phrases for name, _, phrases, *_ in targets}
    name = reader_name or bundle.meta.get("stance_reader_name", SHIPPED)
    reader = _reader(folder, bundle.meta["stance_reader"], name) if head.kind == READER else None
    meaning = _meaning(bundle.meta.get("meaning", []), arrays)
    return StanceModel(head, mentions, arrays["target_vectors"], exclude, reader, meaning)


def _meaning(targets: list[str], arrays: dict[str, np.ndarray]) -> MeaningFinder | None:
    if not targets:
        return None
    coef = arrays["meaning_coef"]
    space = ThemeSpace(np.zeros((0, coef.shape[1]), dtype=np.float32), arrays["meaning_centre"])
    return MeaningFinder(tuple(targets), coef, arrays["meaning_intercept"], space)


def _reader(folder: Path, fingerprint: str, name: str) -> StanceReader:
    try:
        reader = load_reader(load_encoder(abbreviations=False), name)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder}: needs a reader of stances, which could not be loaded: {error} If it has moved, give "
            "its folder, as in load_model(folder, reader=...)."
        ) from error
    if reader.fingerprint != fingerprint:
        raise ModelError(
            f"{folder}: was trained with another reader of stances (fingerprint {fingerprint}; that of "
            f"{name!r} is {reader.fingerprint}). Give its folder, as in load_model(folder, reader=...), or "
            "train again."
        )
    return reader


def _reading(folder: Path, meta: dict) -> Reading:
    try:
        return Reading.from_dict(meta)
    except ValueError as error:
        raise ModelError(f"{folder}: how it reads articles is not understood: {error}") from error


def _encoder(folder: Path, meta: dict) -> Encoder:
    """The encoder of the training. Models of newstance 0.1 were trained before abbreviations were spelled
    out."""
    fingerprints = []
    for abbreviations in (True, False):
        try:
            encoder = load_encoder(meta["model"], abbreviations=abbreviations)
            fingerprints.append(encoder.fingerprint)  # loads a transformer
        except (OSError, ValueError) as error:
            raise ModelError(
                f"{folder}: needs the encoder {meta['model']!r}, which could not be loaded: {error}"
            ) from error
        if fingerprints[-1] == meta["fingerprint"]:
            return encoder
    raise ModelError(
        f"{folder}: was trained with another version of the encoder {meta['model']!r} (fingerprint "
        f"{meta['fingerprint']}, found {fingerprints[0]}). Its vectors would mean other things; "
        "restore that encoder or train again."
    )
