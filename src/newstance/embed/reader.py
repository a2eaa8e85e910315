"""Text read as tokens with numpy alone, by the rules of ``spelling``: the ids that the tokenizers library
gives for the same ``tokenizer.json``, without its start-up and several times as fast.

The library takes half a second for a file of 290,000 tokens and runs a regular expression for each rule over
each text. Here the characters of many texts are looked up in one array, words seen before in a dictionary.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from unicodedata import normalize

import numpy as np

from newstance.embed import spelling

N_CODES = 0x110000
VOCABULARY, END = b'"vocab":{', b"}}}"
WORDS_KEPT = 100_000
OPENING = 4  # bytes by which tokens are found
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
        vocabulary = _Vocabulary.of(body) if found and not tail.strip() else None
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
        self.open = vocabulary.open if isinstance(vocabulary, _Vocabulary) else None
        self.article = re.compile(article)

    def __missing__(self, word: str) -> tuple[int, ...]:
        spelt = self.article.sub("", word).translate(_SAME)
        parts = range(0, len(spelt), spelling.LONGEST_READ)
        words = [spelling.START + spelt[part : part + spelling.LONGEST_READ] for part in parts]
        ids = tuple(chain.from_iterable(self._cut(one.encode()) for one in words))
        if len(word) <= spelling.LONGEST_READ:  # longer ones are seldom words, and seldom come again
            self[word] = ids
        return ids

    def _cut(self, word: bytes) -> Iterable[int]:
        """The longest token that begins ``word``, the longest that begins the rest, and so on; what ends
        inside of a character is no token."""
        place = 0
        while place < len(word):
            if self.open:
                self.open(word[place : place + OPENING])
            for stop in range(len(word), place, -1):
                token = self.vocabulary.get(word[place:stop])
                if token is not None:
                    yield token
                    place = stop
                    break

    def forget(self) -> None:
        """Nothing of many texts is kept for ever."""
        if len(self) > WORDS_KEPT:
            self.clear()


class _Vocabulary(dict[bytes, int]):
    """Tokens and ids of the inside of a JSON object, those that open alike read together when the first of
    them is looked for: to read all at once would be half of what the first vector waits for."""

    def __init__(self, body: bytes, starts: np.ndarray, stops: np.ndarray):
        super().__init__()
        self.n_tokens = len(starts)
        self._body, self._starts, self._stops = body, starts, stops
        text = np.frombuffer(body, dtype=np.uint8)
        codes: np.ndarray = np.zeros(len(starts), dtype=np.uint32)
        for place in range(OPENING):
            inside = starts + place < stops
            codes = codes << 8 | text[np.where(inside, starts + place, 0)] * inside
        self._order = np.argsort(codes, kind="stable")
        self._codes = codes[self._order]
        self._opened: set[bytes] = set()

    @classmethod
    def of(cls, body: bytes) -> "_Vocabulary | None":
        """None if a token is escaped, or if the ids are not 0, 1, 2 ..."""
        spans = None if b"\\" in body else _spans(body)
        return spans and cls(body, *spans)

    def open(self, opening: bytes) -> None:
        """Load every token that starts with ``opening`` or is a prefix of it."""
        if opening in self._opened:
            return
        for size in range(len(opening) + 1):
            if opening[:size] not in self._opened:
                self._read(opening[:size])
                self._opened.add(opening[:size])  # last, as other threads may wait for it

    def _read(self, opening: bytes) -> None:
        """Those whose first ``OPENING`` bytes are ``opening``, or that are it."""
        code = np.uint32(int.from_bytes(opening.ljust(OPENING, b"\0"), "big"))
        first, last = (int(np.searchsorted(self._codes, code, side)) for side in ("left", "right"))
        for place in self._order[first:last].tolist():
            self[self._body[self._starts[place] : self._stops[place]]] = place

    def find(self, token: bytes) -> int | None:
        """The id of a ``token``, if it is one."""
        self.open(token[:OPENING])
        return self.get(token)

    def characters(self) -> list[str]:
        """The tokens of one character."""
        opening = np.frombuffer(self._body, dtype=np.uint8)[self._starts]
        sizes = 1 + (opening >= 0xC0) + (opening >= 0xE0) + (opening >= 0xF0)  # bytes in UTF-8
        single = np.flatnonzero(self._stops - self._starts == sizes)
        spans = zip(self._starts[single].tolist(), self._stops[single].tolist(), strict=True)
        return [self._body[start:stop].decode() for start, stop in spans]


def _spans(body: bytes) -> tuple[np.ndarray, np.ndarray] | None:
    """Where the tokens of "":0,"":1,"":2 ... start and stop, with any text inside of the quotation marks;
    None if ``body`` is not that. The numbers are not read, as this would cost more than the tokens do."""
    text = np.frombuffer(body, dtype=np.uint8)
    marks = np.flatnonzero(text == ord('"')).astype(np.int32)
    opens, closes = marks[::2], marks[1::2]
    if not len(closes) or opens[0] != 0 or len(opens) != len(closes):
        return None
    numbers = np.arange(len(closes), dtype=np.int32)
    sizes = np.full(len(closes), 3, dtype=np.int32)  # a colon, a digit, a comma
    for n_digits in range(1, len(str(len(closes)))):
        sizes[10**n_digits :] += 1
    commas = np.append(opens[1:] - 1, np.int32(len(body)))
    if not np.array_equal(commas - closes, sizes):
        return None
    if (text[commas[:-1]] != ord(",")).any() or (text[closes + 1] != ord(":")).any():
        return None
    for back in range(len(str(len(closes)))):  # from the last digit on
        long = slice(10**back if back else 0, None)
        if (text[commas[long] - 1 - back] != numbers[long] // 10**back % 10 + ord("0")).any():
            return None
    return opens + 1, closes


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
