"""The stance head: honest left-out predictions, features that see the target, tables that fit."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from made import N_DIMS, encode_words
from newstance.stance.abstain import one_possible, possible_from
from newstance.stance.classifier import STRENGTHS, StanceClassifier, _Columns
from newstance.stance.features import N_BUCKETS, N_PARTS, blind_features, stance_features, with_reader
from newstance.stance.fitting import across_languages, fit_stance, target_vectors
from newstance.stance.head import StanceHead
from newstance.stance.judgements import Judgement
from newstance.stance.model import StanceConfig, StanceModel
from newstance.stance.splits import split_group
from newstance.tables import STANCE_OF, STANCES
from newstance.themes.codebook import Target


@parametrize_with_checks([StanceClassifier(C=1.0), StanceClassifier(n_folds=2)])
def test_follows_the_rules_of_scikit_learn(estimator, check):
    check(estimator)


def three_classes(n_texts: int = 150, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Points around three centres, and their classes."""
    rng = np.random.default_rng(0)
    y = np.arange(n_texts) % 3
    return np.eye(6)[y] * 2 + rng.normal(0, noise, (n_texts, 6)), y


# --- the classifier


def test_groups_are_never_on_both_sides():
    # A feature that tells the group tells the label of the others in it, and nothing of a new group.
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(60), 5)
    X, y = np.eye(60)[groups], rng.integers(0, 2, 60)[groups]
    leaky = StanceClassifier(C=2.0).fit(X, y).left_out_probas_
    honest = StanceClassifier(C=2.0).fit(X, y, groups).left_out_probas_
    assert np.mean(leaky.argmax(axis=1) == y) > 0.95
    assert np.mean(honest.argmax(axis=1) == y) < 0.7


def test_names_of_groups_do_not_matter():
    X, y = three_classes()
    groups = np.arange(150) // 3
    named = np.array([f"group {group}" for group in groups])
    by_number, by_name = StanceClassifier().fit(X, y, groups), StanceClassifier().fit(X, y, named)
    assert by_number.left_out_probas_.shape == (150, 3)
    assert_allclose(by_number.left_out_probas_.sum(axis=1), 1)
    assert np.mean(by_name.left_out_probas_.argmax(axis=1) == y) > 0.7


def test_left_out_probabilities_are_calibrated():
    # Eighty features that mean nothing: a head that is as sure of new texts as of its own is too sure.
    X, y = three_classes(300, noise=1.5)
    X = np.hstack([X, np.random.default_rng(2).normal(size=(300, 80))])
    classifier = StanceClassifier(C=2.0).fit(X, y)
    assert classifier.temperature_ > 1.3
    right = np.mean(classifier.left_out_probas_.argmax(axis=1) == y)
    assert abs(classifier.left_out_probas_.max(axis=1).mean() - right) < 0.05


@pytest.mark.parametrize("scale", [1.0, 0.05])
def test_the_fit_has_arrived_whatever_the_size_of_the_features(scale):
    X, y = three_classes(noise=2.0)
    exact = LogisticRegression(C=0.6, tol=1e-10, max_iter=10_000).fit(scale * X, y)
    learnt, _ = StanceClassifier()._learn(_Columns.of(scale * X), y, np.zeros((150, 3)), np.ones(150), 0.6)
    logits = scale * X @ learnt[:, :-1].T + learnt[:, -1]
    shares = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    assert_allclose(shares, exact.predict_proba(scale * X), atol=0.01)


def test_temperature_is_the_divisor_of_the_weights():
    X, y = three_classes(noise=2.0)
    classifier = StanceClassifier(C=0.5).fit(X, y)
    weights = (150 / (3 * np.bincount(y)))[y] ** classifier.balance
    learnt, _ = classifier._learn(_Columns.of(X), y, np.zeros((150, 3)), weights, 0.5)
    assert classifier.temperature_ > 0
    assert_allclose(classifier.coef_ * classifier.temperature_, learnt[:, :-1], rtol=1e-6)
    assert classifier.C_ == 0.5


