"""Themes from vectors: what a training finds, and the rule that assigns."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from newstance.tables import NOISE, UNKNOWN_LANG
from newstance.themes.assign import Assigned, ThemeHead, pool, with_thresholds
from newstance.themes.codebook import NamedTheme
from newstance.themes.config import ThemesConfig
from newstance.themes.found import HeadExamples, fit_found, head_examples, merge_weak
from newstance.themes.named import LabelledTexts, ThemeTexts, fit_named
from newstance.themes.space import (
    Encode,
    ThemeSpace,
    background_texts,
    fit_directions,
    group_bias,
    theme_space,
)

# Below it, taking language directions out costs subjects more than it gives (docs/log.md).
BIAS_WORTH_REMOVING = 0.05
BIAS_WORTH_TELLING = 0.15  # of outlets, which may write of different things
FEWEST_ARTICLES = 40
OWN_CLUSTER = 0.8  # median probability from which a cluster is a named theme's own


@dataclass(frozen=True)
class ThemeModel:
    """What assigns: a space and a head; the themes of the head have ids."""

    space: ThemeSpace
    head: ThemeHead

    def predict(self, vectors: np.ndarray) -> Assigned:
        """The theme of each row of ``vectors`` (n_texts, n_dims), as an encoder gives them."""
        return self.head.predict(self.space(vectors))


class SentenceVectors(NamedTuple):
    """Sentences of a corpus: ``vectors`` (n_sentences, n_dims), the article of each as ``article_rows``
    (n_sentences,), 0 to n_articles - 1, their ``langs`` (n_sentences,) and, where known, ``sources``
    (n_sentences,), the outlets."""

    vectors: np.ndarray
    article_rows: np.ndarray
    langs: np.ndarray
    sources: np.ndarray | None = None


class LabelledSentences(NamedTuple):
    """Sentences of labelled texts: ``vectors`` (n_sentences, n_dims), the text of each as ``text_rows``
    (n_sentences,), and the row of the named theme of each text, -1 for none, as ``themes`` (n_texts,)."""

    vectors: np.ndarray
    text_rows: np.ndarray
    themes: np.ndarray


@dataclass(frozen=True)
class FoundThemes:
    """A training's result. Row i of ``names`` (None for a found theme), ``stability`` (nan where not known)
    and ``parents`` (the coarse theme, or -1) is row i of the head of ``model``; ``levels`` are the numbers of
    themes that were tried; ``notes`` what a person should know."""

    model: ThemeModel
    names: list[str | None]
    stability: np.ndarray
    parents: np.ndarray
    language_bias: float
    outlet_bias: float
    levels: list
    notes: list[str]


class _Clusters(NamedTuple):
    """Found themes of units: ``known`` (n_units,) is False for a unit that was not clustered, ``labels``
    (n_units,), ``unclear`` (n_units,) the theme that a unit may belong to though a named theme has it, or -1;
    ``stability`` and ``parents`` (n_themes,)."""

    known: np.ndarray
    labels: np.ndarray
    unclear: np.ndarray
    stability: np.ndarray
    parents: np.ndarray
    levels: list


def find_themes(
    sentences: SentenceVectors,
    named: list[NamedTheme],
    encode: Encode,
    config: ThemesConfig,
    seed: int,
    labelled: LabelledSentences | None = None,
) -> FoundThemes:
    """Find the themes of a corpus; ``encode`` turns the texts of the named ones into vectors."""
    notes: list[str] = []
    n_articles = int(sentences.article_rows.max(initial=-1)) + 1
    by_article = config.unit == "article" or (config.unit == "auto" and n_articles >= FEWEST_ARTICLES)
    space, biases = _fit_space(sentences, n_articles, by_article, encode, config, seed, notes)
    sentences = sentences._replace(vectors=space(sentences.vectors))
    articles = pool(sentences.vectors, sentences.article_rows, n_articles)
    coef, intercept = fit_codebook(named, space, encode, labelled)
    named_head = ThemeHead(coef, intercept, np.arange(len(named)))
    units = articles if by_article else sentences.vectors
    clusters = _cluster(units, named_head, config, seed)
    if config.discover and not by_article and config.unit == "auto":
        notes.append(f"{n_articles} articles are few, so themes were found among their sentences.")
    found_coef, found_intercept = _fit_found(sentences, articles, clusters, by_article, seed)
    head = ThemeHead(
        np.vstack([coef, found_coef]),
        np.concatenate([intercept, found_intercept]),
        np.arange(len(coef) + len(found_coef)),
        is_named=np.arange(len(coef) + len(found_coef)) < len(coef),
    )
    head = with_thresholds(head, articles, config.max_noise)
    found = FoundThemes(
        ThemeModel(space, head),
        [theme.name for theme in named] + [None] * len(found_coef),
        np.concatenate([np.full(len(named), np.nan), clusters.stability]),
        np.concatenate([np.full(len(named), NOISE), clusters.parents]),
        *biases,
        clusters.levels,
        notes,
    )
    found = _without_empty(found, articles)
    notes += _advice(found, named, len(units))
    return found


def _fit_space(
    sentences: SentenceVectors,
    n_articles: int,
    by_article: bool,
    encode: Encode,
    config: ThemesConfig,
    seed: int,
    notes: list[str],
) -> tuple[ThemeSpace, tuple[float, float]]:
    """The theme space of a corpus, and its language and outlet bias.

    Bias is measured on what is clustered: pooling averages subjects out and leaves language and outlet
    standing.
    """
    rows = sentences.article_rows
    units = pool(sentences.vectors, rows, n_articles) if by_article else sentences.vectors
    langs = _first_of(sentences.langs, rows, n_articles) if by_article else sentences.langs
    language = group_bias(units, langs, seed)
    basis = np.zeros((0, units.shape[1]), dtype=np.float32)
    is_worth_it = config.language_bias == "auto" and language > BIAS_WORTH_REMOVING
    if config.language_bias == "remove" or is_worth_it:
        basis = fit_directions(units, langs)
    if len(basis):
        notes.append(
            f"Vectors clustered by language (mutual information {language:.2f}); "
            f"{len(basis)} language directions were taken out."
        )
    outlet = 0.0
    if sentences.sources is not None:
        sources = _first_of(sentences.sources, rows, n_articles) if by_article else sentences.sources
        known = np.array([bool(source) for source in sources])
        plain = ThemeSpace(basis, np.zeros(units.shape[1], dtype=np.float32))(units[known])
        names = sources[known].astype(str)
        outlet = group_bias(plain, names, seed)
        if config.outlet_bias == "keep" and outlet > BIAS_WORTH_TELLING:
            notes.append(
                f"Themes and outlets share {outlet:.2f} of their information. If outlets write of the same "
                "things, each in its own manner, themes.outlet_bias=remove takes the manner out."
            )
        if config.outlet_bias == "remove":
            basis = np.vstack([basis, fit_directions(plain, names)])
            notes.append(
                f"Themes and outlets shared {outlet:.2f} of their information; the directions of outlets "
                "were taken out."
            )
    return theme_space(basis, encode(background_texts())), (language, outlet)


def _first_of(values: np.ndarray, article_rows: np.ndarray, n_articles: int) -> np.ndarray:
    """Value of the first sentence of each article, (n_articles,); some may have no sentence."""
    rows, first = np.unique(article_rows, return_index=True)
    of_article = np.full(n_articles, UNKNOWN_LANG, dtype=object)
    of_article[rows] = values[first]
    return of_article


def fit_codebook(
    named: list[NamedTheme], space: ThemeSpace, encode: Encode, labelled: LabelledSentences | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (n_themes, n_dims) and intercepts (n_themes,) of the named themes in ``space``."""
    if not named:
        return np.zeros((0, len(space.centre))), np.zeros(0)
    texts = [
        ThemeTexts(
            space(encode(theme.texts)),
            len(theme.heads),
            space(encode(theme.others))
            if theme.others
            else np.zeros((0, len(space.centre)), dtype=np.float32),
        )
        for theme in named
    ]
    known = None
    if labelled is not None:
        vectors = pool(space(labelled.vectors), labelled.text_rows, len(labelled.themes))
        known = LabelledTexts(vectors, labelled.themes)
    return fit_named(texts, space(encode(background_texts())), known)


