"""Parallel text for training an encoder: English beside one other language, a file each.

A file is ``en-<lang>.tsv`` or ``en-<lang>.tsv.gz`` with the columns English, other, source. A source
that begins with ``lex-`` holds dictionary entries and names, any other holds sentences.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FILE = re.compile(r"en-(?P<lang>[a-zA-Z-]+)\.tsv(\.gz)?")


@dataclass(frozen=True)
class Pairs:
    """Pairs of one language: ``english`` are rows of the list of English texts, ``lexicon`` a mask."""

    lang: str
    other: list[str]
    english: np.ndarray
    lexicon: np.ndarray


def parallel_files(folder: Path, langs: list[str] | None = None) -> dict[str, Path]:
    """File of each language in ``folder``; all that are there unless ``langs`` names some."""
    found = {}
    for path in sorted(folder.iterdir()):
        if match := FILE.fullmatch(path.name):
            found[match["lang"]] = path
    missing = sorted(set(langs or []) - set(found))
    if missing or not found:
        wanted = ", ".join(f"en-{lang}.tsv.gz" for lang in missing) or "en-<lang>.tsv.gz"
        raise FileNotFoundError(f"parallel: {folder} holds no {wanted}; it holds {sorted(found)}.")
    return {lang: path for lang, path in found.items() if langs is None or lang in langs}


def read_pairs(files: dict[str, Path]) -> tuple[list[str], list[Pairs]]:
    """All English texts, each once, and the pairs of every language."""
    rows: dict[str, int] = {}
    pairs = []
    for lang, path in files.items():
        other, english, lexicon = [], [], []
        for left, right, source in _read(path):
            english.append(rows.setdefault(left, len(rows)))
            other.append(right)
            lexicon.append(source.startswith("lex-"))
        if not other:
            raise ValueError(f"{path}: holds no pair. Remove the file, or leave {lang!r} out of langs.")
        pairs.append(Pairs(lang, other, np.array(english), np.array(lexicon, dtype=bool)))
    return list(rows), pairs


def read_plain(path: Path, known: list[str]) -> tuple[list[str], Pairs]:
    """English text without a translation, a sentence a line: each line is its own other side.

    Returns all English texts, those of ``known`` first, and the pairs.
    """
    texts = list(dict.fromkeys(stripped for _, line in _lines(path) if (stripped := line.strip())))
    if not texts:
        raise ValueError(f"{path}: holds no text; expected a sentence a line.")
    rows = {text: row for row, text in enumerate(known)}
    english = np.array([rows.setdefault(text, len(rows)) for text in texts])
    return list(rows), Pairs("en", texts, english, np.zeros(len(texts), dtype=bool))


def _read(path: Path) -> Iterator[tuple[str, str, str]]:
    for number, line in _lines(path):
        cells = line.split("\t")
        if len(cells) != 3:
            raise ValueError(
                f"{path}, line {number}: {len(cells)} columns, expected 3 (English, other, source)."
            )
        yield cells[0], cells[1], cells[2]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each line of a UTF-8 file, packed or not."""
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                yield number, line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}, line {number}: is not UTF-8: {error}.") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path}, after line {number}: is damaged: {error}. Copy it anew.") from error
