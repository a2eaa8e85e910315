"""Files to raw articles, one by one: texts, pages, archives, JSON, tables, alone or in mixed folders.

Nothing stops at a bad file or line: it becomes a ``Rejection`` with its place and reason, and the rest is
read. What is concluded rather than read (an encoding, an outlet from a folder) is said in ``inferred``.

The outlet of a text or HTML file that names none is the first sub-folder it lies in.
"""

import lzma
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from newstance.corpus.read.columns import check_columns
from newstance.corpus.read.formats import READERS
from newstance.corpus.read.kinds import is_about, is_litter, is_litter_folder, leads_out, refusal, unreadable
from newstance.corpus.read.log import ReadLog
from newstance.corpus.read.page import has_page_markup, is_markup
from newstance.corpus.read.records import File, RawArticle, Rejection, to_article
from newstance.corpus.read.repair import with_line_ends, without_html, without_marks
from newstance.corpus.read.unpack import PACKED, open_plain, state

__all__ = ["RawArticle", "ReadLog", "Rejection", "read_files", "read_records"]

# What reading a damaged file may raise: of the system, of the archives, of encodings and formats.
FAULTS = (
    *(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, RecursionError, ArithmeticError),
    *(MemoryError, OverflowError),
)
CHANGED = "the file changed while it was read; what was read of it may be neither the old nor the new"

HIDDEN_FILES = "hidden and temporary files"
HIDDEN_FOLDERS = "hidden folders and those of systems"
ABOUT_FILES = "files that tell about the folder"
HTML = "HTML taken out of the text"
LINES = "line ends written as \\n in the text made real ones"

Found = RawArticle | Rejection
LONGEST_SHOWN = 200


def read_files(
    path: Path | Sequence[Path],
    columns: Mapping[str, str] | None = None,
    log: ReadLog | None = None,
    most_a_file: int | None = None,
) -> Iterator[Found]:
    """Articles and rejections of a file, of a folder with all below it, or of several, in sorted order.

    ``columns`` maps our field names to those of the files; ``log`` is told what is neither article nor
    rejection; of each file the first ``most_a_file`` are read. A second article of an id is called by its
    file too, or rejected where it is the same. Raises ``FileNotFoundError`` for a path that does not exist
    and ``ValueError`` for an unknown field, both before anything is read; after the last article
    ``ValueError`` where ``log`` misses a column.
    """
    check_columns(columns or {})
    roots = [Path(path)] if isinstance(path, (str, Path)) else [Path(one) for one in path]
    for root in roots:
        if not os.path.exists(root):  # unlike Path.exists, false for a name that is too long
            raise FileNotFoundError(
                f"corpus.path: {_shown(root)} does not exist; give a file or a folder of articles."
            )
    log = log or ReadLog()
    found = (
        one
        for file, why in _list_files(roots, log)
        for one in islice(_read_file(file, why, columns or {}), most_a_file)
    )
    return _logged(_without_twins(found), log)


def read_records(
    records: Iterable[Mapping[str, Any]],
    columns: Mapping[str, str] | None = None,
    log: ReadLog | None = None,
) -> Iterator[Found]:
    """Articles and rejections of the rows of a table in memory; rows count from 1."""
    check_columns(columns or {})
    found = (read_row(record, columns or {}, row) for row, record in enumerate(records, 1))
    return _logged(_without_twins(found), log or ReadLog())


def read_row(record: Mapping[str, Any], columns: Mapping[str, str], row: int) -> Found:
    """The article or rejection of row ``row``, from 1, of a table in memory."""
    return _without_markup(to_article(record, columns, "table", row))


def _shown(path: Path) -> str:
    name = str(path)
    return name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}…"


def _logged(found: Iterable[Found], log: ReadLog) -> Iterator[Found]:
    for one in found:
        if isinstance(one, RawArticle):
            log.add(one)
        yield one
    log.finish()


def _without_twins(found: Iterable[Found]) -> Iterator[Found]:
    """An article whose id another file has already gets the name of its file into its id; within a file, or
    with the same text, it is rejected."""
    places: dict[str, tuple[str, int | None, int]] = {}
    for one in found:
        if isinstance(one, RawArticle):
            place = (one.file, one.line, hash(one.text))
            first = places.setdefault(one.article_id, place)
            if first is not place and first[0] != one.file and first[2] != place[2]:
                one = _called_by_its_file(one)
                first = places.setdefault(one.article_id, place)
            if first is not place:
                yield _twin(one, *first)
                continue
        yield one


def _called_by_its_file(article: RawArticle) -> RawArticle:
    note = "article_id made unique by the file's name, as another file has the same"
    article_id = f"{article.file}:{article.article_id}"
    return replace(article, article_id=article_id, inferred=(*article.inferred, note))


