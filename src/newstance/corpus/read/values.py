"""What stands in a cell or under a key, as the text of a field."""

from collections.abc import Mapping
from datetime import date
from math import isnan
from numbers import Number
from typing import Any

from newstance.corpus.read.columns import plain_key, value_of

# What programs write where there is no value (R, pandas, SQL, Excel, Hadoop), in small letters.
MISSING = (
    r"null (null) none nil undefined nan -nan nat <na> na n/a n.a. #n/a #null! #value! #ref! \n - -- – —"
)
MISSING_WORDS = frozenset(MISSING.split())
BLOCK_KEYS = ("text", "content", "value", "body")
DEEPEST = 4


def is_missing(value: Any) -> bool:
    """None, NaN, and the empty values of pandas."""
    return value is None or (isinstance(value, float) and isnan(value)) or str(value) in {"NaT", "<NA>"}


def is_missing_word(text: str) -> bool:
    """Whether ``text`` is only a word that stands for no value, as NULL or n/a."""
    return len(text) < 20 and text.strip().casefold() in MISSING_WORDS


def as_text(value: Any) -> str | None:
    """A short field as text: a date as ISO 8601, the name in a nested object, the first of a list.

    ``None`` for what is missing or has no plain value.
    """
    return _as_text(value, DEEPEST)


def _as_text(value: Any, depth: int) -> str | None:
    if isinstance(value, Mapping) and depth:
        key = plain_key(value)
        return None if key is None else _as_text(value[key], depth - 1)
    if isinstance(value, (list, tuple)) and depth:
        return next((text for one in value if (text := _as_text(one, depth - 1)) is not None), None)
    return _scalar(value)


def text_of(value: Any) -> str | None:
    """A text as one string: paragraphs in a list are joined by line ends; ``None`` for no text."""
    if hasattr(value, "tolist"):  # arrays of numpy, as pandas reads lists from parquet
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return _joined(value)
    return as_text(value) if isinstance(value, Mapping) else _scalar(value)


def _joined(blocks: list[Any] | tuple[Any, ...]) -> str | None:
    """Paragraphs, or objects that hold one each, joined by line ends; strings between objects are pieces of
    one line, as in the exports of Telegram."""
    blocks = [block for block in blocks if not is_missing(block)]
    texts = [_block(block) for block in blocks]
    if not texts or any(text is None for text in texts):
        return None
    kinds = {isinstance(block, str) for block in blocks}
    return ("" if len(kinds) == 2 else "\n").join(text for text in texts if text)


def _block(block: Any) -> str | None:
    if isinstance(block, Mapping):
        inner = next((value_of(block, key) for key in BLOCK_KEYS if key in block), "")
        return inner if isinstance(inner, str) else None
    return block if isinstance(block, str) else None


def _scalar(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if is_missing(value) or not isinstance(value, (str, date, Number)):
        return None
    if isinstance(value, date):  # datetime and pandas.Timestamp are dates too
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
