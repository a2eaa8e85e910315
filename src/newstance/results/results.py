"""All that a training found, and the questions it answers."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from newstance.disk import write_file
from newstance.frames import empty
from newstance.paths import as_path
from newstance.results import ask, shown
from newstance.results.plot import Plots
from newstance.stance.quantify import KnownErrors
from newstance.summary import Summary, summarise
from newstance.summary.stances import shares_by
from newstance.summary.verdict import Verdict, stance_verdict
from newstance.tables import JUDGED, Corpus
from newstance.themes.bursts import GAMMA, S
from newstance.themes.lookup import ThemeKey
from newstance.themes.over_time import MIN_ARTICLES, Level
from newstance.version import __version__


@dataclass(frozen=True, eq=False)
class Results:
    """All that a training found, table by table; what the report, the tracker and the files are made of.

    ``layout`` holds x and y of each article on a map; ``metrics`` plain numbers by name ("themes/noise",
    "stance/lang=ru/f1_macro"); ``scores`` the same numbers as tables for the report, by title.
    ``judged`` is what heads that had not seen a judgement say of it, which measures stances and corrects
    their shares; ``stance_langs`` the languages that judgements or the reader cover, None for any.
    ``n_bootstrap`` and ``seed`` are behind every interval; ``config`` is what was asked for, its paths cut
    to their last part; ``version`` that of the newstance which found it.
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
    judged: pl.DataFrame = field(default_factory=lambda: empty(JUDGED))
    stance_langs: tuple[str, ...] | None = None
    n_bootstrap: int = 500
    seed: int = 0
    config: dict[str, Any] = field(default_factory=dict)
    version: str = __version__

    @cached_property
    def summary(self) -> Summary:
        """Every figure a person is shown; loaded results have the one they were saved with."""
        return summarise(self)

    @cached_property
    def stance_errors(self) -> KnownErrors | None:
        """What the classifier says of judgements it has not seen; None where they are too few."""
        return KnownErrors.of(self.judged)

    @cached_property
    def stance_verdict(self) -> Verdict:
        """Whether shares of stances can be believed: ``basis`` and the reasons in words."""
        return stance_verdict(self, self.stance_errors)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all article texts, whatever their order."""
        digest = hashlib.sha256()
        for part in self.corpus.articles.select("article_id", "text").sort("article_id").iter_slices():
            for article, text in part.iter_rows():
                digest.update(f"{article}\0{text}\0".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()[:32]

    @cached_property
    def articles(self) -> pl.DataFrame:
        """A row an article: its columns in the corpus, ``theme_id``, ``theme`` (its name, null where there is
        none), ``proba`` of the theme, and how it was ``assigned``."""
        return ask.articles(self)

    @cached_property
    def sentences(self) -> pl.DataFrame:
        """A row a sentence: its columns in the corpus, its ``theme_id``, ``theme``, ``proba`` and
        ``assigned``, and ``source``, ``published`` and ``title`` of its article."""
        return ask.sentences(self)

    def stance(
        self, by: str | Sequence[str] = (), target: str | None = None, wide: bool = False
    ) -> pl.DataFrame:
        """Shares of favor, against and none with 95 % intervals, for each value of ``by`` and each target.

        ``by`` names any of source, theme, lang, article_id, day, week, month, quarter and year; ``target``
        one target, null all. Columns: those of ``by`` (for a theme its theme_id and name), ``target``, and
        those of ``stance.aggregate``: n, n_articles, n_undecided, favor, against, none, net, and the ends of
        their intervals. With ``wide``, a row for each value of ``by``, and a column for each figure and
        target, as ``net_Russia``; null where nothing was said.

        Shares are corrected for the errors of the classifier, or plain counts without intervals, or refused,
        which gives no row and a warning: ``stance_verdict`` has the reasons. Stances in languages that the
        classifier does not know are left out.
        Raises ``ValueError`` for another key and for a target without stances.
        """
        return ask.stance(self, by, target, wide)

    def stance_by(self, *by: str) -> pl.DataFrame:
        """As ``stance``, for each value of ``by`` alone; ``by`` may name "target" and "theme_id".

        Figures equal those of report and terminal: they have the same resamples.
        """
        return shares_by(self, list(by))

    def themes_over_time(
        self,
        by: str | Sequence[str] = ("week",),
        theme: ThemeKey | None = None,
        level: Level = "fine",
    ) -> pl.DataFrame:
        """Articles of each theme and their share of all, with 95 % intervals, in each group of ``by``.

        ``by`` names any of source, lang, day, week, month, quarter and year; ``theme`` is the id or name of
        one theme, null all; ``level`` is fine or coarse. Columns: those of ``by``, theme_id, theme (null: no
        theme), n, n_articles (of the group, a text and its reprints once), share, share_low and share_high.
        Articles without a date are a group with null in the period. Raises ``ValueError`` for another key or
        theme.
        """
        return ask.themes_over_time(self, by, theme, level)

    def bursts(
        self, period: str | None = None, level: Level = "fine", s: float = S, gamma: float = GAMMA
    ) -> pl.DataFrame:
        """The periods in which a theme has far more than its usual share, the weightiest first.

        ``period`` is day, week, month, quarter or year, null the one of the report. A burst has ``s`` times
        the usual share; ``gamma`` is the cost of entering one. Columns, and more about both:
        ``newstance.themes.bursts``. Raises ``ValueError`` for another period or level.
        """
        return ask.bursts_of(self, period, level, s, gamma)

    def lifespans(
        self,
        period: str | None = None,
        level: Level = "fine",
        min_articles: int = MIN_ARTICLES,
        min_share: float = 0.0,
    ) -> pl.DataFrame:
        """The first and the last period in which each theme has enough articles.

        Enough are ``min_articles`` and the share ``min_share`` of a period; ``from_start`` and ``to_end``
        tell where a life reaches the first or the last period of all articles, so that its birth or end is
        not known. Columns: ``newstance.themes.over_time.lifespans``.
        """
        return ask.lifespans_of(self, period, level, min_articles, min_share)

    def evidence(
        self,
        source: str | None = None,
        target: str | None = None,
        stance: str | None = None,
        theme: ThemeKey | None = None,
        lang: str | None = None,
        n: int | None = None,
    ) -> pl.DataFrame:
        """The decided sentences behind the shares of ``stance``, the most certain first.

        Those of an outlet, a target, a stance (favor, against, none), a theme of their article (id or name,
        fine or coarse) and the language of their article, one that the classifier knows; null is any. ``n``
        is the most rows. A sentence has one row a target, and of an article and its reprints one speaks.
        Columns: target, stance, proba, text, mention_text, holder, speech, title, source, published, url,
        lang (of the article), theme_id, theme, article_id, sentence, sentence_lang, start and end (of the
        mention in the sentence).
        Raises ``ValueError`` for an outlet, target, stance, theme or language that is not there.
        """
        return ask.evidence(self, source, target, stance, theme, lang, n)

    @property
    def plot(self) -> Plots:
        """Figures for a notebook: ``plot.map(color="lang")``, ``plot.timeline(by="week")``,
        ``plot.stance(target="Russia")``."""
        return Plots(self)

    def search(self, query: str, k: int = 10) -> pl.DataFrame:
        """The ``k`` articles nearest in meaning to ``query``, with their themes; see ``Corpus.search``."""
        found = self.corpus.search(query, k)
        themes = self.articles.select("article_id", "theme_id", "theme")
        return found.join(themes, on="article_id", how="left", maintain_order="left")

    def report(self, file: Path | str, lang: str = "en", with_texts: bool = True) -> None:
        """Write the report, one HTML page that needs no other file and no network, in English or Russian
        ("ru"); without texts it holds no title and no sentence of an article.

        Raises ``ValueError`` for another language and ``OSError`` where the page cannot be written.
        """
        from newstance.report import render

        write_file(render(self, lang, with_texts).encode(), as_path(file, "a page"))

    def save(self, folder: Path | str, replace: bool = False) -> None:
        """Write all tables and the report to ``folder``, whole or not at all, for ``newstance.load_results``.

        Raises ``ValueError`` where the folder holds other files, or results and ``replace`` is false, and
        ``OSError`` where it cannot be written.
        """
        from newstance.results.save import check_free, written_results

        place = as_path(folder, "a results folder")
        check_free(place, replace)
        with written_results(place, self):
            pass

    def to_excel(self, file: Path | str) -> None:
        """Write the tables that people look at as the sheets of one workbook (.xlsx): themes, articles with
        their themes, stances by target and outlet, themes by outlet, evidence and reprints.

        Texts are never formulas. Raises ``ValueError`` for a table of more rows than a sheet holds.
        """
        from newstance.results.excel import to_excel

        to_excel(self, file)

    def to_csv(self, folder: Path | str) -> None:
        """Write every table as ``<name>.csv`` into ``folder``, which is made; other files in it stay.

        Nested columns are JSON; a text that a spreadsheet would run as a formula gets an apostrophe first.
        """
        ask.to_csv(self, folder)

    def equals(self, other: "Results") -> bool:
        """Whether every table and value is the same, the summary too."""
        return _same(self, other) and _same(self.summary, other.summary)

    def __repr__(self) -> str:
        return shown.line(self)

    def _repr_html_(self) -> str:
        return shown.html(self)


def _same(first: Any, second: Any) -> bool:
    """Equality that knows tables, also inside dataclasses and dicts; nan equals nan."""
    if isinstance(first, pl.DataFrame):
        return isinstance(second, pl.DataFrame) and first.schema == second.schema and first.equals(second)
    if is_dataclass(first):
        names = [one.name for one in fields(first)]
        return type(first) is type(second) and all(
            _same(getattr(first, name), getattr(second, name)) for name in names
        )
    if isinstance(first, dict):
        return (
            isinstance(second, dict)
            and first.keys() == second.keys()
            and all(_same(value, second[key]) for key, value in first.items())
        )
    return bool(first == second or (first != first and second != second))
