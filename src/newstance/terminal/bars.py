"""Progress of a command as bars on stderr."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Bars:
    """Progress as rich bars on stderr."""

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Callable[..., None]]:
        """A bar, or a spinner where the total is not known."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
        from rich.progress import TimeElapsedColumn as Elapsed

        columns: list[Any] = [SpinnerColumn(finished_text="•"), TextColumn("{task.description:<26}")]
        if total:
            columns += [BarColumn(), MofNCompleteColumn()]
        with Progress(*columns, Elapsed(), console=Console(stderr=True)) as bars:
            task = bars.add_task(title, total=total)

            def done(count: int, of: int | None = None) -> None:
                bars.update(task, advance=count, total=of or total)

            yield done
            finished = bars.tasks[0].completed or 1
            bars.update(task, completed=finished, total=finished)
