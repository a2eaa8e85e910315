"""Copies of articles: exact, near, and partial reprints, each linked to the original it repeats.

- exact: the same letters and digits (`newstance.corpus.shingles` says what is ignored); similarity 1.
- near: similarity is the Jaccard index of the sets of three-word shingles. Candidates come from
  MinHash with banding (Broder 1997; Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, ch. 3;
  signatures by rensa) and every one is verified on the full sets.
- partial: a block of 40 words or more in a row stands in an earlier article too, though the two are
  not near copies. Candidates share a winnowed fingerprint; similarity is containment, the share of
  the copy's words that lie in such blocks. A block that many articles hold is boilerplate.

The original is the article published first; a known date comes before an unknown one. Where dates are
equal the longer text is the original, as a reprint more often cuts, then the smaller article_id.
A near copy is always verified against its original itself, so that unlike texts are never chained
into one family. An original may quote a block of another: then it has a row of kind partial and near
copies of its own. Time grows linearly: an article is compared with a few of those it collides with.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from newstance import frames, tables
from newstance.corpus.reprints.shingles import N_BANDS, Letters, band_keys, batches, read_letters, winnow
from newstance.shelf import let_go, mapped_rows

NEEDED = {key: tables.ARTICLES[key] for key in ("article_id", "text", "published", "source")}

# 15 % of words changed leave a Jaccard index of 0.85**3 / (2 - 0.85**3) = 0.44 on average, less in a
# short text.
MIN_JACCARD = 0.3
# Edits are scattered and leave most words, while an agency's line in two short texts that are otherwise
# unlike leaves few: this share of the different words of the text that has fewer must be in both.
MIN_WORDS_SHARED = 0.75
MIN_WORDS = 8
SHINGLE, RUN = 3, 8
# In scripts without spaces a token is one letter, and two letters are about one word.
BLOCK_WORDS, BLOCK_LETTERS = 40, 80
WINDOW = BLOCK_WORDS - RUN + 1
# More unlike articles than this with the same words are no reprints but boilerplate.
MANY_ARTICLES, MANY_OF_SOURCE = 20, 3
N_COMPARED = 3
KEYS_AT_ONCE = 1_000_000  # of the keys of all bands, so that memory is bounded
PAIRS_AT_ONCE = 100_000

Links = dict[int, tuple[int, float]]  # rank of a copy to that of its original, and the similarity


@dataclass(frozen=True)
class Signs:
    """What is kept of the texts, in order of their rank (0 is the earliest).

    ``whole`` (n,) hash of all letters; ``words`` (n,) length, two letters of an unspaced script to a
    word; ``bands`` (N_BANDS, n) keys, in a file if they are many; ``prints`` and ``holders`` (n_prints,)
    fingerprints and the rank of the text each is from.
    """

    whole: np.ndarray
    words: np.ndarray
    bands: np.ndarray
    prints: np.ndarray
    holders: np.ndarray


def find_copies(articles: pl.DataFrame) -> pl.DataFrame:
    """The copies among ``articles`` (article_id, text, published, source) as ``tables.COPIES``.

    One row for each copy, in order of article_id; the order of the articles does not matter.
    Texts under 8 words are compared for equality only, texts without a letter not at all.
    """
    ranked = _rank(articles)
    if ranked.height < 2:
        return frames.empty(tables.COPIES)
    texts = ranked["text"]
    signs = _read_signs(texts)
    twin = _twins(signs.whole, signs.words)
    is_first = twin == np.arange(len(twin))
    near = _find_near(texts, signs, is_first)
    is_original = is_first.copy()
    is_original[list(near)] = False
    partial = _find_partial(ranked, signs, is_original)
    return _table(ranked["article_id"], twin, near, partial)


def _rank(articles: pl.DataFrame) -> pl.DataFrame:
    """The needed columns, the earliest article first."""
    articles = frames.require(articles, NEEDED, "articles")
    for column in ("article_id", "text"):
        if articles[column].null_count():
            row = articles[column].is_null().arg_max()
            raise ValueError(f"articles: row {row} has no {column}; fill it in or leave the row out.")
    repeated = articles.filter(pl.col("article_id").is_duplicated())["article_id"]
    if len(repeated):
        raise ValueError(
            f"articles: article_id {repeated[0]!r} stands in several rows; each row needs an id of its own."
        )
    length = pl.col("text").str.len_chars()
    order = [pl.col("published"), length, pl.col("article_id")]
    return articles.sort(order, descending=[False, True, False], nulls_last=True)


def _hashed(texts: pl.Series) -> Iterator[tuple[int, Letters]]:
    """Letters of the texts, batch by batch, with the position of the first text of each batch."""
    for part in batches(texts.str.len_chars().to_numpy()):
        yield part.start, read_letters(texts[part].to_list())


def _read_signs(texts: pl.Series) -> Signs:
    n = len(texts)
    whole, words = np.zeros(n, dtype=np.uint64), np.zeros(n, dtype=np.int64)
    bands = mapped_rows(N_BANDS, n, np.uint32)
    prints, holders = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int64)]
    for start, letters in _hashed(texts):
        part = slice(start, start + len(letters.whole))
        whole[part] = letters.whole
        words[part] = np.where(letters.unspaced, letters.sizes // 2, letters.sizes)
        bands[:, part] = band_keys(*letters.shingles(SHINGLE)).T
        let_go(bands)
        values, text = winnow(*letters.shingles(RUN), WINDOW)
        prints.append(values)
        holders.append(text + start)
    return Signs(whole, words, bands, np.concatenate(prints), np.concatenate(holders))


def _twins(whole: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Rank of the first text with the same letters, (n,): its own where it is the first."""
    _, first, group = np.unique(whole, return_index=True, return_inverse=True)
    return np.where(words > 0, first[group], np.arange(len(whole)))


