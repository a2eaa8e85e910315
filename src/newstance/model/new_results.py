"""What a saved model finds in new articles, as results: what a training leaves, without the training."""

from typing import TYPE_CHECKING, Any

from newstance.embed.corpus import encode_corpus
from newstance.evaluate.themes import theme_scores
from newstance.model.apply import apply_models
from newstance.progress import Progress
from newstance.results import Results
from newstance.tables import Corpus
from newstance.themes.exemplars import exemplars
from newstance.themes.recount import recounted
from newstance.themes.table import map_table

if TYPE_CHECKING:
    from newstance.model.news_model import NewsModel


def results_of(model: "NewsModel", data: Any, name: str | None, progress: Progress) -> Results:
    """``NewsModel.results``."""
    corpus = _read(model, data, progress)
    encoded = encode_corpus(corpus, model.encoder, progress)
    with progress.step("Assigning themes and stances", len(corpus)) as done:
        applied = apply_models(encoded, model.theme_model, model.stance_model, model.encoder.encode, done)
    with progress.step("Counting themes"):
        shown = exemplars(corpus.articles, corpus.sentences, applied.theme_of_sentence)
        themes = recounted(model.themes, corpus.articles, applied.theme_of_article, shown)
        scores = theme_scores(
            applied.article_vectors,
            applied.theme_of_article["theme_id"].to_numpy(),
            corpus.articles["lang"].to_list(),
            {},
            [None] * len(corpus),
            sources=corpus.articles["source"].to_list(),
        )
    with progress.step("Drawing the map"):
        layout = map_table(corpus.articles["article_id"], applied.article_vectors, Results.seed)
    known = model.known_stance
    return Results(
        name=name or model.name,
        corpus=corpus,
        themes=themes,
        theme_of_article=applied.theme_of_article,
        theme_of_sentence=applied.theme_of_sentence,
        stances=applied.stances,
        layout=layout,
        metrics=corpus.counts.metrics | scores.metrics | dict(known.metrics),
        scores={"Themes": scores.table},
        notes=[f"Themes and stances are those of the model {model.name!r}, which was trained before."],
        judged=known.judged,
        stance_langs=None if known.langs is None else tuple(known.langs),
        config={"model": model.name, "encoder": {"model": model.encoder.name}},
    )


def _read(model: "NewsModel", data: Any, progress: Progress) -> Corpus:
    with progress.step("Reading articles") as done:
        corpus = model.read(data, done)
    if not len(corpus):
        raise ValueError("the articles: there is none; give one or more.")
    return corpus
