"""What fitted models say of a corpus: their tables, and one flat table of them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from newstance.frames import require
from newstance.keys import rows_of
from newstance.shelf import Shelf, let_go, mapped_rows
from newstance.stance.aggregate import one_a_sentence
from newstance.stance.model import StanceModel
from newstance.tables import STANCE_OF, STANCES, THEME_OF_ARTICLE, THEME_OF_SENTENCE, Corpus, Encoded
from newstance.themes.assign import Assigned, mixtures, pool
from newstance.themes.model import ThemeModel
from newstance.themes.space import Encode

UNDECIDED = "undecided"
ARTICLES_AT_ONCE = 1024
STANCE_COUNTS = pl.List(pl.Struct({"target": pl.String, **dict.fromkeys((*STANCES, UNDECIDED), pl.Int64)}))


@dataclass(frozen=True)
class Applied:
    """What the models say of a corpus, as tables; ``article_vectors`` (n_articles, n_dims) are those of
    the theme space by which the articles got their themes."""

    theme_of_article: pl.DataFrame
    theme_of_sentence: pl.DataFrame
    stances: pl.DataFrame
    article_vectors: np.ndarray


def apply_models(
    encoded: Encoded,
    themes: ThemeModel,
    stance: StanceModel | None,
    encode: Encode,
    progress: Callable[[int], None] = lambda done: None,
) -> Applied:
    """Themes and stances of a corpus, block by block; ``progress`` is called with the articles just done."""
    articles, sentences = encoded.corpus.articles, encoded.corpus.sentences
    of_article, of_sentence = Shelf(THEME_OF_ARTICLE), Shelf(THEME_OF_SENTENCE)
    stances = Shelf(STANCE_OF)
    pooled = mapped_rows(articles.height, encoded.vectors.shape[1])
    bounds = _bounds(encoded.corpus)
    for first in range(0, articles.height, ARTICLES_AT_ONCE):
        last = min(first + ARTICLES_AT_ONCE, articles.height)
        start, end = bounds[first], bounds[last]
        rows = np.repeat(np.arange(last - first), np.diff(bounds[first : last + 1]))
        vectors = themes.space(encoded.vectors[start:end])
        own, said = sentences.slice(start, end - start), themes.head.predict(vectors)
        pooled[first:last] = pool(vectors, rows, last - first)
        parts = pl.Series("mixture", mixtures(said.theme_ids, rows, last - first))
        whole = _theme_columns(articles[first:last, ["article_id"]], themes.head.predict(pooled[first:last]))
        of_sentence.add(_theme_columns(own[["article_id", "sentence"]], said))
        of_article.add(whole.hstack([parts.cast(THEME_OF_ARTICLE["mixture"])]))
        if stance is not None:
            stances.add(stance.predict(own, encode))
        let_go(encoded.vectors)
        let_go(pooled)
        progress(last - first)
    return Applied(
        require(of_article.frame(), THEME_OF_ARTICLE, "theme_of_article"),
        require(of_sentence.frame(), THEME_OF_SENTENCE, "theme_of_sentence"),
        stances.frame(),
        pooled,
    )


def _bounds(corpus: Corpus) -> np.ndarray:
    """Where the sentences of each article begin, and the last ends, (n_articles + 1,).

    Raises ``ValueError`` where sentences do not stand in the order of their articles.
    """
    rows = rows_of(corpus.sentences["article_id"], corpus.articles["article_id"])
    if len(rows) and (rows[0] < 0 or (np.diff(rows) < 0).any()):
        raise ValueError("sentences: they must stand in the order of their articles; sort both by article.")
    return np.searchsorted(rows, np.arange(corpus.articles.height + 1))


def _theme_columns(keys: pl.DataFrame, said: Assigned) -> pl.DataFrame:
    return keys.hstack(
        [
            pl.Series("theme_id", said.theme_ids, pl.Int64),
            pl.Series("proba", said.probas, pl.Float64),
            pl.Series("assigned", said.assigned.tolist(), pl.String),
            pl.Series("nearest_id", said.nearest_ids, pl.Int64),
        ]
    )


def article_table(corpus: Corpus, applied: Applied, names: Mapping[int, str]) -> pl.DataFrame:
    """A row an article: its theme, its mixture of themes, and in how many of its sentences each target is
    favoured or opposed; ``names`` holds the name of each theme_id."""
    columns = ["article_id", "title", "source", "published", "lang", "url", "duplicate_of"]
    table = _beside(corpus.articles[columns], applied.theme_of_article, ["article_id"])
    stances = _stance_counts(applied.stances)
    return table.hstack(
        [
            _theme_names(table, names),
            # Without its type a nested column is made three times as fast.
            pl.Series("stances", list(map(stances.get, table["article_id"].to_list()))).cast(STANCE_COUNTS),
        ]
    )


def _beside(table: pl.DataFrame, other: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """``table`` with the columns of the row of ``other`` that has its key; where both have the same keys in
    the same order, as tables of one corpus have, there is nothing to look up."""
    if table[key].equals(other[key]):
        return table.hstack([column for column in other if column.name not in key])
    return table.join(other, on=key, how="left", maintain_order="left")


def _stance_counts(stances: pl.DataFrame) -> dict[str, list[dict]]:
    """For each article, in how many of its sentences each target is favoured, opposed, or neither."""
    if stances.is_empty():
        return {}
    counts: dict[str, dict[str, dict]] = {}
    clearest = one_a_sentence(stances)
    keys = (clearest[name].to_list() for name in ("article_id", "target", "stance", "decided"))
    for article, target, stance, decided in zip(*keys, strict=True):
        count = counts.setdefault(article, {}).setdefault(
            target, {"target": target, **dict.fromkeys((*STANCES, UNDECIDED), 0)}
        )
        count[stance if decided else UNDECIDED] += 1
    return {article: list(of_targets.values()) for article, of_targets in counts.items()}


def _theme_names(table: pl.DataFrame, names: Mapping[int, str]) -> pl.Series:
    return pl.Series("theme", list(map(names.get, table["theme_id"].to_list())), pl.String)


def sentence_table(corpus: Corpus, applied: Applied, names: Mapping[int, str]) -> pl.DataFrame:
    """A row for each sentence and each mention of a target in it; ``names`` holds the name of each
    theme_id."""
    key = ["article_id", "sentence"]
    table = _beside(corpus.sentences, applied.theme_of_sentence, key)
    return table.hstack([_theme_names(table, names)]).join(
        applied.stances.rename({"start": "mention_start", "end": "mention_end"}),
        on=key,
        how="left",
        maintain_order="left",
    )
