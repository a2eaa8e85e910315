"""The commands of the first level; those in groups stand beside."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from newstance.cli.apply import APPLY_EXAMPLES, apply
from newstance.cli.base import ConfigPath, Overrides, errors_as_text, examples, group, line, say
from newstance.cli.codebook import codebook_app
from newstance.cli.encoder import encoder_app
from newstance.cli.explain import EXPLAIN_EXAMPLES, explain
from newstance.cli.labels import EVALUATE_EXAMPLES, annotate_app, evaluate
from newstance.cli.look import config_app, corpus_app
from newstance.cli.parts import Asked, EngineName, predict_in_parts
from newstance.cli.report import REPORT_EXAMPLES, report
from newstance.cli.runs import (
    COMPARE_EXAMPLES,
    REPRODUCE_EXAMPLES,
    SWEEP_EXAMPLES,
    compare,
    reproduce,
    sweep,
)
from newstance.cli.serve import SERVE_EXAMPLES, serve
from newstance.cli.stance import stance_app
from newstance.cli.themes import ModelFolder, Out, themes_app
from newstance.terminal.bars import Bars

app = group(
    "Themes of the news, the stance taken in them, and the sentences that prove it.",
    "init project",
    "train project/configs/quickstart.yaml",
)
app.add_typer(annotate_app, name="annotate")
app.add_typer(codebook_app, name="codebook")
app.add_typer(config_app, name="config")
app.add_typer(corpus_app, name="corpus")
app.add_typer(encoder_app, name="encoder")
app.add_typer(stance_app, name="stance")
app.add_typer(themes_app, name="themes")


class Level(StrEnum):
    """What one row of a prediction is."""

    article = "article"
    sentence = "sentence"


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Themes of the news, the stance taken in them, and the sentences that prove it."""
    if version:
        from newstance.version import __version__

        typer.echo(f"newstance {__version__}")
        raise typer.Exit


@app.command(epilog=examples("init .", "init my-project"))
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="folder to fill; made if it is not there")],
) -> None:
    """Copy configs, the sample and notebooks to a folder, to start."""
    with errors_as_text():
        from newstance.starter import start_project

        config = start_project(folder)
        typer.echo(f"{folder} is ready. Go on with: newstance train {quote(str(config))}")


@app.command(
    epilog=examples("check configs/quickstart.yaml", "check configs/quickstart.yaml stance.labels=mine.jsonl")
)
def check(config: ConfigPath, overrides: Overrides = None) -> None:
    """Tell in seconds what would stop a training.

    Looks at the config, the articles, the labels, the encoder, the folders to be written, and the store of
    runs. Nothing is written; all errors are told at once. Exit code 1 says that there is one.
    """
    with errors_as_text():
        from newstance.check import check_training
        from newstance.config import load_config
        from newstance.terminal.checks import show_findings

        loaded = load_config(config, overrides)
        findings = check_training(loaded)
        show_findings(findings, loaded.name)
        if findings.errors:
            raise typer.Exit(1)


@app.command(
    epilog=examples(
        "train configs/quickstart.yaml",
        "train configs/quickstart.yaml name=mine corpus.path=articles/ \\\n      evaluation.themes=null",
    )
)
def train(
    config: ConfigPath,
    overrides: Overrides = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="take the place of another training of this name")
    ] = False,
) -> None:
    """Find themes, learn stance, write report and model.

    Everything that can be checked before the work is checked first, as by `newstance check`. Where another
    training of this name is there already, this one gets a number, as quickstart-2.
    """
    with errors_as_text():
        from newstance.config import load_config
        from newstance.terminal.training import show_training
        from newstance.training import train as run

        loaded = load_config(config, overrides)
        show_training(run(loaded, Bars(), replace), loaded.output.tracking)


