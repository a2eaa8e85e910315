"""Stance from sentences: what a training fits, and how a fitted model is applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from pydantic import BaseModel, Field, model_validator

from newstance.frames import empty, made
from newstance.stance.features import (
    StanceFeatures,
    stance_features,
    with_reader,
)
from newstance.stance.head import StanceHead
from newstance.stance.holder import find_holders
from newstance.stance.meaning import BY_MEANING, MeaningFinder
from newstance.stance.mentions import Mention, find_mentions, unused_mentions
from newstance.stance.readers import StanceReader
from newstance.stance.shipped import SHIPPED
from newstance.tables import STANCE_OF, STANCES

LOOKED_AT = 200  # letters of each article, which tell the alphabets of a corpus
SENTENCES_AT_ONCE = 4096


class StanceConfig(BaseModel, frozen=True, extra="forbid"):
    """The ``stance`` section of a config."""

    labels: Path | tuple[Path, ...] | None = Field(
        None, description="JSONL of judgements, or a list of such files; null takes what the reader says"
    )
    reader: str | None = Field(
        SHIPPED,
        description="reader of mentions: shipped, a folder that `newstance stance train` made (small or "
        "transformer), or null for your labels alone",
    )
    C: float | None = Field(None, gt=0, description="strength of the classifier; null chooses")
    n_folds: int = Field(5, ge=2, description="parts that are left out in turn, by group")
    split: Literal["group", "target", "source", "lang", "month"] = Field(
        "group",
        description="what is never on both sides when scores are measured: the group of a judgement (its "
        "article), or a whole target, outlet, language or month, as stances towards new ones are harder",
    )
    abstain_below: float = Field(
        0.5, ge=0, le=1, description="below this probability a stance is not decided"
    )
    coverage: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="in place of abstain_below: the share of the texts of each stance for which it stays "
        "among the possible ones (conformal prediction); decided is where one alone is. Needs labels",
    )

    @model_validator(mode="after")
    def _coverage_has_labels(self) -> "StanceConfig":
        if self.coverage is not None and self.labels is None:
            raise ValueError(
                f"coverage: {self.coverage} is learnt from judgements; set labels, or coverage: null"
            )
        return self

    @property
    def label_files(self) -> tuple[Path, ...]:
        """The files of judgements, none where there are none."""
        if self.labels is None:
            return ()
        return (self.labels,) if isinstance(self.labels, Path) else self.labels


@dataclass(frozen=True)
class StanceModel:
    """A fitted head, and the targets it is asked about: mentions and vector of each, and the phrases
    that hold a mention and mean something else. ``reader`` is the one that a head of that kind needs;
    ``meaning`` finds sentences that speak of a target without naming it."""

    head: StanceHead
    mentions: dict[str, list[str]]
    vectors: np.ndarray
    exclude: Mapping[str, list[str]] = field(default_factory=dict)
    reader: StanceReader | None = None
    meaning: MeaningFinder | None = None

    @staticmethod
    def nothing() -> pl.DataFrame:
        """The stances table of a run without a stance model."""
        return empty(STANCE_OF)

    def predict(self, sentences: pl.DataFrame, encode) -> pl.DataFrame:
        """Stance of each sentence towards each target it names, mention by mention, and towards those that it
        speaks of without a name: a stances table."""
        parts = [
            self._predict(sentences, start, encode) for start in range(0, sentences.height, SENTENCES_AT_ONCE)
        ]
        return pl.concat(parts or [empty(STANCE_OF)])

    def unused_mentions(self, stances: pl.DataFrame, articles: pl.DataFrame) -> list[str]:
        """Notes on mentions that occur nowhere in ``articles``, whose ``stances`` this model gave."""
        found = stances.select("target", "mention_text").drop_nulls().unique().iter_rows()
        return unused_mentions(found, self.mentions, articles["text"].str.head(LOOKED_AT))

    def features(
        self, texts: Sequence[str], spans: Sequence[tuple[int, int] | None], targets: Sequence[str], encode
    ) -> StanceFeatures:
        """What the head looks at for mentions of ``targets`` (names) at ``spans`` of ``texts``."""
        names = list(self.mentions)
        vectors = self.vectors[[names.index(one) for one in targets]]
        features = stance_features(texts, spans, vectors, encode, self.head.folds)
        return features if self.reader is None else with_reader(features, self.reader, texts, spans)

    def _predict(self, every: pl.DataFrame, start: int, encode) -> pl.DataFrame:
        """The stances of the next ``SENTENCES_AT_ONCE`` sentences of ``every``, from row ``start`` on."""
        sentences = every.slice(start, SENTENCES_AT_ONCE)
        texts = sentences["text"].to_list()
        found = find_mentions(texts, self.mentions, self.exclude)
        found += self._unnamed(texts, found, encode)
        if not found:
            return empty(STANCE_OF)
        probabilities = self._probabilities([(texts[one.row], one.span, one.target) for one in found], encode)
        best = probabilities.argmax(axis=1)
        articles, numbers = sentences["article_id"].to_list(), sentences["sentence"].to_list()
        holders = find_holders(every, [start + one.row for one in found])
        return made(
            {
                "article_id": [articles[one.row] for one in found],
                "sentence": [numbers[one.row] for one in found],
                "target": [one.target for one in found],
                "mention": [one.mention for one in found],
                "stance": [STANCES[index] for index in best],
                "proba_favor": probabilities[:, 0],
                "proba_against": probabilities[:, 1],
                "proba_none": probabilities[:, 2],
                "decided": self.head.decided(probabilities),
                "mention_text": [
                    None if one.span is None else texts[one.row][slice(*one.span)] for one in found
                ],
                "start": [one.start for one in found],
                "end": [one.end for one in found],
                "found_by": [one.found_by for one in found],
                "holder": [one.text for one in holders],
                "holder_start": [one.start for one in holders],
                "holder_end": [one.end for one in holders],
                "speech": [one.speech for one in holders],
            },
            STANCE_OF,
        )

    def _probabilities(self, mentions: list[tuple[str, tuple[int, int] | None, str]], encode) -> np.ndarray:
        """Probabilities (n, 3) of text, span and target of each of ``mentions``; what comes again, as in a
        reprint, is read but once."""
        row_of = {mention: row for row, mention in enumerate(dict.fromkeys(mentions))}
        texts, spans, targets = zip(*row_of, strict=True)
        each = self.head.probabilities(self.features(texts, spans, targets, encode))
        rows = [row_of[mention] for mention in mentions]
        return each[rows]

    def _unnamed(self, texts: list[str], named: list[Mention], encode) -> list[Mention]:
        """The texts that speak of a target without naming it."""
        if self.meaning is None:
            return []
        known = {(one.row, one.target) for one in named}
        found = [pair for pair in self.meaning.find(encode(texts)) if pair not in known]
        return [Mention(row, target, 0, None, None, BY_MEANING) for row, target in found]
