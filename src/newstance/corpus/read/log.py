"""What reading learns beside the articles: columns that were not used, files that were left out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from newstance.corpus.read.records import RawArticle

NAMES_SHOWN = 20
FILES_SHOWN = 3


class ReadLog:
    """Counts for one reading of a corpus; ``notes`` tells them.

    ``required`` are the mapped columns that some file must have; none where a mapping only comes first.
    """

    def __init__(self, required: Mapping[str, str] | None = None):
        self._absent = dict(required or {})
        self._unused: dict[str, Counter[str]] = {}
        self._names: dict[str, None] = {}
        self._left_out: dict[str, list[str]] = {}
        self._n_records = 0

    def add(self, article: RawArticle) -> None:
        """Count the columns of an article's record."""
        columns = article.columns
        if columns is None:
            return
        self._n_records += 1
        if columns.unused:
            kind = "".join(Path(article.file).suffixes[-1:]) or "table"
            self._unused.setdefault(kind.lower(), Counter()).update(columns.unused)
        for field in [field for field in self._absent if field not in columns.absent]:
            del self._absent[field]
        if self._absent and len(self._names) < 10 * NAMES_SHOWN:
            self._names.update(dict.fromkeys((*columns.of.values(), *columns.unused)))

    def leave_out(self, kind: str, name: str) -> None:
        """Count a file or folder that is no article and no fault."""
        self._left_out.setdefault(kind, []).append(name)

    def finish(self) -> None:
        """Raise ``ValueError`` where a required column was in no record."""
        if self._absent and self._n_records:
            wanted = ", ".join(f"{field}: {column}" for field, column in self._absent.items())
            raise ValueError(
                f"corpus.columns: no file has the column of {wanted}; there are "
                f"{_listed(self._names)}. Correct the name, or leave it out to have the column found."
            )

    def notes(self) -> list[str]:
        """What a person should know, a sentence each."""
        notes = [
            f"columns of {kind} files that were not used: {_listed(name for name, _ in names.most_common())}"
            if kind != "table"
            else f"columns that were not used: {_listed(name for name, _ in names.most_common())}"
            for kind, names in sorted(self._unused.items())
        ]
        for kind, names in sorted(self._left_out.items()):
            more = ", ..." if len(names) > FILES_SHOWN else ""
            notes.append(f"{kind} left out: {len(names)} ({', '.join(names[:FILES_SHOWN])}{more})")
        return notes


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more
