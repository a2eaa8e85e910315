"""Parts of a corpus: some of its articles with all that belongs to them, or one article."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from newstance.known import check_known
from newstance.tables import Corpus

Choice = str | Sequence[str] | None
Day = date | str | None


def filtered(
    corpus: Corpus, lang: Choice, source: Choice, days: tuple[Day, Day], where: Sequence[pl.Expr]
) -> Corpus:
    """The articles that fit; see ``Corpus.filter``."""
    articles = corpus.articles
    for key, choice in (("lang", lang), ("source", source)):
        if choice is None:
            continue
        chosen = [choice] if isinstance(choice, str) else list(choice)
        for one in chosen:
            check_known(key, one, corpus.articles[key])
        articles = articles.filter(pl.col(key).is_in(chosen))
    first, last = (_day(key, given) for key, given in zip(("start", "end"), days, strict=True))
    if first is not None:
        articles = articles.filter(pl.col("published") >= first)
    if last is not None:
        articles = articles.filter(pl.col("published") <= last)
    return part_of(corpus, articles.filter(*where) if where else articles)


def part_of(corpus: Corpus, articles: pl.DataFrame) -> Corpus:
    """``corpus`` with these of its ``articles`` alone.

    Where an original is not among them, the first of its reprints takes its place.
    """
    there = articles.select("article_id")
    of = pl.col("duplicate_of")
    first = (
        articles.filter(of.is_not_null())
        .join(there, left_on="duplicate_of", right_on="article_id", how="anti", maintain_order="left")
        .group_by("duplicate_of", maintain_order=True)
        .agg(stands_for=pl.col("article_id").first())
    )
    articles = (
        articles.join(first, on="duplicate_of", how="left", maintain_order="left")
        .with_columns(duplicate_of=pl.coalesce("stands_for", "duplicate_of"))
        .with_columns(duplicate_of=pl.when(of != pl.col("article_id")).then(of))
        .drop("stands_for")
    )

    def of_these(table: pl.DataFrame) -> pl.DataFrame:
        return table.join(there, on="article_id", how="semi", maintain_order="left")

    copies = of_these(corpus.copies).join(there, left_on="duplicate_of", right_on="article_id", how="semi")
    return Corpus(
        articles=articles,
        sentences=of_these(corpus.sentences),
        removed=of_these(corpus.removed),
        rejected=corpus.rejected.clear(),
        copies=copies,
        boilerplate=corpus.boilerplate,
    )


def article_of(corpus: Corpus, article_id: str) -> dict[str, Any]:
    """The columns of one article, and its ``sentences`` as a list."""
    if not isinstance(article_id, str):
        raise TypeError(
            f"article_id: got {type(article_id).__name__}, expected a str; corpus.articles has all."
        )
    rows = corpus.articles.filter(pl.col("article_id") == article_id)
    if rows.is_empty():
        try:
            check_known("article_id", article_id, corpus.articles["article_id"])
        except ValueError as error:
            raise KeyError(str(error)) from None
    own = corpus.sentences.filter(pl.col("article_id") == article_id).sort("sentence")
    return rows.row(0, named=True) | {"sentences": own["text"].to_list()}


def _day(key: str, given: Day) -> date | None:
    if given is None or isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        raise ValueError(f"{key}: got {given!r}, expected a date, as '2016-02-27'.") from None
