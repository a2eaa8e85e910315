"""The page of a training, built again from its results."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from newstance.cli.base import errors_as_text, examples, say
from newstance.plain import plain

REPORT_EXAMPLES = examples(
    "report results/quickstart --open", "report results/quickstart --lang ru -o page.html"
)


class Lang(StrEnum):
    """The languages of the page."""

    en = "en"
    ru = "ru"


def report(
    results: Annotated[
        Path, typer.Argument(metavar="RESULTS", help="folder that a training wrote, as results/quickstart")
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="page to write; else report.html in the folder"),
    ] = None,
    lang: Annotated[Lang, typer.Option(help="language of the page")] = Lang.en,
    no_texts: Annotated[
        bool, typer.Option("--no-texts", help="leave out titles and sentences of articles")
    ] = False,
    open_it: Annotated[bool, typer.Option("--open", help="show the page in a browser")] = False,
) -> None:
    """Build the page of a training again from its results.

    One HTML file that loads nothing. With --no-texts it can be passed on where the texts of articles cannot.
    """
    with errors_as_text():
        from newstance.disk import write_file
        from newstance.report import REPORT, render
        from newstance.results import load_results

        if out is not None and (out.is_dir() or not out.absolute().parent.is_dir()):
            raise ValueError(f"--out: {out} cannot be written; give a file name in a folder that is there.")
        _refuse_a_model(results)
        page = out or results / REPORT
        write_file(render(load_results(results), lang.value, not no_texts).encode(), page)
        typer.echo(f"{plain(page)} is ready")
        if open_it:
            _open(page)


def _refuse_a_model(folder: Path) -> None:
    """Raise ``ValueError`` for the folder of a model: it has no articles to report on."""
    from newstance.model.manifest import MANIFEST as OF_MODEL
    from newstance.results.files import MANIFEST

    if (folder / MANIFEST).is_file() or not (folder / OF_MODEL).is_file():
        return
    own = folder.parent.parent / "results" / folder.name
    hint = f"newstance report {own}" if (own / MANIFEST).is_file() else "as results/quickstart"
    raise ValueError(
        f"{folder}: is a model, which holds no articles to report on. Give the results folder of its "
        f"training: {hint}"
    )


def _open(page: Path) -> None:
    import webbrowser

    if not webbrowser.open(page.resolve().as_uri()):
        say(f"no browser was found; open {page} in one")
