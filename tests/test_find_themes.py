"""From sentence vectors to themes: few articles, named themes, languages, and the head that is kept."""

import numpy as np
import pytest
from newstance.themes.language_bias import LanguageProjection
from numpy.testing import assert_array_equal
from sklearn.metrics import adjusted_rand_score

from made import N_DIMS, encode_words, groups_of_vectors, unit
from newstance.tables import NOISE
from newstance.themes.assign import ThemeHead, pool
from newstance.themes.codebook import NamedTheme
from newstance.themes.model import (
    BIAS_WORTH_REMOVING,
    SentenceVectors,
    ThemeModel,
    ThemesConfig,
    find_themes,
)

CHEAP = {"n_resamples": 1, "min_cluster_size": 8}
WORDS = (
    "truce weapons rest guns silence",
    "ballot votes polls election candidate",
    "oil barrels price market crude",
    "vaccine doctors virus hospital patients",
)


def corpus(n_each: int, n_sentences: int = 3, lang_pull: float = 0.0):
    """Sentences of ``n_each`` articles on each of four subjects, and the subject of each article.

    A sentence is three words of its subject and one of its own, so no two are the same.
    """
    rng = np.random.default_rng(11)
    subjects = np.repeat(np.arange(4), n_each)
    texts, rows = [], []
    for article, subject in enumerate(subjects):
        for number in range(n_sentences):
            words = rng.choice(WORDS[subject].split(), 3, replace=False)
            texts.append(" ".join([*words, f"own{article}x{number}"]))
            rows.append(article)
    rows = np.array(rows)
    langs = np.where(rows % 2, "ru", "en")
    pull = np.where(rows[:, None] % 2, 1.0, -1.0) * encode_words(["language"])
    vectors = unit(encode_words(texts) + lang_pull * pull)
    return SentenceVectors(vectors, rows, langs), subjects


def predicted(found, sentences: SentenceVectors) -> np.ndarray:
    """Theme of each article by the head."""
    n_articles = int(sentences.article_rows.max()) + 1
    return found.model.predict(pool(sentences.vectors, sentences.article_rows, n_articles))[0]


@pytest.fixture(scope="module")
def made():
    return corpus(15)


@pytest.fixture(scope="module")
def found(made):
    return find_themes(made[0], [], encode_words, ThemesConfig(**CHEAP), seed=0)


def test_the_subjects_are_found_and_assigned(found, made):
    sentences, subjects = made
    assert found.names == [None] * 4
    assert found.notes == []
    assert found.min_cluster_size == 8
    assert found.stability.shape == (4,)
    theme = predicted(found, sentences)
    assert np.mean(theme == NOISE) <= 0.1
    assert adjusted_rand_score(subjects[theme != NOISE], theme[theme != NOISE]) > 0.95


def test_new_articles_on_the_subjects_get_their_theme(found, made):
    themes = predicted(found, made[0])
    main = [np.bincount(themes[(made[1] == subject) & (themes >= 0)]).argmax() for subject in range(4)]
    theme, _, _ = found.model.predict(encode_words(WORDS))
    assert_array_equal(theme, main)
    assert found.model.predict(encode_words(["quite another matter altogether"]))[0] == [NOISE]


def test_one_seed_gives_one_model(found, made):
    again = find_themes(made[0], [], encode_words, ThemesConfig(**CHEAP), seed=0)
    assert_array_equal(again.model.head.coef, found.model.head.coef)
    assert_array_equal(again.model.head.intercept, found.model.head.intercept)
    assert again.model.head.reject == found.model.head.reject
    assert_array_equal(again.stability, found.stability)


def test_a_head_put_together_from_its_arrays_says_the_same(found, made):
    head, projection = found.model.head, found.model.projection
    copy = ThemeModel(
        LanguageProjection(np.array(projection.basis.tolist(), dtype=np.float32).reshape(-1, N_DIMS)),
        ThemeHead(np.array(head.coef), np.array(head.intercept), float(head.reject), float(head.core)),
    )
    for got, expected in zip(
        copy.predict(made[0].vectors), found.model.predict(made[0].vectors), strict=True
    ):
        assert_array_equal(got, expected)


def test_few_articles_fall_to_their_sentences_with_a_note():
    sentences, subjects = corpus(3, n_sentences=12)
    found = find_themes(sentences, [], encode_words, ThemesConfig(**CHEAP), seed=0)
    assert any("12 articles are few" in note for note in found.notes)
    theme = predicted(found, sentences)
    assert adjusted_rand_score(subjects, theme) > 0.9


def test_the_unit_that_is_wished_is_taken(made):
    few, _ = corpus(3, n_sentences=12)
    by_article = find_themes(few, [], encode_words, ThemesConfig(unit="article", **CHEAP), seed=0)
    assert not any("articles are few" in note for note in by_article.notes)
    assert any("among 12 texts" in note for note in by_article.notes)
    by_sentence = find_themes(made[0], [], encode_words, ThemesConfig(unit="sentence", **CHEAP), seed=0)
    assert by_sentence.notes == []
    assert adjusted_rand_score(made[1], predicted(by_sentence, made[0])) > 0.9