def test_the_weakest_strength_of_equals_is_chosen_and_a_stronger_one_where_it_pays():
    X, y = three_classes(noise=0.3)
    assert min(STRENGTHS) == StanceClassifier().fit(X, y).C_
    assert min(STRENGTHS) < StanceClassifier().fit(X, y, offsets=4 * np.eye(3)[(y + 1) % 3]).C_


def test_the_penalty_draws_to_the_offsets():
    X, y = three_classes(noise=2.0)
    offsets = 5 * np.eye(3)[(y + 1) % 3]  # always wrong
    held = StanceClassifier(C=1e-6).fit(X, y, offsets=offsets)
    learnt = StanceClassifier(C=10.0).fit(X, y, offsets=offsets)
    assert np.mean(held.predict(X, offsets) == y) < 0.1
    assert np.mean(learnt.predict(X, offsets) == y) > np.mean(held.predict(X, offsets) == y)


@given(st.integers(1, 12), st.integers(0, 6), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_columns_multiply_as_the_matrix_that_they_are_parts_of(n_texts, n_full, n_thin, seed):
    rng = np.random.default_rng(seed)
    thin = rng.normal(size=(n_texts, n_thin)) * (rng.random((n_texts, n_thin)) < 0.2)
    X = rng.permuted(np.hstack([rng.normal(size=(n_texts, n_full)), thin]), axis=1)
    weights, values = rng.normal(size=(3, X.shape[1])), rng.normal(size=(n_texts, 3))
    rows = rng.permutation(n_texts)[: n_texts // 2 + 1]
    for columns in (_Columns.of(X), _Columns.of(csr_matrix(X))):
        assert_allclose(columns.times(weights), X @ weights.T, atol=1e-12)
        assert_allclose(columns.transposed_times(values), (X.T @ values).T, atol=1e-12)
        assert_allclose(columns.take(rows).times(weights), X[rows] @ weights.T, atol=1e-12)


def test_rare_stances_weigh_more():
    rng = np.random.default_rng(5)
    y = np.repeat([0, 1, 2], [190, 100, 10])
    X = np.eye(3)[y] + rng.normal(0, 0.9, (300, 3))
    found = [
        np.sum(StanceClassifier(C=0.1, balance=balance).fit(X, y).predict(X) == 2) for balance in (0.0, 0.7)
    ]
    assert found[0] < found[1]


def test_two_classes():
    X, y = three_classes()
    X, y = X[y < 2], np.array(["against", "favor"])[y[y < 2]]
    classifier = StanceClassifier().fit(X, y)
    assert list(classifier.classes_) == ["against", "favor"]
    assert classifier.coef_.shape == (2, 6)
    assert_allclose(classifier.predict_proba(X).sum(axis=1), 1)
    assert np.mean(classifier.predict(X) == y) > 0.85


def test_one_class_is_told():
    X, _ = three_classes()
    with pytest.raises(ValueError, match=r"'favor'.*at least two"):
        StanceClassifier().fit(X, np.full(150, "favor"))


def test_too_few_groups_leave_no_left_out_predictions():
    X, y = three_classes(30)
    classifier = StanceClassifier().fit(X, y, groups=np.zeros(30))
    assert np.isnan(classifier.left_out_probas_).all()
    assert (classifier.temperature_, classifier.C_) == (1.0, STRENGTHS[1])
    assert np.mean(classifier.predict(X) == y) > 0.7


# --- the features

TEXT = "Moscow praised the truce while Washington condemned it bitterly"
MOSCOW, WASHINGTON = (0, 6), (31, 41)


def features_of(texts, spans, target="Moscow"):
    return stance_features(texts, spans, np.tile(encode_words([target]), (len(texts), 1)), encode_words)


def test_parts_by_hand():
    features = features_of([TEXT], [WASHINGTON], "Berlin")
    parts = [
        "Moscow praised the truce while condemned it bitterly",
        "Moscow praised the truce while",
        "condemned it bitterly",
        "praised the truce while",
        "condemned it bitterly",
        "Berlin",
    ]
    assert len(parts) == N_PARTS
    assert_allclose(features.dense[0], encode_words(parts).ravel(), atol=1e-6)


def test_another_target_gives_other_features():
    same = features_of([TEXT], [MOSCOW], "Moscow")
    other_place = features_of([TEXT], [WASHINGTON], "Moscow")
    other_name = features_of([TEXT], [MOSCOW], "Washington")
    for part in range(N_PARTS - 1):
        columns = slice(part * N_DIMS, (part + 1) * N_DIMS)
        assert np.any(same.dense[:, columns] != other_place.dense[:, columns])
    assert not np.array_equal(same.lexical.buckets, other_place.lexical.buckets)
    context, target = slice(0, (N_PARTS - 1) * N_DIMS), slice((N_PARTS - 1) * N_DIMS, None)
    assert_array_equal(same.dense[:, context], other_name.dense[:, context])
    assert np.all(same.dense[:, target] != other_name.dense[:, target])


def test_the_name_of_the_target_itself_is_not_seen():
    # Only the given vector tells the target: the same words about another name are the same features.
    other = TEXT.replace("Moscow", "Berlin")
    one, two = features_of([TEXT], [MOSCOW]), features_of([other], [MOSCOW])
    assert_array_equal(one.dense, two.dense)
    assert_array_equal(one.lexical.buckets, two.lexical.buckets)


def test_a_text_that_does_not_name_its_target_has_nothing_left_or_right():
    both = features_of([TEXT, TEXT], [None, WASHINGTON], "Berlin")
    parts = both.dense[0].reshape(N_PARTS, N_DIMS)
    assert_allclose(parts[[0, -1]], encode_words([TEXT, "Berlin"]), atol=1e-6)
    assert_array_equal(parts[1:-1], 0)
    blind = blind_features([TEXT], encode_words)
    own = both.lexical.starts[1]
    assert_array_equal(both.lexical.buckets[:own], blind.lexical.buckets)
    assert_array_equal(both.lexical.values[:own], blind.lexical.values)
    assert_array_equal(both.dense[1], features_of([TEXT], [WASHINGTON], "Berlin").dense[0])


def test_a_reader_says_nothing_of_a_text_that_does_not_name_its_target():
    class Said:
        n_features = 2

        def read(self, texts, spans):
            assert (texts, spans) == ([TEXT], [WASHINGTON])
            return np.array([[3.0, 4.0]]), np.array([[1.0, 2.0, 3.0]])

    features = with_reader(
        features_of([TEXT] * 3, [None, WASHINGTON, None]), Said(), [TEXT] * 3, [None, WASHINGTON, None]
    )
    assert_allclose(features.dense[:, :2], [[0, 0], [0.6, 0.8], [0, 0]])
    assert_array_equal(features.offsets, [[0, 0, 0], [1, 2, 3], [0, 0, 0]])
    silent = with_reader(features_of([TEXT], [None]), Said(), [TEXT], [None])
    assert_array_equal(silent.offsets, np.zeros((1, 3)))


def test_blind_features_see_no_target():
    blind = blind_features([TEXT, TEXT], encode_words)
    assert blind.dense.shape == (2, N_PARTS * N_DIMS)
    assert_array_equal(blind.dense[0], blind.dense[1])
    assert_array_equal(blind.dense[:, N_DIMS:], 0)
    assert_array_equal(blind.matrix()[0].toarray(), blind.matrix()[1].toarray())


SOME_TEXTS = st.lists(
    st.lists(st.sampled_from([*TEXT.split(), "", "перемирие", "...", "هدنة"]), min_size=1).map(" ".join),
    min_size=1,
    max_size=12,
)


@settings(deadline=None)
@given(SOME_TEXTS, st.integers(0, 11), st.integers(0, 20), st.integers(0, 2**32 - 1))
def test_a_sentence_means_the_same_in_any_batch(texts, row, start, seed):
    row %= len(texts)
    spans = [(min(start, len(text)), min(start + 3, len(text))) for text in texts]
    coef = np.random.default_rng(seed).normal(size=(3, N_BUCKETS)).astype(np.float32)
    batch, alone = features_of(texts, spans), features_of([texts[row]], [spans[row]])
    assert_array_equal(batch.dense[row], alone.dense[0])
    assert_array_equal(batch.lexical.dot(coef)[row], alone.lexical.dot(coef)[0])


@settings(deadline=None)
@given(SOME_TEXTS, st.integers(0, 2**32 - 1))
def test_dot_is_the_product_with_the_sparse_matrix(texts, seed):
    coef = np.random.default_rng(seed).normal(size=(3, N_BUCKETS))
    features = features_of(texts, [(0, 0)] * len(texts))
    matrix = features.matrix()
    assert matrix.shape == (len(texts), N_PARTS * N_DIMS + N_BUCKETS)
    assert_allclose(features.lexical.dot(coef), matrix[:, N_PARTS * N_DIMS :] @ coef.T, atol=1e-12)
    assert_allclose(matrix[:, : N_PARTS * N_DIMS].toarray(), features.dense)
    lengths = np.sqrt(matrix[:, N_PARTS * N_DIMS :].multiply(matrix[:, N_PARTS * N_DIMS :]).sum(axis=1))
    assert np.all(np.isclose(lengths, 1) | (lengths == 0))


def test_what_is_not_seen_changes_no_feature():
    hidden = (
        TEXT.replace("praised", "prai\u00adsed").replace("Wash", "Wa\u200bsh").replace("truce", "ｔｒｕｃｅ")
    )
    plain = features_of([TEXT], [WASHINGTON])
    same = features_of([hidden], [(32, 43)])
    assert hidden[32:43] == "Wa\u200bshington"
    assert_array_equal(same.dense, plain.dense)
    assert_array_equal(same.lexical.buckets, plain.lexical.buckets)
    assert_array_equal(
        blind_features([hidden], encode_words).dense, blind_features([TEXT], encode_words).dense
    )


# --- the model

TARGETS = [
    Target(name="Moscow", mentions=["Moscow", "Kremlin"]),
    Target(name="truce", description="weapons rest", mentions=["truce*"]),
]
PRAISE = ["praised", "welcomed", "supported", "hailed", "admired", "thanked"]
BLAME = ["condemned", "attacked", "blamed", "denounced", "rejected", "cursed"]
TELL = ["visited", "mentioned", "described", "noted", "reached", "counted"]
WHO = ["envoys", "farmers", "writers", "bankers", "doctors", "sailors"]
VERBS = {"favor": PRAISE, "against": BLAME, "none": TELL}


def judgement(who: str, verb: str, target: str, stance: str) -> Judgement:
    start = len(f"{who} {verb} ")
    marked = {"label": target, "start": start, "end": start + len(target)}
    text = f"{who} {verb} {target} yesterday"
    return Judgement.model_validate(
        {"id": text, "text": text, "target": marked, "stance": stance, "group": who}
    )


def judgements(*stances: str) -> list[Judgement]:
    return [
        judgement(who, verb, target, stance)
        for stance in stances
        for who in WHO
        for verb in VERBS[stance]
        for target in ("Moscow", "truce", "NATO")
    ]


def few_judgements() -> list[Judgement]:
    """Enough for a model of which no test asks what it says."""
    return judgements(*STANCES)[::5]


@pytest.fixture(scope="module")
def fitted():
    return fit_stance(judgements(*STANCES), TARGETS, encode_words, StanceConfig(C=2.0))


SENTENCES = pl.DataFrame(
    {
        "article_id": ["a", "a", "b", "b"],
        "sentence": [0, 1, 0, 1],
        "text": [
            "Then painters praised Moscow yesterday",
            "Nothing of note",
            "The Kremlin condemned truces and Moscow",
            "painters visited Moscow yesterday",
        ],
        "lang": ["en", "en", "en", "en"],
    }
)


def test_the_stances_table(fitted):
    model, _ = fitted
    table = model.predict(SENTENCES, encode_words)
    assert dict(table.schema) == STANCE_OF
    assert table.select("article_id", "sentence", "target", "mention", "mention_text").rows() == [
        ("a", 0, "Moscow", 0, "Moscow"),
        ("b", 0, "Moscow", 0, "Kremlin"),
        ("b", 0, "Moscow", 1, "Moscow"),
        ("b", 0, "truce", 0, "truces"),
        ("b", 1, "Moscow", 0, "Moscow"),
    ]
    assert set(table["found_by"]) == {"name"}
    assert table["stance"].to_list()[0] == "favor"
    assert table["stance"].to_list()[3:] == ["against", "none"]
    shares = table.select(f"proba_{stance}" for stance in STANCES).to_numpy()
    assert_allclose(shares.sum(axis=1), 1, atol=2e-6)
    assert table["stance"].to_list() == [STANCES[index] for index in shares.argmax(axis=1)]
    assert table["decided"].to_list() == (shares.max(axis=1) >= 0.5).tolist()
    texts = dict(zip(SENTENCES.select("article_id", "sentence").rows(), SENTENCES["text"], strict=True))
    for article, sentence, mention, start, end in table.select(
        "article_id", "sentence", "mention_text", "start", "end"
    ).rows():
        assert texts[article, sentence][start:end] == mention


def test_sentence_by_sentence_is_the_same(fitted, monkeypatch):
    model, _ = fitted
    together = model.predict(SENTENCES, encode_words)
    alone = [model.predict(SENTENCES[row : row + 1], encode_words) for row in range(4)]
    assert pl.concat(alone).equals(together)
    monkeypatch.setattr("newstance.stance.model.SENTENCES_AT_ONCE", 3)
    assert model.predict(SENTENCES, encode_words).equals(together)


def test_each_stance_has_its_holder(fitted, monkeypatch):
    model, _ = fitted
    texts = [
        "The mayor said painters praised Moscow.",
        "He added that Moscow kept truces.",
        "They left Moscow.",
    ]
    sentences = pl.DataFrame(
        {"article_id": ["a"] * 3, "sentence": [1, 2, 3], "text": texts, "lang": ["en"] * 3}
    )
    table = model.predict(sentences, encode_words)
    held = table.select("sentence", "target", "holder", "holder_start", "holder_end", "speech").rows()
    assert held == [
        (1, "Moscow", "The mayor", 0, 9, "indirect"),
        (2, "Moscow", "The mayor", None, None, "indirect"),
        (2, "truce", "The mayor", None, None, "indirect"),
        (3, "Moscow", None, None, None, "none"),
    ]
    monkeypatch.setattr("newstance.stance.model.SENTENCES_AT_ONCE", 1)
    assert model.predict(sentences, encode_words).equals(table)


def test_sentences_without_a_target_have_no_stance(fitted):
    model, _ = fitted
    for none in (SENTENCES[1:2], SENTENCES[:0]):
        table = model.predict(none, encode_words)
        assert (table.height, dict(table.schema)) == (0, STANCE_OF)
    assert dict(StanceModel.nothing().schema) == STANCE_OF


def test_abstaining_touches_decided_alone(fitted):
    model, _ = fitted
    head = StanceHead(model.head.coef_dense, model.head.coef_lexical, model.head.intercept, 1.1)
    never = StanceModel(head, model.mentions, model.vectors).predict(SENTENCES, encode_words)
    assert not never["decided"].any()
    usual = model.predict(SENTENCES, encode_words)
    assert never.drop("decided").equals(usual.drop("decided"))


def test_with_a_coverage_a_stance_is_decided_where_one_alone_is_possible():
    given = judgements(*STANCES)
    model, left_out = fit_stance(
        given, TARGETS, encode_words, StanceConfig(labels="some.jsonl", coverage=0.9)
    )
    y = np.array([STANCES.index(one.stance) for one in given])
    assert_allclose(model.head.possible_from, possible_from(left_out.probas, y, 0.9))
    table = model.predict(SENTENCES, encode_words)
    probas = table.select(f"proba_{stance}" for stance in STANCES).to_numpy()
    assert table["decided"].to_list() == one_possible(probas, model.head.possible_from).tolist()


def test_a_coverage_without_left_out_judgements_is_an_error():
    few = judgements(*STANCES)
    few = [one.model_copy(update={"group": "the same"}) for one in few]
    with pytest.raises(ValueError, match=r"stance.coverage: \d+ judgements are too few to leave any out"):
        fit_stance(few, TARGETS, encode_words, StanceConfig(labels="some.jsonl", coverage=0.9))


def test_what_is_learnt_in_one_language_is_asked_in_each_other():
    """In "xx" favor and against are said by the words of each other, so what is learnt there misleads."""
    swapped = {"favor": "against", "against": "favor", "none": "none"}
    own = [one.model_copy(update={"lang": "en"}) for one in judgements(*STANCES)]
    turned = [
        one.model_copy(update={"lang": "xx", "stance": swapped[one.stance], "group": f"{one.group} xx"})
        for one in own
    ]
    few = [one.model_copy(update={"lang": "yy"}) for one in own[:9]]
    table = across_languages([*own, *turned, *few], TARGETS, encode_words, StanceConfig(C=2.0), None)
    assert table.columns == ["learnt in", "n", "en", "xx"]
    assert table["n"].to_list() == [len(own), len(turned)]
    scores = {row["learnt in"]: row for row in table.to_dicts()}
    assert scores["en"]["en"] > 0.9
    assert scores["xx"]["xx"] > 0.9
    assert scores["en"]["xx"] < 0.5
    assert across_languages(own, TARGETS, encode_words, StanceConfig(C=2.0), None).is_empty()


def test_left_out_predictions_cover_each_judgement(fitted):
    _, left_out = fitted
    y = np.repeat(np.arange(3), len(judgements("favor")))
    assert left_out.probas.shape == left_out.blind_probas.shape == (len(y), 3)
    assert_allclose(left_out.probas.sum(axis=1), 1)
    assert np.mean(left_out.probas.argmax(axis=1) == y) > 0.9


def test_a_head_that_knows_the_target_beats_one_that_does_not():
    # Each sentence speaks of two targets in two ways: what is said is on the side of the mention.
    marked = []
    for who in WHO:
        for praise, blame in zip(PRAISE, BLAME, strict=True):
            for order in (0, 1):
                first, second = (praise, blame) if order else (blame, praise)
                text = f"{who} {first} Moscow but {second} Berlin"
                for name, verb in (("Moscow", first), ("Berlin", second)):
                    start = text.index(name)
                    target = {"label": name, "start": start, "end": start + 6}
                    stance = "favor" if verb == praise else "against"
                    row = {"id": text, "text": text, "target": target, "stance": stance, "group": who}
                    marked.append(Judgement.model_validate(row))
    _, left_out = fit_stance(marked, TARGETS[:1], encode_words, StanceConfig(C=2.0))
    y = np.array([STANCES.index(one.stance) for one in marked])
    assert np.mean(left_out.probas.argmax(axis=1) == y) > 0.9
    assert np.mean(left_out.blind_probas.argmax(axis=1) == y) < 0.65


def placeless(one: Judgement, text: str | None = None) -> Judgement:
    target = {"label": one.target.label, "start": None, "end": None}
    return Judgement(text=text or one.text, target=target, stance=one.stance, group=one.group)


def test_a_judgement_without_a_place_is_read_where_the_codebook_finds_its_target(fitted):
    marked = [one for one in judgements(*STANCES) if one.target.label != "NATO"]
    config = StanceConfig(C=2.0)
    own, _ = fit_stance(marked, TARGETS, encode_words, config)
    found, _ = fit_stance([placeless(one) for one in marked], TARGETS, encode_words, config)
    assert_allclose(found.head.coef_dense, own.head.coef_dense)
    assert_allclose(found.head.coef_lexical, own.head.coef_lexical)


def test_comments_on_a_claim_that_they_do_not_name_are_learnt_from():
    words = {"favor": "good kind wise", "against": "bad cruel mad", "none": "blue long old"}
    comments = [
        Judgement(
            text=f"{word} {noun} here",
            target={"label": "Schools shall close", "start": None, "end": None},
            stance=stance,
        )
        for stance, its in words.items()
        for word in its.split()
        for noun in ["people", "idea", "plan", "thing", "talk", "day"]
    ]
    _, left_out = fit_stance(comments, TARGETS, encode_words, StanceConfig(C=2.0))
    y = np.array([STANCES.index(one.stance) for one in comments])
    assert np.mean(left_out.probas.argmax(axis=1) == y) > 0.9


def test_a_stance_that_never_occurs_is_never_predicted():
    model, left_out = fit_stance(judgements("favor", "none"), TARGETS, encode_words, StanceConfig())
    table = model.predict(SENTENCES, encode_words)
    assert table["proba_against"].max() < 1e-6
    assert table["stance"].to_list()[0] == "favor"
    assert np.all(left_out.probas[:, STANCES.index("against")] == 0)
    assert_allclose(left_out.probas.sum(axis=1), 1)


def test_the_model_knows_the_targets_of_the_codebook_alone(fitted):
    model, _ = fitted
    assert model.mentions == {"Moscow": ["Moscow", "Kremlin"], "truce": ["truce*"]}
    assert_array_equal(model.vectors, target_vectors(TARGETS, encode_words))
    assert not model.predict(SENTENCES.with_columns(text=pl.lit("NATO praised NATO")), encode_words).height


def test_phrases_that_are_excluded_are_asked_of_the_codebook_too():
    targets = [Target(name="Moscow", mentions=["Moscow"], exclude=["Moscow Times"])]
    model, _ = fit_stance(few_judgements(), targets, encode_words, StanceConfig(C=1.0))
    sentences = SENTENCES.with_columns(text=pl.lit("painters praised the Moscow Times"))
    assert model.exclude == {"Moscow": ["Moscow Times"]}
    assert not model.predict(sentences, encode_words).height


def test_without_targets_there_is_nothing_to_judge():
    model, _ = fit_stance(few_judgements(), [], encode_words, StanceConfig(C=1.0))
    assert model.predict(SENTENCES, encode_words).height == 0


def test_no_judgement_or_one_stance_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"labels.jsonl holds no judgement"):
        fit_stance([], TARGETS, encode_words, StanceConfig(labels=tmp_path / "labels.jsonl"))
    with pytest.raises(ValueError, match="every judgement is 'favor'; at least two"):
        fit_stance(judgements("favor"), TARGETS, encode_words, StanceConfig())


def test_a_fit_in_the_span_of_the_texts_is_the_fit(monkeypatch):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 200)), rng.integers(3, size=60)
    X[:, 150:] = 0  # what no text has is learnt to be nothing
    offsets, groups = rng.normal(size=(60, 3)), np.arange(60) // 2
    rotated = StanceClassifier(C=0.1).fit(csr_matrix(X), y, groups, offsets)
    monkeypatch.setattr("newstance.stance.classifier.MOST_ROTATED", 0)
    plain = StanceClassifier(C=0.1).fit(csr_matrix(X), y, groups, offsets)
    assert_allclose(rotated.coef_, plain.coef_, atol=2e-4)
    assert_allclose(rotated.intercept_, plain.intercept_, atol=2e-4)
    assert_allclose(rotated.left_out_probas_, plain.left_out_probas_, atol=2e-4)
    assert np.abs(rotated.coef_).max() > 0.01
    assert not rotated.coef_[:, 150:].any()


