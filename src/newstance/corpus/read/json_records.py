"""JSON to raw articles, in the many shapes in which services, databases and programs write it.

A file is read whole unless it is JSON Lines. In it are looked for, in this order: a table written by columns,
a record, the lists (or objects keyed by an id) whose members hold a text, at any depth.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import IO, Any, NamedTuple

from newstance.corpus.read.columns import distinct_names, find_columns, has_text
from newstance.corpus.read.decode import decode
from newstance.corpus.read.lines import TOO_LONG, bounded_lines, read_whole, text_stream
from newstance.corpus.read.records import File, RawArticle, Rejection, to_article, with_note

DEEPEST = 5
MEMBERS_TRIED = 20
MOST_VALUES = 10_000_000  # of a document; an empty list takes twenty times its bytes
MOST_BROKEN = 1_000  # places of a document that are no JSON
# Lists beside the articles whose members hold texts of others.
NOT_ARTICLES = frozenset({"comments", "replies", "annotations", "predictions", "related", "entities"})
HEADERS, BODIES = ("columns", "header", "headers", "names"), ("data", "rows", "values")
# A string that is not closed is taken up to the end, or each quotation mark in it would be tried.
TRAILING_COMMA = re.compile(r'"(?>(?:[^"\\]|\\.)*)(?:"|\\?\Z)|,(?=\s*[\]}])', re.DOTALL)
BETWEEN = re.compile(r"[\s,\x1e\ufeff]*")
AFTER_ONE = re.compile(r"[\[,\n]\s*+")  # an object may begin
TOO_DEEP = "JSON that is nested too deeply to be read"
COMMAS = "JSON with trailing commas, which were passed over"

Mapped = Mapping[str, str]
Found = RawArticle | Rejection
Test = Callable[[Mapping[str, Any], Mapped], bool]


class _Broken(NamedTuple):
    """A place where a document is no JSON."""

    line: int
    reason: str


def read_json_lines(stream: IO[bytes], file: File, columns: Mapped) -> Iterator[Found]:
    """One object a line, or a whole document under the name of JSON Lines."""
    text, how = text_stream(stream)
    lines = bounded_lines(text)
    first: list[str | None] = []
    for line in lines:
        first.append(line)
        if line is None or line.strip():
            break
    second = next(lines, "") if first and _may_be_document(first[-1]) else None
    if second is not None and _is_document(first[-1] or "", second):
        text.detach()
        stream.seek(0)
        yield from read_json(stream, file, columns)
        return
    rest = chain(first, [] if second is None else [second], lines)
    yield from _from_lines(rest, file, columns, how)


def _may_be_document(line: str | None) -> bool:
    return line is not None and not isinstance(_parsed(line), dict)


def _is_document(first: str, second: str | None) -> bool:
    """Whether the first lines are those of a list or of a pretty-printed object."""
    start = first.strip().lstrip("\ufeff")
    return start[:1] == "[" or start == "{" or (start[:1] == "{" and not (second or "{").startswith("{"))


def _from_lines(lines: Iterator[str | None], file: File, columns: Mapped, how: str | None) -> Iterator[Found]:
    for number, line in enumerate(lines, 1):
        if line is None:
            yield Rejection(file.name, number, TOO_LONG)
        elif line.strip():
            yield with_note(_from_line(line, file.name, number, columns), how)


def _from_line(line: str, name: str, number: int, columns: Mapped) -> Found:
    try:
        record = DECODER.decode(line.strip("\ufeff\x1e \t\r\n,"))
    except RecursionError:
        return Rejection(name, number, TOO_DEEP)
    except ValueError as error:
        return Rejection(name, number, f"no valid JSON: {error}; the line begins {line[:60]!r}")
    return _to_article(record, name, number, columns)


def _to_article(record: Any, name: str, number: int, columns: Mapped) -> Found:
    if isinstance(record, _Broken):
        return Rejection(name, record.line, record.reason)
    if not isinstance(record, dict):
        return Rejection(name, number, f"a JSON object was expected, not {type(record).__name__}")
    return to_article(record, columns, name, number)


def read_json(stream: IO[bytes], file: File, columns: Mapped) -> Iterator[Found]:
    """A document of any shape, several one after the other, or JSON Lines under another name."""
    data = read_whole(stream)
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise ValueError(
            f"a JSON document of more than {MOST_VALUES} values; split it, or make it a .jsonl file"
        )
    text, how = decode(data)
    try:
        values, note = _values(text)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error
    if values is None:
        yield from _from_lines(iter(text.splitlines(keepends=True)), file, columns, how)
        return
    records = chain.from_iterable(records_of(value, columns) for value in values)
    for number, record in enumerate(records, 1):
        yield with_note(with_note(_to_article(record, file.name, number, columns), how), note)


def _values(text: str) -> tuple[list[Any] | None, str | None]:
    """The values of a document and what to note of it; ``None`` for JSON Lines, which are read by line."""
    try:
        return [DECODER.decode(text.lstrip("\ufeff"))], None
    except ValueError:
        pass
    first, _, rest = text.strip().partition("\n")
    if rest and isinstance(_parsed(first), dict):
        return None, None
    plain = TRAILING_COMMA.sub(lambda match: "" if match[0] == "," else match[0], text)
    note = COMMAS if plain != text else None
    try:
        return [DECODER.decode(plain)], note
    except ValueError as error:
        values = list(_one_after_another(plain))
        if all(isinstance(value, _Broken) for value in values):
            raise ValueError(f"no valid JSON: {error}") from error
        return values, note


def _parsed(line: str) -> Any:
    try:
        return DECODER.decode(line.strip("\ufeff\x1e \t\r\n,"))
    except (ValueError, RecursionError):
        return None


def _one_after_another(text: str) -> Iterator[Any]:
    """Values written one after the other, or in a list that is not closed; a broken one is passed over."""
    at, n_open, n_broken = BETWEEN.match(text).end(), 0, 0  # type: ignore[union-attr]
    while at < len(text):
        try:
            value, at = DECODER.raw_decode(text, at)
            yield value
        except ValueError as error:
            if text[at] in "[]":
                n_open += 1 if text[at] == "[" else -1
                at += 1
            else:
                line = text.count("\n", 0, at) + 1
                yield _Broken(line, f"no valid JSON: {error}; it begins {text[at : at + 60]!r}")
                n_broken += 1
                if n_broken == MOST_BROKEN:
                    yield _Broken(line, f"more than {MOST_BROKEN} places are no JSON; the rest was left out")
                    return
                ends = (match.end() for match in AFTER_ONE.finditer(text, at + 1))
                at = next((end for end in ends if text.startswith("{", end)), len(text))
        at = BETWEEN.match(text, at).end()  # type: ignore[union-attr]
    if n_open > 0:
        yield _Broken(text.count("\n") + 1, "the list of JSON objects is not closed; the file may be cut off")


def records_of(content: Any, columns: Mapped) -> list[Any]:
    """The records in a JSON value; the value itself where it holds none."""
    if isinstance(content, list):
        return _from_rows(content, columns)
    if not isinstance(content, dict):
        return [content]
    table = _from_columns(content, columns)
    if table is not None:
        return table
    if _is_record(content, columns):
        return [content]
    for test in (has_text, _has_summary):
        found = _deeper(content, columns, test)
        if found:
            return found
    return [content]


def _deeper(content: dict[str, Any], columns: Mapped, test: Test) -> list[Any]:
    """The records of all lists on the uppermost level that has any."""
    level: list[tuple[str, Any]] = [("", content)]
    for _ in range(DEEPEST):
        found = [(name, members) for name, value in level if (members := _members(value, columns, test))]
        if found:
            own = [members for name, members in found if name.casefold() not in NOT_ARTICLES]
            return list(chain.from_iterable(own or [members for _, members in found]))
        level = [pair for _, value in level if isinstance(value, dict) for pair in value.items()]
    return []


def _has_summary(record: Mapping[str, Any], columns: Mapped) -> bool:
    return {"text", "title"} <= find_columns(record, columns).of.keys()


def _is_record(content: dict[str, Any], columns: Mapped) -> bool:
    """Whether an object is an article. A list of articles, called ``content``, has no title beside it."""
    if not has_text(content, columns):
        return False
    found = find_columns(content, columns).of
    value = content.get(found["text"])
    return not (isinstance(value, list) and _members(value, columns)) or "title" in found


def _members(value: Any, columns: Mapped, test: Test = has_text) -> list[Any]:
    """The records of a list, or of an object that names each by its id."""
    if isinstance(value, list):
        tried = value[:MEMBERS_TRIED]
        return value if any(isinstance(one, dict) and test(one, columns) for one in tried) else []
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        return []
    records = [{"id": key, **record} for key, record in value.items()]
    return records if any(test(record, columns) for record in value.values()) else []


def _from_rows(rows: list[Any], columns: Mapped) -> list[Any]:
    """The members of a list; of a list of lists, of which the first names the columns, its records."""
    header = rows[0] if rows and len(rows) > 1 else None
    if not isinstance(header, list) or not all(isinstance(name, str) for name in header):
        return list(chain.from_iterable(one if _members(one, columns) else [one] for one in rows))
    if "text" not in find_columns(header, columns).of:
        return rows
    return [_named(header, row) for row in rows[1:]]


def _named(header: list[Any], row: Any) -> Any:
    if not isinstance(row, list) or len(row) != len(header):
        return row
    return dict(zip(distinct_names(map(str, header)), row, strict=True))


def _from_columns(content: dict[str, Any], columns: Mapped) -> list[Any] | None:
    """The records of a table written by columns, as pandas does, or as a header and rows."""
    header = next((content[key] for key in HEADERS if isinstance(content.get(key), list)), None)
    rows = next((content[key] for key in BODIES if isinstance(content.get(key), list)), None)
    if header and rows and all(isinstance(row, list) for row in rows):
        return _from_rows([header, *rows], columns)
    if "text" not in find_columns(list(content), columns).of:
        return None
    kinds = {type(value) for value in content.values()}
    if kinds == {list} and len({len(value) for value in content.values()}) == 1:
        if any(isinstance(one, dict) for value in content.values() for one in value):
            return None
        return [dict(zip(content, row, strict=True)) for row in zip(*content.values(), strict=True)]
    if kinds == {dict} and len(keys := {tuple(value) for value in content.values()}) == 1:
        return [{name: value[key] for name, value in content.items()} for key in next(iter(keys))]
    return None


def _first_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object as a dict; of a key that stands twice the first keeps its name."""
    record = dict(pairs)
    if len(record) == len(pairs):
        return record
    return dict(zip(distinct_names(key for key, _ in pairs), (value for _, value in pairs), strict=True))


DECODER: json.JSONDecoder = json.JSONDecoder(strict=False, object_pairs_hook=_first_of_each)
