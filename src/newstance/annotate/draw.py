"""Which texts to label next: some that teach most, some at random whose chance is known.

The random part comes first and from all texts, the same number for each outlet, so that its texts with one
over ``p_draw`` for a weight stand for all (Horvitz & Thompson 1952); without it no interval of a share is
valid. The others are chosen for what they teach: near the threshold, or surest of each theme, and unlike each
other (farthest-first traversal, Gonzalez 1985, doi:10.1016/0304-3975(85)90224-5).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

UNCERTAIN, SURE, DIVERSE, RANDOM = "uncertain", "sure", "diverse", "random"
POOL = 5  # candidates for each text that is drawn among the most uncertain or surest
MOST_DIVERSE = 20_000  # texts among which the most diverse are sought


@dataclass(frozen=True)
class Drawn:
    """Rows of the texts (n_drawn,), how each was drawn, and the chance of those drawn at random."""

    rows: list[int]
    how: list[str]
    p_draw: list[float | None]


class Drawing:
    """A draw from texts with ``vectors`` (n_texts, n_dims), unit rows. Each text is drawn once at most."""

    def __init__(self, vectors: np.ndarray, seed: int):
        self.vectors = vectors
        self.random = np.random.default_rng(seed)
        self.drawn = Drawn([], [], [])

    def at_random(self, n: int, outlets: Sequence[str]) -> None:
        """Draw ``n`` texts, as evenly over ``outlets`` (n_texts,) as their sizes allow."""
        of_outlet: dict[str, list[int]] = {}
        for row, outlet in enumerate(outlets):
            of_outlet.setdefault(outlet, []).append(row)
        sizes = {outlet: len(rows) for outlet, rows in sorted(of_outlet.items())}
        shares = even_shares(sizes, n)
        whole = {outlet: int(share) for outlet, share in shares.items()}
        partial = [outlet for outlet, share in shares.items() if share > whole[outlet]]
        for index in self.random.permutation(len(partial))[: min(n, len(outlets)) - sum(whole.values())]:
            whole[partial[index]] += 1
        for outlet, count in whole.items():
            chosen = np.sort(self.random.choice(of_outlet[outlet], count, replace=False))
            self._take(chosen.tolist(), RANDOM, shares[outlet] / sizes[outlet])

    def best(self, n: int, score: np.ndarray, how: str) -> None:
        """Draw ``n`` texts unlike each other among those of the highest ``score`` (n_texts,); texts whose
        score is -inf are never drawn."""
        taken = set(self.drawn.rows)
        order = np.argsort(-score, kind="stable")
        pool = [row for row in order.tolist() if row not in taken and score[row] > -np.inf][: POOL * n]
        self._take(self._unlike(pool, n), how, None)

    def diverse(self, n: int) -> None:
        """Draw ``n`` texts that are least like all drawn before."""
        taken = set(self.drawn.rows)
        pool = [row for row in range(len(self.vectors)) if row not in taken]
        if len(pool) > MOST_DIVERSE:
            pool = np.sort(self.random.choice(pool, MOST_DIVERSE, replace=False)).tolist()
        self._take(self._unlike(pool, n), DIVERSE, None)

    def _take(self, rows: list[int], how: str, p_draw: float | None) -> None:
        self.drawn.rows.extend(rows)
        self.drawn.how.extend([how] * len(rows))
        self.drawn.p_draw.extend([p_draw] * len(rows))

    def _unlike(self, pool: list[int], n: int) -> list[int]:
        """``n`` of ``pool``, each in turn the least like all drawn so far; the first of the pool where
        nothing is drawn."""
        chosen: list[int] = []
        vectors = self.vectors[pool]
        nearest = (vectors @ self.vectors[self.drawn.rows].T).max(axis=1, initial=-np.inf)
        while len(chosen) < min(n, len(pool)):
            # Rounded, so that the last bit of a sum never decides.
            best = int(np.argmin(np.round(nearest, 6)))
            chosen.append(pool[best])
            nearest = np.maximum(nearest, vectors @ vectors[best])
            nearest[best] = np.inf
        return chosen


def even_shares(sizes: dict[str, int], n: int) -> dict[str, float]:
    """How many of ``n`` each outlet gets on average: the same for each, but no more than it has."""
    shares: dict[str, float] = {}
    left, outlets = float(min(n, sum(sizes.values()))), sorted(sizes, key=lambda one: (sizes[one], one))
    for number, outlet in enumerate(outlets):
        shares[outlet] = min(float(sizes[outlet]), left / (len(outlets) - number))
        left -= shares[outlet]
    return shares
