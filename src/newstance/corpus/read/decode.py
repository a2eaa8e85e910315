"""Bytes to text: the encoding of a file whose author did not name it.

A byte order mark decides, then UTF-8 (valid multi-byte UTF-8 by chance is next to impossible), then the
letters themselves. The Cyrillic code pages are told apart by how often their letters come, because
general detectors take a short KOI8-R text for Japanese; charset-normalizer judges all other code pages
(https://github.com/jawah/charset_normalizer).
"""

import codecs
import math
import re
from contextlib import suppress
from functools import lru_cache

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"PAR1", "a parquet file"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"SQLite format 3", "a SQLite database"),
    (b"{\\rtf", "an RTF document"),
)
# Letters of a script in running text, from frequent to rare, and the code pages that hold them. Cyrillic
# is that of Russian, Ukrainian, Bulgarian, Serbian and Belarusian together.
SCRIPTS = (
    ("оаеинтсрвлкмдпуяізьгыбчйхжюшјцщїєфэўёъњљђћґџ", ("cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5")),
    ("αοιετσνηυρπκμλςάίόδγέθχφήβύώξζψϊϋΐΰ", ("cp1253",)),
    ("יוהלארתבמשנדחעקפצגטכסםןזךץף", ("cp1255",)),
    ("الينمورتبعةدسفهكقحجشأصطخىضذزءثغئظإآؤ", ("cp1256",)),
)
LATIN = ["cp1252", "cp1250", "cp1254", "cp1257", "iso8859_2", "iso8859_15"]
# What accented letters German, French, Spanish and Italian need; other Latin alphabets need others.
WESTERN = frozenset("äöüßéèàçêâîôûùëïœæñáíóúìò¿¡ÄÖÜÉÈÀÇÊÂÎÔÛÙËÏŒÑÁÍÓÚ€§°´º²")
EAST_ASIAN = ["gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"]
ASCII = frozenset(map(chr, range(128)))
PUNCTUATION = frozenset("«»„“”’‘–—…№\u00a0·•،؟؛")
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
HIGH_RUN = re.compile(rb"[\x80-\xff]+")
INNER_CAPITAL = re.compile(r"(?<=[а-яёіїєґўά-ώ])[А-ЯЁІЇЄҐЎΆ-Ώ]")
LONE = re.compile("[\ud800-\udfff]")
FOREIGN = math.log(0.0005)
CAPITAL = -1.0
LOWEST_SCORE = -4.0
MOST_CONTROLS = 0.01
MOST_BROKEN = 0.05
SAMPLE = 200_000


def find_encoding(data: bytes, whole: bool = True) -> tuple[str, str | None]:
    """The codec of ``data`` and how it was found, ``None`` where a mark or UTF-8 leaves no doubt.

    ``whole`` is False for the beginning of a longer file, which may end inside a character.
    Raises ``ValueError`` for binary data and for text of no known encoding.
    """
    for mark, codec in MARKS:
        if data.startswith(mark):
            return codec, None
    for magic, kind in MAGIC:
        if data.startswith(magic):
            raise ValueError(f"binary data, not text: it begins like {kind}")
    n_controls = len(CONTROL.findall(data))
    is_stray = n_controls <= MOST_CONTROLS * len(data) and _is_utf8(data, whole)
    if (b"\0" in data and not is_stray) or n_controls > MOST_CONTROLS * len(data):
        return _wide(data, n_controls)
    if _is_utf8(data, whole):
        return "utf-8", None
    return _code_page(data[:SAMPLE])


