"""NewsModel: what a saved model can do. Imports no torch, umap, hdbscan, numba, sklearn or mlflow."""

from pathlib import Path
from typing import Any, Literal

import polars as pl

from newstance.corpus import CorpusConfig, corpus_from_table, read_corpus
from newstance.embed import Encoder
from newstance.model.apply import Applied, apply_models, article_table, sentence_table
from newstance.stance.model import StanceModel
from newstance.tables import Corpus
from newstance.themes.model import ThemeModel

Level = Literal["article", "sentence"]


class NewsModel:
    """A trained model: themes and stance of new articles.

    ``themes`` is the table of its themes, ``targets`` the names it judges stance towards.
    """

    def __init__(
        self,
        name: str,
        themes: pl.DataFrame,
        theme_model: ThemeModel,
        stance_model: StanceModel | None,
        encoder: Encoder,
        reading: CorpusConfig,
    ):
        self.name = name
        self.themes = themes
        self.theme_model = theme_model
        self.stance_model = stance_model
        self.encoder = encoder
        self.reading = reading

    @property
    def targets(self) -> list[str]:
        """Names of the targets, in the order of the codebook."""
        return [] if self.stance_model is None else list(self.stance_model.mentions)

    def read(self, data: Any) -> Corpus:
        """A corpus from a path, a Corpus, a polars or pandas DataFrame, a text, or a list of texts;
        read and cleaned as the training's was."""
        if isinstance(data, Corpus):
            return data
        options = self.reading.model_dump(exclude={"path"})
        if isinstance(data, Path) or (isinstance(data, str) and _is_path(data)):
            return read_corpus(data, **options)
        return corpus_from_table([data] if isinstance(data, str) else data, **options)

    def apply(self, corpus: Corpus) -> Applied:
        """All tables for a corpus."""
        vectors = self.encoder.encode(corpus.sentences["text"].to_list())
        return apply_models(corpus, vectors, self.theme_model, self.stance_model, self.encoder.encode)

    def predict(self, data: Any, level: Level = "article") -> pl.DataFrame:
        """Themes and stances of new texts as one table.

        ``data`` is whatever ``read`` takes. ``level`` "article" gives a row an article, with its
        mixture of themes and in how many sentences each target is favoured or opposed; "sentence" gives a
        row for each sentence and each mention of a target in it.
        """
        if level not in ("article", "sentence"):
            raise ValueError(f"level: got {level!r}, expected 'article' or 'sentence'.")
        corpus = self.read(data)
        return self.table(corpus, self.apply(corpus), level)

    def table(self, corpus: Corpus, applied: Applied, level: Level) -> pl.DataFrame:
        """One flat table of what ``apply`` gave for ``corpus``."""
        names = self.themes.select("theme_id", theme="name")
        if level == "sentence":
            return sentence_table(corpus, applied, names)
        return article_table(corpus, applied, names)

    def __repr__(self) -> str:
        return (
            f"NewsModel({self.name!r}: {self.themes.height} themes, {len(self.targets)} targets, "
            f"encoder {self.encoder.name!r})"
        )

    def _repr_html_(self) -> str:
        from html import escape

        head = f"<p><b>{escape(self.name)}</b>: {self.themes.height} themes"
        targets = f", stance towards {escape(', '.join(self.targets))}" if self.targets else ""
        columns = ("theme_id", "name", "size", "n_sources", "n_langs", "stability")
        return f"{head}{targets}</p>{self.themes.select(columns)._repr_html_()}"


def _is_path(text: str) -> bool:
    """Whether a string is a path and not a text: short, one line, and there."""
    return len(text) < 1024 and "\n" not in text and Path(text).exists()
