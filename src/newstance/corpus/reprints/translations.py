"""Translations: articles in different languages whose sentences say the same, one after the other.

Candidates are the nearest articles of each other language, by the sum of their sentences' vectors. A pair is
verified sentence by sentence: two sentences match where each is the other's nearest and they are alike enough
(mutual neighbours, as in the mining of parallel text: Artetxe & Schwenk 2019, arXiv:1811.01136), and matches
count as far as they stand in one order in both articles. Reports of one event share a few such sentences,
translations most of them (docs/log.md). Vectors are centred on their language, so that neither an encoder
that finds all texts alike nor one that groups them by language is read in another way.

Memory grows with the number of articles. Of two languages with up to 20,000 articles each all pairs are
compared, of more those of near cells (``neighbours``).
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import NamedTuple

import numpy as np
import polars as pl

from newstance import tables
from newstance.corpus.reprints.neighbours import near_pairs
from newstance.keys import rows_of
from newstance.linear import unit_rows
from newstance.shelf import let_go, mapped_rows
from newstance.tables import TRANSLATION, Encoded

MIN_SENTENCES = 3  # of the shorter article; fewer may be a headline that two outlets have in common
MIN_LENGTH = 2 / 3  # sentences of the shorter, for one of the longer; less is an excerpt
MIN_ALIKE = 0.4  # cosine of two sentences that match
MIN_SHARE = 0.6  # of the sentences of the shorter article that match
FULL_MEAN = 20  # sentences of all languages that are added to a language when its mean is taken
WITHIN_DAYS = 31
SENTENCES_AT_ONCE, ARTICLES_AT_ONCE = 16_384, 1024
PAIRS_AT_ONCE = 512  # a system that maps a page of a file maps its neighbours too


class Pairs(NamedTuple):
    """Pairs of articles as ``rows`` (n_pairs, 2), the first row below the second, and the ``shares``
    (n_pairs,) of the sentences of the shorter article that match."""

    rows: np.ndarray
    shares: np.ndarray


def with_translations(encoded: Encoded) -> Encoded:
    """The same with the translations of its corpus among the copies.

    The original is the article that was published first, then the one with the smaller article_id. Copies of
    a translation become copies of its original; a translation is no longer a partial copy. Where nothing is
    found it is returned as it is.
    """
    corpus = encoded.corpus
    originals = corpus.articles.filter(pl.col("duplicate_of").is_null())
    rows = rows_of(corpus.sentences["article_id"], originals["article_id"])
    days = originals["published"].cast(pl.Int32).cast(pl.Float64).to_numpy()  # nan where there is no date
    pairs = translated_pairs(encoded.vectors, rows, originals["lang"].to_numpy(), days)
    found = _copies(originals, pairs)
    if found.is_empty():
        return encoded
    known, original = found["article_id"], found["duplicate_of"]
    duplicate_of = pl.col("duplicate_of").replace(known, original)
    own = pl.col("article_id").replace_strict(known, original, default=None)
    others = corpus.copies.filter(~pl.col("article_id").is_in(known.implode()))
    corpus = replace(
        corpus,
        articles=corpus.articles.with_columns(duplicate_of=pl.coalesce(duplicate_of, own)),
        copies=pl.concat([others, found]).sort("article_id"),
        notes=[*corpus.notes, f"{found.height} articles are translations of others; each story counts once."],
    )
    return Encoded(corpus, encoded.vectors)


def translated_pairs(
    vectors: np.ndarray, article_rows: np.ndarray, langs: np.ndarray, days: np.ndarray
) -> Pairs:
    """Pairs of articles that are translations of each other, in any order.

    ``vectors`` (n_sentences, n_dims) are of the sentences of the articles ``article_rows`` (n_sentences,),
    -1 for those that are not looked at; ``langs`` (n_articles,) and ``days`` (n_articles,), the days since
    some day, nan where unknown, are of articles. No pair is within one language, nor of a language that is
    not known.
    """
    sentences = _Sentences.of(vectors, article_rows, langs)
    n_each = np.diff(sentences.bounds)
    long_enough = np.flatnonzero((n_each >= MIN_SENTENCES) & (langs != tables.UNKNOWN_LANG))
    articles = sentences.summed()
    found = [np.zeros((0, 2), dtype=np.int64), *_candidates(articles, long_enough, langs, days)]
    pairs = np.unique(np.concatenate(found), axis=0)
    let_go(articles)
    shares = np.zeros(len(pairs))
    for block in _blocks(pairs, PAIRS_AT_ONCE):
        shares[block] = [matching(sentences.centred(a), sentences.centred(b)) for a, b in pairs[block]]
        let_go(vectors)
    right = np.flatnonzero(shares >= MIN_SHARE)
    return Pairs(pairs[right], shares[right])


class _Sentences(NamedTuple):
    """Sentences with a known word, in the order of their articles: their ``rows`` (n,) in ``vectors``, the
    ``bounds`` (n_articles + 1,) of each article among them, the language of each article as a number,
    ``lang_of`` (n_articles,), and the mean of each language, ``means`` (n_langs, n_dims)."""

    vectors: np.ndarray
    rows: np.ndarray
    bounds: np.ndarray
    lang_of: np.ndarray
    means: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray, article_rows: np.ndarray, langs: np.ndarray) -> "_Sentences":
        """Those of ``vectors`` (n_sentences, n_dims) whose article is given."""
        spoken = np.zeros(len(vectors), dtype=bool)
        for block in _blocks(vectors):
            spoken[block] = vectors[block].any(axis=1)
            let_go(vectors)
        own = np.flatnonzero(spoken & (article_rows >= 0))
        rows = own[np.argsort(article_rows[own], kind="stable")]
        bounds = np.searchsorted(article_rows[rows], np.arange(len(langs) + 1))
        names, lang_of = np.unique(langs.astype(str), return_inverse=True)
        means = _means(vectors, rows, lang_of[article_rows[rows]], len(names))
        return cls(vectors, rows, bounds, lang_of, means)

    def centred(self, article: int) -> np.ndarray:
        """Unit vectors (n, n_dims) of the sentences of an article, less the mean of its language."""
        own = self.vectors[self.rows[self.bounds[article] : self.bounds[article + 1]]]
        return unit_rows((own - self.means[self.lang_of[article]]).astype(np.float32))

    def summed(self) -> np.ndarray:
        """Unit vectors (n_articles, n_dims) of the articles: the sums of their sentences."""
        articles = mapped_rows(len(self.lang_of), self.vectors.shape[1])
        for first in range(0, len(articles), ARTICLES_AT_ONCE):
            bounds = self.bounds[first : first + ARTICLES_AT_ONCE + 1]
            some = np.flatnonzero(np.diff(bounds))
            if len(some):
                article = first + np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
                moved = self.vectors[self.rows[bounds[0] : bounds[-1]]] - self.means[self.lang_of[article]]
                sums = np.add.reduceat(unit_rows(moved), bounds[some] - bounds[0], axis=0)
                articles[first + some] = unit_rows(sums)
                let_go(self.vectors)
        return articles


def _means(vectors: np.ndarray, rows: np.ndarray, langs: np.ndarray, n_langs: int) -> np.ndarray:
    """Mean vector of each language, (n_langs, n_dims); ``langs`` (n,) are those of the ``rows`` (n,).

    A language of few sentences is centred on all, as its mean would be its only story.
    """
    sums, counts = np.zeros((n_langs, vectors.shape[1])), np.bincount(langs, minlength=n_langs)
    for block in _blocks(rows):
        own, lang = vectors[rows[block]], langs[block]
        for one in np.unique(lang):
            sums[one] += own[lang == one].sum(axis=0, dtype=np.float64)
        let_go(vectors)
    mean = sums.sum(axis=0) / max(len(rows), 1)
    means: np.ndarray = (sums + FULL_MEAN * mean) / (counts + FULL_MEAN)[:, None]
    return means


def _blocks(rows: np.ndarray, size: int = SENTENCES_AT_ONCE) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, len(rows), size))


def matching(one: np.ndarray, other: np.ndarray) -> float:
    """Share of the sentences of the shorter article that match one of the other, in order; ``one``
    (n, n_dims) and ``other`` (m, n_dims) are unit rows. 0 where one is too short for the other."""
    shorter, longer = sorted((len(one), len(other)))
    if shorter < MIN_LENGTH * longer:
        return 0.0
    alike = np.round(one @ other.T, 5)
    there, back = alike.argmax(axis=1), alike.argmax(axis=0)
    mutual = back[there] == np.arange(len(one))
    return _longest_rise(there[mutual & (alike.max(axis=1) >= MIN_ALIKE)]) / shorter


def _longest_rise(places: np.ndarray) -> int:
    """How many of ``places`` (n,), all different, the longest rising subsequence has (Schensted 1961)."""
    lowest_end: list[int] = []
    for place in places.tolist():
        at = bisect_left(lowest_end, place)
        lowest_end[at : at + 1] = [place]
    return len(lowest_end)


def _candidates(
    articles: np.ndarray, rows: np.ndarray, langs: np.ndarray, days: np.ndarray
) -> Iterator[np.ndarray]:
    """Pairs (n, 2) of the articles ``rows``, each with the nearest of every other language, the smaller row
    first."""
    of_lang = [rows[langs[rows] == lang] for lang in np.unique(langs[rows])]
    for ours, theirs in permutations(of_lang, 2):
        yield np.sort(near_pairs(articles, ours, theirs, days, WITHIN_DAYS), axis=1)


def _copies(articles: pl.DataFrame, pairs: Pairs) -> pl.DataFrame:
    """A row of ``tables.COPIES`` for each translation; similarity is the best share it has with an article of
    its family."""
    ids, langs = articles["article_id"].to_list(), articles["lang"].to_list()
    order = articles.select("published", "article_id").with_row_index("row")
    rank = {
        row: place for place, row in enumerate(order.sort("published", "article_id", nulls_last=True)["row"])
    }
    best: dict[int, float] = {}
    found = []
    for family in _families(pairs, ids, langs, best):
        original = min(family, key=lambda row: rank[row])
        found += [(ids[row], ids[original], best[row], TRANSLATION) for row in family if row != original]
    return pl.DataFrame(found, schema=tables.COPIES, orient="row").sort("article_id")


def _families(pairs: Pairs, ids: list[str], langs: list[str], best: dict[int, float]) -> list[set[int]]:
    """Articles that are one story, the surest pairs first; a family has one article of a language.

    ``best`` gets the best share of each article."""
    family_of: dict[int, set[int]] = {}
    order = sorted(
        zip(pairs.rows.tolist(), pairs.shares.tolist(), strict=True),
        key=lambda pair: (-pair[1], sorted(ids[row] for row in pair[0])),
    )
    for (one, other), share in order:
        ours, theirs = family_of.get(one, {one}), family_of.get(other, {other})
        if ours is theirs or {langs[row] for row in ours} & {langs[row] for row in theirs}:
            continue
        best.setdefault(one, share)
        best.setdefault(other, share)
        joined = ours | theirs
        family_of |= dict.fromkeys(joined, joined)
    return list({id(family): family for family in family_of.values()}.values())
