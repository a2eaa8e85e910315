"""The command line: the only place that prints and sets exit codes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Themes of the news, the stance taken in them, and the sentences that prove it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
config_app = typer.Typer(help="Look at configs.", no_args_is_help=True)
app.add_typer(config_app, name="config")
corpus_app = typer.Typer(help="Look at articles.", no_args_is_help=True)
app.add_typer(corpus_app, name="corpus")
encoder_app = typer.Typer(help="Train and score encoders.", no_args_is_help=True)
app.add_typer(encoder_app, name="encoder")

Overrides = Annotated[list[str] | None, typer.Argument(help="settings to change, as themes.max_noise=0.05")]
ConfigPath = Annotated[Path, typer.Argument(help="YAML config of one training")]


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


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="folder to fill; made if it is not there")]) -> None:
    """Copy the configs and the sample corpus to a folder, to start from."""
    with _errors_as_text():
        from newstance.starter import start_project

        config = start_project(folder)
        typer.echo(f"{folder} is ready. Go on with: newstance train {config}")


@app.command()
def train(config: ConfigPath, overrides: Overrides = None) -> None:
    """Read articles, find themes, train stance, evaluate, write the report, log the run, save the model."""
    with _errors_as_text():
        from newstance.config import load_config
        from newstance.terminal.training import show_training
        from newstance.training import train as run

        loaded = load_config(config, overrides)
        show_training(run(loaded, Bars()), loaded.output.tracking)


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(help="folder of a saved model")],
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="file or folder of articles; - for JSONL")
    ] = "-",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help=".parquet, .csv or .jsonl; JSONL to stdout without")
    ] = None,
    level: Annotated[Level, typer.Option(help="what one row is")] = Level.article,
) -> None:
    """Themes and stances of new articles."""
    with _errors_as_text():
        from newstance.disk import check_output, read_jsonl, write_jsonl, write_table
        from newstance.model.saved import load_model

        if out is not None:
            check_output(out)
        loaded = load_model(model)
        corpus = loaded.read(read_jsonl(sys.stdin.buffer, "stdin") if source == "-" else Path(source))
        table = loaded.predict(corpus, level.value)
        for fault in corpus.rejected.iter_rows(named=True):
            _say(f"left out: {fault['file']}{_line(fault['line'])}: {fault['reason']}")
        if out is None:
            write_jsonl(table, sys.stdout.buffer)
        else:
            write_table(table, out)
            _say(f"{table.height} rows written to {out}; {corpus.rejected.height} articles left out")


@corpus_app.command("inspect")
def corpus_inspect(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="file or folder of articles")],
    article: Annotated[str | None, typer.Option(help="show this article_id, what was removed marked")] = None,
    reason: Annotated[str | None, typer.Option(help="only what was removed for this reason")] = None,
    limit: Annotated[int, typer.Option(min=1, help="most rows of a table")] = 20,
) -> None:
    """What was read, what was taken out and why, who reprints whom; or all that on one article."""
    with _errors_as_text():
        from newstance.corpus import read_corpus
        from newstance.terminal.corpus import show_article, show_corpus

        with Bars().step("Reading") as done:
            corpus = read_corpus(source, done)
        if article is None:
            show_corpus(corpus, reason, limit)
        else:
            show_article(corpus, source, article, reason)


@encoder_app.command("train")
def encoder_train(config: Annotated[Path, typer.Argument(help="YAML config of one encoder")]) -> None:
    """Train a static multilingual encoder from parallel or plain text."""
    with _errors_as_text():
        from newstance.train_encoder import load_encoder_config
        from newstance.train_encoder import train_encoder as run

        folder = run(load_encoder_config(config), Bars())
        typer.echo(f"{folder} is ready; use it with encoder.model: {folder}")


@encoder_app.command("evaluate")
def encoder_evaluate(
    model: Annotated[str, typer.Argument(help="'shipped', or a sentence-transformers model by name or path")],
    data: Annotated[Path, typer.Option(help="folder with sib200/ and ntrex16/")],
    langs: Annotated[str | None, typer.Option(help="languages, as ru,uk,de; all without")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="also write the table here")] = None,
) -> None:
    """Score an encoder at themes, few-shot and cross-lingual classification, and retrieval."""
    with _errors_as_text():
        from newstance.disk import check_output, write_table
        from newstance.embed import load_encoder
        from newstance.terminal.encoder import show_encoder_scores
        from newstance.train_encoder.scores import evaluate_encoder

        if out is not None:
            check_output(out)
        encoder = load_encoder(model)
        with Bars().step("Evaluating") as done:
            table, means = evaluate_encoder(
                encoder.encode, data, langs.split(",") if langs else None, lambda lang: done(1)
            )
        show_encoder_scores(table, means)
        if out is not None:
            write_table(table, out)


@config_app.command("show")
def config_show(config: ConfigPath, overrides: Overrides = None) -> None:
    """Print the resolved config, every default filled in."""
    with _errors_as_text():
        from newstance.config import config_yaml, load_config

        typer.echo(config_yaml(load_config(config, overrides)), nl=False)


@config_app.command("schema")
def config_schema() -> None:
    """Print the JSON schema of configs, for editors."""
    import json

    from newstance.config import config_schema as schema

    typer.echo(json.dumps(schema(), indent=2))


class Bars:
    """Progress as rich bars on stderr."""

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Callable[..., None]]:
        """A bar, or a spinner where the total is not known."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
        from rich.progress import TimeElapsedColumn as Elapsed

        columns: list[Any] = [SpinnerColumn(finished_text="•"), TextColumn("{task.description:<26}")]
        if total:
            columns += [BarColumn(), MofNCompleteColumn()]
        with Progress(*columns, Elapsed(), console=Console(stderr=True)) as bars:
            task = bars.add_task(title, total=total)

            def done(count: int, of: int | None = None) -> None:
                bars.update(task, advance=count, total=of or total)

            yield done
            finished = bars.tasks[0].completed or 1
            bars.update(task, completed=finished, total=finished)


@contextmanager
def _errors_as_text() -> Iterator[None]:
    """A user's mistake is one clear message and exit code 1; a bug keeps its traceback."""
    try:
        yield
    except (ValueError, OSError) as error:
        _say(f"error: {error}")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        _say(
            "stopped; nothing half-written is left. The same command goes on from the vectors cached so far."
        )
        raise typer.Exit(130) from None


def _line(number: int | None) -> str:
    return "" if number is None else f", line {number}"


def _say(text: str) -> None:
    typer.echo(text, err=True)
