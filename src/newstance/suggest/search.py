"""Which of many targets each of many texts names.

A shipped target has dozens of names, most of them in languages that a corpus lacks. So the words of the texts
are looked up first: a name is searched for only if its longest word is in the corpus, and a target only in
texts that hold such a word. What is found is what ``TargetNames`` finds.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from newstance.scripts import folded, is_unspaced
from newstance.stance.mentions import Span, TargetNames, search_key
from newstance.suggest.shipped import ShippedTarget

WORD = re.compile(r"\w+")


class TargetSearch:
    """Searches for ``targets`` in texts of which ``texts`` has every word."""

    def __init__(self, targets: Sequence[ShippedTarget], texts: Iterable[str]):
        vocabulary = {word for text in texts for word in words_of(folded(text).text)}
        joined = "\n" + "\n".join(sorted(vocabulary)) + "\n"
        self.names: dict[str, TargetNames] = {}
        self.by_word: dict[str, set[str]] = {}
        for target in targets:
            live = []
            for mention in target.all_mentions:
                words = _holding(joined, _key(mention))
                live += [mention] if words else []
                for word in words:
                    self.by_word.setdefault(word, set()).add(target.name)
            if live:
                exclude = [one for one in target.all_exclude if _holding(joined, _key(one))]
                self.names[target.name] = TargetNames(live, exclude)

    def find(self, view: str) -> dict[str, list[Span]]:
        """Where folded text names each target that it names."""
        candidates: set[str] = set()
        for word in words_of(view):
            candidates |= self.by_word.get(word, set())
        found, key = {}, search_key(view)
        for target in sorted(candidates):
            spans = self.names[target].spans(view, key)
            if spans:
                found[target] = spans
        return found


def words_of(view: str) -> set[str]:
    """The words of folded text, without their case."""
    return {word.casefold() for word in WORD.findall(view)}


def _key(mention: str) -> str:
    """The longest word of ``mention`` as it stands in a list of words, one a line."""
    view = folded(mention).text
    match = max(WORD.finditer(view), key=lambda match: len(match[0]))
    start, end = match.span()
    word = match[0]
    before = "" if view[start - 1 : start] == "*" or is_unspaced(word[0]) else "\n"
    after = "" if view[end : end + 1] == "*" or is_unspaced(word[-1]) else "\n"
    return f"{before}{word.casefold()}{after}"


def _holding(joined: str, key: str) -> list[str]:
    """The lines of ``joined`` that hold ``key``."""
    return list(_lines(joined, key))


def _lines(joined: str, key: str) -> Iterator[str]:
    place = joined.find(key)
    while place >= 0:
        inside = place + (key[0] == "\n")
        end = joined.index("\n", inside)
        yield joined[joined.rindex("\n", 0, inside) + 1 : end]
        place = joined.find(key, end)
