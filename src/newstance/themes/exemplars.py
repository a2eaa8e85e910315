"""Sentences that show a theme best: those the head is surest of, each from another outlet."""

from collections.abc import Iterable

import polars as pl

from newstance.tables import NOISE

N_EXAMPLES = 3
LOOKED_AT = 30
# From this share of common words on, two sentences say the same.
ALIKE = 0.5
# A shorter sentence says too little by itself, a longer one is seldom one.
FEWEST_CHARACTERS, MOST_CHARACTERS = 40, 400


def exemplars(
    articles: pl.DataFrame, sentences: pl.DataFrame, theme_of_sentence: pl.DataFrame
) -> dict[int, list[dict]]:
    """At most three sentences of each theme as ``{theme_id: [{"article_id", "sentence", "text"}, …]}``, the
    surest first.

    ``theme_of_sentence`` has the rows of ``sentences``, in their order. Each is of another outlet, or of
    another article where outlets are not known or too few. Reprints are left out, and sentences of fewer than
    40 or more than 400 characters where others are there.
    """
    originals = articles.filter(pl.col("duplicate_of").is_null()).select("article_id", "source")
    key = ["article_id", "sentence"]
    usual = sentences["text"].str.len_chars().is_between(FEWEST_CHARACTERS, MOST_CHARACTERS)
    ranked = (
        theme_of_sentence.select(*key, "theme_id", "proba")
        .with_row_index("row")
        .with_columns(odd=~usual)
        .filter(pl.col("theme_id") != NOISE)
        .join(originals, on="article_id")
        .sort("theme_id", "odd", "proba", *key, descending=[False, False, True, False, False])
        # the best sentence of each article
        .unique(["theme_id", "article_id"], keep="first", maintain_order=True)
        .with_columns(outlet=pl.coalesce("source", "article_id"))
        .with_columns(again=pl.int_range(pl.len()).over("theme_id", "outlet"), place=pl.int_range(pl.len()))
        .sort("theme_id", "again", "place")
        .group_by("theme_id", maintain_order=True)
        .head(LOOKED_AT)
    )
    ranked = ranked.with_columns(text=sentences["text"].gather(ranked["row"]))
    found: dict[int, list[dict]] = {}
    for row in ranked.select("theme_id", *key, "text").iter_rows(named=True):
        best = found.setdefault(row.pop("theme_id"), [])
        if len(best) < N_EXAMPLES and not any(_is_alike(row["text"], one["text"]) for one in best):
            best.append(row)
    return found


def _is_alike(one: str, other: str) -> bool:
    """Whether two sentences share most of their words, as those of one report do."""
    words, others = set(one.casefold().split()), set(other.casefold().split())
    return len(words & others) > ALIKE * len(words | others)


def merged(examples: dict[int, list[dict]], themes: Iterable[int]) -> list[dict]:
    """Sentences that show a coarse theme: the first of each of its ``themes`` in turn, at most three."""
    parts = [examples.get(theme, []) for theme in themes]
    turns = [part[turn] for turn in range(N_EXAMPLES) for part in parts if len(part) > turn]
    return turns[:N_EXAMPLES]
