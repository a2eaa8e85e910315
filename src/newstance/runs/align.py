"""Which theme of one training is which of another.

Themes are matched one to one so that the sum of their overlaps (Jaccard) is highest (Kuhn 1955, "The
Hungarian method for the assignment problem"). They overlap in the articles that both trainings read; where
no article is in both, in their keywords.
"""

from typing import Any

import numpy as np
import polars as pl

from newstance.results import Results
from newstance.tables import NOISE

THEMES = {
    "theme_id_first": pl.Int64,
    "theme_first": pl.String,
    "size_first": pl.Int64,
    "theme_id_second": pl.Int64,
    "theme_second": pl.String,
    "size_second": pl.Int64,
    "shared": pl.Int64,
    "overlap": pl.Float64,
}


def align_themes(first: Results, second: Results) -> pl.DataFrame:
    """A row a pair of themes, the largest of the first training first; then those without a partner.

    ``shared`` counts the articles that are in both themes of the pair (keywords where no article is in both
    trainings), ``overlap`` is that by the number in either, 0 to 1.
    """
    themes = _themes(first), _themes(second)
    members = _members(first, second)
    if not any(members[0].values()) or not any(members[1].values()):
        members = _keywords(themes[0]), _keywords(themes[1])
    shared, overlap = _overlaps(members, themes)
    pairs = _matched(overlap)
    rows = [_row(themes, i, j, int(shared[i, j]), float(overlap[i, j])) for i, j in pairs]
    rows += [_row(themes, i, None, 0, 0.0) for i in range(themes[0].height) if i not in dict(pairs)]
    partners = {j for _, j in pairs}
    rows += [_row(themes, None, j, 0, 0.0) for j in range(themes[1].height) if j not in partners]
    return pl.DataFrame(rows, schema=THEMES, orient="row")


def changed_articles(first: Results, second: Results, themes: pl.DataFrame) -> pl.DataFrame:
    """The articles of both trainings whose theme is not the partner of the one they had.

    Columns: article_id, title, source, theme_first, theme_second (null: none), proba_first, proba_second.
    """
    both = _theme_of(first).join(_theme_of(second), on="article_id", suffix="_second", maintain_order="left")
    partner = themes.select(theme_id="theme_id_first", expected="theme_id_second").drop_nulls()
    partner = partner.vstack(pl.DataFrame({"theme_id": [NOISE], "expected": [NOISE]}))
    both = both.join(partner, on="theme_id", how="left", maintain_order="left")
    moved = both.filter(pl.col("expected").is_null() | (pl.col("expected") != pl.col("theme_id_second")))
    names = [run.themes.select("theme_id", name="name") for run in (first, second)]
    about = first.corpus.articles.select("article_id", "title", "source")
    return (
        moved.join(about, on="article_id", how="left", maintain_order="left")
        .join(names[0], on="theme_id", how="left", maintain_order="left")
        .join(
            names[1],
            left_on="theme_id_second",
            right_on="theme_id",
            how="left",
            suffix="_second",
            maintain_order="left",
        )
        .select(
            *("article_id", "title", "source"),
            theme_first="name",
            theme_second="name_second",
            proba_first="proba",
            proba_second="proba_second",
        )
    )


def n_shared_articles(first: Results, second: Results) -> int:
    """How many articles are in both trainings, by their article_id."""
    return _theme_of(first).join(_theme_of(second), on="article_id", how="semi").height


def _theme_of(results: Results) -> pl.DataFrame:
    return results.theme_of_article.select("article_id", "theme_id", "proba")


def _themes(results: Results) -> pl.DataFrame:
    """The themes that articles may have, the largest first; coarse themes are left out."""
    ids = results.theme_of_article["theme_id"].unique().implode()
    fine = results.themes.filter((pl.col("level") == 0) | pl.col("theme_id").is_in(ids))
    return fine.sort(["size", "theme_id"], descending=[True, False])


def _members(first: Results, second: Results) -> tuple[dict[int, set], dict[int, set]]:
    """Articles of each theme by its id, those alone that are in both trainings."""
    found = []
    for own, other in ((first, second), (second, first)):
        rows = _theme_of(own).join(_theme_of(other), on="article_id", how="semi")
        of = rows.filter(pl.col("theme_id") != NOISE).group_by("theme_id").agg("article_id")
        found.append({theme: set(articles) for theme, articles in of.iter_rows()})
    return found[0], found[1]


def _keywords(themes: pl.DataFrame) -> dict[int, set]:
    return {
        theme: {(one["lang"], word) for one in keywords or [] for word in one["words"]}
        for theme, keywords in themes.select("theme_id", "keywords").iter_rows()
    }


def _overlaps(
    members: tuple[dict[int, set], dict[int, set]], themes: tuple[pl.DataFrame, pl.DataFrame]
) -> tuple[np.ndarray, np.ndarray]:
    """How many members each two themes share, and their Jaccard index: both (n_first, n_second)."""
    sides = [[members[k].get(theme, set()) for theme in themes[k]["theme_id"]] for k in (0, 1)]
    shared = np.array([[len(a & b) for b in sides[1]] for a in sides[0]], dtype=np.int64)
    shared = shared.reshape(len(sides[0]), len(sides[1]))
    sizes = [np.array([len(one) for one in side], dtype=np.int64) for side in sides]
    either = sizes[0][:, None] + sizes[1][None, :] - shared
    return shared, shared / np.maximum(either, 1)


def _matched(overlap: np.ndarray) -> list[tuple[int, int]]:
    """Rows and columns that belong together; those that share nothing do not."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if overlap[i, j] > 0]


def _row(
    themes: tuple[pl.DataFrame, pl.DataFrame], i: int | None, j: int | None, shared: int, overlap: float
) -> list[Any]:
    sides = [
        (None, None, None) if row is None else table.select("theme_id", "name", "size").row(row)
        for table, row in zip(themes, (i, j), strict=True)
    ]
    return [*sides[0], *sides[1], shared, overlap]
