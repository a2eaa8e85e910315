"""Answers of several people to labels: what most of them say, and how far they agree."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newstance.annotate.answers import Answer, read_answers
from newstance.evaluate.agreement import Agreement, krippendorff_alpha
from newstance.evaluate.counts import Bootstrap
from newstance.label_files import most_frequent
from newstance.tables import STANCES

KEPT = ["article_id", "sentence", "before", "after", "title", "lang", "source", "drawn", "p_draw"]
CONTEXT = ("before", "after")


@dataclass(frozen=True)
class Settled:
    """``labels`` as ``themes.labels`` and ``stance.labels`` read them; ``disagreements`` with every answer;
    ``agreement`` of the annotators, and ``notes`` on what was left out."""

    labels: list[dict[str, Any]]
    disagreements: list[dict[str, Any]]
    agreement: Agreement
    annotators: dict[str, int]
    notes: list[str]


def settle_labels(paths: Sequence[Path], bootstrap: Bootstrap) -> Settled:
    """The labels of files of answers; what more than half of the annotators say is the label.

    Raises ``ValueError`` where themes and stances are mixed, for what is no stance, and where nothing is
    labelled.
    """
    answers: list[Answer] = []
    left: Counter[str] = Counter()
    for path in paths:
        found, without = read_answers(path)
        answers += found
        left += without
    _check(answers, paths)
    notes = [f"{count} tasks were left out: {why}." for why, count in left.items()]
    of_unit, changed = _by_unit(answers)
    if changed:
        notes.append(f"{changed} answers were given twice by one annotator; the last one counts.")
    labels, disagreements = [], []
    for said in of_unit.values():
        row = _label(said)
        labels += [row] if row else []
        if len({one.label for one in said}) > 1:
            disagreements.append(_disagreement(said, row))
    unresolved = sum(row["settled"] is None for row in disagreements)
    if unresolved:
        notes.append(
            f"{unresolved} tasks have no label of more than half of the annotators and were left out."
        )
    every = [one for said in of_unit.values() for one in said]
    agreement = krippendorff_alpha(
        [one.unit for one in every],
        [one.label for one in every],
        [one.about.get("article_id") or one.unit for one in every],
        bootstrap,
    )
    counts = Counter(one.annotator for one in every)
    return Settled(labels, disagreements, agreement, dict(sorted(counts.items())), notes)


def to_lines(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _check(answers: list[Answer], paths: Sequence[Path]) -> None:
    names = ", ".join(map(str, paths))
    if not answers:
        raise ValueError(f"annotate read: {names}: no task is labelled.")
    asks_stance = {"target" in one.about for one in answers}
    if len(asks_stance) > 1:
        raise ValueError(
            f"annotate read: {names}: some tasks ask for themes, some for stances; read them apart."
        )
    wrong = [one.label for one in answers if asks_stance == {True} and one.label not in STANCES]
    if wrong:
        raise ValueError(
            f"annotate read: {names}: {most_frequent(wrong)} is no stance; expected {', '.join(STANCES)}."
        )


def _by_unit(answers: Sequence[Answer]) -> tuple[dict[tuple, list[Answer]], int]:
    """The answers to each task, one an annotator, and how many were given twice."""
    of: dict[tuple, dict[str, Answer]] = {}
    for one in answers:
        of.setdefault(one.unit, {})[one.annotator] = one
    n_kept = sum(map(len, of.values()))
    return {unit: list(said.values()) for unit, said in of.items()}, len(answers) - n_kept


def _settled(said: Sequence[Answer]) -> str | None:
    label, count = Counter(one.label for one in said).most_common(1)[0]
    return label if 2 * count > len(said) else None


def _label(said: Sequence[Answer]) -> dict[str, Any] | None:
    """A row for the label file; None where no label has more than half of the answers."""
    label, about = _settled(said), said[0].about
    if label is None:
        return None
    row: dict[str, Any] = {"text": about["text"]}
    if "target" in about:
        place = {"label": about["target"], "start": about.get("start"), "end": about.get("end")}
        row |= {"target": place, "stance": label}
        row |= {
            key: about[name]
            for key, name in (("id", "task_id"), ("group", "group"), ("group", "article_id"))
            if name in about
        }
    else:
        row["theme"] = label
    row |= {key: about[key] for key in KEPT if key in about}
    if "article_id" in about:  # a sentence of an article, even if it stands alone there
        row |= {key: about.get(key, "") for key in CONTEXT}
    agreed = sum(one.label == label for one in said)
    return row | {"annotator": said[0].annotator if len(said) == 1 else f"{agreed} of {len(said)}"}


def _disagreement(said: Sequence[Answer], row: dict[str, Any] | None) -> dict[str, Any]:
    settled = None if row is None else row.get("stance", row.get("theme"))
    answers = {one.annotator: one.label for one in said}
    return {"settled": settled, "answers": answers} | said[0].about
