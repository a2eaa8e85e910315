"""NewsModel: what a saved model can do. Imports no torch, umap, hdbscan, numba, sklearn or mlflow."""

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from newstance.corpus import Reading, corpus_by_row, corpus_from_table, read_corpus
from newstance.corpus.inputs import are_paths, is_path, looks_like_path, settle, to_records
from newstance.embed import Encoder
from newstance.forks import check_fork
from newstance.model import shown
from newstance.model.apply import Applied, apply_models, article_table, sentence_table
from newstance.model.known_stance import KnownStance
from newstance.model.record import Edit, Record
from newstance.model.rows import row_for_row
from newstance.model.wide import widened
from newstance.stance.model import StanceModel
from newstance.tables import Corpus, Encoded
from newstance.themes.model import ThemeModel

if TYPE_CHECKING:
    from newstance.evaluate.evaluation import Evaluation
    from newstance.model.explanation import Explanation
    from newstance.model.update import Update
    from newstance.progress import Progress
    from newstance.results import Results
    from newstance.themes.codebook import NamedTheme
    from newstance.themes.lookup import ThemeKey

Level = Literal["article", "sentence"]
PATH_AS_TEXT = "the str {!r} is read as a text; to read a file, give a pathlib.Path."


class NewsModel:
    """A trained model: themes and stance of new articles.

    ``themes`` is the table of its themes, ``targets`` the names it judges stance towards, ``history`` the
    edits of its themes. Edits give a new model and leave this one as it is. A theme is given by its id or its
    name. An id never means another theme, and the other themes are as sure of a text as before.
    """

    def __init__(
        self,
        name: str,
        themes: pl.DataFrame,
        theme_model: ThemeModel,
        stance_model: StanceModel | None,
        encoder: Encoder,
        reading: Reading,
        record: Record | None = None,
        known_stance: KnownStance | None = None,
    ):
        self.name = name
        self.themes = themes
        self.theme_model = theme_model
        self.stance_model = stance_model
        self.encoder = encoder
        self.reading = reading
        self.record = record or Record()
        self.known_stance = known_stance or KnownStance()

    @property
    def targets(self) -> list[str]:
        """Names of the targets, in the order of the codebook."""
        return [] if self.stance_model is None else list(self.stance_model.mentions)

    @property
    def history(self) -> list[Edit]:
        """The edits of its themes since the training, oldest first."""
        return list(self.record.history)

    def read(self, data: Any, progress: Callable[[int], None] | None = None) -> Corpus:
        """A corpus of ``data``, read and cleaned as the training's was.

        ``data`` is a Corpus, a Path or a list of Paths, one text, a polars or pandas DataFrame or Series, a
        LazyFrame, an Arrow table, a dict of columns or of one article, a numpy array of texts, or a list or
        iterator of texts or of dicts. A str is always a text; ``newstance.read_corpus`` takes names of files.
        Ids must differ: ``rejected`` lists the articles that were left out, and why. ``progress`` is called
        with the number of records just done.

        Raises ``TypeError`` for data of another type, ``FileNotFoundError`` for a path that does not exist,
        and ``ValueError`` where nothing at all can be read.
        """
        data = settle(data)
        if isinstance(data, Corpus):
            return data
        if is_path(data) or are_paths(data):
            return read_corpus(data, progress, self.reading)
        return corpus_from_table(data, progress, self.reading)

    def apply(self, corpus: Corpus) -> Applied:
        """All tables for a corpus."""
        check_fork()
        encoded = Encoded(corpus, self.encoder.encode(corpus.sentences["text"].to_list()))
        return apply_models(encoded, self.theme_model, self.stance_model, self.encoder.encode)

    def predict(self, data: Any, level: Level = "article", wide: bool = False) -> Any:
        """Themes and stances of new texts as one table.

        ``data`` is whatever ``read`` takes. The table is a pandas DataFrame with the same index if ``data``
        is of pandas, and a polars DataFrame otherwise. ``level`` "article" gives a row for each article, with
        its mixture of themes and in how many sentences each target is favoured or opposed; "sentence" gives
        a row for each sentence and each mention of a target in it. With ``wide``, an article's mixture and
        stances are plain columns, ``share_<theme>`` and ``<target>_favor``, as R and Stata take them.

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
        if wide and level == "sentence":
            raise ValueError("wide: a row of a sentence is wide already; leave it out, or level='article'.")
        check_fork()
        data = settle(data)
        shaped = partial(widened, themes=self.themes, targets=self.targets) if wide else _as_is
        if isinstance(data, Corpus) or is_path(data) or are_paths(data):
            corpus = self.read(data)
            return shaped(self.table(corpus, self.apply(corpus), level))
        if isinstance(data, str) and looks_like_path(data):
            warnings.warn(PATH_AS_TEXT.format(data), UserWarning, stacklevel=2)
        records = to_records(data, self.reading.columns)
        corpus = corpus_by_row(records, self.reading)
        judged = self.table(corpus, self.apply(corpus), level)
        return row_for_row(judged, corpus.rejected, records, shaped)

    def results(self, data: Any, name: str | None = None, progress: "Progress | None" = None) -> "Results":
        """What the model finds in new articles as ``Results``, which answer, draw and report as those of its
        training: shares of themes and stances with intervals, over time, by outlet, and the sentences behind.

        ``data`` is whatever ``read`` takes; ``name`` is that of the results. Shares of stances are corrected
        for the errors that were measured in the training. Without a ``progress`` a notebook is shown each
        step in a line. Raises what ``read`` raises.
        """
        from newstance.model.new_results import results_of
        from newstance.progress import default_progress

        check_fork()
        return results_of(self, data, name, progress or default_progress())

    def explain(
        self, text: str, target: str | None = None, lang: str | None = None, judgements: Any = None
    ) -> "Explanation":
        """Why a text has its theme, and why each mention of a target in it has its stance.

        The text is read as by ``predict``; ``target`` asks about one target alone, ``lang`` (BCP 47) states
        the language, ``judgements`` (the path of a JSONL file, or a list of dicts) let the nearest judged
        sentences be shown. ``print`` it, show it in a notebook, or ask its tables.

        With a static encoder, what the words give to a theme is exact and adds up to its logit. For stances,
        and for other encoders, each word is left out in turn, which takes a prediction a word. It tells what
        the model looks at, not what is true.

        Raises ``TypeError`` for what is no text, and ``ValueError`` for a target that the model lacks, a
        ``lang`` that is no tag, and judgements that cannot be read.
        """
        from newstance.model.explain import explain

        check_fork()
        if isinstance(text, str) and looks_like_path(text):
            warnings.warn(PATH_AS_TEXT.format(text), UserWarning, stacklevel=2)
        return explain(self, text, target, lang, judgements)

    def evaluate(
        self,
        themes: Any = None,
        stance: Any = None,
        articles: Any = None,
        n_bootstrap: int = 1000,
        seed: int = 0,
    ) -> "Evaluation":
        """How well the model does on your labels, or, without labels, how well its themes hold.

        ``themes`` are labels of themes: the path of a file (JSONL, JSON, CSV), a DataFrame or dicts. A row
        has the theme (or "none") of a text, or of an ``article_id`` of ``articles``, and may have a
        ``second`` theme that is right too. With keys ``before`` and ``after``, the text is judged as a
        sentence inside them. ``stance`` is the path of a JSONL file of judgements. ``articles`` is whatever
        ``read`` takes; alone it gives coherence, silhouette, and spread over languages and outlets.

        Intervals are bootstraps of 95 % over articles. What could not be scored is in the notes.
        Raises ``ValueError`` for labels that cannot be read or that name no theme or target of the model.
        """
        from newstance.evaluate.counts import Bootstrap
        from newstance.model.evaluation import evaluate_model

        return evaluate_model(self, themes, stance, articles, Bootstrap(n_bootstrap, seed))

    def table(self, corpus: Corpus, applied: Applied, level: Level) -> pl.DataFrame:
        """One flat table of what ``apply`` gave for ``corpus``."""
        names = dict(zip(self.themes["theme_id"], self.themes["name"], strict=True))
        table = (sentence_table if level == "sentence" else article_table)(corpus, applied, names)
        return table.hstack([pl.Series("reason", [None] * table.height, pl.String)])

    def search(self, query: str, data: Any, k: int = 10) -> pl.DataFrame:
        """The ``k`` articles of ``data`` nearest in meaning to ``query``, by the encoder of the model.

        ``data`` is whatever ``read`` takes; of a Corpus the vectors are kept for the next question. Columns:
        those of ``Corpus.search``. Raises ``ValueError`` for an empty query.
        """
        from newstance.search import search

        return search(self.read(data), query, k, self.encoder)

    def rename(self, theme: "ThemeKey", name: str) -> "NewsModel":
        """A model in which the theme has another name, and the same id.

        Raises ``ValueError`` for a theme that is not there, and for a name that another theme has.
        """
        from newstance.model import edits

        return edits.rename(self, theme, name)

    def merge(self, themes: Sequence["ThemeKey"], name: str | None = None) -> "NewsModel":
        """A model in which two or more themes are one, under a new id.

        It is as sure of a text as the surest of them was. Without a ``name`` it has that of the largest. Its
        size is the sum of theirs; in how many outlets and languages it is, is not known.
        """
        from newstance.model import edits

        return edits.merge(self, themes, name)

    def drop(self, *themes: "ThemeKey") -> "NewsModel":
        """A model without these themes: their texts go to the next best theme, or to none."""
        from newstance.model import edits

        return edits.drop(self, themes)

    def add(self, theme: "NamedTheme | dict") -> "NewsModel":
        """A model with one more theme, described as in a codebook: name, description, examples, not.

        The model keeps no texts of its other themes, so what the new one is told apart from is everyday news
        and the texts under ``not``; where two themes fit a text, the surer one gets it. ``size`` is null.
        """
        from newstance.model import edits

        return edits.add(self, theme)

    def split(self, theme: "ThemeKey", data: Any, n: int = 2) -> "NewsModel":
        """A model in which a theme is ``n`` themes, under new ids.

        ``data`` are articles, whatever ``read`` takes; those of the theme, two for each part at least, are
        grouped by KMeans. Each text that was of the theme is of one of its parts, or of a theme that fits it
        better. Names, keywords and sizes of the parts are those in the given articles.
        """
        from newstance.model import edits

        return edits.split(self, theme, data, n)

    def reassign(self, data: Any, max_noise: float | None = None) -> "NewsModel":
        """A model that leaves at most the share ``max_noise`` of the articles ``data`` without a theme.

        The least probability at which a text gets a theme is lowered for it where need be; null sets it to
        one half. Sizes in ``themes`` stay those of the training.
        """
        from newstance.model import edits

        return edits.reassign(self, data, max_noise)

    def update(self, data: Any) -> tuple["NewsModel", "Update"]:
        """A model with the themes that new articles hold beside its own, and what was found in them.

        ``data`` is whatever ``read`` takes. Themes are looked for among the articles that fit none, if there
        are twelve or more; they get new ids, and names by their keywords. If there are none, the model is
        this one. The old themes, and how sure they are of a text, stay as they were.
        """
        from newstance.model.update import update

        return update(self, data)

    def save(self, folder: Path | str) -> None:
        """Write the model to ``folder``, whole or not at all; a model that was there is replaced.

        Raises ``ModelError``, a ``ValueError``, where the folder may not be replaced or the disk refuses.
        """
        from newstance.model.saved import save_model

        save_model(self, folder)

    def __repr__(self) -> str:
        return shown.line(self)

    def _repr_html_(self) -> str:
        return shown.html(self)


def _as_is(table: pl.DataFrame) -> pl.DataFrame:
    return table