@pytest.mark.parametrize(
    ("split", "groups"),
    [
        ("group", {"a1", "A text."}),
        ("target", {"Moscow", "truce"}),
        ("source", {"Post", ""}),
        ("lang", {"en", "de"}),
        ("month", {"2016-09", ""}),
    ],
)
def test_what_is_left_out_together(split, groups):
    place = {"start": 0, "end": 1}
    about = {"group": "a1", "source": "Post", "lang": "en", "published": "2016-09-12"}
    ours = Judgement(text="A text.", target={"label": "Moscow", **place}, stance="none", **about)
    other = Judgement(text="A text.", target={"label": "truce", **place}, stance="none", lang="de")
    assert {split_group(ours, split), split_group(other, split)} == groups


def test_a_target_that_was_never_seen_is_read_less_well():
    """Each target has words of its own, so only those who saw it know them."""
    words = {"Moscow": ("zork", "blip", "quux"), "truce": ("fleem", "grault", "waldo")}
    own = [
        judgement(who, verb, target, stance)
        for target, verbs in words.items()
        for stance, verb in zip(STANCES, verbs, strict=True)
        for who in WHO
    ]
    right = {}
    for split in ("group", "target"):
        _, left_out = fit_stance(own, TARGETS, encode_words, StanceConfig(C=2.0, split=split))
        y = np.array([STANCES.index(one.stance) for one in own])
        right[split] = np.mean(left_out.probas.argmax(axis=1) == y)
    assert right["group"] > 0.9
    assert right["target"] < right["group"] - 0.2
