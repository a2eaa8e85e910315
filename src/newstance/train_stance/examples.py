"""Examples to learn from: texts with a mention and the stance towards it, of several files."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from newstance.config import ConfigError
from newstance.tables import STANCES
from newstance.train_stance.config import Source

OF_LABEL = {1: "favor", -1: "against", 0: "none"}


class Examples(NamedTuple):
    """Texts, the ``spans`` (n, 2) of their mentions in code points, ``y`` (n,) in the order of ``STANCES``,
    and ``weights`` (n,)."""

    texts: list[str]
    spans: list[tuple[int, int]]
    y: np.ndarray
    weights: np.ndarray


def read_examples(sources: list[Source], balance: float = 0.0) -> Examples:
    """The rows of all ``sources``; within each, stances weigh by their frequency to the power of
    ``-balance``.

    Raises ``ConfigError`` naming file and line of a row that has no label or no mention inside its text.
    """
    texts, spans, parts, weights = [], [], [], []
    for source in sources:
        rows = list(_rows(source))
        if not rows:
            raise ConfigError(f"{source.path}: no row is left of the splits {source.splits}.")
        own = np.array([STANCES.index(stance) for _, _, stance in rows])
        texts += [text for text, _, _ in rows]
        spans += [span for _, span, _ in rows]
        parts.append(own)
        counts = np.maximum(np.bincount(own, minlength=len(STANCES)), 1)
        weights.append(source.weight * (len(own) / (len(STANCES) * counts[own])) ** balance)
    return Examples(texts, spans, np.concatenate(parts), np.concatenate(weights).astype(np.float32))


def _rows(source: Source) -> Iterator[tuple[str, tuple[int, int], str]]:
    with _opened(source.path) as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            row = json.loads(line)
            is_other = source.splits is not None and row.get("split") not in source.splits
            if is_other or (source.unseen and row.get("sentence_in_train")) or row.get("not_target"):
                continue
            yield _example(row, f"{source.path}, line {number}")


def _example(row: dict[str, Any], place: str) -> tuple[str, tuple[int, int], str]:
    target = row.get("target") if isinstance(row.get("target"), dict) else row
    stance = row.get("stance") or OF_LABEL.get(row.get("label"))  # type: ignore[arg-type]
    start, end = target.get("start"), target.get("end")  # type: ignore[union-attr]
    if stance not in STANCES:
        raise ConfigError(
            f"{place}: the label is {row.get('stance', row.get('label'))!r}; expected favor, against or "
            "none, or 1, -1 or 0. Choose the labelled rows by `splits`."
        )
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(row["text"]):
        raise ConfigError(f"{place}: start and end are {start!r} and {end!r}, no part of the text.")
    return row["text"], (start, end), stance


def _opened(path: Path) -> Any:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
