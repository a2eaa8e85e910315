"""Articles nearest in meaning to a query, in any language."""

from typing import NamedTuple

import numpy as np
import polars as pl

from newstance.embed import Encoder, load_encoder
from newstance.frames import Columns
from newstance.linear import unit_rows
from newstance.tables import Corpus

TEXTS_AT_ONCE = 16_384
INDEX = "_search_index"
COLUMNS: Columns = {
    "article_id": pl.String,
    "similarity": pl.Float64,
    "title": pl.String,
    "source": pl.String,
    "published": pl.Date,
    "lang": pl.String,
    "sentence": pl.Int64,
    "text": pl.String,
}


class _Index(NamedTuple):
    """The sentences of originals in the order of their articles, with unit vectors (n_sentences, n_dims) of
    one encoder; ``starts`` (n_articles,) of the articles, and the unit ``means`` (n_articles, n_dims) of
    each."""

    fingerprint: str
    sentences: pl.DataFrame
    vectors: np.ndarray
    starts: np.ndarray
    means: np.ndarray


def search(corpus: Corpus, query: str, k: int = 10, encoder: Encoder | None = None) -> pl.DataFrame:
    """The ``k`` articles nearest to ``query``, the nearest first; see ``Corpus.search``.

    The similarity is the mean of two cosines, of the nearest sentence and of the whole article: one finds an
    event, the other a subject.
    """
    if not isinstance(query, str) or not query.strip():
        raise ValueError(f"query: got {query!r}, expected some words.")
    if k < 1:
        raise ValueError(f"k: got {k}, expected at least 1.")
    encoder = encoder or load_encoder()
    index = _index(corpus, encoder)
    asked = unit_rows(encoder.encode([query]).astype(np.float32))[0]
    near = index.vectors @ asked
    if not len(near):
        return pl.DataFrame(schema=COLUMNS)
    nearest = np.maximum.reduceat(near, index.starts)
    similarity = np.round((nearest + index.means @ asked) / 2, 4)
    ids = index.sentences["article_id"].gather(index.starts)
    order = np.lexsort((ids.to_numpy(), -similarity))[:k]
    ends = np.append(index.starts[1:], len(near))
    best = [index.starts[row] + int(near[index.starts[row] : ends[row]].argmax()) for row in order]
    found = index.sentences[best].with_columns(similarity=pl.Series(similarity[order], dtype=pl.Float64))
    about = corpus.articles.select("article_id", "title", "source", "published", "lang")
    return found.join(about, on="article_id", how="left", maintain_order="left").select(
        pl.col(name).cast(kind) for name, kind in COLUMNS.items()
    )


def _index(corpus: Corpus, encoder: Encoder) -> _Index:
    """Made at the first question, and kept with the corpus."""
    kept: _Index | None = vars(corpus).get(INDEX)
    if kept is None or kept.fingerprint != encoder.fingerprint:
        kept = vars(corpus)[INDEX] = _new_index(corpus, encoder)
    return kept


def _new_index(corpus: Corpus, encoder: Encoder) -> _Index:
    originals = corpus.articles.filter(pl.col("duplicate_of").is_null()).select("article_id")
    rows = (
        corpus.sentences.select("article_id", "sentence", "text")
        .join(originals, on="article_id", how="semi")
        .sort("article_id", "sentence")
    )
    texts = rows["text"].to_list()
    vectors = np.empty((len(texts), encoder.n_dims), dtype=np.float32)
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        block = slice(start, start + TEXTS_AT_ONCE)
        vectors[block] = unit_rows(encoder.encode(texts[block]).astype(np.float32))
    starts = np.flatnonzero(rows["article_id"].ne_missing(rows["article_id"].shift(1)).to_numpy())
    sums = np.add.reduceat(vectors, starts) if len(starts) else vectors
    return _Index(encoder.fingerprint, rows, vectors, starts, unit_rows(sums))
