"""Shares of an outlet from judgements that were drawn at random from its own sentences.

Prediction-powered inference (PPI++: Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453): what the classifier
says of all sentences, moved by how far it is from the judgements of those drawn. However the classifier errs
in this outlet, the shares are right on average; it only decides how narrow the interval is. Judgements count
by one over the chance of their draw (Horvitz & Thompson 1952). What is said of them comes from heads that
have not seen them (cross-prediction: Zrnic & Candès 2024, doi:10.1073/pnas.2322083121).
"""

from typing import Any, NamedTuple

import numpy as np
import polars as pl

from newstance.tables import STANCES

N = len(STANCES)
FEWEST_OWN, FEWEST_OWN_GROUPS = 30, 10
KEYS = ("source", "target")  # what is known of a judgement, so groups of these can have their own


class OwnGold(NamedTuple):
    """Judgements of one group of texts drawn at random, summed by article: ``true`` and ``said``
    (n_articles, 3) are weighted sums of the stances and of the probabilities, ``sizes`` (n_articles,) of the
    weights."""

    true: np.ndarray
    said: np.ndarray
    sizes: np.ndarray
    n: int

    @classmethod
    def of(cls, judged: pl.DataFrame, about: dict[str, Any]) -> "OwnGold | None":
        """Those of ``judged`` (``tables.JUDGED``) drawn from the group with the keys ``about``; None where
        they are too few, or where ``about`` has keys that judgements lack or no outlet."""
        if about.get("source") is None or not set(about) <= set(KEYS):
            return None
        own = judged.filter(pl.col("p_draw").is_not_null())
        own = own.filter(pl.all_horizontal(pl.col(key) == value for key, value in about.items()))
        names, group = np.unique(own["group"].to_numpy(), return_inverse=True)
        if own.height < FEWEST_OWN or len(names) < FEWEST_OWN_GROUPS:
            return None
        weights = 1 / own["p_draw"].to_numpy()
        weights = weights / weights.mean()
        truth = np.eye(N)[[STANCES.index(stance) for stance in own["stance"]]]
        probas = own.select(f"proba_{stance}" for stance in STANCES).to_numpy()
        true, said, sizes = np.zeros((len(names), N)), np.zeros((len(names), N)), np.zeros(len(names))
        np.add.at(true, group, truth * weights[:, None])
        np.add.at(said, group, probas * weights[:, None])
        np.add.at(sizes, group, weights)
        return cls(true, said, sizes, own.height)

    def trust(self, n_sentences: int) -> float:
        """How far what is said of all ``n_sentences`` is taken over, 0 to 1: the value of least variance."""
        true, said = self.true / self.sizes[:, None], self.said / self.sizes[:, None]
        together = ((true - true.mean(axis=0)) * (said - said.mean(axis=0))).mean(axis=0).sum()
        spread = said.var(axis=0).sum() * (1 + self.n / max(n_sentences, 1))
        return float(np.clip(together / spread, 0, 1)) if spread > 0 else 0.0

    def shares(self, means: np.ndarray, n_sentences: int, seed: int) -> np.ndarray:
        """Shares (n, 3) in resamples of the judged articles, beside ``means`` (n, 3), what is said of all
        sentences in resamples of theirs. One imaginary article of one stance lies among the judged."""
        trust = self.trust(n_sentences)
        typical = self.said.sum(axis=0) / self.sizes.sum()
        true = np.vstack([self.true, np.eye(N)])
        said = np.vstack([self.said, np.tile(typical, (N, 1))])
        sizes = np.append(self.sizes, np.ones(N))
        n = len(self.sizes) + 1
        chances = np.append(np.ones(n - 1), np.full(N, 1 / N)) / n
        draws = np.random.default_rng([seed, 2]).multinomial(n, chances, size=len(means))
        moved = trust * means + (draws @ (true - trust * said)) / (draws @ sizes)[:, None]
        return nearest_shares(moved)


def nearest_shares(values: np.ndarray) -> np.ndarray:
    """The nearest shares (n, k) to ``values`` (n, k): none negative, with a sum of one (Duchi et al. 2008,
    doi:10.1145/1390156.1390191)."""
    ordered = -np.sort(-values, axis=1)
    over = (ordered.cumsum(axis=1) - 1) / np.arange(1, values.shape[1] + 1)
    last = (ordered > over).sum(axis=1) - 1
    shares: np.ndarray = np.maximum(values - over[np.arange(len(values)), last][:, None], 0)
    return shares
