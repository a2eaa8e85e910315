"""The files of a static encoder: a table of vectors and a tokenizer.

Encoders of one folder share what was read, so a second one, as that of another model, costs neither time nor
memory.
"""

from functools import cached_property
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

import numpy as np

from newstance.embed.abbreviations import table_text
from newstance.embed.reader import LibraryReader, Reader, open_reader

WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"


class StaticFiles:
    """``table`` (n_rows, n_dims); ``rows`` and ``scales`` (n_tokens,): the row of each token, and by what it
    is multiplied.

    Raises ``ValueError`` if the parts do not fit each other.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.table, self.rows, self.scales = _read_table(folder / WEIGHTS)
        _check(folder / WEIGHTS, self.table, self.rows, self.scales)

    @cached_property
    def fingerprints(self) -> tuple[str, str]:
        """Hash of both files, and of both with the table of abbreviations."""
        import hashlib  # loads OpenSSL, which the first vector need not wait for

        digest = hashlib.sha256()
        for name in (WEIGHTS, TOKENIZER):
            digest.update((self.folder / name).read_bytes())
        alone = digest.hexdigest()
        digest.update(table_text().encode())
        return alone[:32], digest.hexdigest()[:32]

    @cached_property
    def reader(self) -> Reader | LibraryReader:
        """Reads by the tokenizer, which is checked against the table."""
        reader = open_reader(self.folder / TOKENIZER)
        if reader.n_ids != len(self.rows):
            raise ValueError(
                f"{self.folder}: {TOKENIZER} has {reader.n_ids} tokens, {WEIGHTS} has {len(self.rows)}. "
                "The folder mixes two models; copy both files of one."
            )
        return reader


_opened: WeakValueDictionary[tuple, StaticFiles] = WeakValueDictionary()
_lock = Lock()


def static_files(folder: Path) -> StaticFiles:
    """The files in ``folder``, as others have read them if they are still the same."""
    states = [(folder / name).stat() for name in (WEIGHTS, TOKENIZER)]
    key = (folder.resolve(), *((one.st_ino, one.st_size, one.st_mtime_ns) for one in states))
    with _lock:
        files = _opened.get(key)
        if files is None:
            files = _opened[key] = StaticFiles(folder)
        return files


def _read_table(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Table (n_rows, n_dims), row of each token (n_tokens,), scale of each token (n_tokens,)."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path}: is damaged: {error}. Copy the encoder anew.") from error
    if "embedding.weight" in tensors:
        tensors = {"embeddings": tensors["embedding.weight"]}
    if "embeddings" not in tensors:
        raise ValueError(
            f"{path}: expected a table 'embedding.weight' or 'embeddings', found {sorted(tensors)}."
        )
    table = tensors["embeddings"]
    rows = tensors.get("mapping", np.arange(len(table)))
    scales = tensors.get("weights", np.ones(len(rows))).astype(np.float32)
    return table, rows, scales


def _check(path: Path, table: np.ndarray, rows: np.ndarray, scales: np.ndarray) -> None:
    """Whether the parts of a table fit each other."""
    if table.ndim != 2:
        raise ValueError(f"{path}: its table has the shape {table.shape}, expected (n_rows, n_dims).")
    if scales.shape != rows.shape:
        raise ValueError(f"{path}: {len(rows)} tokens have {scales.size} weights. Copy the encoder anew.")
    if len(rows):
        wrong = next((one for one in (rows.min(), rows.max()) if not 0 <= one < len(table)), None)
        if wrong is not None:
            raise ValueError(f"{path}: a token has row {wrong} of {len(table)} rows. Copy the encoder anew.")
