"""Answers of results: tables with names beside the ids, shares, and the sentences behind them."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from newstance.disk import write_table
from newstance.groups import PERIODS, articles_in_groups, one_article_a_family, with_columns_of
from newstance.known import check_known
from newstance.paths import as_path
from newstance.results.files import tables_of
from newstance.stance.aggregate import one_a_sentence
from newstance.summary.stances import shares_by
from newstance.summary.verdict import REFUSED, covered
from newstance.tables import STANCES
from newstance.themes.bursts import bursts
from newstance.themes.lookup import ThemeKey, find_theme
from newstance.themes.over_time import Level, lifespans, shares_of_themes

if TYPE_CHECKING:
    from newstance.results.results import Results

NOT_BELIEVED = "the stances could not be believed, so there are no shares."
THEME = ("theme_id", "theme", "proba", "assigned")
EVIDENCE = (
    *("target", "stance", "proba", "text", "mention_text", "holder", "speech"),
    *("title", "source", "published", "url", "lang", "theme_id", "theme"),
    *("article_id", "sentence", "sentence_lang", "start", "end"),
)


def articles(results: "Results") -> pl.DataFrame:
    """The articles with their themes and the names of these."""
    return _with_theme(results.corpus.articles, results.theme_of_article, ["article_id"], results)


def sentences(results: "Results") -> pl.DataFrame:
    """The sentences with their themes, and the outlet, date and title of their articles."""
    about = results.corpus.articles.select("article_id", "source", "published", "title")
    key = ["article_id", "sentence"]
    rows = _with_theme(results.corpus.sentences, results.theme_of_sentence, key, results)
    return rows.join(about, on="article_id", how="left", maintain_order="left")


def stance(results: "Results", by: str | Sequence[str], target: str | None, wide: bool) -> pl.DataFrame:
    """Shares of the stances by ``by`` and target; see ``Results.stance``."""
    stances = _of_target(results, target)
    if results.stance_verdict.basis == REFUSED:
        warnings.warn(" ".join([NOT_BELIEVED, *results.stance_verdict.reasons]), UserWarning, stacklevel=3)
    keys = ["theme_id" if key == "theme" else key for key in _keys(by) if key != "target"]
    rows = named(shares_by(results, [*keys, "target"], stances), results)
    if not wide:
        return rows
    n_keys = rows.columns.index("target")
    index, figures = rows.columns[:n_keys], rows.columns[n_keys + 1 :]
    targets = rows["target"].unique().sort().to_list()
    if not index:  # a pivot needs one
        rows = rows.with_columns(_row=0)
    found = rows.pivot("target", index=index or "_row", values=figures, maintain_order=True)
    return found.select(*index, *(f"{figure}_{target}" for target in targets for figure in figures))


def themes_over_time(
    results: "Results", by: str | Sequence[str], theme: ThemeKey | None, level: Level
) -> pl.DataFrame:
    """Shares of the themes; see ``Results.themes_over_time``."""
    rows = shares_of_themes(
        results.corpus.articles, results.theme_of_article, results.themes, _keys(by), level
    )
    if theme is not None:
        known = results.themes.filter(pl.col("theme_id").is_in(rows["theme_id"].unique().implode()))
        rows = rows.filter(pl.col("theme_id") == find_theme(known, theme)["theme_id"])
    return named(rows, results)


def bursts_of(results: "Results", period: str | None, level: Level, s: float, gamma: float) -> pl.DataFrame:
    """Bursts of the themes, with their names; see ``Results.bursts``."""
    period = _period(results, period)
    return named(bursts(_over_time(results, period, level), period, s, gamma), results)


def lifespans_of(
    results: "Results", period: str | None, level: Level, min_articles: int, min_share: float
) -> pl.DataFrame:
    """From when to when each theme is seen, with names; see ``Results.lifespans``."""
    period = _period(results, period)
    return named(lifespans(_over_time(results, period, level), period, min_articles, min_share), results)


def evidence(
    results: "Results",
    source: str | None = None,
    target: str | None = None,
    stance: str | None = None,
    theme: ThemeKey | None = None,
    lang: str | None = None,
    n: int | None = None,
) -> pl.DataFrame:
    """Decided sentences, the most certain first; see ``Results.evidence``."""
    if n is not None and n < 0:
        raise ValueError(f"n: got {n}, expected 0 or more rows.")
    stances = _of_target(results, target)
    check_known("stance", stance, pl.Series(STANCES))
    check_known("source", source, results.corpus.articles["source"])
    check_known("lang", lang, _known_langs(results))
    rows = _judged(results, stances)
    for key, value in {"source": source, "lang": lang}.items():
        if value is not None:
            rows = rows.filter(pl.col(key) == value)
    if theme is not None:
        rows = rows.filter(pl.col("theme_id").is_in(_ids_of(results.themes, theme)))
    rows = one_article_a_family(rows, ["target"]).filter("decided")
    if stance is not None:
        rows = rows.filter(pl.col("stance") == stance)
    rows = _surest_first(rows)
    return _with_texts(rows if n is None else rows.head(n), results)


def decided_sentences(results: "Results", n: int) -> tuple[pl.DataFrame, int]:
    """The ``n`` most certain decided sentences with the columns of ``evidence``, of reprints too, and how
    many there are."""
    rows = _judged(results, _of_target(results, None)).filter("decided")
    return _with_texts(_surest_first(rows).head(n), results), rows.height


def to_csv(results: "Results", folder: Path | str) -> None:
    """Every table as CSV; see ``Results.to_csv``."""
    folder = as_path(folder, "a folder for tables")
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder}: is a file; give the name of a folder.")
    folder.mkdir(parents=True, exist_ok=True)
    own = {"articles": results.articles, "sentences": results.sentences}
    for name, table in (tables_of(results) | own).items():
        write_table(table, folder / f"{name}.csv")


def named(rows: pl.DataFrame, results: "Results") -> pl.DataFrame:
    """``rows`` with ``theme``, the name, behind ``theme_id`` where there is one; null for no theme."""
    if "theme_id" not in rows.columns:
        return rows
    names = results.themes.select("theme_id", theme="name")
    place = rows.columns.index("theme_id") + 1
    columns = [*rows.columns[:place], "theme", *rows.columns[place:]]
    return rows.join(names, on="theme_id", how="left", maintain_order="left").select(columns)


def _with_theme(
    rows: pl.DataFrame, theme_of: pl.DataFrame, key: list[str], results: "Results"
) -> pl.DataFrame:
    themes = named(theme_of.select(*key, "theme_id", "proba", "assigned"), results)
    return rows.join(themes.select(*key, *THEME), on=key, how="left", maintain_order="left")


def _of_target(results: "Results", target: str | None) -> pl.DataFrame:
    """The stances in languages that the classifier knows, towards one target or all."""
    stances = covered(results)
    check_known("target", target, stances["target"])
    return stances if target is None else stances.filter(pl.col("target") == target)


def _known_langs(results: "Results") -> pl.Series:
    langs, known = results.corpus.articles["lang"], results.stance_langs
    return langs if known is None else langs.filter(langs.is_in(known))


def _judged(results: "Results", stances: pl.DataFrame) -> pl.DataFrame:
    """Every sentence and target once, as the shares count them, with its article's groups and theme."""
    rows = with_columns_of(
        one_a_sentence(stances),
        articles_in_groups(results.corpus.articles, []),
        "articles",
        "stances",
    )
    theme_of = results.theme_of_article.select("article_id", "theme_id")
    own = pl.coalesce(pl.when(pl.col("stance") == one).then(f"proba_{one}") for one in STANCES)
    return rows.join(theme_of, on="article_id", how="left").with_columns(proba=own)


