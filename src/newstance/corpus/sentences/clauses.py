"""Clauses of 15 to 35 words out of a run of words that lost its punctuation.

Some outlets are scraped without full stops: a whole article is then one "sentence". Such a run is cut at
the best place in each window: before a capital after a lower-case word, a conjunction, a name that speaks
("Иванов заявил"), after whatever punctuation is left; never between two capitalised words, which may be
one name, and not after a preposition. The cost is linear: words are read in blocks and each gap is scored
once.
"""

import re
from collections.abc import Iterator
from itertools import islice

from newstance.corpus.sentences.lexicon import Lexicon
from newstance.scripts import UNSPACED

LONG = 60  # words; a longer run is no sentence, unless it has punctuation of its own
VERY_LONG = 120  # words; longer than any sentence of a newspaper, whatever its punctuation
FEWEST, BEST, MOST = 15, 25, 35  # words of a clause
BLOCK = 600  # words looked at together, so that memory stays bounded
# Two characters of a script without spaces count as a word; an endless word (base64) is cut.
WORD = re.compile(rf"[{UNSPACED}]{{1,2}}|[^\s{UNSPACED}]{{1,2000}}")
INNER_MARK = re.compile(r"[,;:،؛—–](?=\s)|[，；：、]")
NEVER = -1000.0

Span = tuple[int, int]


def clauses(line: str, start: int, end: int, words: Lexicon) -> Iterator[Span]:
    """``(start, end)`` itself where it is no longer than a sentence, else the spans of its clauses.

    ``start`` and ``end`` are code points of ``line``; the characters between the spans are white space.
    """
    last = _short(line, start, end)
    while not last:
        block = [match.span() for match in islice(WORD.finditer(line, start, end), BLOCK)]
        last = block[-1][1] == end
        if last and not _unpunctuated(line[start:end], len(block)):
            break
        for cut in _cuts(Run(line, block, words), last):
            yield start, block[cut - 1][1]
            start = block[cut][0]
    yield start, end


def _short(line: str, start: int, end: int) -> bool:
    """A quick look that spares most sentences the slow one: few words, none of them endless."""
    if end - start <= 2 * LONG:
        return True
    n_words = len(line[start:end].split(None, LONG))
    return n_words <= LONG and end - start <= 12 * n_words


def _unpunctuated(text: str, n_words: int) -> bool:
    """Whether ``text`` is too long for a sentence with as many commas as it has."""
    if n_words <= LONG:
        return False
    return n_words > VERY_LONG or len(INNER_MARK.findall(text)) < n_words / 30


class Run:
    """The words of a run and how good a place each gap between them is; each gap is scored once."""

    def __init__(self, line: str, block: list[Span], words: Lexicon) -> None:
        self.words = words
        self.texts = [line[start:end] for start, end in block]
        capitals = sum(text[0].isupper() for text in self.texts) / len(block)
        self.names_shown = capitals < 0.6  # above it a headline in capitals: they show no names
        self.capitals_tell = capitals < 0.22  # above it German nouns: a capital starts no sentence

    def score(self, i: int) -> float:
        """How good a cut before word ``i`` is; ``NEVER`` inside a name."""
        before, word = self.texts[i - 1], self.texts[i].lstrip("«„“\"'(")
        if not word or not word[0].isalnum():
            return NEVER
        mark = before.rstrip("»”“\"')")[-1:]
        if not mark or mark not in ".!?…,;:،؛—–-，；：、":
            if self._inside_name(before, word):
                return NEVER
            mark = ""
        # A full stop here is one of a text without capitals, or of an abbreviation.
        ended = (mark and mark in "!?…") or (mark == "." and len(before) > 5 and word[0].islower())
        score = 8.0 if ended else 0.0 if mark == "." else 5.0 if mark else 0.0
        return score + self._capital(i, before, word) + self._link(before.lower(), word.lower())

    def _inside_name(self, before: str, word: str) -> bool:
        cased = self.names_shown and (before[0].isupper() or word[0].isupper())
        if cased and before[0].isupper() and word[0].isupper():
            return True
        particle = before.lower() in self.words.particles or word.lower() in self.words.particles
        return particle and (cased or not word[0].islower())

    def _capital(self, i: int, before: str, word: str) -> float:
        if not word[0].isupper() or before[0].isupper() or not self.names_shown:
            return 0.0
        score = 5.0 if word.lower() in self.words.starters else 4.0 if self.capitals_tell else 0.0
        titles = self.words.titles
        if titles and any(text.lower().startswith(titles) for text in self.texts[max(0, i - 2) : i]):
            return -4.0  # "глава ведомства Сергей Лавров" stays together
        speech = self.words.speech
        speaks = speech and any(text.startswith(speech) for text in self.texts[i + 1 : i + 7])
        return score + (4.0 if speaks else 0.0)

    def _link(self, before: str, word: str) -> float:
        words = self.words
        score = -6.0 if before in words.clinging else -3.0 if before[-1].isdigit() else 0.0
        if word in words.links:
            score += 2.0 if word in words.clinging else 3.0
        caseless = not word[0].islower()
        if caseless and words.speech and word.startswith(words.speech):
            return score + 4.0  # the verb opens an Arabic clause
        return score + (2.0 if word[0] == "و" and len(word) > 3 else 0.0)


def _cuts(run: Run, last: bool) -> Iterator[int]:
    """Indices of the words before which the run is cut; the rest of a block that is not the last stays."""
    begin, n_words = 0, len(run.texts)
    while n_words - begin > (MOST if last else LONG):
        far = min(begin + MOST, n_words - FEWEST)
        window = range(begin + FEWEST, far + 1)
        scores = {i: run.score(i) - abs(i - begin - BEST) / 10 for i in window}
        best = max(scores, key=scores.__getitem__)
        if scores[best] < NEVER / 2:  # a very long run of capitals: the first place after it
            best = next((i for i in range(far, n_words) if run.score(i) > NEVER), best)
        yield best
        begin = best
