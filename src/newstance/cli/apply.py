"""Results of new articles by a saved model."""

from typing import Annotated

import typer

from newstance.cli.base import errors_as_text, examples
from newstance.cli.themes import ModelFolder
from newstance.terminal.bars import Bars

APPLY_EXAMPLES = examples(
    "apply models/quickstart new-articles/ -o results/march",
    "apply models/quickstart new-articles/ -o results/march --replace",
)


def apply(
    model: ModelFolder,
    source: Annotated[str, typer.Argument(metavar="INPUT", help="file, folder or address of articles")],
    out: Annotated[str, typer.Option("-o", "--out", metavar="FOLDER", help="folder for tables and report")],
    replace: Annotated[
        bool, typer.Option("--replace", help="take the place of results that are there")
    ] = False,
) -> None:
    """Report on new articles by a saved model.

    Writes what a training writes, without training: every table, and the report of themes, stances and
    sentences. Shares of stances are corrected for the errors that were measured in the training. One table
    of themes and stances is what `newstance predict` gives.
    """
    with errors_as_text():
        from newstance.addresses import Address, place_of
        from newstance.model.saved import load_model
        from newstance.results.save import check_free
        from newstance.terminal.training import show_applied

        folder = place_of(out)
        if isinstance(folder, Address):
            raise ValueError(f"--out: {folder} is an address; give a folder here.")
        check_free(folder, replace)
        results = load_model(model).results(place_of(source), folder.name, Bars())
        results.save(folder, replace)
        show_applied(results, folder)
