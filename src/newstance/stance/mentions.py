"""Where a sentence is about a target: its names and words, found as the codebook gives them.

Matching looks at the folded view of a text (``newstance.scripts``), so that soft hyphens, accents written
apart, vowel signs and full-width letters hide nothing. Spans are code points of the text as read.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from newstance.scripts import folded, is_unspaced

Span = tuple[int, int]

STARS = re.compile(r"\*+")
SPACE = re.compile(r"\s+")
APOSTROPHES = "'’ʼ‘`´"
BY_NAME = "name"
LITERAL = re.compile(rf"[^*\s{APOSTROPHES}]+")
# A letter that `re` takes for an "i" in any case, and the dot that a capital one leaves.
DOTLESS, DOT = "ı", "\u0307"
MOST_LETTERS = 20  # that a star takes where no space ends a word
MOST_IN_A_TEXT = 20  # mentions of one target in one text that are read
MOST_LISTED = 10
WORDS_KEPT, LONGEST_KEPT = 100_000, 64


class Mention(NamedTuple):
    """Target ``target`` named at ``start:end`` (code points) of text ``row``; both None where it has no name.

    ``mention`` numbers the mentions of one target in one text, from 0; ``found_by`` tells how it was found.
    """

    row: int
    target: str
    mention: int
    start: int | None
    end: int | None
    found_by: str = BY_NAME

    @property
    def span(self) -> Span | None:
        """``start`` and ``end``; None where the text speaks of the target without naming it."""
        return None if self.start is None or self.end is None else (self.start, self.end)


@cache
def mention_pattern(mention: str) -> re.Pattern[str]:
    """The expression for one mention, to be searched in folded text.

    A mention is whole words in any case; ``*`` is any letters within one word, wherever it stands. Scripts
    that put no spaces between words have no whole words: there a mention is found anywhere. Written in
    capitals of at most four letters ("US", "ЕС"), a mention must stand so, as "us" is another word.

    The time is linear in the length of the text: the letters that ``*`` takes are never tried twice, because
    the first place where the next part of the mention fits is always good enough; where a mention may begin
    inside a word, they are at most ``MOST_LETTERS``.

    Raises ``ValueError`` for a mention in which nothing is seen.
    """
    core = _without_idle_stars(folded(mention).text.strip())
    if not core:
        raise ValueError(f"the mention {mention!r} names nothing; give a name or word, or leave it out")
    words = [_word(word) for word in SPACE.split(core)]
    body = r"\s++".join(words)
    return re.compile(body if mention.isupper() and len(mention) <= 4 else f"(?i:{body})")


def _without_idle_stars(mention: str) -> str:
    """``mention`` without outer stars where no space ends a word: there they say nothing."""
    core = mention.strip("*")
    if core and is_unspaced(core[0]):
        mention = mention.lstrip("*")
    return mention.rstrip("*") if core and is_unspaced(core[-1]) else mention


def _word(word: str) -> str:
    """The expression for one word of a mention."""
    first, *parts = STARS.split(word)
    if parts and not first and not any(parts):
        return r"(?<!\w)\w++"  # a star alone is a whole word
    is_inside = is_unspaced(word[0])  # then a match may begin at each letter of a word, however long
    out = _letters(first) if is_inside else rf"(?<!\w){_letters(first)}"
    for number, part in enumerate(parts, 1):
        some = rf"\w{{0,{MOST_LETTERS}}}" if is_inside or (part and is_unspaced(part[-1])) else r"\w*"
        if not part:
            out += f"{some}+"
        elif number == len(parts) and not is_unspaced(part[-1]):
            out += f"{some}{_letters(part)}"  # the word ends here, so the last place that fits is right
        else:
            out += f"(?>{some}?{_letters(part)})"
    return out if word[-1] == "*" or is_unspaced(word[-1]) else rf"{out}(?!\w)"


def _letters(part: str) -> str:
    return "".join(f"[{APOSTROPHES}]" if sign in APOSTROPHES else re.escape(sign) for sign in part)


@lru_cache(maxsize=1024)
def target_names(mentions: tuple[str, ...], exclude: tuple[str, ...]) -> "TargetNames":
    """The names of one target; those of a model are asked for with each text."""
    return TargetNames(mentions, exclude)


class TargetNames:
    """What one target is called, and the phrases that hold such a name and mean something else."""

    def __init__(self, mentions: Iterable[str], exclude: Iterable[str] = ()):
        self.patterns = [(literal_of(mention), mention_pattern(mention)) for mention in mentions]
        self.excluded = [(literal_of(phrase), mention_pattern(phrase)) for phrase in exclude]

    def spans(self, text: str, key: str | None = None) -> list[Span]:
        """Where folded ``text`` names the target, in order, at most ``MOST_IN_A_TEXT`` places; of names that
        overlap, the longest. ``key`` is that of the text, where it is known."""
        key = search_key(text) if key is None else key
        patterns = [pattern for literal, pattern in self.patterns if literal in key]
        if not patterns:
            return []
        found = {match.span() for pattern in patterns for match in pattern.finditer(text)}
        taken = bytearray(len(text))  # 1 for each character of a name that is kept or excluded
        for literal, pattern in self.excluded:
            if literal in key:
                for match in pattern.finditer(text):
                    _take(taken, match.span())
        kept: list[Span] = []
        for span in sorted(found, key=lambda span: (span[0] - span[1], span)):
            if taken.find(1, *span) < 0:
                _take(taken, span)
                kept.append(span)
        return sorted(kept)[:MOST_IN_A_TEXT]


def search_key(text: str) -> str:
    """``text`` with all letters alike that a search in any case takes for the same."""
    return text.casefold().replace(DOTLESS, "i").replace(DOT, "")


@cache
def literal_of(mention: str) -> str:
    """The longest part of a mention that stands in every text it is found in, as in their ``search_key``: a
    quick look for it spares the slower expression."""
    return search_key(max(LITERAL.findall(folded(mention).text), key=len, default=""))


def _take(taken: bytearray, span: Span) -> None:
    taken[span[0] : span[1]] = b"\1" * (span[1] - span[0])


@lru_cache(maxsize=64)
def _all_names(targets: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]) -> "_AllNames":
    return _AllNames(targets)


class _AllNames(dict[str, int]):
    """The names of several targets. For each word of a ``search_key``, spaces around it, which targets may be
    named in a text that has it, as bits: most words name none, and come again in other texts."""

    def __init__(self, targets: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]):
        super().__init__()
        self.targets = [(target, target_names(mentions, exclude)) for target, mentions, exclude in targets]
        self.bits: dict[str, int] = {}
        for place, (_, names) in enumerate(self.targets):
            for literal, _ in names.patterns:
                self.bits[literal] = self.bits.get(literal, 0) | 1 << place
        self.always = self.bits.pop("", 0)

    def __missing__(self, word: str) -> int:
        found = 0
        for literal, bits in self.bits.items():
            if literal in word:
                found |= bits
        if len(word) <= LONGEST_KEPT:
            self[word] = found
        return found

    def may_be_in(self, key: str) -> Iterator[tuple[str, "TargetNames"]]:
        """The targets that a text of this ``key`` may name, in order; a literal has no space in it."""
        found = self.always
        for bits in set(map(self.__getitem__, key.split())):
            found |= bits
        return (one for place, one in enumerate(self.targets) if found >> place & 1)

    def forget(self) -> None:
        """Nothing of many texts is kept for ever."""
        if len(self) > WORDS_KEPT:
            self.clear()


def find_mentions(
    texts: Iterable[str],
    targets: Mapping[str, Iterable[str]],
    exclude: Mapping[str, Iterable[str]] | None = None,
) -> list[Mention]:
    """Every mention of each target in each text, in the order of the texts, the targets, and their places.

    ``targets`` holds the mentions of each target, ``exclude`` the phrases that are none: a name that
    overlaps such a phrase is left out.
    """
    exclude = exclude or {}
    names = _all_names(
        tuple(
            (target, tuple(mentions), tuple(exclude.get(target, ()))) for target, mentions in targets.items()
        )
    )
    found = []
    for row, text in enumerate(texts):
        view = folded(text)
        key = search_key(view.text)
        for target, its_names in names.may_be_in(key):
            for number, span in enumerate(its_names.spans(view.text, key)):
                found.append(Mention(row, target, number, *view.span(*span)))
    names.forget()
    return found


def unused_mentions(
    found: Iterable[tuple[str, str]], targets: Mapping[str, Sequence[str]], texts_read: Iterable[str]
) -> list[str]:
    """A note for each target that has mentions which occur nowhere, though some of ``texts_read`` are written
    in their alphabet.

    ``found`` holds target and text of the mentions that were found; ``targets`` the mentions of the
    codebook. At most ten mentions are listed for a target.
    """
    texts: dict[str, set[str]] = {target: set() for target in targets}
    for target, text in found:
        texts[target].add(folded(text).text)
    alphabets = {name for text in texts_read for name in _alphabets(text)}
    notes = []
    for target, mentions in targets.items():
        unused = [
            one
            for one in mentions
            if _alphabets(one) <= alphabets and not any(map(mention_pattern(one).search, texts[target]))
        ]
        if unused:
            more = f" and {len(unused) - MOST_LISTED} more" if len(unused) > MOST_LISTED else ""
            notes.append(
                f"target {target!r}: {len(unused)} of its {len(mentions)} mentions occur in no sentence: "
                f"{', '.join(unused[:MOST_LISTED])}{more}"
            )
    return notes


def _alphabets(text: str) -> set[str]:
    """Alphabets of the letters of ``text``, by their names in Unicode: LATIN, CYRILLIC, ARABIC."""
    return {unicodedata.name(sign, "").partition(" ")[0] for sign in set(text) if sign.isalpha()}
