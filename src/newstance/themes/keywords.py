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
    counts = np.stack([_count(terms.present, ids == theme) for theme in themes])
    weights = _weights(counts, sizes, terms.fitness)
    for row, theme in enumerate(themes):
        fewest = min(terms.fewest, max(least, 1 + int(sizes[row]) // 3))
        weights[row, counts[row] < fewest] = 0
        if fewest > 1:
            weights[row, _n_outlets(terms.present, sources, ids == theme) < FEWEST_OUTLETS] = 0
    return {
        int(theme): [Keyword(terms.shown[term], weight) for term, weight in best]
        for row, theme in enumerate(themes)
        if (best := _best(weights[row], counts[row], terms, n_keywords))
    }


def _count(present: "csr_array", rows: np.ndarray) -> np.ndarray:
    """How many of the articles ``rows`` have each term, (n_terms,)."""
    return np.asarray(present[np.flatnonzero(rows)].sum(axis=0)).ravel()


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


def _n_outlets(present: "csr_array", sources: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """In how many outlets of a theme each term is, (n_terms,); two where the theme has fewer."""
    outlets = sorted({source for source in sources[rows] if source})
    if len(outlets) < FEWEST_OUTLETS:
        return np.full(present.shape[1], FEWEST_OUTLETS)
    # An article whose outlet is not known may be of any.
    unknown = _count(present, rows & (sources == ""))
    return unknown + sum(_count(present, rows & (sources == outlet)) > 0 for outlet in outlets)


def _best(
    weights: np.ndarray, counts: np.ndarray, terms: LangTerms, n_keywords: int
) -> list[tuple[int, float]]:
    """Terms with their weights, best first. A phrase takes place and weight of a part of it whose articles it
    mostly carries; a term that is part of a better phrase is left out."""
    order = np.lexsort((np.array(terms.shown), -weights))[: LOOKED_AT * n_keywords]
    kept: dict[int, float] = {}
    for term in order[weights[order] > 0].tolist():
        words = terms.parts[term]
        if any(_holds(terms.parts[one], words) for one in kept):
            continue
        replaced = [
            one for one in kept if _holds(words, terms.parts[one]) and counts[term] >= CARRIES * counts[one]
        ]
        kept[term] = max([float(weights[term]), *(kept.pop(one) for one in replaced)])
    return sorted(kept.items(), key=lambda one: -one[1])[:n_keywords]


def _holds(phrase: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether ``part`` is a run of the words of ``phrase``."""
    return any(phrase[start : start + len(part)] == part for start in range(len(phrase) - len(part) + 1))
