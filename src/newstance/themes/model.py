"""Themes from vectors: what a training finds, and the rule that assigns."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, Field, model_validator

from newstance.tables import NOISE, UNKNOWN_LANG
from newstance.themes.assign import Lessons, ThemeHead, fit_head, pool
from newstance.themes.codebook import NamedTheme, anchor_vectors, claim, join
from newstance.themes.language_bias import (
    LanguageProjection,
    fit_projection,
    language_bias,
    no_projection,
)

# Adjusted mutual information; below it, taking language directions out costs subjects more than it gives
# (docs/log.md).
BIAS_WORTH_REMOVING = 0.05
FEWEST_ARTICLES = 40


class ThemesConfig(BaseModel, frozen=True, extra="forbid"):
    """The ``themes`` section of a config."""

    unit: str = Field(
        "auto",
        pattern="^(auto|article|sentence)$",
        description="what is clustered; auto takes sentences below 40 articles",
    )
    min_cluster_size: int | None = Field(
        None, ge=2, description="fewest texts in a theme; null chooses by stability"
    )
    min_samples: int | None = Field(None, ge=1, description="of HDBSCAN; null grows with the size")
    n_components: int = Field(5, ge=2, le=100, description="dimensions after UMAP")
    n_neighbors: int = Field(15, ge=2, description="neighbours in UMAP")
    n_resamples: int = Field(3, ge=0, description="resamples that judge stability")
    max_texts: int = Field(20_000, ge=100, description="texts that are clustered; the head assigns all")
    max_noise: float = Field(0.1, ge=0, le=1, description="most articles that may stay without a theme")
    min_similarity: float = Field(
        0.3, ge=-1, le=1, description="centred cosine from which a text belongs to a named theme"
    )
    language_bias: str = Field(
        "auto", pattern="^(auto|remove|keep)$", description="auto removes it where it is there"
    )
    name_lang: str = Field("en", description="language of theme names, where the theme has words in it")
    n_keywords: int = Field(10, ge=1, le=50)

    @model_validator(mode="after")
    def _size_can_be_chosen(self) -> "ThemesConfig":
        if self.min_cluster_size is None and self.n_resamples == 0:
            raise ValueError(
                "n_resamples is 0, so min_cluster_size cannot be chosen by stability; give one of them"
            )
        return self


@dataclass(frozen=True)
class ThemeModel:
    """What assigns: a projection and a head; theme i is row i of both."""

    projection: LanguageProjection
    head: ThemeHead

    def predict(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Theme (or -1), its probability, and core / assigned / noise of each row of ``vectors``."""
        return self.head.predict(self.projection(vectors))


@dataclass(frozen=True)
class FoundThemes:
    """A training's result: the model, the name of each theme where the codebook gave one, the
    stability of each (nan where not known), and what a person should know."""

    model: ThemeModel
    names: list[str | None]
    stability: np.ndarray
    language_bias: float
    min_cluster_size: int
    resolutions: list
    notes: list[str]


class SentenceVectors(NamedTuple):
    """Sentences of a corpus: ``vectors`` (n_sentences, n_dims), the article of each as
    ``article_rows`` (n_sentences,), 0 to n_articles - 1, and their ``langs`` (n_sentences,)."""

    vectors: np.ndarray
    article_rows: np.ndarray
    langs: np.ndarray


class Labelled(NamedTuple):
    """Label of each unit, the name of each theme (None for found ones), and how they were found."""

    labels: np.ndarray
    names: list[str | None]
    stability: np.ndarray
    min_cluster_size: int
    resolutions: list


def find_themes(
    sentences: SentenceVectors, named: list[NamedTheme], encode, config: ThemesConfig, seed: int
) -> FoundThemes:
    """Find the themes of a corpus; ``encode`` turns the texts of the named ones into vectors."""
    notes: list[str] = []
    n_articles = int(sentences.article_rows.max(initial=-1)) + 1
    by_article = config.unit == "article" or (config.unit == "auto" and n_articles >= FEWEST_ARTICLES)
    if not by_article and config.unit == "auto":
        notes.append(f"{n_articles} articles are few, so themes were found among their sentences.")
    articles = pool(sentences.vectors, sentences.article_rows, n_articles)
    # Measured on what is clustered: pooling averages subjects out and leaves the language standing.
    units, langs = (articles, _article_langs(sentences, n_articles)) if by_article else sentences[::2]
    bias = language_bias(units, langs, seed)
    projection = _projection(units, langs, bias, config, notes)
    sentences = sentences._replace(vectors=projection(sentences.vectors))
    articles = pool(sentences.vectors, sentences.article_rows, n_articles)
    anchors = projection(anchor_vectors(named, encode)) if named else articles[:0]
    units = articles if by_article else sentences.vectors
    found = _label(units, anchors, named, config, seed, notes)
    lessons = _lessons(sentences, articles, found.labels, by_article, anchors)
    head, found = _without_empty(fit_head(lessons, articles, config.max_noise), found, articles)
    if not found.names:
        notes.append(
            f"No theme was found among {len(units)} texts, so all are noise. Give more articles, lower "
            "themes.min_cluster_size, or name themes in a codebook."
        )
    model = ThemeModel(projection, head)
    return FoundThemes(
        model, found.names, found.stability, bias, found.min_cluster_size, found.resolutions, notes
    )


