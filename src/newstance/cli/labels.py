"""Comparing a model with labels, and making labels."""

from pathlib import Path
from typing import Annotated

import typer

from newstance.cli.base import errors_as_text, examples, say

Model = Annotated[Path, typer.Argument(metavar="MODEL", help="folder of a saved model")]
EVALUATE_EXAMPLES = examples(
    "evaluate models/quickstart --themes labels.jsonl",
    "evaluate models/quickstart --stance judgements.jsonl -o scores/",
)


def evaluate(
    model: Model,
    themes: Annotated[
        Path | None, typer.Option(metavar="GOLD", help="labels of themes: .jsonl, .json or .csv")
    ] = None,
    stance: Annotated[Path | None, typer.Option(metavar="GOLD", help="judgements of stance: .jsonl")] = None,
    articles: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="articles that labels name by article_id; alone: no labels"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FOLDER", help="also write a CSV a table, and metrics.json"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON instead of tables")] = False,
) -> None:
    """Score a saved model on your own labels.

    A row of the labels of themes has a text and its theme, or "none"; with before and after, as they stand
    in the article, the text is a sentence inside it. A row may name an article_id of --articles instead,
    and a second theme that is right too. Labels that the model learnt from flatter it.

    With --articles alone: coherence, diversity, silhouette and spread of the themes, without labels.
    """
    with errors_as_text():
        from newstance.disk import check_folder, write_tables
        from newstance.model.saved import load_model

        if out is not None:
            check_folder(out)
        found = load_model(model).evaluate(themes, stance, articles)
        if as_json:
            typer.echo(found.to_json(), nl=False)
        else:
            from newstance.terminal.evaluation import show_evaluation

            show_evaluation(found)
        if out is not None:
            write_tables(found.tables, out)
            (out / "metrics.json").write_text(found.to_json(), encoding="utf-8")
            say(f"{len(found.tables)} tables and metrics.json written to {out}")
