"""Names are found where they stand as words, and nowhere else."""

import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from checkout import ROOT
from newstance.scripts import folded
from newstance.stance.mentions import (
    Mention,
    TargetNames,
    find_mentions,
    literal_of,
    mention_pattern,
    search_key,
    unused_mentions,
)
from newstance.themes.codebook import Target


def found(text: str, *mentions: str, exclude: tuple[str, ...] = ()) -> list[str]:
    """All that is found of the mentions in a text."""
    return [
        text[one.start : one.end] for one in find_mentions([text], {"target": mentions}, {"target": exclude})
    ]


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


def test_every_mention_of_each_target_in_the_order_of_texts_targets_and_places():
    targets = {"truce": ["truce", "ceasefire"], "Moscow": ["Moscow", "Kremlin"]}
    texts = ["Nothing.", "The Kremlin wants a ceasefire, a truce that Moscow keeps.", "Moscow is silent."]
    assert find_mentions(texts, targets) == [
        Mention(1, "truce", 0, 20, 29, "name"),
        Mention(1, "truce", 1, 33, 38, "name"),
        Mention(1, "Moscow", 0, 4, 11, "name"),
        Mention(1, "Moscow", 1, 44, 50, "name"),
        Mention(2, "Moscow", 0, 0, 6, "name"),
    ]


@pytest.mark.parametrize(
    ("mention", "text", "expected"),
    [
        ("зелён* зал*", "Из Зелёного зала вышли; зелёный и зал", ["Зелёного зала"]),
        (
            "syrisch* Armee",
            "die syrische Armee, der syrischen  Armee",
            ["syrische Armee", "syrischen  Armee"],
        ),
        (
            "Прав*тельств*",
            "Правительство и правительством; правовое тельство",
            ["Правительство", "правительством"],
        ),
        ("a*b*c", "abc aXbXc abcbc ab c abcd", ["abc", "aXbXc", "abcbc"]),
        ("*land* Rat", "der isländische Rat", []),
        ("*länd* Rat", "der isländische Rat", ["isländische Rat"]),
        ("head * state", "head of state, head state", ["head of state"]),
        ("peace**keep*", "peacekeepers", ["peacekeepers"]),
        ("莫斯科", "他在莫斯科举行会谈。", ["莫斯科"]),
        ("*莫斯科*", "他在莫斯科举行会谈。", ["莫斯科"]),
        ("俄*军", "报道说俄罗斯军撤离", ["俄罗斯军"]),
        ("п'ят*", "п’ятниця, пʼятий і п'ята", ["п’ятниця", "пʼятий", "п'ята"]),
    ],
)
def test_a_star_inside_a_mention_is_letters_of_that_word(mention, text, expected):
    assert found(text, mention) == expected


def test_a_star_stays_within_its_word():
    assert found("більше думати про дім", "біл* д*м*") == ["більше думати"]
    assert found("білий, а дім", "біл* дім") == []


def test_a_mention_of_an_excluded_phrase_is_none():
    text = "Banned in Russia, the group left Russia; Moscow, Idaho, is not Moscow."
    assert found(text, "Russia*", "Moscow", exclude=("banned in Russia", "Moscow, Idaho")) == [
        "Russia",
        "Moscow",
    ]
    assert find_mentions([text], {"Russia": ["Russia"]}, {"Russia": ["banned in Rus*"]}) == [
        Mention(0, "Russia", 0, 33, 39)
    ]


def test_an_exclusion_holds_for_its_own_target_alone():
    targets = {"Russia": ["Russia"], "ban": ["banned"]}
    mentions = find_mentions(["banned in Russia"], targets, {"Russia": ["banned in Russia"]})
    assert [one.target for one in mentions] == ["ban"]


def test_many_stars_do_not_take_long_on_a_long_word():
    # Tried in every way, this would take longer than the sun will shine.
    assert found("a" * 20_000, "*a*a*a*a*a*a*a*b") == []
    assert found("俄" * 20_000, "俄*俄*俄*军") == []
    assert found("a " * 10_000, "a* a* a* a* b*") == []