def _without_empty(head: ThemeHead, found: Labelled, articles: np.ndarray) -> tuple[ThemeHead, Labelled]:
    """Leave out found themes to which the head gives no article; themes of the codebook stay."""
    given = head.predict(articles)[0]
    kept = [theme for theme, name in enumerate(found.names) if name is not None or np.any(given == theme)]
    names = [found.names[theme] for theme in kept]
    return head.keep(np.array(kept, dtype=int)), found._replace(names=names, stability=found.stability[kept])


def _article_langs(sentences: SentenceVectors, n_articles: int) -> np.ndarray:
    """Language of the first sentence of each article, (n_articles,); some may have no sentence."""
    rows, first = np.unique(sentences.article_rows, return_index=True)
    langs = np.full(n_articles, UNKNOWN_LANG, dtype=object)
    langs[rows] = sentences.langs[first]
    return langs


def _projection(
    units: np.ndarray, langs: np.ndarray, bias: float, config: ThemesConfig, notes: list[str]
) -> LanguageProjection:
    remove = config.language_bias == "remove" or (
        config.language_bias == "auto" and bias > BIAS_WORTH_REMOVING
    )
    if not remove:
        return no_projection(units.shape[1])
    projection = fit_projection(units, langs)
    if len(projection.basis):
        notes.append(
            f"Vectors clustered by language (mutual information {bias:.2f}); "
            f"{len(projection.basis)} language directions were taken out."
        )
    return projection


def _label(
    units: np.ndarray,
    anchors: np.ndarray,
    named: list[NamedTheme],
    config: ThemesConfig,
    seed: int,
    notes: list[str],
) -> Labelled:
    """Label of each unit: density clusters of all, and the claims of the named themes over them."""
    says_something = units.any(axis=1)
    fewest = max(2, len(units) // 200)
    claimed = np.full(len(units), NOISE)
    if len(anchors):
        claimed = np.where(says_something, claim(units, anchors, config.min_similarity, fewest), NOISE)
    some = np.flatnonzero(says_something)
    some = np.sort(np.random.default_rng(seed).permutation(some)[: config.max_texts])
    finder, clusters = _finder(config, seed), np.full(len(units), NOISE)
    if not len(some):
        return Labelled(clusters, [theme.name for theme in named], np.full(len(named), np.nan), 2, [])
    clusters[some] = finder.fit(units[some]).labels_
    labels, kept = join(clusters, claimed, len(named), max(fewest, finder.min_cluster_size_ // 2))
    notes += [
        f"The named theme {theme.name!r} has fewer than {fewest} texts near it."
        for index, theme in enumerate(named)
        if not np.any(labels == index)
    ]
    names = [theme.name for theme in named] + [None] * len(kept)
    stability = np.concatenate([np.full(len(named), np.nan), finder.stability_[kept]])
    return Labelled(labels, names, stability, finder.min_cluster_size_, finder.resolutions_)


def _finder(config: ThemesConfig, seed: int):
    from newstance.themes.discover import ThemeFinder

    return ThemeFinder(
        min_cluster_size=config.min_cluster_size,
        min_samples=config.min_samples,
        n_components=config.n_components,
        n_neighbors=config.n_neighbors,
        n_resamples=config.n_resamples,
        random_state=seed,
    )


def _lessons(
    sentences: SentenceVectors,
    articles: np.ndarray,
    labels: np.ndarray,
    by_article: bool,
    anchors: np.ndarray,
) -> Lessons:
    """Rows for the head: articles and their sentences, which weigh as much together, so that the head
    knows how far single sentences stray; and the anchors of named themes."""
    rows = sentences.article_rows
    of_sentence = labels[rows] if by_article else labels
    of_sentence = np.where(sentences.vectors.any(axis=1), of_sentence, NOISE)
    weights = 1.0 / np.bincount(rows, minlength=len(articles))[rows]
    parts = [
        Lessons(sentences.vectors, of_sentence, weights if by_article else np.ones(len(rows)), rows),
        Lessons(
            anchors, np.arange(len(anchors)), np.ones(len(anchors)), len(articles) + np.arange(len(anchors))
        ),
    ]
    if by_article:
        parts.append(Lessons(articles, labels, np.ones(len(articles)), np.arange(len(articles))))
    joined = Lessons(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    known = joined.labels != NOISE
    return Lessons(*(column[known] for column in joined))
