"""Training and scoring encoders."""

from pathlib import Path
from typing import Annotated

import typer

from newstance.cli.base import errors_as_text, examples, group
from newstance.terminal.bars import Bars

encoder_app = group(
    "Train and score encoders.",
    "encoder train my-encoder.yaml",
    "encoder evaluate shipped --data FOLDER",
)


@encoder_app.command(
    "train", epilog=examples("encoder train encoder.yaml", "encoder train encoder-tune.yaml")
)
def encoder_train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="YAML config of one encoder")],
) -> None:
    """Train a static multilingual encoder from parallel or plain text."""
    with errors_as_text():
        from newstance.train_encoder import load_encoder_config
        from newstance.train_encoder import train_encoder as run

        folder = run(load_encoder_config(config), Bars())
        typer.echo(f"{folder} is ready; use it with encoder.model: {folder}")


@encoder_app.command(
    "evaluate",
    epilog=examples(
        "encoder evaluate shipped --data FOLDER",
        "encoder evaluate models/my-encoder --data FOLDER --langs ru,uk,de",
    ),
)
def encoder_evaluate(
    model: Annotated[
        str,
        typer.Argument(metavar="MODEL", help="'shipped', or a sentence-transformers model by name or path"),
    ],
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="folder with sib200/ and ntrex16/")],
    langs: Annotated[str | None, typer.Option(metavar="LANGS", help="as ru,uk,de; all without")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="also write the table here")
    ] = None,
) -> None:
    """Score an encoder at themes, classification, retrieval."""
    with errors_as_text():
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
