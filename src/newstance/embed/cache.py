"""Vectors kept on disk by content: what was encoded once is not encoded again.

SQLite holds one row a text, keyed by the hash of the text and the fingerprint of the model. Every
block of texts is committed when it is done, so work that is stopped goes on where it stood. SQLite does not
notice a byte that was changed on the disk, so a vector has a checksum behind it.
"""

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from newstance.embed.encoder import Encoder

KEYS_A_QUERY = 500
TEXTS_A_COMMIT = 4096
SECONDS_TO_WAIT = 60
CHECKSUM = 4  # bytes
FORMAT = b"float32 crc32"  # part of a key, so that rows of another format are never found
# What to do, by the code of SQLite; of anything else the file is at fault.
ADVICE = {
    sqlite3.SQLITE_FULL: "Make room there",
    sqlite3.SQLITE_IOERR: "Make room there, and see whether the disk is well",
    sqlite3.SQLITE_BUSY: "Wait until the other process that uses it has ended",
    sqlite3.SQLITE_LOCKED: "Wait until the other process that uses it has ended",
    sqlite3.SQLITE_READONLY: "Mend its permissions and those of its folder",
    sqlite3.SQLITE_CANTOPEN: "See that it is a file, and mend its permissions and those of its folder",
}


class VectorCache:
    """Float32 vectors of texts under one model's fingerprint; ``n_damaged`` rows were none."""

    def __init__(self, path: Path | str, fingerprint: str, n_dims: int):
        self.path = Path(path)
        self.fingerprint = fingerprint.encode()
        self.n_dims = n_dims
        self.n_damaged = 0
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._opened() as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The database; what was done in it is committed at the end, or not at all."""
        try:
            with closing(sqlite3.connect(self.path, SECONDS_TO_WAIT)) as database, database:
                yield database
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what extends it
            raise ValueError(
                f"encoder.cache: {self.path} cannot be used as a cache of vectors: {error}. "
                f"{ADVICE.get(code, 'Remove it')}, or give another file; encoder.cache=null keeps none."
            ) from error

    def _key(self, text: str) -> bytes:
        return hashlib.blake2b(
            text.encode("utf-8", "surrogatepass"), digest_size=16, key=self.fingerprint[:64], person=FORMAT
        ).digest()

    def get(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Vectors (n_texts, n_dims) and a mask (n_texts,) of those that were found.

        A row that is no vector of this model (of other bytes, or numbers that are not finite) is as if it
        were not there, and is counted: it is encoded anew, and replaced.
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
                    if key not in rows:
                        continue
                    vector = self._vector(key, rows[key])
                    if vector is None:
                        self.n_damaged += 1
                    else:
                        vectors[row], found[row] = vector, True
        return vectors, found

    def _vector(self, key: bytes, content: object) -> np.ndarray | None:
        n_bytes = 4 * self.n_dims
        if not isinstance(content, bytes) or content[n_bytes:] != _checksum(key, content[:n_bytes]):
            return None
        vector = np.frombuffer(content, dtype=np.float32, count=self.n_dims)
        return vector if np.isfinite(vector).all() else None

    def put(self, texts: Sequence[str], vectors: np.ndarray) -> None:
        """Keep ``vectors`` (n_texts, n_dims) of ``texts``, in one transaction."""
        rows = []
        for text, vector in zip(texts, vectors, strict=True):
            key, content = self._key(text), vector.astype(np.float32).tobytes()
            rows.append((key, content + _checksum(key, content)))
        with self._opened() as database:
            database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)


def _checksum(key: bytes, content: bytes) -> bytes:
    return zlib.crc32(content, zlib.crc32(key)).to_bytes(CHECKSUM, "big")


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


def cache_notes(encoder: Encoder) -> list[str]:
    """What a training should tell of the cache of its encoder."""
    if not isinstance(encoder, CachedEncoder) or not encoder.cache.n_damaged:
        return []
    return [
        f"encoder.cache: {encoder.cache.n_damaged} vectors in {encoder.cache.path} were damaged, and were "
        "made anew. See whether the disk is well."
    ]
