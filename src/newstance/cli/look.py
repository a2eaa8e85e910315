"""Looking at configs and at articles."""

from typing import Annotated

import typer

from newstance.cli.base import ConfigPath, Overrides, errors_as_text, examples, group
from newstance.terminal.bars import Bars

config_app = group(
    "Look at configs.", "config show configs/quickstart.yaml", "config schema > newstance.schema.json"
)
corpus_app = group(
    "Look at articles.", "corpus inspect articles/", "corpus inspect articles/ --article en-001"
)


@corpus_app.command(
    "inspect",
    epilog=examples("corpus inspect articles/", "corpus inspect articles/ --reason byline --limit 50"),
)
def corpus_inspect(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="file, folder or address of articles")],
    article: Annotated[
        str | None, typer.Option(metavar="ID", help="show this article_id, what was removed marked")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="REASON", help="only what was removed for this reason")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="most rows of a table")] = 20,
) -> None:
    """Show what was read, what was taken out, who reprints whom.

    With --article all that on one article.
    """
    with errors_as_text():
        from newstance.addresses import place_of
        from newstance.corpus import read_corpus
        from newstance.terminal.corpus import show_article, show_corpus

        with Bars().step("Reading") as done:
            corpus = read_corpus(source, done)
        if article is None:
            show_corpus(corpus, reason, limit)
        else:
            show_article(corpus, place_of(source), article, reason)


@config_app.command(
    "show",
    epilog=examples(
        "config show configs/quickstart.yaml", "config show configs/quickstart.yaml themes.max_noise=0.05"
    ),
)
def config_show(config: ConfigPath, overrides: Overrides = None) -> None:
    """Print the resolved config, every default filled in."""
    with errors_as_text():
        from newstance.config import config_yaml, load_config

        typer.echo(config_yaml(load_config(config, overrides)), nl=False)


@config_app.command(
    "schema",
    epilog=examples("config schema", "config schema > newstance.schema.json"),
)
def config_schema() -> None:
    """Print the JSON schema of configs, for editors."""
    import json

    from newstance.config import config_schema as schema

    typer.echo(json.dumps(schema(), indent=2))
