"""How long work tells what it is at, and what each of its steps costs."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

import polars as pl

STEPS = {"step": pl.String, "seconds": pl.Float64, "cpu_seconds": pl.Float64, "peak_mb": pl.Float64}


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


class Lines:
    """Progress as a line a step on stdout, for a notebook."""

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Callable[..., None]]:
        """The title when the step begins, and its seconds when it ends."""
        start = time.perf_counter()
        sys.stdout.write(f"{title} … ")
        sys.stdout.flush()
        yield lambda count, of=None: None
        sys.stdout.write(f"{time.perf_counter() - start:.1f} s\n")


def default_progress() -> Progress:
    """Lines in a notebook, silence elsewhere."""
    get_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_shell() if get_shell is not None else None
    return Lines() if type(shell).__name__ == "ZMQInteractiveShell" else Silence()


class TimedSteps:
    """Progress that is passed on to ``progress``, and measured."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._rows: list[tuple[str, float, float, float | None]] = []

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Callable[..., None]]:
        """The step as ``progress`` shows it."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            with self._progress.step(title, total) as done:
                yield done
        finally:
            seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
            self._rows.append((title, round(seconds, 3), round(cpu_seconds, 3), peak_memory()))

    @property
    def table(self) -> pl.DataFrame:
        """A row a step, in order: step, seconds, cpu_seconds (of this process alone) and peak_mb, the most
        memory of this process up to the end of the step; the step in which it rises is the one that needs it.
        """
        return pl.DataFrame(self._rows, schema=STEPS, orient="row")


def peak_memory() -> float | None:
    """The most memory of this process so far, in MB; None on systems that do not tell."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)
