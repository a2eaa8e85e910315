"""Files to raw articles, one by one: texts, pages, archives, JSON, tables, alone or in mixed folders.

Nothing stops at a bad file or line: it becomes a ``Rejection`` with its place and reason, and the rest is
read. What is concluded rather than read (an encoding, an outlet from a folder) is said in ``inferred``.

The outlet of a text or HTML file that names none is the first sub-folder it lies in.
"""

import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

from newstance.addresses import Address, Place, at_hand
from newstance.corpus.read.columns import check_columns
from newstance.corpus.read.formats import READ_WHOLE, READERS, format_of
from newstance.corpus.read.kinds import GONE, refusal
from newstance.corpus.read.lines import check_size
from newstance.corpus.read.log import ReadLog
from newstance.corpus.read.page import has_page_markup, is_markup
from newstance.corpus.read.records import File, RawArticle, Rejection, to_article
from newstance.corpus.read.repair import with_line_ends, without_html, without_marks
from newstance.corpus.read.unpack import open_plain, state
from newstance.corpus.read.walk import list_files, roots_of

__all__ = ["RawArticle", "ReadLog", "Rejection", "read_files", "read_records"]

# What reading a damaged file may raise: of the system, of the archives, of encodings and formats.
FAULTS = (
    *(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, RecursionError, ArithmeticError),
    *(MemoryError, OverflowError),
)
CHANGED = "the file changed while it was read; what was read of it may be neither the old nor the new"

HTML = "HTML taken out of the text"
LINES = "line ends written as \\n in the text made real ones"

Found = RawArticle | Rejection


def read_files(
    path: Place | Sequence[Place],
    columns: Mapping[str, str] | None = None,
    log: ReadLog | None = None,
    most_a_file: int | None = None,
) -> Iterator[Found]:
    """Articles and rejections of a file, of a folder with all below it, or of several, in sorted order.

    ``columns`` maps our field names to those of the files; ``log`` is told what is neither article nor
    rejection; of each file the first ``most_a_file`` are read. A second article of an id is called by its
    file too, or rejected where it is the same. A file of an address is copied here while it is read.

    Raises ``FileNotFoundError`` for what does not exist and ``ValueError`` for an unknown field, both before
    anything is read; after the last article ``ValueError`` where ``log`` misses a column. An address that
    cannot be reached any more raises ``AddressError``: nothing is left out for the sake of the network.
    """
    check_columns(columns or {})
    roots = roots_of([path] if isinstance(path, str | Path | Address) else path)
    log = log or ReadLog()
    found = (
        one
        for file, why in list_files(roots, log)
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


def read_stream(stream: IO[bytes], file: File, suffix: str, columns: Mapping[str, str]) -> Iterator[Found]:
    """Articles and rejections of an open file of the format of ``suffix``, one of ``READERS``.

    Pages are not taken apart yet (``page.extract``). Raises one of ``FAULTS`` where the rest cannot be read.
    """
    return map(_without_markup, READERS[suffix](stream, file, columns))


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


def _read_file(file: File, why: str | None, columns: Mapping[str, str]) -> Iterator[Found]:
    suffix, packing = format_of(Path(file.path.name))
    if why is not None or suffix not in READERS:
        yield Rejection(file.name, None, why or refusal(suffix, READERS))
        return
    with ExitStack() as copy:
        try:
            if isinstance(file.path, Address) and suffix in READ_WHOLE:
                check_size(file.path.size or 0)  # what is too large is not copied
            path = copy.enter_context(at_hand(file.path))
        except (FileNotFoundError, ValueError) as error:
            yield Rejection(file.name, None, GONE if isinstance(error, FileNotFoundError) else str(error))
            return
        yield from _read_here(
            path, packing, file.name, lambda stream: read_stream(stream, file, suffix, columns)
        )


def _read_here(
    path: Path, packing: str | None, name: str, read: Callable[[IO[bytes]], Iterator[Found]]
) -> Iterator[Found]:
    n_found = 0
    try:
        before = state(path)
        with open_plain(path, packing) as stream:
            for found in read(stream):
                n_found += 1
                yield found
        has_changed = state(path) != before
    except FAULTS as error:
        after = f" (after {n_found} records)" if n_found else ""
        yield Rejection(name, None, f"{_reason(error)}{after}")
        return
    if has_changed:
        yield Rejection(name, None, CHANGED)
    elif not n_found:
        yield Rejection(name, None, "the file is empty" if _is_empty(path) else "the file holds no article")


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
