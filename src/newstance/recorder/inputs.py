"""Which files went into a training: one hash for each key of the config that names files."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from newstance.addresses import Address, Place, at_hand
from newstance.config import TrainConfig
from newstance.corpus.read.log import ReadLog
from newstance.corpus.read.walk import list_files, roots_of

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


def _hash(places: tuple[Place, ...]) -> str:
    digest = hashlib.sha256()
    for place in places:
        for name, file in _files_there(place) if isinstance(place, Address) else _files(place):
            with at_hand(file) as path, path.open("rb") as stream:
                digest.update(f"{name}\0{path.stat().st_size}\0".encode("utf-8", "surrogateescape"))
                while chunk := stream.read(CHUNK):
                    digest.update(chunk)
    return digest.hexdigest()[:32]


def _files_there(address: Address) -> Iterator[tuple[str, Place]]:
    for file, why in list_files(roots_of([address]), ReadLog()):
        if why is None:
            yield file.name, file.path


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """The files at or below ``path`` in a fixed order, and their names; hidden ones are no articles."""
    if not path.is_dir():
        yield path.name, path
        return
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if file.is_file() and not hidden:
            yield file.relative_to(path).as_posix(), file
