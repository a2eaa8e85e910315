"""New articles for an old model: which themes they have, how many fit none, and the themes among those.

New themes get ids of their own; the rows of the old ones are not touched. A theme is looked for among the
articles that fit none and about as many others, so that a single new theme has something to stand out from.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from newstance.model.edits import described, edited, next_id
from newstance.model.record import Edit
from newstance.model.vectors import ArticleVectors, article_vectors
from newstance.tables import NOISE
from newstance.themes.assign import Assigned, ThemeHead
from newstance.themes.edits import EditedThemes, HeadRows, with_rows, with_themes
from newstance.themes.found import fit_found, head_examples, merge_weak
from newstance.themes.lookup import labelled
from newstance.themes.table import NEAR_MISS

if TYPE_CHECKING:
    from newstance.model.news_model import NewsModel

SEED = 0
FEWEST_WITHOUT_THEME = 12
FEWEST_ARTICLES = 3
MOST_OTHERS = 1_000  # articles with a theme, from which a new one is told apart
OWN_SHARE = 0.5  # a cluster is new if more than this share of it fits no theme


@dataclass(frozen=True, eq=False)
class Update:
    """What new articles hold: ``articles`` with the theme that the model as it was gives each, the table of
    ``new_themes``, the articles that were ``rejected``, and ``notes``."""

    articles: pl.DataFrame
    new_themes: pl.DataFrame
    rejected: pl.DataFrame
    notes: list[str]

    @property
    def n_without_theme(self) -> int:
        """How many articles fit none of the themes that the model had."""
        return self.articles.filter(theme_id=NOISE).height

    def __repr__(self) -> str:
        return (
            f"Update({self.articles.height} articles, {self.n_without_theme} without a theme, "
            f"{self.new_themes.height} new themes)"
        )


def update(model: "NewsModel", data: Any) -> tuple["NewsModel", Update]:
    """``NewsModel.update``."""
    corpus = model.read(data)
    articles = article_vectors(model, corpus)
    said = model.theme_model.head.predict(articles.pooled)
    originals = articles.take(articles.originals)
    has_theme = said.theme_ids[articles.originals] != NOISE
    rows, notes = _new_rows(model, originals, has_theme)
    grown = model
    if len(rows.theme_ids):
        new_ids = rows.theme_ids.tolist()
        head = with_rows(model.theme_model.head, rows)
        table = described(model, originals, head, new_ids)
        themes = with_themes(EditedThemes(model.themes, model.theme_model.head), table, rows)
        names = tuple(row["name"] for row in table)
        grown = edited(model, Edit("update", new_ids=tuple(new_ids), new_names=names), themes)
        notes += _near(model, originals, head, table)
    new = grown.themes.filter(~pl.col("theme_id").is_in(model.themes["theme_id"].to_list()))
    return grown, Update(_assigned(model, articles, said), new, corpus.rejected, notes)


def _assigned(model: "NewsModel", articles: ArticleVectors, said: Assigned) -> pl.DataFrame:
    names = model.themes.select("theme_id", theme="name")
    columns = ("article_id", "title", "source", "published", "lang", "duplicate_of")
    return (
        articles.articles.select(columns)
        .with_columns(
            theme_id=pl.Series(said.theme_ids, dtype=pl.Int64),
            proba=pl.Series(said.probas, dtype=pl.Float64),
            nearest_id=pl.Series(said.nearest_ids, dtype=pl.Int64),
        )
        .join(names, on="theme_id", how="left", maintain_order="left")
    )


def _new_rows(
    model: "NewsModel", articles: ArticleVectors, has_theme: np.ndarray
) -> tuple[HeadRows, list[str]]:
    """Rows of the head for the themes among ``articles`` that have none, and notes."""
    none = _found_rows(np.zeros((0, articles.pooled.shape[1])), np.zeros(0), np.zeros(0, dtype=np.int64))
    n_free = int((~has_theme).sum())
    if n_free < FEWEST_WITHOUT_THEME:
        return none, [
            f"Articles that fit no theme, copies not counted: {n_free}. New themes are looked for among "
            f"{FEWEST_WITHOUT_THEME} or more."
        ]
    labels = _clusters(articles.pooled, has_theme)
    if not (labels != NOISE).any():
        return none, [f"No theme was found among the {n_free} articles that fit none."]
    coef, intercept = _fit(articles, labels, has_theme)
    ids = next_id(model) + np.arange(len(coef), dtype=np.int64)
    head = with_rows(model.theme_model.head, _found_rows(coef, intercept, ids))
    given = head.predict(articles.pooled[~has_theme]).theme_ids
    kept = np.array([np.sum(given == theme) >= FEWEST_ARTICLES for theme in ids])
    if not kept.any():
        return none, [f"No theme of {FEWEST_ARTICLES} articles was found among the {n_free} that fit none."]
    return _found_rows(coef[kept], intercept[kept], ids[: kept.sum()]), []


def _found_rows(coef: np.ndarray, intercept: np.ndarray, ids: np.ndarray) -> HeadRows:
    return HeadRows(coef, intercept, ids, np.zeros(len(ids), dtype=bool))


def _clusters(pooled: np.ndarray, has_theme: np.ndarray) -> np.ndarray:
    """The new theme of each article (n_articles,), 0, 1, … or -1."""
    from threadpoolctl import threadpool_limits

    from newstance.themes.discover import ThemeFinder

    free, others = np.flatnonzero(~has_theme), np.flatnonzero(has_theme)
    drawn = np.random.default_rng(SEED).permutation(others)[: len(free)]
    rows = np.sort(np.concatenate([free, drawn]))
    with threadpool_limits(limits=1, user_api="blas"):
        finder = ThemeFinder(random_state=SEED).fit(pooled[rows])
    labels = np.full(len(pooled), NOISE)
    labels[rows], _ = merge_weak(pooled[rows], finder.labels_, finder.stability_, FEWEST_ARTICLES)
    new = [
        theme
        for theme in range(int(labels.max()) + 1)
        if np.sum(own := labels[free] == theme) >= FEWEST_ARTICLES
        and np.sum(own) > OWN_SHARE * np.sum(labels == theme)
    ]
    number = np.full(int(labels.max()) + 2, NOISE)
    number[new] = np.arange(len(new))
    found: np.ndarray = np.where(has_theme, NOISE, number[labels])
    return found


def _fit(
    articles: ArticleVectors, labels: np.ndarray, has_theme: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and intercepts of the new themes, told apart from each other, from articles without a theme,
    and from some that have one."""
    drawn = np.random.default_rng(SEED).permutation(np.flatnonzero(has_theme))[:MOST_OTHERS]
    kept = ~has_theme
    kept[drawn] = True
    own = articles.take(kept)
    unclear = np.full(len(own.pooled), NOISE)
    return fit_found(head_examples(own.sentences, own.article_rows, own.pooled, labels[kept], unclear, SEED))


def _near(model: "NewsModel", articles: ArticleVectors, head: ThemeHead, new: list[dict]) -> list[str]:
    """A note for each new theme most of whose articles are near misses of one old theme."""
    before, after = model.theme_model.head.predict(articles.pooled), head.predict(articles.pooled)
    notes = []
    for row in new:
        own = after.theme_ids == row["theme_id"]
        missed = before.nearest_ids[own & (before.probas >= NEAR_MISS)]
        ids, counts = np.unique(missed[missed != NOISE], return_counts=True)
        if counts.max(initial=0) > own.sum() / 2:
            old = model.themes.row(by_predicate=pl.col("theme_id") == int(ids[counts.argmax()]), named=True)
            notes.append(
                f"{labelled(row)} is near {labelled(old)}: {counts.max()} of its {own.sum()} articles "
                "all but fit it. Merge the two if they are one."
            )
    return notes
