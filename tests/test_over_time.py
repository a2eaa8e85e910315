"""Shares of themes by hand and by law; what counts once; birth and end."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from newstance.groups import ARTICLE_KEYS
from newstance.tables import NOISE
from newstance.themes.over_time import lifespans, shares_of_themes, with_shares

MONDAY = date(2016, 9, 12)
ARTICLES = {
    "article_id": pl.String,
    "source": pl.String,
    "lang": pl.String,
    "published": pl.Date,
    "duplicate_of": pl.String,
    "theme_id": pl.Int64,
}
THEMES = pl.DataFrame({"theme_id": [0, 1, 2, 7], "level": [0, 0, 0, 1], "parent": [7, 7, None, None]})
ROWS = [
    ("a", "Post", "en", MONDAY, None, 0),
    ("b", "Post", "en", MONDAY + timedelta(6), None, 1),
    ("c", "Bote", "de", MONDAY + timedelta(7), None, 1),
    ("copy", "Bote", "de", MONDAY + timedelta(2), "a", 0),
    ("d", None, "de", None, None, NOISE),
]


def run(rows: list[tuple], by: list[str], **options) -> pl.DataFrame:
    table = pl.DataFrame(rows, schema=ARTICLES, orient="row")
    theme_of = table.select("article_id", "theme_id")
    return shares_of_themes(table.drop("theme_id"), theme_of, THEMES, by, **options)


def counts(table: pl.DataFrame, *by: str) -> dict[tuple, tuple[int, int]]:
    """n and n_articles of each group and theme that has articles."""
    some = table.filter(pl.col("n") > 0)
    return {
        tuple(row[key] for key in (*by, "theme_id")): (row["n"], row["n_articles"]) for row in some.to_dicts()
    }


def test_shares_by_hand_and_a_reprint_once() -> None:
    assert counts(run(ROWS, [])) == {(0,): (1, 4), (1,): (2, 4), (NOISE,): (1, 4)}
    by_outlet = counts(run(ROWS, ["source"]), "source")
    assert by_outlet[("Bote", 0)] == by_outlet[("Bote", 1)] == (1, 2)  # the copy speaks for its outlet
    assert by_outlet[(None, NOISE)] == (1, 1)


def test_the_original_speaks_for_its_family_else_the_earliest() -> None:
    first = ("x", "Post", "en", MONDAY + timedelta(2), None, 0)
    copies = [("y", "Bote", "de", MONDAY + timedelta(1), "x", 1), ("b", "Bote", "de", MONDAY, "x", 2)]
    assert counts(run([*copies, first], ["week"]), "week") == {(MONDAY, 0): (1, 1)}
    assert counts(run(copies, ["week"]), "week") == {(MONDAY, 2): (1, 1)}
    assert counts(run([copies[0], (*copies[1][:3], None, *copies[1][4:])], [])) == {(1,): (1, 1)}


def test_every_theme_has_a_row_in_every_group_that_has_articles() -> None:
    table = run(ROWS, ["source", "week"])
    assert table.columns == [
        "source", "week", "theme_id", "n", "n_articles", "share", "share_low", "share_high",
    ]  # fmt: skip
    assert table.group_by("source", "week").len()["len"].to_list() == [4] * 4
    assert set(table["theme_id"]) == {NOISE, 0, 1, 2}


def test_coarse_themes_are_the_sum_of_their_parts_and_a_theme_of_none_is_itself() -> None:
    rows = [*ROWS, ("e", "Post", "en", MONDAY, None, 2)]
    assert counts(run(rows, [], level="coarse")) == {(7,): (3, 5), (2,): (1, 5), (NOISE,): (1, 5)}


@pytest.mark.parametrize(
    ("period", "starts"),
    [
        ("day", [MONDAY, MONDAY + timedelta(6), MONDAY + timedelta(7)]),
        ("week", [MONDAY, MONDAY + timedelta(7)]),
        ("month", [date(2016, 9, 1)]),
        ("quarter", [date(2016, 7, 1)]),
        ("year", [date(2016, 1, 1)]),
    ],
)
def test_periods_and_articles_without_a_date(period: str, starts: list[date]) -> None:
    originals = [row for row in ROWS if row[0] != "copy"]
    table = run(originals, [period])
    assert table[period].unique(maintain_order=True).to_list() == [*starts, None]
    assert counts(table.filter(pl.col(period).is_null()), period) == {(None, NOISE): (1, 1)}


def test_intervals_are_those_of_wilson() -> None:
    from scipy.stats import binomtest

    table = with_shares(pl.DataFrame({"n": [0, 1, 5, 10, 0], "n_articles": [10, 10, 10, 10, 0]}))
    known = [binomtest(n, 10).proportion_ci(method="wilson") for n in (0, 1, 5, 10)]
    assert table["share_low"].to_list()[:4] == pytest.approx([one.low for one in known])
    assert table["share_high"].to_list()[:4] == pytest.approx([one.high for one in known])
    assert table.row(4)[2:] == (None, None, None)


def test_a_wrong_question_is_told() -> None:
    for options, message in (
        ({"by": ["outlet"]}, "outlet.*source"),
        ({"by": ["week", "week"]}, "names a key twice"),
        ({"by": [], "level": "finest"}, "got 'finest', expected 'fine' or 'coarse'"),
    ):
        with pytest.raises(ValueError, match=message):
            run(ROWS, **options)
    table = pl.DataFrame(ROWS, schema=ARTICLES, orient="row")
    with pytest.raises(ValueError, match="'b' is not in theme_of_article"):
        shares_of_themes(table, table.select("article_id", "theme_id").head(1), THEMES, [])


@pytest.mark.parametrize("by", [[], ["source"], ["lang", "month"]])
def test_no_articles_keep_the_columns(by: list[str]) -> None:
    assert run([], by).height == 0
    assert run([], by).schema == run(ROWS, by).schema


# Laws

KEYS = st.lists(st.sampled_from(ARTICLE_KEYS), unique=True, max_size=2)
DAYS = st.none() | st.integers(0, 400).map(lambda days: MONDAY + timedelta(days))


@st.composite
def originals(draw) -> list[tuple]:
    n = draw(st.integers(1, 25))
    outlets, langs = st.sampled_from(["Post", "Bote", None]), st.sampled_from(["en", "de", "und"])
    themes = st.sampled_from([NOISE, 0, 1, 2])
    return [(f"a{i}", draw(outlets), draw(langs), draw(DAYS), None, draw(themes)) for i in range(n)]


@settings(max_examples=30)
@given(originals(), KEYS, st.sampled_from(["fine", "coarse"]), st.randoms(use_true_random=False))
def test_shares_of_a_group_sum_to_one_in_any_order_of_rows(rows, by, level, random) -> None:
    table = run(rows, by, level=level)
    per_group = (
        table.group_by(by).agg(pl.col("share", "n").sum(), pl.col("n_articles").first()) if by else None
    )
    if per_group is not None:
        assert per_group["share"].to_list() == pytest.approx([1.0] * per_group.height)
        assert per_group["n"].to_list() == per_group["n_articles"].to_list()
    assert table["n"].sum() == len(rows)
    assert table.select(
        ((pl.col("share_low") <= pl.col("share")) & (pl.col("share") <= pl.col("share_high"))).all()
    ).item()
    assert table.select(pl.col("share_low").min() >= 0, pl.col("share_high").max() <= 1).row(0) == (
        True,
        True,
    )
    assert_frame_equal(run(random.sample(rows, len(rows)), by, level=level), table, check_exact=True)


@settings(max_examples=30)
@given(originals(), KEYS, st.data())
def test_a_reprint_in_the_group_of_its_original_changes_nothing(rows, by, data) -> None:
    first = data.draw(st.sampled_from(rows))
    copy = ("copy", *first[1:4], first[0], data.draw(st.sampled_from([NOISE, 0, 1])))
    assert_frame_equal(run([*rows, copy], by), run(rows, by), check_exact=True)
    elsewhere = ("copy", "Elsewhere", *copy[2:])
    assert run([*rows, elsewhere], ["source"])["n"].sum() == run(rows, ["source"])["n"].sum() + 1
    assert_frame_equal(run([*rows, elsewhere], []), run(rows, []), check_exact=True)


@settings(max_examples=30)
@given(originals())
def test_coarse_counts_are_sums_of_fine_ones(rows) -> None:
    fine, coarse = counts(run(rows, [])), counts(run(rows, [], level="coarse"))
    both = sum(fine.get((theme,), (0, 0))[0] for theme in (0, 1))
    assert coarse.get((7,), (0, 0))[0] == both
    assert coarse.get((2,)) == fine.get((2,))


# Birth and end


def over_time(*weeks: list[int]) -> pl.DataFrame:
    """Counts by week of theme 0 in the first place, theme 1 in the second, of 10 articles each week."""
    rows = [
        {"week": MONDAY + timedelta(7 * week), "theme_id": theme, "n": n, "n_articles": 10}
        for week, both in enumerate(weeks)
        for theme, n in zip((0, 1, NOISE), (*both, 10 - sum(both)), strict=True)
    ]
    undated = {"week": None, "theme_id": 1, "n": 4, "n_articles": 4}
    return with_shares(pl.DataFrame([*rows, undated]))


def test_birth_and_end_by_hand() -> None:
    weeks = [MONDAY + timedelta(7 * week) for week in range(4)]
    table = lifespans(over_time([3, 0], [0, 2], [1, 5], [4, 0]), "week")
    assert table.rows() == [
        (0, weeks[0], weeks[3], True, True, 2, 8, 0),
        (1, weeks[2], weeks[2], False, False, 1, 7, 4),
    ]
    assert table.columns == [
        "theme_id",
        "first",
        "last",
        "from_start",
        "to_end",
        "n_periods",
        "n",
        "n_undated",
    ]


def test_birth_by_the_share_and_a_theme_that_never_has_enough() -> None:
    table = over_time([3, 0], [0, 2], [1, 5], [4, 0])
    by_share = lifespans(table, "week", min_articles=1, min_share=0.2)
    assert by_share.row(1)[1:6] == (MONDAY + timedelta(7), MONDAY + timedelta(14), False, False, 2)
    never = lifespans(table, "week", min_articles=6)
    assert never.row(0)[1:6] == (None, None, False, False, 0)
    for wrong in ({"min_articles": 0}, {"min_share": 1.2}):
        with pytest.raises(ValueError, match="expected at least 1 article"):
            lifespans(table, "week", **wrong)


@settings(max_examples=30)
@given(originals(), st.integers(1, 3))
def test_a_stricter_question_never_gives_a_longer_life(rows, least) -> None:
    table = run(rows, ["month"])
    wide, narrow = (lifespans(table, "month", min_articles=n) for n in (least, least + 1))
    both = wide.join(narrow, on="theme_id").drop_nulls("first_right")
    assert (both["first"] <= both["first_right"]).all()
    assert (both["last"] >= both["last_right"]).all()
    assert (wide["n"] + wide["n_undated"]).sum() == sum(row[-1] != NOISE for row in rows)
