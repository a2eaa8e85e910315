"""Readers, heads and controls for `stance.py`; each says what it thinks of each pair, as logits (n, k)."""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from newstance.embed import load_encoder
from newstance.stance.classifier import StanceClassifier
from newstance.stance.features import StanceFeatures, blind_features, stance_features, with_reader
from newstance.stance.reader import WEIGHTS, MentionReaders, pack
from newstance.stance.readers import StanceReader, load_reader
from newstance.stance.shipped import SmallReader
from newstance.tables import STANCES
from newstance.train_stance import StanceTrainConfig
from newstance.train_stance.learnt import smoothed
from newstance.train_stance.network import fit_network
from stance_sets import ROOT, Pairs

CONFIG = ROOT / "configs/stance-reader.yaml"
N_INNER = 3  # folds by which a head chooses its strength and is calibrated; five in a training of newstance
MIN_SHARE = 1e-6
CONTEXT = 60  # characters each side of a mention that TF-IDF sees by themselves


@cache
def word_encoder():
    """The encoder whose word vectors readers read."""
    return load_encoder(abbreviations=False)


@cache
def shipped_reader() -> StanceReader:
    """The reader that travels in the package."""
    return load_reader(word_encoder())


@cache
def training_config() -> StanceTrainConfig:
    """The settings of the shipped reader, without looking for its files."""
    return StanceTrainConfig.model_validate(yaml.safe_load(CONFIG.read_text(encoding="utf-8")))


def learn_reader(sources: Sequence[tuple[Pairs, float]], seed: int, folder: Path) -> StanceReader:
    """One reader of ``sources`` with their weights, at the settings of the shipped one; kept in ``folder``.

    It is not calibrated: the head or the temperature that follows is.
    """
    import torch
    from safetensors.numpy import load, save

    config = training_config()
    weights = np.concatenate([_balanced(pairs.y, config.balance) * weight for pairs, weight in sources])
    texts = [text for pairs, _ in sources for text in pairs.texts]
    spans = [span for pairs, _ in sources for span in pairs.spans]
    y = np.concatenate([pairs.y for pairs, _ in sources])
    told = repr((config.model_dump(exclude={"examples", "evaluation"}), seed, word_encoder().fingerprint))
    digest = hashlib.sha256("\0".join([told, repr(spans), *texts]).encode() + y.tobytes()).hexdigest()[:16]
    kept = folder / f"reader-{digest}.safetensors"
    if not kept.exists():
        torch.set_num_threads(1)
        mentioned, words = pack(texts, spans)
        vectors = word_encoder().word_vectors(words)
        learnt = fit_network(
            mentioned, vectors, smoothed(y), weights.astype(np.float32), config, seed, lambda *_: None
        )
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(save({name: np.ascontiguousarray(learnt[name]) for name in WEIGHTS}))
    arrays = load(kept.read_bytes())
    return SmallReader(MentionReaders.of([arrays]), word_encoder(), digest, 1.0)


def _balanced(y: np.ndarray, balance: float) -> np.ndarray:
    """Weights by the inverse frequency of the stances, as in a training of readers."""
    counts = np.maximum(np.bincount(y, minlength=len(STANCES)), 1)
    return (len(y) / (len(STANCES) * counts[y])) ** balance


def read(reader: StanceReader, pairs: Pairs) -> np.ndarray:
    """What a reader alone says: logits (n, 3)."""
    return reader.read(pairs.texts, pairs.spans)[1]


def fit_and_ask(train: Pairs, test: Pairs, reader: StanceReader | None) -> np.ndarray:
    """The head that ``fit_stance`` fits to the labels of ``train``, asked about ``test``: logits (n, k)."""
    return _head(_features(train, reader), train, _features(test, reader))


def fit_and_ask_blind(train: Pairs, test: Pairs) -> np.ndarray:
    """The same without knowing the target: logits (n, k)."""
    encode = load_encoder().encode
    return _head(blind_features(train.texts, encode), train, blind_features(test.texts, encode))


def _features(pairs: Pairs, reader: StanceReader | None) -> StanceFeatures:
    encode = load_encoder().encode
    names = sorted(set(pairs.targets))
    vectors = dict(zip(names, encode(names), strict=True))
    targets = np.stack([vectors[name] for name in pairs.targets])
    features = stance_features(pairs.texts, pairs.spans, targets, encode)
    return features if reader is None else with_reader(features, reader, pairs.texts, pairs.spans)


def _head(features: StanceFeatures, train: Pairs, asked: StanceFeatures) -> np.ndarray:
    classifier = StanceClassifier(n_folds=N_INNER)
    classifier.fit(features.matrix(), train.y, train.groups.astype(str), features.offsets)
    shares = classifier.predict_proba(asked.matrix(), asked.offsets)
    return np.log(np.clip(shares, MIN_SHARE, None))


def tfidf(train: Pairs, test: Pairs) -> np.ndarray:
    """TF-IDF of pieces of words (3 to 5 letters: better than words on a fifth of RuSentNE's train), of the
    sentence, of what stands left and right of the mention, and of the mention; and a balanced LinearSVC at
    its default strength: what it decides, one-hot (n, k)."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    matrices = []
    for train_part, test_part in zip(_parts(train), _parts(test), strict=True):
        if not any(train_part):
            continue
        vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
        matrices.append((vectorizer.fit_transform(train_part), vectorizer.transform(test_part)))
    learnt, asked = (hstack(one, format="csr") for one in zip(*matrices, strict=True))
    model = LinearSVC(class_weight="balanced", random_state=0).fit(learnt, train.y)
    return np.eye(int(train.y.max()) + 1)[model.predict(asked)]


def _parts(pairs: Pairs) -> list[list[str]]:
    places = list(zip(pairs.texts, pairs.spans, strict=True))
    return [
        pairs.texts,
        [text[max(0, span[0] - CONTEXT) : span[0]] if span else "" for text, span in places],
        [text[span[1] : span[1] + CONTEXT] if span else "" for text, span in places],
        [text[span[0] : span[1]] if span else "" for text, span in places],
    ]


def majority(train: Pairs, test: Pairs) -> np.ndarray:
    """The most frequent class of ``train``, always: one-hot (n, k)."""
    counts = np.bincount(train.y)
    return np.tile(np.eye(len(counts))[counts.argmax()], (len(test.y), 1))