def test_mentions_that_occur_nowhere_are_told_by_target():
    targets = {
        "truce": ["truce*", "armistice", "перемири*"],
        "Moscow": ["Moscow"],
        "sea": [f"sea{n}" for n in range(12)],
    }
    seen = [("truce", "tru\u00adces"), ("Moscow", "Moscow"), ("Moscow", "armistice")]
    truce, sea = unused_mentions(seen, targets, ["A truce.", "Élan."])
    assert truce == "target 'truce': 1 of its 3 mentions occur in no sentence: armistice"
    assert sea.startswith("target 'sea': 12 of its 12 mentions occur in no sentence: sea0, sea1")
    assert sea.endswith("sea9 and 2 more")
    # A mention in an alphabet that no text has is no mistake.
    assert "перемири*" in unused_mentions(seen, targets, ["A truce.", "Да."])[0]


def test_no_text_or_no_target_gives_nothing():
    assert find_mentions([], {"truce": ["truce"]}) == []
    assert find_mentions(["A truce."], {}) == []


def test_letters_with_a_meaning_in_expressions_are_letters():
    assert found("(a|b) [c] $5", "(a|b)", "[c]", "$5") == ["(a|b)", "[c]", "$5"]


WORDS = st.lists(st.sampled_from(["Moscow", "moscow", "US", "us", "🕊️", "перемирие", "هدنة", "-", ".", "x"]))


@given(WORDS, st.sampled_from([" ", "  ", "\n"]))
def test_offsets_cut_out_the_names_themselves(words, gap):
    text = gap.join(words)
    targets = {"Moscow": ["Moscow"], "US": ["US"], "truce": ["перемири*", "*هدنة"]}
    names = {"Moscow": {"Moscow", "moscow"}, "US": {"US"}, "truce": {"перемирие", "هدنة"}}
    mentions = find_mentions([text], targets)
    for target in targets:
        own = [one for one in mentions if one.target == target]
        assert [text[one.start : one.end] for one in own] == [word for word in words if word in names[target]]
        assert [one.mention for one in own] == list(range(len(own)))


def names_something(mention: str) -> bool:
    return bool(folded(mention).text.replace("*", "").strip())


@given(st.text(max_size=40), st.text(min_size=1, max_size=6).filter(names_something))
def test_any_mention_finds_itself_and_words_only(text, mention):
    core = folded(mention).text.strip().strip("*").strip()
    texts = [text, f"({core})"]
    mentions = find_mentions(texts, {"target": [mention]})
    for one in mentions:
        cut = folded(texts[one.row][one.start : one.end]).text
        assert mention_pattern(mention).fullmatch(cut)
    assert "*" in core or 1 in {one.row for one in mentions}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("В Белом доме молчат, а пресс-секретарь Белого дома ушёл.", ["Белом доме", "Белого дома"]),
        ("У Білому домі кажуть: Білий дім чекає.", ["Білому домі", "Білий дім"]),
        ("Треба більше думати про штат редакції.", []),
        ("Штатное расписание белорусского дома культуры.", []),
        ("Das Weiße Haus, ein Sprecher des Weißen Hauses.", ["Weiße Haus", "Weißen Hauses"]),
        ("Der weiße Haushalt.", []),
        ("Latin America is not America.", ["America"]),
        ("The Washington Post writes of Washington.", ["Washington"]),
    ],
)
def test_the_codebook_of_the_sample_means_the_american_state(text, expected):
    book = YAML(typ="safe", pure=True).load((ROOT / "configs/codebooks/us-russia.yaml").read_text("utf-8"))
    target = next(target for target in book["targets"] if target["name"] == "United States")
    assert found(text, *target["mentions"], exclude=target["exclude"]) == expected


TARGETS = {
    "Washington": ["Washington*", "Вашингтон*", "واشنطن", "Ουάσιγκτον"],
    "sanctions": ["Sanktion*", "санкци*", "sanction*", "*عقوبات"],
    "truce": ["Waffenruhe*", "перемири*", "*الهدنة", "cessez-le-feu", "trêve*"],
}
PLAIN = [
    "Washington drohte mit neuen Sanktionen, die Waffenruhe hielt.",
    "Вашингтон пригрозил санкциями, перемирие соблюдается, йод и её їжа.",
    "La trêve tient, le cessez-le-feu aussi, malgré les sanctions de Washington.",
    "أعلنت واشنطن الهدنة والعقوبات",
    "Η Ουάσιγκτον σιωπά.",
]
HIDDEN = ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u200e", "\u202b", "\ufe0f", "\u034f"]


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if sign.isascii() and sign.isalnum() else sign for sign in text)


