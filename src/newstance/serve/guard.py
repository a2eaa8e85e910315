"""What stands before every path: who asks, by which name, and what a browser may do with the answer."""

import hmac
import logging
import time
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newstance.serve.metrics import Requests
from newstance.serve.refusal import Refusal, as_json
from newstance.serve.settings import Settings, is_loopback

OTHER = "other"
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
log = logging.getLogger("newstance.serve")


class Guard:
    """Passes on to ``app`` what may be asked.

    ``paths`` are counted by name, others together; ``open_paths`` need no token.
    """

    def __init__(self, app: ASGIApp, settings: Settings, paths: Collection[str], open_paths: Collection[str]):
        self.app, self.settings = app, settings
        self.paths, self.open_paths = frozenset(paths), frozenset(open_paths)
        self.requests = Requests()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, path = time.perf_counter(), scope["path"] if scope["path"] in self.paths else OTHER
        status: list[int] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        try:
            self._check(scope)
            await self.app(scope, receive, watched)
        except Refusal as refusal:
            await refuse(refusal, watched)
        except Exception:
            log.exception("a fault of the server at %s", path)
            if not status:
                await refuse(Refusal(500, "A fault of the server, which its log tells more of."), watched)
        finally:
            self.requests.add(path, status[0] if status else 499, time.perf_counter() - started)

    def _check(self, scope: Scope) -> None:
        """Raise ``Refusal`` for a stranger, and for a site that calls this machine by a name of its own."""
        headers = Headers(scope=scope)
        if self.settings.token is None:
            if not is_loopback(_name(headers.get("host", ""))):
                words = "host: expected localhost. To serve under another name, start with a token."
                raise Refusal(421, words)
        elif scope["path"] not in self.open_paths:
            kind, _, given = headers.get("authorization", "").partition(" ")
            wanted = self.settings.token.encode()
            if not hmac.compare_digest(given.strip().encode(), wanted) or kind.lower() != "bearer":
                raise Refusal(401, "authorization: expected 'Bearer' and the token of this server.")


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


async def refuse(refusal: Refusal, send: Send) -> None:
    """Answer with the words of ``refusal``."""
    body = as_json({"error": refusal.words})
    headers = {"content-type": "application/json", "content-length": str(len(body)), **refusal.headers}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
