"""NewsModel: what a saved model can do. Imports no torch, umap, hdbscan, numba, sklearn or mlflow."""

import warnings
from typing import Any, Literal

import polars as pl

from newstance.corpus import Reading, corpus_by_row, corpus_from_table, read_corpus
from newstance.corpus.inputs import are_paths, is_path, looks_like_path, settle, to_records
from newstance.embed import Encoder
from newstance.evaluate.counts import Bootstrap
from newstance.evaluate.evaluation import Evaluation
from newstance.forks import check_fork
from newstance.model.apply import Applied, apply_models, article_table, sentence_table
from newstance.model.rows import row_for_row
from newstance.stance.model import StanceModel
from newstance.tables import Corpus
from newstance.themes.model import ThemeModel

Level = Literal["article", "sentence"]
PATH_AS_TEXT = "the str {!r} is read as a text; to read a file, give a pathlib.Path."


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
        reading: Reading,
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
        """A corpus of ``data``, read and cleaned as the training's was.

        ``data`` is a Corpus, a Path or a list of Paths, one text, a polars or pandas DataFrame or Series, a
        LazyFrame, an Arrow table, a dict of columns or of one article, a numpy array of texts, or a list or
        iterator of texts or of dicts. A str is always a text; ``newstance.read_corpus`` takes names of files.
        Ids must differ: ``rejected`` lists the articles that were left out, and why.

        Raises ``TypeError`` for data of another type, ``FileNotFoundError`` for a path that does not exist,
        and ``ValueError`` where nothing at all can be read.
        """
        data = settle(data)
        if isinstance(data, Corpus):
            return data
        if is_path(data) or are_paths(data):
            return read_corpus(data, reading=self.reading)
        return corpus_from_table(data, reading=self.reading)

    def apply(self, corpus: Corpus) -> Applied:
        """All tables for a corpus."""
        check_fork()
        vectors = self.encoder.encode(corpus.sentences["text"].to_list())
        return apply_models(corpus, vectors, self.theme_model, self.stance_model, self.encoder.encode)

    def predict(self, data: Any, level: Level = "article") -> Any:
        """Themes and stances of new texts as one table.

        ``data`` is whatever ``read`` takes. The table is a pandas DataFrame with the same index if ``data``
        is of pandas, and a polars DataFrame otherwise. ``level`` "article" gives a row for each article, with
        its mixture of themes and in how many sentences each target is favoured or opposed; "sentence" gives
        a row for each sentence and each mention of a target in it.

        Each text, record or row of a table has its row in the result, in the same order. Ids are kept and may
        repeat. If a text cannot be judged, ``reason`` says why and the other columns but article_id are null.
        The empty text is a text: its theme is noise (theme_id -1, proba 0), and ``reason`` says that it is
        empty. With "sentence", an article without sentences has one row of nulls and a reason.

        For files and for a Corpus, the result has the articles that could be read; ``read(data).rejected``
        lists the others.

        Raises what ``read`` raises, and ``ValueError`` for another ``level``. It is no error if none of the
        texts in memory can be judged.
        """
        if level not in ("article", "sentence"):
            raise ValueError(f"level: got {level!r}, expected 'article' or 'sentence'.")
        check_fork()
        data = settle(data)
        if isinstance(data, Corpus) or is_path(data) or are_paths(data):
            corpus = self.read(data)
            return self.table(corpus, self.apply(corpus), level)
        if isinstance(data, str) and looks_like_path(data):
            warnings.warn(PATH_AS_TEXT.format(data), UserWarning, stacklevel=2)
        records = to_records(data, self.reading.columns)
        corpus = corpus_by_row(records, self.reading)
        judged = self.table(corpus, self.apply(corpus), level)
        return row_for_row(judged, corpus.rejected, records)

    def evaluate(
        self,
        themes: Any = None,
        stance: Any = None,
        articles: Any = None,
        n_bootstrap: int = 1000,
        seed: int = 0,
    ) -> Evaluation:
        """How well the model does on your labels, or, without labels, how well its themes hold.

        ``themes`` are labels of themes: the path of a file (JSONL, JSON, CSV), a DataFrame or dicts. A row
        has the theme (or "none") of a text, or of an ``article_id`` of ``articles``, and may have a
        ``second`` theme that is right too. With keys ``before`` and ``after``, the text is judged as a
        sentence inside them. ``stance`` is the path of a JSONL file of judgements. ``articles`` is whatever
        ``read`` takes; alone it gives coherence, silhouette, and spread over languages and outlets.

        Intervals are bootstraps of 95 % over articles. What could not be scored is in the notes.
        Raises ``ValueError`` for labels that cannot be read or that name no theme or target of the model.
        """
        from newstance.model.evaluation import evaluate_model

        return evaluate_model(self, themes, stance, articles, Bootstrap(n_bootstrap, seed))

    def table(self, corpus: Corpus, applied: Applied, level: Level) -> pl.DataFrame:
        """One flat table of what ``apply`` gave for ``corpus``."""
        names = self.themes.select("theme_id", theme="name")
        table = sentence_table if level == "sentence" else article_table
        return table(corpus, applied, names).with_columns(reason=pl.lit(None, dtype=pl.String))

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
