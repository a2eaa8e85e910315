"""Progress of a command: bars for a person, a line a step for a file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from newstance.plain import plain


class Bars:
    """Progress on stderr: bars where it is a terminal, else the title of each step when it begins."""

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Callable[..., None]]:
        """A bar, or a spinner where the total is not known."""
        from rich.console import Console
        from rich.text import Text

        console = Console(stderr=True)
        if not console.is_terminal:
            console.print(Text(plain(title)), soft_wrap=True)
            yield lambda count, of=None: None
            return
        with _bar(console, plain(title), total) as done:
            yield done


@contextmanager
def _bar(console: Any, title: str, total: int | None) -> Iterator[Callable[..., None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    columns: list[Any] = [
        SpinnerColumn(finished_text="•"),
        TextColumn("{task.description:<26}", markup=False),
    ]
    if total:
        columns += [BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, Elapsed(), console=console) as bars:
        task = bars.add_task(title, total=total)

        def done(count: int, of: int | None = None) -> None:
            bars.update(task, advance=count, total=of or total)

        yield done
        finished = bars.tasks[0].completed or 1
        bars.update(task, completed=finished, total=finished)
