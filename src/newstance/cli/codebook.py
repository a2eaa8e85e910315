"""Codebooks from articles."""

from pathlib import Path
from typing import Annotated

import typer

from newstance.cli.base import errors_as_text, examples, group, say
from newstance.terminal.bars import Bars

codebook_app = group(
    "Codebooks to start from.",
    "codebook suggest articles/",
    "codebook suggest articles/ -o codebook.yaml",
)


@codebook_app.callback()
def _group() -> None:
    """Codebooks to start from."""


@codebook_app.command(
    "suggest",
    epilog=examples("codebook suggest articles/", "codebook suggest articles/ -o codebook.yaml --most 10"),
)
def codebook_suggest(
    source: Annotated[str, typer.Argument(metavar="FOLDER", help="file, folder or address of articles")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="codebook to write, .yaml")
    ] = None,
    most: Annotated[int, typer.Option(min=1, metavar="N", help="most targets, and most candidates")] = 20,
) -> None:
    """Tell which states and organisations the articles name.

    The package knows their names in fifteen languages. Frequent names that it does not know are listed as
    candidates. With --out all that is written as a codebook, candidates as comments.
    """
    with errors_as_text():
        from newstance.corpus import read_corpus
        from newstance.disk import write_text
        from newstance.suggest import codebook_yaml, suggest_targets
        from newstance.terminal.codebook import show_suggestion

        if out is not None:
            _check(out)
        with Bars().step("Reading") as done:
            corpus = read_corpus(source, done)
        suggestion = suggest_targets(corpus, most)
        show_suggestion(suggestion)
        if out is None:
            say("nothing was written; -o FILE writes a codebook")
        else:
            write_text(codebook_yaml(suggestion), out)
            say(f"the codebook is in {out}; name it in a config: codebook: {out}")


def _check(out: Path) -> None:
    """Refuse a file that is there, or that has no folder, before the work."""
    if out.exists():
        raise ValueError(f"--out: {out} is there already; give another name, or remove it.")
    if out.suffix not in (".yaml", ".yml"):
        raise ValueError(f"--out: {out} ends in {out.suffix!r}, expected .yaml.")
    if not out.absolute().parent.is_dir():
        raise ValueError(f"--out: there is no folder {out.parent}; make it first.")
