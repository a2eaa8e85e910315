"""Training a reader of stances, small or a transformer."""

from pathlib import Path
from typing import Annotated

import typer

from newstance.cli.base import errors_as_text, examples, group
from newstance.terminal.bars import Bars

stance_app = group(
    "Train the reader that finds stances.",
    "stance train stance-reader.yaml",
    "stance train stance-transformer.yaml",
)


@stance_app.command(
    "train", epilog=examples("stance train stance-reader.yaml", "stance train stance-transformer.yaml")
)
def stance_train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="YAML config of one reader")],
) -> None:
    """Train a reader of stances from judgements.

    It is a small one, or a transformer that the config names. A stopped training goes on where it was.
    """
    with errors_as_text():
        from newstance.train_stance import load_stance_config, train_reader

        folder = train_reader(load_stance_config(config), Bars())
        typer.echo(f"{folder} is ready; use it with stance.reader: {folder}")
