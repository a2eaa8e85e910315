"""Files to raw articles, one by one: text, HTML, JSON Lines, CSV and parquet, alone or in mixed folders.

Nothing stops at a bad file or line: it becomes a ``Rejection`` with its place and reason, and the rest is
read. What is concluded rather than read (an encoding, an outlet from a folder) is said in ``inferred``.

The outlet of a text or HTML file that names none is the first sub-folder it lies in.
"""

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

from newstance.corpus.read.formats import READERS, File
from newstance.corpus.read.page import is_markup
from newstance.corpus.read.records import RawArticle, Rejection, check_columns, to_article

__all__ = ["RawArticle", "Rejection", "read_files", "read_records"]

Found = RawArticle | Rejection
LONGEST_SHOWN = 200


def read_files(
    path: Path | Sequence[Path], columns: Mapping[str, str] | None = None, most_a_file: int | None = None
) -> Iterator[Found]:
    """Articles and rejections of a file, of a folder with all below it, or of several, in sorted order.

    ``columns`` maps our field names to those of the files; of each file the first ``most_a_file`` are read.
    A second article of an id is rejected. Raises ``FileNotFoundError`` for a path that does not exist and
    ``ValueError`` for an unknown field; both before anything is read.
    """
    check_columns(columns or {})
    roots = [Path(path)] if isinstance(path, (str, Path)) else [Path(one) for one in path]
    for root in roots:
        if not os.path.exists(root):  # unlike Path.exists, false for a name that is too long
            raise FileNotFoundError(
                f"corpus.path: {_shown(root)} does not exist; give a file or a folder of articles."
            )
    return _without_twins(
        found for file in _list_files(roots) for found in islice(_read_file(file, columns or {}), most_a_file)
    )


def read_records(
    records: Iterable[Mapping[str, Any]], columns: Mapping[str, str] | None = None
) -> Iterator[Found]:
    """Articles and rejections of the rows of a table in memory; rows count from 1."""
    check_columns(columns or {})
    return _without_twins(read_row(record, columns or {}, row) for row, record in enumerate(records, 1))


def read_row(record: Mapping[str, Any], columns: Mapping[str, str], row: int) -> Found:
    """The article or rejection of row ``row``, from 1, of a table in memory."""
    return _mark_markup(to_article(record, columns, "table", row))


def _shown(path: Path) -> str:
    name = str(path)
    return name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}…"


def _without_twins(found: Iterable[Found]) -> Iterator[Found]:
    places: dict[str, tuple[str, int | None]] = {}
    for one in found:
        if isinstance(one, RawArticle):
            first = places.setdefault(one.article_id, (one.file, one.line))
            if first != (one.file, one.line):
                place = Rejection(*first, "").place
                reason = f"article_id '{one.article_id}' is that of {place} already; ids must differ"
                one = Rejection(one.file, one.line, reason)
        yield one


def _list_files(roots: Sequence[Path]) -> Iterator[File]:
    """All files, sorted by their path; names are relative to the root, or to the parent of several."""
    parents = [root if root.is_dir() else root.parent for root in roots]
    base = Path(os.path.commonpath([parent.absolute() for parent in parents]))
    if len(roots) > 1 and len(set(parents)) == 1 and parents[0] in roots:
        raise ValueError(f"corpus.path: {parents[0]} is named together with files inside it.")
    for root in roots:
        for path in _walk(root) if root.is_dir() else [root]:
            inside = path.relative_to(root).parts[:-1] if root.is_dir() else ()
            folder = next((part for part in inside if any(map(str.isalpha, part))), None)
            yield File(path, path.absolute().relative_to(base).as_posix(), folder)


def _walk(root: Path) -> list[Path]:
    """Files below ``root`` but the hidden ones; links to folders are followed, each folder once."""
    seen: set[str] = set()
    files = []
    for folder, inner, names in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            inner.clear()
            continue
        seen.add(real)
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        files += [Path(folder, name) for name in names if not name.startswith(".")]
    return sorted(files, key=lambda path: path.relative_to(root).parts)


def _read_file(file: File, columns: Mapping[str, str]) -> Iterator[Found]:
    suffixes = [suffix.lower() for suffix in file.path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    suffix = "".join(suffixes[-2:-1] if packed else suffixes[-1:])
    reader = READERS.get(suffix)
    if reader is None:
        reason = f"files of the kind '{suffix}' are not read; expected {', '.join(READERS)}, also with .gz"
        yield Rejection(file.name, None, reason)
        return
    n_found = 0
    try:
        with _open(file.path, packed) as stream:
            for found in reader(stream, file, columns):
                n_found += 1
                yield _mark_markup(found)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        after = f" (after {n_found} records)" if n_found else ""
        yield Rejection(file.name, None, f"{getattr(error, 'strerror', None) or error}{after}")
        return
    if not n_found:
        yield Rejection(file.name, None, "the file holds no article")


def _open(path: Path, packed: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if packed else path.open("rb")


def _mark_markup(found: Found) -> Found:
    if isinstance(found, RawArticle) and not found.is_html and is_markup(found.text):
        return replace(found, is_html=True)
    return found
