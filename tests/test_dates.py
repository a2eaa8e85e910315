from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.corpus.read.dates import (
    AMBIGUOUS,
    UNREAD,
    date_in_path,
    find_order,
    is_date_format,
    outlet_of_url,
    parse_date,
    read_column,
    with_dates,
)

THE_DAY = date(2016, 9, 12)


@pytest.mark.parametrize(
    "raw",
    [
        "2016-09-12",
        "2016/9/12",
        "2016-09-12T23:59:00+03:00",
        "2016-09-12 00:00:00",
        "20160912",
        "20160912T101500Z",
        "12.09.2016",
        "12.9.16",
        "10:30 12.09.2016",
        "Mon, 12 Sep 2016 10:00:00 GMT",
        "Mon Sep 12 10:00:00 +0000 2016",
        "September 12th, 2016",
        "12-Sep-2016",
        "12 сентября 2016 г.",
        "понедельник, 12 сен. 2016, 10:30",
        "12 вересня 2016 року",
        "12. September 2016",
        "12 septembre 2016",
        "12 de septiembre de 2016",
        "12 سبتمبر 2016",
        "١٢ أيلول ٢٠١٦",
        "12 أيلول/سبتمبر 2016",
        "1473638400",
        "1473638400.0",
        "1473638400000",
    ],
)
def test_one_day_in_many_ways(raw):
    assert parse_date(raw) == THE_DAY


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("1er août 2015", date(2015, 8, 1)),
        ("3. März 2015", date(2015, 3, 3)),
        ("5 juillet 2015", date(2015, 7, 5)),
        ("9 мая 2015", date(2015, 5, 9)),
        ("9 лютого 2015", date(2015, 2, 9)),
        ("9 листопада 2015", date(2015, 11, 9)),
        ("May 9, 2015", date(2015, 5, 9)),
        ("7 enero 2015", date(2015, 1, 7)),
        ("12 كانون الثاني 2015", date(2015, 1, 12)),
        ("12 تشرين الأول 2015", date(2015, 10, 12)),
        ("3 أبريل 2015", date(2015, 4, 3)),
        ("3 آب 2015", date(2015, 8, 3)),
    ],
)
def test_month_names(raw, day):
    assert parse_date(raw) == day


@pytest.mark.parametrize(
    "raw", ["", None, "yesterday", "2016", "2016-09", "31.02.2016", "2016-13-01", "nan", "12345"]
)
def test_what_is_no_day_gives_none(raw):
    assert parse_date(raw) is None


def test_a_slashed_date_alone_is_never_guessed():
    assert [reading.date for reading in read_column(["05/04/2017", "06/07/2017"])] == [None, None]
    assert read_column(["05/04/2017"])[0].note == AMBIGUOUS
    assert parse_date("16/09/12") is None


def test_equal_numbers_need_no_order():
    assert parse_date("11/11/2016") == date(2016, 11, 11)


def test_one_clear_date_decides_its_column():
    assert [one.date for one in read_column(["05/04/2017", "25/04/2017"])] == [
        date(2017, 4, 5),
        date(2017, 4, 25),
    ]
    assert [one.date for one in read_column(["05/04/2017", "04/25/2017"])] == [
        date(2017, 5, 4),
        date(2017, 4, 25),
    ]
    assert "day first" in str(read_column(["05/04/2017", "25/04/2017"])[0].note)


def test_a_column_that_shows_both_orders_decides_nothing():
    column = ["05/04/2017", "25/04/2017", "04/25/2017"]
    assert find_order(column) is None
    assert [one.date for one in read_column(column)] == [None, date(2017, 4, 25), date(2017, 4, 25)]


def test_two_digit_years_before_slashes_are_no_evidence():
    assert find_order(["16/09/05", "05/04/2017"]) is None


def test_a_format_goes_before_all_else():
    assert parse_date("05/04/2017", date_format="%d/%m/%Y") == date(2017, 4, 5)
    assert parse_date("05.04.2017", date_format="%m.%d.%Y") == date(2017, 5, 4)
    assert parse_date("12 Sep 2016", date_format="%m.%d.%Y") == THE_DAY
    assert parse_date("2016", date_format="%Y") == date(2016, 1, 1)


@pytest.mark.parametrize(
    ("date_format", "good"),
    [("%d/%m/%Y", True), ("%Y", True), ("%d.%m.", False), ("dd/mm/yyyy", False), ("%d %Q", False)],
)
def test_formats_are_checked(date_format, good):
    assert is_date_format(date_format) is good


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_what_is_written_without_doubt_is_read_back(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%d.%m.%Y}") == day
    assert parse_date(f"{day:%d %B %Y}") == day
    assert parse_date(f"{day:%B %d, %Y}") == day


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_a_month_of_days_shows_its_order(first, date_format):
    days = [first + timedelta(days=number) for number in range(31)]
    column = [day.strftime(date_format) for day in days]
    assert [reading.date for reading in read_column(column)] == days


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(raw):
    parse_date(raw)
    date_in_path(raw)
    outlet_of_url(raw)


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("https://a.example/2016/09/12/slug", THE_DAY),
        ("https://a.example/2016/9/12/", THE_DAY),
        ("outlet/2016-09-12_truce.txt", THE_DAY),
        ("20160912-truce.html", THE_DAY),
        ("https://a.example/12-09-2016/", None),
        ("https://a.example/1234567890123", None),
        ("https://a.example/2016/13/12/", None),
        ("https://a.example/2016/02/31/", None),
    ],
)
def test_dates_in_paths(path, day):
    assert date_in_path(path) == day


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://www.meridian.example/a", "meridian.example"),
        ("http://m.meridian.example:80/a", "meridian.example"),
        ("meridian.example/a", "meridian.example"),
        ("slug", None),
        ("http://[bad", None),
    ],
)
def test_outlets_of_urls(url, outlet):
    assert outlet_of_url(url) == outlet


def test_each_file_has_its_own_order_and_the_rest_helps_out():
    rows = [
        ("a.csv", 1, "05/04/2017", None, None),
        ("a.csv", 2, "25/04/2017", None, None),
        ("b.csv", 1, "05/04/2017", None, None),
        ("c.csv", 1, "05/04/2017", "https://x.example/2017/05/04/", None),
        ("2016-09-12_a.txt", None, None, None, None),
        ("2016-09-12.csv", 1, None, None, None),
        ("d.txt", None, None, None, "Москва, 12 сентября 2016 г."),
        ("e.csv", 1, "gestern", None, None),
    ]
    table = pl.DataFrame(
        rows,
        {
            "file": pl.String,
            "line": pl.Int64,
            "published_raw": pl.String,
            "url": pl.String,
            "dateline": pl.String,
        },
        orient="row",
    )
    articles, notes = with_dates(table)
    days = [date(2017, 4, 5), date(2017, 4, 25), None, date(2017, 5, 4), THE_DAY, None, THE_DAY, None]
    assert articles["published"].to_list() == days
    assert notes[AMBIGUOUS] == 1
    assert notes[UNREAD] == 1
    assert notes["published from the URL"] == 1
    assert notes["published from the file name"] == 1
    assert notes["published from the dateline"] == 1
