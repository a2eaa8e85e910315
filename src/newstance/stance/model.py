"""Stance from sentences: what a training fits, and how a fitted model is applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from pydantic import BaseModel, Field, model_validator

from newstance.stance.abstain import possible_from
from newstance.stance.features import (
    N_BUCKETS,
    N_PARTS,
    StanceFeatures,
    blind_features,
    stance_features,
    with_reader,
)
from newstance.stance.head import READER, WORDS, StanceHead, untouched_head
from newstance.stance.holder import find_holders
from newstance.stance.judgements import Judgement
from newstance.stance.meaning import BY_MEANING, MeaningFinder
from newstance.stance.mentions import Mention, find_mentions
from newstance.stance.readers import StanceReader
from newstance.stance.shipped import SHIPPED
from newstance.stance.splits import split_group
from newstance.tables import STANCE_OF, STANCES, empty

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
        return pl.concat(parts) if parts else empty(STANCE_OF)

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
        features = self.features(
            [texts[one.row] for one in found],
            [one.span for one in found],
            [one.target for one in found],
            encode,
        )
        probabilities = self.head.probabilities(features)
        best = probabilities.argmax(axis=1)
        rows = sentences[[one.row for one in found]]
        holders = find_holders(every, [start + one.row for one in found])
        return pl.DataFrame(
            {
                "article_id": rows["article_id"],
                "sentence": rows["sentence"],
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
            schema=STANCE_OF,
        )

    def _unnamed(self, texts: list[str], named: list[Mention], encode) -> list[Mention]:
        """The texts that speak of a target without naming it."""
        if self.meaning is None:
            return []
        known = {(one.row, one.target) for one in named}
        found = [pair for pair in self.meaning.find(encode(texts)) if pair not in known]
        return [Mention(row, target, 0, None, None, BY_MEANING) for row, target in found]


@dataclass(frozen=True)
class LeftOut:
    """Predictions for the judgements by heads that have not seen their group, for evaluation:
    ``probas`` and ``blind_probas`` (n, 3), the second from a head that does not know the target."""

    probas: np.ndarray
    blind_probas: np.ndarray


def target_vectors(targets: list, encode) -> np.ndarray:
    """Vector of each target (n_targets, n_dims): the mean of its name's and description's vectors."""
    if not targets:
        return encode([])
    texts = [f"{target.name}. {target.description}".strip() for target in targets]
    return encode(texts)


def read_stance(
    targets: list, encode, config: StanceConfig, reader: StanceReader, meaning: MeaningFinder | None = None
) -> StanceModel:
    """The stance model that says what ``reader`` says, without judgements of one's own."""
    vectors = target_vectors(targets, encode)
    n_dense = reader.n_features + N_PARTS * vectors.shape[1]
    head = untouched_head(n_dense, N_BUCKETS, config.abstain_below)
    return _model(head, targets, vectors, reader, meaning)


def _model(
    head: StanceHead,
    targets: list,
    vectors: np.ndarray,
    reader: StanceReader | None,
    meaning: MeaningFinder | None,
) -> StanceModel:
    mentions = {target.name: list(target.mentions) for target in targets}
    exclude = {target.name: list(target.exclude) for target in targets}
    return StanceModel(head, mentions, vectors, exclude, reader, meaning)


def fit_stance(
    judgements: list[Judgement],
    targets: list,
    encode,
    config: StanceConfig,
    reader: StanceReader | None = None,
    meaning: MeaningFinder | None = None,
) -> tuple[StanceModel, LeftOut]:
    """Fit the stance model to ``judgements``; ``targets`` are those of the codebook.

    With a ``reader`` the fit begins at what it says, and the judgements correct it. A judgement may be about
    a target that the codebook lacks: its label stands for its vector. One without a place is read at the
    first mention that the codebook finds, as in ``predict``; where it finds none, by text and target alone.
    """
    if not judgements:
        raise ValueError(f"stance.labels: {config.labels} holds no judgement.")
    known = {
        target.name: vector for target, vector in zip(targets, target_vectors(targets, encode), strict=True)
    }
    others = sorted({one.target.label for one in judgements} - set(known))
    known |= dict(zip(others, encode(others), strict=True))
    texts = [one.text for one in judgements]
    y = np.array([STANCES.index(one.stance) for one in judgements])
    if len(set(y)) < 2:
        raise ValueError(
            f"stance.labels: every judgement is {STANCES[y[0]]!r}; at least two stances are needed."
        )
    groups = np.array([split_group(one, config.split) for one in judgements])
    spans = _spans(judgements, targets)
    of_target = np.stack([known[one.target.label] for one in judgements])
    features = stance_features(texts, spans, of_target, encode)
    if reader is not None:
        features = with_reader(features, reader, texts, spans)
    head, probas = _fit_head(features, y, groups, config)
    _, blind = _fit_head(blind_features(texts, encode), y, groups, config)
    vectors = np.stack([known[target.name] for target in targets]) if targets else encode([])
    if config.coverage is not None:
        head = _with_coverage(head, probas, y, config.coverage)
    return _model(head, targets, vectors, reader, meaning), LeftOut(probas, blind)


def _with_coverage(head: StanceHead, probas: np.ndarray, y: np.ndarray, coverage: float) -> StanceHead:
    told = ~np.isnan(probas).any(axis=1)
    if not told.any():
        raise ValueError(
            f"stance.coverage: {len(y)} judgements are too few to leave any out, and what is left out tells "
            "which stances are possible. Label more sentences of more articles, or take abstain_below."
        )
    return replace(head, possible_from=possible_from(probas[told], y[told], coverage))


def _spans(judgements: list[Judgement], targets: list) -> list[tuple[int, int] | None]:
    """Where each text names its target; None where neither its judgement nor the codebook says."""
    known = {target.name: target for target in targets}
    spans = []
    for one in judgements:
        span, target = one.target.span, known.get(one.target.label)
        if span is None and target is not None:
            names, exclude = {target.name: target.mentions}, {target.name: target.exclude}
            span = next((it.span for it in find_mentions([one.text], names, exclude)), None)
        spans.append(span)
    return spans


def _fit_head(
    features: StanceFeatures, y: np.ndarray, groups: np.ndarray, config: StanceConfig
) -> tuple[StanceHead, np.ndarray]:
    from newstance.stance.classifier import StanceClassifier

    classifier = StanceClassifier(C=config.C, n_folds=config.n_folds)
    offsets = None if features.offsets is None else features.offsets[:, np.unique(y)]
    classifier.fit(features.matrix(), y, groups, offsets)
    n_dense = features.dense.shape[1]
    coef = np.zeros((len(STANCES), n_dense + N_BUCKETS))
    intercept = np.full(len(STANCES), -30.0)  # a stance without a single label is never predicted
    coef[classifier.classes_], intercept[classifier.classes_] = classifier.coef_, classifier.intercept_
    probas = np.zeros((len(y), len(STANCES)))
    probas[:, classifier.classes_] = classifier.left_out_probas_
    head = StanceHead(
        coef[:, :n_dense],
        coef[:, n_dense:].astype(np.float32),
        intercept,
        config.abstain_below,
        kind=WORDS if features.offsets is None else READER,
        temperature=classifier.temperature_,
    )
    return head, probas