def _surest_first(rows: pl.DataFrame) -> pl.DataFrame:
    order = ["proba", "article_id", "sentence", "target"]
    return rows.sort(order, descending=[True, False, False, False])


def _with_texts(rows: pl.DataFrame, results: "Results") -> pl.DataFrame:
    key = ["article_id", "sentence"]
    texts = results.corpus.sentences.select(*key, "text", sentence_lang="lang")
    about = results.corpus.articles.select("article_id", "title", "url")
    rows = rows.join(texts, on=key, how="left", maintain_order="left")
    rows = rows.join(about, on="article_id", how="left", maintain_order="left")
    return named(rows, results).select(EVIDENCE)


def _over_time(results: "Results", period: str, level: Level) -> pl.DataFrame:
    about = results.corpus.articles, results.theme_of_article, results.themes
    return shares_of_themes(*about, [period], level)


def _period(results: "Results", period: str | None) -> str:
    if period is None:
        return results.summary.theme_period or "week"
    if period not in PERIODS:
        raise ValueError(f"period: got {period!r}, expected one of {', '.join(PERIODS)}.")
    return period


def _ids_of(themes: pl.DataFrame, theme: ThemeKey) -> list[int]:
    """The theme, or the parts of a coarse one."""
    row = find_theme(themes, theme)
    if not row["level"]:
        return [row["theme_id"]]
    return themes.filter(pl.col("parent") == row["theme_id"])["theme_id"].to_list()


def _keys(by: str | Sequence[str]) -> list[str]:
    return [by] if isinstance(by, str) else list(by)
