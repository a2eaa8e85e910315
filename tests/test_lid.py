"""The model of languages read from its file: its scores are those of the library that it belongs to."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newstance.corpus import lid, lid_file
from newstance.corpus.language import LEAST, detect

GOLD = Path(__file__).parent / "data" / "sentences.jsonl"
SIGNS = st.lists(st.sampled_from([*"abczäßїжяوىש中がक. ", "\u0301", "𝔘", " the ", " и ", " в "]), min_size=1)


def texts() -> list[str]:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    return [" ".join(" ".join(row["sentences"]).split())[:450] for row in rows]


def known_to_library(text: str) -> np.ndarray:
    """Scores of all labels; 0 where the library names them not."""
    found = dict(lid.library_guesses(text, len(lid.labels()), 0.0))
    return np.array([found.get(label, 0.0) for label in lid.labels()])


def agree(text: str, own: np.ndarray) -> bool:
    theirs = known_to_library(text)
    named = theirs > 0
    near = np.abs(np.minimum(own, 1.0) - theirs)[named].max(initial=0.0) < lid.DOUBT / 10
    return bool(near and (own[~named] < 1.01 * LEAST).all())


def test_scores_are_those_of_the_library():
    sample = texts()[::3]
    assert all(map(agree, sample, lid.probabilities(sample)))


def test_the_score_of_one_label_is_that_among_all():
    sample = texts()[:40]
    scores = lid.probabilities(sample)
    for label in ("ru", "en", "ar", "sr", "tyv"):
        alone = lid.probability(sample, label)
        assert np.allclose(alone, scores[:, lid.labels().index(label)], rtol=1e-4, atol=1e-7)


@given(SIGNS.map("".join))
@settings(max_examples=60)
def test_any_words_are_read_as_the_library_reads_them(text):
    text = " ".join(text.split())
    assert not text or agree(text, lid.probabilities([text])[0])


def test_words_that_are_forgotten_are_read_anew(monkeypatch):
    sample = texts()[:30]
    before = lid.probabilities(sample)
    monkeypatch.setattr(lid, "MOST_WORDS", 50)
    words = lid._Words(lid_file.lid_model())
    monkeypatch.setattr(lid, "_words", lambda: words)
    assert np.allclose(lid.probabilities(sample), before, atol=1e-6)
    assert np.allclose(lid.probabilities(sample[:3] + sample[:3]), before[[0, 1, 2, 0, 1, 2]], atol=1e-6)


@pytest.mark.parametrize("word", ["</s>", "__label__ru", "a\0b"])
def test_what_only_the_library_reads_is_left_to_it(word):
    text = f"{word} the minister said that the talks would go on next week"
    assert lid.is_special(text)
    lang, score = lid.library_guesses(text, 1, 0.0)[0]
    assert detect([text]) == [lang if score >= 0.5 else "und"]


def test_a_near_score_is_asked_of_the_library(monkeypatch):
    asked = []

    def library(text, count, least):
        asked.append(text)
        return [("fr", 0.9)]

    text = "The minister said that the talks would go on next week."
    monkeypatch.setattr(lid, "library_guesses", library)
    assert detect([text]) == ["en"]
    assert not asked
    scores = np.zeros((1, len(lid.labels())), dtype=np.float32)
    scores[0, lid.labels().index("en")] = 0.5 + lid.DOUBT / 2
    monkeypatch.setattr(lid, "probabilities", lambda texts: scores)
    assert detect([text]) == ["fr"]
    assert asked == [text]


def test_another_file_is_refused(monkeypatch, tmp_path):
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "lid.176.ftz").write_bytes(bytes(200))
    spec = type("Spec", (), {"origin": str(tmp_path / "__init__.py")})
    monkeypatch.setattr(lid_file, "find_spec", lambda name: spec)
    with pytest.raises(ValueError, match="no quantized fastText model"):
        lid_file.lid_model.__wrapped__()
