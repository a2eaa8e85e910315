"""Which files went into a training: one hash for each key of the config that names files."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from newstance.config import TrainConfig

KEYS = (("corpus", "path"), ("stance", "labels"), ("themes", "labels"), ("evaluation", "themes"))
LABELS = tuple(".".join(keys) for keys in KEYS[1:])
CHUNK = 1 << 20


def input_fingerprints(config: TrainConfig) -> dict[str, str]:
    """By key of the config ("corpus.path"), the hash of its files: their names below the path, and content.

    Keys that are null are left out. Raises ``OSError`` for a file that cannot be read.
    """
    found = {}
    for section, key in KEYS:
        given: Any = getattr(getattr(config, section), key)
        if given is not None:
            found[f"{section}.{key}"] = _hash(given if isinstance(given, tuple) else (given,))
    return found


def _hash(paths: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        for file in _files(path):
            name = file.relative_to(path).as_posix() if file != path else file.name
            digest.update(f"{name}\0{file.stat().st_size}\0".encode("utf-8", "surrogateescape"))
            with file.open("rb") as stream:
                while chunk := stream.read(CHUNK):
                    digest.update(chunk)
    return digest.hexdigest()[:32]


def _files(path: Path) -> Iterator[Path]:
    """The files at or below ``path`` in a fixed order; hidden ones are no articles."""
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if file.is_file() and not hidden:
            yield file
