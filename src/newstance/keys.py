"""Rows of one table found by the key of another."""

import numpy as np
import polars as pl

SMALL = 500  # of so few, a dict tells sooner than polars begins


def rows_of(wanted: pl.Series, keys: pl.Series) -> np.ndarray:
    """The row of each of ``wanted`` (n,) in ``keys`` (m,), which are all different: (n,), -1 where it is not
    there."""
    if len(keys) <= SMALL and len(wanted) <= SMALL:
        row = {key: number for number, key in enumerate(keys)}
        return np.array([row.get(key, -1) for key in wanted], dtype=np.int64)
    places = pl.DataFrame({"key": keys, "row": pl.int_range(len(keys), eager=True)})
    found = pl.DataFrame({"key": wanted}).join(places, on="key", how="left", maintain_order="left")
    rows: np.ndarray = found["row"].fill_null(-1).to_numpy()
    return rows
