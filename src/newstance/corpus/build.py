"""The corpus step: files or tables in, a ``Corpus`` of clean articles and their sentences out.

Articles stream from the files in blocks; above ``PARALLEL_FROM`` of them, worker processes prepare the
blocks. The order of the rows, and every row, is the same with any number of workers.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from os import PathLike
from typing import Any, NamedTuple

import polars as pl

from newstance import frames, tables
from newstance.addresses import Address, place_of
from newstance.corpus.inputs import Records, read_keyed, settle, to_records
from newstance.corpus.prepare import ARTICLES, Prepared, Recipe, find_outlet, prepare
from newstance.corpus.read.dates import with_dates
from newstance.corpus.read.files import ReadLog, read_files, read_records
from newstance.corpus.read.records import RawArticle, Rejection
from newstance.corpus.reading import CorpusConfig, Reading
from newstance.forks import check_fork
from newstance.shelf import Shelf
from newstance.tables import Corpus

PARALLEL_FROM = 2000
BLOCK_ARTICLES = 200
BLOCK_CHARACTERS = 2_000_000
BLOCKS_AHEAD = 2  # a worker; they wait in memory
SAMPLE_A_SOURCE = 100
SAMPLE_IN_ALL = 20_000
REASONS_SHOWN = 5

NAMES = (str, PathLike, Address)  # of what names files

Found = RawArticle | Rejection
Progress = Callable[[int], None]


class Input(NamedTuple):
    """What is read, as messages call it; ``read`` may be called again to read it once more, and tells its
    log what it learns."""

    name: str
    read: Callable[[ReadLog], Iterator[Found]]


def read_corpus(
    data: Any, progress: Progress | None = None, reading: Reading | None = None, **options: Any
) -> Corpus:
    """Read, clean and split the articles of files, or of a table in memory.

    ``data`` is a str or Path, or a list of these, that names files and folders, or their address, as
    ``s3://bucket/articles`` or ``s3://bucket/articles/*.parquet``; or it is a polars or pandas DataFrame or
    Series, a LazyFrame, an Arrow table, a dict of columns or of one article, a numpy array of texts, or a
    list or iterator of dicts. An article in memory without an id is called ``table:1``, ...

    ``options`` are the fields of ``CorpusConfig``; ``reading`` is that of a model, with the repeated lines
    that its training learnt, and without it they are learnt from these articles. ``progress`` is called with
    the number of records just done. The outlet of a text or HTML file that names none is the first
    sub-folder it lies in, its date that of the file name; whatever is inferred so is counted in the notes.
    Years of two digits are 1969 to 2068.

    Raises ``FileNotFoundError`` for a path or address that does not exist, ``AddressError`` (an ``OSError``)
    for an address that cannot be reached, ``TypeError`` for data of another type, and ``ValueError`` where
    nothing at all can be read.
    """
    data = settle(data)
    if data is None:
        raise ValueError("corpus.path is missing; give a file or a folder of articles.")
    names = [data] if isinstance(data, NAMES) else data
    if not isinstance(names, list | tuple) or not all(isinstance(name, NAMES) for name in names):
        return corpus_from_table(data, progress, reading, **options)
    if not names:
        raise ValueError("corpus.path is an empty list; give a file or a folder of articles.")
    check_fork()
    places = [place_of(name) for name in names]
    config = _config(reading, options)
    read = partial(read_files, places, config.columns)
    named = ", ".join(map(str, places))
    return _build(Input(f"corpus.path: {named}", read), config, reading, progress)


def corpus_from_table(
    data: Any, progress: Progress | None = None, reading: Reading | None = None, **options: Any
) -> Corpus:
    """As ``read_corpus``, for data in memory: here a str, alone or in a list, is a text."""
    check_fork()
    config = _config(reading, options)
    records = to_records(data, config.columns)
    source = Input("the table", lambda log: read_records(records.rows(), config.columns, log))
    return _build(source, config, reading, progress)


def corpus_by_row(records: Records, reading: Reading | None = None, **options: Any) -> Corpus:
    """The corpus of ``records``, where article_id is a key of the row (``inputs.row_key``).

    Rows may share an id, and the corpus may be empty.
    """
    config = _config(reading, options)
    read = partial(read_keyed, records, config.columns)
    return _build(Input("the table", read), config, reading, None, may_be_empty=True)


def corpus_from_found(found: list[Found], reading: Reading) -> Corpus:
    """The corpus of articles and rejections that were read before, in this process; it may be empty.

    They are a part of something larger, so reprints are not looked for.
    """
    config = _config(reading, {"n_jobs": 1, "duplicates": False})
    return _build(Input("a shard", lambda log: iter(found)), config, reading, None, may_be_empty=True)


def _config(reading: Reading | None, options: Mapping[str, Any]) -> CorpusConfig:
    return CorpusConfig.model_validate({**(reading.options() if reading else {}), **options})


def _build(
    source: Input,
    config: CorpusConfig,
    reading: Reading | None,
    progress: Progress | None,
    may_be_empty: bool = False,
) -> Corpus:
    repeated = _boilerplate(source, config, reading)
    recipe = Recipe(config.clean, config.langs, config.min_words, repeated)
    read, log = _Read(), _log(config, reading)
    for n_records, part in _prepare_all(_blocks(source.read(log)), recipe, config.n_jobs):
        read.add(part)
        if progress is not None:
            progress(n_records)
    rejected = read.rejected.frame()
    articles = read.articles.frame()
    if articles.is_empty() and not may_be_empty:
        raise ValueError(_nothing_read(source.name, rejected))
    corpus = _assemble(read, articles, rejected, config)
    return replace(
        corpus,
        notes=corpus.notes + log.notes(),
        boilerplate={outlet: tuple(sorted(lines)) for outlet, lines in sorted(repeated.items()) if lines},
    )


def _log(config: CorpusConfig, reading: Reading | None) -> ReadLog:
    """A log that misses a mapped column which no file has. A saved model takes its mapping where it fits: new
    articles may have other columns."""
    return ReadLog(config.columns if reading is None else None)


class _Read:
    """The tables of all blocks so far."""

    def __init__(self) -> None:
        self.articles, self.sentences = Shelf(ARTICLES), Shelf(tables.SENTENCES)
        self.removed, self.rejected = Shelf(tables.REMOVED), Shelf(tables.REJECTED)
        self.notes: Counter[str] = Counter()

    def add(self, part: Prepared) -> None:
        self.articles.add(part.articles)
        self.sentences.add(part.sentences)
        self.removed.add(part.removed)
        self.rejected.add(part.rejected)
        self.notes += part.notes


def _boilerplate(source: Input, config: CorpusConfig, reading: Reading | None) -> dict[str, set[str]]:
    """Lines to take out by outlet: those of ``reading``, as a saved model must clean as its training did, or
    those that the articles repeat."""
    if not config.clean:
        return {}
    if reading is not None:
        return {outlet: set(lines) for outlet, lines in reading.boilerplate.items()}
    return _repeated_lines(source.read(_log(config, reading)))


def _repeated_lines(found: Iterator[Found]) -> dict[str, set[str]]:
    """Boilerplate lines by outlet, judged by the first different texts of each. Pages are left to their
    extractor."""
    from newstance.corpus.clean.clean import repeated_lines

    sample: dict[str, dict[str, None]] = {}
    n_texts = 0
    for one in found:
        if isinstance(one, RawArticle) and not one.is_html:
            texts = sample.setdefault(find_outlet(one)[0] or "", {})
            if len(texts) < SAMPLE_A_SOURCE and one.text not in texts:
                texts[one.text] = None
                n_texts += 1
        if n_texts == SAMPLE_IN_ALL:
            break
    return repeated_lines({outlet: list(texts) for outlet, texts in sample.items()})


def _blocks(found: Iterable[Found]) -> Iterator[list[Found]]:
    block: list[Found] = []
    n_characters = 0
    for one in found:
        block.append(one)
        n_characters += len(one.text) if isinstance(one, RawArticle) else 0
        if len(block) == BLOCK_ARTICLES or n_characters > BLOCK_CHARACTERS:
            yield block
            block, n_characters = [], 0
    if block:
        yield block


def _prepare_all(
    blocks: Iterator[list[Found]], recipe: Recipe, n_jobs: int | None
) -> Iterator[tuple[int, Prepared]]:
    """Each block's number of records and its tables, in order."""
    first, n_records = [], 0
    while n_records <= PARALLEL_FROM and (block := next(blocks, None)) is not None:
        first.append(block)
        n_records += len(block)
    if n_records <= PARALLEL_FROM or n_jobs == 1:
        return ((len(block), prepare(block, recipe)) for block in chain(first, blocks))
    return _prepare_in_processes(chain(first, blocks), recipe, n_jobs)


