"""The themes of a model counted in other articles: names, keywords and levels stay, counts are new."""

import numpy as np
import polars as pl

from newstance.tables import NOISE, THEMES
from newstance.themes.exemplars import merged
from newstance.themes.table import NEAR_MISS, spread


def recounted(
    themes: pl.DataFrame,
    articles: pl.DataFrame,
    theme_of_article: pl.DataFrame,
    examples: dict[int, list[dict]],
) -> pl.DataFrame:
    """The table ``themes`` of a model as one of ``articles`` with the themes ``theme_of_article``, row by row
    the same articles; ``examples`` are the sentences that show each theme there. ``stability`` stays that of
    the training."""
    ids, nearest = (theme_of_article[name].to_numpy() for name in ("theme_id", "nearest_id"))
    probas = theme_of_article["proba"].to_numpy()
    rows = []
    for row in themes.iter_rows(named=True):
        theme, is_coarse = row["theme_id"], row["level"] > 0
        parts = themes.filter(pl.col("parent") == theme)["theme_id"].to_list() if is_coarse else [theme]
        own = np.isin(ids, parts)
        row |= spread(articles, own)
        if is_coarse:
            row["examples"] = merged(examples, parts)
        else:
            near = (ids == NOISE) & (nearest == theme) & (probas >= NEAR_MISS)
            row |= {
                "median_proba": float(np.median(probas[own])) if own.any() else None,
                "n_near_misses": int(near.sum()),
                "examples": examples.get(theme, []),
            }
        rows.append(row)
    return pl.DataFrame(rows, schema=THEMES)
