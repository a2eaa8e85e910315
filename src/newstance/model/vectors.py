"""Articles of a corpus as vectors in the theme space of a model."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from newstance.keys import rows_of
from newstance.tables import Corpus
from newstance.themes.assign import pool

if TYPE_CHECKING:
    from newstance.model.news_model import NewsModel


class ArticleVectors(NamedTuple):
    """The table of ``articles``, ``sentences`` (n_sentences, n_dims) of the articles ``article_rows``
    (n_sentences,), and ``pooled`` (n_articles, n_dims), all in the theme space."""

    articles: pl.DataFrame
    sentences: np.ndarray
    article_rows: np.ndarray
    pooled: np.ndarray

    def take(self, kept: np.ndarray) -> "ArticleVectors":
        """Those articles for which ``kept`` (n_articles,) is true."""
        number, own = np.cumsum(kept) - 1, kept[self.article_rows]
        return ArticleVectors(
            self.articles.filter(pl.Series(kept, dtype=pl.Boolean)),
            self.sentences[own],
            number[self.article_rows[own]],
            self.pooled[kept],
        )

    @property
    def originals(self) -> np.ndarray:
        """Whether an article repeats no other and has a known word, (n_articles,)."""
        known = self.pooled.any(axis=1)
        return np.logical_and(known, self.articles["duplicate_of"].is_null().to_numpy())


def article_vectors(model: "NewsModel", corpus: Corpus) -> ArticleVectors:
    """The vectors of a corpus as ``model`` sees them."""
    articles, sentences = corpus.articles, corpus.sentences
    rows = rows_of(sentences["article_id"], articles["article_id"])
    vectors = model.theme_model.space(model.encoder.encode(sentences["text"].to_list()))
    return ArticleVectors(articles, vectors, rows, pool(vectors, rows, articles.height))
