"""Why a text has its theme and its stances, put together; ``NewsModel.explain`` tells what comes out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from newstance.corpus import corpus_by_row
from newstance.corpus.inputs import to_records
from newstance.corpus.prepare import stated_lang
from newstance.frames import Columns
from newstance.label_files import most_frequent, told_faults
from newstance.linear import one_thread
from newstance.model.explain_stance import explain_stances, nearest_judged
from newstance.model.explain_theme import explain_theme
from newstance.model.explanation import CLAUSES, NEAREST, SENTENCES_SCHEMA, WORDS, Explanation
from newstance.model.rows import NO_SENTENCE
from newstance.stance.judgements import Judgement, judgement_of, read_judgements

Judgements = str | PathLike | Sequence[Mapping | Judgement]


def explain(
    model: Any, text: str, target: str | None, lang: str | None, judgements: Judgements | None
) -> Explanation:
    """The explanation of ``text``, read and cleaned as ``predict`` reads it."""
    _check(model, text, target, lang)
    judged = None if judgements is None else _judgements(judgements)
    reading = replace(model.reading, columns={}, duplicates=False)
    records = to_records([{"text": text, "lang": lang}], {})
    corpus = corpus_by_row(records, reading, n_jobs=1)
    sentences = corpus.sentences
    if not sentences.height:
        reasons = corpus.rejected["reason"].to_list() or [NO_SENTENCE]
        return Explanation(notes=[f"nothing is explained: {reason}." for reason in reasons])
    with one_thread():
        return _explained(model, sentences, target, judged)


def _explained(
    model: Any, sentences: pl.DataFrame, target: str | None, judged: list[Judgement] | None
) -> Explanation:
    theme = explain_theme(model, sentences["text"].to_list(), sentences["sentence"].to_list())
    explained = Explanation(
        sentences=sentences.select(list(SENTENCES_SCHEMA)),
        themes=theme.themes,
        words=_table(theme.words, WORDS),
        notes=theme.notes,
    )
    return _with_stances(model, explained, sentences, target, judged)


def _with_stances(
    model: Any,
    explained: Explanation,
    sentences: pl.DataFrame,
    target: str | None,
    judged: list[Judgement] | None,
) -> Explanation:
    if model.stance_model is None:
        return replace(explained, notes=[*explained.notes, "the model has no targets, so no stance."])
    found = explain_stances(model, sentences, target)
    if not found.stances.height:
        named = "any target of the model" if target is None else f"the target {target!r}"
        return replace(explained, notes=[*explained.notes, f"the text does not name {named}, so no stance."])
    nearest, notes = _nearest(model, found.stances, sentences, judged)
    return replace(
        explained,
        stances=found.stances,
        words=pl.concat([explained.words, _table(found.words, WORDS)]),
        clauses=_table(found.clauses, CLAUSES),
        nearest=_table(nearest, NEAREST),
        notes=[*explained.notes, *notes],
    )


def _nearest(
    model: Any, stances: pl.DataFrame, sentences: pl.DataFrame, judged: list[Judgement] | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of the nearest judged sentences, and notes on targets without any."""
    if judged is None:
        return [], ["no judgements were given, so no judged sentences are shown."]
    labels = Counter(one.target.label for one in judged)
    missing = [one for one in stances["target"].unique(maintain_order=True) if not labels[one]]
    about = most_frequent(one.target.label for one in judged) or "no target"
    notes = [f"no judgement is about {name!r}; they are about {about}." for name in missing]
    known = stances.filter(~pl.col("target").is_in(missing))
    return nearest_judged(model, known, sentences, judged), notes


def _table(rows: list[dict[str, Any]], schema: Columns) -> pl.DataFrame:
    """``rows`` with the columns of ``schema``; others are left out, and what a row lacks is null."""
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _check(model: Any, text: str, target: str | None, lang: str | None) -> None:
    if not isinstance(text, str):
        raise TypeError(f"got {type(text).__name__}, expected one text (str); predict takes many.")
    if lang is not None and stated_lang(lang) != lang:
        raise ValueError(f"lang: got {lang!r}, expected a BCP 47 tag, as 'en' or 'sr-Latn', or None.")
    if target is None or target in model.targets:
        return
    names = {name.casefold(): name for name in model.targets}
    near = get_close_matches(str(target).casefold(), names, n=3)
    hint = f"Did you mean {' or '.join(repr(names[one]) for one in near)}?" if near else ""
    known = ", ".join(map(repr, model.targets)) or "none"
    raise ValueError(f"target: the model has no target {target!r}. {hint or f'It has {known}.'}")


def _judgements(judgements: Judgements) -> list[Judgement]:
    """The judgements of a file or a list, without those of words that mean something else."""
    if isinstance(judgements, str | PathLike):
        found = read_judgements(Path(judgements))
    elif isinstance(judgements, Sequence):
        found = _of_list(judgements)
    else:
        raise TypeError(
            f"judgements: got {type(judgements).__name__}, expected the path of a file or a list of dicts."
        )
    return [one for one in found if not one.not_target]


def _of_list(items: Sequence[Any]) -> list[Judgement]:
    found, faults = [], []
    for number, item in enumerate(items, 1):
        try:
            if not isinstance(item, Judgement | Mapping):
                raise ValueError(f"got {type(item).__name__}; expected a dict")
            found.append(item if isinstance(item, Judgement) else judgement_of(dict(item)))
        except ValueError as error:
            faults.append(f"item {number}: {error}")
    if faults:
        raise ValueError(told_faults(faults, "judgements"))
    return found
