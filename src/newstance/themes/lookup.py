"""Which theme a person means, by its id or by its name."""

import re
from difflib import get_close_matches
from operator import index

import polars as pl

MOST_SHOWN = 8
DIGITS = re.compile(r"[0-9]{1,18}")
ThemeKey = int | str


def find_theme(themes: pl.DataFrame, theme: ThemeKey) -> dict:
    """The row of a themes table that ``theme`` means: its id, or its name as it is written.

    A coarse theme of a single theme has its name; the name means the finer one.

    Raises ``ValueError`` for a theme that is not there, with the one that may be meant, and ``TypeError`` for
    what is neither id nor name.
    """
    ids, names = themes["theme_id"].to_list(), themes["name"].to_list()
    if isinstance(theme, str):
        found = [row for row, name in enumerate(names) if name == theme]
        if not found and DIGITS.fullmatch(theme):
            found = [row for row, one in enumerate(ids) if one == int(theme)]
    else:
        found = [row for row, one in enumerate(ids) if one == _id(theme)]
    if not found:
        raise ValueError(f"there is no theme {theme!r}. {_hint(themes, theme)}")
    return min((themes.row(row, named=True) for row in found), key=lambda row: row["level"])


def find_fine(themes: pl.DataFrame, theme: ThemeKey) -> dict:
    """As ``find_theme``, for what can be done to themes that articles are given.

    Raises ``ValueError`` for a coarse theme too.
    """
    row = find_theme(themes, theme)
    if row["level"]:
        parts = themes.filter(pl.col("parent") == row["theme_id"])
        raise ValueError(
            f"{labelled(row)} is a coarse theme, the sum of {_list(parts)}. Give those of them that you mean."
        )
    return row


def labelled(row: dict) -> str:
    """Id and name of a theme in words."""
    return f"{row['theme_id']} {row['name']!r}"


def _id(theme: object) -> int:
    try:
        if isinstance(theme, bool):
            raise TypeError
        return index(theme)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            f"got a theme of the type {type(theme).__name__}, expected an id, as 3, or a name."
        ) from None


def _hint(themes: pl.DataFrame, theme: ThemeKey) -> str:
    if not themes.height:
        return "The model has no themes."
    names = {name.casefold(): name for name in themes["name"]}
    near = get_close_matches(theme.casefold(), names, n=1) if isinstance(theme, str) else []
    if near:
        return f"Did you mean {names[near[0]]!r}?"
    return f"The model has {_list(themes)}."


def _list(themes: pl.DataFrame) -> str:
    shown = [labelled(row) for row in themes.head(MOST_SHOWN).iter_rows(named=True)]
    more = themes.height - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