def _cluster(units: np.ndarray, named: ThemeHead, config: ThemesConfig, seed: int) -> _Clusters:
    """Found themes of ``units`` (n_units, n_dims) beside the named ones.

    A cluster whose texts a named theme takes for its own (a median probability of 0.8 or more) is no theme
    beside it. Of the other clusters all texts belong to the found theme but those that a named theme has:
    these are unclear, and the head decides.
    """
    nothing = np.full(len(units), NOISE)
    some = np.flatnonzero(units.any(axis=1))
    some = np.sort(np.random.default_rng(seed).permutation(some)[: config.max_texts])
    known = np.isin(np.arange(len(units)), some)
    if not config.discover or not len(some):
        return _Clusters(known, nothing, nothing, np.zeros(0), np.zeros(0, dtype=int), [])
    finder = _finder(config, seed).fit(units[some])
    clusters = nothing.copy()
    clusters[some], kept = merge_weak(
        units[some], finder.labels_, finder.stability_, max(3, finder.min_cluster_size_ // 2)
    )
    claimed = named.predict(units).theme_ids != NOISE
    probas = named.probabilities(units)
    typical = [np.median(probas[clusters == one], axis=0).max(initial=0.0) for one in range(len(kept))]
    free = np.flatnonzero(np.array(typical) < OWN_CLUSTER)
    number = np.full(len(kept) + 1, NOISE)
    number[free] = np.arange(len(free))
    own = number[clusters]
    return _Clusters(
        known,
        np.where(claimed, NOISE, own),
        np.where(claimed, own, NOISE),
        finder.stability_[kept][free],
        finder.parents_[kept][free],
        finder.levels_,
    )


def _finder(config: ThemesConfig, seed: int):
    from newstance.themes.discover import ThemeFinder

    names = set(ThemeFinder().get_params()) - {"random_state"}
    return ThemeFinder(**{name: getattr(config, name) for name in names}, random_state=seed)


def _fit_found(
    sentences: SentenceVectors, articles: np.ndarray, clusters: _Clusters, by_article: bool, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    if not len(clusters.stability):
        return np.zeros((0, articles.shape[1])), np.zeros(0)
    rows = sentences.article_rows
    if by_article:
        examples = head_examples(sentences.vectors, rows, articles, clusters.labels, clusters.unclear, seed)
        return fit_found(examples.take(clusters.known[examples.groups]))
    examples = HeadExamples(sentences.vectors, clusters.labels, clusters.unclear, np.ones(len(rows)), rows)
    return fit_found(examples.take(clusters.known))


def _without_empty(found: FoundThemes, articles: np.ndarray) -> FoundThemes:
    """Leave out found themes to which the head gives no article; themes of the codebook stay."""
    head = found.model.head
    given = set(head.predict(articles)[0].tolist())
    rows = [
        row
        for row, (name, theme) in enumerate(zip(found.names, head.theme_ids, strict=True))
        if name is not None or int(theme) in given
    ]
    kept = np.array(rows, dtype=int)
    head = replace(head.keep(kept), theme_ids=np.arange(len(kept)))
    return replace(
        found,
        model=ThemeModel(found.model.space, head),
        names=[found.names[row] for row in rows],
        stability=found.stability[kept],
        parents=found.parents[kept],
    )


def _advice(found: FoundThemes, named: list[NamedTheme], n_units: int) -> list[str]:
    notes = []
    if not found.names:
        notes.append(
            f"No theme was found among {n_units} texts, so all are noise. Give more articles, set "
            "themes.n_themes, or name themes in a codebook."
        )
    if len(named) == 1 and not named[0].others:
        notes.append(
            f"The codebook names one theme only, {named[0].name!r}, with nothing to contrast it with. Name a "
            "second one, or list under `not` some sentences that do not belong to it."
        )
    return notes