def stressed(text: str) -> str:
    return re.sub("(?i)([аеиоуыэюяіє])", "\\1\u0301", text)


def vowelled(text: str) -> str:
    return re.sub("([\u0628-\u064a])", "\\1\u064e\u0640", text)


@given(
    st.sampled_from(PLAIN),
    st.lists(st.tuples(st.integers(0, 80), st.sampled_from(HIDDEN)), max_size=12),
    st.lists(
        st.sampled_from(
            [full_width, stressed, vowelled, partial(normalize, "NFD"), partial(normalize, "NFC")]
        ),
        max_size=3,
        unique=True,
    ),
)
def test_what_is_not_seen_hides_no_target(plain, signs, changes):
    text = plain
    for change in changes:
        text = change(text)
    for place, sign in signs:
        place = min(place, len(text))
        inside = 0 < place < len(text) and not any(map(str.isspace, text[place - 1 : place + 1]))
        text = text[:place] + sign * inside + text[place:]
    before, after = find_mentions([plain], TARGETS), find_mentions([text], TARGETS)
    assert [(one.target, one.mention) for one in after] == [(one.target, one.mention) for one in before]
    for was, now in zip(before, after, strict=True):
        assert folded(text[now.start : now.end]).text == folded(plain[was.start : was.end]).text


LETTERS = "aiıİIsSſßẞσςΣkKμµёЁЕеb*' ’"


@given(st.text(LETTERS, min_size=1, max_size=6), st.text(LETTERS.replace("*", ""), max_size=12))
def test_the_quick_look_never_hides_a_name(mention, text):
    if not folded(mention).text.replace("*", "").strip():
        return
    view = folded(text).text
    named = [match.span() for match in mention_pattern(mention).finditer(view)]
    assert bool(TargetNames([mention]).spans(view)) == bool(named)
    if named:
        assert literal_of(mention) in search_key(view)


HOSTILE_MENTIONS = [
    *(
        "a     b",
        "a*b*c",
        "*",
        "* * * * *",
        "a* b",
        "俄*军*x",
        "俄*x",
        "俄* x",
        "俄*军* *x",
        "俄*x*y*z*w",
        "ถ*ก*x",
    ),
    *("*a" * 50, "a " * 50 + "b", "* " * 50 + "b", "'*'*'x", "ab*ab*ab*c", "a*.*.*.b", "'" * 100, "\u0301*"),
]
HOSTILE_TEXTS = [
    *(
        "US ",
        "US,",
        "a",
        "ab",
        "俄军",
        "俄",
        "a    ",
        "п'",
        "a" * 50 + " ",
        "a.",
        "a\u0301",
        "ก",
        "俄x",
        "a a.b'",
    ),
]


def test_hostile_mentions_and_texts_end_in_time():
    """A pattern that tries anything twice would take hours for these; the child has a minute of CPU."""
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (60, 60))\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from test_mentions import HOSTILE_MENTIONS, HOSTILE_TEXTS\n"
        "from newstance.stance.mentions import MOST_IN_A_TEXT, find_mentions\n"
        "for sign in HOSTILE_TEXTS:\n"
        "    text = sign * (40_000 // len(sign))\n"
        "    for mention in HOSTILE_MENTIONS:\n"
        "        assert len(find_mentions([text], {'t': [mention]})) <= MOST_IN_A_TEXT\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]


def test_no_more_than_twenty_mentions_of_a_target_are_read_in_a_text():
    assert [one.start for one in find_mentions(["US," * 50], {"US": ["US"]})] == list(range(0, 60, 3))


@pytest.mark.parametrize("mention", ["", "   ", "\u200b", "\u0301 "])
def test_a_mention_in_which_nothing_is_seen_is_refused(mention):
    with pytest.raises(ValueError, match="names nothing"):
        mention_pattern(mention)


def test_a_mention_as_long_as_a_text_is_refused():
    with pytest.raises(ValueError, match="has 201 characters, more than 200"):
        Target(name="t", mentions=["a" * 201])
