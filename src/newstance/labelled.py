"""The texts and articles that a user gave a theme, as sentences for the fit of the named themes."""

import numpy as np

from newstance.config import ConfigError, TrainConfig
from newstance.corpus.language import detect
from newstance.corpus.sentences.split import split
from newstance.embed import Encoder
from newstance.tables import NOISE, Encoded
from newstance.themes.labels import NO_THEME, read_theme_labels
from newstance.themes.model import LabelledSentences


def labelled_sentences(config: TrainConfig, encoded: Encoded, encoder: Encoder) -> LabelledSentences | None:
    """The sentences of the texts and articles that ``themes.labels`` gives a theme."""
    if config.themes.labels is None:
        return None
    names = [theme.name for theme in config.codebook.themes]
    row_of = {name: row for row, name in enumerate(names)} | {NO_THEME: NOISE}
    labels = read_theme_labels(config.themes.labels, names)
    of_article: dict[str, list[int]] = {}
    for row, (article, sentence) in enumerate(
        encoded.corpus.sentences.select("article_id", "sentence").iter_rows()
    ):
        of_article.setdefault(article, []).append(row)
        of_article[f"{article}\0{sentence}"] = [row]
    parts, rows = [], []
    for number, label in enumerate(labels):
        if label.text is not None:
            spans = split(label.text, detect([label.text])[0])
            own = encoder.encode([label.text[start:end] for start, end in spans])
        else:
            key = label.article_id if label.sentence is None else f"{label.article_id}\0{label.sentence}"
            if key not in of_article:
                raise ConfigError(
                    f"themes.labels: {config.themes.labels} labels {key!r}, which is not in the corpus."
                )
            own = encoded.vectors[of_article[key]]
        parts.append(own)
        rows += [number] * len(own)
    themes = np.array([row_of[label.theme] for label in labels], dtype=np.int64)
    return LabelledSentences(np.concatenate(parts), np.array(rows), themes)
