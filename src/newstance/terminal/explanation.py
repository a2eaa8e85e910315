"""Why a text has its theme and its stances, in a terminal."""

from rich.console import Console

from newstance.model.explanation import Explanation
from newstance.model.explanation_view import sections
from newstance.terminal.text import say


def show_explanation(explained: Explanation, console: Console | None = None) -> None:
    """Print the reasons for the theme, then those for each mention, then the notes."""
    console = console or Console()
    for number, (heading, lines) in enumerate(sections(explained)):
        if number:
            say(console, "")
        say(console, (heading, "bold"))
        for one in lines:
            say(console, f"  {one}")
