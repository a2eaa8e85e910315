"""Public sets of labelled stances for `stance.py`, as pairs of a text and a target in it."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from newstance.tables import STANCES

ROOT = Path(__file__).parents[1]
AGENCY = ROOT / "data/sample/labels/agency.jsonl"
SAMPLE = ROOT / "data/sample/labels/stance.jsonl"
OF_LABEL = {1: "favor", -1: "against", 0: "none"}
OF_CLAIM = ("favor", "against", "other", "irrelevant")  # RuArg; the last one is scored by its absence
SCORED = 3  # classes that enter the mean: favor, against, and none or other


class Pairs(NamedTuple):
    """Texts, the place of the target in each (None where it is not named), the targets, the classes ``y``
    (n,), and the ``groups`` (n,) that are never on both sides of a split."""

    texts: list[str]
    spans: list[tuple[int, int] | None]
    targets: list[str]
    y: np.ndarray
    groups: np.ndarray

    def take(self, rows: np.ndarray) -> "Pairs":
        """The pairs of some rows."""
        lists = ([column[row] for row in rows] for column in self[:3])
        return Pairs(*lists, self.y[rows], self.groups[rows])


def joined(parts: Sequence[Pairs]) -> Pairs:
    """The pairs of several sets as one."""
    return Pairs(
        [text for pairs in parts for text in pairs.texts],
        [span for pairs in parts for span in pairs.spans],
        [target for pairs in parts for target in pairs.targets],
        np.concatenate([pairs.y for pairs in parts]),
        np.concatenate([pairs.groups for pairs in parts]),
    )


def read_lines(path: Path) -> list[dict]:
    """The rows of a JSONL file, gzipped or not."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in raw.decode("utf-8").split("\n") if line]


def rusentne(data: Path, part: str = "all") -> Pairs:
    """RuSentNE-2023: ``train``, ``unseen`` (validation rows whose sentence is not in train) or ``all``
    labelled rows; a group is a sentence."""
    rows = read_lines(data / "rusentne2023/data.jsonl.gz")
    rows = [row for row in rows if row.get("label") is not None]
    if part == "unseen":
        rows = [row for row in rows if row["split"] == "validation" and not row["sentence_in_train"]]
    elif part != "all":
        rows = [row for row in rows if row["split"] == part]
    return _of_mentions(rows, [row["text"] for row in rows])


def newsmtsc(data: Path, kind: str, split: str) -> Pairs:
    """NewsMTSC ``rw`` or ``mt``; a group is a sentence, as its articles are not told apart surely."""
    rows = [row for row in read_lines(data / f"newsmtsc/{kind}.jsonl.gz") if row["split"] == split]
    return _of_mentions(rows, [row["text"] for row in rows])


def agency() -> Pairs:
    """The sentences in agency style of the sample, from which the shipped reader learnt too."""
    rows = [row for row in read_lines(AGENCY) if not row.get("not_target")]
    flat = [row | row["target"] | {"target": row["target"]["label"]} for row in rows]
    return _of_mentions(flat, [row["group"] for row in rows])


def real_news(data: Path) -> tuple[Pairs, list[dict]]:
    """Sentences of real articles whose words do mean the target, and their rows; a group is an article."""
    rows = [row for row in read_lines(data / "real_news/stance.jsonl") if not row.get("not_target")]
    return _of_mentions(rows, [row["article_id"] for row in rows]), rows


def sample() -> Pairs:
    """The judgements of the sample, which no shipped reader has learnt; a group is an article."""
    rows = [row | row["target"] | {"target": row["target"]["label"]} for row in read_lines(SAMPLE)]
    return _of_mentions(rows, [row["group"] for row in rows])


def ruarg(data: Path) -> dict[str, Pairs]:
    """RuArg-2022: comments judged towards each of three claims, which they do not name; classes
    ``OF_CLAIM``."""
    rows = [row for row in read_lines(data / "ruarg2022/data.jsonl.gz") if row.get("label")]
    found = {}
    for claim in sorted({row["target"] for row in rows}):
        own = [row for row in rows if row["target"] == claim]
        y = np.array([OF_CLAIM.index(row["label"]) for row in own])
        texts = [row["text"] for row in own]
        claims = [row["target_text"] for row in own]
        found[claim] = Pairs(texts, [None] * len(own), claims, y, np.array(texts, dtype=object))
    return found


def _of_mentions(rows: Sequence[dict], groups: Sequence[str]) -> Pairs:
    stances = [row.get("stance") or OF_LABEL[row["label"]] for row in rows]
    return Pairs(
        [row["text"] for row in rows],
        [(row["start"], row["end"]) for row in rows],
        [row["target"] for row in rows],
        np.array([STANCES.index(stance) for stance in stances]),
        np.array(groups, dtype=object),
    )
