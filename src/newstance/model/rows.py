"""Results in the order of the rows that the caller gave, with the caller's ids, and no row left out."""

from collections.abc import Callable
from typing import Any

import polars as pl

from newstance.corpus.inputs import Records, with_own_ids
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
    return table.drop("row") if records.index is None else _to_pandas(table, records.index)


def _in_order(judged: pl.DataFrame, rejected: pl.DataFrame, records: Records) -> pl.DataFrame:
    """The columns of ``judged`` with the caller's ids, and ``row``, the number of the caller's row."""
    ids = [given or f"table:{row}" for row, given in enumerate(records.ids, 1)]
    asked = pl.DataFrame(
        {"article_id": ids, "empty": records.empty}, {"article_id": pl.String, "empty": pl.Boolean}
    )
    reasons = rejected.select(pl.col("line").alias("row") - 1, "reason")
    answers = with_own_ids(judged).drop("article_id", "reason").with_columns(judged=True)
    return (
        asked.with_columns(row=pl.int_range(len(records), dtype=pl.Int64))
        .join(reasons, on="row", how="left", maintain_order="left")
        .join(answers, on="row", how="left", maintain_order="left")
        .with_columns(
            reason=pl.when("judged").then(None).otherwise(pl.col("reason").fill_null(NO_SENTENCE)),
            **_noise(judged, records.empty),
        )
        .select("row", *judged.columns)
    )


def _noise(judged: pl.DataFrame, empty: list[bool]) -> dict[str, pl.Expr]:
    """What an empty text gets in a table of articles."""
    if "sentence" in judged.columns or not any(empty):
        return {}
    noise = {"theme_id": NOISE, "proba": 0.0, "assigned": REJECTED, "mixture": []}
    is_noise = pl.col("empty") & pl.col("judged").is_null()
    return {
        name: pl.when(is_noise).then(pl.lit(value, dtype=judged.schema[name])).otherwise(name)
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
        for column in table.drop("row")
    }
    frame = pd.DataFrame(columns)
    frame.index = index[table["row"].to_numpy()]
    return frame
