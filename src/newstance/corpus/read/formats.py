"""One reader a file format: an open file to raw articles, one by one."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO

from newstance.corpus.read.documents import (
    read_archive,
    read_page,
    read_saved_page,
    read_sheet,
    read_text,
    read_word,
    read_xml,
)
from newstance.corpus.read.json_records import read_json, read_json_lines
from newstance.corpus.read.records import File, RawArticle, Rejection
from newstance.corpus.read.tables import read_parquet, read_table

Columns = Mapping[str, str]
Found = RawArticle | Rejection


READERS: dict[str, Callable[[IO[bytes], File, Columns], Iterator[Found]]] = {
    ".txt": read_text,
    ".text": read_text,
    ".html": read_page,
    ".htm": read_page,
    ".xhtml": read_page,
    ".xml": read_xml,
    ".rss": read_xml,
    ".atom": read_xml,
    ".rdf": read_xml,
    ".mhtml": read_saved_page,
    ".mht": read_saved_page,
    ".docx": read_word,
    ".xlsx": read_sheet,
    ".xlsm": read_sheet,
    ".warc": read_archive,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json,
    ".csv": read_table,
    ".tsv": read_table,
    ".tab": read_table,
    ".parquet": read_parquet,
}
