"""Predict by shards: read here, judge in worker processes, one file a shard.

A shard's file is whole or not there (``folders``), on a disk as at an address; a run that was stopped,
killed, out of memory or cut off goes on with the shards that are missing. The bytes are the same whatever the
number of workers and whatever happened on the way. Memory holds the shards at work, however large the input.

Each text is judged by itself, so the rows are those of ``NewsModel.predict``, but for one column: reprints
are looked for among all articles once all parts are there (``reprints``), and ``duplicate_of`` of a part is
null.
"""

import io
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from newstance.addresses import AddressError, Place, place_of
from newstance.scale.engines import Engine, Here
from newstance.scale.folders import Folder, folder_of
from newstance.scale.reprints import TEXTS, texts_of, write_copies
from newstance.scale.shards import Shard, shards_of
from newstance.table_streams import table_bytes, write_jsonl
from newstance.version import __version__

FORMAT = "newstance-predictions"
MANIFEST = "manifest.json"
REJECTED = ".rejected.jsonl"
OURS = re.compile(
    r"part-\d{6}-[0-9a-f]{16}(\.parquet|\.texts|\.rejected\.jsonl)|copies\.jsonl|manifest\.json"
)
LITTER = re.compile(r"\.(part-|manifest|copies).*\.tmp")


@dataclass(frozen=True)
class Predicted:
    """What a run left: the files of the parts in the order of the input, and how much they hold.

    ``n_kept`` of the parts were there from an earlier run; ``n_copies`` articles repeat another one.
    """

    files: list[Place]
    n_rows: int
    n_rejected: int
    n_kept: int
    n_copies: int


@dataclass(frozen=True)
class _Task:
    """What is asked of each shard; its texts are kept where reprints are looked for among all."""

    model: Path
    fingerprint: str
    out: Folder
    level: str
    wide: bool
    with_texts: bool = True

    def files(self, name: str) -> list[str]:
        """The files that a finished part has."""
        return [f"{name}.parquet", *([name + TEXTS] if self.with_texts else [])]


def predict_shards(
    model: Path,
    source: Place | str,
    out: Place | str,
    level: str = "article",
    wide: bool = False,
    engine: Engine | None = None,
    progress: Callable[[int], None] | None = None,
) -> Predicted:
    """Judge the articles of ``source`` by the saved ``model`` into the folder ``out``; both may be addresses.

    ``out`` gets ``part-<number>-<hash>.parquet`` for each shard, with the rows of ``NewsModel.predict`` at
    ``level`` and ``wide``; beside it, where articles were left out, ``.rejected.jsonl`` with the reasons; and
    ``manifest.json``, whose ``finished`` says that all parts are there. Unless the training looked for no
    reprints, ``copies.jsonl`` has those among all articles (``tables.COPIES``), found by the texts that lie
    beside the parts; ``read_predictions`` puts all together. Parts of an earlier input that this one does not
    have are removed. ``engine`` runs the work, in this process without one
    (``newstance.scale.engines``); ``progress`` is called with the number of articles just done.

    Raises ``ValueError`` where ``out`` holds other files or the predictions of another model,
    ``AddressError`` where an address cannot be read or written, and what reading the model and the articles
    raises.
    """
    from newstance.corpus.read.files import read_files
    from newstance.model.bundle import model_fingerprint

    folder = folder_of(place_of(out))
    task = _Task(model.resolve(), model_fingerprint(model), folder, level, wide)
    reading = _model(task.model, task.fingerprint).reading
    task = replace(task, with_texts=reading.duplicates)
    about = _about(task)
    articles = read_files(place_of(source), reading.columns)
    _check(folder, about)
    folder.make()
    with folder.alone():
        _write_manifest(folder, about, [], False)
        shards = shards_of(articles, json.dumps(about, sort_keys=True))
        parts, n_kept = [], 0
        for part, n_articles, is_new in _all_done(shards, task, engine or Here()):
            parts.append(part)
            n_kept += not is_new
            if progress is not None:
                progress(n_articles)
        _remove_others(folder, {part["file"] for part in parts})
        names = [Path(part["file"]).stem for part in parts]
        n_copies = write_copies(folder, names) if task.with_texts else 0
        _write_manifest(folder, about, parts, True)
    n_rows, n_rejected = (sum(part[key] for part in parts) for key in ("rows", "rejected"))
    files = [folder / part["file"] for part in parts]
    return Predicted(files, n_rows, n_rejected, n_kept, n_copies)