@app.command(
    epilog=examples(
        "predict models/quickstart articles/ -o articles.parquet",
        "predict models/quickstart articles/ -o parts/ --workers 2",
    )
)
def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="folder of a saved model")],
    source: Annotated[
        str,
        typer.Argument(metavar="INPUT", help="file, folder or address of articles; - is JSONL from stdin"),
    ] = "-",
    out: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--out",
            metavar="PATH",
            help=".parquet, .csv or .jsonl, with --workers a folder or an address; else JSONL to stdout",
        ),
    ] = None,
    level: Annotated[Level, typer.Option(help="what one row is")] = Level.article,
    wide: Annotated[
        bool, typer.Option("--wide", help="a plain column for each theme and target, for R and Stata")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="processes; writes parts, and goes on where it was stopped"),
    ] = None,
    engine: Annotated[EngineName, typer.Option(help="what runs the workers")] = EngineName.local,
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="of a running cluster of Ray; null starts one")
    ] = None,
) -> None:
    """Themes and stances of new articles.

    With --workers, input of any size is judged part by part into the folder --out: memory stays small, and
    the same command goes on where it was stopped.
    """
    if workers is not None:
        asked = Asked(level.value, wide, workers, engine.value, address)
        predict_in_parts(model, source, out, asked)
        return
    with errors_as_text():
        if engine is EngineName.ray or address is not None:
            raise ValueError("--engine, --address: they run --workers; give their number.")
        from newstance.addresses import Address, place_of
        from newstance.disk import check_output, write_table
        from newstance.model.saved import load_model
        from newstance.table_streams import read_jsonl, write_jsonl

        goal = None if out is None else place_of(out)
        if isinstance(goal, Address):
            raise ValueError(
                f"--out: {goal} is an address, which takes parts: add --workers, or give a file here."
            )
        if goal is not None:
            check_output(goal)
        given = place_of(source)
        if source == "-" and sys.stdin.isatty():
            say("reading JSON lines from the keyboard; end with Ctrl-D, or give a file as INPUT")
        elif source != "-" and isinstance(given, Path) and not os.path.exists(given):
            raise FileNotFoundError(
                f"INPUT: there is no file or folder {source[:200]}. Give one, or - and JSON lines on stdin."
            )
        loaded = load_model(model)
        corpus = loaded.read(read_jsonl(sys.stdin.buffer, "stdin") if source == "-" else given)
        table = loaded.predict(corpus, level.value, wide)
        for fault in corpus.rejected.iter_rows(named=True):
            say(f"left out: {fault['file']}{line(fault['line'])}: {fault['reason']}")
        if goal is None:
            write_jsonl(table, sys.stdout.buffer)
        else:
            write_table(table, goal)
            say(f"{table.height} rows written to {out}; {corpus.rejected.height} articles left out")


@app.command(
    epilog=examples(
        "update models/quickstart new-articles/",
        "update models/quickstart new-articles/ --add -o models/grown",
    )
)
def update(
    model: ModelFolder,
    source: Annotated[str, typer.Argument(metavar="INPUT", help="file, folder or address of new articles")],
    add: Annotated[bool, typer.Option("--add", help="add the themes that are found to the model")] = False,
    out: Out = None,
) -> None:
    """Look in new articles for themes that a model lacks.

    Tells which themes the articles have, how many fit none, and which themes are found among those. With
    --add the model gets them, under new ids; its other themes stay as they are.
    """
    with errors_as_text():
        from newstance.addresses import place_of
        from newstance.model.bundle import check_replaceable
        from newstance.model.saved import load_model
        from newstance.terminal.themes import show_update

        if out is not None and not add:
            raise ValueError("--out needs --add: without it no model is written.")
        if add:
            check_replaceable((out or model).resolve())
        with Bars().step("Looking for themes"):
            loaded = load_model(model)
            grown, found = loaded.update(place_of(source))
        show_update(loaded, found)
        if not add or not found.new_themes.height:
            say("nothing was written" + ("; --add writes the model" if found.new_themes.height else ""))
        else:
            grown.save(out or model)
            say(f"the model with {found.new_themes.height} more themes is in {out or model}")


app.command("apply", epilog=APPLY_EXAMPLES)(apply)
app.command("compare", epilog=COMPARE_EXAMPLES)(compare)
app.command("evaluate", epilog=EVALUATE_EXAMPLES)(evaluate)
app.command("sweep", epilog=SWEEP_EXAMPLES)(sweep)
app.command("reproduce", epilog=REPRODUCE_EXAMPLES)(reproduce)
app.command("explain", epilog=EXPLAIN_EXAMPLES)(explain)
app.command("report", epilog=REPORT_EXAMPLES)(report)
app.command("serve", epilog=SERVE_EXAMPLES)(serve)
