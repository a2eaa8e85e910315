"""Text read as tokens with numpy alone, by the rules of ``spelling``: the ids that the tokenizers library
gives for the same ``tokenizer.json``, without its start-up and several times as fast.

The library takes half a second for a file of 290,000 tokens and runs a regular expression for each rule over
each text. Here the characters of many texts are looked up in one array, words seen before in a dictionary.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from unicodedata import normalize

import numpy as np

from newstance.embed import spelling
from newstance.embed.tokens import OPENING, Tokens

N_CODES = 0x110000
VOCABULARY, END = b'"vocab":{', b"}}}"
WORDS_KEPT = 100_000
_SAME = {ord(other): one for one, others in spelling.SAME.items() for other in others}
# What a character is; a run of one kind is a word.
OUTSIDE, LETTER, DIGIT, UNSPACED = range(4)


@dataclass(frozen=True)
class Ragged:
    """Token ids of many texts in one array; text i is ``ids[starts[i]:starts[i + 1]]``."""

    ids: np.ndarray
    starts: np.ndarray

    def take(self, rows: np.ndarray) -> "Ragged":
        """The texts ``rows``, in that order."""
        begin, lengths = self.starts[rows], np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        return Ragged(self.ids[np.repeat(begin, lengths) + within], starts)


class Reader:
    """Reads with a ``vocabulary`` of tokens in UTF-8, which has all of ``characters`` and the mark of a
    word's start; its ids are less than ``n_ids``."""

    def __init__(self, vocabulary: dict[bytes, int], n_ids: int, characters: Collection[str]):
        self.n_ids = n_ids
        self._words = _Words(vocabulary, spelling.article(characters))
        self._kinds = _kinds(characters)

    @classmethod
    def of(cls, vocabulary: Mapping[str, int]) -> "Reader":
        """The reader of a ``vocabulary`` of tokens and ids, all characters of which are tokens."""
        coded = {token.encode(): place for token, place in vocabulary.items()}
        return cls(coded, max(vocabulary.values()) + 1, spelling.characters_of(vocabulary))

    @classmethod
    def from_json(cls, content: bytes) -> "Reader | None":
        """The reader of a ``tokenizer.json``, None if it goes by other rules or is no such file."""
        head, found, rest = content.partition(VOCABULARY)
        body, _, tail = rest.rpartition(END)
        vocabulary = Tokens.of(body) if found and not tail.strip() else None
        if vocabulary is None or vocabulary.find(spelling.START.encode()) is None:
            return None
        try:
            characters = spelling.characters_of(vocabulary.characters())
            wanted = spelling.rules(characters) | {"model": spelling.model({})}
            ours = bool(characters) and json.loads(head + VOCABULARY + END) == wanted
        except ValueError:
            return None
        return cls(vocabulary, vocabulary.n_tokens, characters) if ours else None

    def read(self, texts: Sequence[str]) -> Ragged:
        """Token ids of ``texts``."""
        text, codes = _spelt("\n".join([one.replace("\n", " ") for one in texts]))
        kinds = self._kinds[codes]
        edges = np.flatnonzero(np.diff(kinds, prepend=OUTSIDE, append=OUTSIDE))
        starts, stops = edges[:-1], edges[1:]
        inside = kinds[starts] != OUTSIDE
        starts, stops = starts[inside], stops[inside]
        known = self._words
        found = [known[text[start:stop]] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]
        sizes = np.fromiter(map(len, found), np.int64, len(found))
        ids = np.fromiter(chain.from_iterable(found), np.int32, int(sizes.sum()))
        known.forget()
        ends = np.append(np.flatnonzero(codes == ord("\n")), len(codes))[: len(texts)]
        totals = np.concatenate([[0], np.cumsum(sizes)])
        return Ragged(ids, np.concatenate([[0], totals[np.searchsorted(starts, ends)]]))

    def token_spans(self, text: str) -> list[tuple[int, int, int]]:
        """Id, start and end (code points) of each token of a ``text`` in a script without spaces; empty where
        places cannot be told. A token that is but the mark of a word's start has no length."""
        spelt, codes = _spelt(text)
        lengths = [len(_spelt(sign)[1]) for sign in text]
        kinds = self._kinds[codes]
        if sum(lengths) != len(spelt) or (kinds == LETTER).any():
            return []
        origin = [place for place, length in enumerate(lengths) for _ in range(length)]
        edges = np.flatnonzero(np.diff(kinds, prepend=OUTSIDE, append=OUTSIDE)).tolist()
        runs = [(start, stop) for start, stop in pairwise(edges) if kinds[start] != OUTSIDE]
        found = [(start, one) for start, stop in runs for one in self._words.cut(spelt[start:stop])]
        return [
            (
                token,
                origin[start + first],
                origin[start + last - 1] + 1 if last > first else origin[start + first],
            )
            for start, (token, first, last) in found
        ]


