"""One reader a file format: an open file to raw articles, one by one."""

import io
from collections.abc import Callable, Iterator, Mapping
from typing import IO

from newstance.corpus.read.decode import decode
from newstance.corpus.read.json_records import read_json, read_json_lines
from newstance.corpus.read.page import declared_charset
from newstance.corpus.read.records import File, RawArticle, Rejection, whole
from newstance.corpus.read.tables import is_table, read_parquet, read_table

LONGEST_TITLE = 160
NO_TITLE_END = (".", "…", ",", ":", ";", "-", "–", "—")
CLOSING_QUOTES = "»“”\"'’)"

Columns = Mapping[str, str]
Found = RawArticle | Rejection


def _read_page(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    data = stream.read()
    text, how = decode(data, declared_charset(data))
    yield _one_a_file(file, None, text, how, is_html=True)


def _read_text(stream: IO[bytes], file: File, columns: Columns) -> Iterator[Found]:
    data = stream.read()
    text, how = decode(data)
    if is_table(text, columns):
        yield from read_table(io.BytesIO(data), file, columns)
        return
    title, body = _split_title(text.replace("\r\n", "\n").replace("\r", "\n"))
    yield _one_a_file(file, title, body, how, is_html=False)


def _one_a_file(file: File, title: str | None, text: str, how: str | None, is_html: bool) -> Found:
    inferred = ("article_id made of the file name",) + ((how,) if how else ())
    return whole(
        RawArticle(
            article_id=file.name,
            title=title,
            text=text,
            source=None,
            published=None,
            lang=None,
            url=None,
            file=file.name,
            line=None,
            folder=file.folder,
            is_html=is_html,
            inferred=inferred,
        )
    )


def _split_title(text: str) -> tuple[str | None, str]:
    """The first line as the title where it looks like one: short, without a full stop, before more lines
    that do not simply go on with its sentence."""
    first, _, rest = text.lstrip().partition("\n")
    title, body = first.strip(), rest.strip()
    goes_on = not rest.startswith(("\n", " \n")) and body[:1].islower()
    if (
        not body
        or goes_on
        or len(title) > LONGEST_TITLE
        or title.rstrip(CLOSING_QUOTES).endswith(NO_TITLE_END)
    ):
        return None, text
    return title, rest


READERS: dict[str, Callable[[IO[bytes], File, Columns], Iterator[Found]]] = {
    ".txt": _read_text,
    ".text": _read_text,
    ".html": _read_page,
    ".htm": _read_page,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json,
    ".csv": read_table,
    ".tsv": read_table,
    ".tab": read_table,
    ".parquet": read_parquet,
}
