"""Results and their report as a folder, written whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from newstance.disk import folder_aside, locked, refusal_in_words
from newstance.results.files import MANIFEST, files_of
from newstance.table_streams import size_of

if TYPE_CHECKING:
    from newstance.results.results import Results


@contextmanager
def written_results(folder: Path, results: "Results") -> Iterator[Path]:
    """``results`` and their report in ``folder``.

    They are written aside first, and take their place once the block has ended well. Raises ``OSError`` with
    the room that is wanted.
    """
    from newstance.report import REPORT, render

    files = files_of(results) | {REPORT: render(results).encode()}
    with refusal_in_words(folder, size_of(files.values())):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder), folder_aside(folder, files):
            yield folder


def check_free(folder: Path, replace: bool) -> None:
    """Raise ``ValueError`` where ``folder`` holds what may not be replaced."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / MANIFEST).is_file():
        raise ValueError(f"{folder}: is there and is no results folder; give the name of a new one.")
    if not replace:
        raise ValueError(f"{folder}: holds results; give another name, or replace them (--replace).")
