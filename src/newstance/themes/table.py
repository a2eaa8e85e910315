"""The table of themes: names, keywords, levels, and how each is spread over outlets and languages."""

import numpy as np
import polars as pl

from newstance.shelf import let_go, rows_at
from newstance.tables import NOISE, THEMES
from newstance.themes.config import ThemesConfig
from newstance.themes.exemplars import merged
from newstance.themes.keywords import Keyword, theme_keywords
from newstance.themes.model import FoundThemes
from newstance.themes.names import Glossary, name_theme, unique_name
from newstance.themes.space import Encode
from newstance.themes.terms import Terms, find_terms

BY_CODEBOOK, BY_KEYWORDS, BY_USER = "codebook", "keywords", "user"
MOST_LAID_OUT = 20_000  # articles of a map by UMAP
COMPARED_WITH = 4_000
NEAR_MISS = 0.3  # from this probability on, a text without a theme is a near miss of its nearest
Words = dict[int, dict[str, list[Keyword]]]


def theme_table(
    articles: pl.DataFrame,
    theme_of_article: pl.DataFrame,
    found: FoundThemes,
    config: ThemesConfig,
    encode: Encode,
    terms: Terms,
    examples: dict[int, list[dict]],
) -> tuple[pl.DataFrame, dict[int, dict[str, list[str]]]]:
    """A themes table for ``articles`` with the themes ``theme_of_article``, and the keywords by theme and
    language; ``terms`` are those of the articles, ``examples`` the sentences that show each theme.

    Themes that no codebook names are named by their keywords. Coarse themes follow the others, at level 1,
    under ids of their own; ``parent`` of a theme is the coarse theme that it is part of.
    """
    ids, n_themes = theme_of_article["theme_id"].to_numpy(), len(found.names)
    keywords = theme_keywords(terms, ids, config.n_keywords)
    given = {theme: name for theme, name in enumerate(found.names) if name}
    glossary = Glossary.of(terms, config.name_lang, encode)
    rows = _rows(articles, ids, range(n_themes), keywords, glossary, encode, given)
    probas, nearest = theme_of_article["proba"].to_numpy(), theme_of_article["nearest_id"].to_numpy()
    for theme, row in enumerate(rows):
        own, parent, stability = ids == theme, int(found.parents[theme]), found.stability[theme]
        near = (ids == NOISE) & (nearest == theme) & (probas >= NEAR_MISS)
        row |= {
            "level": 0,
            "parent": None if parent == NOISE else n_themes + parent,
            "stability": None if np.isnan(stability) else float(stability),
            "median_proba": float(np.median(probas[own])) if own.any() else None,
            "n_near_misses": int(near.sum()),
            "examples": examples.get(theme, []),
        }
    names = {row["name"]: row["theme_id"] for row in rows}
    coarse = _coarse_rows(articles, ids, found, config.n_keywords, encode, names, terms, glossary)
    for row in coarse:
        parts = np.flatnonzero(n_themes + found.parents == row["theme_id"])
        row["examples"] = merged(examples, parts.tolist())
    shown = {
        theme: {lang: [one.word for one in words] for lang, words in by_lang.items()}
        for theme, by_lang in keywords.items()
    }
    return pl.DataFrame(rows + coarse, schema=THEMES), shown


def rows_of_new(
    articles: pl.DataFrame,
    theme_ids: np.ndarray,
    new: list[int],
    taken: dict[int, str],
    config: ThemesConfig,
    encode: Encode,
) -> list[dict]:
    """Rows of the themes ``new`` that a model gains from ``articles`` with the themes ``theme_ids``
    (n_articles,), named by keywords; ``taken`` are the names of its other themes by id."""
    terms = find_terms(articles["text"], articles["lang"], articles["source"])
    keywords = theme_keywords(terms, theme_ids, config.n_keywords)
    glossary = Glossary.of(terms, config.name_lang, encode)
    rows = _rows(articles, theme_ids, new, keywords, glossary, encode, taken)
    return [row | {"level": 0} for row in rows]


def _coarse_rows(
    articles: pl.DataFrame,
    ids: np.ndarray,
    found: FoundThemes,
    n_keywords: int,
    encode: Encode,
    taken: dict[str, int],
    terms: Terms,
    glossary: Glossary,
) -> list[dict]:
    """Rows of the coarse themes; one of a single theme has its name."""
    n_themes = len(found.names)
    groups = sorted(set(found.parents[found.parents != NOISE].tolist()))
    if not groups:
        return []
    coarse_of = np.append(np.where(found.parents == NOISE, NOISE, n_themes + found.parents), NOISE)
    coarse = coarse_of[ids]
    keywords = theme_keywords(terms, coarse, n_keywords)
    only = {
        n_themes + group: next(name for name, theme in taken.items() if found.parents[theme] == group)
        for group in groups
        if np.sum(found.parents == group) == 1
    }
    numbers = [n_themes + group for group in groups]
    rows = _rows(articles, coarse, numbers, keywords, glossary, encode, only)
    return [row | {"named_by": BY_KEYWORDS, "level": 1} for row in rows]


