"""Coherence against the values of gensim 4.4.0 (``CoherenceModel``), and its laws.

gensim loses a word of a window when another of its kind leaves it; the texts below repeat no word so near.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.evaluate.coherence import c_v, c_v_scores, npmi_scores

TEXTS = [
    text.split()
    for text in (
        "truce envoy talks border convoy truce",
        "envoy talks geneva convoy aid",
        "harvest wheat rain truce field",
        "wheat field harvest rain price envoy",
        "talks envoy truce geneva",
        "rain wheat price harvest market talks",
        "aid convoy truce envoy border aid",
        "market price wheat harvest",
        "geneva talks truce aid",
        "field rain harvest wheat truce envoy talks geneva",
        "convoy border aid envoy",
        "price market rain field wheat harvest talks",
    )
]
TOPICS = {0: ["truce", "envoy", "talks", "geneva"], 1: ["wheat", "harvest", "rain", "price"]}
LANGS = np.array(["en"] * len(TEXTS), dtype=object)


@pytest.mark.parametrize(
    ("window", "expected"),
    [(110, [0.7325870812609618, 0.9754635244794719]), (4, [0.7738238784002436, 0.8255899269210822])],
)
def test_c_v_is_gensims(window, expected):
    assert list(c_v(TOPICS, TEXTS, window).values()) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("theme", "expected"), [(0, 0.19811743118722033), (1, 0.7115576831376859)])
def test_npmi_is_gensims_over_whole_texts(theme, expected):
    scores = npmi_scores({theme: {"en": TOPICS[theme]}}, TEXTS, LANGS)
    assert scores["themes/npmi"] == pytest.approx(expected, abs=1e-9)


def test_a_window_sees_a_word_that_comes_again_in_it():
    # "aid" leaves the first window of three, yet stands in the second
    twice = c_v({0: ["aid", "truce"]}, [["aid", "truce", "aid", "x"], ["x", "y", "z", "x"]], 3)
    apart = c_v({0: ["aid", "truce"]}, [["aid", "truce", "x", "x"], ["x", "y", "z", "x"]], 3)
    assert twice[0] == pytest.approx(1)
    assert apart[0] < 1


def test_words_that_are_always_together_cohere_wholly_and_unseen_ones_are_left_out():
    assert c_v({0: ["a", "b", "gone"], 1: ["gone", "a"]}, [["a", "b"], ["c"]])[0] == pytest.approx(1)
    assert c_v({1: ["gone", "a"]}, [["a", "b"], ["c"]]) == {}
    assert c_v({0: ["a", "b"]}, [["a", "b"]] * 3) == {0: pytest.approx(1)}
    assert c_v({0: ["a", "b"]}, [[], []]) == {}


def test_languages_are_scored_apart_and_small_ones_not_at_all():
    langs = np.array(["en"] * 10 + ["ru"] * 2, dtype=object)
    metrics, of_themes = c_v_scores({0: {"en": TOPICS[0], "ru": TOPICS[0]}}, TEXTS, langs)
    assert set(metrics) == {"themes/lang=en/c_v", "themes/c_v"}
    assert of_themes == {0: metrics["themes/c_v"]}
    assert metrics["themes/c_v"] == pytest.approx(c_v({0: TOPICS[0]}, TEXTS[:10])[0])


def test_a_large_language_is_sampled(monkeypatch):
    monkeypatch.setattr("newstance.evaluate.coherence.MOST_ARTICLES", 11)
    metrics, _ = c_v_scores({0: {"en": TOPICS[0]}}, TEXTS, LANGS)
    assert metrics["themes/c_v"] != pytest.approx(c_v({0: TOPICS[0]}, TEXTS)[0], abs=1e-9)
    assert c_v_scores({0: {"en": TOPICS[0]}}, TEXTS, LANGS)[0] == metrics


@given(
    st.lists(st.lists(st.sampled_from("abcdef"), max_size=12), min_size=1, max_size=8),
    st.integers(1, 6),
    st.randoms(),
)
def test_c_v_is_at_most_one_whatever_the_order_of_texts_and_words(texts, window, random):
    words = list("abcd")
    score = c_v({0: words}, texts, window)
    random.shuffle(words)
    again = c_v({0: words}, random.sample(texts, len(texts)), window)
    assert score == pytest.approx(again)
    assert all(-1 - 1e-9 <= value <= 1 + 1e-9 for value in score.values())
