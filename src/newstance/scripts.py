"""Scripts of the world: which put no spaces between words, and one folded view of a text to match in.

Two texts that look alike may be written with different code points: soft hyphens and zero-width signs
inside words, letters and accents apart (NFD) or together (NFC), stress marks, vowel signs, full-width
letters, ligatures. ``folded`` gives the text without these differences, with a map back to the code points
of the text as read. All that matches (mentions, the cleaner, the splitter, reprints) looks at the folded
view and answers in code points of the text, which is never changed itself.

Unicode normalization forms: https://www.unicode.org/reports/tr15/. Signs to ignore are those of
Default_Ignorable_Code_Point, https://www.unicode.org/reports/tr44/.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import is_normalized, normalize

# First and last code point of each block whose writing puts no spaces between words.
UNSPACED_BLOCKS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
# The same as the inside of a character class.
UNSPACED = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED_BLOCKS)
UNSPACED_LANGS = frozenset({"zh", "ja", "th", "lo", "km", "my", "bo"})

# Signs that are not seen: soft hyphen, joiners, zero-width and bidi signs, variation selectors, tags.
INVISIBLE = (
    "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
)
# Marks on letters that go unless they are part of a letter of their own, as those of й and é are: accents,
# Hebrew points, Arabic vowel signs and tatweel, and these as separate letters of old fonts.
MARKS = (
    "\u0300-\u034e\u0350-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\ufe70-\ufe7f"
)
# What else joins the letter before it in NFC: signs of Indic scripts, Korean vowels and finals, kana marks.
JOINING = (
    "\u093c\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0c56\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dca\u0dcf\u0ddf"
    "\u102e\u1160-\u11ff\u1b35\u3099\u309a"
)
# Other forms of letters: ligatures, Hebrew and Arabic presentation forms, half-width kana and Korean,
# letters of mathematics, ѐ and ѝ, and letters that NFC writes as others.
OTHER_FORMS = (
    "\u0340\u0341\u0343\u0344\u0374\u0450\u045d\u0958-\u095f\u09dc\u09dd\u09df\u0a33\u0a36\u0a59-\u0a5b\u0a5e"
    "\u0b5c\u0b5d\u1f71-\u1fff\u2126\u212a\u212b\uf900-\ufb06\ufb13-\ufb17\ufb1d-\ufb4f\ufb50-\ufd3d"
    "\ufd50-\ufdc7\ufe80-\ufefc\uff66-\uffdc"
)
# The same beyond U+FFFF, apart, as a class without them is searched three times as fast.
HIGH_INVISIBLE, HIGH_FORMS = "\U000e0000-\U000e0fff", "\U0001d400-\U0001d7ff\U0002f800-\U0002fa1f"
WITHOUT_STRESS = {0x0450: "е", 0x045D: "и"}
SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
FULL_WIDTH = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
HYPHENS = "\u2010\u2011"
# What most texts are of: letters, signs and marks that stand for themselves whatever is around them.
PLAIN = re.compile(
    "[\\0-\u009f\u00a1-\u00ac\u00ae-\u02ff\u0400-\u044f\u0451-\u045c\u045e-\u0482\u048a-\u052f\u060c\u061b\u061f"
    "\u0621-\u063f\u0641-\u064a\u0660-\u066f\u0671-\u06d3\u2012-\u2027\u2030-\u205e\u20a0-\u20bf\u2116\u2122]*+"
)
LONGEST_KEPT, LONGEST_LETTER = 20_000, 8  # code points of what is kept in caches
FROM_FULL_WIDTH = ord("\uff21") - ord("A")
REPLACED = re.compile(f"[{SPACES}{HYPHENS}{FULL_WIDTH}]")
CHANGED = re.compile(f"[{SPACES}{HYPHENS}{FULL_WIDTH}{INVISIBLE}{MARKS}{OTHER_FORMS}]")
HIGH_CHANGED = re.compile(f"[{HIGH_INVISIBLE}{HIGH_FORMS}]")
HIDDEN = re.compile(f"[{INVISIBLE}{HIGH_INVISIBLE}]+")
DROPPED = re.compile(f"[{MARKS}]+")
FORM = re.compile(f"[{OTHER_FORMS}{HIGH_FORMS}]")
# A letter with all that may belong to it, or a letter of another form.
JOINED = f"{INVISIBLE}{HIGH_INVISIBLE}{MARKS}{JOINING}"
CLUSTER = re.compile(f"[^{JOINED}]?[{JOINED}]+|{FORM.pattern}")


@dataclass(frozen=True)
class Folded:
    """A text to match in: ``text``, and where each of its characters stands in the text as read.

    ``starts`` (n + 1,) and ``ends`` (n,) are code points of the text as read, None where both texts have the
    same places; the last of ``starts`` is the length of the text as read.
    """

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the text as read that ``text[start:end]`` stands for."""
        if self.starts is None:
            return start, end
        first = self.starts[start]
        return first, self.ends[end - 1] if end > start else first

    def folded_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of ``text`` that stands for code points ``start:end`` of the text as read."""
        if self.starts is None:
            return start, end
        first = bisect_right(self.ends, start)
        return first, max(first, bisect_left(self.starts, end, hi=len(self.ends)))


def folded(text: str) -> Folded:
    """``text`` without what is not seen in it or has no meaning of its own.

    Invisible signs go, letters with their marks become one code point (NFC), stress marks, Arabic vowel
    signs and tatweel, and Hebrew points go; full-width letters and digits, ligatures, odd spaces and hyphens
    become plain ones. Line breaks and the case of letters stay. Most texts need none of this and come back
    as they are, after a quick look.
    """
    if text.isascii() or PLAIN.fullmatch(text):
        return Folded(text)
    return _kept(text) if len(text) <= LONGEST_KEPT else _folded(text)


def _folded(text: str) -> Folded:
    if _is_folded(text):
        return Folded(text)
    plain = REPLACED.sub(_replacement, text)
    return Folded(plain) if _is_folded(plain) else _with_map(plain)


# One text is looked at several times in a row.
_kept = lru_cache(maxsize=64)(_folded)


def _is_folded(text: str) -> bool:
    if CHANGED.search(text) or not is_normalized("NFC", text):
        return False
    has_high = len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)
    return not has_high or HIGH_CHANGED.search(text) is None


def _replacement(match: re.Match[str]) -> str:
    sign = match[0]
    if sign >= "\uff10":
        return chr(ord(sign) - FROM_FULL_WIDTH)
    return "-" if sign in HYPHENS else " "


def is_unspaced(sign: str) -> bool:
    """Whether a character belongs to a script that puts no spaces between words."""
    code = ord(sign)
    return code >= UNSPACED_BLOCKS[0][0] and any(first <= code <= last for first, last in UNSPACED_BLOCKS)


class _Places(Sequence[int]):
    """Places in the text as read, kept as stretches: most of a text is as it was read."""

    def __init__(self) -> None:
        self._first: list[int] = []
        self._place: list[int] = []
        self._step: list[int] = []
        self._length = 0

    def add(self, place: int, count: int, step: int) -> None:
        """``count`` more characters, the first at ``place``, each next one ``step`` further."""
        if count:
            self._first.append(self._length)
            self._place.append(place)
            self._step.append(step)
            self._length += count

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> int:  # type: ignore[override]
        index = index + self._length if index < 0 else index
        if not 0 <= index < self._length:
            raise IndexError(index)
        stretch = bisect_right(self._first, index) - 1
        return self._place[stretch] + (index - self._first[stretch]) * self._step[stretch]


def _with_map(text: str) -> Folded:
    pieces: list[str] = []
    starts, ends = _Places(), _Places()
    position = 0
    for match in CLUSTER.finditer(text):
        first, last = match.span()
        pieces.append(text[position:first])
        starts.add(position, first - position, 1)
        ends.add(position + 1, first - position, 1)
        position = last
        letter, end = _known_letter(match[0]) if last - first <= LONGEST_LETTER else _letter(match[0])
        pieces.append(letter)
        starts.add(first, len(letter), 0)
        ends.add(first + end, len(letter), 0)
    pieces.append(text[position:])
    starts.add(position, len(text) + 1 - position, 1)
    ends.add(position + 1, len(text) - position, 1)
    return Folded("".join(pieces), starts, ends)


def _letter(cluster: str) -> tuple[str, int]:
    """The folded letter of a cluster, empty where nothing is seen of it, and where it ends in it."""
    seen = HIDDEN.sub("", cluster)
    base = normalize("NFKC", seen[:1]) if FORM.match(seen) else seen[:1]
    letter = DROPPED.sub("", normalize("NFC", base + seen[1:])).translate(WITHOUT_STRESS)
    end = max((place for place, sign in enumerate(cluster, 1) if not HIDDEN.match(sign)), default=0)
    return letter, end


_known_letter = lru_cache(maxsize=4096)(_letter)
