"""Names reach a terminal as text: nothing in them steers it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.plain import plain, plain_lines

ANY_TEXT = st.text(st.characters(exclude_categories=()))
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(ANY_TEXT)
def test_nothing_that_steers_a_terminal_is_left(text):
    shown = plain(text)
    assert not [
        sign for sign in shown if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or sign in TURNING
    ]
    shown.encode("utf-8")


@given(ANY_TEXT)
def test_lines_stay_lines(text):
    shown = plain_lines(text)
    assert shown.count("\n") == text.count("\n")
    assert plain(shown.replace("\n", "").replace("\t", "")) == shown.replace("\n", "").replace("\t", "")


@pytest.mark.parametrize(
    "text", ["The Meridian Post", "جريدة الميناء", "Світовий тиждень", "日刊", "a\u200fb [/b] 👩‍🚀"]
)
def test_names_of_any_script_stay_as_they_are(text):
    assert plain(text) == plain_lines(text) == text


@pytest.mark.parametrize(
    ("sign", "shown"),
    [
        ("\x1b", "␛"),
        ("\x07", "␇"),
        ("\r", "␍"),
        ("\n", "␊"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\udcff", "\\udcff"),
    ],
)
def test_a_sign_is_shown_visibly(sign, shown):
    assert plain(f"a{sign}b") == f"a{shown}b"
