"""Exports of Factiva as text: with the codes of the fields (HD, WC, PD, SN, LP, TD), or as lines in their
usual order. The number of a document closes it (``Document MERPST0020160912ec9c00001``)."""

import re
from collections.abc import Mapping, Sequence

from newstance.corpus.read.exports.document import (
    COPYRIGHT,
    WORD_COUNT,
    Document,
    Export,
    is_date_line,
    join,
    paragraphs,
)

NUMBER = re.compile(
    r"(?:AN\s+)?(?:Document|Dokument|Documento|Документ)\s+(?=(?:\S*\d){6})[A-Z][A-Z0-9]{2,11}\d[\da-z]{8,24}\s*"
)
ABOVE = "SE HD CR BY WC PD ET SN SC NGC GC ED PG VOL LA CY CLM DLN HLP"
BELOW = "ART RF CO IN NS RE IPC IPD PUB AN CT RST"
CODE = re.compile(rf"(LP|TD|{'|'.join(f'{ABOVE} {BELOW}'.split())})(\s+.*|$)")
CODED = re.compile(
    r"\s*$|\s{2,}|\t|.*\s[:|]\s|\s*Document\s"
)  # what follows a code below the text, as words do not
NEEDED = {"HD", "PD", "SN"}
BYLINE = re.compile(r"(?:by|von|par|por|di|da|door|от|текст)\s+[A-ZÀ-ÝА-ЯЁ]", re.IGNORECASE)
CLOCK = re.compile(r"\d{1,2}[:.]\d{2}(?:\s*(?:GMT|UTC|[AP]\.?M\.?))?", re.IGNORECASE)
MOST_HEAD = 20


def split_factiva(lines: Sequence[str]) -> Export | None:
    """The documents that end with their number and have a head of one of the two layouts."""
    ends = [number for number, line in enumerate(lines) if NUMBER.fullmatch(line)]
    if not ends:
        return None
    starts = [0, *(end + 1 for end in ends)]
    documents = [_read(lines, start, end) for start, end in zip(starts, ends, strict=False)]
    known = [document for document in documents if document.published or document.source]
    return Export("Factiva", documents) if known else None


def _read(lines: Sequence[str], start: int, end: int) -> Document:
    codes = _codes(lines, start, end)
    return _read_codes(lines, codes, end) if codes.keys() >= NEEDED else _read_plain(lines, start, end)


def _codes(lines: Sequence[str], start: int, end: int) -> dict[str, int]:
    """The line of each code, in the order of the document: a line that begins with one and is not inside the
    text."""
    codes: dict[str, int] = {}
    for number in range(start, end):
        code = CODE.match(lines[number])
        if code is None or code[1] in codes:
            continue
        in_text = "LP" in codes or "TD" in codes
        if code[1] == "TD" or not in_text or (code[1] in BELOW.split() and _closes(code, codes)):
            codes[code[1]] = number
    return codes


def _closes(code: re.Match[str], codes: Mapping[str, int]) -> bool:
    """Whether a code stands below the text, not a word of it: others do already, or its value is coded."""
    return any(name in codes for name in BELOW.split()) or CODED.match(code[2]) is not None


def _read_codes(lines: Sequence[str], codes: dict[str, int], end: int) -> Document:
    bounds = [*sorted(codes.values()), end]

    def value(code: str) -> list[str]:
        if code not in codes:
            return []
        start = codes[code]
        stop = next(bound for bound in bounds if bound > start)
        return [lines[start][len(code) :], *lines[start + 1 : stop]]

    text = "\n\n".join(
        filter(None, (paragraphs([line.lstrip() for line in value(code)]) for code in ("LP", "TD")))
    )
    first = min(codes.values())
    return Document(
        first + 1, join(value("HD")) or None, text, join(value("SN")) or None, join(value("PD")) or None
    )


def _read_plain(lines: Sequence[str], start: int, end: int) -> Document:
    first = next((number for number in range(start, end) if lines[number].strip()), start)
    counted = next((n for n in range(first, end) if WORD_COUNT.fullmatch(lines[n].strip())), None)
    if counted is None:
        return Document(first + 1, None, paragraphs(lines[first:end]), None, None)
    title = _find_title([line.strip() for line in lines[first:counted] if line.strip()])
    fields = [number for number in range(counted + 1, min(end, counted + MOST_HEAD)) if lines[number].strip()]
    date_at = fields[0] if fields and is_date_line(lines[fields[0]]) else None
    after = fields[0 if date_at is None else 1 :]
    outlet = next((n for n in after if not CLOCK.fullmatch(lines[n].strip())), None)
    body = _find_body(lines, fields, counted, end)
    return Document(
        first + 1,
        title,
        paragraphs(lines[body:end]),
        join(lines[outlet : outlet + 1]) if outlet is not None and outlet < body else None,
        lines[date_at].strip() if date_at is not None else None,
    )


def _find_title(above: Sequence[str]) -> str | None:
    """The title among the lines above the number of words: the section may stand before it, the author
    after it, so it is the longest."""
    return max((line for line in above if not BYLINE.match(line)), key=len, default=None)


def _find_body(lines: Sequence[str], fields: Sequence[int], counted: int, end: int) -> int:
    """Where the text begins: below the copyright, or else below the first empty line of the head."""
    rights = [number for number in fields if COPYRIGHT.match(lines[number])]
    if rights:
        return rights[-1] + 1
    first = fields[0] if fields else counted
    return next((number for number in range(first + 1, end) if not lines[number].strip()), end)
