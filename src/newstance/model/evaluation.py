"""A model on a person's labels, and its themes on articles without labels."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from newstance.evaluate.coherence import c_v_scores
from newstance.evaluate.counts import Bootstrap
from newstance.evaluate.evaluation import Evaluation
from newstance.evaluate.themes import theme_scores
from newstance.model.on_judgements import on_judgements
from newstance.model.on_theme_labels import on_theme_labels
from newstance.tables import Corpus
from newstance.themes.terms import find_terms
from newstance.themes.words import lemma_of
from newstance.themes.written import runs_of


def evaluate_model(model: Any, themes: Any, stance: Any, articles: Any, bootstrap: Bootstrap) -> Evaluation:
    """See ``NewsModel.evaluate``."""
    if themes is None and stance is None and articles is None:
        raise ValueError(
            "there is nothing to evaluate on: give labels of themes, judgements of stance, or articles."
        )
    corpus = None if articles is None else model.read(articles)
    parts = []
    if themes is not None:
        parts.append(on_theme_labels(model, themes, corpus, bootstrap))
    elif corpus is not None:
        parts.append(_without_labels(model, corpus))
    if stance is not None:
        parts.append(on_judgements(model, Path(stance), bootstrap))
    return Evaluation.joined(parts)


def _lemmas(keywords: dict[int, dict[str, list[str]]]) -> dict[int, dict[str, list[str]]]:
    """The keywords as they stand in a sequence of lemmas, without phrases: a window holds single words."""
    return {
        theme: {
            lang: [lemma_of(word, lang) for word in words if " " not in word] for lang, words in own.items()
        }
        for theme, own in keywords.items()
    }


def _without_labels(model: Any, corpus: Corpus) -> Evaluation:
    """How well the model's themes hold on articles that nobody labelled."""
    applied, articles = model.apply(corpus), corpus.articles
    langs = articles["lang"].to_list()
    keywords = {
        theme: {part["lang"]: part["words"] for part in words}
        for theme, words in model.themes.filter(pl.col("level") == 0)
        .select("theme_id", "keywords")
        .iter_rows()
        if words
    }
    terms = find_terms(articles["text"], articles["lang"], articles["source"])
    texts = [
        [lemma_of(word.form, lang) for run in runs_of(text, lang) for word in run]
        for text, lang in articles.select("text", "lang").iter_rows()
    ]
    scores = theme_scores(
        applied.article_vectors,
        applied.theme_of_article["theme_id"].to_numpy(),
        langs,
        keywords,
        terms.of_articles(),
        sources=articles["source"].to_list(),
    )
    c_v, of_themes = c_v_scores(_lemmas(keywords), texts, np.array(langs, dtype=object))
    known = model.themes.select("theme_id", theme="name", stability="stability")
    coherence = pl.DataFrame(
        {"theme_id": list(of_themes), "c_v": list(of_themes.values())},
        schema={"theme_id": pl.Int64, "c_v": pl.Float64},
    )
    table = (
        scores.table.drop("label", "label_share")
        .join(known, on="theme_id", how="left", maintain_order="left")
        .join(coherence, on="theme_id", how="left", maintain_order="left")
        .select("theme", "n", "c_v", "stability", "lang_entropy", "source_entropy")
    )
    metrics = scores.metrics | c_v
    if table["stability"].count():
        metrics["themes/stability"] = float(table["stability"].drop_nulls().to_numpy().mean())
    notes = [] if "themes/npmi" in metrics else ["No coherence: fewer than 10 articles in each language."]
    return Evaluation(metrics, {"themes_on_articles": table}, notes)
