"""The table of themes: names, keywords, and how each is spread over outlets and languages."""

import numpy as np
import polars as pl

from newstance.tables import THEMES
from newstance.themes.keywords import theme_keywords
from newstance.themes.model import FoundThemes, ThemesConfig
from newstance.themes.names import Encode, name_theme, unique_name

BY_CODEBOOK, BY_KEYWORDS = "codebook", "keywords"


def theme_table(
    articles: pl.DataFrame, theme_ids: np.ndarray, found: FoundThemes, config: ThemesConfig, encode: Encode
) -> tuple[pl.DataFrame, dict[int, dict[str, list[str]]]]:
    """A themes table for ``articles`` with ``theme_ids`` (n_articles,), and the keywords by theme and
    language. Themes that no codebook names are named by their keywords."""
    keywords = theme_keywords(articles["text"], articles["lang"], theme_ids, config.n_keywords)
    langs, sources = articles["lang"].to_numpy(), articles["source"].to_numpy()
    rows, taken = [], {name for name in found.names if name}
    for theme, given in enumerate(found.names):
        own = theme_ids == theme
        n_articles = _by_frequency(langs[own])
        words = keywords.get(theme, {})
        name = given or unique_name(name_theme(words, n_articles, config.name_lang, encode), taken)
        taken.add(name)
        rows.append(
            {
                "theme_id": theme,
                "name": name,
                "named_by": BY_CODEBOOK if given else BY_KEYWORDS,
                "keywords": [
                    {"lang": lang, "words": [one.word for one in words[lang]]}
                    for lang in n_articles
                    if words.get(lang)
                ],
                "size": int(own.sum()),
                "n_sources": len({source for source in sources[own] if source}),
                "n_langs": len(n_articles),
                "lang_entropy": _entropy(langs[own]),
                "stability": None if np.isnan(found.stability[theme]) else float(found.stability[theme]),
            }
        )
    shown = {
        theme: {lang: [one.word for one in found] for lang, found in by_lang.items()}
        for theme, by_lang in keywords.items()
    }
    return pl.DataFrame(rows, schema=THEMES), shown


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
