"""Saving a model to a folder and loading it again."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from newstance.disk import is_moved_aside, locked, refusal_in_words, replace_folder
from newstance.model.content import (
    ARRAYS,
    TABLE,
    TEXT_SUFFIXES,
    ModelError,
    decode_arrays,
    decode_table,
    decode_text,
    encode_arrays,
    encode_table,
    encode_text,
    is_file_name,
)
from newstance.model.manifest import (
    MANIFEST,
    MAX_BYTES,
    MAX_FILES,
    encode_manifest,
    read_file,
    read_manifest,
)
from newstance.table_streams import size_of

# What file managers, editors and network drives leave in a folder that was only looked at. A hidden file of
# another name may be somebody's: it is left alone by a load, and stops a save that would delete it.
LITTER = re.compile(
    r"""\.DS_Store | \._.* | \.AppleDouble | \.LSOverride | \.localized | \.fseventsd | __MACOSX | Icon\r
    | \.Spotlight-V100 | \.TemporaryItems | \.Trash.* | \.apdisk | \.VolumeIcon\.icns
    | (eh)?thumbs(_vista)?\.db | desktop\.ini | \$RECYCLE\.BIN | System\ Volume\ Information
    | \.directory | \.hidden | \.thumbnails | \.picasa\.ini | lost\+found | @eaDir | \.@__thumb
    | \.nfs[0-9a-f]+ | \.fuse_hidden.* | \.ipynb_checkpoints | \.gitkeep | \.keep | \.placeholder
    | \..*\.sw[a-p] | \..*\.un~ | .*~ | ~\$.* | \.~lock\..*\# | \#.*\# | \.\#.*""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, eq=False)
class Bundle:
    """All of a saved model.

    ``meta`` is plain JSON; ``arrays`` keep dtype and shape; ``tables`` are named without suffix, and
    ``texts`` with theirs (.md, .yaml, .json, .jsonl).
    """

    name: str
    meta: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def save_bundle(bundle: Bundle, folder: Path | str) -> None:
    """Write ``bundle`` to ``folder``, whole or not at all; a model that was there is replaced.

    Raises ``ModelError`` for values that a model cannot hold, for a folder that is no model or holds
    other files too, and when the disk refuses; what was there before is then still there.
    """
    folder = Path(folder).resolve()
    files = _encode(bundle, folder)
    try:
        with refusal_in_words(folder, size_of(files.values())):
            folder.parent.mkdir(parents=True, exist_ok=True)
            with locked(folder):
                check_replaceable(folder)
                replace_folder(folder, files)
    except OSError as error:
        raise ModelError(str(error)) from error


def is_saved(bundle: Bundle, folder: Path) -> bool:
    """Whether the model in ``folder`` is that of ``bundle``, whatever its name and what its texts tell.

    False where there is no model, or a damaged one.
    """
    try:
        there = read_manifest(folder)
    except (ModelError, OSError):
        return False
    return _fingerprint(there) == _fingerprint(json.loads(_encode(bundle, folder)[MANIFEST]))


def model_fingerprint(folder: Path) -> str:
    """Hash of all that decides what the model in ``folder`` says: not its name, its texts or versions."""
    return _fingerprint(read_manifest(folder))


def load_bundle(folder: Path | str) -> Bundle:
    """Read and check the model in ``folder``.

    Raises ``ModelError`` if it is none, was made by a newer newstance, or a file is damaged, missing
    or foreign.
    """
    folder = Path(folder).resolve()
    try:
        while True:
            if is_moved_aside(folder):
                with locked(folder):
                    pass  # entering puts it back, or waits until it is replaced
            inode = _inode(folder)
            try:
                return _read(folder)
            except (ModelError, FileNotFoundError):
                if _inode(folder) == inode:
                    raise
                # else it was replaced while it was read: read the new one
    except OSError as error:
        raise ModelError(f"{folder}: the model could not be read: {error}.") from error


def _encode(bundle: Bundle, folder: Path) -> dict[str, bytes]:
    """Content of each file of the folder, the manifest too."""
    files = {name: encode_text(folder / name, text) for name, text in bundle.texts.items()}
    for name, table in bundle.tables.items():
        files[name + TABLE] = encode_table(folder / (name + TABLE), table)
    if bundle.arrays:
        files[ARRAYS] = encode_arrays(folder / ARRAYS, bundle.arrays)
    for name in files:
        if not is_file_name(name) or name == MANIFEST:
            raise ModelError(f"{folder}: {name!r} cannot be a file of a model; use letters, digits and . _ -")
    if len({name.lower() for name in files}) < len(files):
        raise ModelError(f"{folder}: two files differ only in the case of letters: {sorted(files)}.")
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES:
        raise ModelError(f"{folder}: a model holds at most {MAX_FILES} files and {MAX_BYTES >> 20} MiB.")
    manifest = encode_manifest(folder / MANIFEST, bundle.name, bundle.meta, files)
    return files | {MANIFEST: manifest}


def check_replaceable(folder: Path) -> None:
    """Refuse to delete what is not ours: a foreign folder, or foreign files in a model."""
    if not folder.exists() or (folder.is_dir() and not _names(folder)):
        return
    try:
        known = {MANIFEST, *read_manifest(folder)["files"]}
    except ModelError as error:
        raise ModelError(
            f"{folder} is there and may not be replaced. Save under another name, or move it away. ({error})"
        ) from error
    others = _names(folder) - known
    if others:
        raise ModelError(
            f"{folder} holds {', '.join(sorted(others))}, which saving the model would delete. "
            "Move that away first."
        )


def _fingerprint(manifest: dict[str, Any]) -> str:
    hashes = {
        name: entry["sha256"] for name, entry in manifest["files"].items() if not name.endswith(TEXT_SUFFIXES)
    }
    content = json.dumps([hashes, manifest["meta"]], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _names(folder: Path) -> set[str]:
    """All that is in ``folder`` but litter."""
    return {path.name for path in folder.iterdir() if not LITTER.fullmatch(path.name)}


def _inode(folder: Path) -> int | None:
    try:
        return folder.stat().st_ino
    except FileNotFoundError:
        return None


def _read(folder: Path) -> Bundle:
    manifest = read_manifest(folder)
    entries = manifest["files"]
    visible = {name for name in _names(folder) if not name.startswith(".")}
    extra = visible - {MANIFEST, *entries}
    if extra:
        raise ModelError(
            f"{folder}: {', '.join(sorted(extra))} does not belong to the model. Move that away; a model "
            "folder holds what was saved and nothing else."
        )
    contents = {name: read_file(folder / name, entry) for name, entry in sorted(entries.items())}
    texts = [name for name in contents if name.endswith(TEXT_SUFFIXES)]
    tables = [name for name in contents if name.endswith(TABLE)]
    return Bundle(
        name=manifest["name"],
        meta=manifest["meta"],
        arrays=decode_arrays(folder / ARRAYS, contents[ARRAYS]) if ARRAYS in contents else {},
        tables={name.removesuffix(TABLE): decode_table(folder / name, contents[name]) for name in tables},
        texts={name: decode_text(folder / name, contents[name]) for name in texts},
    )
