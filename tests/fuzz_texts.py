"""All that works on the text of an article as targets of ``make fuzz``."""

from itertools import pairwise
from pathlib import Path

from fuzz_common import lang_of, text_of, told


def clean(data: bytes, place: Path) -> None:
    """The cleaner: what it removes are spans of the text, in order and apart."""
    from newstance.corpus.clean.clean import clean as clean_text

    title, bar, body = text_of(data).partition("\x1f")
    title, body = (title, body) if bar else (None, title)
    kept, removed, metadata = clean_text(body, title, lang_of(data))
    assert all(0 <= one.start < one.end <= len(body) for one in removed)
    assert all(before.end <= after.start for before, after in pairwise(removed))
    assert all(one.reason for one in removed)
    assert not [line for line in kept.split("\n") if line != line.strip()]
    assert metadata.keys() <= {"dateline"}


def repeated(data: bytes, place: Path) -> None:
    """The lines and phrases that the articles of an outlet repeat, and a text cleaned of them."""
    from newstance.corpus.clean.clean import clean as clean_text
    from newstance.corpus.clean.repeated import repeated_lines

    texts = text_of(data).split("\x1f")
    longest = "word " * 99  # the longest line of an article is not counted
    lines = repeated_lines(
        {"outlet": [f"{one}\n\n{longest}{number}" for number in range(3) for one in texts]}
    )
    clean_text(texts[0], None, lang_of(data), lines["outlet"])


def split(data: bytes, place: Path) -> None:
    """The splitter: spans in order and apart, and nothing that is seen lies outside them."""
    from newstance.corpus.sentences.split import split as split_text
    from newstance.scripts import folded

    given = text_of(data)
    spans = split_text(given, lang_of(data))
    assert all(0 <= start < end <= len(given) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    edges = [0, *(edge for span in spans for edge in span), len(given)]
    outside = [given[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    assert not any(folded(one).text.strip() for one in outside), "a sign that is seen lies in no sentence"


def language(data: bytes, place: Path) -> None:
    """The language of a text."""
    from newstance.corpus.language import detect

    assert len(detect([text_of(data)])) == 1


def mentions(data: bytes, place: Path) -> None:
    """Mentions, excluded phrases, and the text in which they are looked for."""
    from newstance.stance.mentions import MOST_IN_A_TEXT, find_mentions
    from newstance.themes.codebook import check_mentions

    names, _, given = text_of(data).partition("\n")
    try:
        wanted = check_mentions(names.split(",")[:6])
    except ValueError as error:
        if told(error):
            return
        raise
    found = find_mentions([given], {"t": wanted[:4]}, {"t": wanted[4:]})
    spans = [one.span for one in found]
    assert len(spans) <= MOST_IN_A_TEXT
    assert all(0 <= start < end <= len(given) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def holder(data: bytes, place: Path) -> None:
    """Who speaks in a sentence after others."""
    from newstance.stance.holder import find_holder

    *before, given = text_of(data).split("\n")
    found = find_holder(given, before, lang_of(data))
    if found.start is not None:
        assert 0 <= found.start < found.end <= len(given)
