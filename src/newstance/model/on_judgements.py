"""A model on a person's judgements of stance."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from newstance.evaluate.counts import Bootstrap
from newstance.evaluate.evaluation import Evaluation
from newstance.evaluate.stance import StanceScores, stance_scores
from newstance.label_files import most_frequent
from newstance.model.contexts import judge, nearest_sentence
from newstance.stance.judgements import Judgement, read_judgements
from newstance.tables import STANCES

PROBAS = [f"proba_{stance}" for stance in STANCES]


def on_judgements(model: Any, path: Path, bootstrap: Bootstrap) -> Evaluation:
    """Scores of the stances on the judgements of a file.

    Where the model does not find the mention it takes no stance, which is scored as "none".
    """
    judgements, notes = _asked_about(model, read_judgements(path), path)
    probas, found, decided, reasons = _stances_given(model, judgements)
    notes += [
        f"{count} judgements were not judged, which counts as none: {why}." for why, count in reasons.items()
    ]
    scores = _scores(judgements, probas, ~found, bootstrap)
    metrics = scores.metrics | {
        "stance/mention_found": float(found.mean()),
        "stance/decided": float(decided.sum() / max(1, found.sum())),
    }
    table = scores.table
    if decided.any():
        some = [one for one, is_sure in zip(judgements, decided, strict=True) if is_sure]
        sure = _scores(some, probas[decided], None, bootstrap)
        metrics["stance/decided/f1_macro"] = sure.metrics["stance/f1_macro"]
        row = sure.table.head(1).with_columns(row=pl.lit("decided only"))
        table = pl.concat([table.head(1), row, table.slice(1)])
    return Evaluation(metrics, {"stance": table}, notes + scores.notes)


def _scores(
    judgements: Sequence[Judgement], probas: np.ndarray, silent: np.ndarray | None, bootstrap: Bootstrap
) -> StanceScores:
    return stance_scores(
        np.array([STANCES.index(one.stance) for one in judgements]),
        probas,
        [one.group or one.article_id or one.text for one in judgements],
        [one.lang for one in judgements],
        [one.target.label for one in judgements],
        None,
        bootstrap.n,
        bootstrap.seed,
        silent,
    )


def _asked_about(model: Any, judgements: list[Judgement], path: Path) -> tuple[list[Judgement], list[str]]:
    """The judgements that the model can be asked about, and notes on the others."""
    notes = []
    others = [one.target.label for one in judgements if one.target.label not in model.targets]
    if others:
        notes.append(
            f"{len(others)} judgements are about targets that the model lacks, and were left out: "
            f"{most_frequent(others)}."
        )
    known = [one for one in judgements if one.target.label in model.targets]
    if not known:
        raise ValueError(
            f"stance: {path}: no judgement is about a target of the model, which has "
            f"{', '.join(model.targets) or 'none, as it was trained without judgements'}."
        )
    kept = [one for one in known if not one.not_target]
    if len(kept) < len(known):
        notes.append(f"{len(known) - len(kept)} judgements of words that mean something else were left out.")
    if not kept:
        raise ValueError(
            f"stance: {path}: every judgement is of words that mean something else (not_target)."
        )
    return kept, notes


def _stances_given(
    model: Any, judgements: Sequence[Judgement]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Counter[str]]:
    """Probabilities (n, 3), nan where the mention was not found; where it was found; where the stance was
    decided; and why texts were not judged."""
    judged = judge(model, [one.model_dump() for one in judgements])
    probas = np.full((len(judgements), len(STANCES)), np.nan)
    decided = np.zeros(len(judgements), dtype=bool)
    said = {key[0]: part for key, part in judged.stances.group_by("row", maintain_order=True)}
    texts = {
        key[0]: dict(part.select("sentence", "text").iter_rows())
        for key, part in judged.sentences.group_by("row", maintain_order=True)
    }
    for row, one in enumerate(judgements):
        mentions = (
            [] if row not in said else said[row].filter(pl.col("target") == one.target.label).to_dicts()
        )
        mention = _judged_mention(one, mentions, texts.get(row, {}))
        if mention is not None:
            probas[row] = [mention[name] for name in PROBAS]
            decided[row] = mention["decided"]
    return probas, ~np.isnan(probas).any(axis=1), decided, Counter(judged.reasons.values())


def _judged_mention(one: Judgement, mentions: list[dict], texts: dict[int, str]) -> dict | None:
    """The one of ``mentions`` that the judgement marks: in the sentence nearest to its text, the nearest to
    its place there. A judgement without a place has the first mention in its text."""
    if one.target.span is None:
        inside = [mention for mention in mentions if texts[mention["sentence"]] in one.text]
        return min(inside, key=lambda mention: (mention["sentence"], mention["start"] or 0), default=None)
    place, end = one.target.span
    words = one.text[place:end].casefold()
    numbers = [number for number, text in texts.items() if words in text.casefold()] or list(texts)
    best = nearest_sentence(one.text, [texts[number] for number in numbers])
    if best is None:
        return None
    text = texts[numbers[best]]
    # Where the text begins in the sentence; below 0 where the sentence begins inside the text.
    shift = text.find(one.text) if one.text in text else -max(0, one.text.find(text))
    here = [mention for mention in mentions if mention["sentence"] == numbers[best]]
    own = [mention for mention in here if mention["start"] is not None]
    return min(own, key=lambda mention: abs(mention["start"] - shift - place), default=None)
