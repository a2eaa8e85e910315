"""From sentence vectors to themes: few articles, named themes, languages, and the head that is kept."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.metrics import adjusted_rand_score

from made import N_DIMS, encode_words, groups_of_vectors, unit
from newstance.tables import NOISE
from newstance.themes.assign import ThemeHead, pool
from newstance.themes.codebook import NamedTheme
from newstance.themes.config import ThemesConfig
from newstance.themes.model import (
    BIAS_WORTH_REMOVING,
    LabelledSentences,
    SentenceVectors,
    ThemeModel,
    find_themes,
)
from newstance.themes.space import ThemeSpace

CHEAP = {"n_splits": 1}
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
    vectors = found.model.space(sentences.vectors)
    articles = pool(vectors, sentences.article_rows, int(sentences.article_rows.max()) + 1)
    return found.model.head.predict(articles).theme_ids


def first(sentences: SentenceVectors, n_articles: int) -> SentenceVectors:
    """The sentences of the first articles."""
    own = sentences.article_rows < n_articles
    return SentenceVectors(*(column[own] for column in sentences if column is not None))


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
    assert found.stability.shape == found.parents.shape == (4,)
    assert 4 in [level.n_themes for level in found.levels]
    assert_array_equal(found.model.head.theme_ids, np.arange(4))
    assert found.model.head.reject == 0.5
    theme = predicted(found, sentences)
    assert np.mean(theme == NOISE) <= 0.1
    assert adjusted_rand_score(subjects[theme != NOISE], theme[theme != NOISE]) > 0.95


def test_new_articles_on_the_subjects_get_their_theme(found, made):
    themes = predicted(found, made[0])
    main = [np.bincount(themes[(made[1] == subject) & (themes >= 0)]).argmax() for subject in range(4)]
    assert_array_equal(found.model.predict(encode_words(WORDS)).theme_ids, main)
    assert found.model.predict(encode_words(["quite another matter altogether"]))[0] == [NOISE]


def test_one_seed_gives_one_model(found, made):
    again = find_themes(made[0], [], encode_words, ThemesConfig(**CHEAP), seed=0)
    assert_array_equal(again.model.head.coef, found.model.head.coef)
    assert_array_equal(again.model.head.intercept, found.model.head.intercept)
    assert again.model.head.reject == found.model.head.reject
    assert_array_equal(again.stability, found.stability)


def test_a_head_put_together_from_its_arrays_says_the_same(found, made):
    head, space = found.model.head, found.model.space
    copy = ThemeModel(
        ThemeSpace(space.basis.copy(), space.centre.copy()),
        ThemeHead(head.coef.copy(), head.intercept.copy(), head.theme_ids.copy(), head.reject, head.core),
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
    sentences = first(corpus(3, n_sentences=1)[0], n_articles)
    found = find_themes(sentences, [], encode_words, ThemesConfig(), seed=0)
    assert found.names == []
    assert any("No theme was found" in note and "all are noise" in note for note in found.notes)
    assert_array_equal(predicted(found, sentences), [NOISE] * n_articles)
    assert found.model.predict(sentences.vectors).assigned.tolist() == ["noise"] * n_articles


def test_articles_without_a_sentence_take_no_part(made):
    sentences, subjects = made
    missing = [0, 7, 31]
    kept = ~np.isin(sentences.article_rows, missing)
    sentences = SentenceVectors(*(column[kept] for column in sentences[:3]))
    theme = predicted(find_themes(sentences, [], encode_words, ThemesConfig(**CHEAP), seed=0), sentences)
    assert_array_equal(theme[missing], NOISE)
    others = np.delete(np.arange(len(theme)), missing)
    assert adjusted_rand_score(subjects[others], theme[others]) > 0.9


def test_copies_of_one_article_are_noise_with_a_note():
    vectors = np.repeat(encode_words(["the same truce again"]), 60, axis=0)
    sentences = SentenceVectors(vectors, np.arange(60), np.full(60, "en"))
    found = find_themes(sentences, [], encode_words, ThemesConfig(**CHEAP), seed=0)
    assert any("No theme was found" in note for note in found.notes)
    assert_array_equal(predicted(found, sentences), [NOISE] * 60)


NAMED = [
    NamedTheme(name="oil price market", examples=["crude barrels"]),
    NamedTheme(name="ballot votes", examples=["polls election"]),
]
ALL_NAMED = [NamedTheme(name=words) for words in WORDS]
ONLY_NAMED = ThemesConfig(discover=False)


def test_named_themes_come_first_and_the_rest_is_found(made):
    sentences, subjects = made
    found = find_themes(sentences, NAMED, encode_words, ThemesConfig(**CHEAP), seed=0)
    assert found.names == ["oil price market", "ballot votes", None, None]
    assert np.isnan(found.stability).tolist() == [True, True, False, False]
    assert_array_equal(found.parents[:2], NOISE)
    theme = predicted(found, sentences)
    assert_array_equal(theme[subjects == 2], 0)
    assert_array_equal(theme[subjects == 1], 1)
    assert set(theme[subjects == 0]) | set(theme[subjects == 3]) == {2, 3}


def named_rows(found) -> tuple[np.ndarray, np.ndarray]:
    n_named = sum(name is not None for name in found.names)
    return found.model.head.coef[:n_named], found.model.head.intercept[:n_named]


@pytest.mark.parametrize("discover", [True, False])
def test_a_named_theme_is_judged_alike_in_one_article_and_in_many(made, discover):
    sentences, subjects = made
    config = ThemesConfig(discover=discover, language_bias="keep", **CHEAP)
    found = [
        find_themes(first(sentences, n_articles), ALL_NAMED, encode_words, config, seed=0)
        for n_articles in (1, 7, 60)
    ]
    for one in found:
        assert one.names[:4] == list(WORDS)
        assert one.model.head.reject == 0.5
        assert_array_equal(one.model.space.centre, found[0].model.space.centre)
        for got, expected in zip(named_rows(one), named_rows(found[0]), strict=True):
            assert_array_equal(got, expected)
    theme = predicted(found[0], sentences)
    assert set(theme[subjects == 0]) == {0}
    assert np.mean(theme == subjects) > 0.9


def test_a_named_theme_takes_one_article_of_a_handful_and_no_other():
    sentences, _ = corpus(1, n_sentences=4)
    found = find_themes(sentences, ALL_NAMED[2:3], encode_words, ONLY_NAMED, seed=0)
    assert_array_equal(predicted(found, sentences), [NOISE, NOISE, 0, NOISE])


def test_a_named_theme_without_texts_stays_and_gets_none(made):
    sentences, subjects = made
    opera = NamedTheme(name="opera singers stage")
    found = find_themes(sentences, [opera, *NAMED], encode_words, ThemesConfig(**CHEAP), seed=0)
    assert found.names[:3] == ["opera singers stage", "oil price market", "ballot votes"]
    theme = predicted(found, sentences)
    assert not np.any(theme == 0)
    assert_array_equal(theme[subjects == 2], 1)


def test_named_themes_may_take_all(made):
    sentences, subjects = made
    found = find_themes(sentences, ALL_NAMED, encode_words, ThemesConfig(**CHEAP), seed=0)
    assert found.names == list(WORDS)
    assert_array_equal(predicted(found, sentences), subjects)


def test_a_codebook_alone_serves_a_handful_of_articles():
    sentences, subjects = corpus(2, n_sentences=4)
    found = find_themes(sentences, ALL_NAMED, encode_words, ThemesConfig(**CHEAP), seed=0)
    assert found.names[:4] == list(WORDS)
    assert_array_equal(predicted(found, sentences), subjects)


def test_only_the_themes_of_the_codebook_if_that_is_wished(made):
    sentences, subjects = made
    found = find_themes(sentences, NAMED, encode_words, ONLY_NAMED, seed=0)
    assert found.names == ["oil price market", "ballot votes"]
    assert (found.levels, found.notes) == ([], [])
    assert_array_equal(predicted(found, sentences), np.choose(subjects, [NOISE, 1, 0, NOISE]))
    few = find_themes(first(sentences, 5), NAMED, encode_words, ONLY_NAMED, seed=0)
    assert few.notes == []  # nothing was looked for among sentences


def test_one_narrow_theme_is_noted(made):
    sentences = first(made[0], 5)
    alone = NamedTheme(name="oil price market")
    with_others = NamedTheme(name="oil price market", others=["olive oil price"])
    for named, n_notes in (([alone], 1), ([with_others], 0), (NAMED, 0), ([], 0)):
        found = find_themes(sentences, named, encode_words, ONLY_NAMED, seed=0)
        notes = [note for note in found.notes if "nothing to contrast it with" in note]
        assert len(notes) == n_notes, named
        assert all("'oil price market'" in note and "`not`" in note for note in notes)


def test_texts_under_not_are_kept_out():
    # Sentences of oil prices, and of cooking with oil, that share two words with the theme.
    texts = ["oil price barrels crude", "oil price olive kitchen", "oil price olive salad"]
    sentences = SentenceVectors(encode_words(texts), np.arange(3), np.full(3, "en"))
    others = ["oil olive kitchen salad", "olive oil price", "oil price kitchen"]
    theme = NamedTheme(name="oil price", examples=["oil barrels crude price"])
    plain = find_themes(sentences, [theme], encode_words, ONLY_NAMED, seed=0)
    assert_array_equal(predicted(plain, sentences), [0, 0, 0])
    told = theme.model_copy(update={"others": others})
    kept_out = find_themes(sentences, [told], encode_words, ONLY_NAMED, seed=0)
    assert_array_equal(predicted(kept_out, sentences), [0, NOISE, NOISE])


def labels_of(texts: list[list[str]], themes: list[int]) -> LabelledSentences:
    """Labelled texts of some sentences each."""
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    sentences = [sentence for text in texts for sentence in text]
    return LabelledSentences(encode_words(sentences), rows, np.array(themes))


def test_labels_move_the_named_themes(made):
    sentences, subjects = made
    nearly_oil = NamedTheme(name="oil price")
    texts = [["vaccine doctors virus"], ["hospital patients doctors", "virus vaccine"]]
    vaccine = labels_of(texts * 6, [0] * 12)
    plain = find_themes(sentences, [nearly_oil], encode_words, ONLY_NAMED, seed=0)
    moved = find_themes(sentences, [nearly_oil], encode_words, ONLY_NAMED, 0, vaccine)
    assert set(predicted(plain, sentences)[subjects == 3]) == {NOISE}
    assert np.mean(predicted(moved, sentences)[subjects == 3] == 0) > 0.9
    oil = NAMED[0]
    none = labels_of([["barrels price market", "crude oil"], ["market crude oil"]] * 12, [NOISE] * 24)
    plain = find_themes(sentences, [oil], encode_words, ONLY_NAMED, seed=0)
    turned = find_themes(sentences, [oil], encode_words, ONLY_NAMED, 0, none)
    assert np.mean(predicted(plain, sentences)[subjects == 2] == 0) > 0.9
    assert np.mean(predicted(turned, sentences)[subjects == 2] == 0) < 0.3


def test_a_pull_of_languages_is_taken_out_with_a_note():
    sentences, subjects = corpus(15, lang_pull=1.5)
    found = find_themes(sentences, [], encode_words, ThemesConfig(**CHEAP), seed=0)
    assert found.language_bias > BIAS_WORTH_REMOVING
    assert any("1 language directions were taken out" in note for note in found.notes)
    assert adjusted_rand_score(subjects, predicted(found, sentences)) > 0.9
    kept = find_themes(sentences, [], encode_words, ThemesConfig(language_bias="keep", **CHEAP), seed=0)
    assert len(kept.model.space.basis) == 0
    assert adjusted_rand_score(subjects, predicted(kept, sentences)) < 0.9


def test_outlets_are_measured_and_taken_out_if_that_is_wished():
    sentences, _ = corpus(15)
    outlets = np.array(["Herald", "Courier", None])[sentences.article_rows % 3]
    style = unit(np.random.default_rng(5).normal(size=(2, N_DIMS)))
    pull = np.where((outlets != None)[:, None], 1.5 * style[sentences.article_rows % 3 % 2], 0)  # noqa: E711
    styled = sentences._replace(vectors=unit(sentences.vectors + pull), sources=outlets)
    plain = find_themes(sentences._replace(sources=outlets), [], encode_words, ONLY_NAMED, seed=0)
    assert plain.outlet_bias < 0.1
    kept = find_themes(styled, [], encode_words, ONLY_NAMED, seed=0)
    assert kept.outlet_bias > 0.2
    assert len(kept.model.space.basis) == 0
    config = ThemesConfig(discover=False, outlet_bias="remove")
    removed = find_themes(styled, [], encode_words, config, seed=0)
    assert len(removed.model.space.basis) == 1
    assert any("the directions of outlets were taken out" in note for note in removed.notes)


def test_a_quota_lowers_the_threshold_and_no_quota_leaves_it(made):
    sentences, _ = made
    named = ALL_NAMED[:2]
    plain = find_themes(sentences, named, encode_words, ONLY_NAMED, seed=0)
    assert np.mean(predicted(plain, sentences) == NOISE) == pytest.approx(0.5, abs=0.05)
    quota = find_themes(sentences, named, encode_words, ThemesConfig(discover=False, max_noise=0.2), seed=0)
    assert np.mean(predicted(quota, sentences) == NOISE) <= 0.2
    assert quota.model.head.reject < 0.5


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
    [
        {"unit": "word"},
        {"n_themes": 1},
        {"min_cluster_size": 1},
        {"max_noise": 1.5},
        {"n_neighbours": 3},
        {"max_texts": 99},
        {"language_bias": "off"},
        {"outlet_bias": "auto"},
        {"n_splits": -1},
    ],
)
def test_a_faulty_section_is_refused(fault):
    with pytest.raises(ValueError, match=next(iter(fault))):
        ThemesConfig(**fault)


def test_a_number_that_nothing_can_choose_is_refused():
    with pytest.raises(ValueError, match="n_splits is 0, so stability cannot choose the number of themes"):
        ThemesConfig(n_splits=0)
    assert ThemesConfig(n_splits=0, n_themes=5).n_themes == 5
    assert not ThemesConfig(n_splits=0, discover=False).discover
