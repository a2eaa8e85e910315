"""The server as a target of ``make fuzz``: requests of any form, in process, and what a model says of them.

An input is a sign for the settings, then a request as HTTP writes it. The model is not asked in ``serve``,
where the way there and back is tried; ``judge`` asks one of two themes and one target.
"""

import asyncio
import json
import logging
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from newstance.serve.app import PAGE, make_app
from newstance.serve.engine import Engine, Job
from newstance.serve.refusal import as_json
from newstance.serve.served import Served, explained, rows, rows_of_each
from newstance.serve.settings import Limits, Settings
from small_model import a_model, small_encoder

TOKEN = "a-token-of-sixteen"
LIMITS = Limits(body=3000, articles=4, characters=1000, explained=300, seconds=60)
STATUSES = {200, 400, 401, 403, 404, 405, 408, 413, 415, 421, 422, 429, 503}
# What the HTTP layer lets through (RFC 9110): the first line, and a header.
FIRST = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}) (/[\x21-\x7e]*)[^\n]*")
HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r\n]*)\r?")


class Canned(Engine):
    """Answers without its model, with what it was asked."""

    async def _answer(self, job: Job) -> Any:
        await asyncio.sleep(0)
        if job.work is None:
            return [[dict(article)] for article in job.articles]
        return {"args": str(job.work.args[1:])} if job.work.func is explained else [{"a": None}]


class Faults(logging.Handler):
    """Keeps the exception of the last fault that the server logged."""

    last: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.exc_info[1] if record.exc_info else None


@cache
def _served() -> Served:
    with tempfile.TemporaryDirectory() as folder:
        return Served.of(a_model(small_encoder(Path(folder) / "encoder")), "0" * 32)


@cache
def _server(token: str | None) -> tuple[Any, Faults]:
    settings = Settings(token=token, limits=LIMITS)
    app = make_app(Canned(_served(), Path("no such model"), LIMITS), settings)
    log, faults = logging.getLogger("newstance.serve"), Faults()
    log.propagate = False
    log.addHandler(faults)
    return app, faults


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def serve(data: bytes, place: Path) -> None:
    """A request: the answer has a status that we know and is JSON, or lines of it; nothing breaks."""
    sign, (head, _, body) = data[0] if data else 0, data[1:].partition(b"\n\n")
    first, *lines = head.split(b"\n")
    match = FIRST.fullmatch(first)
    if match is None:
        return
    path, _, query = match[2].partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": match[1].decode(),
        "scheme": "http",
        "path": unquote(path.decode()),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(one[1].lower(), one[2].strip()) for one in map(HEADER.fullmatch, lines) if one],
        "client": ("127.0.0.1", 9),
        "server": ("127.0.0.1", 8000),
    }
    size = (1 << 20, 1, 7, 64)[sign >> 1 & 3] if len(body) < 500 else 1 << 20
    parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    app, faults = _server(TOKEN if sign & 1 else None)
    sent = _loop().run_until_complete(_asked(app, scope, parts, breaks=bool(sign & 8)))
    if faults.last is not None:
        fault, faults.last = faults.last, None
        raise fault
    _check_answer(scope["path"], sent)


async def _asked(app: Any, scope: Any, parts: list[bytes], breaks: bool) -> list[Any]:
    sent: list[Any] = []
    left = list(reversed(parts))

    async def receive() -> Any:
        if not left or (breaks and len(left) == 1):
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": left.pop(), "more_body": bool(left)}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def _check_answer(path: str, sent: list[Any]) -> None:
    status = sent[0]["status"]
    assert status in STATUSES, f"status {status}"
    content = b"".join(one.get("body", b"") for one in sent[1:])
    kind = dict(sent[0]["headers"]).get(b"content-type", b"")
    if kind.startswith(b"application/x-ndjson"):
        answers = [json.loads(line) for line in content.split(b"\n")[:-1]]
        numbers = [one["line"] for one in answers]
        assert numbers == sorted(set(numbers))
        assert all(("error" in one) != ("rows" in one) for one in answers)
    elif content and path not in PAGE and path != "/metrics":
        assert status == 200 or json.loads(content)["error"].strip()
        json.loads(content)


def judge(data: bytes, place: Path) -> None:
    """What a small model says of articles, one by one and together, and why: rows that JSON can take."""
    texts = data[1:].decode("utf-8", "replace").split("\x1f")[:3]
    level = "article" if data[:1] < b"\x80" else "sentence"
    articles = [
        {"text": text, "title": text[:40]} if number % 2 else {"text": text}
        for number, text in enumerate(texts)
    ]
    as_json(rows(_served(), articles, level))
    assert len(rows_of_each(_served(), articles, level)) == len(articles)
    try:
        as_json(explained(_served(), texts[0][:300], None, None))
    except ValueError as error:
        if len(str(error).split()) < 3:
            raise
