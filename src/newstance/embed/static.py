"""Static encoders read with numpy alone: no torch, a fraction of a second to load.

The folder is the sentence-transformers ``StaticEmbedding`` format, so
``SentenceTransformer(folder)`` gives the same vectors. The table may be stored as float, or as int8
rows with one scale a token (the ``embeddings``/``mapping``/``weights`` keys of model2vec).
"""

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from newstance.embed.abbreviations import spell_out
from newstance.embed.reader import LibraryReader, Ragged, Reader
from newstance.embed.static_files import static_files
from newstance.linear import unit_rows

MODULES = "modules.json"
# Tokens summed at once in float32: bounds the rounding of long texts, and stays in the processor's cache.
TOKENS_AT_ONCE = 1024
CHARS_AT_ONCE = 2_000_000


def is_static(folder: Path) -> bool:
    """Whether ``folder`` holds a sentence-transformers model that is a static table and nothing more
    than a normalisation after it."""
    if not (folder / MODULES).is_file():
        return False
    first, *others = [str(module["type"]).rpartition(".")[2] for module in _modules(folder)]
    return first == "StaticEmbedding" and all(other == "Normalize" for other in others)


def _modules(folder: Path) -> list[dict]:
    path = folder / MODULES
    try:
        modules = json.loads(path.read_text(encoding="utf-8"))
        if modules and all({"type", "path"} <= module.keys() for module in modules):
            return modules
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"{path}: is damaged: {error}. Copy the encoder anew.") from error
    raise ValueError(f"{path}: names no modules of a sentence-transformers model. Copy the encoder anew.")


class StaticEncoder:
    """Mean of token vectors, scaled to unit length.

    ``abbreviations`` spells out those of the news before a text is read (``embed/abbreviations.py``);
    without, the vectors are those of ``SentenceTransformer(folder)``.
    Raises ``ValueError`` if the table and the tokenizer of the folder do not fit each other.
    """

    def __init__(self, folder: Path | str, name: str | None = None, abbreviations: bool = True):
        folder = Path(folder)
        self.abbreviations = abbreviations
        self.folder = folder / _modules(folder)[0]["path"]
        self.name = name or str(folder)
        self.files = static_files(self.folder)
        self.table, self.rows, self.scales = self.files.table, self.files.rows, self.files.scales
        self.n_dims: int = self.table.shape[1]

    @property
    def fingerprint(self) -> str:
        """Hash of the weights, the tokenizer, and the table of abbreviations where it is used."""
        return self.files.fingerprints[self.abbreviations]

    @property
    def reader(self) -> Reader | LibraryReader:
        """Reads by the tokenizer of the folder."""
        return self.files.reader

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of ``texts``: float32 (n_texts, n_dims), unit rows; zeros for a text of no token."""
        vectors = np.zeros((len(texts), self.n_dims), dtype=np.float32)
        for start, stop in _chunks(texts):
            read = spell_out(texts[start:stop]) if self.abbreviations else list(texts[start:stop])
            vectors[start:stop] = self._sums(self.reader.read(read))
        return unit_rows(vectors)

    def word_vectors(self, words: Sequence[str]) -> np.ndarray:
        """Sum of the token vectors of each word, (n_words, n_dims) float32, not scaled: frequent words are
        short."""
        return self.token_sums(words).astype(np.float32)

    def token_sums(self, texts: Sequence[str]) -> np.ndarray:
        """Sum of the token vectors of each of ``texts``, read as they are: (n_texts, n_dims) float64."""
        return self._sums(self.reader.read(list(texts)))

    def token_vector(self, token: int) -> np.ndarray:
        """The vector of a token by its id: (n_dims,) float32."""
        vector: np.ndarray = self.scales[token] * self.table[self.rows[token]].astype(np.float32)
        return vector

    def _sums(self, texts: Ragged) -> np.ndarray:
        """Sum of token vectors of each text, (n_texts, n_dims); the mean differs by a factor only."""
        sums = np.zeros((len(texts.starts) - 1, self.n_dims))
        for parts in _blocks(texts.starts.tolist()):
            begin, end = parts[0].start, parts[-1].stop
            tokens = texts.ids[begin:end]
            vectors, scales = self.table[self.rows[tokens]].astype(np.float32), self.scales[tokens]
            for text, start, stop in parts:
                own = slice(start - begin, stop - begin)
                sums[text] += scales[own] @ vectors[own]
        return sums


class _Part(NamedTuple):
    """Tokens ``start`` to ``stop`` of all, which belong to ``text``."""

    text: int
    start: int
    stop: int


def _blocks(starts: list[int]) -> Iterator[list[_Part]]:
    """All tokens in parts, those of a block no more than ``TOKENS_AT_ONCE``. A text is cut at the same places
    whatever lies beside it, so its sum is the same."""
    block: list[_Part] = []
    for text, (start, stop) in enumerate(pairwise(starts)):
        for place in range(start, stop, TOKENS_AT_ONCE):
            part = _Part(text, place, min(place + TOKENS_AT_ONCE, stop))
            if block and part.stop - block[0].start > TOKENS_AT_ONCE:
                yield block
                block = []
            block.append(part)
    if block:
        yield block


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Slices of ``texts`` of about ``CHARS_AT_ONCE`` characters each."""
    start = size = 0
    for stop, text in enumerate(texts, 1):
        size += len(text)
        if size >= CHARS_AT_ONCE:
            yield start, stop
            start, size = stop, 0
    if start < len(texts):
        yield start, len(texts)
