"""Reprints among the articles of all parts.

A part cannot know what other parts hold. So beside each part lie the texts that it was judged by, and at the
end reprints are looked for among all of them, as in a corpus that is read at once. What is found is a file of
its own: a part never depends on another.
"""

import io
import json

import polars as pl

from newstance.frames import Columns
from newstance.scale.folders import Folder
from newstance.shelf import Shelf
from newstance.table_streams import write_jsonl
from newstance.tables import COPIES, Corpus

TEXTS = ".texts"
FILE = "copies.jsonl"
NEEDED: Columns = {
    "article_id": pl.String,
    "text": pl.String,
    "published": pl.Date,
    "source": pl.String,
}


def texts_of(corpus: Corpus) -> bytes:
    """What is kept of the articles of a part, as an Arrow file."""
    content = io.BytesIO()
    corpus.articles.select(list(NEEDED)).rechunk().write_ipc(content, compression="zstd")
    return content.getvalue()


def write_copies(folder: Folder, names: list[str]) -> int:
    """Look for reprints among the articles of the parts ``names``, write ``copies.jsonl``, and tell how many
    there are; texts lie in mapped files, and memory grows with the number of articles alone."""
    from newstance.corpus.reprints.copies import find_copies

    texts = Shelf(NEEDED)
    for name in names:
        texts.add(pl.read_ipc(io.BytesIO(folder.read(name + TEXTS))))
    copies, content = find_copies(texts.frame()), io.BytesIO()
    write_jsonl(copies, content)
    folder.write(FILE, content.getvalue())
    return copies.height


def known_copies(folder: Folder) -> pl.DataFrame:
    """What ``copies.jsonl`` of a folder says, as ``tables.COPIES``."""
    rows = [json.loads(line) for line in folder.read(FILE).splitlines()]
    return pl.DataFrame(rows, COPIES)
