"""Named themes on labelled sentences of real news, for `themes.py`."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from newstance.config import load_config
from newstance.corpus.sentences.split import split
from newstance.embed import load_encoder
from newstance.linear import unit_rows
from newstance.tables import NOISE
from newstance.themes.assign import pool
from newstance.themes.config import ThemesConfig
from newstance.themes.model import LabelledSentences, SentenceVectors, find_themes
from themes_sets import ROOT

N_FOLDS = 5
UNCLEAR = "peace talks"  # some codebooks count it as ceasefire


def zero_shot(model: Path, gold: Path) -> dict:
    """Scores of a saved model, as the script that comes with the data gives them."""
    script = gold.parents[2] / "measure/real_news.py"
    command = [sys.executable, str(script), str(model), "--gold", str(gold)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(told[told.index("\n{") :])["themes"]


def cross_validated(gold: Path, seed: int) -> dict:
    """Scores where the labels of other articles are given, five folds; beside them those without labels."""
    from sklearn.model_selection import GroupKFold

    rows = [json.loads(line) for line in (gold / "themes.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["theme"] != UNCLEAR]
    themes = load_config(ROOT / "configs/quickstart.yaml").codebook.themes
    named = {theme.name: index for index, theme in enumerate(themes)}
    truth = np.array([named.get(row["theme"], NOISE) for row in rows])
    second = np.array([named.get(row["second"], NOISE) for row in rows])
    articles = np.array([row["article_id"] for row in rows])
    encoder = load_encoder()
    spans = [split(row["text"], row["lang"]) or [(0, len(row["text"]))] for row in rows]
    texts = [row["text"][start:end] for row, own in zip(rows, spans, strict=True) for start, end in own]
    vectors, of_row = encoder.encode(texts), np.repeat(np.arange(len(rows)), [len(own) for own in spans])
    langs = np.array([row["lang"] for row in rows], dtype=object)[of_row]

    def fit_predict(train: np.ndarray | None, test: np.ndarray) -> np.ndarray:
        labelled = None
        if train is not None:
            own = np.isin(of_row, train)
            labelled = LabelledSentences(vectors[own], np.searchsorted(train, of_row[own]), truth[train])
        corpus = SentenceVectors(vectors, of_row, langs)
        found = find_themes(corpus, themes, encoder.encode, ThemesConfig(discover=False), seed, labelled)
        pooled = pool(found.model.space(vectors), of_row, len(rows))
        return found.model.head.predict(unit_rows(pooled[test])).theme_ids

    said = np.full(len(rows), NOISE)
    for train, test in GroupKFold(N_FOLDS, shuffle=True, random_state=seed).split(rows, groups=articles):
        said[test] = fit_predict(train, test)
    plain = fit_predict(None, np.arange(len(rows)))
    return {
        "with_labels": _scores(said, truth, second, articles),
        "without": _scores(plain, truth, second, articles),
    }


def _scores(said: np.ndarray, truth: np.ndarray, second: np.ndarray, articles: np.ndarray) -> dict:
    """Macro-F1 over the named themes that the labels have, and accuracy; standard errors by article."""
    truth = np.where((said != truth) & (said == second) & (said != NOISE), second, truth)
    themes = [theme for theme in np.unique(truth).tolist() if theme != NOISE]
    names, of_row = np.unique(articles, return_inverse=True)
    rng, draws = np.random.default_rng(0), []
    rows_of = [np.flatnonzero(of_row == article) for article in range(len(names))]
    for _ in range(500):
        drawn = np.concatenate([rows_of[article] for article in rng.integers(len(names), size=len(names))])
        draws.append((_macro_f1(said[drawn], truth[drawn], themes), np.mean(said[drawn] == truth[drawn])))
    f1_se, accuracy_se = np.std(draws, axis=0)
    return {
        "n": len(truth),
        "macro_f1": _macro_f1(said, truth, themes),
        "macro_f1_se": float(f1_se),
        "accuracy": float(np.mean(said == truth)),
        "accuracy_se": float(accuracy_se),
    }


def _macro_f1(said: np.ndarray, truth: np.ndarray, themes: list[int]) -> float:
    hits = [np.sum((said == theme) & (truth == theme)) for theme in themes]
    sizes = [np.sum(said == theme) + np.sum(truth == theme) for theme in themes]
    return float(np.mean([2 * hit / max(size, 1) for hit, size in zip(hits, sizes, strict=True)]))
