"""Theme finders for `themes.py`: newstance and its peers, all over the same vectors."""

import re
import time
from typing import NamedTuple

import numpy as np

from newstance.embed import load_encoder
from newstance.tables import NOISE
from newstance.themes.assign import pool
from newstance.themes.config import ThemesConfig
from newstance.themes.model import find_themes
from themes_sets import TextSet


class Found(NamedTuple):
    """The theme of each text, -1 for none, as ``labels`` (n_texts,); its coarse theme as ``coarse``
    (n_texts,) or None; and the CPU seconds of the fit."""

    labels: np.ndarray
    coarse: np.ndarray | None
    cpu_seconds: float


def newstance(texts: TextSet, seed: int, **options) -> Found:
    """Themes found with the default settings, and those of the head for all texts."""
    encode = load_encoder().encode
    start = time.process_time()
    found = find_themes(texts.sentences, [], encode, ThemesConfig(**options), seed)
    vectors, rows = texts.sentences.vectors, texts.sentences.article_rows
    articles = pool(found.model.space(vectors), rows, len(texts.texts))
    labels = found.model.head.predict(articles).theme_ids
    seconds = time.process_time() - start
    coarse = np.append(found.parents, NOISE)[labels] if (found.parents != NOISE).any() else None
    return Found(labels, coarse, seconds)


def bertopic(texts: TextSet, seed: int) -> Found:
    """BERTopic with its default settings, and a seed for its UMAP."""
    from bertopic import BERTopic
    from umap import UMAP

    start = time.process_time()
    reducer = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
    labels, _ = BERTopic(umap_model=reducer).fit_transform(texts.texts, texts.articles)
    return Found(np.array(labels), None, time.process_time() - start)


def topica(texts: TextSet, seed: int) -> Found:
    """The BERTopic of topica with its default settings."""
    from topica import BERTopic

    words = [re.findall(r"\w+", text.lower()) for text in texts.texts]
    start = time.process_time()
    model = BERTopic(seed=seed)
    model.fit(words, texts.articles.astype(np.float64))
    return Found(np.array(model.labels), None, time.process_time() - start)


def kmeans(texts: TextSet, seed: int) -> Found:
    """KMeans that is told the number of labels, which no user knows."""
    from sklearn.cluster import KMeans

    start = time.process_time()
    labels = KMeans(texts.n_labels, n_init=10, random_state=seed).fit_predict(texts.articles)
    return Found(labels, None, time.process_time() - start)


SYSTEMS = {"newstance": newstance, "bertopic": bertopic, "topica": topica, "kmeans_true_k": kmeans}
