"""Keywords of themes: class-based TF-IDF over words and phrases, language by language.

As in BERTopic (Grootendorst 2022, arXiv:2203.05794) the share of a term in a theme is weighed by
log(1 + mean terms a theme / count of the term in all themes); here it is the square root of the share of
articles, which lets rarer and more telling terms lead, how far the share exceeds that outside the theme, and
how well the term stands alone.
"""

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from newstance.tables import NOISE
from newstance.themes.terms import LangTerms, Terms

if TYPE_CHECKING:
    from scipy.sparse import csr_array

N_KEYWORDS = 10
# Of so many more terms the best are looked at for phrases that hold others.
LOOKED_AT = 20
FEWEST_OUTLETS = 2
FEWEST_TOGETHER = 2  # articles that share a word; one article alone names nothing
# A phrase of a theme takes the place of a word that it holds, from this share of the word's articles on.
CARRIES = 0.4


class Keyword(NamedTuple):
    """A word or phrase as it is shown, and its weight among those of its theme and language."""

    word: str
    weight: float


def theme_keywords(
    terms: Terms, theme_ids: np.ndarray, n_keywords: int = N_KEYWORDS
) -> dict[int, dict[str, list[Keyword]]]:
    """Best terms of each theme in each language, best first: ``{theme_id: {lang: [Keyword, …]}}``.

    ``theme_ids`` (n_articles,) are the themes of the articles of ``terms``; noise is left out. A term counts
    once an article, so that one article cannot name a theme by repeating itself; it must be in at least
    three articles (two in a small theme or corpus) of two outlets, where the theme has as many. A theme that
    would have no term in any language takes those of single articles.
    """
    theme_ids = np.asarray(theme_ids)
    keywords = _keywords(terms, theme_ids, n_keywords, FEWEST_TOGETHER)
    wordless = np.setdiff1d(theme_ids, [NOISE, *keywords])
    if len(wordless):
        of_single = _keywords(terms, theme_ids, n_keywords, 1)
        keywords |= {int(theme): of_single[int(theme)] for theme in wordless if int(theme) in of_single}
    return keywords


def _keywords(
    terms: Terms, theme_ids: np.ndarray, n_keywords: int, least: int
) -> dict[int, dict[str, list[Keyword]]]:
    keywords: dict[int, dict[str, list[Keyword]]] = defaultdict(dict)
    for lang, own in terms.by_lang.items():
        ids = theme_ids[own.rows]
        for theme, best in _keywords_of_lang(own, ids, terms.sources[own.rows], n_keywords, least).items():
            keywords[theme][lang] = best
    return dict(keywords)


def _keywords_of_lang(
    terms: LangTerms, ids: np.ndarray, sources: np.ndarray, n_keywords: int, least: int
) -> dict[int, list[Keyword]]:
    themes = np.unique(ids[ids != NOISE])
    if not len(themes):
        return {}
    sizes = np.array([np.sum(ids == theme) for theme in themes])
    articles = [terms.present[np.flatnonzero(ids == theme)] for theme in themes]
    counts = np.stack([_count(own) for own in articles])
    weights = _weights(counts, sizes, terms.fitness)
    for row, theme in enumerate(themes):
        fewest = min(terms.fewest, max(least, 1 + int(sizes[row]) // 3))
        weights[row, counts[row] < fewest] = 0
        if fewest > 1:
            weights[row, _n_outlets(articles[row], sources[ids == theme]) < FEWEST_OUTLETS] = 0
    ranks = np.unique(np.array(terms.shown), return_inverse=True)[1]
    return {
        int(theme): [Keyword(terms.shown[term], weight) for term, weight in best]
        for row, theme in enumerate(themes)
        if (best := _best(weights[row], counts[row], terms.parts, ranks, n_keywords))
    }


def _count(present: "csr_array") -> np.ndarray:
    """How many articles have each term, (n_terms,)."""
    counts: np.ndarray = np.bincount(present.indices, minlength=present.shape[1])
    return counts


def _weights(counts: np.ndarray, sizes: np.ndarray, fitness: np.ndarray) -> np.ndarray:
    """Weights (n_themes, n_terms) from ``counts`` (n_themes, n_terms) of articles, the ``sizes``
    (n_themes,) of themes, and the ``fitness`` (n_terms,) of terms."""
    everywhere = counts.sum(axis=0)
    share = counts / sizes[:, None]
    outside = (everywhere - counts) / np.maximum(sizes.sum() - sizes, 1)[:, None]
    rarity = np.log1p(everywhere.sum() / len(sizes) / np.maximum(everywhere, 1))
    # a term as common outside the theme as in it tells nothing of the theme
    contrast = np.maximum(share - outside, 0)
    weights: np.ndarray = np.sqrt(share) * rarity * contrast * fitness
    return weights


def _n_outlets(present: "csr_array", sources: np.ndarray) -> np.ndarray:
    """In how many outlets of a theme each term is, (n_terms,), of its articles ``present`` with ``sources``
    (n_articles,); two where the theme has fewer."""
    outlets, outlet = np.unique(sources.astype(str), return_inverse=True)
    if np.sum(outlets != "") < FEWEST_OUTLETS:
        return np.full(present.shape[1], FEWEST_OUTLETS)
    # An article whose outlet is not known may be of any.
    unknown = sources == ""
    outlet[unknown] = len(outlets) + np.arange(np.sum(unknown))
    n_terms = present.shape[1]
    places = np.unique(np.repeat(outlet, np.diff(present.indptr)) * n_terms + present.indices)
    n_outlets: np.ndarray = np.bincount(places % n_terms, minlength=n_terms)
    return n_outlets


def _best(
    weights: np.ndarray,
    counts: np.ndarray,
    parts: list[tuple[str, ...]],
    ranks: np.ndarray,
    n_keywords: int,
) -> list[tuple[int, float]]:
    """Terms with their weights, best first; of equal ones that of the lower of ``ranks`` (n_terms,). A phrase
    takes place and weight of a part of it whose articles it mostly carries; a term that is part of a better
    phrase is left out."""
    some = np.flatnonzero(weights > 0)
    order = some[np.lexsort((ranks[some], -weights[some]))][: LOOKED_AT * n_keywords]
    kept: dict[tuple[str, ...], int] = {}
    weight_of: dict[int, float] = {}
    held: set[tuple[str, ...]] = set()
    for term in order.tolist():
        words = parts[term]
        if words in held:
            continue
        runs = _runs(words)
        replaced = [run for run in runs & kept.keys() if counts[term] >= CARRIES * counts[kept[run]]]
        weight_of[term] = max([float(weights[term]), *(weight_of.pop(kept.pop(run)) for run in replaced)])
        kept[words] = term
        held |= runs
    return sorted(weight_of.items(), key=lambda one: -one[1])[:n_keywords]


def _runs(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    """All runs of ``words``, themselves among them."""
    return {words[start:end] for start in range(len(words)) for end in range(start + 1, len(words) + 1)}
