"""Who stands where: shares of the stances, by outlet, theme, target, language and time, with intervals.

Sentences of one article agree with each other, and reprints repeat them, so neither is a draw of its
own: what is resampled is the family, an article with its reprints (cluster bootstrap: Field & Welsh
2007, doi:10.1111/j.1467-9868.2007.00593.x). Within one row of the result a family counts once
(``groups.py``).

Plain resamples of three articles that agree all agree, which looks certain and is not. One imaginary
article of the average length, all favor, all against or all none with equal chance, lies among the real
ones when resamples are drawn (after the pseudo-counts of Agresti & Coull 1998,
doi:10.1080/00031305.1998.10480550). It touches the intervals only, never the shares, and is hardly felt
among a hundred articles. In simulations (articles of three sentences on average, three mixes of stances)
the interval of net held the truth in 92-100 % of the draws with 1 to 100 articles; without it, in 64-85 %
with 5 articles and in 0-24 % with one.

A count inherits the errors of the classifier. With ``errors`` on left-out judgements the shares are corrected
for them (``stance.quantify``), and intervals draw judgements and families anew together. An outlet of which
enough sentences were drawn at random and judged is corrected by these alone (``stance.own_gold``).
"""

from functools import partial

import numpy as np
import polars as pl

from newstance.groups import PERIODS, articles_in_groups, one_article_a_family, with_columns_of
from newstance.stance.own_gold import OwnGold
from newstance.stance.quantify import KnownErrors, drawn_matrices, true_shares
from newstance.tables import STANCES

KEYS = ("source", "theme_id", "target", "lang", *PERIODS, "article_id")
PROBABILITIES = tuple(f"proba_{stance}" for stance in STANCES)
SHARES = (*STANCES, "net")
LEVELS = (0.025, 0.975)
BOUNDS = tuple(f"{share}_{end}" for share in ("net", *STANCES) for end in ("low", "high"))
ALONE = 1e-9
MOST_BLOCKS = 2_000  # families are drawn in as many blocks at most, so that memory is bounded


def aggregate(
    stances: pl.DataFrame,
    articles: pl.DataFrame,
    theme_of_article: pl.DataFrame,
    by: list[str],
    n_bootstrap: int = 500,
    seed: int = 0,
    errors: KnownErrors | None = None,
) -> pl.DataFrame:
    """Shares of favor, against and none for each value of ``by``: among the decided stances, or with
    ``errors`` among all sentences that name the target, corrected for the errors of the classifier.

    A sentence counts once for a target, through its clearest mention.
    ``by`` names any of source, theme_id, target, lang, article_id, and day, week, month, quarter, year (the
    first day of the one that holds ``published``; weeks begin on Monday); an empty ``by`` gives one row.
    Columns: those of ``by``, then ``n`` (sentences with a decided stance), ``n_articles`` (families they
    come from), ``n_undecided``, ``n_own`` (judgements drawn at random from this very outlet that correct its
    shares; 0 where those of all outlets do), the shares, ``net`` = favor - against, ``net_low`` and
    ``net_high``, and the same two for each share: 95 % intervals of ``n_bootstrap`` resamples, which count
    the errors of the classifier where ``errors`` are given and the draw of articles alone where not.
    Corrected shares are the mean over the resamples; where a resample is of one stance alone, their
    intervals reach to what was said (``_beyond_corners``). Shares are null where there is nothing to share:
    ``n`` is 0, or no sentence.
    Raises ``ValueError`` for an unknown key and for stances of unknown articles.
    """
    unknown = [key for key in by if key not in KEYS]
    if unknown:
        raise ValueError(f"by: {unknown} cannot be grouped by; known are {list(KEYS)}.")
    if n_bootstrap < 1:
        raise ValueError(f"n_bootstrap: got {n_bootstrap}, expected at least 1.")
    rows = one_article_a_family(_with_keys(stances, articles, theme_of_article, by), by)
    families = _count(rows, by)
    result = _split_by_group(families, by) if by else [((), families)] * (families.height > 0)
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        key: rows.schema[key] for key in by
    } | dict.fromkeys(("n", "n_articles", "n_undecided", "n_own"), pl.Int64)
    schema |= dict.fromkeys((*SHARES, *BOUNDS), pl.Float64)
    shares = partial(_shares, n_bootstrap=n_bootstrap, seed=seed)
    if errors is not None:
        shares = partial(_corrected, errors=errors, n_bootstrap=n_bootstrap, seed=seed)
    keys = [dict(zip(by, key, strict=True)) for key, _ in result]
    records = [about | shares(group, about) for about, (_, group) in zip(keys, result, strict=True)]
    return pl.DataFrame(records, schema=schema)


