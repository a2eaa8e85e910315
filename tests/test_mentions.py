"""Names are found where they stand as words, and nowhere else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.stance.mentions import Mention, find_mentions, mention_pattern


def found(text: str, *mentions: str) -> list[str]:
    """All that is found of the mentions in a text."""
    return [match.group() for match in mention_pattern(mentions).finditer(text)]


@pytest.mark.parametrize(
    ("mention", "text", "expected"),
    [
        ("санкци*", "Санкции, санкциями и санкционный; антисанкции", ["Санкции", "санкциями", "санкционный"]),
        ("*санкци*", "антисанкции", ["антисанкции"]),
        ("*gate", "Watergate and gateway", ["Watergate"]),
        ("truce", "A truce, truces and Truce.", ["truce", "Truce"]),
        ("Sergei Lavrov", "Sergei\n  Lavrov met Sergei", ["Sergei\n  Lavrov"]),
        ("U.S.", "the U.S. and the UxSx", ["U.S."]),
        ("C++", "C++ is not C", ["C++"]),
        ("cease-fire*", "cease-fires", ["cease-fires"]),
        ("*الهدنة", "أعلنت موسكو الهدنة والتزمت بالهدنة", ["الهدنة", "بالهدنة"]),
        ("الهدنة", "والهدنة", []),
        ("روسيا*", "روسيا وروسيا", ["روسيا"]),
        ("Straße", "auf der STRASSE und der straße", ["straße"]),
    ],
)
def test_wildcards_case_and_whole_words(mention, text, expected):
    assert found(text, mention) == expected


@pytest.mark.parametrize(
    ("mention", "text", "expected"),
    [
        ("US", "They told us that the US left; Us and bus", ["US"]),
        ("ЕС", "Ес и ес, но ЕС", ["ЕС"]),
        ("US*", "USA and usage", ["USA"]),
        ("NATO", "Nato and nato", []),
        ("UNESCO", "Unesco", ["Unesco"]),
        ("us", "US and us", ["US", "us"]),
    ],
)
def test_short_capitals_must_stand_so(mention, text, expected):
    assert found(text, mention) == expected


def test_the_longest_of_overlapping_names_is_taken():
    assert found("the United States Senate", "United", "United States", "States") == ["United States"]


def test_the_case_of_one_name_does_not_rule_the_others():
    assert found("us, the us and Truce; US and TRUCE", "US", "truce") == ["Truce", "US", "TRUCE"]


def test_the_first_mention_of_each_target_in_the_order_of_texts_and_targets():
    targets = {"truce": ["truce", "ceasefire"], "Moscow": ["Moscow", "Kremlin"]}
    texts = ["Nothing.", "The Kremlin wants a ceasefire, a truce that Moscow keeps.", "Moscow is silent."]
    assert find_mentions(texts, targets) == [
        Mention(1, "truce", 20, 29),
        Mention(1, "Moscow", 4, 11),
        Mention(2, "Moscow", 0, 6),
    ]


def test_no_text_or_no_target_gives_nothing():
    assert find_mentions([], {"truce": ["truce"]}) == []
    assert find_mentions(["A truce."], {}) == []


def test_letters_with_a_meaning_in_expressions_are_letters():
    assert found("(a|b) [c] $5", "(a|b)", "[c]", "$5") == ["(a|b)", "[c]", "$5"]


WORDS = st.lists(st.sampled_from(["Moscow", "moscow", "US", "us", "🕊️", "перемирие", "هدنة", "-", ".", "x"]))


@given(WORDS, st.sampled_from([" ", "  ", "\n"]))
def test_offsets_cut_out_the_name_itself(words, gap):
    text = gap.join(words)
    targets = {"Moscow": ["Moscow"], "US": ["US"], "truce": ["перемири*", "*هدنة"]}
    names = {"Moscow": {"Moscow", "moscow"}, "US": {"US"}, "truce": {"перемирие", "هدنة"}}
    mentions = find_mentions([text], targets)
    assert {one.target for one in mentions} == {name for name in targets if names[name] & set(words)}
    for one in mentions:
        assert text[one.start : one.end] in names[one.target]
        before = re.split(r"\s+", text[: one.start])
        assert not names[one.target] & set(before)


@given(st.text(max_size=40), st.text(min_size=1, max_size=6).filter(lambda text: text.strip("* ")))
def test_any_mention_makes_an_expression_that_finds_words_only(text, mention):
    mention = mention.strip()
    for one in find_mentions([text, f"({mention.strip('*')})"], {"target": [mention]}):
        cut = [text, f"({mention.strip('*')})"][one.row][one.start : one.end]
        assert re.search(re.escape(mention.strip("*")).replace(r"\ ", r"\s+"), cut, re.IGNORECASE)
