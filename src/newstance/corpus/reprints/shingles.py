"""Texts as hashes of their letters: what two copies share whatever was done to case, marks and spaces.

A text is reduced to its letters and digits without web addresses: case folded, accents dropped (so
ё = е), letters of Cyrillic and Greek that look like Latin ones mapped to those (Unicode TR 39 calls
this a skeleton, https://www.unicode.org/reports/tr39/). A token is a word; in scripts that put no
spaces between words each letter is one. A shingle is the letters of a run of tokens. All texts of a
batch are hashed at once with numpy: with prefix sums of a polynomial modulo 2**64 any stretch of
letters costs one subtraction (Karp and Rabin 1987). Fingerprints are chosen by winnowing (Schleimer,
Wilkerson, Aiken 2003), which promises one in every long enough stretch.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from newstance.scripts import folded, is_unspaced

SEPARATOR, DROPPED = 1, 2
# Set in the class of a letter that is a token by itself.
ALONE = 1 << 24
# Letters a token of an unspaced script spans, so that three tokens in a row are five letters, which
# is about three words of Chinese.
ALONE_LETTERS = 3
# By the shape of the small or of the capital letter: both cases fall into one class anyway.
LOOKALIKES = dict(
    zip(
        "аеорсухіјѕвкмнтԁԛԝһӏ" + "αβεζηικμνορτυχ" + "ı",
        "aeopcyxijsbkmhtdqwhl" + "abezhikmnoptyx" + "i",
        strict=True,
    )
)
# Apostrophes are typed in many ways and stand inside words (п'ять, l’eau).
APOSTROPHES = "'’‘ʼ`´"
# An address says nothing of a text, but has a dozen "words".
ADDRESS = re.compile(r"(?:https?://|www\.)[^\s()\[\]<>«»\"]+", re.IGNORECASE)
BASE = np.uint64(0x9E3779B97F4A7C15)
BASE_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))
BATCH_CHARS = 1 << 19
# Two texts whose shingles have a Jaccard index of 0.44 share a key with probability 0.9995, of 0.3
# with 0.90, of 0.02 with 0.0007.
N_BANDS, BAND_ROWS = 85, 3


@dataclass(frozen=True)
class Letters:
    """The letters and tokens of a batch of texts.

    ``sums`` (n_letters + 1,) are the prefix sums that hashes are read from; ``starts`` and ``ends``
    (n_tokens,) are letter positions; tokens ``bounds[i]:bounds[i + 1]`` are those of text ``i``.
    ``whole`` (n_texts,) is the hash of all letters of a text, ``unspaced`` (n_texts,) whether most of
    its tokens are single letters.
    """

    sums: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    bounds: np.ndarray
    whole: np.ndarray
    unspaced: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """Tokens of each text, (n_texts,)."""
        return np.diff(self.bounds)

    def words(self) -> np.ndarray:
        """Hash of each token by itself, (n_tokens,): a word, or one letter in an unspaced script."""
        return _hash(self.sums, self.starts, np.append(self.starts[1:], len(self.sums) - 1))

    def shingles(self, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Hashes of all runs of ``length`` tokens, and their bounds (n_texts + 1,) by text."""
        counts = np.maximum(self.sizes - length + 1, 0)
        bounds = _bounds(counts)
        first = np.arange(bounds[-1]) + np.repeat(self.bounds[:-1] - bounds[:-1], counts)
        return _hash(self.sums, self.starts[first], self.ends[first + length - 1]), bounds


def batches(lengths: np.ndarray) -> Iterator[slice]:
    """Slices of texts, in order, of about half a million characters each; ``lengths`` (n_texts,)."""
    start = total = 0
    for position, length in enumerate(lengths.tolist()):
        total += length + 1
        if total >= BATCH_CHARS:
            yield slice(start, position + 1)
            start, total = position + 1, 0
    if start < len(lengths):
        yield slice(start, len(lengths))


def read_letters(texts: list[str]) -> Letters:
    """Reduce ``texts`` to letters and tokens."""
    texts = [folded(_without_addresses(text)).text for text in texts]
    codes = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    bounds = _bounds(np.array([len(text) + 1 for text in texts], dtype=np.int64))
    classes = _classes(codes)
    dropped = classes == DROPPED
    classes, bounds = classes[~dropped], bounds - _count_until(dropped, bounds)
    is_letter = classes > DROPPED
    alone = (classes & ALONE) != 0
    starts_token = is_letter.copy()
    starts_token[1:] &= ~is_letter[:-1] | alone[1:] | alone[:-1]
    letter_bounds = _count_until(is_letter, bounds)
    token_bounds = _count_until(starts_token, bounds)
    starts = np.cumsum(is_letter, dtype=np.int32)[starts_token].astype(np.int64) - 1
    ends = _ends(starts, alone[starts_token], token_bounds, letter_bounds)
    sums = _prefix_sums(classes[is_letter])
    whole = _hash(sums, letter_bounds[:-1], letter_bounds[1:])
    n_alone = np.diff(_count_until(alone[starts_token], token_bounds))
    return Letters(sums, starts, ends, token_bounds, whole, n_alone * 2 > np.diff(token_bounds))


