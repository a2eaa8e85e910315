"""Shares of stances corrected for the errors of the classifier."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from newstance.frames import empty
from newstance.stance.aggregate import aggregate
from newstance.stance.quantify import FEWEST_JUDGED, KnownErrors, true_shares
from newstance.tables import ARTICLES, JUDGED, STANCES, THEME_OF_ARTICLE

CORNERS = 1.3 * np.array([[1, 0], [-0.5, 0.87], [-0.5, -0.87]])


def says(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a calibrated classifier says; it is right in about 78 of 100 texts."""
    points = CORNERS[y] + rng.normal(size=(len(y), 2))
    logits = -0.5 * ((points[:, None] - CORNERS) ** 2).sum(axis=-1)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def judged(y: np.ndarray, probas: np.ndarray, groups: np.ndarray | None = None) -> pl.DataFrame:
    groups = np.arange(len(y)) if groups is None else groups
    columns = {"group": groups.astype(str), "stance": [STANCES[one] for one in y]}
    columns |= {f"proba_{stance}": probas[:, column] for column, stance in enumerate(STANCES)}
    return (
        pl.DataFrame(columns)
        .with_columns(lang=pl.lit("en"), target=pl.lit("X"), placed=pl.lit(True))
        .with_columns(source=pl.lit(None, pl.String), p_draw=pl.lit(None, pl.Float64))
        .select(list(JUDGED))
    )


def shares_of(values: list[float]) -> np.ndarray:
    return np.array(values) / np.sum(values)


SHARES = st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(shares_of)
MATRICES = arrays(float, (3, 3), elements=st.floats(0, 1)).map(
    lambda noise: (np.eye(3) + 0.4 * noise) / (np.eye(3) + 0.4 * noise).sum(axis=1, keepdims=True)
)


@given(SHARES, MATRICES)
def test_the_shares_behind_a_mixture_are_found_again(shares, matrix):
    found = true_shares((shares @ matrix)[None], matrix[None])[0]
    assert found == pytest.approx(shares, abs=1e-6)


@given(arrays(float, (4, 3), elements=st.floats(0.01, 1)), MATRICES)
def test_shares_are_shares_and_no_mixture_of_two_is_nearer(means, matrix):
    means /= means.sum(axis=1, keepdims=True)
    found = true_shares(means, np.broadcast_to(matrix, (4, 3, 3)))
    assert (found >= 0).all()
    assert found.sum(axis=1) == pytest.approx(1)
    distance = ((found @ matrix - means) ** 2).sum(axis=1)
    for share in np.linspace(0, 1, 11):
        for mixture in ([share, 1 - share, 0], [share, 0, 1 - share], [0, share, 1 - share]):
            assert (distance <= ((mixture @ matrix - means) ** 2).sum(axis=1) + 1e-9).all()


def test_a_classifier_that_says_the_same_of_all_still_gives_shares():
    matrix = np.full((1, 3, 3), 1 / 3)
    assert true_shares(np.full((1, 3), 1 / 3), matrix).sum() == pytest.approx(1)


def test_the_order_of_stances_plays_no_part():
    rng = np.random.default_rng(0)
    means, matrix = rng.dirichlet([1, 1, 1], size=50), rng.dirichlet([1, 1, 1], size=3) + np.eye(3)
    matrix /= matrix.sum(axis=1, keepdims=True)
    turned = true_shares(
        means[:, [2, 0, 1]], np.broadcast_to(matrix[np.ix_([2, 0, 1], [2, 0, 1])], (50, 3, 3))
    )
    assert turned == pytest.approx(true_shares(means, np.broadcast_to(matrix, (50, 3, 3)))[:, [2, 0, 1]])


def test_the_matrix_is_what_is_said_of_each_stance():
    y = np.repeat([0, 1, 2], 40)
    probas = np.array([[0.6, 0.1, 0.3], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4]])[y]
    errors = KnownErrors.of(judged(y, probas))
    assert errors.matrix == pytest.approx(
        np.array([[0.6, 0.1, 0.3], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4]]), abs=0.02
    )
    draws = errors.draws(20, 0)
    assert draws.sum(axis=2) == pytest.approx(1)
    assert draws.std(axis=0).max() < 0.05


