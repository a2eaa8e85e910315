"""Single sentences judged by a model inside the article that they come from, as far as it is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from newstance.corpus import corpus_by_row
from newstance.corpus.inputs import to_records, with_own_ids
from newstance.model.apply import Applied
from newstance.scripts import folded

PIECE = 3  # letters; pieces compare texts of any script, and survive what a cleaner changes


@dataclass(frozen=True)
class Judged:
    """What a model says of texts, each read as an article of its own.

    ``articles`` and ``sentences`` have the column ``row``, the number of the text; a text without an article
    could not be read, and ``reasons`` says why, by row.
    """

    articles: pl.DataFrame
    sentences: pl.DataFrame
    stances: pl.DataFrame
    reasons: dict[int, str]


def judge(model: Any, texts: Sequence[Mapping[str, str | None]]) -> Judged:
    """Read and judge ``texts``; each may have a title, before, after, lang and source.

    Each text is an article of its own, with what stands before and after it, and none is too short.
    """
    records = [
        {
            "title": one.get("title"),
            "text": " ".join(part for key in ("before", "text", "after") if (part := one.get(key))),
            "lang": one.get("lang"),
            "source": one.get("source"),
        }
        for one in texts
    ]
    reading = replace(model.reading, columns={}, min_words=1, duplicates=False)
    corpus = corpus_by_row(to_records(records, {}), reading, n_jobs=1)
    applied: Applied = model.apply(corpus)
    return Judged(
        with_own_ids(corpus.articles.join(applied.theme_of_article, on="article_id", maintain_order="left")),
        with_own_ids(
            corpus.sentences.join(
                applied.theme_of_sentence, on=["article_id", "sentence"], maintain_order="left"
            )
        ),
        with_own_ids(applied.stances),
        {line - 1: reason for _, line, reason in corpus.rejected.iter_rows()},
    )


def nearest_sentence(text: str, sentences: Sequence[str]) -> int | None:
    """The one of ``sentences`` that shares most with ``text``; None where all share nothing.

    Measured by Dice's coefficient of three-letter pieces, as cleaning and splitting may have changed the
    sentence; of equals the first.
    """
    own = _pieces(text)
    shared = [_dice(own, _pieces(sentence)) for sentence in sentences]
    return max(range(len(shared)), key=shared.__getitem__) if any(shared) else None


def _pieces(text: str) -> set[str]:
    letters = "".join(folded(text).text.casefold().split())
    return {letters[start : start + PIECE] for start in range(max(1, len(letters) - PIECE + 1))}


def _dice(one: set[str], two: set[str]) -> float:
    return 2 * len(one & two) / max(1, len(one) + len(two))
