"""Why a sentence has its stance: what changes when words or clauses are left out, and judged ones like it.

The stance of a mention is no sum over words, so each word, and each clause, is left out in turn; what it
gives is how much the log-odds of the stance against the next likely one are lower without it (Li et al. 2016,
arXiv:1612.08220, "Understanding neural networks through representation erasure").
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from newstance.corpus.sentences.parts import sentence_parts
from newstance.embed.static import StaticEncoder
from newstance.embed.words import word_spans, word_sums
from newstance.frames import Columns
from newstance.model.left_out import Span, without
from newstance.stance.features import N_BUCKETS, StanceFeatures
from newstance.stance.judgements import Judgement
from newstance.stance.model import StanceModel
from newstance.tables import STANCE_OF, STANCES

LEFT_OUT, STANCE = "left out", "stance"
AT_ONCE = 1024
N_NEAREST = 5
STANCES_SCHEMA: Columns = {
    **{name: kind for name, kind in STANCE_OF.items() if name != "article_id"},
    "next": pl.String,
    "log_odds": pl.Float64,
}


class StanceReasons(NamedTuple):
    """A row a mention in ``stances``, and rows of words and of clauses."""

    stances: pl.DataFrame
    words: list[dict[str, Any]]
    clauses: list[dict[str, Any]]


class _Variant(NamedTuple):
    """A sentence without ``span``, or whole where that is None, for the mention of row ``mention``, which is
    at ``place`` of ``text`` then."""

    mention: int
    span: Span | None
    is_clause: bool
    text: str
    place: Span


def explain_stances(model: Any, sentences: pl.DataFrame, target: str | None) -> StanceReasons:
    """Why each mention of ``target``, or of any, in a sentences table of one article has its stance."""
    stance: StanceModel = model.stance_model
    said = stance.predict(sentences, model.encoder.encode)
    said = (said if target is None else said.filter(target=target)).drop("article_id")
    said = said.filter(pl.col("start").is_not_null())  # without a mention there is no place to explain
    mentions = said.to_dicts()
    numbers = {one["sentence"] for one in mentions}
    named = sentences.filter(pl.col("sentence").is_in(numbers))
    texts = dict(named.select("sentence", "text").iter_rows())
    words = {number: _words(model.encoder, text) for number, text in texts.items()}
    clauses = {
        number: sentence_parts(text, lang)
        for number, text, lang in named.select("sentence", "text", "lang").iter_rows()
    }
    variants = [
        variant
        for row, one in enumerate(mentions)
        for variant in _variants(row, one, texts[one["sentence"]], words, clauses)
    ]
    logits = _logits(stance, variants, [one["target"] for one in mentions], model.encoder.encode)
    stances, gains = _compared(said, variants, logits)
    rows: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for one, gain in zip(variants, gains.tolist(), strict=True):
        if one.span is not None:
            rows[one.is_clause].append(_row(mentions[one.mention], one.span, texts, gain))
    words_rows = [{"about": STANCE, "by": LEFT_OUT, "word": row["text"]} | row for row in rows[False]]
    return StanceReasons(stances, words_rows, [{"clause": row["text"]} | row for row in rows[True]])


def nearest_judged(
    model: Any, stances: pl.DataFrame, sentences: pl.DataFrame, judgements: Sequence[Judgement]
) -> list[dict[str, Any]]:
    """The ``N_NEAREST`` of ``judgements`` that are nearest to each row of ``stances`` among those towards its
    target: by the cosine of all that the head looks at but the target, which is the same."""
    texts = dict(sentences.select("sentence", "text").iter_rows())
    found = []
    for (target,), own in stances.group_by("target", maintain_order=True):
        judged = [one for one in judgements if one.target.label == target]
        asked = _space(model, [texts[n] for n in own["sentence"]], own.select("start", "end").rows(), target)
        places = [one.target.span for one in judged]
        cosines = _cosines(asked, _space(model, [one.text for one in judged], places, target))
        for mention, row in zip(own.to_dicts(), cosines, strict=True):
            for rank, index in enumerate(np.argsort(-row, kind="stable")[:N_NEAREST], 1):
                key = {name: mention[name] for name in ("target", "sentence", "mention")}
                one = judged[index]
                found.append(
                    key
                    | {"rank": rank, "cosine": float(row[index]), "stance": one.stance, "text": one.text}
                    | {"lang": one.lang, "source": one.source, "id": one.id, "line": one.line}
                )
    return found


def _space(model: Any, texts: list[str], places: Sequence[Span | None], target: str) -> StanceFeatures:
    """The features of mentions without those of the target, rows of unit length."""
    stance = model.stance_model
    features = stance.features(texts, places, [target] * len(texts), model.encoder.encode)
    dense = features.dense[:, : features.dense.shape[1] - stance.vectors.shape[1]]
    return StanceFeatures(dense, features.lexical)


def _cosines(asked: StanceFeatures, judged: StanceFeatures) -> np.ndarray:
    """Cosines (n_asked, n_judged); the lexical part of each is of unit length, or empty."""
    lexical = np.zeros((len(asked.dense), N_BUCKETS))
    for row, (start, stop) in enumerate(pairwise(asked.lexical.starts)):
        lexical[row, asked.lexical.buckets[start:stop]] = asked.lexical.values[start:stop]
    products = asked.dense @ judged.dense.T + judged.lexical.dot(lexical).T
    return products / np.maximum(np.outer(_lengths(asked), _lengths(judged)), 1e-12)


def _lengths(features: StanceFeatures) -> np.ndarray:
    lexical = np.add.reduceat(np.append(features.lexical.values**2, 0), features.lexical.starts[:-1])
    lengths: np.ndarray = np.sqrt((features.dense**2).sum(axis=1) + lexical)
    return lengths


def _words(encoder: Any, text: str) -> list[Span]:
    return word_sums(encoder, text).spans if isinstance(encoder, StaticEncoder) else word_spans(text)


def _variants(
    row: int, mention: dict, text: str, words: dict[int, list[Span]], clauses: dict[int, list[Span]]
) -> list[_Variant]:
    """The whole sentence, then without each word, then without each clause, if there are two. The words of
    the mention always stay."""
    place = mention["start"], mention["end"]
    number = mention["sentence"]
    outside = [(start, end) for start, end in words[number] if end <= place[0] or place[1] <= start]
    spans = [(span, False) for span in outside]
    spans += [(span, True) for span in clauses[number]] if len(clauses[number]) > 1 else []
    variants = [_Variant(row, None, False, text, place)]
    for span, is_clause in spans:
        variants.append(_Variant(row, span, is_clause, *without(text, [span], place)))
    return variants


def _logits(stance: StanceModel, variants: list[_Variant], targets: list[str], encode) -> np.ndarray:
    """Logits of the stances (n_variants, 3); ``targets`` are those of the mentions."""
    parts = [np.zeros((0, len(STANCES)))]
    for start in range(0, len(variants), AT_ONCE):
        some = variants[start : start + AT_ONCE]
        named = [targets[one.mention] for one in some]
        features = stance.features([one.text for one in some], [one.place for one in some], named, encode)
        parts.append(stance.head.logits(features))
    return np.vstack(parts)


def _compared(
    said: pl.DataFrame, variants: list[_Variant], logits: np.ndarray
) -> tuple[pl.DataFrame, np.ndarray]:
    """``said`` with the next likely stance and the log-odds against it, and how much lower these are in each
    of ``variants``."""
    mention = np.array([one.mention for one in variants], dtype=np.int64)
    whole = logits[[one.span is None for one in variants]]  # in the order of the mentions
    best = np.array([STANCES.index(one) for one in said["stance"]], dtype=np.int64)
    rows = np.arange(len(whole))
    others = whole.copy()
    others[rows, best] = -np.inf
    following = others.argmax(axis=1)
    odds = whole[rows, best] - whole[rows, following]
    at = np.arange(len(variants))
    gains = odds[mention] - (logits[at, best[mention]] - logits[at, following[mention]])
    names = pl.Series([STANCES[one] for one in following], dtype=pl.String)
    return said.with_columns(next=names, log_odds=pl.Series(odds, dtype=pl.Float64)), gains


def _row(mention: dict, span: Span, texts: dict[int, str], gain: float) -> dict[str, Any]:
    start, end = span
    return {
        "name": mention["stance"],
        "target": mention["target"],
        "sentence": mention["sentence"],
        "mention": mention["mention"],
        "text": texts[mention["sentence"]][start:end],
        "start": start,
        "end": end,
        "has_mention": start < mention["end"] and mention["start"] < end,
        "contribution": gain,
    }
