"""The manifest of a saved model: what made it, which files belong to it, and their hashes.

It holds no time and no path, so equal models have equal manifests, and it carries its own hash, so a
changed setting is noticed like a changed array.
"""

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from newstance.model.content import REMEDY, ModelError, is_file_name
from newstance.version import __version__

MANIFEST = "manifest.json"
FORMAT, FORMAT_VERSION = "newstance-model", 2
MAX_BYTES, MAX_MANIFEST_BYTES, MAX_FILES = 256 * 2**20, 16 * 2**20, 200


def encode_manifest(path: Path, name: str, meta: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """The manifest of ``files``; ``meta`` must come back from JSON as it is."""
    for key, value in meta.items():
        _check_json(path, key, value)
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": name,
        "versions": {
            "newstance": __version__,
            "numpy": version("numpy"),
            "python": platform.python_version(),
            "scikit-learn": version("scikit-learn"),
        },
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
        "meta": dict(meta),
    }
    return _json(manifest | {"sha256": _digest(manifest)})


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the model in ``folder``, checked; raises ``ModelError``."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise _foreign(folder, "it is a file" if folder.exists() else "there is no such folder")
    if not path.is_file():
        raise _foreign(folder, f"it has no {MANIFEST}")
    with path.open("rb") as file:
        content = file.read(MAX_MANIFEST_BYTES + 1)
    if len(content) > MAX_MANIFEST_BYTES:
        raise ModelError(f"{path}: is larger than {MAX_MANIFEST_BYTES >> 20} MiB. {REMEDY}")
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: is damaged: it is not JSON: {error}. {REMEDY}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _foreign(folder, f"its {MANIFEST} does not say format {FORMAT!r}")
    _check_version(path, manifest)
    _check_manifest(path, manifest)
    return manifest


def read_file(path: Path, entry: Mapping[str, Any]) -> bytes:
    """Content of a file of the model, of the size and hash that its ``entry`` tells."""
    if not path.is_file():
        what = "is no plain file" if path.exists() else "is missing"
        raise ModelError(f"{path}: {what}, but belongs to the model. {REMEDY}")
    with path.open("rb") as file:
        content = file.read(entry["bytes"] + 1)
    if len(content) != entry["bytes"] or hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise ModelError(f"{path}: is damaged: it is not the file that was saved. {REMEDY}")
    return content


def _check_json(path: Path, key: str, value: Any) -> None:
    try:
        same = json.loads(_json({key: value})) == {key: value}
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelError(f"{path}: meta[{key!r}] is not plain JSON: {error}.") from error
    if not same:
        raise ModelError(
            f"{path}: meta[{key!r}] would come back changed; use lists instead of tuples and strings as keys."
        )


def _foreign(folder: Path, why: str) -> ModelError:
    inside = sorted(one.parent.name for one in folder.glob(f"*/{MANIFEST}")) if folder.is_dir() else []
    hint = f" The models in it: {', '.join(inside)}." if inside else ""
    return ModelError(
        f"{folder} is no newstance model: {why}.{hint} A model is a folder that `newstance train` wrote, "
        f"with {MANIFEST}, arrays and tables in it; give its path, as in models/quickstart."
    )


def _check_version(path: Path, manifest: dict[str, Any]) -> None:
    number = manifest.get("format_version")
    if type(number) is not int or number < 1:
        raise ModelError(f"{path}: is damaged: format_version is {number!r}. {REMEDY}")
    if number > FORMAT_VERSION:
        versions = manifest.get("versions")
        made_by = versions.get("newstance", "?") if isinstance(versions, dict) else "?"
        raise ModelError(
            f"{path.parent}: made by newstance {made_by} with model format {number}; this is newstance "
            f"{__version__}, which reads up to {FORMAT_VERSION}. Install the one that made it, or train "
            "again."
        )


def _check_manifest(path: Path, manifest: dict[str, Any]) -> None:
    try:
        whole = manifest.get("sha256") == _digest(manifest)
    except (ValueError, RecursionError):  # NaN, lone surrogates
        whole = False
    kinds = {"name": str, "files": dict, "meta": dict}
    if not whole or not all(isinstance(manifest.get(key), kind) for key, kind in kinds.items()):
        raise ModelError(f"{path}: is damaged: it is not the file that was saved. {REMEDY}")
    files = manifest["files"]
    for name, entry in files.items():
        if not is_file_name(name) or name == MANIFEST:
            raise ModelError(
                f"{path}: lists {name!r}, which no model of newstance holds. Do not use this folder."
            )
        if not _is_entry(entry):
            raise ModelError(f"{path}: size or hash of {name!r} is none: {str(entry)[:80]}. {REMEDY}")
    if len(files) > MAX_FILES or sum(entry["bytes"] for entry in files.values()) > MAX_BYTES:
        raise ModelError(f"{path}: lists more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB. {REMEDY}")


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and type(entry.get("bytes")) is int
        and entry["bytes"] >= 0
        and isinstance(entry.get("sha256"), str)
    )


def _json(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8")


def _digest(manifest: Mapping[str, Any]) -> str:
    """Hash of all that a manifest says but its own hash."""
    return hashlib.sha256(_json({key: manifest[key] for key in manifest if key != "sha256"})).hexdigest()
