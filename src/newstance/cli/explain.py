"""Why a saved model judges a text as it does."""

from pathlib import Path
from typing import Annotated

import typer

from newstance.cli.base import errors_as_text, examples
from newstance.cli.themes import ModelFolder

EXPLAIN_EXAMPLES = examples(
    'explain models/quickstart "Moscow condemned the new sanctions."',
    'explain models/quickstart "Moscow condemned the new sanctions." \\\n'
    "      --target Russia --judgements judgements.jsonl",
)


def explain(
    model: ModelFolder,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="the text itself, in quotation marks")],
    target: Annotated[
        str | None, typer.Option(metavar="NAME", help="explain the stance towards this target alone")
    ] = None,
    lang: Annotated[
        str | None, typer.Option(metavar="TAG", help="language of the text, as en; else it is found")
    ] = None,
    judgements: Annotated[
        Path | None, typer.Option(metavar="FILE", help="judgements (JSONL); show the nearest of them")
    ] = None,
) -> None:
    """Tell why a text has its theme and its stances.

    Shows the words that speak for and against the theme, and for each mention of a target the words and
    clauses that speak for and against its stance. It tells what the model looks at, not what is true.
    """
    with errors_as_text():
        from newstance.model.saved import load_model
        from newstance.terminal.explanation import show_explanation

        show_explanation(load_model(model).explain(text, target, lang, judgements))
