"""Why a request is not answered, in the words of who sent it; and answers as JSON."""

import json
from datetime import date
from typing import Any

MOST_WORDS = 2000  # characters of a message


class Refusal(Exception):
    """A request that is refused: an HTTP ``status``, words, and in how many seconds to ask again."""

    def __init__(self, status: int, words: str, again: int | None = None):
        super().__init__(words)
        self.status = status
        self.words = words if len(words) <= MOST_WORDS else f"{words[:MOST_WORDS]}…"
        self.again = again

    @property
    def headers(self) -> dict[str, str]:
        """The headers that go with it."""
        headers = {} if self.again is None else {"retry-after": str(self.again)}
        return headers | ({"www-authenticate": "Bearer"} if self.status == 401 else {})


def as_json(value: Any) -> bytes:
    """``value`` as JSON in UTF-8; dates as 2026-01-31, halves of surrogate pairs as U+FFFD."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_iso)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
