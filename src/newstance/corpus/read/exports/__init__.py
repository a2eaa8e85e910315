"""Exports of press databases: one text of many articles, with the fields of each.

``split_export`` knows LexisNexis, Nexis Uni and Factiva by the lines that bound their documents. Their labels
are those of the interface in English, German, French, Spanish, Italian, Portuguese, Dutch and Russian.
"""

from newstance.corpus.read.exports.document import Document, Export
from newstance.corpus.read.exports.factiva import split_factiva
from newstance.corpus.read.exports.lexisnexis import split_lexisnexis
from newstance.corpus.read.exports.nexis_uni import split_nexis_uni

__all__ = ["Document", "Export", "split_export"]

SPLITTERS = (split_lexisnexis, split_nexis_uni, split_factiva)


def split_export(text: str) -> Export | None:
    """The documents of an export, in their order; ``None`` for any other text.

    ``text`` has plain line breaks. A document without a text is kept, so that it can be told of.
    """
    lines = text.split("\n")
    return next((export for split in SPLITTERS if (export := split(lines)) is not None), None)
