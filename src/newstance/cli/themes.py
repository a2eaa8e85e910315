"""Looking at the themes of a saved model, and editing them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newstance.cli.base import errors_as_text, examples, group

if TYPE_CHECKING:
    from newstance.model.news_model import NewsModel

themes_app = group(
    "Look at the themes of a model, and edit them.",
    "themes show models/quickstart",
    'themes rename models/quickstart 3 "crude oil"',
)

ModelFolder = Annotated[Path, typer.Argument(metavar="MODEL", help="folder of a saved model")]
Theme = Annotated[str, typer.Argument(metavar="THEME", help="id or name of a theme")]
Themes = Annotated[list[str], typer.Argument(metavar="THEME", help="ids or names of themes")]
Out = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="FOLDER", help="folder to write; else MODEL is replaced"),
]


@themes_app.command(
    "show", epilog=examples("themes show models/quickstart", "themes show models/quickstart > themes.txt")
)
def show(model: ModelFolder) -> None:
    """List the themes with their ids, and the edits so far."""
    with errors_as_text():
        from newstance.model.saved import load_model
        from newstance.terminal.themes import show_themes

        show_themes(load_model(model))


@themes_app.command(
    "rename",
    epilog=examples(
        'themes rename models/quickstart 3 "crude oil"',
        "themes rename models/quickstart sanctions embargo -o models/mine",
    ),
)
def rename(
    model: ModelFolder,
    theme: Theme,
    name: Annotated[str, typer.Argument(metavar="NAME", help="the new name")],
    out: Out = None,
) -> None:
    """Give a theme another name; its id stays."""
    _edit(model, out, lambda loaded: loaded.rename(theme, name))


@themes_app.command(
    "merge",
    epilog=examples(
        "themes merge models/quickstart 3 7",
        'themes merge models/quickstart 3 7 9 --name "war in Syria"',
    ),
)
def merge(
    model: ModelFolder,
    themes: Themes,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="name of the new theme; else that of the largest")
    ] = None,
    out: Out = None,
) -> None:
    """Make one theme, with an id of its own, of several."""
    _edit(model, out, lambda loaded: loaded.merge(themes, name))


@themes_app.command(
    "drop",
    epilog=examples(
        "themes drop models/quickstart 7", "themes drop models/quickstart 7 weather -o models/mine"
    ),
)
def drop(model: ModelFolder, themes: Themes, out: Out = None) -> None:
    """Remove themes.

    Their texts go to the next best theme, or to none.
    """
    _edit(model, out, lambda loaded: loaded.drop(*themes))


@themes_app.command(
    "add",
    epilog=examples(
        "themes add models/quickstart --name elections \\\n      --description 'Votes and candidates.'",
        "themes add models/quickstart --name elections \\\n"
        "      --example 'Polls closed at eight.' --not 'The jury voted for a film.'",
    ),
)
def add(
    model: ModelFolder,
    name: Annotated[str, typer.Option(metavar="NAME", help="shown everywhere; any language")],
    description: Annotated[
        str, typer.Option(metavar="TEXT", help="a sentence or two on what belongs to it")
    ] = "",
    example: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="an example sentence; may be repeated")
    ] = None,
    others: Annotated[
        list[str] | None,
        typer.Option("--not", metavar="TEXT", help="a sentence that does not belong to it; may be repeated"),
    ] = None,
    out: Out = None,
) -> None:
    """Add a theme by its name, description and examples."""
    theme = {"name": name, "description": description, "examples": example or [], "not": others or []}
    _edit(model, out, lambda loaded: loaded.add(theme))


def _edit(model: Path, out: Path | None, edit: Callable[["NewsModel"], "NewsModel"]) -> None:
    """Load the model, edit it, write it, and tell what was done."""
    with errors_as_text():
        from newstance.model.saved import load_model
        from newstance.plain import plain

        edited = edit(load_model(model))
        edited.save(out or model)
        typer.echo(plain(f"{edited.history[-1]}; written to {out or model}"))
