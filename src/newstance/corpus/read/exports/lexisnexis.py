"""Exports of LexisNexis as text: ``1 of 3 DOCUMENTS``, a centred head, fields in capitals, the body, more
fields.

The labels in other languages are those that LexisNexisTools looks for
(https://github.com/JBGruber/LexisNexisTools), and what stands around them.
"""

import re
from collections.abc import Sequence
from itertools import chain

from newstance.corpus.read.exports.document import (
    COPYRIGHT,
    Document,
    Export,
    is_date_line,
    join,
    paragraphs,
)

BEGINNING = re.compile(
    r"\s*(?:\d+ (?:of|von|de|di|van|из) \d+ (?:DOCUMENT|DOKUMENT|ДОКУМЕНТ)\w*"
    r"|(?:Document|DOCUMENT|Dokument|Documento|Документ) \d+ (?:of|OF|von|de|di|van|из) \d+)\s*"
)
FIELD = re.compile(r"([A-ZÄÖÜÀÂÇÉÈÊÎÔÓÍÁÃА-ЯЁ][A-ZÄÖÜÀÂÇÉÈÊÎÔÓÍÁÃА-ЯЁ /-]{2,24}):(?:\s+(.*)|$)")


def _labels(names: str) -> frozenset[str]:
    return frozenset(name.replace("_", " ") for name in names.split())


LENGTH = _labels("LENGTH LÄNGE LONGUEUR LONGITUD EXTENSIÓN LUNGHEZZA COMPRIMENTO LENGTE ДЛИНА ОБЪЕМ")
HEADLINE = _labels("HEADLINE TITLE ÜBERSCHRIFT TITEL TITRE TITULAR TÍTULO TITOLO KOP ЗАГОЛОВОК")
BODY = _labels("BODY TEXT TEXTE TEXTO TESTO TEKST ТЕКСТ")
DATE = _labels("DATE DATUM FECHA DATA ДАТА")
HEAD = (
    LENGTH
    | HEADLINE
    | BODY
    | DATE
    | _labels(
        "BYLINE SECTION DATELINE HIGHLIGHT SERIES TYPE DISTRIBUTION COLUMN AUTOR RUBRIK VON ORT ORTSMARKE"
        " HERVORHEBUNG UNTERTITEL RESSORT AUSGABE AUTEUR AUTEURS RUBRIQUE SIGNATURE LIEU ENCART ORIGINE"
        " SECCIÓN SECCION FIRMA SEZIONE AUTORE SEÇÃO SECTIE РУБРИКА РАЗДЕЛ АВТОР МЕСТО"
    )
)
TAIL = _labels(
    "LOAD-DATE LANGUAGE PUBLICATION-TYPE PUB-TYPE GRAPHIC GRAPHICS CORRECTION-DATE SUBJECT JOURNAL-CODE"
    " ORGANIZATION TICKER GEOGRAPHIC DOCUMENT-TYPE URL UPDATE GRAFIK SPRACHE LADEDATUM AKTUALISIERUNG"
    " PUBLIKATIONSART PUBLIKATIONSTYP ZEITUNGS-CODE DATE-CHARGEMENT LANGUE TYPE-PUBLICATION GRAPHIQUE"
    " FECHA-CARGA IDIOMA TIPO-PUBLICACIÓN TIPO-PUBLICACION LINGUA TAAL LAADDATUM GRÁFICO ДАТА_ЗАГРУЗКИ"
    " ДАТА-ЗАГРУЗКИ ЯЗЫК ТИП_ПУБЛИКАЦИИ ТИП-ПУБЛИКАЦИИ"
)
LABELS = HEAD | TAIL
DATED = {"UPDATE", *DATE}  # labels only before a date, as articles write UPDATE: too
CENTRED = "      "
WRAPPED_FROM = 55  # a value of a field goes on below a line as long as this


