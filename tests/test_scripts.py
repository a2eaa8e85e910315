"""The folded view of a text: what looks alike is alike in it, and its places lead back to the text."""

from unicodedata import combining, decomposition, is_normalized, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.scripts import CHANGED, PLAIN, UNSPACED_BLOCKS, Folded, folded, is_unspaced

WORDS = [
    "Straße",
    "год",
    "йод",
    "її",
    "ёж",
    "Łódź",
    "Việt",
    "خبر",
    "أمر",
    "שלום",
    "한국",
    "がく",
    "हिंदी",
    "中文",
    "x-1",
    "🕊️",
]
SIGNS = ["\u00ad", "\u200b", "\u200d", "\ufeff", "\u202e", "\ufe0f", "\u0301", "\u0640", "\u064e", "\u05b8"]
TEXTS = st.lists(
    st.sampled_from([*WORDS, *SIGNS, " ", "\u00a0", "\n", "ﬁ", "Ａ", "\u0308", "\u3099"]), max_size=30
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Was\u00adser\u00adstra\u00adße", "Wasserstraße"),
        ("\ufeffбе\u0301рег и ре\u0300ки", "берег и реки"),
        ("и\u0306од, і\u0308жа, е\u0308ж, Ґ", "йод, їжа, ёж, Ґ"),
        ("ѝ ѐ", "и е"),
        ("cafe\u0301", "café"),
        ("\u202bالوَزِيـــر\u202c", "الوزير"),
        ("ﻻ ﻣﺎء", "لا ماء"),
        ("שָׁלוֹם", "שלום"),
        ("می\u200cرود", "میرود"),
        ("ＮＡＴＯ　２０１６：Ａ", "NATO 2016：A"),
        ("eﬃcient ﬁle", "efficient file"),
        ("a\u00a0b\u202fc\u2009d", "a b c d"),
        ("cease\u2011fire", "cease-fire"),
        ("𝐍𝐞𝐰𝐬", "News"),
        ("one\n\u2028two\x85", "one\n\u2028two\x85"),
        ("\u200b\u2060", ""),
    ],
)
def test_what_is_not_seen_or_means_nothing_goes(text, expected):
    assert folded(text).text == expected


@pytest.mark.parametrize("text", ["plain", "Łódź, год; 中文。", "🕊 peace", "हिंदी में", "한국", ""])
def test_a_text_that_needs_nothing_stays_as_it_is(text):
    assert folded(text) == Folded(text)


@given(TEXTS.map("".join) | st.text(max_size=40))
def test_folding_again_changes_nothing(text):
    once = folded(text).text
    assert folded(once).text == once


@given(st.lists(st.sampled_from([*WORDS, " ", "ﬁ", "Ａ"]), max_size=20).map("".join))
def test_letters_apart_and_together_are_the_same(text):
    assert folded(normalize("NFD", text)).text == folded(normalize("NFC", text)).text == folded(text).text


@given(TEXTS.map("".join))
def test_places_lead_to_the_text_and_back(text):
    view = folded(text)
    position = 0
    for place in range(len(view.text)):
        start, end = view.span(place, place + 1)
        assert position <= start < end <= len(text) or (start, end) == view.span(place - 1, place)
        assert view.text[place] in folded(text[start:end]).text
        first, last = view.folded_span(start, end)
        assert first <= place < last
        assert folded(text[position:start]).text == ""
        position = end
    assert folded(text[position:]).text == ""
    assert view.span(0, len(view.text))[1] <= len(text)


@given(TEXTS.map("".join), st.data())
def test_a_piece_of_the_view_is_the_piece_of_the_text(text, data):
    view = folded(text)
    start = data.draw(st.integers(0, len(view.text)))
    end = data.draw(st.integers(start, len(view.text)))
    first, last = view.span(start, end)
    assert first <= last
    if start == end:
        assert first == last
    else:
        assert view.text[start:end] in folded(text[first:last]).text


def test_a_span_that_holds_nothing_seen_is_empty():
    view = folded("ab\u200bcd")
    assert view.folded_span(2, 3) == (2, 2)
    assert view.span(2, 2) == (3, 3)
    assert view.span(4, 4) == (5, 5)


def test_scripts_without_spaces():
    assert all(map(is_unspaced, "中かカไພမខ𠀀"))
    assert not any(map(is_unspaced, "aя한ع。（1🕊"))
    assert list(UNSPACED_BLOCKS) == sorted(UNSPACED_BLOCKS)


def test_plain_signs_stand_for_themselves_whatever_is_around_them():
    plain = [sign for sign in map(chr, range(0x3000)) if PLAIN.fullmatch(sign)]
    joining = {
        chr(int(parts[1], 16))
        for parts in (decomposition(chr(code)).split() for code in range(0x110000))
        if len(parts) == 2 and not parts[0].startswith("<")
    }
    assert {"a", "é", "я", "ї", "ب", "«", "—"} <= set(plain)
    assert not [sign for sign in plain if CHANGED.search(sign) or combining(sign) or sign in joining]
    assert all(is_normalized("NFC", sign) for sign in plain)


@given(TEXTS)
def test_places_are_those_of_a_list(signs):
    view = folded("".join(signs))
    if view.starts is not None:
        starts, ends = list(view.starts), list(view.ends)
        assert len(starts) == len(view.starts) == len(view.text) + 1
        assert [view.starts[-1], *starts] == [
            len("".join(signs)),
            *(view.starts[i] for i in range(len(starts))),
        ]
        assert starts == sorted(starts)
        assert ends == [view.ends[i] for i in range(len(view.text))]
        with pytest.raises(IndexError):
            view.ends[len(view.text)]
