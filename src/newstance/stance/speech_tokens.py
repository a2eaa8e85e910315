"""The words of a sentence, with what stands in quotation marks as one token."""

import re
from enum import Enum
from typing import NamedTuple

STRAIGHT = '"'
PAIRS = {"«": "»", "»": "«", "„": "“”", "“": "”", '"': '"', "‘": "’"}
OPENING = re.compile(f"[{''.join(PAIRS)}]")
MOST_NAME_WORDS = 5  # a name in quotation marks has no more
FEWEST_QUOTED_WORDS = 2  # one word in quotation marks is no speech
FEWEST_ALONE = 5  # words that are speech though nobody is said to speak
TOKEN = re.compile(
    r"(?:[^\W\d_]\.-?){1,3}(?=\s*\w)|\b(?:Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Lt|Col|St|Prof)\."
    r"|[^\W_]+(?:[-'’ʼ.&/][^\W_]+)*|--|[^\w\s]"
)
WORD = re.compile(r"[^\W_]+")


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    MARK = "mark"
    QUOTE = "quote"


class Token(NamedTuple):
    """One word, mark or quotation; ``start`` and ``end`` are code points of the sentence, ``low`` is the text
    in lower case."""

    text: str
    start: int
    end: int
    kind: Kind
    low: str

    @classmethod
    def of(cls, text: str, start: int, end: int, kind: Kind) -> "Token":
        """The token with its text in lower case."""
        return cls(text, start, end, kind, text.lower())

    @property
    def is_capital(self) -> bool:
        """Whether the first letter is a capital; a quoted name counts, as does a Latin letter's."""
        letters = self.text.lstrip('«„“»"‘')
        return bool(letters) and letters[0].isupper()


class Sentence(NamedTuple):
    """The tokens, and the words of the longest passage in quotation marks that is no name."""

    tokens: list[Token]
    n_quoted: int


def read_sentence(text: str, is_open: bool = False) -> Sentence:
    """The tokens of ``text``; ``is_open`` where a quotation began in a sentence before and has not ended."""
    tokens: list[Token] = []
    position = 0
    passages = _passages(text, is_open)
    for passage in passages:
        tokens += _words(text, position, passage.start)
        tokens.append(passage)
        position = passage.end
    return Sentence(tokens + _words(text, position, len(text)), _most_words(passages))


def n_quoted_words(text: str, is_open: bool = False) -> int:
    """``n_quoted`` of the sentence, without reading its words."""
    return _most_words(_passages(text, is_open))


def _passages(text: str, is_open: bool) -> list[Token]:
    """What stands in quotation marks: names are words."""
    found = []
    for start, end, closed in _quotations(text, is_open):
        is_name = closed and _is_name(text[start:end], text[:start], text[end:])
        found.append(Token.of(text[start:end], start, end, Kind.WORD if is_name else Kind.QUOTE))
    return found


def _most_words(passages: list[Token]) -> int:
    return max((len(WORD.findall(one.text)) for one in passages if one.kind is Kind.QUOTE), default=0)


def stays_open(text: str, is_open: bool = False) -> bool:
    """Whether a quotation goes on after ``text``; as ``read_sentence``, without reading its words."""
    found = _quotations(text, is_open)
    return bool(found) and not found[-1][2]


def _words(text: str, start: int, end: int) -> list[Token]:
    return [
        Token.of(word := match[0], *match.span(), Kind.WORD if word[0].isalnum() else Kind.MARK)
        for match in TOKEN.finditer(text, start, end)
    ]


def _quotations(text: str, is_open: bool) -> list[tuple[int, int, bool]]:
    """Start, end and whether it ends here, of each passage in quotation marks, the marks included."""
    found = []
    position = 0
    if is_open:
        end = min((at for sign in '»”"“' if (at := text.find(sign)) >= 0), default=-1)
        if end < 0:
            return [(0, len(text), False)]
        found.append((0, end + 1, True))
        position = end + 1
    while (start := _next_opening(text, position)) >= 0:
        end = _closing(text, start)
        if end < 0:
            found.append((start, len(text), False))
            break
        found.append((start, end + 1, True))
        position = end + 1
    return found


def _next_opening(text: str, position: int) -> int:
    for match in OPENING.finditer(text, position):
        at = match.start()
        if (at == 0 or not text[at - 1].isalnum()) and text[at + 1 : at + 2].strip():
            return at
    return -1


def _closing(text: str, start: int) -> int:
    opening = text[start]
    ends = PAIRS[opening]
    depth = 0
    for at in range(start + 1, len(text)):
        sign = text[at]
        if opening == STRAIGHT == sign and not text[at - 1].isalnum() and text[at + 1 : at + 2].isalnum():
            depth += 1
        elif sign in ends and not (sign == "’" and text[at + 1 : at + 2].isalnum()):
            if not depth:
                return at
            depth -= 1
        elif sign == opening and opening in "«„":
            depth += 1
    return -1


def _is_name(passage: str, before: str, after: str) -> bool:
    """Whether a passage in quotation marks is a name: few words, a capital first, no stop or comma in it."""
    words = WORD.findall(passage)
    inner = passage[1:-1].strip()
    if not words or len(words) > MOST_NAME_WORDS or inner[-1:] in ".,!?;…" or "," in inner:
        return False
    stands_alone = before.rstrip()[-1:] in ("", ":", "-", "–", "—")
    is_speech = stands_alone and (len(words) > 2 or after.lstrip()[:1] in (",", "-", "–", "—"))
    return inner[:1].isupper() and not is_speech
