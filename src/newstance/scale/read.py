"""Predictions in parts as one table."""

import json

import polars as pl

from newstance.addresses import Address, Place, place_of
from newstance.frames import empty
from newstance.scale.folders import folder_of
from newstance.scale.predict import FORMAT, MANIFEST
from newstance.scale.reprints import FILE, known_copies
from newstance.tables import COPIES, WHOLE


def read_predictions(folder: Place | str) -> pl.LazyFrame:
    """The rows of all parts that ``newstance predict --workers`` wrote into ``folder``, in the order of the
    input, as a polars LazyFrame: what is asked of it is read part by part.

    ``duplicate_of`` of an article is the one that it repeats among those of all parts, null where it repeats
    none. With rows of sentences it is a column of its own.

    Raises ``ValueError`` where the folder holds no predictions, or where they are not finished.
    """
    place = place_of(folder)
    if isinstance(place, Address):
        raise ValueError(f"{place}: is an address; copy the folder here, and give it.")
    parts = folder_of(place)
    try:
        about = json.loads(parts.read(MANIFEST))
        is_ours = about["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError):
        is_ours = False
    if not is_ours:
        raise ValueError(
            f"{place}: holds no predictions; give a folder that newstance predict --workers made."
        )
    if not about["finished"]:
        raise ValueError(f"{place}: the predictions are not finished; run the same command again.")
    rows = pl.scan_parquet([place / part["file"] for part in about["parts"]])
    copies = known_copies(parts) if FILE in parts.names() else empty(COPIES)
    repeated = copies.filter(pl.col("kind").is_in(WHOLE)).select("article_id", "duplicate_of").lazy()
    columns = [*dict.fromkeys([*rows.collect_schema().names(), "duplicate_of"])]
    rows = rows.drop("duplicate_of", strict=False)
    return rows.join(repeated, on="article_id", how="left", maintain_order="left").select(columns)