def _twin(article: RawArticle, file: str, line: int | None, text: int) -> Rejection:
    same = " with the same text" if hash(article.text) == text else ""
    place = Rejection(file, line, "").place
    reason = f"article_id '{article.article_id}' is that of {place}{same} already; ids must differ"
    return Rejection(article.file, article.line, reason)


def _list_files(roots: Sequence[Path], log: ReadLog) -> Iterator[tuple[File, str | None]]:
    """All files, sorted by their path, and why one must not be opened; names are relative to the root, or to
    the parent of several."""
    parents = [root if root.is_dir() else root.parent for root in roots]
    base = Path(os.path.commonpath([parent.absolute() for parent in parents]))
    if len(roots) > 1 and len(set(parents)) == 1 and parents[0] in roots:
        raise ValueError(f"corpus.path: {parents[0]} is named together with files inside it.")
    for root in roots:
        is_folder = root.is_dir()
        for path in _walk(root, log) if is_folder else [root]:
            inside = path.relative_to(root).parts[:-1] if is_folder else ()
            folder = next((_plain(part) for part in inside if any(map(str.isalpha, part))), None)
            name = _plain(path.absolute().relative_to(base).as_posix())
            yield File(path, name, folder), unreadable(path, root if is_folder else None)


def _plain(name: str) -> str:
    """A file name as text; bytes of it that are no UTF-8 are shown as U+FFFD and their number."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return name


def _walk(root: Path, log: ReadLog) -> list[Path]:
    """Files below ``root`` but the hidden ones; links to folders inside are followed, each folder once.
    Folders that cannot be opened, and links that lead out, are among the files, to be told."""
    seen: set[str] = set()
    files: list[Path] = []
    closed: list[str] = []
    walk = os.walk(root, onerror=lambda error: closed.append(error.filename), followlinks=True)
    for folder, inner, names in walk:
        real = os.path.realpath(folder)
        if real in seen:
            inner.clear()
            continue
        seen.add(real)
        kept = sorted(name for name in inner if not _is_left_out(name, is_litter_folder, HIDDEN_FOLDERS, log))
        outside = [name for name in kept if leads_out(Path(folder, name), root)]
        inner[:] = [name for name in kept if name not in outside]
        own = [name for name in names if not _is_left_out(name, is_litter, HIDDEN_FILES, log)]
        own = [name for name in own if not _is_left_out(name, is_about, ABOUT_FILES, log)]
        files += [Path(folder, name) for name in outside + own]
    files += map(Path, closed)
    return sorted(files, key=lambda path: path.relative_to(root).parts)


def _is_left_out(name: str, test: Callable[[str], bool], kind: str, log: ReadLog) -> bool:
    is_left_out = test(name)
    if is_left_out:
        log.leave_out(kind, _plain(name))
    return is_left_out


def format_of(path: Path) -> tuple[str, str | None]:
    """The suffix of the format of a file, in small letters, and that of its packing where it is packed."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packing = suffixes[-1] if suffixes and suffixes[-1] in PACKED else None
    return "".join(suffixes[-2:-1] if packing else suffixes[-1:]), packing


def _read_file(file: File, why: str | None, columns: Mapping[str, str]) -> Iterator[Found]:
    suffix, packing = format_of(file.path)
    reader = READERS.get(suffix)
    if why is not None or reader is None:
        yield Rejection(file.name, None, why or refusal(suffix, READERS))
        return
    n_found = 0
    try:
        before = state(file.path)
        with open_plain(file.path, packing) as stream:
            for found in reader(stream, file, columns):
                n_found += 1
                yield _without_markup(found)
        has_changed = state(file.path) != before
    except FAULTS as error:
        after = f" (after {n_found} records)" if n_found else ""
        yield Rejection(file.name, None, f"{_reason(error)}{after}")
        return
    if has_changed:
        yield Rejection(file.name, None, CHANGED)
    elif not n_found:
        yield Rejection(
            file.name, None, "the file is empty" if _is_empty(file.path) else "the file holds no article"
        )


def _reason(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "it needs more memory than there is; split it"
    return str(getattr(error, "strerror", None) or error)


def _is_empty(path: Path) -> bool:
    return path.stat().st_size == 0


def _without_markup(found: Found) -> Found:
    """A page in a column is left to its extractor; entities, tags and escaped line ends in a text of a table
    are replaced."""
    if isinstance(found, Rejection) or found.is_html:
        return found
    if found.columns is None:
        return replace(found, is_html=True) if is_markup(found.text) else found
    text = without_marks(found.text)
    if has_page_markup(text):
        return replace(found, text=text, is_html=True, inferred=(*found.inferred, HTML))
    bare, title = without_html(text), found.title and (without_html(found.title) or found.title)
    lines = with_line_ends(bare)
    notes = (HTML,) * (bare != found.text) + (LINES,) * (lines != bare)
    if not lines.strip():
        return Rejection(found.file, found.line, "the text is only HTML tags")
    return replace(found, text=lines, title=title, inferred=(*found.inferred, *notes))
