"""How well a model knows stances: what travels with it, so that shares in new articles are corrected for its
errors and refused where they could not be believed, as those of its training are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from newstance.frames import empty
from newstance.tables import JUDGED

OF_STANCE = "stance/"


@dataclass(frozen=True, eq=False)
class KnownStance:
    """What a training measured of its stances; models of earlier versions know nothing of it.

    ``judged`` is what heads that had not seen a judgement say of it (``tables.JUDGED``), with numbers for
    groups; ``metrics`` are the scores of stance by name; ``langs`` the languages that judgements or the
    reader cover, None for any.
    """

    judged: pl.DataFrame = field(default_factory=lambda: empty(JUDGED))
    metrics: Mapping[str, float] = field(default_factory=dict)
    langs: Sequence[str] | None = None

    @classmethod
    def of(
        cls, judged: pl.DataFrame, metrics: Mapping[str, float], langs: Sequence[str] | None
    ) -> "KnownStance":
        """What a training found; groups, which may be ids of articles, become numbers in the same order."""
        groups = judged["group"].unique().sort()
        width = len(str(len(groups)))
        numbers = [f"{number:0{width}d}" for number in range(len(groups))]
        numbered = pl.col("group").replace_strict(groups, numbers, return_dtype=pl.String)
        own = {name: value for name, value in metrics.items() if name.startswith(OF_STANCE)}
        return cls(judged.with_columns(numbered), own, langs)
