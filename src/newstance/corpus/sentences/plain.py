"""The places that need no rule looked up one by one: what ``boundaries.decide`` says of most full stops.

Each answer here is one that the rules give, and a test asks both. Anything unusual is left to them.
"""

from newstance.corpus.sentences.gaps import CAMEL
from newstance.corpus.sentences.lexicon import Lexicon

SIGNS = ".!?؟"
LOOK_BACK = 24  # code points in which the rules look for an abbreviation
MIN_SENTENCE = 8  # code points: before it a full stop may be that of a bullet
MIN_WORD = 6  # letters: a shorter word before a full stop may be an abbreviation that no list has


def decide_plain(line: str, start: int, mark: int, cut: int, words: Lexicon) -> bool | None:
    """Whether a sentence ends at ``mark`` where one mark, then space, then a word says so; else None.

    ``start`` is where the sentence so far begins, ``cut`` where the next word does.
    """
    sign, following = line[mark], line[cut]
    if sign not in SIGNS or not following.isalpha() or not line[mark + 1 : cut].isspace():
        return None
    if following.islower():
        return None if CAMEL.match(line, cut) else False
    if sign != ".":
        return True
    if mark - start < MIN_SENTENCE:
        return None
    before = line[max(start, mark - LOOK_BACK) : mark]
    word = before.split()[-1:]
    if not word or word[0] == before or len(word[0]) < MIN_WORD or not word[0].isalpha():
        return None
    is_plain = not word[0].isupper() and words.last_parts.isdisjoint((word[0], word[0].lower()))
    return True if is_plain else None
