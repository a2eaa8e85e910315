"""What a person sees of a suggested codebook."""

from collections.abc import Sequence

from rich.console import Console

from newstance.suggest import NameCount, Suggestion
from newstance.terminal.text import Column, say, table

COLUMNS = (
    Column("name"),
    Column("articles", "right"),
    Column("outlets", "right"),
    Column("languages", width=40),
)


def show_suggestion(suggestion: Suggestion, console: Console | None = None) -> None:
    """Print the targets that the articles name, then names that no target covers."""
    console = console or Console()
    say(
        console,
        f"{suggestion.n_articles} articles without reprints; listed is what {suggestion.fewest} or more name",
    )
    _show(console, "Targets", suggestion.targets)
    if suggestion.candidates:
        _show(console, "Candidates: names that no target covers", suggestion.candidates)


def _show(console: Console, title: str, counts: Sequence[NameCount]) -> None:
    rows = [
        (
            one.name,
            str(one.n_articles),
            str(one.n_outlets),
            ", ".join(f"{lang} {number}" for lang, number in one.langs.items()),
        )
        for one in counts
    ]
    table(console, title, COLUMNS, rows)
