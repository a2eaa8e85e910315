"""Which column of a table, or which key of a JSON object, holds which field of an article.

Names are compared without case, spaces, dashes and underscores: ``Publish Date``, ``publishDate`` and
``publish_date`` are one name. A dotted name, as ``fields.bodyText``, is a key inside a nested object.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple

# The usual names of a field. The first one that a file has is taken.
NAMES = {
    "article_id": (
        "article_id id doc_id document_id guid uuid stories_id story_id news_id item_id record_id "
        "accession_number"
    ),
    "title": "title headline head_line article_title news_title story_title web_title headline_main heading",
    "text": (
        "text body content article_text full_text main_text body_text article_body article_content "
        "story_text story article plain_text text_content news_text content_text news_content news_body "
        "full_content post_content text_body cleaned_text clean_text raw_text document_text document "
        "transcript"
    ),
    "source": (
        "source outlet publisher source_name newspaper media_name media_outlet outlet_name news_outlet "
        "site_name publication publication_name publisher_name news_source source_title newspaper_name "
        "media_source media journal domain source_domain site hostname website"
    ),
    "published": (
        "published date pub_date datetime published_at publication_date publish_date date_publish "
        "date_published published_date web_publication_date publication_time publication_datetime "
        "published_on publish_time published_time date_publication article_date news_date story_date "
        "date_time first_published post_date posted_at seen_date created_at created timestamp"
    ),
    "lang": "lang language language_code lang_code in_language article_language",
    "url": (
        "url link uri web_url article_url article_link canonical_url page_url news_url story_url "
        "permalink links_permalink responded_url requested_url document_identifier href"
    ),
}
SYNONYMS = {field: names.split() for field, names in NAMES.items()}
# Short texts, read only where there is no longer one.
SUMMARIES = ["lead_paragraph", "abstract", "description", "summary", "lead", "excerpt", "snippet"]
# Objects around the record proper, as Elasticsearch, Label Studio, the Guardian and JSON:API write them.
WRAPPERS = frozenset(
    [
        "source",
        "data",
        "fields",
        "article",
        "attributes",
        "content",
        "document",
        "doc",
        "story",
        "item",
        "news",
        "record",
        "payload",
        "properties",
        "post",
        "entry",
        "result",
        "node",
        "row",
        "json",
        "value",
    ]
)
# Keys under which a nested object holds its plain value: MongoDB, WordPress, news services, XML as JSON.
PLAIN = "name title rendered main $oid $date $numberLong value @value #text _text domain url"
PLAIN_KEYS = PLAIN.split()
TEXTS = frozenset(name.replace("_", "") for name in SYNONYMS["text"] + SUMMARIES)
INDEX = re.compile(r"|index|unnamed: ?\d+(_level_\d+)?", re.IGNORECASE)
NOT_LETTERS = re.compile(r"[\W_]+")
DEEPEST = 4
WIDEST = 200


class Columns(NamedTuple):
    """Our field name to the column that holds it, and what a person should know of the choice.

    ``unused`` names the columns that hold no field, ``absent`` the mapped fields whose column is not there.
    """

    of: dict[str, str]
    notes: tuple[str, ...]
    unused: tuple[str, ...]
    absent: tuple[str, ...]
    is_summary: bool


def check_columns(columns: Mapping[str, str]) -> None:
    """Raise ``ValueError`` for a key of the mapping ``ours: theirs`` that is no field of an article."""
    unknown = [key for key in columns if key not in SYNONYMS]
    if not unknown:
        return
    near = {key: get_close_matches(key, SYNONYMS, 1) for key in unknown}
    hints = [f"'{key}'" + (f" (did you mean '{match[0]}'?)" if match else "") for key, match in near.items()]
    raise ValueError(
        f"corpus.columns: unknown {', '.join(hints)}. Each key is one of {list(SYNONYMS)}, "
        "its value the column in your file, as in `text: body`."
    )


def find_columns(names: Iterable[str], columns: Mapping[str, str]) -> Columns:
    """Which of the columns ``names`` holds which field: the mapping first, then the usual synonyms.

    ``names`` may be a record: keys of nested objects are then found under dotted names.
    """
    flat = tuple(_flat_names(names)) if isinstance(names, Mapping) else tuple(map(str, names))
    return _find_columns(flat, tuple(sorted(columns.items())))


def has_text(record: Mapping[str, Any], columns: Mapping[str, str]) -> bool:
    """Whether a column of ``record`` holds a text, not only a summary."""
    found = find_columns(record, columns)
    return "text" in found.of and not found.is_summary


def value_of(record: Mapping[str, Any], name: str) -> Any:
    """What stands in ``record`` under a plain or dotted name; ``None`` where nothing does."""
    if name in record:
        return record[name]
    key, dot, rest = name.partition(".")
    while dot:
        inner = record.get(key)
        if isinstance(inner, Mapping) and (found := value_of(inner, rest)) is not None:
            return found
        more, dot, rest = rest.partition(".")
        key = f"{key}.{more}"
    return None


def distinct_names(names: Iterable[str]) -> list[str]:
    """Column names, stripped; the second of one name is called ``name (2)``."""
    seen: dict[str, int] = {}
    distinct = []
    for name in map(str.strip, names):
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return distinct


def no_text_column(names: Iterable[str], columns: Mapping[str, str]) -> str:
    """What to tell where no column holds the text."""
    wanted = f"'{columns['text']}'" if "text" in columns else f"one of {SYNONYMS['text'][:6]} or the like"
    there = list(_flat_names(names)) if isinstance(names, Mapping) else list(names)
    more = f" and {len(there) - 30} more" if len(there) > 30 else ""
    return (
        f"no column holds the text: {wanted} was expected, there are {there[:30]}{more}; "
        "name it in corpus.columns, as in `text: body` or, inside an object, `text: fields.body`"
    )


def plain_key(value: Mapping[str, Any]) -> str | None:
    """The key under which a nested object holds its plain value."""
    return next((key for key in PLAIN_KEYS if value.get(key) is not None), None)


def has_plain_value(keys: Iterable[str]) -> bool:
    """Whether a nested object of these keys stands for one value, as a source with its name does."""
    keys = list(map(str, keys))
    return not set(PLAIN_KEYS).isdisjoint(keys) and TEXTS.isdisjoint(map(_key, keys))


def _flat_names(record: Mapping[str, Any], prefix: str = "", depth: int = 1) -> Iterator[str]:
    for key, value in record.items():
        name = f"{prefix}{key}"
        if not isinstance(value, Mapping) or depth == DEEPEST or len(value) > WIDEST or not value:
            yield name
        else:
            if has_plain_value(value):
                yield name
            yield from _flat_names(value, f"{name}.", depth + 1)


@lru_cache(maxsize=1024)
def _find_columns(names: tuple[str, ...], columns: tuple[tuple[str, str], ...]) -> Columns:
    wanted, by_key = dict(columns), _by_key(names)
    prefix, texts = _where_the_text_is(by_key)
    if wanted.get("text") in names:
        prefix = _key(wanted["text"]).rpartition(".")[0]
    of: dict[str, str] = {}
    notes = []
    for field in SYNONYMS:
        if wanted.get(field) in names:
            of[field] = wanted[field]
            continue
        found = _first(by_key, prefix, texts if field == "text" else SYNONYMS[field])
        if found is not None:
            of[field] = found
        if field in wanted and found is not None:
            notes.append(f"{field} from column '{found}', as there is no '{wanted[field]}' (corpus.columns)")
        elif field in wanted:
            notes.append(f"{field} left empty, as there is no column '{wanted[field]}' (corpus.columns)")
    is_summary = texts is SUMMARIES and of.get("text") != wanted.get("text")
    if is_summary and "text" in of:
        notes.append(f"text is the column '{of['text']}', as there is no longer one")
    absent = tuple(field for field in wanted if wanted[field] not in names)
    return Columns(of, tuple(notes), _unused(names, of.values()), absent, is_summary)


def _by_key(names: tuple[str, ...]) -> dict[str, str]:
    """Each name by its letters; a dotted one also without its dots, unless it stands beside a text."""
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(_key(name), name)
    records = {key.rpartition(".")[0] for key in by_key if _is_wrapped(key) and key.split(".")[-1] in TEXTS}
    for key, name in list(by_key.items()):
        if key.rpartition(".")[0] not in records:
            by_key.setdefault(key.replace(".", ""), name)
    return by_key


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    return ".".join(NOT_LETTERS.sub("", part) for part in name.casefold().split("."))


def _where_the_text_is(by_key: Mapping[str, str]) -> tuple[str, list[str]]:
    """The wrapper that holds a text, empty for the record itself, and the names the text may have."""
    wrappers = sorted({""} | {key.rpartition(".")[0] for key in by_key if _is_wrapped(key)}, key=_depth)
    for texts in (SYNONYMS["text"], SUMMARIES):
        for wrapper in wrappers:
            if any(_inside(wrapper, name) in by_key for name in texts):
                return wrapper, texts
    return "", SYNONYMS["text"]


def _depth(wrapper: str) -> tuple[int, str]:
    return len(wrapper and wrapper.split(".")), wrapper


def _is_wrapped(key: str) -> bool:
    wrapper, _, _ = key.rpartition(".")
    return bool(wrapper) and WRAPPERS.issuperset(wrapper.split("."))


def _inside(wrapper: str, name: str) -> str:
    return f"{wrapper}.{_key(name)}" if wrapper else _key(name)


def _first(by_key: Mapping[str, str], wrapper: str, synonyms: Iterable[str]) -> str | None:
    """The first synonym inside ``wrapper``, else in the objects around it."""
    while True:
        found = next((by_key[key] for name in synonyms if (key := _inside(wrapper, name)) in by_key), None)
        if found is not None or not wrapper:
            return found
        wrapper = wrapper.rpartition(".")[0]


def _unused(names: Iterable[str], used: Iterable[str]) -> tuple[str, ...]:
    """The columns that hold no field: a nested object by its own name, unless part of it is used."""
    used = set(used)
    opened = {outer for name in used for outer in _outer_names(name)[:-1]}
    unused: dict[str, None] = {}
    for name in names:
        tops = _outer_names(name)
        if not INDEX.fullmatch(name) and not used.intersection(tops):
            unused[next((top for top in tops if top not in opened), name)] = None
    return tuple(unused)


def _outer_names(name: str) -> list[str]:
    """``a``, ``a.b`` and ``a.b.c`` of ``a.b.c``."""
    parts = name.split(".", DEEPEST)
    return [".".join(parts[:n]) for n in range(1, len(parts) + 1)]