def decode(data: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """The text of a whole file and how its encoding was found (see ``find_encoding``).

    ``declared`` is what the file says of itself (the charset of an HTML page); UTF-8 goes before it.
    Raises ``ValueError`` for binary data and for text of no known encoding.
    """
    if declared is not None and b"\0" not in data and not _is_utf8(data, True):
        with suppress(LookupError, UnicodeDecodeError):
            return data.decode(declared), f"encoding {declared} named by the page"
    codec, how = find_encoding(data)
    try:
        return data.decode(codec, errors_of(codec)), how
    except UnicodeDecodeError as error:
        raise ValueError(f"not valid {codec}: {error.reason} at byte {error.start}") from error


def errors_of(codec: str) -> str:
    """How to decode what ``codec`` does not know: to lone surrogates, which are judged with the article
    they are in. UTF-16 and 32 have no such way."""
    return "strict" if codec.startswith(("utf-16", "utf-32")) else "surrogateescape"


def _is_utf8(data: bytes, whole: bool) -> bool:
    """Whether ``data`` is UTF-8, a few broken characters among many good ones forgiven."""
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(data, final=whole)
    if text.isascii():
        return True
    n_broken = len(LONE.findall(text))
    return n_broken <= MOST_BROKEN * (len(text) - len(text.encode("ascii", "ignore")) - n_broken)


def _wide(data: bytes, n_controls: int) -> tuple[str, str]:
    """UTF-16 without a mark: in every second byte a few values (0x00, 0x04, 0x06) are nearly all."""
    sample = data[: SAMPLE // 2 * 2]
    for codec, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        frequent = sum(sorted((high.count(value) for value in set(high)), reverse=True)[:3])
        if len(data) % 2 == 0 and frequent > 0.9 * len(high) and _reads_as_text(sample, codec):
            return codec, f"encoding {codec} found by its bytes"
    raise ValueError(f"binary data, not text: {n_controls} control bytes in {len(data)}")


def _reads_as_text(data: bytes, codec: str) -> bool:
    text = data.decode(codec, errors="ignore")
    n_plain = sum(char.isalnum() or char.isspace() or char.isprintable() for char in text)
    return n_plain > 0.99 * len(text) and sum(map(str.isalpha, text)) > 0.4 * len(text)


def _code_page(data: bytes) -> tuple[str, str]:
    runs = HIGH_RUN.findall(data)
    if sum(map(len, runs)) < 2 * len(runs):  # single accented letters between ASCII ones
        accents = set(data.decode("cp1252", errors="replace")) - ASCII - PUNCTUATION
        return (
            ("cp1252", "encoding cp1252 found by its letters")
            if accents <= WESTERN
            else _general(data, LATIN)
        )
    scores = {codec: letter_score(data, codec, letters) for letters, codecs in SCRIPTS for codec in codecs}
    best = max(scores, key=lambda codec: scores[codec])
    if scores[best] < LOWEST_SCORE:
        return _general(data, EAST_ASIAN)
    return best, f"encoding {best} found by the frequency of its letters"


def _general(data: bytes, codecs: list[str]) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    match = from_bytes(data, cp_isolation=codecs).best()
    if match is None:
        raise ValueError("text of no known encoding; save it as UTF-8")
    return match.encoding, f"encoding {match.encoding} guessed by charset-normalizer"


def letter_score(data: bytes, codec: str, letters: str) -> float:
    """How much ``data`` looks like text of these ``letters`` in ``codec``: mean log frequency of all that
    is not ASCII.

    Capitals cost, and a capital inside a word counts as a foreign letter: reading one Cyrillic code page
    as another swaps the cases.
    """
    text = data.decode(codec, errors="replace")
    weights = _letter_weights(letters)
    strange = [char for char in text if char > "\x7f" and char not in PUNCTUATION]
    if not strange:
        return FOREIGN
    total = sum(weights.get(char, FOREIGN) for char in strange)
    return (total + FOREIGN * len(INNER_CAPITAL.findall(text))) / len(strange)


@lru_cache(maxsize=len(SCRIPTS))
def _letter_weights(letters: str) -> dict[str, float]:
    """Log frequencies of letters, falling with their rank as 1 / (rank + 4); capitals are rarer."""
    shares = [1 / (rank + 4) for rank in range(len(letters))]
    small = {char: math.log(share / sum(shares)) for char, share in zip(letters, shares, strict=True)}
    capitals = {char.upper(): weight + CAPITAL for char, weight in small.items() if char.upper() != char}
    return capitals | small
