"""Shares by hand, reprints, intervals that hold what they promise, and no dependence on row order."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from newstance.stance.aggregate import SHARES, aggregate, one_a_sentence
from newstance.tables import STANCES

MONDAY = date(2016, 9, 12)


def make_articles(rows: list[tuple]) -> pl.DataFrame:
    """Articles from (article_id, source, lang, published, duplicate_of)."""
    schema = {
        "article_id": pl.String,
        "source": pl.String,
        "lang": pl.String,
        "published": pl.Date,
        "duplicate_of": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def make_stances(rows: list[tuple]) -> pl.DataFrame:
    """Stances from (article_id, target, stance, decided), each in a sentence of its own."""
    schema = {"article_id": pl.String, "target": pl.String, "stance": pl.String, "decided": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.int_range(pl.len()).alias("sentence"),
        mention=pl.lit(0, pl.Int64),
        **{f"proba_{stance}": pl.col("stance").eq(stance).cast(pl.Float64) for stance in STANCES},
    )


ARTICLES = make_articles(
    [
        ("a", "Post", "en", MONDAY, None),
        ("b", "Post", "en", date(2016, 9, 18), None),
        ("c", "Bote", "de", date(2016, 9, 19), None),
        ("copy", "Bote", "de", date(2016, 9, 14), "a"),
        ("d", None, "de", None, None),
    ]
)
THEMES = pl.DataFrame({"article_id": ["a", "b", "c", "copy", "d"], "theme_id": [0, 1, 1, 0, -1]})
STANCE_ROWS = [
    ("a", "Russia", "favor", True),
    ("a", "Russia", "favor", True),
    ("a", "Russia", "none", True),
    ("b", "Russia", "against", True),
    ("b", "Russia", "against", False),
    ("c", "Russia", "against", True),
    ("c", "sanctions", "favor", True),
    ("copy", "Russia", "favor", True),
    ("copy", "Russia", "favor", True),
    ("copy", "Russia", "none", True),
    ("d", "sanctions", "favor", False),
]
STANCES_TABLE = make_stances(STANCE_ROWS)


def mentions_of(*rows: tuple) -> pl.DataFrame:
    """Mentions of Russia in article a from (sentence, mention, favor, against)."""
    columns = ["sentence", "mention", "proba_favor", "proba_against"]
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(
        article_id=pl.lit("a"),
        target=pl.lit("Russia"),
        proba_none=1 - pl.col("proba_favor") - pl.col("proba_against"),
        stance=pl.when(pl.col("proba_favor") > pl.col("proba_against"))
        .then(pl.lit("favor"))
        .otherwise(pl.lit("against")),
        decided=pl.max_horizontal("proba_favor", "proba_against") >= 0.5,
    )


def test_a_sentence_counts_once_through_its_clearest_mention():
    stances = mentions_of((1, 0, 0.6, 0.3), (1, 1, 0.1, 0.8), (1, 2, 0.7, 0.2), (2, 0, 0.5, 0.3))
    clearest = one_a_sentence(stances)
    assert clearest.select("sentence", "mention").rows() == [(1, 1), (2, 0)]
    assert clearest.columns == stances.columns
    shares = aggregate(stances, ARTICLES, THEMES, ["target"])
    assert shares.select("n", "favor", "against").rows() == [(2, 0.5, 0.5)]


def test_of_equally_clear_mentions_the_first_counts_in_any_order_of_rows():
    stances = mentions_of((1, 0, 0.2, 0.7), (1, 1, 0.7, 0.2))
    assert one_a_sentence(stances)["mention"].to_list() == [0]
    assert one_a_sentence(stances.reverse())["mention"].to_list() == [0]


def row_of(table: pl.DataFrame, **keys: object) -> dict:
    """The one row with ``keys``."""
    rows = table.filter(*[pl.col(key).eq_missing(pl.lit(value)) for key, value in keys.items()])
    return rows.row(0, named=True) if rows.height == 1 else pytest.fail(f"{rows.height} rows with {keys}")


def run(by: list[str], **options: int) -> pl.DataFrame:
    return aggregate(STANCES_TABLE, ARTICLES, THEMES, by, **options)


def test_shares_by_hand_and_reprints_once() -> None:
    row = row_of(run(["target"]), target="Russia")
    # a: 2 favor, 1 none; b: 1 against, 1 undecided; c: 1 against; the copy of a is not counted
    assert (row["n"], row["n_articles"], row["n_undecided"]) == (5, 3, 1)
    assert row["favor"] == pytest.approx(2 / 5)
    assert row["against"] == pytest.approx(2 / 5)
    assert row["none"] == pytest.approx(1 / 5)
    assert row["net"] == pytest.approx(0)


def test_reprint_counts_for_the_outlet_that_printed_it() -> None:
    table = run(["source", "target"])
    assert row_of(table, source="Post", target="Russia")["net"] == pytest.approx(1 / 4)
    bote = row_of(table, source="Bote", target="Russia")
    assert (bote["n"], bote["n_articles"]) == (4, 2)
    assert bote["net"] == pytest.approx(1 / 4)


def test_reprint_in_the_same_outlet_counts_once() -> None:
    articles = ARTICLES.with_columns(source=pl.lit("Post"))
    row = row_of(
        aggregate(STANCES_TABLE, articles, THEMES, ["source", "target"]), source="Post", target="Russia"
    )
    assert (row["n"], row["n_articles"]) == (5, 3)


def test_weeks_begin_on_monday_and_a_missing_date_is_a_group() -> None:
    table = run(["week"])
    assert table["week"].to_list() == [MONDAY, date(2016, 9, 19), None]
    assert row_of(table, week=MONDAY)["n_articles"] == 2
    assert run(["month"])["month"].to_list() == [date(2016, 9, 1), None]
    assert run(["quarter"])["quarter"].to_list() == [date(2016, 7, 1), None]


def test_keys_can_be_combined() -> None:
    table = run(["theme_id", "lang", "article_id"])
    assert table.columns[:6] == ["theme_id", "lang", "article_id", "n", "n_articles", "n_undecided"]
    assert row_of(table, theme_id=0, lang="de", article_id="copy")["favor"] == pytest.approx(2 / 3)
    assert table.height == 5


def test_no_keys_give_one_row() -> None:
    table = run([])
    assert (table.height, table["n"][0]) == (1, 6)


def test_nothing_decided_has_no_shares() -> None:
    row = row_of(run(["article_id"]), article_id="d")
    assert (row["n"], row["n_articles"], row["n_undecided"]) == (0, 0, 1)
    assert all(row[name] is None for name in (*SHARES, "net_low", "net_high"))


@pytest.mark.parametrize("by", [[], ["source"], ["theme_id", "week"]])
def test_no_stances_keep_the_columns(by: list[str]) -> None:
    nothing = aggregate(STANCES_TABLE.clear(), ARTICLES, THEMES, by)
    assert nothing.height == 0
    assert nothing.schema == run(by).schema


def test_unknown_key_and_unknown_article_are_told() -> None:
    with pytest.raises(ValueError, match=r"outlet.*source"):
        run(["outlet"])
    with pytest.raises(ValueError, match="'copy' is not in articles"):
        aggregate(STANCES_TABLE, ARTICLES.filter(pl.col("article_id") != "copy"), THEMES, ["target"])
    with pytest.raises(ValueError, match="'d' is not in theme_of_article"):
        aggregate(STANCES_TABLE, ARTICLES, THEMES.head(4), ["theme_id"])


def test_agreement_of_few_articles_is_not_certainty() -> None:
    def interval(n_articles: int) -> float:
        keys = [f"a{index}" for index in range(n_articles)]
        articles = make_articles([(key, "Post", "en", MONDAY, None) for key in keys])
        row = aggregate(make_stances([(key, "Russia", "favor", True) for key in keys]), articles, THEMES, [])
        assert row["net"][0] == row["net_high"][0] == 1
        return row["net_low"][0]

    assert interval(1) < interval(3) < interval(20) < interval(300) < 1
    assert interval(1) < 0
    assert interval(300) > 0.95


def test_sentences_of_one_article_are_not_independent() -> None:
    def width(n_articles: int) -> float:
        keys = [f"a{index % n_articles}" for index in range(400)]
        leaning = ["favor" if int(key[1:]) % 2 else "against" for key in keys]
        articles = make_articles([(key, "Post", "en", MONDAY, None) for key in sorted(set(keys))])
        stances = make_stances(
            [(key, "Russia", stance, True) for key, stance in zip(keys, leaning, strict=True)]
        )
        row = aggregate(stances, articles, THEMES, [])
        return row["net_high"][0] - row["net_low"][0]

    assert width(8) > 4 * width(400)


@pytest.mark.parametrize("n_articles", [3, 30])
def test_interval_holds_the_truth_as_often_as_promised(n_articles: int) -> None:
    rng = np.random.default_rng(0)
    mix = np.array([0.6, 0.2, 0.2])
    rows, about = [], []
    for corpus in range(300):
        for index in range(n_articles):
            key = f"{corpus}-{index}"
            about.append((key, str(corpus), "en", MONDAY, None))
            counts = rng.multinomial(1 + rng.poisson(2), rng.dirichlet(2 * mix))
            rows += [(key, "Russia", stance, True) for stance in np.repeat(STANCES, counts).tolist()]
    table = aggregate(make_stances(rows), make_articles(about), THEMES, ["source"], n_bootstrap=300)
    held = (table["net_low"] <= 0.4) & (table["net_high"] >= 0.4)
    assert table.height == 300
    assert 0.9 < held.mean() < 0.995


ROWS = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(["Russia", "sanctions"]),
        st.sampled_from(STANCES),
        st.booleans(),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing_and_intervals_hold_the_shares(rows: list[tuple], random) -> None:
    by = ["source", "target"]
    table = aggregate(make_stances(rows), ARTICLES, THEMES, by, n_bootstrap=30)
    shuffled = random.sample(rows, len(rows))
    again = aggregate(make_stances(shuffled), ARTICLES.reverse(), THEMES.reverse(), by, n_bootstrap=30)
    assert_frame_equal(table, again, check_exact=True)
    assert table["n"].sum() == sum(decided for *_, decided in rows)
    for row in table.filter(pl.col("n") > 0).to_dicts():
        assert sum(row[stance] for stance in STANCES) == pytest.approx(1)
        assert row["net"] == pytest.approx(row["favor"] - row["against"])
        assert all(row[f"{name}_low"] <= row[name] <= row[f"{name}_high"] for name in SHARES)


def test_seed_and_number_of_resamples() -> None:
    assert_frame_equal(run(["target"], seed=3), run(["target"], seed=3), check_exact=True)
    with pytest.raises(ValueError, match="n_bootstrap: got 0"):
        run(["target"], n_bootstrap=0)
