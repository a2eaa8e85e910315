"""What the exports of all press databases share: a document, its date line, its lines of copyright."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from newstance.corpus.read.day import Numbers, parse_day

COPYRIGHT = re.compile(
    r"\s*(?:copyright\b|©|\(c\)\s|all rights reserved\b|alle rechte vorbehalten\b|tous droits r)", re.I
)
WORD_COUNT = re.compile(
    r"(\d[\d.,\u00a0 "
    r"]*+)\s*(?:words?|w[öo]rter|mots?|palabras?|parole|palavras?|woord(?:en)?|слов[оа]?|字|słów|slov)\.?",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
LONGEST_DATE, MAX_DATE_WORDS = 90, 14
SENTENCE_END = (".", "!", "?", "…")


class Document(NamedTuple):
    """One article of an export: the line on which it begins, from 1, and its fields as written."""

    line: int
    title: str | None
    text: str
    source: str | None
    published: str | None


class Export(NamedTuple):
    """The database that an export comes from, and its documents."""

    database: str
    documents: list[Document]


def is_date_line(line: str) -> bool:
    """Whether a line of a head is the date: a day, or a month with its year, and little else."""
    line = line.strip()
    if not line or len(line) > LONGEST_DATE or len(line.split()) > MAX_DATE_WORDS or COPYRIGHT.match(line):
        return False
    if line.endswith(SENTENCE_END) and not line.endswith(("г.", "р.")):
        return False
    month = YEAR.search(line)
    return _is_day(line) or (month is not None and _is_day(f"1 {line[: month.end()].strip()}"))


def _is_day(line: str) -> bool:
    day = parse_day(line)
    return isinstance(day, Numbers) or day.date is not None


def join(lines: Sequence[str]) -> str:
    """Lines of a head as one, in single spaces."""
    return " ".join(" ".join(lines).split())


def paragraphs(lines: Sequence[str]) -> str:
    """Lines of a body as text: without the margin that all of them share and empty lines around."""
    filled = [line for line in lines if line.strip()]
    margin = min((len(line) - len(line.lstrip()) for line in filled), default=0)
    return "\n".join(line[margin:].rstrip() if line.strip() else "" for line in lines).strip("\n")