def _all_done(
    shards: Iterable[Shard], task: _Task, engine: Engine
) -> Iterator[tuple[dict[str, Any], int, bool]]:
    """Each shard's part in the order of the input, its number of articles, and whether it was done now."""
    waiting: deque[tuple[Callable[[], dict[str, Any]], int, bool]] = deque()
    there = task.out.names()

    def oldest() -> tuple[dict[str, Any], int, bool]:
        result, n_articles, is_new = waiting.popleft()
        return result(), n_articles, is_new

    with engine:
        for shard in shards:
            part = _kept(shard.name, task, there)
            result: Callable[[], Any] = partial(dict, part) if part else engine.submit(_judge, shard, task)
            waiting.append((result, len(shard.found), part is None))
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
        rejected = io.BytesIO()
        write_jsonl(corpus.rejected, rejected)
        task.out.write(f"{shard.name}{REJECTED}", rejected.getvalue())
    if task.with_texts:
        task.out.write(shard.name + TEXTS, texts_of(corpus))
    task.out.write(f"{shard.name}.parquet", table_bytes(table))
    return _part(shard.name, table.height, corpus.rejected.height)


@lru_cache(maxsize=1)
def _model(folder: Path, fingerprint: str) -> Any:
    """Loaded once a process, and anew where the folder holds another model since: processes outlive a run."""
    from newstance.model.saved import load_model

    return load_model(folder)


def _kept(name: str, task: _Task, there: set[str]) -> dict[str, Any] | None:
    """The part of a shard that an earlier run finished; None where it is not among the files ``there``, or
    where a store that writes in pieces has torn it."""
    from pyarrow import parquet

    if not there.issuperset(task.files(name)):
        return None
    out = task.out
    try:
        n_rows = parquet.read_metadata(io.BytesIO(out.read(f"{name}.parquet"))).num_rows
    except ValueError:
        return None
    rejected = f"{name}{REJECTED}"
    return _part(name, n_rows, out.read(rejected).count(b"\n") if rejected in there else 0)


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


def _check(out: Folder, about: dict[str, Any]) -> None:
    """Refuse a folder in which a run would mix its parts with something else."""
    if out.is_file():
        raise ValueError(f"--out: {out} is a file; with --workers it is a folder of parts.")
    names = out.names()
    others = [name for name in names if not (OURS.fullmatch(name) or name[0] == ".")]
    if others:
        raise ValueError(
            f"--out: {out} holds other files ({', '.join(sorted(others)[:3])}); give a folder of its own."
        )
    if MANIFEST not in names:
        return
    try:
        known = json.loads(out.read(MANIFEST))
        same = all(known.get(key) == value for key, value in about.items())
    except (ValueError, AttributeError):
        same = False
    if not same:
        raise ValueError(
            f"--out: {out} holds the predictions of another model, version, level or --wide; give another "
            "folder, or remove this one."
        )


def _write_manifest(out: Folder, about: dict[str, Any], parts: list[dict[str, Any]], finished: bool) -> None:
    text = json.dumps(about | {"finished": finished, "parts": parts}, indent=1)
    out.write(MANIFEST, f"{text}\n".encode())


def _remove_others(out: Folder, files: set[str]) -> None:
    """Parts of an earlier input, and what a killed run was writing. Raises ``AddressError`` where a part is
    not there, as another run removed it, or each process has a store of its own."""
    there = out.names()
    if missing := sorted(files - there):
        raise AddressError(
            f"--out: {out}: {missing[0]} was written and is not there. Run the same command again, alone on "
            "this folder."
        )
    names = {Path(file).stem for file in files}
    for name in there:
        is_other = OURS.fullmatch(name) and name.split(".")[0] not in names | {"manifest", "copies"}
        if is_other or LITTER.fullmatch(name):
            out.remove(name)