def _pairs(keys: np.ndarray, ranks: np.ndarray, n: int) -> np.ndarray:
    """Pairs of texts with an equal key, as ``later * n + earlier``.

    ``ranks`` (n_keys,) must not fall within a key. Each text is paired with the first few that have
    the key and with the one before it, so that a thousand copies make thousands of pairs, no million.
    """
    order = np.argsort(keys, kind="stable")
    keys, ranks = keys[order], ranks[order]
    new = np.ones(len(keys), dtype=bool)
    new[1:] = keys[1:] != keys[:-1]
    position = np.arange(len(keys))
    first = np.maximum.accumulate(np.where(new, position, 0))
    partners = [first + step for step in range(N_COMPARED)] + [position - 1]
    pairs = []
    for partner in partners:
        real = (partner < position) & (partner >= first)
        pairs.append(ranks[real] * n + ranks[partner[real]])
    return np.unique(np.concatenate(pairs))


def _find_near(texts: pl.Series, signs: Signs, is_first: np.ndarray) -> Links:
    """Rank of each near copy to that of its original, with the Jaccard index."""
    ranks = np.flatnonzero(is_first & (signs.words >= MIN_WORDS))
    pairs = np.zeros(0, dtype=np.int64)
    at_once = max(1, KEYS_AT_ONCE // max(len(ranks), 1))
    for start in range(0, N_BANDS, at_once):
        bands = np.arange(start, min(start + at_once, N_BANDS))
        keys = signs.bands[bands][:, ranks] | (bands[:, None].astype(np.uint64) << np.uint64(32))
        let_go(signs.bands)
        found = _pairs(keys.ravel(), np.tile(ranks, len(bands)), len(texts))
        pairs = np.union1d(pairs, found)
    near: Links = {}
    # In order of rank, so that it is known of every earlier text whether it is an original.
    for later, earlier in _in_blocks(pairs, len(texts)):
        is_open = np.array([one not in near for one in earlier.tolist()])
        sets = _sets(texts, np.unique([later[is_open], earlier[is_open]]))
        for copy, original in zip(later[is_open].tolist(), earlier[is_open].tolist(), strict=True):
            if original in near:
                continue
            jaccard = _likeness(sets[copy], sets[original])
            if jaccard > near.get(copy, (0, 0.0))[1]:
                near[copy] = (original, jaccard)
    return near


def _in_blocks(pairs: np.ndarray, n: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The later and the earlier texts of ``pairs``, so many at once that what is read of them is bounded."""
    for start in range(0, len(pairs), PAIRS_AT_ONCE):
        yield np.divmod(pairs[start : start + PAIRS_AT_ONCE], n)


def _sets(texts: pl.Series, ranks: np.ndarray) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Sorted unique shingles, and words, of the texts at ``ranks``."""
    sets = {}
    for start, letters in _hashed(texts[ranks]):
        # 32 bits are enough to compare two texts, and halve the memory.
        shingles, bounds = letters.shingles(SHINGLE)
        shingles, words = shingles.astype(np.uint32), letters.words().astype(np.uint32)
        for offset in range(len(letters.whole)):
            sets[int(ranks[start + offset])] = (
                _unique(shingles[bounds[offset] : bounds[offset + 1]]),
                _unique(words[letters.bounds[offset] : letters.bounds[offset + 1]]),
            )
    return sets


def _unique(values: np.ndarray) -> np.ndarray:
    values = np.sort(values)
    return values[np.append(True, values[1:] != values[:-1])]


def _n_shared(a: np.ndarray, b: np.ndarray) -> int:
    both = np.sort(np.concatenate([a, b]))
    return int(np.count_nonzero(both[1:] == both[:-1]))


def _likeness(a: tuple[np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray]) -> float:
    """Jaccard index of the shingles of two texts, 0 where the texts are not near copies."""
    shared = _n_shared(a[0], b[0])
    jaccard = shared / (len(a[0]) + len(b[0]) - shared)
    if jaccard < MIN_JACCARD:
        return 0.0
    return jaccard if _n_shared(a[1], b[1]) >= MIN_WORDS_SHARED * min(len(a[1]), len(b[1])) else 0.0


def _find_partial(ranked: pl.DataFrame, signs: Signs, is_original: np.ndarray) -> Links:
    """Rank of each original that repeats a block to that of the other, with the containment."""
    kept = is_original[signs.holders]
    order = np.lexsort((signs.holders[kept], signs.prints[kept]))
    prints, holders = signs.prints[kept][order], signs.holders[kept][order]
    again = (prints[1:] == prints[:-1]) & (holders[1:] == holders[:-1])
    new = np.append(np.ones(min(1, len(prints)), dtype=bool), ~again)
    prints, holders = prints[new], holders[new]
    boilerplate = _boilerplate(prints, holders, ranked["source"])
    kept = ~np.isin(prints, boilerplate)
    pairs = _pairs(prints[kept], holders[kept], len(ranked))
    return _verify_blocks(ranked["text"], pairs, boilerplate)


def _boilerplate(prints: np.ndarray, holders: np.ndarray, sources: pl.Series) -> np.ndarray:
    """Fingerprints, of the sorted ``prints``, that too many articles hold, or too many of one outlet."""
    counts = np.unique(prints, return_counts=True)[1]
    some = np.repeat(counts, counts) > MANY_OF_SOURCE  # most are held by one article alone
    held = pl.DataFrame({"print": prints[some], "source": sources.gather(holders[some])})
    by_source = held.drop_nulls().group_by("print", "source").len()
    many = held.group_by("print").len().filter(pl.col("len") > MANY_ARTICLES)
    own = by_source.filter(pl.col("len") > MANY_OF_SOURCE)
    return pl.concat([many["print"], own["print"]]).unique().sort().to_numpy()


def _verify_blocks(texts: pl.Series, pairs: np.ndarray, boilerplate: np.ndarray) -> Links:
    partial: Links = {}
    for later, earlier in _in_blocks(pairs, len(texts)):
        runs = _runs(texts, np.unique([later, earlier]))
        own = {rank: ~_is_among(runs[rank][0], boilerplate) for rank in np.unique(later).tolist()}
        ordered = {rank: np.sort(runs[rank][0]) for rank in np.unique(earlier).tolist()}
        for copy, original in zip(later.tolist(), earlier.tolist(), strict=True):
            contained = _containment(runs[copy], own[copy], ordered[original])
            if contained > partial.get(copy, (0, 0.0))[1]:
                partial[copy] = (original, contained)
    return partial


def _runs(texts: pl.Series, ranks: np.ndarray) -> dict[int, tuple[np.ndarray, int]]:
    """Hashes of the runs of the texts at ``ranks``, in order, and how many tokens make a block."""
    runs = {}
    for start, letters in _hashed(texts[ranks]):
        hashes, bounds = letters.shingles(RUN)
        for offset in range(len(letters.whole)):
            block = BLOCK_LETTERS if letters.unspaced[offset] else BLOCK_WORDS
            own = hashes[bounds[offset] : bounds[offset + 1]].copy()
            runs[int(ranks[start + offset])] = (own, block)
    return runs


def _containment(copy: tuple[np.ndarray, int], own: np.ndarray, original: np.ndarray) -> float:
    """Share of the tokens of ``copy`` that lie in blocks of the sorted ``original``, 0 where there is none.

    ``own`` says which runs of the copy are no boilerplate.

    Every stretch of boilerplate as long as a block holds a fingerprint that is known to be
    boilerplate, which breaks the stretch in two.
    """
    hashes, block = copy
    shared = _is_among(hashes, original) & own
    edges = np.flatnonzero(np.diff(np.concatenate([[False], shared, [False]])))
    tokens = edges[1::2] - edges[::2] + RUN - 1
    return float(tokens[tokens >= block].sum() / (len(hashes) + RUN - 1))


def _is_among(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Which of ``values`` the sorted ``among`` holds; ``np.isin`` sorts both anew for each of many pairs."""
    if not len(among):
        return np.zeros(len(values), dtype=bool)
    return among[np.minimum(np.searchsorted(among, values), len(among) - 1)] == values


def _table(ids: pl.Series, twin: np.ndarray, near: Links, partial: Links) -> pl.DataFrame:
    rows = []
    for rank, first in enumerate(twin.tolist()):
        if first in near:
            rows.append((ids[rank], ids[near[first][0]], near[first][1], "near"))
        elif first != rank:
            rows.append((ids[rank], ids[first], 1.0, "exact"))
        elif rank in partial:
            rows.append((ids[rank], ids[partial[rank][0]], partial[rank][1], "partial"))
    return pl.DataFrame(rows, schema=tables.COPIES, orient="row").sort("article_id")
