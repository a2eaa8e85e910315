"""Commands on several trainings."""

from pathlib import Path
from typing import Annotated

import typer

from newstance.cli.base import errors_as_text, examples, say
from newstance.plain import plain

COMPARE_EXAMPLES = examples(
    "compare results/quickstart results/quickstart-2",
    "compare quickstart quickstart-2 --store mlruns -o differences.json",
)
Run = Annotated[
    str, typer.Argument(metavar="RUN", help="id or name of a run, or folder of results or a model")
]
StoreOption = Annotated[
    str, typer.Option("--store", metavar="STORE", help="where runs are looked for, as output.tracking")
]


def compare(
    first: Run,
    second: Run,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="PATH", help="a .json file, or a folder for CSV tables"),
    ] = None,
    store: StoreOption = "mlruns",
) -> None:
    """Tell how two trainings differ.

    Settings, metrics with the interval of their difference, themes matched one to one, and the articles whose
    theme changed.
    """
    with errors_as_text():
        from newstance.disk import check_folder
        from newstance.runs.compare import compare as compared
        from newstance.runs.find import find_results
        from newstance.terminal.runs import show_comparison

        if out is not None and out.suffix != ".json":
            check_folder(out)
        elif out is not None and (out.is_dir() or not out.absolute().parent.is_dir()):
            raise ValueError(f"--out: {out} cannot be written; give a file name in a folder that is there.")
        found = compared(find_results(first, store), find_results(second, store))
        show_comparison(found)
        if out is not None:
            found.save(out)
            say(f"all of it is in {plain(out)}")
