import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.corpus.read.files import read_records
from newstance.corpus.read.repair import mend_code_page, with_line_ends, without_html, without_marks

TEXTS = {
    "ru": "Паром на остров снова ходит после шторма. Экипаж поблагодарили мэр и школа.",
    "uk": "Пором на острів знову ходить після шторму. Екіпаж подякували мер і школа, її діти.",
    "fr": "La trêve a été respectée à Alep, où les blessés ont été évacués.",
    "de": "Die Fähre fährt wieder; für die Mannschaft gab es schöne Grüße.",
    "ar": "عادت العبارة إلى الجزيرة بعد العاصفة وشكر العمدة طاقمها.",
    "pl": "Prom na wyspę znów pływa po burzy. Załodze dziękował burmistrz.",
    "en": "The crew’s “thanks” — a long story… of 24 °C at the café.",
}
C1 = {byte: chr(byte) for byte in range(0x80, 0xA0)}


def wrongly_read(text, codec):
    """``text`` in UTF-8, read as ``codec``; bytes it does not know as control characters."""
    return "".join(bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("codec", ["cp1252", "latin-1", "cp1251"])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("lang", TEXTS)
def test_utf8_read_as_a_code_page_is_repaired(lang, codec, times):
    text = TEXTS[lang]
    for _ in range(times):
        text = wrongly_read(text, codec)
    assert mend_code_page(text) == TEXTS[lang]


@pytest.mark.parametrize("lang", TEXTS)
def test_what_reads_well_is_left(lang):
    assert mend_code_page(TEXTS[lang]) == TEXTS[lang]
    assert mend_code_page(TEXTS[lang].upper()) == TEXTS[lang].upper()


@given(st.text())
def test_nothing_fails_and_twice_is_once(text):
    once = mend_code_page(text)
    assert mend_code_page(once) == once


@pytest.mark.parametrize(
    ("true", "read_as"), [("cp1251", "latin-1"), ("koi8-r", "cp1251"), ("cp1251", "koi8-r")]
)
def test_one_cyrillic_code_page_read_as_another_is_repaired(true, read_as):
    assert mend_code_page(TEXTS["ru"].encode(true).decode(read_as)) == TEXTS["ru"]


def test_a_few_good_characters_between_damaged_ones():
    damaged = wrongly_read(TEXTS["fr"], "cp1252") + " – “Алеппо”"
    assert mend_code_page(damaged) == TEXTS["fr"] + " – “Алеппо”"


def test_a_repair_is_noted_and_titles_are_repaired_too():
    (article,) = read_records(
        [{"title": wrongly_read("Trêve", "cp1252"), "text": wrongly_read(TEXTS["fr"], "cp1252")}]
    )
    assert (article.title, article.text) == ("Trêve", TEXTS["fr"])
    assert any("wrong code page" in note for note in article.inferred)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Smith &amp;amp; Sons", "Smith & Sons"),
        ("It&#39;s &ldquo;open&rdquo;&nbsp;now", "It's “open” now"),
        ("AT&T & co; R&D; 5 &lt; 6", "AT&T & co; R&D; 5 < 6"),
        ("Some <b>bold</b> <a href='x'>words</a>", "Some bold words"),
        ("<p>One.</p>\n\n\n<p>Two.</p>", "One.\n\nTwo."),
        ("Text<script>var x = '<b>';</script>.<!-- no -->", "Text."),
        ("a < b and c > d, <unknown> and <b and c>", "a < b and c > d, <unknown> and <b and c>"),
    ],
)
def test_html_in_a_text(text, bare):
    assert without_html(text) == bare


def test_marks_around_html():
    assert without_marks("<![CDATA[<p>One.</p>]]>") == "<p>One.</p>"
    assert without_marks("&lt;p&gt;One.&lt;/p&gt;") == "<p>One.</p>"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("One.\\nTwo.\\n\\nThree.", "One.\nTwo.\n\nThree."),
        ("One.\\r\\nTwo.\\r\\nSmile \\ud83d\\ude00", "One.\nTwo.\nSmile 😀"),
        ("Saved in C:\\New\\Notes\\North", "Saved in C:\\New\\Notes\\North"),
        ("One \\n only", "One \\n only"),
        ("Real\nline, \\n and \\n", "Real\nline, \\n and \\n"),
        ("The mark \\nabla and \\nu", "The mark \\nabla and \\nu"),
    ],
)
def test_escaped_line_ends(text, after):
    assert with_line_ends(text) == after
