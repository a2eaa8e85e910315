"""Edits of a model's themes. Each gives a new model; the one that is edited stays as it is.

An id never means another theme: what is new gets an id above all that the model ever had, and the edits
are kept with the model, so the ids of themes that are gone are not given again.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import yaml
from pydantic import ValidationError

from newstance.model.record import Edit
from newstance.model.vectors import ArticleVectors, article_vectors
from newstance.tables import NOISE
from newstance.themes import edits
from newstance.themes.assign import ThemeHead, with_thresholds
from newstance.themes.codebook import NamedTheme
from newstance.themes.config import ThemesConfig
from newstance.themes.edits import EditedThemes, HeadRows
from newstance.themes.found import head_examples
from newstance.themes.lookup import ThemeKey, find_fine, find_theme, labelled
from newstance.themes.model import fit_codebook
from newstance.themes.table import BY_CODEBOOK, BY_USER, rows_of_new

if TYPE_CHECKING:
    from newstance.model.news_model import NewsModel

SEED = 0
FEWEST_A_PART = 2


def rename(model: "NewsModel", theme: ThemeKey, name: str) -> "NewsModel":
    """``NewsModel.rename``."""
    row = find_theme(model.themes, theme)
    name = _new_name(model, name, but=row)
    edit = Edit("rename", (row["theme_id"],), (row["name"],), (row["theme_id"],), (name,))
    return edited(model, edit, edits.renamed(_themes(model), row["theme_id"], name, BY_USER))


def merge(model: "NewsModel", themes: Sequence[ThemeKey], name: str | None) -> "NewsModel":
    """``NewsModel.merge``."""
    rows = _several(model, themes)
    if len(rows) < 2:
        raise ValueError(f"got one theme, {labelled(rows[0])}; two or more are merged into one.")
    ids, new_id = [row["theme_id"] for row in rows], next_id(model)
    if name is not None and name not in [row["name"] for row in rows]:
        name = _new_name(model, name)
    merged = edits.merged(_themes(model), ids, new_id, name, BY_USER)
    return edited(model, _edit("merge", rows, merged, [new_id]), merged)


def drop(model: "NewsModel", themes: Sequence[ThemeKey]) -> "NewsModel":
    """``NewsModel.drop``."""
    rows = _several(model, themes)
    left = edits.without(_themes(model), [row["theme_id"] for row in rows])
    return edited(model, _edit("drop", rows, left), left)


def add(model: "NewsModel", theme: NamedTheme | dict) -> "NewsModel":
    """``NewsModel.add``."""
    named = _named_theme(theme)
    name, new_id = _new_name(model, named.name), next_id(model)
    if not model.encoder.encode(named.texts).any():
        raise ValueError(
            f"the encoder knows no word of the theme {name!r}. Give a description or examples in a language "
            "that it knows."
        )
    coef, intercept = fit_codebook([named], model.theme_model.space, model.encoder.encode)
    row = {"theme_id": new_id, "name": name, "named_by": BY_CODEBOOK, "level": 0, "keywords": []}
    rows = HeadRows(coef, intercept, np.array([new_id]), np.array([True]))
    grown = edits.with_themes(_themes(model), [row], rows)
    return edited(model, _edit("add", [], grown, [new_id]), grown)


def split(model: "NewsModel", theme: ThemeKey, data: Any, n: int) -> "NewsModel":
    """``NewsModel.split``."""
    row = find_fine(model.themes, theme)
    n = _number_of_parts(n)
    articles = article_vectors(model, model.read(data))
    articles = articles.take(articles.originals)
    head = model.theme_model.head
    own = articles.take(head.predict(articles.pooled).theme_ids == row["theme_id"])
    parts = _parts(own, n, labelled(row), articles.articles.height)
    new_ids = [next_id(model) + part for part in range(n)]
    unclear = np.full(len(parts), NOISE)
    examples = head_examples(own.sentences, own.article_rows, own.pooled, parts, unclear, SEED)
    rows = edits.split_rows(head, row["theme_id"], examples, new_ids)
    left = edits.without(_themes(model), [row["theme_id"]]).head
    new_rows = described(model, articles, edits.with_rows(left, rows), new_ids)
    new_rows = [one | {"parent": row["parent"]} for one in new_rows]
    # The parts come before the theme goes, or its coarse theme could go with it.
    after = edits.without(edits.with_themes(_themes(model), new_rows, rows), [row["theme_id"]])
    return edited(model, _edit("split", [row], after, new_ids), after)


def reassign(model: "NewsModel", data: Any, max_noise: float | None) -> "NewsModel":
    """``NewsModel.reassign``."""
    if max_noise is not None and not 0 <= max_noise <= 1:
        raise ValueError(f"max_noise: got {max_noise!r}, expected a share from 0 to 1, or None.")
    head = model.theme_model.head
    if not head.n_themes:
        raise ValueError("the model has no themes, so none can be given to articles. Add one first.")
    articles = article_vectors(model, model.read(data))
    if not articles.originals.any():
        raise ValueError("the encoder knows no word of the articles; give others.")
    head = with_thresholds(head, articles.pooled[articles.originals], max_noise)
    edit = Edit("reassign", settings={"max_noise": max_noise, "reject": head.reject, "core": head.core})
    return edited(model, edit, EditedThemes(model.themes, head))


def edited(model: "NewsModel", edit: Edit, themes: EditedThemes) -> "NewsModel":
    """``model`` with other themes, and the edit in its history."""
    lost = edits.emptied(model.themes, themes.table)
    changed = copy(model)
    changed.themes = themes.table
    changed.theme_model = replace(model.theme_model, head=themes.head)
    changed.record = model.record.after(replace(edit, emptied_ids=tuple(lost)))
    return changed


def next_id(model: "NewsModel") -> int:
    """An id above all that the model has or had."""
    ids = {*model.themes["theme_id"].to_list(), *model.theme_model.head.theme_ids.tolist()}
    return 1 + max(ids.union(*(edit.ids for edit in model.record.history)), default=NOISE)


def described(
    model: "NewsModel", articles: ArticleVectors, head: ThemeHead, new_ids: list[int]
) -> list[dict]:
    """Rows for the table of the themes ``new_ids`` of ``head``: names and keywords by the given articles,
    sizes in them."""
    taken = dict(model.themes.select("theme_id", "name").iter_rows())
    theme_ids = head.predict(articles.pooled).theme_ids
    return rows_of_new(articles.articles, theme_ids, new_ids, taken, naming(model), model.encoder.encode)


def naming(model: "NewsModel") -> ThemesConfig:
    """How the training named its themes, where its config is kept."""
    kept = yaml.safe_load(model.record.texts.get("config.yaml", "")) or {}
    given = kept.get("themes") or {}
    return ThemesConfig(**{key: given[key] for key in ("name_lang", "n_keywords") if key in given})


def _themes(model: "NewsModel") -> EditedThemes:
    return EditedThemes(model.themes, model.theme_model.head)


def _edit(action: str, rows: list[dict], after: EditedThemes, new_ids: Sequence[int] = ()) -> Edit:
    name_of = dict(after.table.select("theme_id", "name").iter_rows())
    return Edit(
        action,
        tuple(row["theme_id"] for row in rows),
        tuple(row["name"] for row in rows),
        tuple(new_ids),
        tuple(name_of[theme] for theme in new_ids),
    )


def _several(model: "NewsModel", themes: Sequence[ThemeKey]) -> list[dict]:
    """The rows of several themes, each once."""
    keys = [themes] if isinstance(themes, int | str) else list(themes)
    if not keys:
        raise ValueError("no theme was given; give ids or names of themes.")
    found = {row["theme_id"]: row for row in (find_fine(model.themes, key) for key in keys)}
    return list(found.values())


def _new_name(model: "NewsModel", name: str, but: dict | None = None) -> str:
    """``name`` on one line; ``ValueError`` where it is empty or another theme has it already."""
    if not isinstance(name, str):
        raise TypeError(f"got a name of the type {type(name).__name__}, expected a str.")
    name = " ".join(name.split())
    if not name:
        raise ValueError("the name is empty; give one that tells what the theme is about.")
    if not name.isprintable():
        raise ValueError(f"the name {name!r} holds signs that cannot be shown; leave them out.")
    for row in model.themes.filter(pl.col("name") == name).iter_rows(named=True):
        if but is None or row["theme_id"] not in (but["theme_id"], but["parent"]):
            raise ValueError(
                f"there is a theme {labelled(row)} already. Choose another name, or merge the two."
            )
    return name


def _named_theme(theme: NamedTheme | dict) -> NamedTheme:
    try:
        return NamedTheme.model_validate(theme)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, one['loc'])) or 'theme'}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ]
        raise ValueError(
            f"this is no theme of a codebook: {'; '.join(faults)}. It has a name and, if you like, "
            "description, examples, not."
        ) from error


def _number_of_parts(n: int) -> int:
    if isinstance(n, bool) or not hasattr(n, "__index__") or index(n) < 2:
        raise ValueError(f"n: got {n!r}, expected a whole number of parts, 2 or more.")
    return index(n)


def _parts(own: ArticleVectors, n: int, theme: str, n_given: int) -> np.ndarray:
    """The part of each article, (n_articles,), 0 being the part of the first one."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    if len(own.pooled) < FEWEST_A_PART * n:
        raise ValueError(
            f"{len(own.pooled)} of the {n_given} articles are of the theme {theme}, copies not "
            f"counted; to split it in {n}, give at least {FEWEST_A_PART * n}."
        )
    if len(np.unique(own.pooled, axis=0)) < n:
        raise ValueError(f"the articles of the theme {theme} say the same, so it cannot be split in {n}.")
    with threadpool_limits(limits=1, user_api="blas"):
        parts = KMeans(n, n_init=10, random_state=SEED).fit_predict(own.pooled)
    _, first, number = np.unique(parts, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]
