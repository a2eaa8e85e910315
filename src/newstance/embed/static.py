"""Static encoders read with numpy and tokenizers alone: no torch, a fraction of a second to load.

The folder is the sentence-transformers ``StaticEmbedding`` format, so
``SentenceTransformer(folder)`` gives the same vectors. The table may be stored as float, or as int8
rows with one scale a token (the ``embeddings``/``mapping``/``weights`` keys of model2vec).
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from newstance.linear import unit_rows

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WEIGHTS, TOKENIZER, MODULES = "model.safetensors", "tokenizer.json", "modules.json"
# Tokens summed at once in float32: bounds the memory and the rounding, whatever the length of a text.
TOKENS_AT_ONCE = 4096
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

    Raises ``ValueError`` if the table and the tokenizer of the folder do not fit each other.
    """

    def __init__(self, folder: Path | str, name: str | None = None):
        folder = Path(folder)
        self.folder = folder / _modules(folder)[0]["path"]
        self.name = name or str(folder)
        self.table, self.rows, self.scales = _read_table(self.folder / WEIGHTS)
        _check(self.folder / WEIGHTS, self.table, self.rows, self.scales)
        self.n_dims: int = self.table.shape[1]

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the weights and the tokenizer."""
        digest = hashlib.sha256()
        for name in (WEIGHTS, TOKENIZER):
            digest.update((self.folder / name).read_bytes())
        return digest.hexdigest()[:32]

    @cached_property
    def tokenizer(self) -> "Tokenizer":
        """Of the folder, checked against its table."""
        tokenizer = _read_tokenizer(self.folder / TOKENIZER)
        n_tokens = len(self.table) if self.rows is None else len(self.rows)
        # Ids may have gaps, so the largest one decides; to list them all is slow and seldom needed.
        n_ids = tokenizer.get_vocab_size()
        if n_ids != n_tokens:
            n_ids = max(tokenizer.get_vocab().values(), default=-1) + 1
        if n_ids != n_tokens:
            raise ValueError(
                f"{self.folder}: {TOKENIZER} has {n_ids} tokens, {WEIGHTS} has {n_tokens}. "
                "The folder mixes two models; copy both files of one."
            )
        return tokenizer

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of ``texts``: float32 (n_texts, n_dims), unit rows; zeros for a text of no token."""
        vectors = np.zeros((len(texts), self.n_dims), dtype=np.float32)
        for start, stop in _chunks(texts):
            encodings = self.tokenizer.encode_batch_fast(list(texts[start:stop]), add_special_tokens=False)
            ids = [np.asarray(encoding.ids, dtype=np.int64) for encoding in encodings]
            vectors[start:stop] = self._sums(ids)
        return unit_rows(vectors)

    def _sums(self, ids: list[np.ndarray]) -> np.ndarray:
        """Sum of token vectors of each text, (n_texts, n_dims); the mean differs by a factor only."""
        sums = np.zeros((len(ids), self.n_dims), dtype=np.float32)
        for text, tokens in enumerate(ids):
            parts = range(0, len(tokens), TOKENS_AT_ONCE)
            sums[text] = sum(
                self._sum(tokens[start : start + TOKENS_AT_ONCE]).astype(np.float64) for start in parts
            )
        return sums

    def _sum(self, tokens: np.ndarray) -> np.ndarray:
        rows = tokens if self.rows is None else self.rows[tokens]
        if self.scales is None:
            return self.table[rows].sum(axis=0, dtype=np.float64)
        return self.scales[tokens] @ self.table[rows].astype(np.float32)


def _read_tokenizer(path: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    content = path.read_bytes()
    try:
        tokenizer = Tokenizer.from_buffer(content)
    except Exception as error:  # the library has no class of its own for this
        raise ValueError(f"{path}: is no tokenizer: {error}. Copy the encoder anew.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _read_table(path: Path) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Table (n_rows, n_dims), row of each token or None, scale of each token or None."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path}: is damaged: {error}. Copy the encoder anew.") from error
    if "embedding.weight" in tensors:
        return tensors["embedding.weight"], None, None
    if "embeddings" not in tensors:
        raise ValueError(
            f"{path}: expected a table 'embedding.weight' or 'embeddings', found {sorted(tensors)}."
        )
    scales = tensors.get("weights")
    return (
        tensors["embeddings"],
        tensors.get("mapping"),
        None if scales is None else scales.astype(np.float32),
    )


def _check(path: Path, table: np.ndarray, rows: np.ndarray | None, scales: np.ndarray | None) -> None:
    """Whether the parts of a table fit each other."""
    if table.ndim != 2:
        raise ValueError(f"{path}: its table has the shape {table.shape}, expected (n_rows, n_dims).")
    n_tokens = len(table) if rows is None else len(rows)
    if scales is not None and scales.shape != (n_tokens,):
        raise ValueError(f"{path}: {n_tokens} tokens have {scales.size} weights. Copy the encoder anew.")
    if rows is not None and len(rows):
        wrong = next((one for one in (rows.min(), rows.max()) if not 0 <= one < len(table)), None)
        if wrong is not None:
            raise ValueError(f"{path}: a token has row {wrong} of {len(table)} rows. Copy the encoder anew.")


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
