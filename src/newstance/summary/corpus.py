"""What a corpus is made of: languages, outlets, reprints, and what the cleaner took out."""

import polars as pl

from newstance.tables import TRANSLATION, Corpus

LONGEST_EXAMPLE = 120


def languages(corpus: Corpus) -> pl.DataFrame:
    """lang, articles, sentences; the most articles first."""
    counts = corpus.articles.group_by("lang").agg(
        pl.len().cast(pl.Int64).alias("articles"), pl.col("n_sentences").sum().alias("sentences")
    )
    return counts.sort("articles", "lang", descending=[True, False], nulls_last=True)


def outlets(corpus: Corpus) -> pl.DataFrame:
    """source, articles, first, last; the most articles first. Articles of no known outlet are one row."""
    counts = corpus.articles.group_by("source").agg(
        pl.len().cast(pl.Int64).alias("articles"),
        pl.col("published").min().alias("first"),
        pl.col("published").max().alias("last"),
    )
    return counts.sort("articles", "source", descending=[True, False], nulls_last=True)


def reprint_kinds(corpus: Corpus) -> pl.DataFrame:
    """kind, articles, mean similarity of what repeats another article."""
    counts = corpus.copies.group_by("kind").agg(
        pl.len().cast(pl.Int64).alias("articles"), pl.col("similarity").mean()
    )
    return counts.sort("articles", "kind", descending=[True, False])


def reprints(corpus: Corpus) -> pl.DataFrame:
    """Who reprints whom: source, original (outlets, null where unknown), n, similarity, one of the titles."""
    about = corpus.articles.select("article_id", "source", "title")
    original = about.rename({"article_id": "duplicate_of", "source": "original"}).drop("title")
    copies = corpus.copies.filter(pl.col("kind") != TRANSLATION)
    pairs = copies.join(about, on="article_id").join(original, on="duplicate_of")
    return (
        pairs.sort("article_id")
        .group_by("source", "original")
        .agg(
            pl.len().cast(pl.Int64).alias("n"),
            pl.col("similarity").mean(),
            pl.col("title").drop_nulls().first(),
        )
        .sort(["n", "source", "original"], descending=[True, False, False], nulls_last=True)
    )


def removed_reasons(corpus: Corpus) -> pl.DataFrame:
    """What the cleaner took out: reason, n, n_articles, n_characters, a span of middle length to see."""
    return (
        corpus.removed.with_columns(length=pl.col("text").str.len_chars())
        .sort("length", "text")
        .group_by("reason", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("n"),
            pl.col("article_id").n_unique().cast(pl.Int64).alias("n_articles"),
            pl.col("length").sum().cast(pl.Int64).alias("n_characters"),
            pl.col("text").get(pl.len() // 2).str.slice(0, LONGEST_EXAMPLE).alias("example"),
        )
        .sort(["n", "reason"], descending=[True, False])
    )