@pytest.mark.parametrize("n_articles", [1, 2, 5, 11])
def test_too_little_is_noise_with_a_note(made, n_articles):
    sentences = SentenceVectors(*(column[:n_articles] for column in corpus(3, n_sentences=1)[0]))
    found = find_themes(sentences, [], encode_words, ThemesConfig(), seed=0)
    assert found.names == []
    assert any("No theme was found" in note and "all are noise" in note for note in found.notes)
    assert_array_equal(predicted(found, sentences), [NOISE] * n_articles)
    assert found.model.predict(sentences.vectors)[2].tolist() == ["noise"] * n_articles


def test_articles_without_a_sentence_take_no_part(made):
    sentences, subjects = made
    missing = [0, 7, 31]
    kept = ~np.isin(sentences.article_rows, missing)
    sentences = SentenceVectors(*(column[kept] for column in sentences))
    theme = predicted(find_themes(sentences, [], encode_words, ThemesConfig(**CHEAP), seed=0), sentences)
    assert_array_equal(theme[missing], NOISE)
    others = np.delete(np.arange(len(theme)), missing)
    assert adjusted_rand_score(subjects[others], theme[others]) > 0.9


def test_copies_of_one_article_are_noise_with_a_note():
    vectors = np.repeat(encode_words(["the same truce again"]), 60, axis=0)
    sentences = SentenceVectors(vectors, np.arange(60), np.full(60, "en"))
    found = find_themes(sentences, [], encode_words, ThemesConfig(n_resamples=1), seed=0)
    assert any("No theme was found" in note for note in found.notes)
    assert_array_equal(predicted(found, sentences), [NOISE] * 60)


NAMED = [NamedTheme(name="oil price market"), NamedTheme(name="ballot votes", examples=["polls election"])]


def test_named_themes_come_first_and_the_rest_is_found(made):
    sentences, subjects = made
    found = find_themes(sentences, NAMED, encode_words, ThemesConfig(**CHEAP), seed=0)
    assert found.names == ["oil price market", "ballot votes", None, None]
    assert np.isnan(found.stability).tolist() == [True, True, False, False]
    theme = predicted(found, sentences)
    assert_array_equal(theme[subjects == 2], 0)
    assert_array_equal(theme[subjects == 1], 1)
    assert set(theme[subjects == 0]) | set(theme[subjects == 3]) == {2, 3}


def test_a_named_theme_without_texts_is_noted_and_known(made):
    sentences, subjects = made
    opera = NamedTheme(name="opera singers stage")
    found = find_themes(sentences, [opera, *NAMED], encode_words, ThemesConfig(**CHEAP), seed=0)
    assert found.names[0] == "opera singers stage"
    assert [note for note in found.notes if "opera" in note] == [
        "The named theme 'opera singers stage' has fewer than 2 texts near it."
    ]
    theme = predicted(found, sentences)
    assert not np.any(theme == 0)
    assert_array_equal(theme[subjects == 2], 1)


def test_named_themes_may_take_all(made):
    sentences, subjects = made
    named = [NamedTheme(name=words) for words in WORDS]
    config = ThemesConfig(min_similarity=0.0, **CHEAP)
    found = find_themes(sentences, named, encode_words, config, seed=0)
    assert found.names == list(WORDS)
    assert_array_equal(predicted(found, sentences), subjects)


def test_a_codebook_alone_serves_a_handful_of_articles():
    sentences, subjects = corpus(2, n_sentences=4)
    named = [NamedTheme(name=words) for words in WORDS]
    found = find_themes(sentences, named, encode_words, ThemesConfig(n_resamples=1), seed=0)
    assert found.names[:4] == list(WORDS)
    assert_array_equal(predicted(found, sentences), subjects)


def test_a_pull_of_languages_is_taken_out_with_a_note():
    sentences, subjects = corpus(15, lang_pull=1.5)
    found = find_themes(sentences, [], encode_words, ThemesConfig(**CHEAP), seed=0)
    assert found.language_bias > BIAS_WORTH_REMOVING
    assert any("1 language directions were taken out" in note for note in found.notes)
    assert adjusted_rand_score(subjects, predicted(found, sentences)) > 0.9
    kept = find_themes(sentences, [], encode_words, ThemesConfig(language_bias="keep", **CHEAP), seed=0)
    assert len(kept.model.projection.basis) == 0
    assert adjusted_rand_score(subjects, predicted(kept, sentences)) < 0.9


def test_more_texts_than_are_clustered_are_still_assigned():
    vectors, groups = groups_of_vectors(4, 50, n_dims=N_DIMS)
    sentences = SentenceVectors(vectors, np.arange(200), np.full(200, "en"))
    config = ThemesConfig(max_texts=100, **CHEAP)
    found = find_themes(sentences, [], encode_words, config, seed=0)
    theme = predicted(found, sentences)
    assert adjusted_rand_score(groups[theme != NOISE], theme[theme != NOISE]) > 0.95
    assert np.mean(theme == NOISE) <= 0.1


@pytest.mark.parametrize(
    "fault",
    [{"unit": "word"}, {"min_cluster_size": 1}, {"max_noise": 1.5}, {"n_neighbours": 3}, {"max_texts": 99}],
)
def test_a_faulty_section_is_refused(fault):
    with pytest.raises(ValueError, match=next(iter(fault))):
        ThemesConfig(**fault)
