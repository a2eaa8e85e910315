"""Edits of themes: what becomes of the head's rows and of the themes table, which always fit each other.

An edit never changes the weights of the rows it keeps, so the other themes are as sure of a text as before.
What cannot be known without the articles of the training (outlets, languages, stability) is null afterwards.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import polars as pl

from newstance.linear import linear
from newstance.tables import THEMES
from newstance.themes.assign import ThemeHead
from newstance.themes.found import HeadExamples, fit_found

# Columns of a theme that the articles of the training alone could tell.
OF_ARTICLES = ("n_sources", "n_langs", "lang_entropy", "stability", "median_proba", "n_near_misses")

PART_LOGIT = 0.25  # how much surer a part is than the theme was, on the mean of its texts


class EditedThemes(NamedTuple):
    """A themes table and the head that assigns them."""

    table: pl.DataFrame
    head: ThemeHead


class HeadRows(NamedTuple):
    """Rows for a head: ``coef`` (n_rows, n_dims), ``intercept`` (n_rows,), ``theme_ids`` (n_rows,), and
    whether a user named the theme of each, ``is_named`` (n_rows,)."""

    coef: np.ndarray
    intercept: np.ndarray
    theme_ids: np.ndarray
    is_named: np.ndarray


def renamed(themes: EditedThemes, theme_id: int, name: str, named_by: str) -> EditedThemes:
    """The theme with another name; a coarse theme of this one alone goes by its name."""
    row = themes.table.filter(theme_id=theme_id).row(0, named=True)
    ids = [theme_id]
    if themes.table.filter(pl.col("parent").eq_missing(row["parent"])).height == 1:
        ids.append(row["parent"])
    meant = pl.col("theme_id").is_in(ids) & (pl.col("name") == row["name"])
    table = themes.table.with_columns(
        name=pl.when(meant).then(pl.lit(name)).otherwise("name"),
        named_by=pl.when(meant).then(pl.lit(named_by)).otherwise("named_by"),
    )
    return EditedThemes(table, themes.head)


def without(themes: EditedThemes, theme_ids: Sequence[int]) -> EditedThemes:
    """The themes but ``theme_ids``: their texts go to the next best theme, or to none."""
    table = themes.table.filter(~pl.col("theme_id").is_in(theme_ids))
    head = themes.head.keep(np.flatnonzero(~np.isin(themes.head.theme_ids, theme_ids)))
    return EditedThemes(_with_coarse(table, themes.table), head)


def merged(
    themes: EditedThemes, theme_ids: Sequence[int], new_id: int, name: str | None, named_by: str
) -> EditedThemes:
    """The themes ``theme_ids`` as one, ``new_id``, which is as sure of a text as the surest of them.

    Without a ``name`` given by ``named_by`` it has that of the largest; its size is the sum.
    """
    parts = themes.table.filter(pl.col("theme_id").is_in(theme_ids)).sort(
        "size", "theme_id", descending=[True, False], nulls_last=True
    )
    largest = parts.row(0, named=True)
    row = largest | dict.fromkeys(OF_ARTICLES) | {"theme_id": new_id, "size": parts["size"].sum()}
    row["keywords"] = _merged_keywords(parts)
    if name is not None:
        row |= {"name": name, "named_by": named_by}
    head = themes.head
    ids = np.where(np.isin(head.theme_ids, theme_ids), new_id, head.theme_ids)
    rest = themes.table.filter(~pl.col("theme_id").is_in(theme_ids))
    return EditedThemes(_with_coarse(_with_rows(rest, [row]), themes.table), replace(head, theme_ids=ids))


def with_themes(themes: EditedThemes, table_rows: list[dict], rows: HeadRows) -> EditedThemes:
    """The themes and some more: their rows of the table, and of the head."""
    table = _with_rows(themes.table, table_rows)
    return EditedThemes(_with_coarse(table, themes.table), with_rows(themes.head, rows))


def with_rows(head: ThemeHead, rows: HeadRows) -> ThemeHead:
    """The head and some more rows."""
    return replace(
        head,
        coef=np.concatenate([head.coef, rows.coef]),
        intercept=np.concatenate([head.intercept, rows.intercept]),
        theme_ids=np.concatenate([head.theme_ids, rows.theme_ids]),
        is_named=np.concatenate([_named(head), rows.is_named]),
    )


def _named(head: ThemeHead) -> np.ndarray:
    return np.zeros(len(head.coef), dtype=bool) if head.is_named is None else head.is_named


def split_rows(head: ThemeHead, theme_id: int, examples: HeadExamples, new_ids: Sequence[int]) -> HeadRows:
    """Rows of the parts ``new_ids`` of a theme, whose texts ``examples`` label 0, 1, ….

    A part's logit is that of the theme and, in small, what sets the part apart from the others. The latter is
    zero on the mean of the parts, so one of them is at least as sure of a text as the theme was; and it is so
    small that the parts take hardly a text from other themes.
    """
    coef, intercept = fit_found(examples)
    coef, intercept = coef - coef.mean(axis=0), intercept - intercept.mean()
    surest = linear(examples.vectors, coef, intercept).max(axis=1).mean()
    coef, intercept = coef * PART_LOGIT / surest, intercept * PART_LOGIT / surest
    own = head.keep(np.flatnonzero(head.theme_ids == theme_id))
    n_rows, n_parts = len(own.coef), len(new_ids)
    return HeadRows(
        np.repeat(own.coef, n_parts, axis=0) + np.tile(coef, (n_rows, 1)),
        np.repeat(own.intercept, n_parts) + np.tile(intercept, n_rows),
        np.tile(np.array(new_ids, dtype=np.int64), n_rows),
        np.repeat(_named(own), n_parts),
    )


def emptied(before: pl.DataFrame, after: pl.DataFrame) -> list[int]:
    """Ids of the coarse themes that went as no theme is left in them."""
    gone = before.filter((pl.col("level") > 0) & ~pl.col("theme_id").is_in(after["theme_id"].to_list()))
    return gone["theme_id"].to_list()


def _with_rows(table: pl.DataFrame, rows: list[dict]) -> pl.DataFrame:
    return pl.concat([table, pl.DataFrame(rows, schema=THEMES)])


def _with_coarse(table: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """``table`` with coarse themes that fit it: those without a theme go, and one whose themes are others
    than ``before`` has the sum of their sizes."""
    parts, were = _children(table), _children(before)
    rows = []
    for row in table.iter_rows(named=True):
        own = parts.get(row["theme_id"], {})
        if row["level"] and not own:
            continue
        if row["level"] and own != were.get(row["theme_id"]):
            row |= dict.fromkeys(OF_ARTICLES) | {"size": sum(size or 0 for size in own.values())}
        rows.append(row)
    return pl.DataFrame(rows, schema=THEMES).sort("level", "theme_id")


def _children(table: pl.DataFrame) -> dict[int, dict[int, int | None]]:
    """Ids and sizes of the themes of each coarse theme."""
    children: dict[int, dict[int, int | None]] = {}
    for theme, parent, size in table.select("theme_id", "parent", "size").iter_rows():
        if parent is not None:
            children.setdefault(parent, {})[theme] = size
    return children


def _merged_keywords(parts: pl.DataFrame) -> list[dict]:
    """Keywords of all parts, the first of each before the second of any, as many as the longest has."""
    by_lang: dict[str, list[list[str]]] = {}
    for keywords in parts["keywords"]:
        for entry in keywords if keywords is not None else ():
            by_lang.setdefault(entry["lang"], []).append(entry["words"])
    merged = []
    for lang, lists in by_lang.items():
        longest = max(map(len, lists))
        ranked = [words[rank] for rank in range(longest) for words in lists if rank < len(words)]
        merged.append({"lang": lang, "words": list(dict.fromkeys(ranked))[:longest]})
    return merged
