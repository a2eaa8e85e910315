"""Vectors kept on disk by content: what was encoded once is not encoded again.

SQLite holds one row a text, keyed by the hash of the text and the fingerprint of the model. Every
block of texts is committed when it is done, so work that is stopped goes on where it stood.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from newstance.embed.encoder import Encoder

KEYS_A_QUERY = 500
TEXTS_A_COMMIT = 4096


class VectorCache:
    """Float32 vectors of texts under one model's fingerprint."""

    def __init__(self, path: Path | str, fingerprint: str, n_dims: int):
        self.path = Path(path)
        self.fingerprint = fingerprint.encode()
        self.n_dims = n_dims
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._opened() as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
            )

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The database; what was done in it is committed at the end, or not at all."""
        try:
            with closing(sqlite3.connect(self.path, timeout=60)) as database, database:
                yield database
        except sqlite3.DatabaseError as error:
            raise ValueError(
                f"encoder.cache: {self.path} cannot be used as a cache of vectors: {error}. "
                "Remove it, or give another file."
            ) from error

    def _key(self, text: str) -> bytes:
        return hashlib.blake2b(
            text.encode("utf-8", "surrogatepass"), digest_size=16, key=self.fingerprint[:64]
        ).digest()

    def get(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Vectors (n_texts, n_dims) and a mask (n_texts,) of those that were found.

        A row that is no vector of this model (of other bytes, or numbers that are not finite) is as if it
        were not there: it is encoded anew, and replaced.
        """
        vectors = np.zeros((len(texts), self.n_dims), dtype=np.float32)
        found = np.zeros(len(texts), dtype=bool)
        keys = [self._key(text) for text in texts]
        with self._opened() as database:
            for start in range(0, len(keys), KEYS_A_QUERY):
                some = keys[start : start + KEYS_A_QUERY]
                marks = ",".join("?" * len(some))
                rows = dict(database.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some))
                for row, key in enumerate(some, start):
                    vector = self._vector(rows.get(key))
                    if vector is not None:
                        vectors[row], found[row] = vector, True
        return vectors, found

    def _vector(self, content: object) -> np.ndarray | None:
        if not isinstance(content, bytes) or len(content) != 4 * self.n_dims:
            return None
        vector = np.frombuffer(content, dtype=np.float32)
        return vector if np.isfinite(vector).all() else None

    def put(self, texts: Sequence[str], vectors: np.ndarray) -> None:
        """Keep ``vectors`` (n_texts, n_dims) of ``texts``, in one transaction."""
        rows = [
            (self._key(text), vector.astype(np.float32).tobytes())
            for text, vector in zip(texts, vectors, strict=True)
        ]
        with self._opened() as database:
            database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)


class CachedEncoder:
    """An encoder that asks its cache first, and encodes each different text once.

    ``n_encoded`` counts the texts that had to be encoded; ``progress`` is called with the number of
    texts done after each block.
    """

    def __init__(
        self,
        encoder: Encoder,
        path: Path | str,
        progress: Callable[[int], None] | None = None,
    ):
        self.encoder = encoder
        self.name, self.n_dims = encoder.name, encoder.n_dims
        self.fingerprint = encoder.fingerprint
        self.cache = VectorCache(path, encoder.fingerprint, encoder.n_dims)
        self.progress = progress
        self.n_encoded = 0

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of ``texts``: float32 (n_texts, n_dims), equal to those of the encoder itself."""
        unique = sorted(set(texts), key=lambda text: (len(text), text))
        row = {text: index for index, text in enumerate(unique)}
        vectors = np.zeros((len(unique), self.n_dims), dtype=np.float32)
        for start in range(0, len(unique), TEXTS_A_COMMIT):
            block = unique[start : start + TEXTS_A_COMMIT]
            vectors[start : start + len(block)] = self._encode_block(block)
            if self.progress is not None:
                self.progress(len(block))
        return vectors[[row[text] for text in texts]]

    def _encode_block(self, texts: list[str]) -> np.ndarray:
        vectors, found = self.cache.get(texts)
        missing = [text for text, known in zip(texts, found, strict=True) if not known]
        if missing:
            fresh = self.encoder.encode(missing)
            self.cache.put(missing, fresh)
            self.n_encoded += len(missing)
            vectors[~found] = fresh
        return vectors