def winnow(hashes: np.ndarray, bounds: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Fingerprints: the least hash of every ``window`` hashes in a row of one text.

    Returns the fingerprints and the text of each, once for a stretch of windows that share it. Two
    texts that have ``window`` hashes in a row in common have a fingerprint in common.
    """
    least, width = hashes, 1
    while width * 2 <= window:
        least = np.minimum(least[:-width], least[width:])
        width *= 2
    rest = window - width
    if rest:
        least = np.minimum(least[:-rest], least[rest:])
    text = np.repeat(np.arange(len(bounds) - 1), np.maximum(np.diff(bounds) - window + 1, 0))
    first = np.arange(len(text)) - _bounds(np.bincount(text, minlength=len(bounds) - 1))[text]
    least = least[first + bounds[text]]
    new = np.ones(len(text), dtype=bool)
    new[1:] = (least[1:] != least[:-1]) | (text[1:] != text[:-1])
    return least[new], text[new]


def band_keys(hashes: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """MinHash band keys (Broder 1997), (n_texts, N_BANDS) uint32, of the sets of hashes of the texts.

    Two texts have a key of a band in common with probability Jaccard**BAND_ROWS, and by chance once in
    2**32 pairs: what has a key in common is a candidate, to be verified.
    """
    from rensa import RMinHash

    n_hashes = 256  # a power of two is rensa's fast path
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, bounds.astype(np.uint64), n_hashes, 1)
    rows = np.array(matrix.to_rows(), dtype=np.uint64)[:, : N_BANDS * BAND_ROWS]
    first, second, third = np.moveaxis(rows.reshape(-1, N_BANDS, BAND_ROWS), 2, 0)
    return (mix(first << np.uint64(32) | second) ^ mix(third)).astype(np.uint32)


def mix(values: np.ndarray) -> np.ndarray:
    """Spread uint64 ``values`` over all 64 bits (the finish of splitmix64, Steele et al. 2014)."""
    values = values ^ (values >> np.uint64(30))
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values


def _without_addresses(text: str) -> str:
    # Most texts have none, and the search by the pattern is slow.
    return ADDRESS.sub(" ", text) if "://" in text or "www." in text else text


def _bounds(counts: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _count_until(mask: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """How many of ``mask`` are set before each of ``bounds``."""
    return np.searchsorted(np.flatnonzero(mask), bounds)


def _ends(
    starts: np.ndarray, alone: np.ndarray, token_bounds: np.ndarray, letter_bounds: np.ndarray
) -> np.ndarray:
    ends = np.append(starts[1:], letter_bounds[-1])
    text_ends = np.repeat(letter_bounds[1:], np.diff(token_bounds))
    return np.where(alone, np.minimum(starts + ALONE_LETTERS, text_ends), ends)


def _powers(base: np.uint64, count: int) -> np.ndarray:
    factors = np.full(count, base, dtype=np.uint64)
    factors[:1] = 1
    return np.multiply.accumulate(factors)


@cache
def _power_tables(size: int) -> tuple[np.ndarray, np.ndarray]:
    return _powers(BASE, size), _powers(BASE_INVERSE, size)


def _tables_for(count: int) -> tuple[np.ndarray, np.ndarray]:
    # One size for the usual batch; a giant text gets tables of its own that are not kept.
    if count <= BATCH_CHARS:
        return _power_tables(BATCH_CHARS + 1)
    return _powers(BASE, count + 1), _powers(BASE_INVERSE, count + 1)


def _prefix_sums(classes: np.ndarray) -> np.ndarray:
    sums = np.zeros(len(classes) + 1, dtype=np.uint64)
    powers = _tables_for(len(classes))[0][: len(classes)]
    np.cumsum(mix(classes * BASE) * powers, out=sums[1:])
    return sums


def _hash(sums: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Hash of the letters from ``starts`` to ``ends``, the same wherever they stand."""
    return mix((sums[ends] - sums[starts]) * _tables_for(len(sums) - 1)[1][starts])


@cache
def _class_table() -> np.ndarray:
    """Class of each code point, 0 where not looked up yet: a full table would take a second."""
    return np.zeros(0x110000, dtype=np.uint32)


def _classes(codes: np.ndarray) -> np.ndarray:
    table = _class_table()
    classes = table[codes]
    unknown = classes == 0
    if unknown.any():
        new = np.unique(codes[unknown])
        table[new] = [_class_of(chr(code)) for code in new.tolist()]
        classes = table[codes]
    return classes


def _class_of(char: str) -> int:
    category = unicodedata.category(char)
    if char in APOSTROPHES or category in ("Mn", "Me", "Cf"):
        return DROPPED
    if not char.isalnum() and category != "Mc":
        return SEPARATOR
    bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    folded = (bare if len(bare) == 1 else char).casefold()
    char = folded if len(folded) == 1 else char
    code = ord(LOOKALIKES.get(char, char))
    return code | ALONE if is_unspaced(char) else code
