"""Exports of Nexis Uni as text, or as Word: title, outlet, date, copyright, fields, ``Body`` and the text,
until ``End of Document``."""

import re
from collections.abc import Sequence

from newstance.corpus.read.exports.document import (
    COPYRIGHT,
    Document,
    Export,
    is_date_line,
    join,
    paragraphs,
)

END = re.compile(
    r"\s*(?:End of Document|Ende des Dokuments?|Dokumentende|Fin du document|Fin del? documento|Fine "
    r"del documento"
    r"|Fim do documento|Einde van (?:het )?document|Конец документа)\.?\s*",
    re.IGNORECASE,
)
BODY = re.compile(
    r"\s*(?:Body|Text|Textkörper|Haupttext|Corps(?: du texte)?|Texte|Cuerpo|Texto|Corpo|Testo|Tekst|Текст)\s*"
)
LABELS = {
    *("section", "length", "byline", "dateline", "highlight", "series", "column"),
    *("rubrik", "länge", "autor", "verfasser", "ort", "ortsmarke", "hervorhebung", "ressort"),
    *("rubrique", "longueur", "auteur", "signature", "lieu", "encart"),
    *(
        "sección",
        "longitud",
        "extensión",
        "sezione",
        "lunghezza",
        "autore",
        "seção",
        "comprimento",
        "sectie",
        "lengte",
    ),
    *("раздел", "рубрика", "длина", "объем", "автор", "место"),
}
TAIL = re.compile(
    r"\s*(?:Load-Date|Ladedatum|Date de chargement|Fecha de carga|Data di caricamento|Data de carga|Laaddatum"
    r"|Дата загрузки)\s*:|\s*(?:Classification|Klassifizierung|Classificación|Clasificación|Classificazione"
    r"|Классификация)\s*$|\s*(?:Language|Publication-Type|Graphic|Sprache|Langue)\s*:\s|\s*Graphic\s*$"
)
COVER = re.compile(r"\s*(?:Job Number|Search Terms|Search Type|Client/Matter|User Name)\s*:", re.IGNORECASE)
FIELD = re.compile(r"\s*([^\W\d_][^\W\d_ -]{2,20})\s*:\s*(.*)")
MOST_FIELD = 12  # lines


def split_nexis_uni(lines: Sequence[str]) -> Export | None:
    """The documents that end with ``End of Document`` and have a date and fields."""
    ends = [number for number, line in enumerate(lines) if END.fullmatch(line)]
    if not ends:
        return None
    starts = [0, *(end + 1 for end in ends)]
    ends.append(len(lines))
    spans = [
        (start, end) for start, end in zip(starts, ends, strict=True) if "".join(lines[start:end]).strip()
    ]
    bodies = [_find_body(lines, start, end) for start, end in spans]
    if not any(body is not None for body in bodies):
        return None
    documents = [_read(lines, *span, body) for span, body in zip(spans, bodies, strict=True)]
    return Export("Nexis Uni", documents)


def _find_body(lines: Sequence[str], start: int, end: int) -> int | None:
    """The last line above the text of a document: ``Body``, below a date and fields, or the last field."""
    dated, last = False, None
    for number in range(start, end):
        if last is not None and BODY.fullmatch(lines[number]):
            return number
        if dated and _is_field(lines[number]):
            last = number
        elif last is not None and lines[number].strip():
            ahead = range(number, min(end, number + MOST_FIELD))  # the field may go on for some lines
            return next((line for line in ahead if BODY.fullmatch(lines[line])), last)
        dated = dated or is_date_line(lines[number])
    return last


def _is_field(line: str) -> bool:
    field = FIELD.match(line)
    return COPYRIGHT.match(line) is not None or (field is not None and field[1].lower() in LABELS)


def _read(lines: Sequence[str], start: int, end: int, body: int | None) -> Document:
    first = next(number for number in range(start, end) if lines[number].strip())
    if body is None:
        return Document(first + 1, join(lines[first : first + 1]), "", None, None)
    date_at = _find_date(lines, first, body)
    source, title = _read_head(lines[first:date_at])
    stop = next((number for number in range(body + 1, end) if TAIL.match(lines[number])), end)
    text = paragraphs(lines[body + 1 : stop])
    return Document(first + 1, title, text, source, lines[date_at].strip() if date_at < body else None)


def _find_date(lines: Sequence[str], first: int, body: int) -> int:
    """The last date line above the fields: a title may name a day too."""
    fields_at = next(
        (number for number in range(body - 1, first, -1) if not _near_fields(lines, number)), first
    )
    dates = [number for number in range(first + 1, fields_at + 1) if is_date_line(lines[number])]
    return dates[-1] if dates else body


def _near_fields(lines: Sequence[str], number: int) -> bool:
    return _is_field(lines[number]) or not lines[number].strip()


def _read_head(head: Sequence[str]) -> tuple[str | None, str | None]:
    """Outlet and title of the lines above the date: the last line, and those before it, of which only one
    belongs to the document below a cover page."""
    filled = [line for line in head if line.strip()]
    cover = any(map(COVER.match, filled))
    title = filled[-2:-1] if cover else filled[:-1]
    return (join(filled[-1:]) or None), (join(title) or None)
