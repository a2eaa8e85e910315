"""Starting a server and stopping it: the socket, and the signals of the process."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn

from newstance.linear import one_thread
from newstance.plain import plain
from newstance.serve.app import make_app
from newstance.serve.engine import Engine
from newstance.serve.served import load_served
from newstance.serve.settings import Settings

CONNECTIONS = 1000
HEADER_BYTES = 16 * 2**10
BACKLOG = 256
STOPS = (signal.SIGTERM, signal.SIGINT)
Say = Callable[[str], None]


def serve(folder: Path, settings: Settings, say: Say) -> None:
    """Serve the model in ``folder`` until SIGTERM or SIGINT; SIGHUP takes over the model that is there then.

    What was asked before a stop is answered within ``settings.limits.seconds``; a second SIGINT stops
    at once. ``say`` is told what a person should know. Linear algebra stays on one thread, as it is requests
    that run side by side.

    Raises ``ModelError`` for a folder that holds no model, ``OSError`` for a port that is taken.
    """
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(
        logging.ERROR
    )  # it warns of each stranger that speaks no HTTP
    with _listening(settings) as listener, one_thread():
        engine = Engine(load_served(folder), folder, settings.limits)
        say(f"serving {folder} at {_address(listener)}; Ctrl-C stops")
        if settings.token is not None:
            say("requests need the token, as Authorization: Bearer TOKEN")
        _Server(engine, settings, say).run([listener])


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """A socket that takes connections; they wait until the model is loaded."""
    place = f"--host {settings.host} --port {settings.port}"
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host.strip("[]"), settings.port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OSError(
            f"{place}: cannot listen there: {reason}. Choose another port, or stop what has it."
        ) from error
    with listener:
        yield listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """uvicorn, which ends with code 0 after a stop, and knows SIGHUP."""

    def __init__(self, engine: Engine, settings: Settings, say: Say):
        self.engine, self.say = engine, say
        self._reloads: set[asyncio.Task[None]] = set()
        super().__init__(
            uvicorn.Config(
                make_app(engine, settings),
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws="none",
                limit_concurrency=CONNECTIONS,
                h11_max_incomplete_event_size=HEADER_BYTES,
                timeout_graceful_shutdown=int(settings.limits.seconds) + 1,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle signals while the server runs; uvicorn would raise those of a stop again at the end."""
        loop = asyncio.get_running_loop()

        def hung_up(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self._begin_reload)

        handlers = dict.fromkeys(STOPS, self.handle_exit)
        if hasattr(signal, "SIGHUP"):
            handlers[signal.SIGHUP] = hung_up  # type: ignore[assignment]
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; at the second SIGINT, stop now."""
        self.engine.stopping = True
        super().handle_exit(sig, frame)

    def _begin_reload(self) -> None:
        task = asyncio.ensure_future(self._reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def _reload(self) -> None:
        try:
            served = await self.engine.reload()
            self.say(f"took over the model {plain(served.model.name)} {served.fingerprint}")
        except (ValueError, OSError) as error:
            self.say(f"the model of before is still served: {plain(error)}")
