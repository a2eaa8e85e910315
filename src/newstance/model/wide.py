"""Predictions with one plain value a column, as R, Stata and spreadsheets take them."""

from collections.abc import Sequence

import polars as pl

COUNTS = ("favor", "against", "none", "undecided")


def widened(table: pl.DataFrame, themes: pl.DataFrame, targets: Sequence[str]) -> pl.DataFrame:
    """``table``, a row an article, with a column ``share_<theme>`` for each theme in place of ``mixture``,
    and the columns ``<target>_favor``, ``_against``, ``_none`` and ``_undecided`` for each target in place of
    ``stances``, which count its sentences.

    What an article does not speak of is 0; for an article that could not be judged all are null. ``themes``
    is the table of all themes, of which the fine ones have a column; those of one name share it.
    """
    judged = table["theme_id"].is_not_null()
    fine = themes.filter(pl.col("level") == 0)
    shares = _by_name(table["mixture"], dict(fine.select("theme_id", "name").iter_rows()))
    columns = [
        pl.Series(f"share_{name}", [own.get(name, 0.0) for own in shares], dtype=pl.Float64)
        for name in fine["name"].unique(maintain_order=True)
    ]
    stances = [{one["target"]: one for one in own or ()} for own in table["stances"].to_list()]
    columns += [
        pl.Series(f"{target}_{count}", [own.get(target, {}).get(count, 0) for own in stances], dtype=pl.Int64)
        for target in targets
        for count in COUNTS
    ]
    return table.drop("mixture", "stances").with_columns(pl.when(judged).then(column) for column in columns)


def _by_name(mixtures: pl.Series, names: dict[int, str]) -> list[dict[str, float]]:
    found = []
    for mixture in mixtures.to_list():
        own: dict[str, float] = {}
        for part in mixture or ():
            name = names.get(part["theme_id"])
            if name is not None:
                own[name] = own.get(name, 0.0) + part["share"]
        found.append(own)
    return found
