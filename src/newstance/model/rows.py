"""Results in the order of the rows that the caller gave, with the caller's ids, and no row left out."""

from collections.abc import Callable
from typing import Any

import polars as pl

from newstance.corpus.inputs import Records, with_own_ids
from newstance.frames import with_values
from newstance.tables import NOISE
from newstance.themes.assign import REJECTED

PANDAS_TYPES = {"Int64": "Int64", "Boolean": "boolean", "Float64": "float64", "Date": "datetime64[s]"}
NO_SENTENCE = "no sentence was found in the text"


def row_for_row(
    judged: pl.DataFrame,
    rejected: pl.DataFrame,
    records: Records,
    shaped: Callable[[pl.DataFrame], pl.DataFrame],
) -> Any:
    """The table ``judged``, in which article_id holds keys, with a row for each row of ``records``, and
    ``shaped`` as the caller wants it.

    It is a pandas DataFrame if ``records`` come from pandas, and a polars DataFrame otherwise.
    """
    table = shaped(_in_order(judged, rejected, records))
    return (
        table[[name for name in table.columns if name != "row"]]
        if records.index is None
        else _to_pandas(table, records.index)
    )


def _in_order(judged: pl.DataFrame, rejected: pl.DataFrame, records: Records) -> pl.DataFrame:
    """The columns of ``judged`` with the caller's ids, and ``row``, the number of the caller's row."""
    answers = with_own_ids(judged)
    places: list[list[int | None]] = [[] for _ in range(len(records))]
    for place, row in enumerate(answers["row"].to_list()):
        places[row].append(place)
    rows = [row for row, of_row in enumerate(places) for _ in of_row or (None,)]
    places_in_order = [place for of_row in places for place in of_row or (None,)]
    reasons = dict(zip(rejected["line"].to_list(), rejected["reason"].to_list(), strict=True))
    if places_in_order != list(range(answers.height)):  # not each row was judged, or keys sort otherwise
        answers = answers.select(pl.all().gather(pl.Series(places_in_order, dtype=pl.UInt32)))
    table = with_values(
        answers,
        {
            "article_id": [records.ids[row] or f"table:{row + 1}" for row in rows],
            "row": rows,
            "reason": [
                reasons.get(row + 1, NO_SENTENCE) if place is None else None
                for row, place in zip(rows, places_in_order, strict=True)
            ],
        },
    )
    is_noise = [records.empty[row] and not places[row] for row in rows]
    return table.with_columns(**_noise(table, is_noise)) if any(is_noise) else table


def _noise(table: pl.DataFrame, is_noise: list[bool]) -> dict[str, pl.Expr]:
    """What an empty text gets in a table of articles."""
    if "sentence" in table.columns:
        return {}
    noise = {"theme_id": NOISE, "proba": 0.0, "assigned": REJECTED, "mixture": []}
    rows = pl.Series(is_noise)
    return {
        name: pl.when(rows).then(pl.lit(value, dtype=table.schema[name])).otherwise(name)
        for name, value in noise.items()
    }


def _to_pandas(table: pl.DataFrame, index: Any) -> Any:
    """A pandas DataFrame with the caller's index.

    Integers and booleans get pandas' nullable types, as a null would turn them into floats and objects.
    Nested columns hold lists of dicts.
    """
    import pandas as pd

    columns = {
        column.name: pd.Series(column.to_list(), dtype=PANDAS_TYPES.get(str(column.dtype), "object"))
        for column in table
        if column.name != "row"
    }
    frame = pd.DataFrame(columns)
    frame.index = index[table["row"].to_numpy()]
    return frame
