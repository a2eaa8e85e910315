from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.corpus.clean.rules import LANGS, OTHER_LANGS
from newstance.corpus.read.dates import (
    AMBIGUOUS,
    BY_COLUMN,
    DOTTED,
    NOT_IN_FORMAT,
    date_in_path,
    is_date_format,
    outlet_of_url,
    parse_date,
    read_column,
    with_dates,
)
from newstance.corpus.read.day import IMPOSSIBLE, OTHER_CALENDAR, UNREAD
from newstance.languages import language

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
        "1473638400000.0",
        "1473638400000000",
        "1473638400123456789",
        "2016091210",
        "2016-09-12T23:59:59.999-08:00",
        "12 Sep 2016 10:00 GMT+3",
        "Mon, 12 Sep 16 10:00:00 +0300",
        "Mon Sep 12 10:00:00 MSK 2016",
        "Sep 12, 2016, 10:30 AM",
        "10:30, 12 September 2016",
        "12/Sep/2016:10:30:00 +0000",
        "12-SEP-16",
        "12-Sep-16 10.30.00.000000 AM",
        "12 Sep '16",
        "2016 Sep 12",
        "12th of September 2016",
        "12-го сентября 2016г.",
        "12 września 2016 r.",
        "12. září 2016",
        "12 Eylül 2016 Pazartesi, 10:30",
        "12 EYLÜL 2016",
        "12 settembre 2016",
        "12 de setembro de 2016",
        "12 september 2016",
        "12 septembar 2016",
        "2016. szeptember 12.",
        "12 سبتمبر (أيلول) 2016",
        "١٢ سبتمبر عام ٢٠١٦",
        "٢٠١٦/٠٩/١٢",
        "\u200f12\u200f.9\u200f.2016",
        "۱۲ سپتامبر ۲۰۱۶",
        "دوشنبه ۲۲ شهریور ۱۳۹۵",
        "２０１６年９月１２日",
        "2016年09月12日 10:30 星期一",
        "二〇一六年九月十二日",
        "2016년 9월 12일",
        "１２．０９．２０１６",
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
        ("31 stycznia 2015", date(2015, 1, 31)),
        ("3 ocak 2015", date(2015, 1, 3)),
        ("3 ARALIK 2015", date(2015, 12, 3)),
        ("3. července 2015", date(2015, 7, 3)),
        ("3. června 2015", date(2015, 6, 3)),
        ("3 lipca 2015", date(2015, 7, 3)),
        ("3 липня 2015", date(2015, 7, 3)),
        ("3 травня 2015", date(2015, 5, 3)),
        ("3 серпня 2015", date(2015, 8, 3)),
        ("3 mrt 2015", date(2015, 3, 3)),
        ("1º de março de 2015", date(2015, 3, 1)),
        ("1° giugno 2015", date(2015, 6, 1)),
        ("3 نونبر 2015", date(2015, 11, 3)),
        ("۳ ژوئیه ۲۰۱۵", date(2015, 7, 3)),
        ("二〇一五年十二月三十一日", date(2015, 12, 31)),
        ("二〇一五年十月二十一日", date(2015, 10, 21)),
    ],
)
def test_month_names(raw, day):
    assert parse_date(raw) == day


@pytest.mark.parametrize(
    ("solar", "day"),
    [
        ("1 فروردین 1395", date(2016, 3, 20)),
        ("30 اسفند 1395", date(2017, 3, 20)),
        ("1 فروردین 1396", date(2017, 3, 21)),
        ("31 شهریور 1398", date(2019, 9, 22)),
        ("1 مهر 1398", date(2019, 9, 23)),
        ("22 بهمن 1357", date(1979, 2, 11)),
        ("1 فروردین 1403", date(2024, 3, 20)),
    ],
)
def test_days_of_the_solar_calendar(solar, day):
    assert parse_date(solar) == day


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        *[(raw, UNREAD) for raw in ("yesterday", "2016", "2016-09", "nan", "12345", "12 сентября", "  ")],
        *[(raw, UNREAD) for raw in ("12 September, 10 a.m.", "12 September 10:30", "12-14 September 2016")],
        *[(raw, UNREAD) for raw in ("12 June (July) 2016", "平成28年9月12日", "12 market 2016", "Sep 2016")],
        *[(raw, IMPOSSIBLE) for raw in ("31.02.2016", "2016-13-01", "31 June 2016", "0000-00-00")],
        *[(raw, IMPOSSIBLE) for raw in ("30 اسفند 1396", "31 مهر 1395", "2016年2月30日", "31/02/2016")],
        *[(raw, OTHER_CALENDAR) for raw in ("1395-06-22", "0001-01-01", "12/12/1437", "2559年9月12日")],
    ],
)
def test_what_is_no_day_gives_none_and_says_why(raw, note):
    assert read_column([raw]) == [(None, note)]


def test_nothing_gives_none_without_a_note():
    assert read_column(["", None]) == [(None, None), (None, None)]


