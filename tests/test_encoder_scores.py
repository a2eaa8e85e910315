"""The encoder protocol on made sets, where the right score of an encoder is known."""

import gzip
import json
from itertools import product
from zlib import crc32

import numpy as np
import pytest
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    adjusted_mutual_info_score,
    normalized_mutual_info_score,
    v_measure_score,
)

from newstance.train_encoder.scores import (
    BIAS_LANGS,
    MEAN_LANGS,
    evaluate_encoder,
    fit_transfer,
    language_bias,
    ntrex_retrieval,
    sib_cluster,
    sib_few_shot,
    sib_transfer,
)

SUBJECTS = [f"subject{i}" for i in range(7)]
LANGS = tuple(dict.fromkeys((*BIAS_LANGS, *MEAN_LANGS, "kk")))
N_DIMS = 24


def write(path, rows):
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Both sets in 13 languages; texts say what they are, so that an encoder can be as good as we like."""
    folder = tmp_path_factory.mktemp("bench")
    sib = [
        {"lang": lang, "text": f"{lang} {subject} {split} {i}", "label": subject, "split": split}
        for lang in LANGS
        for split, n in (("train", 10), ("dev", 2), ("test", 4))
        for subject, i in product(SUBJECTS, range(n))
    ]
    ntrex = [
        {"lang": lang, "text": f"{lang} d{doc} {sent} ntrex", "doc_id": f"d{doc}", "sent": sent}
        for lang in LANGS
        if lang != "kk"
        for doc, sent in product(range(3), range(5))
    ]
    write(folder / "sib200/main30.jsonl.gz", sib)
    write(folder / "ntrex16/data.jsonl.gz", ntrex)
    return folder


def direction(name: str) -> np.ndarray:
    return np.random.default_rng(crc32(name.encode())).normal(size=N_DIMS)


def by_meaning(texts):
    """Knows subject and sentence, nothing of the language."""
    parts = [text.split() for text in texts]
    return np.stack([direction(what) + 0.2 * direction(which) for _, what, which, *_ in parts])


def by_lang(texts):
    """Knows nothing but the language."""
    return np.stack([direction(text.split()[0]) + 0.01 * direction(text) for text in texts])


def made_labelled(n: int = 140, spread: float = 2.0, seed: int = 0):
    rng = np.random.default_rng(seed)
    labels = np.array(SUBJECTS)[np.arange(n) % 7]
    centres = np.stack([direction(label) for label in labels])
    return centres + spread * rng.normal(size=(n, N_DIMS)), labels


def test_cluster_is_the_mean_v_measure_of_ten_runs():
    vectors, labels = made_labelled()
    expected = [
        v_measure_score(
            labels,
            MiniBatchKMeans(n_clusters=7, batch_size=512, n_init=1, random_state=seed).fit_predict(vectors),
        )
        for seed in range(10)
    ]
    assert 0.05 < np.mean(expected) < 0.95
    assert sib_cluster(vectors, labels) == pytest.approx(np.mean(expected))


def test_few_shot_fits_to_eight_of_a_class():
    # One row in five is right and the others say nothing: enough with all rows, too little with eight.
    test = made_labelled(70, spread=0.0)
    vectors, labels = made_labelled(280, spread=0.0)
    assert sib_few_shot((vectors, labels), test) == 1
    rng = np.random.default_rng(0)
    noisy = np.concatenate([vectors, rng.normal(size=(1120, N_DIMS))])
    noisy_labels = np.concatenate([labels, np.array(SUBJECTS)[rng.integers(0, 7, 1120)]])
    assert LogisticRegression(max_iter=1000).fit(noisy, noisy_labels).score(*test) == 1
    assert sib_few_shot((noisy, noisy_labels), test) < 0.95


def test_few_shot_is_repeatable_and_uses_ten_draws():
    train, test = made_labelled(280), made_labelled(70, seed=1)
    score = sib_few_shot(train, test)
    assert score == sib_few_shot(train, test)
    # a mean of ten accuracies over 70 texts, which a single draw would hardly give
    assert (score * 700) == pytest.approx(round(score * 700))
    single = LogisticRegression(max_iter=100).fit(*train).score(*test)
    assert score < single


def test_transfer_is_a_logistic_regression_of_strength_ten():
    train, test = made_labelled(), made_labelled(70, seed=1)
    expected = LogisticRegression(C=10, max_iter=100).fit(*train).score(*test)
    assert sib_transfer(fit_transfer(*train), test) == pytest.approx(expected)


def test_retrieval_by_hand():
    english = np.array([[1.0, 0], [0, 1], [1, 1]])
    vectors = np.array([[5.0, 0.1], [0.2, 9], [0.1, 3], [2, 2.1]])
    keys = np.array(["a 0", "a 1", "a 2", "b 0"])
    english_keys = np.array(["a 0", "a 1", "b 0"])
    assert ntrex_retrieval(vectors, keys, english, english_keys) == 3 / 4


def test_retrieval_is_by_cosine_and_survives_a_zero_vector():
    english = np.array([[1.0, 0], [100, 100]])
    vectors = np.array([[1.0, 0.1], [0, 0]])
    assert ntrex_retrieval(vectors, np.array(["a", "b"]), english, np.array(["a", "b"])) == 1 / 2


def test_bias_is_scikit_learns():
    vectors, labels = made_labelled()
    langs = np.array(BIAS_LANGS)[np.arange(140) % 5]
    clusters = KMeans(n_clusters=7, n_init=10, random_state=0).fit_predict(vectors)
    by_lang, by_subject = language_bias(vectors, langs, labels)
    assert by_lang == pytest.approx(normalized_mutual_info_score(langs, clusters))
    assert by_subject == pytest.approx(adjusted_mutual_info_score(labels, clusters))


def test_an_encoder_that_knows_meaning_has_all_and_no_bias(folder):
    table, means = evaluate_encoder(by_meaning, folder)
    assert table["lang"].to_list() == sorted(LANGS)
    for score in ("sib_few_shot", "sib_transfer"):
        assert table[score].to_list() == pytest.approx([1] * len(LANGS))
        assert means[f"mean/{score}"] == pytest.approx(1)
    assert means["mean/sib_cluster"] > 0.8
    assert means["mean/ntrex"] == 1
    assert means["bias/nmi_lang"] < 0.01
    assert means["bias/ami_subject"] > 0.9


def test_an_encoder_that_knows_languages_only_is_found_out(folder):
    table, means = evaluate_encoder(by_lang, folder)
    assert means["bias/nmi_lang"] > 0.99
    assert means["bias/ami_subject"] < 0.05
    assert means["mean/sib_transfer"] < 0.3
    assert means["mean/ntrex"] < 0.3
    assert table["sib_cluster"].mean() < 0.3


def test_what_a_set_lacks_is_null_and_english_has_no_translation(folder):
    table, _ = evaluate_encoder(by_meaning, folder, ["en", "kk", "ru"])
    assert table["lang"].to_list() == ["en", "kk", "ru"]
    assert table["ntrex"].to_list() == [None, None, 1.0]
    assert table["sib_cluster"].null_count() == 0


def test_no_mean_over_fewer_languages_than_it_says(folder):
    _, means = evaluate_encoder(by_meaning, folder, ["en", "ru"])
    assert means == {}
    _, means = evaluate_encoder(by_meaning, folder, MEAN_LANGS)
    assert sorted(means) == ["mean/ntrex", "mean/sib_cluster", "mean/sib_few_shot", "mean/sib_transfer"]


def test_each_language_is_encoded_once(folder):
    encoded, done = [], []

    def encode(texts):
        encoded.extend(texts)
        return by_meaning(texts)

    evaluate_encoder(encode, folder, ["ru", "uk"], done.append)
    assert len(encoded) == len(set(encoded)) == 3 * (7 * 16 + 15)
    assert done == ["en", "ru", "uk"]


def test_unknown_language_is_named(folder):
    with pytest.raises(ValueError, match=r"neither set has \['xx'\]; they have \['ar', "):
        evaluate_encoder(by_meaning, folder, ["ru", "xx"])


def test_missing_file_says_what_is_expected(tmp_path):
    with pytest.raises(FileNotFoundError, match="Give the folder that holds sib200/main30"):
        evaluate_encoder(by_meaning, tmp_path)


def test_missing_field_is_named(tmp_path, folder):
    write(tmp_path / "sib200/main30.jsonl.gz", [{"lang": "en", "text": "x", "label": "y"}])
    with pytest.raises(ValueError, match=r"fields \['split'\] are missing"):
        evaluate_encoder(by_meaning, tmp_path)


@pytest.mark.parametrize(
    ("encode", "message"),
    [
        (lambda texts: np.zeros((1, 3)), r"en: 112 texts gave vectors of shape \(1, 3\)"),
        (lambda texts: np.full((len(texts), 3), np.nan), "en: 112 vectors are not finite"),
    ],
)
def test_broken_encoder_is_named(folder, encode, message):
    with pytest.raises(ValueError, match=message):
        evaluate_encoder(encode, folder, ["en"])