def _rows(
    articles: pl.DataFrame,
    ids: np.ndarray,
    themes,
    keywords: Words,
    glossary: Glossary,
    encode: Encode,
    given: dict[int, str],
) -> list[dict]:
    """A row for each of ``themes``: name (``given``, or by keywords), keywords, those of the reader first,
    size, outlets and languages."""
    langs = articles["lang"].to_numpy()
    rows, taken = [], set(given.values())
    for theme in themes:
        own = ids == theme
        n_articles = _by_frequency(langs[own])
        words = keywords.get(theme, {})
        name = given.get(theme) or unique_name(
            name_theme(words, n_articles, glossary.lang, encode, glossary), taken
        )
        taken.add(name)
        rows.append(
            {
                "theme_id": theme,
                "name": name,
                "named_by": BY_CODEBOOK if theme in given else BY_KEYWORDS,
                "keywords": [
                    {"lang": lang, "words": [one.word for one in words[lang]]}
                    for lang in sorted(n_articles, key=lambda one: one != glossary.lang)
                    if words.get(lang)
                ],
            }
            | spread(articles, own)
        )
    return rows


def spread(articles: pl.DataFrame, own: np.ndarray) -> dict[str, int | float]:
    """How many of ``articles`` the rows ``own`` (n_articles,) are, and of how many outlets and languages."""
    langs = articles["lang"].filter(own).to_numpy()
    return {
        "size": int(own.sum()),
        "n_sources": len({source for source in articles["source"].filter(own).unique() if source}),
        "n_langs": len(_by_frequency(langs)),
        "lang_entropy": _entropy(langs),
    }


def _by_frequency(values: np.ndarray) -> dict[str, int]:
    """How often each value comes, most frequent first."""
    unique, counts = np.unique(values.astype(str), return_counts=True)
    order = np.lexsort((unique, -counts))
    return {str(unique[row]): int(counts[row]) for row in order}


def _entropy(langs: np.ndarray) -> float:
    """Entropy of the languages in bits; 0 for one language."""
    _, counts = np.unique(langs.astype(str), return_counts=True)
    shares = counts / max(counts.sum(), 1)
    return float(-(shares * np.log2(shares)).sum()) if len(langs) else 0.0


def map_table(article_ids: pl.Series, vectors: np.ndarray, seed: int) -> pl.DataFrame:
    """Article_id, x and y of each article on the map of ``vectors`` (n_articles, n_dims)."""
    let_go(vectors)
    places = map_layout(vectors, seed)
    return pl.DataFrame([article_ids, pl.Series("x", places[:, 0]), pl.Series("y", places[:, 1])])


def map_layout(vectors: np.ndarray, seed: int) -> np.ndarray:
    """Coordinates (n_articles, 2) of a map on which alike articles lie together.

    At most 20,000 articles, a sample by ``seed``, are laid out; of a larger corpus each of the others lies
    among those of 4,000 of the sample that are most like it.
    """
    from newstance.themes.discover import FEWEST
    from newstance.themes.layout import place_among, umap_layout

    if len(vectors) < FEWEST:
        centred = vectors - vectors.mean(axis=0)
        _, _, directions = np.linalg.svd(centred, full_matrices=False)
        flat = np.zeros((len(vectors), 2))
        flat[:, : min(2, len(directions))] = centred @ directions[:2].T
        return flat
    laid_out = np.arange(len(vectors))
    if len(vectors) > MOST_LAID_OUT:
        laid_out = np.sort(np.random.default_rng(seed).permutation(len(vectors))[:MOST_LAID_OUT])
    places = umap_layout(rows_at(vectors, laid_out), n_components=2, n_neighbors=15, min_dist=0.1, seed=seed)
    if len(laid_out) == len(vectors):
        return places
    others = np.setdiff1d(np.arange(len(vectors)), laid_out)
    flat = np.empty((len(vectors), 2), dtype=places.dtype)
    flat[laid_out] = places
    some = slice(None, None, max(1, MOST_LAID_OUT // COMPARED_WITH))  # of the sample: as good, and sooner
    flat[others] = place_among(vectors, others, vectors[laid_out[some]], places[some])
    return flat
