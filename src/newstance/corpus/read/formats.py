"""The reader of each file format: an open file to raw articles, one by one."""

from collections.abc import Callable, Iterator, Mapping
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
