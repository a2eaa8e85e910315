"""Lines and tables for a terminal: names are text, never markup; tables fit its width.

Whatever is printed goes through ``line`` or ``table``, and so through ``plain``. A pipe gets the same words
in aligned columns, without lines drawn around them.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from newstance.plain import plain

ABSENT = "–"
Part = str | tuple[str, str]


class Column(NamedTuple):
    """A column of a table; ``width`` is the most it may take, None for what there is."""

    name: str
    justify: Literal["left", "right"] = "left"
    width: int | None = None


def line(*parts: Part) -> Text:
    """Parts of one line, each a text or a text with its style."""
    return Text.assemble(
        *((plain(one), "") if isinstance(one, str) else (plain(one[0]), one[1]) for one in parts)
    )


def say(console: Console, *parts: Part) -> None:
    """Print one line, which the terminal breaks where it likes: a path in it can be copied whole."""
    console.print(line(*parts), soft_wrap=True)


def table(
    console: Console,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    caption: str | None = None,
) -> None:
    """Print a table as wide as the console at most; long cells are broken and nothing is cut.

    Cells are texts, ``Text``, or None for what is absent.
    """
    drawn = console.is_terminal
    shown = Table(
        title=line(title),
        title_justify="left",
        header_style="bold",
        box=box.HEAVY_HEAD if drawn else None,
        padding=(0, 1) if drawn else (0, 2, 0, 0),
        pad_edge=drawn,
        caption=line(caption) if caption else None,
        caption_justify="left",
    )
    for column in columns:
        name = line(column.name)
        shown.add_column(name, justify=column.justify, overflow="fold", max_width=column.width)
    for row in rows:
        shown.add_row(*(_cell(value) for value in row))
    console.print()
    console.print(shown)


def _cell(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    return line(ABSENT if value is None else str(value))
