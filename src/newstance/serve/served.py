"""A loaded model as a server asks it: rows of plain values, and what it tells of itself.

Each function may run in several threads at once. A text comes as a field of a record, so it is never looked
at as a path.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newstance.corpus.read.records import stated_id
from newstance.model.content import ModelError
from newstance.model.explain import explain
from newstance.model.manifest import read_manifest
from newstance.model.news_model import Level, NewsModel
from newstance.model.saved import load_model

Record = dict[str, Any]
ATTEMPTS = 5
FINGERPRINT = 32  # characters of the hash of the manifest, which holds the hashes of all files
ALONE = "table:1"  # the id that ``predict`` gives to one text without an id
EXPLAINED = ("sentences", "themes", "stances", "words", "clauses")


@dataclass(frozen=True)
class Served:
    """``model`` finds reprints among the articles of a request; ``single`` judges each article by itself."""

    model: NewsModel
    single: NewsModel
    fingerprint: str

    @classmethod
    def of(cls, model: NewsModel, fingerprint: str) -> "Served":
        """Of a model, whose own columns are left out: the fields of requests have our names."""
        reading = replace(model.reading, columns={})
        return cls(_read_as(model, reading), _read_as(model, replace(reading, duplicates=False)), fingerprint)

    @property
    def langs(self) -> list[str]:
        """The languages of the keywords of its themes: those of its training."""
        keywords = self.model.themes["keywords"].drop_nulls().to_list()
        return sorted({one["lang"] for words in keywords for one in words})


def load_served(folder: Path) -> Served:
    """The model in ``folder``; raises ``ModelError``."""
    for _ in range(ATTEMPTS):
        before = _hash(folder)
        model = load_model(folder)
        if before is not None and _hash(folder) == before:
            return Served.of(model, before[:FINGERPRINT])
    raise ModelError(f"{folder}: was replaced each time while it was read. Load it when it is at rest.")


def _hash(folder: Path) -> str | None:
    """The hash of the manifest, None while the folder is replaced, or if it is no model (a load tells)."""
    try:
        return str(read_manifest(folder)["sha256"])
    except (ModelError, OSError):
        return None


def _read_as(model: NewsModel, reading: Any) -> NewsModel:
    return NewsModel(
        model.name,
        model.themes,
        model.theme_model,
        model.stance_model,
        model.encoder,
        reading,
        model.record,
    )


def rows(served: Served, articles: Sequence[Record], level: Level) -> list[Record]:
    """The rows of ``NewsModel.predict`` for ``articles``."""
    model = served.single if len(articles) == 1 else served.model
    found: list[Record] = model.predict(list(articles), level).to_dicts()
    return found


def rows_of_each(served: Served, articles: Sequence[Record], level: Level) -> list[list[Record]]:
    """The rows of each article as if it had come alone."""
    keyed = [article | {"article_id": str(number)} for number, article in enumerate(articles)]
    ids = [stated_id(article, {}) or ALONE for article in articles]
    found: list[list[Record]] = [[] for _ in articles]
    for row in served.single.predict(keyed, level).iter_rows(named=True):
        number = int(row["article_id"])
        found[number].append(row | {"article_id": ids[number]})
    return found


def explained(served: Served, text: str, target: str | None, lang: str | None) -> Record:
    """The tables of ``NewsModel.explain``; raises ``ValueError`` for a target or language that is none."""
    found = explain(served.single, text, target, lang, None)
    tables = {name: getattr(found, name).to_dicts() for name in EXPLAINED}
    return {"theme": found.theme, **tables, "notes": found.notes}


def nearest(served: Served, query: str, articles: Sequence[Record], k: int) -> list[Record]:
    """The rows of ``NewsModel.search``; raises ``ValueError`` for an empty query, or where no article can be
    read."""
    found: list[Record] = served.model.search(query, list(articles), k).to_dicts()
    return found


def themes(served: Served) -> list[Record]:
    """The themes without their examples, which are texts of the training."""
    rows: list[Record] = served.model.themes.drop("examples").to_dicts()
    return rows
