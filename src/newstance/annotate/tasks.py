"""What to label next, from a model and articles: sentences for themes, mentions of targets for stance."""

from typing import Any

import numpy as np
import polars as pl

from newstance.annotate.draw import SURE, UNCERTAIN, Drawing, Drawn
from newstance.scripts import folded
from newstance.tables import NOISE, STANCES, Corpus

THEMES, STANCE = "themes", "stance"
NO_THEME, NO_OUTLET = "none", ""
# A task of a theme; a task of a stance has the place of its target too.
TASK = {
    "task_id": pl.String,
    "text": pl.String,
    "article_id": pl.String,
    "sentence": pl.Int64,
    "before": pl.String,
    "after": pl.String,
    "title": pl.String,
    "lang": pl.String,
    "source": pl.String,
    "suggested": pl.String,
    "proba": pl.Float64,
    "drawn": pl.String,
    "p_draw": pl.Float64,
}
PLACE = {"target": pl.String, "start": pl.Int64, "end": pl.Int64, "mention_text": pl.String}


def next_tasks(model: Any, articles: Any, what: str, n: int = 50, seed: int = 0) -> pl.DataFrame:
    """``n`` sentences ("themes") or mentions of targets ("stance") of ``articles`` to label next.

    ``articles`` is whatever ``NewsModel.read`` takes; their order plays no part. Reprints and sentences that
    come again are left out. The columns are those of ``TASK``, with ``PLACE`` for stance, and an empty
    ``theme`` or ``stance`` for the label. Raises ``ValueError`` where there is nothing to draw from.
    """
    if what == STANCE and not model.targets:
        raise ValueError("the model judges no stance, as it was trained without judgements; draw --themes.")
    if n < 1:
        raise ValueError(f"n: got {n}, expected at least 1.")
    corpus = model.read(articles)
    rows = _sentences(model, corpus) if what == THEMES else _mentions(model, corpus)
    if rows.is_empty():
        nothing = "no sentence" if what == THEMES else f"no mention of a target ({', '.join(model.targets)})"
        raise ValueError(f"there is {nothing} in the articles.")
    vectors = model.theme_model.space(model.encoder.encode(rows["text"].to_list()))
    drawing = Drawing(np.asarray(vectors), seed)
    outlets = [outlet or NO_OUTLET for outlet in rows["source"]]
    drawn = (
        _for_themes(drawing, rows, outlets, n, model)
        if what == THEMES
        else _for_stance(drawing, rows, outlets, n)
    )
    label = "theme" if what == THEMES else "stance"
    tasks = rows[drawn.rows].with_columns(
        drawn=pl.Series(drawn.how, dtype=pl.String), p_draw=pl.Series(drawn.p_draw, dtype=pl.Float64)
    )
    columns = list(TASK) if what == THEMES else [*TASK, *PLACE]
    return tasks.select(*columns, pl.lit(None, dtype=pl.String).alias(label))


def _for_themes(drawing: Drawing, rows: pl.DataFrame, outlets: list[str], n: int, model: Any) -> Drawn:
    """Half nearest to the threshold, a quarter of the surest of each theme, a quarter at random."""
    n_near, n_sure = n // 2, n // 4
    drawing.at_random(n - n_near - n_sure, outlets)
    probas = rows["proba"].to_numpy()
    drawing.best(n_near, -np.abs(probas - model.theme_model.head.reject), UNCERTAIN)
    nearest = rows["nearest_id"].to_numpy()
    themes = [theme for theme in np.unique(nearest).tolist() if theme != NOISE]
    for number, theme in enumerate(themes):
        # Of 12 texts and 5 themes the first two get three.
        count = n_sure // len(themes) + (number < n_sure % len(themes))
        drawing.best(count, np.where(nearest == theme, probas, -np.inf), SURE)
    return drawing.drawn


def _for_stance(drawing: Drawing, rows: pl.DataFrame, outlets: list[str], n: int) -> Drawn:
    """Half where the model is least sure, a quarter unlike all others, a quarter at random."""
    n_unsure, n_diverse = n // 2, n // 4
    drawing.at_random(n - n_unsure - n_diverse, outlets)
    drawing.best(n_unsure, -rows["proba"].to_numpy(), UNCERTAIN)
    drawing.diverse(n_diverse)
    return drawing.drawn


def _sentences(model: Any, corpus: Corpus) -> pl.DataFrame:
    """Sentences of originals, each text once, with what the model says."""
    applied = model.apply(corpus)
    names = model.themes.select("theme_id", suggested="name")
    return (
        _in_place(corpus)
        .join(applied.theme_of_sentence, on=["article_id", "sentence"], maintain_order="left")
        .join(names, on="theme_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("suggested").fill_null(NO_THEME),
            task_id=pl.format("{}#{}", "article_id", "sentence"),
            folded=pl.col("text").map_elements(_bare, return_dtype=pl.String),
        )
        .unique("folded", keep="first", maintain_order=True)
    )


def _mentions(model: Any, corpus: Corpus) -> pl.DataFrame:
    """First mentions of each target in sentences of originals, each text once, with the model's stance."""
    stances = model.apply(corpus).stances.filter(pl.col("mention") == 0)
    return (
        _in_place(corpus)
        .join(stances, on=["article_id", "sentence"], maintain_order="left")
        .with_columns(
            suggested="stance",
            proba=pl.max_horizontal(f"proba_{stance}" for stance in STANCES),
            task_id=pl.format("{}#{}#{}", "article_id", "sentence", "target"),
            folded=pl.col("text").map_elements(_bare, return_dtype=pl.String),
        )
        .unique(["folded", "target"], keep="first", maintain_order=True)
    )


def _in_place(corpus: Corpus) -> pl.DataFrame:
    """Sentences of originals with their neighbours and their article, sorted by their key."""
    about = corpus.articles.filter(pl.col("duplicate_of").is_null()).select("article_id", "title", "source")
    neighbours = [
        pl.when(pl.col("part") == "body")
        .then(pl.when(pl.col("part").shift(by) == "body").then(pl.col("text").shift(by)))
        .over("article_id")
        .alias(name)
        for by, name in ((1, "before"), (-1, "after"))
    ]
    return (
        corpus.sentences.sort("article_id", "sentence")
        .with_columns(neighbours)
        .drop("start", "end")
        .join(about, on="article_id", maintain_order="left")
    )


def _bare(text: str) -> str:
    return " ".join(folded(text).text.casefold().split())
