"""How far probabilities can be believed: what share comes true of what is said with each probability.

Bins hold equal numbers of texts (Nguyen & O'Connor 2015, arXiv:1508.05154), so that none is nearly empty.
The interval of a share is that of Wilson (1927, doi:10.1080/01621459.1927.10502953). Texts of one group are
alike, so it is as wide as if those of a group in a bin said the same: n is replaced by Kish's effective size
(Kish 1965, "Survey Sampling"), the squared number of texts over the sum of the squared sizes of the groups.
"""

import numpy as np
import polars as pl

N_BINS = 10
Z = 1.959963984540054  # of the normal distribution, 95 % lie within
RELIABILITY = {
    "proba": pl.Float64,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "n_groups": pl.Int64,
}


def equal_mass_bins(probas: np.ndarray, n_bins: int = N_BINS) -> np.ndarray:
    """The bin of each of ``probas`` (n,), 0 to ``n_bins`` - 1, lowest first. Equal ones share a bin, so the
    order of rows plays no part."""
    edges = np.quantile(probas, np.arange(1, n_bins) / n_bins, method="inverted_cdf")
    return np.searchsorted(edges, probas, side="left")


def reliability(
    probas: np.ndarray, true: np.ndarray, groups: np.ndarray, n_bins: int = N_BINS
) -> pl.DataFrame:
    """A row a bin: mean probability, share that is ``true`` with its 95 % interval, texts and their groups.

    ``probas``, ``true`` (bool) and ``groups`` are (n,); bins without a text have no row.
    """
    if not len(probas):
        return pl.DataFrame(schema=RELIABILITY)
    bins = equal_mass_bins(np.asarray(probas, dtype=np.float64), n_bins)
    rows = [
        _bin(probas[own], true[own], groups[own]) for own in (bins == number for number in np.unique(bins))
    ]
    return pl.DataFrame(rows, schema=RELIABILITY, orient="row")


def _bin(probas: np.ndarray, true: np.ndarray, groups: np.ndarray) -> tuple[float, ...]:
    sizes = np.unique(groups, return_counts=True)[1].astype(np.float64)
    share, size = float(np.mean(true)), float(sizes.sum() ** 2 / np.square(sizes).sum())
    centre = (share + Z**2 / (2 * size)) / (1 + Z**2 / size)
    half = Z / (1 + Z**2 / size) * float(np.sqrt(share * (1 - share) / size + Z**2 / (4 * size**2)))
    low, high = min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share)
    return float(np.mean(probas)), share, low, high, len(probas), len(sizes)
