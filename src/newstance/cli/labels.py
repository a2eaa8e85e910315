"""Comparing a model with labels, and making labels."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from newstance.cli.base import errors_as_text, examples, group, say

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
        from newstance.disk import check_folder, write_tables, write_text
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
            write_text(found.to_json(), out / "metrics.json")
            say(f"{len(found.tables)} tables and metrics.json written to {out}")


class Format(StrEnum):
    """Whose file it is."""

    own = "own"
    label_studio = "label-studio"
    prodigy = "prodigy"
    doccano = "doccano"


annotate_app = group(
    "Draw what to label next; read labels back.",
    "annotate next models/quickstart articles/ --themes -o next.jsonl",
    "annotate read anna.jsonl ben.jsonl -o labels.jsonl",
)


@annotate_app.command(
    "next",
    epilog=examples(
        "annotate next models/quickstart articles/ --themes -o next.jsonl",
        "annotate next models/quickstart articles/ --stance -n 100 \\\n"
        "      --format label-studio -o tasks.json",
    ),
)
def annotate_next(
    model: Model,
    articles: Annotated[Path, typer.Argument(metavar="ARTICLES", help="file or folder of articles")],
    themes: Annotated[bool, typer.Option("--themes", help="sentences, to be given a theme")] = False,
    stance: Annotated[
        bool, typer.Option("--stance", help="mentions of targets, to be given a stance")
    ] = False,
    n: Annotated[int, typer.Option("-n", min=1, metavar="N", help="how many")] = 50,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="where to write; else JSONL to stdout")
    ] = None,
    kind: Annotated[
        Format, typer.Option("--format", help="whose tasks; own are .jsonl or .csv")
    ] = Format.own,
    seed: Annotated[int, typer.Option(metavar="SEED", help="of what is drawn at random")] = 0,
) -> None:
    """Draw the texts whose labels would teach most.

    Themes: half nearest to the threshold, a quarter the surest of each theme, a quarter at random. Stance:
    half the least sure, a quarter unlike all others, a quarter at random. The random part is drawn by
    outlet, with the probability in p_draw. Reprints are left out. Fill in theme or stance, and read the
    file with `newstance annotate read`.
    """
    with errors_as_text():
        from newstance.annotate.formats import SUFFIXES, check_suffix, choices_of, write_tasks
        from newstance.annotate.tasks import next_tasks
        from newstance.model.saved import load_model
        from newstance.table_streams import write_jsonl

        if themes == stance:
            raise ValueError("what to label: give --themes or --stance.")
        if out is not None:
            check_suffix(out, SUFFIXES[kind.value])
        elif kind != Format.own:
            raise ValueError(f"--format {kind.value}: give a file with --out.")
        loaded = load_model(model)
        what = "themes" if themes else "stance"
        tasks = next_tasks(loaded, articles, what, n, seed)
        if tasks.height < n:
            say(f"only {tasks.height} of {n} could be drawn")
        if out is None:
            write_jsonl(tasks, sys.stdout.buffer)
            return
        written = write_tasks(tasks, out, kind.value, choices_of(loaded, what))
        say(f"{tasks.height} tasks written to {' and '.join(map(str, written))}")


@annotate_app.command(
    "read",
    epilog=examples(
        "annotate read next.csv -o labels.jsonl",
        "annotate read anna.jsonl ben.jsonl -o labels.jsonl",
    ),
)
def annotate_read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="labelled files, of any format")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help=".jsonl for themes.labels or stance.labels")
    ],
    disagreements: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=".jsonl of what annotators disagree on; else beside --out"),
    ] = None,
) -> None:
    """Read labelled files back as labels for a training.

    Own rows, exports of Label Studio (JSON), Prodigy and doccano are told apart by their content, and so are
    RuSentNE, NewsMTSC, RuArg, x-stance and SemEval-2016 task 6 as they are published. Where several people
    labelled one text, the label of more than half of them is taken, and their agreement is told. Who
    labelled is in the file, or it is the name of the file.
    """
    with errors_as_text():
        from newstance.annotate.formats import JSON_LINES, check_suffix
        from newstance.annotate.settle import settle_labels, to_lines
        from newstance.disk import write_text
        from newstance.evaluate.counts import Bootstrap
        from newstance.terminal.evaluation import show_settled

        disagreements = disagreements or out.with_suffix(".disagreements.jsonl")
        for path in (out, disagreements):
            check_suffix(path, JSON_LINES)
        settled = settle_labels(files, Bootstrap(1000, 0))
        write_text(to_lines(settled.labels), out)
        if settled.disagreements:
            write_text(to_lines(settled.disagreements), disagreements)
        show_settled(settled)
        say(f"{len(settled.labels)} labels written to {out}")
        if settled.disagreements:
            say(f"{len(settled.disagreements)} disagreements written to {disagreements}")