def _prepare_in_processes(
    blocks: Iterable[list[Found]], recipe: Recipe, n_jobs: int | None
) -> Iterator[tuple[int, Prepared]]:
    """As ``prepare``, in fresh processes: a fork of a process with threads may hang, and loky's, unlike
    those of multiprocessing, need no guard in the user's script."""
    from joblib import cpu_count
    from joblib.externals.loky import get_reusable_executor

    n_workers = n_jobs or cpu_count()
    pool = get_reusable_executor(max_workers=n_workers)
    waiting: deque[tuple[int, Any]] = deque()
    for block in blocks:
        waiting.append((len(block), pool.submit(prepare, block, recipe)))
        if len(waiting) > BLOCKS_AHEAD * n_workers:
            n_records, job = waiting.popleft()
            yield n_records, job.result()
    yield from ((n_records, job.result()) for n_records, job in waiting)


def _nothing_read(name: str, rejected: pl.DataFrame) -> str:
    if rejected.is_empty():
        return f"{name}: there is no article in it."
    shown = [f"\n  {_format_rejection(row)}" for row in rejected.head(REASONS_SHOWN).iter_rows(named=True)]
    more = f"\n  ... and {rejected.height - REASONS_SHOWN} more" if rejected.height > REASONS_SHOWN else ""
    return f"{name}: none of {rejected.height} files or records could be used:{''.join(shown)}{more}"