def one_a_sentence(stances: pl.DataFrame) -> pl.DataFrame:
    """The mention of each target in each sentence whose stance is clearest, the first of equal ones; a
    sentence that names a target thrice must not weigh thrice. The order of the rows stays."""
    if not stances["mention"].max():
        return stances  # no sentence names a target twice
    key = ["article_id", "sentence", "target"]
    clearest = (
        stances.with_row_index("_row")
        .with_columns(_sure=pl.max_horizontal(PROBABILITIES))
        .sort("_sure", "mention", descending=[True, False], maintain_order=True)
        .unique(key, keep="first", maintain_order=True)
    )
    return clearest.sort("_row").drop("_row", "_sure")


def _with_keys(
    stances: pl.DataFrame, articles: pl.DataFrame, theme_of_article: pl.DataFrame, by: list[str]
) -> pl.DataFrame:
    """The stances with the family and the keys of their articles."""
    rows = one_a_sentence(stances).select("article_id", "target", "stance", "decided", *PROBABILITIES)
    rows = with_columns_of(rows, articles_in_groups(articles, by), "articles", "stances")
    if "theme_id" in by:
        themes = theme_of_article.select("article_id", "theme_id")
        rows = with_columns_of(rows, themes, "theme_of_article", "stances")
    return rows


