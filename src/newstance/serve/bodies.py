"""What a request may hold, and reading it: JSON of our own fields, every fault told in words."""

import asyncio
import json
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from starlette.requests import ClientDisconnect, Request

from newstance.faults import faults_of
from newstance.plain import plain_lines
from newstance.serve.refusal import Refusal
from newstance.serve.settings import Limits

JSON = ("application/json",)
JSON_LINES = ("application/x-ndjson", "application/jsonl", "application/json-lines")
DISCARDED = 16  # so many times the limit is read and thrown away, so that the sender reads our answer
SAMPLE = "Moscow condemned the new sanctions, while Washington praised them."
Body = TypeVar("Body", bound=BaseModel)


def texts_as_articles(value: Any) -> Any:
    """A list in which a text stands for an article of that text."""
    if not isinstance(value, list):
        return value
    return [{"text": one} if isinstance(one, str) else one for one in value]


class Article(BaseModel, frozen=True, extra="forbid", strict=True):
    """An article, cleaned and read as those of the training were."""

    text: str = Field(description="the text itself; a name of a file is a text too", examples=[SAMPLE])
    title: str | None = Field(None, description="its headline, judged as sentence 0")
    lang: str | None = Field(None, description="BCP 47 tag; null finds it", examples=["en"])
    source: str | None = Field(None, description="the outlet")
    published: str | None = Field(None, description="its date", examples=["2016-02-27"])
    url: str | None = Field(None, description="its address, which is not opened")
    article_id: str | None = Field(None, description="comes back with the answer", examples=["a-1"])

    @property
    def n_characters(self) -> int:
        """How long it is."""
        return len(self.text) + len(self.title or "")


class Predict(BaseModel, frozen=True, extra="forbid", strict=True):
    """One text, or a list of articles; and whether a row of the answer is an article or a sentence."""

    text: str | None = Field(None, description="one text", examples=[SAMPLE])
    articles: list[Article] | None = Field(None, description="texts, or objects with a text")
    level: Literal["article", "sentence"] = Field(
        "article",
        description="article: a row each; sentence: a row for each sentence and mention of a target",
    )

    _texts_are_articles = field_validator("articles", mode="before")(texts_as_articles)

    @model_validator(mode="after")
    def _one_of_both(self) -> "Predict":
        if (self.text is None) == (self.articles is None):
            raise ValueError("expected either 'text', one text, or 'articles', a list")
        return self

    def all(self) -> list[Article]:
        """The articles, of one text or of the list."""
        return [Article(text=self.text)] if self.text is not None else list(self.articles or [])


class Search(BaseModel, frozen=True, extra="forbid", strict=True):
    """A question, and the articles in which its answer may stand."""

    query: str = Field(description="words in any language", examples=["a truce in Syria"])
    articles: list[Article] = Field(description="texts, or objects with a text")
    k: int = Field(10, ge=1, description="most articles to give")

    _texts_are_articles = field_validator("articles", mode="before")(texts_as_articles)


class Explain(BaseModel, frozen=True, extra="forbid", strict=True):
    """A text to be explained."""

    text: str = Field(description="the text", examples=[SAMPLE])
    target: str | None = Field(None, description="one target of the model; null is all", examples=["Russia"])
    lang: str | None = Field(None, description="BCP 47 tag; null finds it")


async def read_body(request: Request, limits: Limits) -> bytes:
    """The body of a request, no more than ``limits.body`` bytes of it and no longer than ``limits.seconds``.

    Raises ``Refusal`` 413, 408 or 415, and ``ClientDisconnect``.
    """
    check_type(request, JSON)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.seconds):
            async for part in request.stream():
                size += len(part)
                if size <= limits.body:
                    parts.append(part)
                elif size > DISCARDED * limits.body:
                    break
    except TimeoutError:
        raise Refusal(408, f"The body did not come within {limits.seconds:g} seconds.") from None
    except ClientDisconnect:
        raise Refusal(400, "The connection ended before the body.") from None
    if size > limits.body:
        raise Refusal(
            413, f"The body has more than {limits.body:,} bytes, the most taken at once. Send fewer articles."
        )
    return b"".join(parts)


def check_type(request: Request, kinds: tuple[str, ...]) -> None:
    """Raise ``Refusal`` 415 for a body of another type, or for a packed one.

    A browser asks us before it sends these types for a page of another site, and we do not agree.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in kinds:
        raise Refusal(415, f"content-type: got {kind[:80]!r}, expected {' or '.join(kinds)}.")
    packed = request.headers.get("content-encoding", "identity").lower()
    if packed != "identity":
        raise Refusal(415, f"content-encoding: got {packed[:80]!r}; send the body as it is.")


def parsed(content: bytes, what: str = "body") -> Any:
    """The value of JSON in UTF-8; raises ``Refusal`` 422, which calls it ``what``."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except RecursionError:
        raise Refusal(422, "The JSON is nested too deep.") from None
    except UnicodeDecodeError as error:
        raise Refusal(422, f"The {what} is not UTF-8, at byte {error.start}.") from error
    except ValueError as error:
        raise Refusal(422, f"The {what} is not JSON: {error}.") from error


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def checked(value: Any, kind: type[Body]) -> Body:
    """``value`` as a ``kind``; raises ``Refusal`` 422 with all its faults."""
    if not isinstance(value, dict):
        names = ", ".join(kind.model_fields)
        raise Refusal(422, f"got {type(value).__name__}, expected an object with: {names}.")
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise Refusal(422, plain_lines(faults_of(error, kind))) from None


def check_articles(articles: list[Article], limits: Limits) -> None:
    """Raise ``Refusal`` 413 for too many articles, or for one that is too long; 422 for none."""
    if not articles:
        raise Refusal(422, "articles: the list is empty; expected texts, or objects with a text.")
    if len(articles) > limits.articles:
        raise Refusal(
            413, f"articles: got {len(articles):,}, the most taken at once are {limits.articles:,}."
        )
    for number, article in enumerate(articles):
        place = f"articles.{number}: " if len(articles) > 1 else ""
        check_length(article, limits.characters, place)


def check_length(article: Article, most: int, place: str = "") -> None:
    """Raise ``Refusal`` 413 for an article of more than ``most`` characters."""
    if article.n_characters > most:
        raise Refusal(
            413, f"{place}the text has {article.n_characters:,} characters, the most taken are {most:,}."
        )
