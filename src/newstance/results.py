"""All that a training found."""

from dataclasses import dataclass

import polars as pl

from newstance.tables import Corpus


@dataclass(frozen=True)
class Results:
    """All that a training found, table by table; what the report, the tracker and the files are made of.

    ``layout`` holds x and y of each article on a map; ``metrics`` plain numbers by name ("themes/noise",
    "stance/lang=ru/f1_macro"); ``scores`` the same numbers as tables for the report, by title.
    """

    name: str
    corpus: Corpus
    themes: pl.DataFrame
    theme_of_article: pl.DataFrame
    theme_of_sentence: pl.DataFrame
    stances: pl.DataFrame
    layout: pl.DataFrame
    metrics: dict[str, float]
    scores: dict[str, pl.DataFrame]
    notes: list[str]
