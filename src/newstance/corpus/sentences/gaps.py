"""A place in a line where a sentence may end, and what stands around it.

Everything is looked up when a rule asks for it, and never further than a fixed number of code points away, so
that a line of any length costs the same per place.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from newstance.corpus.sentences.lexicon import Lexicon

BACK = 400  # code points a rule may look back, so that its cost does not grow with the line
MARKS = ".!?…؟۔"
FOREIGN = "。！？｡।॥።။։"
PAIRS = {"»": "«", "«": "»", "“": "„", "”": "“„", '"': '"', "’": "‘", "'": "'", ")": "(", "]": "["}
RIGHT = re.compile(r"([-‐-―]\s*)?([«»“„\"'‘‚‹(\[¿¡]*)([^\W\d_][\w’'-]*|\d+)?")
TOKEN = re.compile(r"(?:[^\W\d_]{1,8}[.-]{1,2}\s?)*[^\W\d_]+(?:['’-][^\W\d_]+)*$")
# A letter, then a vowel sign or a quotation mark: what follows ends a word ("جدًا", "ארה״ב"), no initial.
INSIDE = re.compile("[^\\W\\d_][\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u0900-\u0903\u093a-\u094f\"'’“”״׳]")
CAMEL = re.compile(r"[^\W\d_]{1,2}[A-Z]")


class _lazy:
    """As ``functools.cached_property``, without its lock, which costs more than most of what is kept here."""

    def __init__(self, look_up: Callable[[Any], Any]) -> None:
        self._look_up, self.__doc__ = look_up, look_up.__doc__

    def __get__(self, gap: Any, owner: type) -> Any:
        value = gap.__dict__[self._look_up.__name__] = self._look_up(gap)
        return value


@dataclass
class Gap:
    """A possible boundary of ``line``: the mark at ``mark:stop``, the next word from ``cut`` on.

    ``start`` is where the sentence so far begins; ``in_straight_quotes`` is true where an odd number of
    ``"`` was seen.
    """

    line: str
    start: int
    mark: int
    stop: int
    cut: int
    in_straight_quotes: bool

    @_lazy
    def sign(self) -> str:
        """The mark at the possible boundary."""
        return self.line[self.mark]

    @_lazy
    def closers(self) -> str:
        """What stands between the mark and the space: quotation marks and brackets."""
        return self.line[self.mark : self.stop].lstrip(MARKS + FOREIGN).strip()

    @_lazy
    def head(self) -> str:
        """The sentence so far, without the mark; its end only where it is long."""
        return self.line[max(self.start, self.mark - BACK) : self.mark]

    @_lazy
    def after(self) -> re.Match:
        """What follows, as the pattern of the right side reads it."""
        match = RIGHT.match(self.line, self.cut, self.cut + 60)
        assert match is not None  # every part of the pattern is optional
        return match

    @_lazy
    def word(self) -> str:
        """The next word, without dash, quotation mark or bracket; empty where a symbol follows."""
        return self.after[3] or ""

    @_lazy
    def lower(self) -> bool:
        """Whether the next word is in lower case, as no brand name (iPhone) is."""
        return self.word[:1].islower() and not CAMEL.match(self.word)

    @_lazy
    def token(self) -> str:
        """The abbreviation before the mark: ``т.д`` for ``т. д``; empty after a number or a symbol."""
        match = TOKEN.search(self.line, max(self.start, self.mark - 24), self.mark)
        if match is None:
            return ""
        start = match.start()
        inside = INSIDE.match(self.line, max(0, start - 2), start) if start > 1 else None
        return self.line[start - 2 : self.mark] if inside else "".join(match[0].split())

    @_lazy
    def quoted(self) -> bool:
        """Whether the mark stands inside quotation marks, those opened in an earlier sentence included."""
        low, find = max(0, self.mark - 5 * BACK), self.line.rfind
        last = {sign: find(sign, low, self.mark) for sign in "«»„“”"}
        if self.in_straight_quotes or last["«"] > last["»"]:
            return True
        # “ closes after „ and opens elsewhere
        return last["„"] > max(last["“"], last["”"]) if last["„"] >= 0 else last["“"] > last["”"]

    def opened(self, closer: str) -> int:
        """Where the bracket or quotation mark opens that ``closer`` closes; -1 where it is not near."""
        low = max(0, self.mark - 5 * BACK)
        return max(self.line.rfind(sign, low, self.mark) for sign in PAIRS[closer])

    def starts(self, words: Lexicon) -> bool:
        """Whether the next word often begins a sentence and is no initial."""
        end = self.after.end(3)
        initial = len(self.word) == 1 and self.line[end : end + 1] == "."
        first = re.split("['’]", self.word.lower(), maxsplit=1)[0]
        return not initial and first in words.starters
