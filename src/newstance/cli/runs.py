"""Commands on several trainings."""

from pathlib import Path
from typing import Annotated

import typer

from newstance.cli.base import ConfigPath, errors_as_text, examples, say
from newstance.plain import plain

COMPARE_EXAMPLES = examples(
    "compare results/quickstart results/quickstart-2",
    "compare quickstart quickstart-2 --store mlruns -o differences.json",
)
SWEEP_EXAMPLES = examples(
    "sweep configs/quickstart.yaml seed=0,1 stance.C=0.1,1",
    "sweep configs/quickstart.yaml seed=0,1,2 --jobs 2 --by themes/ami",
)
REPRODUCE_EXAMPLES = examples("reproduce quickstart", "reproduce results/quickstart --store mlruns")
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


def sweep(
    config: ConfigPath,
    settings: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE,VALUE", help="settings, each with the values to try")
    ],
    jobs: Annotated[int, typer.Option("--jobs", min=1, metavar="N", help="trainings at once")] = 1,
    by: Annotated[
        str | None, typer.Option("--by", metavar="METRIC", help="what the table is sorted by")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help=".csv, .jsonl or .parquet of the table")
    ] = None,
) -> None:
    """Train every combination of settings; sort by a metric.

    The same command goes on where it was stopped: a finished combination is not trained again. Models and
    results lie in <name>-sweep; in MLflow their runs are nested in one.
    """
    with errors_as_text():
        from newstance.disk import check_output, write_table
        from newstance.runs.sweep import Options
        from newstance.runs.sweep import sweep as swept
        from newstance.terminal.bars import Bars
        from newstance.terminal.runs import said, show_sweep

        if out is not None:
            check_output(out)
        found = swept(
            config, settings, Options(jobs, by, lambda one, outcome: say(said(one, outcome))), Bars()
        )
        show_sweep(found)
        if out is not None:
            write_table(found.table, out)
        if found.n_failed:
            raise typer.Exit(1)


def reproduce(
    run: Run,
    anyway: Annotated[bool, typer.Option("--anyway", help="train on data that have changed, too")] = False,
    store: StoreOption = "mlruns",
) -> None:
    """Train a recorded run again; tell whether the same comes out.

    Config, articles and labels are those of the run; where their files have changed, or versions differ, that
    is told. Nothing is kept. Exit code 1 says that the result is not the same.
    """
    with errors_as_text():
        from newstance.runs.reproduce import reproduce as reproduced
        from newstance.terminal.bars import Bars
        from newstance.terminal.runs import show_reproduction

        found = reproduced(run, store, Bars(), anyway)
        show_reproduction(found)
        if not found.is_same:
            raise typer.Exit(1)
