"""Damage of a text that can be undone for certain: another code page, HTML in a column, escaped line ends.

UTF-8 that was read as a code page and saved again is known by being valid UTF-8 once more when it is put
back into the bytes of that code page; other text almost never is (the idea of ftfy, Speer 2019,
doi:10.5281/zenodo.2591652).
"""

import html
import re
from contextlib import suppress
from functools import lru_cache
from string import ascii_letters

from newstance.corpus.read.decode import INNER_CAPITAL, SCRIPTS, letter_score

CODE_PAGES = ("cp1252", "latin-1", "cp1251", "cp1250", "cp1254", "koi8-r")
MOST_TIMES = 3
SAMPLE = 1000  # characters that are judged
SHORT_SAMPLE = 500
ACCENTED, CAPITALS = re.compile("[\u00c0-\u00ff]"), re.compile("[\u0410-\u042f]")
NOT_LETTERS = bytes(set(range(256)) - set(ascii_letters.encode()))
HIGH = re.compile(r"[^\x00-\x7f]+")
LOST_SPACE = re.compile("\u00c3 +")  # the no-break space of an \u00e0 is often saved as a plain one
MOSTLY = 0.5
FEWEST_RUNS = 3
CERTAIN = 0.8
ACCENTED_SHARE = 0.7
FEWEST_LETTERS = 12
SURER_BY = 1.0
LOWEST_ACCENTED = -5.0

ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
UNREAD = re.compile(r"<!--.*?-->|<(script|style)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
WRITTEN_TAG = re.compile(r"\s*&lt;/?[a-z!]", re.IGNORECASE)
CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
ATTRIBUTES = r"""(?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))*\s*/?>"""
BLOCKS = re.compile(
    rf"</?(?:p|br|div|li|ul|ol|h[1-6]|blockquote|tr|table|section|figure|figcaption|hr|pre){ATTRIBUTES}",
    re.IGNORECASE,
)
INLINE = re.compile(
    r"</?(?:a|b|i|u|s|q|em|strong|span|font|sup|sub|small|big|img|cite|abbr|del|ins|mark|strike|code|td|th|"
    rf"tbody|thead|iframe|center|time|label|picture|source|figure|video|audio|nobr|wbr){ATTRIBUTES}",
    re.IGNORECASE,
)
LINE_ENDS = re.compile(r"(?:[ \t]*\n){3,}")
ESCAPED_LINE = re.compile(r"\\r\\n|\\n|\\r")
AT_A_LINE = re.compile(r"(?:\\r)?\\n(?![a-z])")
ESCAPED = re.compile(r'\\(?:u([0-9a-fA-F]{4})|([nrt"\'/\\]))')
ESCAPES = {"n": "\n", "r": "\n", "t": "\t"}
DRIVE = re.compile(r"\b[A-Za-z]:\\")


def mend_code_page(text: str) -> str:
    """``text`` as it was before it was read in a wrong code page, once or several times; as it is where
    that is not certain."""
    if text.isascii():
        return text
    for _ in range(MOST_TIMES):
        better = _from_utf8(text)
        if better is None:
            break
        text = better
    return _from_code_page(text) or text


def _from_utf8(text: str) -> str | None:
    """``text`` decoded as the UTF-8 that it was, ``None`` where it was none."""
    sample = text[:SAMPLE]
    n_high = len(sample) - len(sample.encode("ascii", "ignore"))
    if text.isascii() or 2 * len(_seconds().findall(sample)) < MOSTLY * n_high:  # most texts
        return None
    if 2 * len(_pairs().findall(sample)) < MOSTLY * n_high:
        return None
    forms = (text, LOST_SPACE.sub("\u00c3\u00a0 ", text))
    for decode in (_again, _again_by_runs):
        for codec in CODE_PAGES:
            for form in forms:
                if (again := decode(form, codec)) is not None:
                    return again
    return None


def _again(text: str, codec: str) -> str | None:
    table = _bytes_of(codec)
    try:
        return bytes(table[char] for char in text).decode()
    except (KeyError, UnicodeDecodeError):
        return None


def _again_by_runs(text: str, codec: str) -> str | None:
    """As ``_again``, where a few characters came into the text afterwards."""
    runs = HIGH.findall(text)
    mended = {run: again for run in runs if (again := _again(run, codec)) is not None}
    if len(runs) < FEWEST_RUNS or sum(run in mended for run in runs) < CERTAIN * len(runs):
        return None
    return HIGH.sub(lambda match: mended.get(match[0], match[0]), text)


@lru_cache(maxsize=2 * len(CODE_PAGES))
def _bytes_of(codec: str) -> dict[str, int]:
    """The byte of each character; bytes that ``codec`` leaves free are control characters, as browsers
    read them."""
    return {bytes([byte]).decode(codec, "ignore") or chr(byte): byte for byte in range(256)}


@lru_cache(maxsize=1)
def _pairs() -> re.Pattern[str]:
    """A character that begins a sequence of UTF-8 in some code page, and one that goes on with it."""
    options = []
    for codec in CODE_PAGES:
        chars = list(_bytes_of(codec))
        options.append(f"[{re.escape(''.join(chars[0xC2:0xF5]))}][{re.escape(''.join(chars[0x80:0xC0]))}]")
    return re.compile("|".join(options))


@lru_cache(maxsize=1)
def _seconds() -> re.Pattern[str]:
    """The second character of a pair, which costs a tenth of the search for pairs."""
    chars = {char for codec in CODE_PAGES for char in list(_bytes_of(codec))[0x80:0xC0]}
    return re.compile(f"[{re.escape(''.join(sorted(chars)))}]")


def _from_code_page(text: str) -> str | None:
    """Text of one code page read as another: Cyrillic or Greek as accented letters, KOI8-R as cp1251."""
    sample = text[:SHORT_SAMPLE]
    n_accented, has_inner_capital = len(ACCENTED.findall(sample)), INNER_CAPITAL.search(sample) is not None
    n_plain = len(sample.encode("ascii", "ignore").translate(None, NOT_LETTERS))
    if n_accented <= ACCENTED_SHARE * n_plain and not has_inner_capital:  # most texts
        return None
    n_letters = sum(map(str.isalpha, sample))
    if n_letters < FEWEST_LETTERS:
        return None
    if n_accented > ACCENTED_SHARE * n_letters:
        return _best(text, ["cp1252"], LOWEST_ACCENTED)
    if has_inner_capital and len(CAPITALS.findall(sample)) > MOSTLY * n_letters:
        now = letter_score(text[:SAMPLE].encode("cp1251", "replace"), "cp1251", SCRIPTS[0][0])
        return _best(text, ["cp1251", "koi8-r"], now)
    return None


def _best(text: str, read_as: list[str], now: float) -> str | None:
    """``text`` in the code page whose letters come as often as in running text, if surely better."""
    scores = {}
    for wrong in read_as:
        with suppress(KeyError):
            data = bytes(_bytes_of(wrong)[char] for char in text)
            for letters, codecs in SCRIPTS:
                for codec in codecs:
                    scores[letter_score(data[:SAMPLE], codec, letters)] = data, codec
    if not scores or max(scores) < now + SURER_BY:
        return None
    data, codec = scores[max(scores)]
    return data.decode(codec, "replace")


def without_marks(text: str) -> str:
    """``text`` without the marks of a CDATA section, and with its tags where they are written as entities."""
    if "<![CDATA[" in text:
        text = CDATA.sub("", text)
    return _decoded(text) if WRITTEN_TAG.match(text) else text


def _decoded(text: str) -> str:
    return ENTITY.sub(lambda match: html.unescape(match[0]).replace("\u00a0", " "), text)


def without_html(text: str) -> str:
    """``text`` with entities decoded, and without tags, comments and scripts."""
    if "&" in text:
        for _ in range(2):  # many are encoded twice: &amp;quot;
            text = _decoded(text)
    if "<" not in text:
        return text
    bare = INLINE.sub("", BLOCKS.sub("\n", UNREAD.sub("", text)))
    return text if bare == text else LINE_ENDS.sub("\n\n", bare).strip()


def with_line_ends(text: str) -> str:
    r"""``text`` with the two signs ``\n`` as line ends, where it has several of them and no real one."""
    if "\\" not in text or "\n" in text.strip() or len(AT_A_LINE.findall(text)) < 2 or DRIVE.search(text):
        return text
    text = ESCAPED.sub(_unescaped, ESCAPED_LINE.sub("\n", text))
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return ESCAPES.get(match[2], match[2])