def split_lexisnexis(lines: Sequence[str]) -> Export | None:
    """The documents between lines such as ``2 of 3 DOCUMENTS``; or a single one without such a line, known
    by its length and a field behind the body."""
    fields = {field[0] for line in lines if (field := _field(line))}
    if not fields & (LENGTH | TAIL):
        return None
    starts = [number for number, line in enumerate(lines) if BEGINNING.fullmatch(line)]
    if not starts:
        if not (fields & LENGTH and len(fields & TAIL) > 1):
            return None
        starts = [-1]
    ends = [*starts[1:], len(lines)]
    return Export(
        "LexisNexis", [_read(lines, start + 1, end) for start, end in zip(starts, ends, strict=True)]
    )


def _field(line: str) -> tuple[str, str] | None:
    """The label and value of a line that begins with a known label."""
    match = FIELD.match(line.strip())
    if match is None or match[1] not in LABELS:
        return None
    value = match[2] or ""
    return None if match[1] in DATED and not is_date_line(value) else (match[1], value)


def _read(lines: Sequence[str], start: int, end: int) -> Document:
    first = next((number for number in range(start, end) if lines[number].strip()), start)
    fields_at = next((number for number in range(first, end) if _field(lines[number])), end)
    source, date, title = _read_head(lines[first:fields_at])
    fields, body_at = _read_fields(lines, fields_at, end)
    body = list(lines[body_at : _body_end(lines, body_at, end)])
    if body and (field := _field(body[0])) and field[0] in BODY:
        body[0] = field[1]
    headline = next((fields[label] for label in fields if label in HEADLINE), None)
    stated = next((fields[label] for label in fields if label in DATE), None)
    return Document(first + 1, headline or title, paragraphs(body), source, date or stated)


def _read_head(head: Sequence[str]) -> tuple[str | None, str | None, str | None]:
    """Outlet, date and title of the lines above the fields: the outlet's block of lines, the date's, which
    may name the edition, and the rest."""
    blocks: list[list[str]] = [[]]
    for line in head:
        if not line.strip():
            blocks.append([])
        elif not COPYRIGHT.match(line):
            blocks[-1].append(line)
    blocks = [block for block in blocks if block]
    dated = next((number for number, block in enumerate(blocks) if any(map(is_date_line, block))), None)
    if dated is None:
        return (join(blocks[0]) if blocks else None), None, join(list(chain(*blocks[1:]))) or None
    block = blocks[dated]
    place = next(number for number, line in enumerate(block) if is_date_line(line))
    above = [*chain(*blocks[:dated]), *block[:place]]
    rest = list(chain(*blocks[dated + 1 :]))
    flush = [line for line in rest if not line.startswith(CENTRED)]
    return (
        (join(above[:1]) or None),
        block[place].strip(),
        (join(flush or rest or block[place + 1 :]) or None),
    )


def _read_fields(lines: Sequence[str], start: int, end: int) -> tuple[dict[str, str], int]:
    """The fields above the body, and the line on which the body begins."""
    fields: dict[str, str] = {}
    number = start
    while number < end:
        field = _field(lines[number])
        if not lines[number].strip():
            number += 1
        elif field is None or field[0] not in HEAD:
            break
        elif field[0] in BODY:
            return fields, number if field[1] else number + 1
        else:
            stop = number + 1
            while stop < end and _goes_on(lines[stop - 1], lines[stop]):
                stop += 1
            fields[field[0]] = join([field[1], *lines[number + 1 : stop]])
            number = stop
    return fields, number


def _goes_on(line: str, following: str) -> bool:
    return len(line) >= WRAPPED_FROM and bool(following.strip()) and _field(following) is None


def _body_end(lines: Sequence[str], start: int, end: int) -> int:
    """Where the body ends: at the first field behind it, and the copyright that closes the document."""
    stop = next((n for n in range(start, end) if (field := _field(lines[n])) and field[0] in TAIL), end)
    while stop > start and (not lines[stop - 1].strip() or COPYRIGHT.match(lines[stop - 1])):
        stop -= 1
    return stop
