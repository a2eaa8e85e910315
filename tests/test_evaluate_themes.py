"""Theme scores against scikit-learn and against values found by hand."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    silhouette_score,
    v_measure_score,
)

from newstance.evaluate.coherence import npmi
from newstance.evaluate.themes import entropy, purity, theme_scores

THEMES = np.array([0, 0, 0, 1, 1, 1, -1, -1])
LANGS = ["ru", "ru", "en", "en", "en", "en", "ru", "en"]
LABELS = ["war", "war", "talks", "talks", "talks", None, "war", "sport"]


def made_vectors(n: int = len(THEMES)) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, 4))


def scores(**changes):
    made = {
        "vectors": made_vectors(),
        "theme_ids": THEMES,
        "langs": LANGS,
        "keywords": {},
        "texts": [""] * len(THEMES),
        "labels": LABELS,
    }
    return theme_scores(**made | changes)


def coherence(keywords: list[str], texts: list, lang: str = "en") -> dict[str, float]:
    """Metrics of one theme with ``keywords`` over ``texts``."""
    n = len(texts)
    return theme_scores(made_vectors(n), np.zeros(n), [lang] * n, {0: {lang: keywords}}, texts).metrics


def test_noise_and_number_of_themes():
    metrics = scores().metrics
    assert metrics["themes/n_themes"] == 2
    assert metrics["themes/noise"] == 2 / 8


def test_silhouette_is_scikit_learns_over_what_is_no_noise():
    expected = silhouette_score(made_vectors()[:6], THEMES[:6], metric="cosine")
    assert scores().metrics["themes/silhouette"] == pytest.approx(expected)


def test_silhouette_of_many_articles_is_that_of_a_fixed_sample(monkeypatch):
    monkeypatch.setattr("newstance.evaluate.themes.SILHOUETTE_SAMPLE", 50)
    vectors, themes = made_vectors(400), np.arange(400) % 4
    made = {
        "vectors": vectors,
        "theme_ids": themes,
        "langs": ["en"] * 400,
        "texts": [""] * 400,
        "labels": None,
    }
    first, second = scores(**made).metrics, scores(**made).metrics
    assert first == second
    everything = silhouette_score(vectors, themes, metric="cosine")
    assert first["themes/silhouette"] != pytest.approx(everything, abs=1e-12)
    assert first["themes/silhouette"] == pytest.approx(everything, abs=0.1)


@pytest.mark.parametrize("themes", [np.zeros(8), np.full(8, -1), np.arange(8)])
def test_no_silhouette_where_there_is_none(themes):
    assert "themes/silhouette" not in scores(theme_ids=themes).metrics


def test_all_noise_gives_an_empty_table():
    result = scores(theme_ids=np.full(8, -1))
    assert result.table.height == 0
    assert result.metrics["themes/noise"] == 1
    assert result.metrics["themes/n_themes"] == 0
    assert "themes/ami_assigned" not in result.metrics
    assert result.metrics["themes/n_labelled_assigned"] == 0


def test_no_articles_at_all():
    empty = theme_scores(np.zeros((0, 4)), np.zeros(0), [], {}, [])
    assert empty.metrics == {"themes/n_themes": 0}
    assert empty.table.height == 0


def test_entropy_is_in_bits():
    assert entropy(["en"] * 5) == 0
    assert entropy(["en", "ru"]) == 1
    assert entropy(["en", "ru", "uk", "ar"]) == 2
    assert entropy(["en", "en", "en", "ru"]) == pytest.approx(0.8112781)


def test_entropy_of_languages_is_the_mean_over_themes():
    metrics = scores().metrics
    assert metrics["themes/lang_entropy"] == pytest.approx(entropy(["ru", "ru", "en"]) / 2)
    assert metrics["themes/lang_entropy_corpus"] == pytest.approx(entropy(LANGS))


def test_agreement_is_scikit_learns_with_noise_as_a_theme_and_without():
    metrics = scores().metrics
    labelled = np.array([label is not None for label in LABELS])
    for suffix, rows in (("", labelled), ("_assigned", labelled & (THEMES != -1))):
        labels, themes = np.array(LABELS, dtype=object)[rows].astype(str), THEMES[rows]
        assert metrics[f"themes/ami{suffix}"] == pytest.approx(adjusted_mutual_info_score(labels, themes))
        assert metrics[f"themes/ari{suffix}"] == pytest.approx(adjusted_rand_score(labels, themes))
        assert metrics[f"themes/v_measure{suffix}"] == pytest.approx(v_measure_score(labels, themes))
        assert metrics[f"themes/n_labelled{suffix}"] == rows.sum()
    assert metrics["themes/purity"] == pytest.approx((2 + 2 + 1) / 7)
    assert metrics["themes/purity_assigned"] == pytest.approx((2 + 2) / 5)


def test_purity_found_by_hand():
    labels = np.array(["a", "a", "b", "b", "b", "c"])
    assert purity(labels, np.array([0, 0, 0, 1, 1, 1])) == pytest.approx(4 / 6)
    assert purity(labels, np.arange(6)) == 1


@pytest.mark.parametrize("labels", [None, [None] * 8])
def test_no_agreement_without_labels(labels):
    result = scores(labels=labels)
    assert not any("ami" in name or "n_labelled" in name for name in result.metrics)
    assert result.table["label"].null_count() == 2


def test_no_agreement_with_one_label_only():
    metrics = scores(labels=["war"] * 8).metrics
    assert "themes/ami" not in metrics
    assert metrics["themes/n_labelled"] == 8


def test_table_has_a_row_a_theme_with_its_label():
    expected = pl.DataFrame(
        {
            "theme_id": [0, 1],
            "n": [3, 3],
            "label": ["war", "talks"],
            "label_share": [2 / 3, 1.0],
            "lang_entropy": [entropy(["ru", "ru", "en"]), 0.0],
            "source_entropy": pl.Series([None, 0.0]),
        }
    )
    sources = [None, None, None, "Nord", "Nord", None, "Süd", "Nord"]
    assert scores(sources=sources).table.equals(expected)
    metrics = scores(sources=sources).metrics
    assert metrics["themes/source_entropy"] == 0
    assert metrics["themes/source_entropy_corpus"] == pytest.approx(0.8112781)
    assert "themes/source_entropy" not in scores().metrics


def test_diversity_is_the_mean_over_languages():
    keywords = {
        0: {"en": ["War", "peace"], "ru": ["война"]},
        1: {"en": ["war", "truce"], "ru": ["мир"]},
        -1: {"en": ["war", "war"]},
    }
    assert scores(keywords=keywords).metrics["themes/keyword_diversity"] == pytest.approx((3 / 4 + 1) / 2)


def test_diversity_takes_the_first_ten_words():
    ten = [f"word{i}" for i in range(10)]
    keywords = {0: {"en": [*ten, "more"]}, 1: {"en": [*(w + "x" for w in ten), "more"]}}
    assert scores(keywords=keywords).metrics["themes/keyword_diversity"] == 1


def test_npmi_found_by_hand():
    assert npmi(0, 0.5, 0.5) == -1
    assert npmi(0.25, 0.5, 0.5) == 0
    assert npmi(0.5, 0.5, 0.5) == 1
    assert npmi(1, 1, 1) == 1
    assert npmi(0.2, 0.4, 0.3) == pytest.approx(np.log(0.2 / 0.12) / -np.log(0.2))


def test_coherence_counts_articles_not_words():
    texts = ["War and war, truce."] * 2 + ["The war goes on"] * 2 + ["truce"] * 1 + ["rain"] * 5
    metrics = coherence(["war", "Truce"], texts)
    assert metrics["themes/lang=en/npmi"] == pytest.approx(npmi(0.2, 0.4, 0.3))
    assert metrics["themes/npmi"] == pytest.approx(npmi(0.2, 0.4, 0.3))


def test_coherence_is_over_the_articles_of_the_language_and_then_a_mean():
    english = ["war truce"] * 5 + ["rain"] * 5
    russian = ["война"] * 5 + ["мир война"] * 2 + ["дождь"] * 3
    texts, langs = english + russian, ["en"] * 10 + ["ru"] * 10
    keywords = {0: {"en": ["war", "truce"], "ru": ["война", "мир"]}, 1: {"en": ["rain"]}}
    metrics = theme_scores(made_vectors(20), np.arange(20) % 2, langs, keywords, texts).metrics
    assert metrics["themes/lang=en/npmi"] == pytest.approx(1)
    assert metrics["themes/lang=ru/npmi"] == pytest.approx(npmi(0.2, 0.7, 0.2))
    assert metrics["themes/npmi"] == pytest.approx((1 + npmi(0.2, 0.7, 0.2)) / 2)


def test_words_are_given_where_a_text_does_not_have_them_as_keywords():
    texts = ["войны и миры"] * 3 + ["дожди"] * 7
    assert coherence(["война", "мир"], texts, "ru")["themes/keywords_unseen"] == 1
    assert "themes/npmi" not in coherence(["война", "мир"], texts, "ru")
    lemmas = [["война", "и", "мир"]] * 3 + [["дождь"]] * 7
    metrics = coherence(["Война", "мир"], lemmas, "ru")
    assert metrics["themes/npmi"] == pytest.approx(1)
    assert metrics["themes/keywords_unseen"] == 0


def test_no_coherence_over_few_articles():
    assert not any("npmi" in name for name in coherence(["war", "truce"], ["war truce"] * 9))


@pytest.mark.parametrize("column", ["vectors", "langs", "texts", "labels"])
def test_wrong_length_is_named(column):
    with pytest.raises(ValueError, match=f"{column}: 3 rows for 8 articles"):
        scores(**{column: made_vectors(3) if column == "vectors" else ["x"] * 3})


def test_every_metric_is_a_finite_float():
    keywords = {0: {"en": ["war"]}, 1: {"en": ["truce"]}}
    metrics = scores(keywords=keywords).metrics
    assert all(type(value) is float and np.isfinite(value) for value in metrics.values())