def _format_rejection(row: Mapping[str, Any]) -> str:
    return f"{Rejection(**row).place}: {row['reason']}"


def _assemble(read: _Read, articles: pl.DataFrame, rejected: pl.DataFrame, config: CorpusConfig) -> Corpus:
    articles, dated = with_dates(articles, config.date_format)
    copies = _copies(articles) if config.duplicates and articles.height > 1 else frames.empty(tables.COPIES)
    keys = copies.select("article_id", "duplicate_of", "kind").iter_rows() if copies.height else ()
    original = {article: of for article, of, kind in keys if kind in tables.WHOLE}
    articles = articles.hstack(
        [pl.Series("duplicate_of", list(map(original.get, articles["article_id"])), pl.String)]
    )
    return Corpus(
        articles=frames.require(articles, tables.ARTICLES, "articles"),
        sentences=read.sentences.frame(),
        removed=read.removed.frame(),
        rejected=rejected,
        copies=copies,
        notes=_notes(read.notes + dated, articles, rejected),
    )


def _copies(articles: pl.DataFrame) -> pl.DataFrame:
    from newstance.corpus.reprints.copies import find_copies

    return find_copies(articles)


def _notes(counts: Counter[str], articles: pl.DataFrame, rejected: pl.DataFrame) -> list[str]:
    n = articles.height
    notes = [f"{note}: {count} of {n} articles" for note, count in sorted(counts.items())]
    notes += [
        f"{field} is unknown: {articles[field].null_count()} of {n} articles"
        for field in ("source", "published")
        if articles[field].null_count()
    ]
    if not rejected.is_empty():
        first = _format_rejection(rejected.row(0, named=True))
        notes.append(f"{rejected.height} files or records were rejected; the first: {first}")
    return notes
