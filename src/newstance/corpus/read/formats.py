"""The reader of each file format: an open file to raw articles, one by one."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from newstance.corpus.read.documents import (
    read_archive,
    read_page,
    read_saved_page,
    read_text,
    read_word,
    read_xml,
)
from newstance.corpus.read.json_records import read_json, read_json_lines
from newstance.corpus.read.records import File, RawArticle, Rejection
from newstance.corpus.read.tables import read_parquet, read_sheet, read_table
from newstance.corpus.read.unpack import PACKED

Reader = Callable[[IO[bytes], File, Mapping[str, str]], Iterator[RawArticle | Rejection]]

# Formats whose first record tells of all columns, others that have fields, and those that have none.
TABLES: dict[str, Reader] = {
    ".csv": read_table,
    ".tsv": read_table,
    ".tab": read_table,
    ".xlsx": read_sheet,
    ".xlsm": read_sheet,
    ".parquet": read_parquet,
}
OBJECTS: dict[str, Reader] = {
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json,
}
DOCUMENTS: dict[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".docx": read_word,
    ".html": read_page,
    ".htm": read_page,
    ".xhtml": read_page,
    ".xml": read_xml,
    ".rss": read_xml,
    ".atom": read_xml,
    ".rdf": read_xml,
    ".mhtml": read_saved_page,
    ".mht": read_saved_page,
    ".warc": read_archive,
}
READERS = DOCUMENTS | OBJECTS | TABLES
# Those that are held in memory whole, up to ``lines.MOST_BYTES``.
READ_WHOLE = (DOCUMENTS.keys() - {".warc"}) | {".json", ".xlsx", ".xlsm"}


def format_of(path: Path) -> tuple[str, str | None]:
    """The suffix of the format of a file, in small letters, and that of its packing where it is packed."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packing = suffixes[-1] if suffixes and suffixes[-1] in PACKED else None
    return "".join(suffixes[-2:-1] if packing else suffixes[-1:]), packing
