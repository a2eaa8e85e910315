"""Fitting a stance model to judgements, and what heads say of judgements they have not seen."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

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
from newstance.stance.judgements import Judgement
from newstance.stance.meaning import MeaningFinder
from newstance.stance.mentions import find_mentions
from newstance.stance.model import StanceConfig, StanceModel
from newstance.stance.readers import StanceReader
from newstance.stance.splits import split_group
from newstance.tables import STANCES, UNKNOWN_LANG

FEWEST_OF_A_LANG = 50


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
    y = np.array([STANCES.index(one.stance) for one in judgements])
    if len(set(y)) < 2:
        raise ValueError(
            f"stance.labels: every judgement is {STANCES[y[0]]!r}; at least two stances are needed."
        )
    groups = np.array([split_group(one, config.split) for one in judgements])
    vectors = target_vectors(targets, encode)
    features = _features(judgements, targets, vectors, encode, reader)
    head, probas = _fit_head(features, y, groups, config)
    _, blind = _fit_head(blind_features([one.text for one in judgements], encode), y, groups, config)
    if config.coverage is not None:
        head = _with_coverage(head, probas, y, config.coverage)
    return _model(head, targets, vectors, reader, meaning), LeftOut(probas, blind)


def across_languages(
    judgements: list[Judgement], targets: list, encode, config: StanceConfig, reader: StanceReader | None
) -> pl.DataFrame:
    """Macro-F1 of heads learnt from the judgements of one language, asked about those of another.

    A row a language ("learnt in", "n") and a column each, of languages with 50 judgements and more; learnt
    and asked in the same language, on judgements left out of the fit. Groups that are learnt from are never
    asked. No rows where fewer than two languages have enough.
    """
    from sklearn.metrics import f1_score

    langs = np.array([one.lang for one in judgements])
    names = [
        lang for lang in sorted(set(langs) - {UNKNOWN_LANG}) if (langs == lang).sum() >= FEWEST_OF_A_LANG
    ]
    y = np.array([STANCES.index(one.stance) for one in judgements])
    names = [lang for lang in names if len(set(y[langs == lang])) == len(STANCES)]
    schema = {"learnt in": pl.String, "n": pl.Int64} | dict.fromkeys(names, pl.Float64)
    if len(names) < 2:
        return pl.DataFrame(schema=schema)
    groups = np.array([split_group(one) for one in judgements])
    features = _features(judgements, targets, target_vectors(targets, encode), encode, reader)
    matrix, rows = features.matrix(), []
    for learnt in names:
        own = langs == learnt
        offsets = None if features.offsets is None else features.offsets[own]
        classifier = _classifier(config).fit(matrix[own], y[own], groups[own], offsets)
        row: dict[str, object] = {"learnt in": learnt, "n": int(own.sum())}
        for asked in names:
            unseen = (langs == asked) & ~np.isin(groups, groups[own])
            if asked == learnt:
                truth, said = y[own], classifier.left_out_probas_.argmax(axis=1)
            else:
                offsets = None if features.offsets is None else features.offsets[unseen]
                truth, said = y[unseen], classifier.predict(matrix[unseen], offsets)
            row[asked] = float(f1_score(truth, said, average="macro", zero_division=0))
        rows.append(row)
    return pl.DataFrame(rows, schema=schema)


def _features(
    judgements: list[Judgement], targets: list, vectors: np.ndarray, encode, reader: StanceReader | None
) -> StanceFeatures:
    """What a head looks at for each judgement; ``vectors`` are those of ``targets``."""
    known = {target.name: vector for target, vector in zip(targets, vectors, strict=True)}
    others = sorted({one.target.label for one in judgements} - set(known))
    known |= dict(zip(others, encode(others), strict=True))
    texts, spans = [one.text for one in judgements], _spans(judgements, targets)
    of_target = np.stack([known[one.target.label] for one in judgements])
    features = stance_features(texts, spans, of_target, encode)
    return features if reader is None else with_reader(features, reader, texts, spans)


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


def _classifier(config: StanceConfig) -> Any:
    from newstance.stance.classifier import StanceClassifier

    return StanceClassifier(C=config.C, n_folds=config.n_folds)


def _fit_head(
    features: StanceFeatures, y: np.ndarray, groups: np.ndarray, config: StanceConfig
) -> tuple[StanceHead, np.ndarray]:
    classifier = _classifier(config)
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