def test_years_of_two_digits_are_1969_to_2068():
    assert parse_date("12.9.69") == date(1969, 9, 12)
    assert parse_date("12.9.68") == date(2068, 9, 12)
    assert parse_date("12-Sep-69") == date(1969, 9, 12)
    assert parse_date("12-Sep-68") == date(2068, 9, 12)
    assert parse_date("12.9.00") == date(2000, 9, 12)
    assert parse_date("12.9.99") == date(1999, 9, 12)


def test_dots_are_day_first_whatever_slashes_do():
    column = ["12.9.16", "04.05.2017", "05/04/2017", "04/25/2017"]
    days = [THE_DAY, date(2017, 5, 4), date(2017, 5, 4), date(2017, 4, 25)]
    assert [one.date for one in read_column(column)] == days
    assert read_column(column)[0].note == DOTTED


def test_dots_are_month_first_where_the_dots_of_the_column_must_be():
    column = ["04.05.2017", "04.25.2017"]
    assert [one.date for one in read_column(column)] == [date(2017, 4, 5), date(2017, 4, 25)]
    assert read_column([*column, "25.04.2017"])[0].date is None


def test_slashes_with_a_year_of_two_digits():
    assert parse_date("04/25/17") == date(2017, 4, 25)
    assert parse_date("25/04/99") == date(1999, 4, 25)
    assert parse_date("99/04/25") == date(1999, 4, 25)
    assert parse_date("25/04/17") is None
    column = read_column(["05/04/17", "04/25/17", "05/04/2017"])
    assert [one.date for one in column] == [date(2017, 5, 4), date(2017, 4, 25), None]
    assert column[0].note == BY_COLUMN["month"]
    assert read_column(["16/09/05", "99/04/25"])[0].date == date(2016, 9, 5)


def test_a_time_with_dots_is_no_date():
    assert parse_date("10.30.15 25/09/2016") == date(2016, 9, 25)


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
    assert [one.date for one in read_column(column)] == [None, date(2017, 4, 25), date(2017, 4, 25)]


def test_two_digit_years_before_slashes_are_no_evidence():
    assert [one.date for one in read_column(["16/09/05", "05/04/2017"])] == [None, None]


def test_a_format_goes_before_all_else():
    assert parse_date("05/04/2017", date_format="%d/%m/%Y") == date(2017, 4, 5)
    assert parse_date("05.04.2017", date_format="%m.%d.%Y") == date(2017, 5, 4)
    assert parse_date("12 Sep 2016", date_format="%m.%d.%Y") == THE_DAY
    assert parse_date("2016", date_format="%Y") == date(2016, 1, 1)
    assert parse_date("١٢/٠٩/٢٠١٦", date_format="%d/%m/%Y") == THE_DAY


def test_what_is_not_in_the_format_is_not_guessed_by_dots_or_the_column():
    column = ["05.04.2017", "05.04.2017 10:30", "25.04.2017", "25/04/2017", "05/04/2017"]
    found = read_column(column, date_format="%m.%d.%Y")
    days = [date(2017, 5, 4), None, date(2017, 4, 25), date(2017, 4, 25), None]
    assert [one.date for one in found] == days
    assert found[1].note == NOT_IN_FORMAT


def test_a_long_run_of_chinese_numbers_is_tried_once():
    assert parse_date("一" * 300_000) is None
    assert parse_date("一" * 10 + "年二〇一六年九月十二日") == THE_DAY


@pytest.mark.parametrize(
    ("date_format", "good"),
    [
        ("%d/%m/%Y", True),
        ("%Y", True),
        ("%d.%m.", False),
        ("dd/mm/yyyy", False),
        ("%d %Q", False),
        ("%m %m", False),
    ],
)
def test_formats_are_checked(date_format, good):
    assert is_date_format(date_format) is good


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_what_is_written_without_doubt_is_read_back(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%d.%m.%Y}") == day
    assert parse_date(f"{day:%d %B %Y}") == day
    assert parse_date(f"{day:%B %d, %Y}") == day


DIGITS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９", "०१२३४५६७८९"]
WRITTEN = [
    "{d} {month} {y}",
    "{weekday}, {d} {month} {y}, 10:30",
    "{month} {d}, {y}",
    "{y} {month} {d} {weekday}",
]


@given(st.data(), st.sampled_from([*LANGS, *OTHER_LANGS]), st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_a_date_written_in_any_language_is_read_back(data, lang, day):
    row = language(lang)["months"][day.month - 1]
    month = data.draw(st.sampled_from([name for name in row if not name[0].isdecimal()]))
    weekday = data.draw(st.sampled_from(language(lang)["weekdays"][day.weekday()]))
    digits = str.maketrans(DIGITS[0], data.draw(st.sampled_from(DIGITS)))
    pattern = data.draw(st.sampled_from(["{y}年{m}月{d}日 {weekday}"] if lang == "zh" else WRITTEN))
    raw = pattern.format(d=day.day, m=day.month, y=day.year, month=month, weekday=weekday).translate(digits)
    for written in (raw, raw.upper(), raw.lower()):
        assert parse_date(written) == day, written


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
