"""How long work tells what it is at."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Progress(Protocol):
    """What a command line shows as bars."""

    def step(self, title: str, total: int | None = None) -> AbstractContextManager[Callable[[int], None]]:
        """A context that gives a function to be called with the number of things just done."""
        ...


class Silence:
    """Progress that nobody sees."""

    def step(self, title: str, total: int | None = None) -> AbstractContextManager[Callable[[int], None]]:
        """A function that does nothing."""
        return nullcontext(lambda done: None)