@pytest.mark.parametrize(
    ("y", "groups"),
    [
        (np.arange(FEWEST_JUDGED - 1) % 3, None),
        (np.arange(90) % 3, np.arange(90) // 15),
        (np.where(np.arange(90) < 3, 0, 1 + np.arange(90) % 2), None),
    ],
    ids=["few judgements", "few groups", "few of a stance"],
)
def test_too_few_judgements_correct_nothing(y, groups):
    assert KnownErrors.of(judged(y, np.eye(3)[y], groups)) is None
    assert KnownErrors.of(empty(JUDGED)) is None


def corpus(mixes: np.ndarray, n_articles: int, rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stances and articles of one outlet for each of ``mixes``, sentences of an article alike."""
    keys, y = [], []
    for outlet, mix in enumerate(mixes):
        for number in range(n_articles):
            own = rng.choice(3, size=1 + rng.poisson(2), p=rng.dirichlet(2 * mix))
            keys += [f"{outlet}-{number}"] * len(own)
            y += own.tolist()
    probas = says(np.array(y), rng)
    stances = pl.DataFrame({"article_id": keys}).with_columns(
        sentence=pl.int_range(pl.len()),
        target=pl.lit("X"),
        mention=0,
        stance=pl.Series([STANCES[one] for one in probas.argmax(axis=1)]),
        decided=pl.Series(probas.max(axis=1) >= 0.5),
        **{f"proba_{stance}": pl.Series(probas[:, column]) for column, stance in enumerate(STANCES)},
    )
    ids = list(dict.fromkeys(keys))
    articles = pl.DataFrame({"article_id": ids, "source": [one.split("-")[0] for one in ids]})
    missing = [
        pl.lit(None, kind).alias(name) for name, kind in ARTICLES.items() if name not in articles.columns
    ]
    return stances, articles.with_columns(missing).with_columns(published=pl.lit(date(2020, 1, 1)))


@pytest.mark.parametrize("mix", [(0.1, 0.7, 0.2), (0.75, 0.05, 0.2), (0.05, 0.1, 0.85)])
def test_intervals_hold_the_truth_of_outlets_unlike_the_judgements(mix):
    rng = np.random.default_rng(0)
    n_outlets = 60
    held, counted = [], []
    for _ in range(4):  # each time with other judgements
        y = rng.integers(3, size=150)
        errors = KnownErrors.of(judged(y, says(y, rng), np.arange(150) // 2))
        stances, articles = corpus(np.tile(np.array(mix), (n_outlets // 4, 1)), 40, rng)
        themes = empty(THEME_OF_ARTICLE)
        for found, known in ((held, errors), (counted, None)):
            table = aggregate(stances, articles, themes, ["source"], 200, 0, known)
            truth = mix[0] - mix[1]
            found += ((table["net_low"] <= truth) & (table["net_high"] >= truth)).to_list()
    assert np.mean(held) >= 0.85  # 95 % on average; judgements are shared, so outlets miss together
    if mix[0] != 0.05:
        assert np.mean(counted) < 0.6


def test_perfect_judgements_change_no_share():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=90)
    errors = KnownErrors.of(judged(y, np.eye(3)[y]))
    stances, articles = corpus(np.array([[0.5, 0.3, 0.2]]), 300, rng)
    said = np.eye(3)[[STANCES.index(one) for one in stances["stance"]]]
    stances = stances.with_columns(
        decided=True, **{f"proba_{one}": pl.Series(said[:, column]) for column, one in enumerate(STANCES)}
    )
    plain, corrected = (
        aggregate(stances, articles, empty(THEME_OF_ARTICLE), [], 200, 0, known) for known in (None, errors)
    )
    for stance in STANCES:
        assert corrected[stance][0] == pytest.approx(plain[stance][0], abs=0.03)
    assert corrected["n"][0] == plain["n"][0]


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_corrected_share(random):
    rng = np.random.default_rng(1)
    y = rng.integers(3, size=90)
    errors = KnownErrors.of(judged(y, says(y, rng)))
    stances, articles = corpus(np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]]), 6, rng)
    rows = random.sample(range(stances.height), stances.height)
    first = aggregate(stances, articles, empty(THEME_OF_ARTICLE), ["source"], 50, 0, errors)
    second = aggregate(stances[rows], articles.reverse(), empty(THEME_OF_ARTICLE), ["source"], 50, 0, errors)
    assert first.equals(second)


def test_many_families_are_drawn_in_blocks(monkeypatch):
    rng = np.random.default_rng(2)
    y = rng.integers(3, size=200)
    errors = KnownErrors.of(judged(y, says(y, rng)))
    stances, articles = corpus(np.array([[0.6, 0.2, 0.2]]), 400, rng)
    whole = aggregate(stances, articles, empty(THEME_OF_ARTICLE), [], 300, 0, errors)
    monkeypatch.setattr("newstance.stance.aggregate.MOST_BLOCKS", 100)
    blocks = aggregate(stances, articles, empty(THEME_OF_ARTICLE), [], 300, 0, errors)
    assert blocks["net"][0] == pytest.approx(whole["net"][0], abs=0.03)
    width = whole["net_high"][0] - whole["net_low"][0]
    assert blocks["net_high"][0] - blocks["net_low"][0] == pytest.approx(width, rel=0.35)


@pytest.mark.parametrize("stance", [0, 1, 2])
def test_texts_that_look_more_like_a_stance_than_any_judgement_have_no_interval_without_width(stance):
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=90)
    errors = KnownErrors.of(judged(y, says(y, rng)))
    stances, articles = corpus(np.eye(3)[[stance]] + 1e-9, 40, rng)
    beyond = np.full((stances.height, 3), 0.04)
    beyond[:, stance] = 0.92
    assert beyond[0, stance] > errors.matrix.max() + 0.1
    stances = stances.with_columns(
        decided=True, **{f"proba_{one}": pl.Series(beyond[:, column]) for column, one in enumerate(STANCES)}
    )
    row = aggregate(stances, articles, empty(THEME_OF_ARTICLE), [], 200, 0, errors).row(0, named=True)
    name = STANCES[stance]
    assert row[name] == pytest.approx(1, abs=0.01)
    assert row[f"{name}_low"] == pytest.approx(0.88, abs=0.03)  # 0.92, and the imaginary article
    assert row[f"{name}_low"] < row[name] <= row[f"{name}_high"]
