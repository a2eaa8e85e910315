"""An explanation: tables to ask, and the same in words and colours to read."""

from dataclasses import dataclass, field

import polars as pl

from newstance.frames import Columns, empty
from newstance.model.explain_stance import STANCE, STANCES_SCHEMA
from newstance.model.explain_theme import THEME, THEMES_SCHEMA
from newstance.themes.assign import REJECTED

KEY = ["target", "sentence", "mention"]
SENTENCES_SCHEMA: Columns = {"sentence": pl.Int64, "text": pl.String, "lang": pl.String}
WORDS: Columns = {
    "about": pl.String,
    "name": pl.String,
    "target": pl.String,
    "sentence": pl.Int64,
    "mention": pl.Int64,
    "word": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "contribution": pl.Float64,
    "by": pl.String,
}
CLAUSES: Columns = {
    "target": pl.String,
    "sentence": pl.Int64,
    "mention": pl.Int64,
    "clause": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "has_mention": pl.Boolean,
    "contribution": pl.Float64,
}
NEAREST: Columns = {
    "target": pl.String,
    "sentence": pl.Int64,
    "mention": pl.Int64,
    "rank": pl.Int64,
    "cosine": pl.Float64,
    "stance": pl.String,
    "text": pl.String,
    "lang": pl.String,
    "source": pl.String,
    "id": pl.String,
    "line": pl.Int64,
}


@dataclass(frozen=True)
class Explanation:
    """Why a text has its theme and its stances.

    ``sentences`` are those of the text as it was judged; ``themes`` the theme and the nearest other one
    (``about``), with logits; ``stances`` a row a mention of a target, with its holder, the ``next`` likely
    stance and the ``log_odds`` of the stance against it.

    ``words`` has a row a word of a sentence and thing explained: ``contribution`` is what the word gives to
    the logit of the theme (``by`` "exact"; with ``rest`` of ``themes`` they add up to ``logit``), or how much
    lower logit or log-odds are without it (``by`` "left out"). ``clauses`` are the same for stances and
    clauses, of which the words of the mention stay; ``nearest`` the judged sentences most like it.
    Places are code points of the sentence. ``notes`` tell what could not be explained, and why.
    """

    sentences: pl.DataFrame = field(default_factory=lambda: empty(SENTENCES_SCHEMA))
    themes: pl.DataFrame = field(default_factory=lambda: empty(THEMES_SCHEMA))
    stances: pl.DataFrame = field(default_factory=lambda: empty(STANCES_SCHEMA))
    words: pl.DataFrame = field(default_factory=lambda: empty(WORDS))
    clauses: pl.DataFrame = field(default_factory=lambda: empty(CLAUSES))
    nearest: pl.DataFrame = field(default_factory=lambda: empty(NEAREST))
    notes: list[str] = field(default_factory=list)

    @property
    def theme(self) -> str | None:
        """The name of the theme of the text, None where it has none."""
        given = self.themes.filter((pl.col("about") == THEME) & (pl.col("assigned") != REJECTED))
        return given["name"][0] if given.height else None

    @property
    def counter_evidence(self) -> pl.DataFrame:
        """The words and clauses that speak against the stance of their mention, the strongest first."""
        parts = [
            table.select(*KEY, pl.lit(kind).alias("kind"), pl.col(kind).alias("text"), "contribution")
            for kind, table in (("word", self.words.filter(about=STANCE)), ("clause", self.clauses))
        ]
        return pl.concat(parts).filter(pl.col("contribution") < 0).sort(*KEY, "contribution")

    def __str__(self) -> str:
        from newstance.model.explanation_view import sections

        return "\n\n".join("\n  ".join([heading, *lines]) for heading, lines in sections(self))

    def _repr_html_(self) -> str:
        from newstance.model.explanation_view import page

        return page(self)
