"""The table of themes: names, keywords, and how each is spread over outlets and languages."""

import numpy as np
import polars as pl

from newstance.tables import THEMES
from newstance.themes.keywords import theme_keywords
from newstance.themes.model import FoundThemes, ThemesConfig

WORDS_IN_NAME = 3
BY_CODEBOOK, BY_KEYWORDS = "codebook", "keywords"


def theme_table(
    articles: pl.DataFrame, theme_ids: np.ndarray, found: FoundThemes, config: ThemesConfig
) -> tuple[pl.DataFrame, dict[int, dict[str, list[str]]]]:
    """A themes table for ``articles`` with ``theme_ids`` (n_articles,), and the keywords by theme and
    language. Themes that no codebook names are named by their keywords."""
    keywords = theme_keywords(articles["text"], articles["lang"], theme_ids, config.n_keywords)
    langs, sources = articles["lang"].to_numpy(), articles["source"].to_numpy()
    rows, taken = [], {name for name in found.names if name}
    for theme, given in enumerate(found.names):
        own = theme_ids == theme
        main = _by_frequency(langs[own])
        words = {lang: keywords.get(theme, {}).get(lang, []) for lang in main}
        name = given or _name(words, config.name_lang, taken)
        taken.add(name)
        rows.append(
            {
                "theme_id": theme,
                "name": name,
                "named_by": BY_CODEBOOK if given else BY_KEYWORDS,
                "keywords": [{"lang": lang, "words": found} for lang, found in words.items() if found],
                "size": int(own.sum()),
                "n_sources": len({source for source in sources[own] if source}),
                "n_langs": len(main),
                "lang_entropy": _entropy(langs[own]),
                "stability": None if np.isnan(found.stability[theme]) else float(found.stability[theme]),
            }
        )
    return pl.DataFrame(rows, schema=THEMES), keywords


def _by_frequency(values: np.ndarray) -> list[str]:
    unique, counts = np.unique(values.astype(str), return_counts=True)
    return [str(one) for one in unique[np.lexsort((unique, -counts))]]


def _name(words: dict[str, list[str]], name_lang: str, taken: set[str]) -> str:
    """First keywords in the wished language, or in the theme's main one; longer until it is new."""
    found = words.get(name_lang) or next((some for some in words.values() if some), [])
    for length in range(WORDS_IN_NAME, len(found) + 1):
        if (name := ", ".join(found[:length])) not in taken:
            return name
    short, number = ", ".join(found[:WORDS_IN_NAME]) or "theme without words", 1
    name = short
    while name in taken:
        number += 1
        name = f"{short} ({number})"
    return name


def _entropy(langs: np.ndarray) -> float:
    """Entropy of the languages in bits; 0 for one language."""
    _, counts = np.unique(langs.astype(str), return_counts=True)
    shares = counts / max(counts.sum(), 1)
    return float(-(shares * np.log2(shares)).sum()) if len(langs) else 0.0


def map_layout(vectors: np.ndarray, seed: int) -> np.ndarray:
    """Coordinates (n_articles, 2) of a map on which alike articles lie together."""
    from newstance.themes.discover import FEWEST, umap_layout

    if len(vectors) < FEWEST:
        centred = vectors - vectors.mean(axis=0)
        _, _, directions = np.linalg.svd(centred, full_matrices=False)
        flat = np.zeros((len(vectors), 2))
        flat[:, : min(2, len(directions))] = centred @ directions[:2].T
        return flat
    return umap_layout(vectors, n_components=2, n_neighbors=15, min_dist=0.1, seed=seed)


