"""The tokens of a large ``tokenizer.json``, read no sooner than a text has them."""

import numpy as np

OPENING = 4  # bytes by which tokens are found


class Tokens(dict[bytes, int]):
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
    def of(cls, body: bytes) -> "Tokens | None":
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
        first, last = self._codes.searchsorted(code), self._codes.searchsorted(code, "right")
        places = self._order[first:last]
        starts, stops = self._starts[places].tolist(), self._stops[places].tolist()
        for place, start, stop in zip(places.tolist(), starts, stops, strict=True):
            self[self._body[start:stop]] = place

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
