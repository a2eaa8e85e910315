"""Predict by shards: read here, judge in worker processes, one file a shard.

A shard's file is written aside and renamed, so it is whole or not there; a run that was stopped, killed or
out of memory goes on with the shards that are missing. The bytes are the same whatever the number of workers
and whatever happened on the way. Memory holds the shards at work, however large the input is.

Each text is judged by itself, so the rows are those of ``NewsModel.predict``, but for one column: reprints
are looked for among all articles of a corpus, which no shard holds, and ``duplicate_of`` is null.
"""

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from newstance.disk import locked, table_bytes, write_file, write_table
from newstance.scale.engines import Engine, Here
from newstance.scale.shards import Shard, shards_of
from newstance.version import __version__

FORMAT = "newstance-predictions"
MANIFEST = "manifest.json"
REJECTED = ".rejected.jsonl"
OURS = re.compile(r"part-\d{6}-[0-9a-f]{16}(\.parquet|\.rejected\.jsonl)|manifest\.json")
LITTER = re.compile(r"\.(part-|manifest).*\.tmp")


@dataclass(frozen=True)
class Predicted:
    """What a run left: the files of the parts in the order of the input, and how much they hold.

    ``n_kept`` of the parts were there from an earlier run.
    """

    files: list[Path]
    n_rows: int
    n_rejected: int
    n_kept: int


@dataclass(frozen=True)
class _Task:
    """What is asked of each shard."""

    model: Path
    fingerprint: str
    out: Path
    level: str
    wide: bool


def predict_shards(
    model: Path,
    source: Path,
    out: Path,
    level: str = "article",
    wide: bool = False,
    engine: Engine | None = None,
    progress: Callable[[int], None] | None = None,
) -> Predicted:
    """Judge the articles of ``source`` by the saved ``model`` into the folder ``out``.

    ``out`` gets ``part-<number>-<hash>.parquet`` for each shard, with the rows of ``NewsModel.predict`` at
    ``level`` and ``wide``; beside it, where articles were left out, ``.rejected.jsonl`` with the reasons; and
    ``manifest.json``, whose ``finished`` says that all parts are there. Parts of an earlier input that this
    one does not have are removed. ``engine`` runs the work, in this process without one
    (``newstance.scale.engines``); ``progress`` is called with the number of articles just done.

    Raises ``ValueError`` where ``out`` holds other files or the predictions of another model, and what
    reading the model and the articles raises.
    """
    from newstance.corpus.read.files import read_files
    from newstance.model.bundle import model_fingerprint

    task = _Task(model.resolve(), model_fingerprint(model), out.resolve(), level, wide)
    reading = _model(task.model, task.fingerprint).reading
    about = _about(task)
    _check(out, about)
    out.mkdir(parents=True, exist_ok=True)
    with locked(out):
        _write_manifest(out, about, [], False)
        shards = shards_of(read_files(source, reading.columns), json.dumps(about, sort_keys=True))
        parts, n_kept = [], 0
        for part, n_articles, is_new in _all_done(shards, task, engine or Here()):
            parts.append(part)
            n_kept += not is_new
            if progress is not None:
                progress(n_articles)
        _remove_others(out, {part["file"] for part in parts})
        _write_manifest(out, about, parts, True)
    n_rows, n_rejected = (sum(part[key] for part in parts) for key in ("rows", "rejected"))
    return Predicted([out / part["file"] for part in parts], n_rows, n_rejected, n_kept)


def _all_done(
    shards: Iterable[Shard], task: _Task, engine: Engine
) -> Iterator[tuple[dict[str, Any], int, bool]]:
    """Each shard's part in the order of the input, its number of articles, and whether it was done now."""
    waiting: deque[tuple[str, int, Callable[[], Any] | None]] = deque()

    def oldest() -> tuple[dict[str, Any], int, bool]:
        name, n_articles, result = waiting.popleft()
        return _kept(name, task.out) if result is None else result(), n_articles, result is not None

    with engine:
        for shard in shards:
            is_done = _is_done(shard.name, task.out)
            result = None if is_done else engine.submit(_judge, shard, task)
            waiting.append((shard.name, len(shard.found), result))
            if len(waiting) > engine.ahead:
                yield oldest()
        while waiting:
            yield oldest()


def _judge(shard: Shard, task: _Task) -> dict[str, Any]:
    """Write the part of a shard; its file comes last, so where it is, all is."""
    from newstance.corpus.build import corpus_from_found

    model = _model(task.model, task.fingerprint)
    corpus = corpus_from_found(shard.found, model.reading)
    table = model.predict(corpus, task.level, task.wide)
    if corpus.rejected.height:
        write_table(corpus.rejected, task.out / f"{shard.name}{REJECTED}")
    write_file(table_bytes(table), task.out / f"{shard.name}.parquet")
    return _part(shard.name, table.height, corpus.rejected.height)


@lru_cache(maxsize=1)
def _model(folder: Path, fingerprint: str) -> Any:
    """Loaded once a process, and anew where the folder holds another model since: processes outlive a run."""
    from newstance.model.saved import load_model

    return load_model(folder)


def _is_done(name: str, out: Path) -> bool:
    return (out / f"{name}.parquet").exists()


def _kept(name: str, out: Path) -> dict[str, Any]:
    import polars as pl

    n_rows = pl.scan_parquet(out / f"{name}.parquet").select(pl.len()).collect().item()
    rejected = out / f"{name}{REJECTED}"
    return _part(name, n_rows, rejected.read_bytes().count(b"\n") if rejected.exists() else 0)


def _part(name: str, n_rows: int, n_rejected: int) -> dict[str, Any]:
    return {"file": f"{name}.parquet", "rows": n_rows, "rejected": n_rejected}


def _about(task: _Task) -> dict[str, Any]:
    """What decides the rows, beside the articles."""
    return {
        "format": FORMAT,
        "newstance": __version__,
        "model": task.fingerprint,
        "level": task.level,
        "wide": task.wide,
    }


def _check(out: Path, about: dict[str, Any]) -> None:
    """Refuse a folder in which a run would mix its parts with something else."""
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out: {out} is a file; with --workers it is a folder of parts.")
    if not out.exists():
        return
    others = [path.name for path in out.iterdir() if not (OURS.fullmatch(path.name) or path.name[0] == ".")]
    if others:
        raise ValueError(
            f"--out: {out} holds other files ({', '.join(sorted(others)[:3])}); give a folder of its own."
        )
    path = out / MANIFEST
    if not path.exists():
        return
    try:
        known = json.loads(path.read_bytes())
        same = all(known.get(key) == value for key, value in about.items())
    except (ValueError, AttributeError):
        same = False
    if not same:
        raise ValueError(
            f"--out: {out} holds the predictions of another model, version, level or --wide; give another "
            "folder, or remove this one."
        )


def _write_manifest(out: Path, about: dict[str, Any], parts: list[dict[str, Any]], finished: bool) -> None:
    text = json.dumps(about | {"finished": finished, "parts": parts}, indent=1)
    write_file(f"{text}\n".encode(), out / MANIFEST)


def _remove_others(out: Path, files: set[str]) -> None:
    """Parts of an earlier input, and what a killed run was writing."""
    names = {Path(file).stem for file in files}
    for path in out.iterdir():
        is_other = OURS.fullmatch(path.name) and path.name.split(".")[0] not in names | {"manifest"}
        if is_other or LITTER.fullmatch(path.name):
            path.unlink()
