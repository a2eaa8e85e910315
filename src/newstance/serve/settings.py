"""Where a server listens, who may ask it, and how much of it one request may take."""

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path

TOKEN = "NEWSTANCE_TOKEN"
SHORTEST_TOKEN = 16
LOCALHOST = "localhost"


@dataclass(frozen=True)
class Limits:
    """The most of one request, and of all together.

    ``body`` is in bytes, of a stream those of a line; ``characters`` are those of an article with its title;
    ``seconds`` bounds the sending of a body, and the work with its waiting; ``workers`` is how many threads
    predict, ``waiting`` how many requests may wait for them, and how many streams may be open.
    """

    body: int = 2 * 2**20
    articles: int = 500
    characters: int = 100_000
    explained: int = 5_000
    seconds: float = 30.0
    workers: int = 2
    waiting: int = 64


@dataclass(frozen=True)
class Settings:
    """``token`` None asks nobody who they are, which is for this machine alone."""

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = field(default=None, repr=False)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.token is None and not is_loopback(self.host):
            raise ValueError(
                f"--host: {self.host!r} can be reached from other machines, and no token is set. Set one of "
                f"{SHORTEST_TOKEN} characters or more in the environment as {TOKEN}, or in a file named by "
                "--token-file; or leave --host out to serve this machine alone."
            )


def is_loopback(host: str) -> bool:
    """Whether ``host`` can be reached from this machine only."""
    try:
        return host.lower() == LOCALHOST or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_token(file: Path | None) -> str | None:
    """The token of ``file``, or of the environment; None where there is neither.

    Raises ``ValueError`` for one that is short or that no header can carry. The message does not hold it.
    """
    place = TOKEN if file is None else str(file)
    try:
        token = os.environ.get(TOKEN) if file is None else file.read_text("utf-8").strip()
    except UnicodeDecodeError as error:
        raise ValueError(f"{place}: is no text in UTF-8; expected a token.") from error
    if token is None:
        return None
    if len(token) < SHORTEST_TOKEN:
        raise ValueError(
            f"{place}: the token has {len(token)} characters, expected {SHORTEST_TOKEN} or more."
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError(f"{place}: the token holds other signs than letters, digits and marks of ASCII.")
    return token
