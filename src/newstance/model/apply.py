"""What fitted models say of a corpus: their tables, and one flat table of them all."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from newstance.stance.aggregate import one_a_sentence
from newstance.stance.model import StanceModel
from newstance.tables import THEME_OF_ARTICLE, THEME_OF_SENTENCE, Corpus, Encoded
from newstance.themes.assign import Assigned, mixtures, pool
from newstance.themes.model import ThemeModel


@dataclass(frozen=True)
class Applied:
    """What the models say of a corpus, as tables; ``article_vectors`` (n_articles, n_dims) are those of
    the theme space by which the articles got their themes."""

    theme_of_article: pl.DataFrame
    theme_of_sentence: pl.DataFrame
    stances: pl.DataFrame
    article_vectors: np.ndarray


def apply_models(encoded: Encoded, themes: ThemeModel, stance: StanceModel | None, encode) -> Applied:
    """Themes and stances of a corpus."""
    articles, sentences = encoded.corpus.articles, encoded.corpus.sentences
    row_of = {article: row for row, article in enumerate(articles["article_id"])}
    rows = np.array([row_of[article] for article in sentences["article_id"]], dtype=np.int64)
    vectors = themes.space(encoded.vectors)
    said = themes.head.predict(vectors)
    of_sentence = _theme_columns(sentences.select("article_id", "sentence"), said)
    parts = mixtures(said.theme_ids, rows, articles.height)
    pooled = pool(vectors, rows, articles.height)
    of_article = _theme_columns(articles.select("article_id"), themes.head.predict(pooled)).with_columns(
        mixture=pl.Series(parts, dtype=THEME_OF_ARTICLE["mixture"])
    )
    stances = StanceModel.nothing() if stance is None else stance.predict(sentences, encode)
    return Applied(
        of_article.cast(pl.Schema(THEME_OF_ARTICLE)),
        of_sentence.cast(pl.Schema(THEME_OF_SENTENCE)),
        stances,
        pooled,
    )


def _theme_columns(keys: pl.DataFrame, said: Assigned) -> pl.DataFrame:
    return keys.with_columns(
        theme_id=pl.Series(said.theme_ids, dtype=pl.Int64),
        proba=pl.Series(said.probas, dtype=pl.Float64),
        assigned=pl.Series(said.assigned.tolist(), dtype=pl.String),
        nearest_id=pl.Series(said.nearest_ids, dtype=pl.Int64),
    )


def article_table(corpus: Corpus, applied: Applied, names: pl.DataFrame) -> pl.DataFrame:
    """A row an article: its theme, its mixture of themes, and in how many of its sentences each target is
    favoured or opposed; ``names`` holds theme_id and theme."""
    decided = pl.col("decided")
    stances = (
        one_a_sentence(applied.stances)
        .group_by("article_id", "target", maintain_order=True)
        .agg(
            favor=(decided & (pl.col("stance") == "favor")).sum().cast(pl.Int64),
            against=(decided & (pl.col("stance") == "against")).sum().cast(pl.Int64),
            none=(decided & (pl.col("stance") == "none")).sum().cast(pl.Int64),
            undecided=(~decided).sum().cast(pl.Int64),
        )
        .group_by("article_id", maintain_order=True)
        .agg(stances=pl.struct("target", "favor", "against", "none", "undecided"))
    )
    return (
        corpus.articles.select("article_id", "title", "source", "published", "lang", "url", "duplicate_of")
        .join(applied.theme_of_article, on="article_id", how="left", maintain_order="left")
        .join(names, on="theme_id", how="left", maintain_order="left")
        .join(stances, on="article_id", how="left", maintain_order="left")
    )


def sentence_table(corpus: Corpus, applied: Applied, names: pl.DataFrame) -> pl.DataFrame:
    """A row for each sentence and each mention of a target in it; ``names`` holds theme_id and theme."""
    key = ["article_id", "sentence"]
    return (
        corpus.sentences.join(applied.theme_of_sentence, on=key, how="left", maintain_order="left")
        .join(names, on="theme_id", how="left", maintain_order="left")
        .join(
            applied.stances.rename({"start": "mention_start", "end": "mention_end"}),
            on=key,
            how="left",
            maintain_order="left",
        )
    )
