"""Texts as numbers of their words: cut into words, runs and sentences, all texts of a language at once.

What a word is, ``themes.words`` says; here is found where it stands, which tells whether its capitals mean
something. A text is read once, and each distinct word is looked at once.
"""

import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from newstance.themes.words import NO_WORD, Kind, Word, forms_of, naming_of, word_of

WORD = r"(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:[-'’ʼ][^\W_]+)*"
END = r"[.!?…。！？\n:;“«„]+"
GAP = r"\d[\w.,]*|[^\w\s]|_"
PIECE = re.compile(f"{WORD}|{END}|{GAP}")
IS_WORD, IS_END = re.compile(WORD), re.compile(END)
# From this share of capitals on, a sentence is a heading in which capitals tell nothing.
HEADING = 0.6
FEWEST_IN_HEADING = 4
LONG_IN_HEADING = 4
BREAK = 0  # the number that stands between runs of words


class Written(NamedTuple):
    """Texts as numbers of their words. ``words`` are the distinct ones in the order in which they first come;
    ``numbers`` (n_tokens,) are their places in it, 0 (BREAK) between two runs, which is more than spaces;
    ``text_rows`` (n_tokens,) the text of each."""

    words: list[Word]
    numbers: np.ndarray
    text_rows: np.ndarray


class _Forms(dict[str, tuple[int, ...]]):
    """Tokens of each piece of a text: numbers of ``forms``, the words as they are written, or ``GAP`` or
    ``END``, which part runs and sentences."""

    GAP, END = 0, 1

    def __init__(self, lang: str):
        super().__init__()
        self.forms: list[str] = ["", ""]
        self._lang = lang
        self._numbers: dict[str, int] = {}

    def __missing__(self, piece: str) -> tuple[int, ...]:
        if IS_WORD.match(piece):
            forms, parted = forms_of(piece, self._lang)
            tokens = tuple(self._number(form) for form in forms) + (self.GAP,) * parted
        else:
            tokens = (self.END if IS_END.match(piece) else self.GAP,)
        self[piece] = tokens
        return tokens

    def _number(self, form: str) -> int:
        number = self._numbers.setdefault(form, len(self.forms))
        if number == len(self.forms):
            self.forms.append(form)
        return number

    def that(self, holds: Any) -> np.ndarray:
        """For which forms ``holds``, (n_forms,)."""
        return np.array([False, False, *map(holds, self.forms[2:])])


def runs_of(text: str, lang: str) -> Iterator[list[Word]]:
    """Runs of words of ``text`` that nothing parts but spaces; a phrase lies in one run."""
    words, numbers, _ = read_words([text], lang)
    for run in np.split(numbers, np.flatnonzero(numbers == BREAK)):
        if run.any():
            yield [words[number] for number in run if number != BREAK]


def read_words(texts: Iterable[str], lang: str) -> Written:
    """The words of ``texts`` in the language ``lang``; each text ends with a break."""
    table, tokens, ends = _Forms(lang), array("i"), []
    for text in texts:
        tokens.extend(chain.from_iterable(map(table.__getitem__, PIECE.findall(text))))
        tokens.append(table.END)
        ends.append(len(tokens))
    forms = np.frombuffer(tokens, dtype=np.int32) if ends else np.zeros(0, dtype=np.int32)
    words, numbers = _numbered(forms, *_seen_as(forms, table, lang), table, lang)
    return Written(words, numbers, np.repeat(np.arange(len(ends)), np.diff([0, *ends])))


def _seen_as(forms: np.ndarray, table: _Forms, lang: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each token (n_tokens,): whether its capitals can be trusted, whether a word with a capital is beside
    it then, and whether its sentence is written in capitals."""
    sentence = np.cumsum(forms == table.END)
    is_word = forms > table.END
    capital = table.that(lambda form: form[0].isupper())[forms]
    shouted = _share(sentence, table.that(str.isupper)[forms], is_word) > HEADING
    first = np.zeros(len(forms), dtype=bool)
    places = np.flatnonzero(is_word)
    first[places[np.unique(sentence[places], return_index=True)[1]]] = True
    inside = is_word & ~first & ~_is_heading(sentence, capital, table, forms, lang)
    beside = np.zeros(len(forms), dtype=bool)
    beside[1:] = capital[:-1]
    beside[:-1] |= capital[1:]
    return inside, inside & beside, shouted[sentence]


def _share(sentence: np.ndarray, some: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Share of the tokens ``of`` that are ``some`` too, in each sentence (n_sentences,); 0 without any."""
    n_sentences = int(sentence.max(initial=0)) + 1
    n_of = np.bincount(sentence, of, n_sentences)
    return np.bincount(sentence, some & of, n_sentences) / np.maximum(n_of, 1)


def _is_heading(
    sentence: np.ndarray, capital: np.ndarray, table: _Forms, forms: np.ndarray, lang: str
) -> np.ndarray:
    """Whether each token is in a sentence in which most longer words have capitals, as in titles; German
    nouns have them anyway."""
    if lang == "de":
        return np.zeros(len(forms), dtype=bool)
    longer = table.that(lambda form: len(form) >= LONG_IN_HEADING)[forms]
    enough = np.bincount(sentence, longer) >= FEWEST_IN_HEADING
    heading: np.ndarray = (enough & (_share(sentence, capital, longer) > HEADING))[sentence]
    return heading


def _numbered(
    forms: np.ndarray, inside: np.ndarray, in_name: np.ndarray, shouted: np.ndarray, table: _Forms, lang: str
) -> tuple[list[Word], np.ndarray]:
    """The distinct words, and the number of each token among them; barred words and verbs are breaks."""
    seen = ((forms.astype(np.int64) * 2 + inside) * 2 + in_name) * 2 + shouted
    seen[forms <= table.END] = 0
    distinct, of = _by_first(seen)
    as_words = [
        word_of(table.forms[one >> 3], lang, bool(one & 4), bool(one & 2), bool(one & 1)) if one else NO_WORD
        for one in distinct.tolist()
    ]
    kinds = np.array([word.kind for word in as_words], dtype=np.int8)[of]
    kept = (kinds != Kind.BARRED) & ~_is_verb(forms, kinds, table, lang)
    numbers: dict[Word, int] = {NO_WORD: BREAK}
    distinct, of = _by_first(np.where(kept, of, -1))
    number = [BREAK if one < 0 else numbers.setdefault(as_words[one], len(numbers)) for one in distinct]
    return list(numbers), np.array(number, dtype=np.int32)[of]


def _by_first(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct ``values`` (n,) in the order in which they first come, and the place of each among them."""
    distinct, first, of = np.unique(values, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order))
    return distinct[order], place[of]


def _is_verb(forms: np.ndarray, kinds: np.ndarray, table: _Forms, lang: str) -> np.ndarray:
    """Whether an article follows a small word that is not a preposition or the like: "nannte die Amerikaner".
    Known of languages whose nouns have capitals."""
    articles = naming_of(lang).get("articles", ())
    if not articles:
        return np.zeros(len(forms), dtype=bool)
    follows = np.append(table.that(lambda form: form in articles)[forms][1:], False)[: len(forms)]
    is_verb: np.ndarray = (kinds == Kind.CONTENT) & table.that(str.islower)[forms] & follows
    return is_verb