def _count(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Decided stances of each kind, and undecided ones, of each family in each group; sorted by group."""
    decided = pl.col("decided")
    kinds = [
        (decided & (pl.col("stance") == stance)).sum().cast(pl.Int64).alias(stance) for stance in STANCES
    ]
    undecided = (~decided).sum().cast(pl.Int64).alias("n_undecided")
    said = [pl.col(one).sort().sum() for one in PROBABILITIES]
    families = rows.group_by([*by, "family"]).agg(*kinds, undecided, *said)
    return families.sort([*by, "family"], nulls_last=True)


def _split_by_group(families: pl.DataFrame, by: list[str]) -> list[tuple[tuple[object, ...], pl.DataFrame]]:
    return [(key, group) for key, group in families.group_by(by, maintain_order=True)]


def _shares(
    group: pl.DataFrame, about: dict[str, object], n_bootstrap: int, seed: int
) -> dict[str, float | int | None]:
    """One row of the result from the counts of each family, without the keys."""
    counts = group.select(STANCES).to_numpy()
    counts = counts[counts.sum(axis=1) > 0]
    row: dict[str, float | int | None] = {
        "n": int(counts.sum()),
        "n_articles": len(counts),
        "n_undecided": int(group["n_undecided"].sum()),
        "n_own": 0,
    }
    if not len(counts):
        return row
    shares = _with_net(counts.sum(axis=0, keepdims=True))[0]
    return row | _bounded(shares, _with_net(_resample(counts, n_bootstrap, seed)))


def _corrected(
    group: pl.DataFrame, about: dict[str, object], errors: KnownErrors, n_bootstrap: int, seed: int
) -> dict[str, float | int | None]:
    """One row of the result, with the keys ``about``, its shares corrected for ``errors``."""
    own = OwnGold.of(errors.judged, about)
    row: dict[str, float | int | None] = {
        "n": int(group.select(STANCES).to_numpy().sum()),
        "n_articles": group.height,
        "n_undecided": int(group["n_undecided"].sum()),
        "n_own": 0 if own is None else own.n,
    }
    sentences = group.select(pl.sum_horizontal(*STANCES, "n_undecided")).to_series().to_numpy()
    means = _resampled_means(group.select(PROBABILITIES).to_numpy(), sentences, errors, n_bootstrap, seed)
    if own is None:
        found = true_shares(means, drawn_matrices(errors, n_bootstrap, seed))
    else:
        found = own.shares(means, int(sentences.sum()), seed)
    shares = np.array([share.mean() for share in _and_net(found).T])
    return row | _bounded(shares, _and_net(_beyond_corners(found, means)))


def _beyond_corners(found: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Draws for an interval: the shares ``found`` (n, 3), and once more the probabilities ``means`` (n, 3)
    behind those of one stance alone.

    Texts unlike the judgements may look more like one stance than any judgement of it did. All that can be
    found then is that stance, in every draw, and an interval without width would claim what nobody knows.
    """
    return np.vstack([found, means[found.max(axis=1) > 1 - ALONE]])


def _bounded(shares: np.ndarray, draws: np.ndarray) -> dict[str, float | int | None]:
    """``shares`` (4,) by name, each with the interval of its ``draws`` (n_bootstrap, 4), which holds it."""
    low, high = np.quantile(draws, LEVELS, axis=0)
    row: dict[str, float | int | None] = {}
    for index, name in enumerate(SHARES):
        row[name] = float(shares[index])
        row[f"{name}_low"] = float(min(low[index], shares[index]))
        row[f"{name}_high"] = float(max(high[index], shares[index]))
    return row


def _resampled_means(
    said: np.ndarray, sentences: np.ndarray, errors: KnownErrors, n_bootstrap: int, seed: int
) -> np.ndarray:
    """Mean probabilities (n_bootstrap, 3) of resampled families with sums ``said`` (n_families, 3) over
    ``sentences`` (n_families,), and the imaginary article of one stance among them."""
    n_families = len(said)
    if n_families > MOST_BLOCKS:
        block = np.arange(n_families) % MOST_BLOCKS
        said = np.stack([np.bincount(block, column) for column in said.T], axis=1)
        sentences = np.bincount(block, sentences)
    length = sentences.sum() / n_families
    said = np.vstack([said, length * errors.matrix])
    sentences = np.append(sentences, np.full(len(STANCES), length))
    n = len(sentences) - len(STANCES) + 1
    weights = np.append(np.ones(n - 1), np.full(len(STANCES), 1 / len(STANCES)))
    draws = np.random.default_rng(seed).multinomial(n, weights / n, size=n_bootstrap)
    means: np.ndarray = (draws @ said) / (draws @ sentences)[:, None]
    return means


def _resample(counts: np.ndarray, n_bootstrap: int, seed: int) -> np.ndarray:
    """Summed counts (n_bootstrap, 3) of resampled families; ``counts`` is (n_families, 3).

    Families with equal counts are drawn as one kind with their number as its weight: the same
    distribution, and a matrix that stays small however many articles there are.
    """
    kinds, n_each = np.unique(counts, axis=0, return_counts=True)
    imaginary = np.eye(len(STANCES)) * counts.sum() / len(counts)
    kinds = np.vstack([kinds, imaginary])
    weights = np.append(n_each, np.full(len(STANCES), 1 / len(STANCES)))
    n_draws = len(counts) + 1
    draws = np.random.default_rng(seed).multinomial(n_draws, weights / n_draws, size=n_bootstrap)
    resampled: np.ndarray = draws @ kinds
    return resampled


def _with_net(counts: np.ndarray) -> np.ndarray:
    """Shares of favor, against, none, and net, of each row of ``counts`` (n, 3)."""
    return _and_net(counts / counts.sum(axis=1, keepdims=True))


def _and_net(shares: np.ndarray) -> np.ndarray:
    """``shares`` (n, 3) of favor, against, none, and net beside them: (n, 4)."""
    return np.column_stack([shares, shares[:, 0] - shares[:, 1]])
