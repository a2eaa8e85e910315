"""The themes step of a training: finding them, and then their names, keywords, scores and map."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from newstance.check.labels import none_in_corpus
from newstance.config import ConfigError, TrainConfig
from newstance.embed import Encoder
from newstance.evaluate.labels import read_gold_themes
from newstance.evaluate.scores import Scores
from newstance.evaluate.themes import theme_scores
from newstance.keys import rows_of
from newstance.labelled import labelled_sentences
from newstance.model.apply import Applied
from newstance.namer import name_by_model
from newstance.progress import Progress
from newstance.shelf import rows_at
from newstance.tables import Corpus, Encoded
from newstance.themes.exemplars import exemplars
from newstance.themes.model import FoundThemes, SentenceVectors, find_themes
from newstance.themes.table import map_table, theme_table
from newstance.themes.terms import find_terms

LEVELS = {"n_themes": pl.Int64, "stability": pl.Float64, "spread": pl.Float64, "score": pl.Float64}


def find_in_corpus(
    encoded: Encoded, encoder: Encoder, config: TrainConfig, progress: Progress
) -> FoundThemes:
    """Themes of the originals, or of a sample of them: a reprint or a translation must not weigh twice."""
    corpus, originals = encoded.corpus, _originals(encoded.corpus, config)
    rows = rows_of(corpus.sentences["article_id"], originals["article_id"])
    kept = np.flatnonzero(rows >= 0)
    langs, sources = corpus.sentences["lang"].gather(kept), originals["source"].to_numpy()
    with progress.step("Finding themes"):
        found = find_themes(
            SentenceVectors(
                rows_at(encoded.vectors, kept), rows[kept], langs.to_numpy(), sources[rows[kept]]
            ),
            config.codebook.themes,
            encoder.encode,
            config.themes,
            config.seed,
            labelled_sentences(config, encoded, encoder),
        )
    return replace(found, notes=[*_sample_notes(corpus, originals.height), *found.notes])


def _originals(corpus: Corpus, config: TrainConfig) -> pl.DataFrame:
    """The articles that repeat no other, at most ``themes.max_texts`` of them, drawn at random."""
    originals = corpus.articles.select("article_id", "source", "duplicate_of").filter(
        pl.col("duplicate_of").is_null()
    )
    if originals.height <= config.themes.max_texts:
        return originals
    drawn = np.random.default_rng(config.seed).permutation(originals.height)[: config.themes.max_texts]
    return originals[np.sort(drawn)]


def _sample_notes(corpus: Corpus, n_seen: int) -> list[str]:
    n = corpus.articles["duplicate_of"].null_count()
    if n_seen == n:
        return []
    return [
        f"Themes were looked for in {n_seen} of {n} articles, drawn at random (themes.max_texts); each "
        "article was given its theme by the same rule."
    ]


def describe_themes(
    corpus: Corpus,
    found: FoundThemes,
    applied: Applied,
    config: TrainConfig,
    encoder: Encoder,
    progress: Progress,
) -> tuple[pl.DataFrame, Scores, pl.DataFrame]:
    """Names and keywords of the themes, their scores, and the map of the articles."""
    articles = corpus.articles
    pooled = applied.article_vectors
    theme_ids = applied.theme_of_article["theme_id"].to_numpy()
    with progress.step("Naming and scoring themes"):
        terms = find_terms(articles["text"], articles["lang"], articles["source"])
        shown = exemplars(articles, corpus.sentences, applied.theme_of_sentence)
        themes, keywords = theme_table(
            articles, applied.theme_of_article, found, config.themes, encoder.encode, terms, shown
        )
        scores = theme_scores(
            pooled,
            theme_ids,
            articles["lang"].to_list(),
            keywords,
            terms.of_articles(),
            _labels(config.evaluation.themes, articles),
            articles["source"].to_list(),
        )
    notes: list[str] = []
    if config.themes.namer is not None:
        with progress.step("Asking for names", themes.height) as done:
            themes, notes = name_by_model(themes, config.themes.namer, config.themes.name_lang, done)
    with progress.step("Drawing the map"):
        layout = map_table(articles["article_id"], pooled, config.seed)
    metrics = scores.metrics | {
        "themes/language_bias": found.language_bias,
        "themes/outlet_bias": found.outlet_bias,
    }
    levels = pl.DataFrame([vars(level) for level in found.levels], schema=LEVELS)
    return themes, Scores(metrics, {"Themes": scores.table, "How many themes": levels}, notes), layout


def _labels(path: Path | None, articles: pl.DataFrame) -> list[str | None] | None:
    """Label of each article by the CSV ``path``, None where it has none."""
    if path is None:
        return None
    known = read_gold_themes(path)
    labels = [known.get(article) for article in articles["article_id"]]
    if not any(labels):
        raise ConfigError(none_in_corpus(path, known, articles["article_id"].head(3).to_list()))
    return labels