class LibraryReader:
    """Reads by any other ``tokenizer.json``, through the tokenizers library."""

    def __init__(self, content: str):
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_str(content)
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        # Ids may have gaps, so the largest one decides.
        self.n_ids = max(self.tokenizer.get_vocab().values(), default=-1) + 1

    def read(self, texts: Sequence[str]) -> Ragged:
        """Token ids of ``texts``."""
        found = self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        ids = [np.asarray(one.ids, dtype=np.int32) for one in found]
        starts = np.concatenate([[0], np.cumsum([len(one) for one in ids], dtype=np.int64)])
        return Ragged(np.concatenate([np.zeros(0, np.int32), *ids]), starts)


def open_reader(path: Path) -> Reader | LibraryReader:
    """The reader of the file ``tokenizer.json`` at ``path``; raises ``ValueError`` if it is none."""
    content = path.read_bytes()
    try:
        return Reader.from_json(content) or LibraryReader(content.decode("utf-8"))
    except Exception as error:  # the library has no class of its own for this
        raise ValueError(f"{path}: is no tokenizer: {error}. Copy the encoder anew.") from error


class _Words(dict[str, tuple[int, ...]]):
    """The tokens of each word that was read."""

    def __init__(self, vocabulary: dict[bytes, int], article: str):
        super().__init__()
        self.vocabulary = vocabulary
        self.open = vocabulary.open if isinstance(vocabulary, Tokens) else None
        self.article = re.compile(article)

    def __missing__(self, word: str) -> tuple[int, ...]:
        spelt = self.article.sub("", word).translate(_SAME)
        parts = range(0, len(spelt), spelling.LONGEST_READ)
        words = [spelling.START + spelt[part : part + spelling.LONGEST_READ] for part in parts]
        ids = tuple(token for one in words for token, _ in self._cut(one.encode()))
        if len(word) <= spelling.LONGEST_READ:  # longer ones are seldom words, and seldom come again
            self[word] = ids
        return ids

    def cut(self, word: str) -> Iterator[tuple[int, int, int]]:
        """Token, start and end of each token of a spelt ``word`` without an article, in its characters."""
        for part in range(0, len(word), spelling.LONGEST_READ):
            coded = (spelling.START + word[part : part + spelling.LONGEST_READ]).encode()
            start = part
            for token, stop in self._cut(coded):
                end = part + len(coded[:stop].decode()) - len(spelling.START)
                yield token, start, end
                start = end

    def _cut(self, word: bytes) -> Iterator[tuple[int, int]]:
        """The longest token that begins ``word`` and where it stops, the longest that begins the rest, and so
        on; what ends inside of a character is no token."""
        place = 0
        while place < len(word):
            if self.open:
                self.open(word[place : place + OPENING])
            for stop in range(len(word), place, -1):
                token = self.vocabulary.get(word[place:stop])
                if token is not None:
                    yield token, stop
                    place = stop
                    break

    def forget(self) -> None:
        """Nothing of many texts is kept for ever."""
        if len(self) > WORDS_KEPT:
            self.clear()


def _spelt(text: str) -> tuple[str, np.ndarray]:
    """``text`` by the rules that reach beyond a word, and its codes (n,)."""
    # the library lowers each letter for itself, so a sigma at the end is no other letter
    codes = _codes(normalize("NFKC", text).replace("Σ", "σ").lower())
    traits = _traits()[codes]
    kept = traits != _DROPPED
    codes, traits = codes[kept], traits[kept]
    letters = traits == _CYRILLIC
    inner = (traits[1:-1] == _APOSTROPHE) & letters[:-2] & letters[2:]
    codes = np.delete(codes, np.flatnonzero(inner) + 1)
    return codes.tobytes().decode("utf-32-le"), codes


_PLAIN, _DROPPED, _CYRILLIC, _APOSTROPHE = range(4)


@cache
def _traits() -> np.ndarray:
    """What each character is to the rules that reach beyond a word, (N_CODES,)."""
    traits = np.full(N_CODES, _PLAIN, dtype=np.uint8)
    for trait, characters in (
        (_CYRILLIC, spelling.CYRILLIC + spelling.SAME["е"]),
        (_APOSTROPHE, spelling.APOSTROPHES),
        (_DROPPED, spelling.DROPPED),
    ):
        for first, last in spelling.spans(characters):
            traits[first : last + 1] = trait
    return traits


def _kinds(characters: Iterable[str]) -> np.ndarray:
    """The kind of each character, (N_CODES,): of those read as one of ``characters``, others are outside."""
    kinds = np.full(N_CODES, OUTSIDE, dtype=np.uint8)
    kinds[[ord(one) for one in characters]] = LETTER
    for one, others in spelling.SAME.items():
        kinds[[ord(other) for other in others]] = kinds[ord(one)]
    for kind, inside in ((DIGIT, spelling.DIGITS), (UNSPACED, spelling.UNSPACED)):
        for first, last in spelling.spans(inside):
            own = kinds[first : last + 1]
            own[own != OUTSIDE] = kind
    return kinds


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
