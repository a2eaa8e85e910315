"""JSON lines in, JSON lines out: an answer for each line, in order, while more lines come.

A line that cannot be read is answered with its error, and the next ones go on. The server holds no more than
the lines of one call, so a stream may be of any length; who sends it should read while sending.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from newstance.model.news_model import Level
from newstance.serve.bodies import Article, check_length, checked, parsed
from newstance.serve.engine import ARTICLES_TOGETHER, CHARACTERS_TOGETHER, Engine
from newstance.serve.refusal import Refusal, as_json
from newstance.serve.settings import Limits

TYPE = b"application/x-ndjson"
Answer = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """A line of a stream by its number (from 1): an article, or the words of its ``error``."""

    number: int
    article: Article | None
    error: str | None = None


class JsonLines(Response):
    """The answer to a stream; it reads the request itself, while it sends."""

    media_type = TYPE.decode()

    def __init__(self, engine: Engine, level: Level):
        super().__init__()
        self.engine, self.level = engine, level

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer until the stream ends; one more than may be open is refused."""
        with self.engine.stream(), suppress(ClientDisconnect):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", TYPE)]})
            await self._answer_all(Request(scope, receive), send)

    async def _answer_all(self, request: Request, send: Send) -> None:
        limits, n_lines = self.engine.limits, 0
        try:
            async for some in groups(request.stream(), limits):
                n_lines = some[-1].number
                answers = await self._answers(some)
                content = b"".join(as_json(one) + b"\n" for one in answers)
                await self._send(send, {"body": content, "more_body": True})
        except Refusal as refusal:  # of the stream itself: what comes after is not read
            last = {"line": n_lines + 1, "error": refusal.words}
            await self._send(send, {"body": as_json(last) + b"\n", "more_body": True})
        await self._send(send, {"body": b"", "more_body": False})

    async def _answers(self, lines: list[Line]) -> list[Answer]:
        good = [line for line in lines if line.article is not None]
        found = iter(await self._found(good) if good else [])
        return [{"line": line.number, **_answer(line, found)} for line in lines]

    async def _found(self, lines: list[Line]) -> list[Any]:
        """The rows of each line, or for all the words in which they were refused."""
        try:
            return await self.engine.predict_each([_record(line) for line in lines], self.level)
        except Refusal as refusal:
            return [refusal.words] * len(lines)

    async def _send(self, send: Send, message: Message) -> None:
        """Raises ``ClientDisconnect`` where nobody reads."""
        try:
            await asyncio.wait_for(
                send({"type": "http.response.body", **message}), self.engine.limits.seconds
            )
        except TimeoutError:
            raise ClientDisconnect from None


def _answer(line: Line, found: Any) -> Answer:
    if line.article is None:
        return {"error": line.error}
    rows = next(found)
    return {"error": rows} if isinstance(rows, str) else {"rows": rows}


def _record(line: Line) -> dict[str, Any]:
    """The article of a line, which is called by its number where it has no id."""
    assert line.article is not None
    return {"article_id": f"line:{line.number}"} | line.article.model_dump(exclude_none=True)


async def groups(parts: AsyncIterator[bytes], limits: Limits) -> AsyncIterator[list[Line]]:
    """The lines of a body: those that came together, for one call.

    Raises ``Refusal`` where nothing comes for ``limits.seconds``, or a line does not end.
    """
    waiting: list[Line] = []
    async for contents in _lines(parts, limits):
        for number, content in contents:
            if content.strip():
                waiting.append(_line(number, content, limits))
            if _is_full(waiting):
                yield waiting
                waiting = []
        if waiting:
            yield waiting
            waiting = []


def _is_full(lines: list[Line]) -> bool:
    n_characters = sum(line.article.n_characters for line in lines if line.article)
    return len(lines) >= ARTICLES_TOGETHER or n_characters >= CHARACTERS_TOGETHER


async def _lines(parts: AsyncIterator[bytes], limits: Limits) -> AsyncIterator[list[tuple[int, bytes]]]:
    """The whole lines after each part of a body, with their numbers."""
    rest, number = b"", 0
    while (part := await _next(parts, limits.seconds)) is not None:
        *whole, rest = (rest + part).split(b"\n")
        if len(rest) > limits.body:
            words = f"The line has more than {limits.body:,} bytes, the most taken; the stream ends here."
            raise Refusal(413, words)
        yield list(enumerate(whole, number + 1))
        number += len(whole)
    yield [(number + 1, rest)]


async def _next(parts: AsyncIterator[bytes], seconds: float) -> bytes | None:
    try:
        return await asyncio.wait_for(anext(parts, None), seconds)
    except TimeoutError:
        raise Refusal(408, f"No line came for {seconds:g} seconds, so the stream ends here.") from None


def _line(number: int, content: bytes, limits: Limits) -> Line:
    try:
        value = parsed(content, "line")
        article = checked({"text": value} if isinstance(value, str) else value, Article)
        check_length(article, limits.characters)
    except Refusal as refusal:
        return Line(number, None, refusal.words)
    return Line(number, article)
