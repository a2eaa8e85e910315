"""A saved model over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from newstance.cli.base import errors_as_text, examples, say
from newstance.cli.themes import ModelFolder

SERVE_EXAMPLES = examples(
    "serve models/quickstart",
    "serve models/quickstart --host 0.0.0.0 --token-file token.txt",
)


def serve(
    model: ModelFolder,
    host: Annotated[str, typer.Option(metavar="NAME", help="address to listen at")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="port; 0 takes a free one")] = 8000,
    token: Annotated[
        Path | None,
        typer.Option("--token-file", metavar="FILE", help="file of the token; else NEWSTANCE_TOKEN has it"),
    ] = None,
    max_body: Annotated[
        int, typer.Option(min=1, metavar="BYTES", help="most of a body, or of a line of a stream")
    ] = 2 * 2**20,
    max_articles: Annotated[int, typer.Option(min=1, max=2000, metavar="N", help="most of a request")] = 500,
    max_characters: Annotated[int, typer.Option(min=1, metavar="N", help="most of an article")] = 100_000,
    max_seconds: Annotated[float, typer.Option(min=0.1, metavar="S", help="most of a request")] = 30.0,
    max_waiting: Annotated[int, typer.Option(min=1, metavar="N", help="most requests that wait")] = 64,
    threads: Annotated[int, typer.Option(min=1, max=64, metavar="N", help="threads that predict")] = 2,
) -> None:
    """Serve a saved model: JSON over HTTP, and a page to try it on.

    Others than this machine are served with a token alone. What there is to ask stands at /openapi.json.
    SIGTERM or Ctrl-C answers what was asked, and stops; SIGHUP takes over the model that lies in the folder
    then.
    """
    with errors_as_text():
        from newstance.serve.run import serve as run
        from newstance.serve.settings import Limits, Settings, read_token

        limits = Limits(
            body=max_body,
            articles=max_articles,
            characters=max_characters,
            seconds=max_seconds,
            waiting=max_waiting,
            workers=threads,
        )
        run(model, Settings(host, port, read_token(token), limits), say)
