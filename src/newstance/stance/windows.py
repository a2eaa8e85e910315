"""The tokens around a mention, with marks where it begins and ends: what a transformer reads.

Marks are numbers of their own, never words of the tokenizer, so that no text can write one (entity markers:
Baldini Soares et al. 2019, arXiv:1906.03158).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from newstance.scripts import folded

MARKS = OPEN, CLOSE = -1, -2
FEWEST_TOKENS = 16


class Window(NamedTuple):
    """Token ``ids``, those from ``start`` to ``end`` being the mention with its two marks."""

    ids: list[int]
    start: int
    end: int


class Batch(NamedTuple):
    """Windows filled up to one length: ``ids`` (n, length); ``own`` and ``inside`` (n, length), 1 on the
    mention with its marks, and on every token."""

    ids: np.ndarray
    own: np.ndarray
    inside: np.ndarray


@dataclass(frozen=True)
class Windows:
    """Cuts texts to at most ``max_tokens`` tokens around a mention; ``tokenizer`` is a ``tokenizer.json``."""

    tokenizer: str
    max_tokens: int
    pad: int

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self.tokenizer)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True  # "[SEP]" in a text is a text
        return tokenizer

    @cached_property
    def _outer(self) -> tuple[list[int], list[int]]:
        """The ids that the tokenizer puts before and after any text."""
        encoded = self._tokenizer.encode("a")
        text = [place for place, special in enumerate(encoded.special_tokens_mask) if not special]
        return encoded.ids[: text[0]], encoded.ids[text[-1] + 1 :]

    def around(self, texts: Sequence[str], spans: Sequence[tuple[int, int]]) -> list[Window]:
        """The window of each mention ``span`` (code points) of each text, both marks always in it.

        A mention that is longer than a window keeps its beginning. Texts are read folded, as what is not seen
        changes nothing of what they say.
        """
        views = [folded(text) for text in texts]
        encoded = self._tokenizer.encode_batch([view.text for view in views], add_special_tokens=False)
        return [
            self._window(one.ids, one.offsets, *view.folded_span(*span))
            for one, view, span in zip(encoded, views, spans, strict=True)
        ]

    def _window(self, ids: list[int], offsets: list[tuple[int, int]], start: int, end: int) -> Window:
        before, after = self._outer
        room = self.max_tokens - len(before) - len(after) - len(MARKS)
        first = sum(stop <= start for _, stop in offsets)
        last = max(first, sum(begin < end for begin, _ in offsets))
        mention = ids[first:last][:room]
        spare, n_after = room - len(mention), len(ids) - last
        n_left = min(first, max(spare // 2, spare - n_after))
        left = ids[first - n_left : first]
        right = ids[last : last + spare - n_left]
        marked = [*before, *left, OPEN, *mention, CLOSE, *right, *after]
        opened = len(before) + n_left
        return Window(marked, opened, opened + len(mention) + len(MARKS))

    def pack(self, windows: Sequence[Window]) -> Batch:
        """Windows as arrays, the shorter ones filled up."""
        shape = len(windows), max(len(window.ids) for window in windows)
        ids = np.full(shape, self.pad, dtype=np.int64)
        own, inside = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)] = window.ids
            own[row, window.start : window.end] = 1
            inside[row, : len(window.ids)] = 1
        return Batch(ids, own, inside)
