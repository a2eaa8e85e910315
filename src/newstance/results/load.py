"""Results as a training left them, read from their folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from newstance.disk import is_moved_aside
from newstance.frames import Columns, require
from newstance.paths import as_path
from newstance.results.files import FORMAT, FORMAT_VERSION, MANIFEST, METRICS, score_file, sha256_of
from newstance.results.results import Results
from newstance.summary.files import VALUES, load_summary
from newstance.table_streams import content_hash
from newstance.tables import (
    ARTICLES,
    COPIES,
    JUDGED,
    REJECTED,
    REMOVED,
    SENTENCES,
    STANCE_OF,
    THEME_OF_ARTICLE,
    THEME_OF_SENTENCE,
    THEMES,
    Corpus,
)
from newstance.version import __version__

REMEDY = "Copy the folder anew from where it came, or train again."


class ResultsError(ValueError):
    """A results folder that cannot be read; the text has its path and what to do."""


def load_results(folder: Path | str) -> Results:
    """Load ``results/<name>`` as a training left it.

    Raises ``ResultsError`` that tells what is wrong with the folder and what to do, and ``TypeError`` for
    what is no path.
    """
    folder = as_path(folder, "a results folder")
    manifest = read_manifest(folder)
    files = _Files(folder, manifest.get("files"))
    try:
        results = _from_files(files, manifest)
        summary = load_summary(files.content(VALUES), files.table)
    except ResultsError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, pl.exceptions.PolarsError) as error:
        raise ResultsError(f"{folder}: it does not hold what it should: {error} {REMEDY}") from error
    vars(results).update(summary=summary, fingerprint=summary.fingerprint)  # fills the cached properties
    return results


class _Files:
    """The files of a results folder, each checked against its hash when it is read."""

    def __init__(self, folder: Path, hashes: Any) -> None:
        if not isinstance(hashes, Mapping):
            raise ResultsError(f"{folder / MANIFEST}: files: got {type(hashes).__name__}. {REMEDY}")
        self._folder, self._hashes = folder, hashes

    def content(self, name: str) -> bytes:
        path = self._folder / name
        content = _read_plain(path)
        if content_hash(content) != self._hashes.get(name):
            raise ResultsError(f"{path}: is not as it was written. {REMEDY}")
        return content

    def table(self, name: str, schema: Columns | None = None) -> pl.DataFrame:
        table = pl.read_parquet(self.content(f"{name}.parquet"))
        return table if schema is None else require(table, schema, f"{name}.parquet")


def _from_files(files: _Files, manifest: dict[str, Any]) -> Results:
    articles, sentences = files.table("articles"), files.table("sentences")
    corpus = Corpus(
        articles=require(articles, ARTICLES, "articles.parquet"),
        sentences=require(sentences, SENTENCES, "sentences.parquet"),
        removed=files.table("removed", REMOVED),
        rejected=files.table("rejected", REJECTED),
        copies=files.table("copies", COPIES),
        notes=manifest["corpus_notes"],
        boilerplate={outlet: tuple(lines) for outlet, lines in manifest["boilerplate"].items()},
    )
    has_theme = pl.col("theme_id").is_not_null()
    return Results(
        name=manifest["name"],
        corpus=corpus,
        themes=files.table("themes", THEMES),
        theme_of_article=require(articles.filter(has_theme), THEME_OF_ARTICLE, "articles.parquet"),
        theme_of_sentence=require(sentences.filter(has_theme), THEME_OF_SENTENCE, "sentences.parquet"),
        stances=files.table("stances", STANCE_OF),
        layout=files.table("layout"),
        metrics=json.loads(files.content(METRICS)),
        scores={title: files.table(score_file(number)) for number, title in enumerate(manifest["scores"])},
        notes=manifest["notes"],
        judged=files.table("judged", JUDGED),
        stance_langs=None if manifest["stance_langs"] is None else tuple(manifest["stance_langs"]),
        n_bootstrap=manifest["n_bootstrap"],
        seed=manifest["seed"],
        config=manifest["config"],
        version=manifest["newstance"],
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """What ``results.json`` of a results folder says, checked; raises ``ResultsError``."""
    path = folder / MANIFEST
    if not path.is_file():
        raise ResultsError(_not_there(folder))
    content = _read_plain(path)
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: is not JSON: {error}. {REMEDY}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ResultsError(f"{path}: is no manifest of newstance results, so {folder} is no results folder.")
    version = manifest.get("format_version")
    if version != FORMAT_VERSION:
        raise ResultsError(
            f"{path}: has format version {version}, this newstance ({__version__}) reads {FORMAT_VERSION}. "
            f"It was made by newstance {manifest.get('newstance')}; install that one, or train again."
        )
    if manifest.pop("sha256", None) != sha256_of(manifest):
        raise ResultsError(f"{path}: is not as it was written. {REMEDY}")
    return manifest


def _read_plain(path: Path) -> bytes:
    """The content of a plain file; a pipe is not waited for, and a device has no end."""
    try:
        if path.exists() and not path.is_file():
            raise ResultsError(f"{path}: is no plain file. {REMEDY}")
        return path.read_bytes()
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read: {error.strerror}. {REMEDY}") from error


def _not_there(folder: Path) -> str:
    if is_moved_aside(folder):
        return f"{folder}: is being replaced by a training just now; try again in a moment."
    if not folder.exists():
        return (
            f"{folder}: there is no such folder; give one that newstance train or apply made, as "
            "results/quickstart."
        )
    if not folder.is_dir():
        return f"{folder}: is a file; give the results folder that newstance train or apply made."
    inside = sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}"))
    hint = f" There are results in it: {', '.join(inside)}." if inside else ""
    return (
        f"{folder}: is no results folder, as it has no {MANIFEST}. An earlier newstance wrote none: train "
        f"again to have it.{hint}"
    )
