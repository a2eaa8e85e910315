"""A training, from files to report, run and saved model. Read ``train`` first: it is the whole way."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from newstance.config import ConfigError, TrainConfig, portable_yaml
from newstance.corpus import read_corpus
from newstance.embed import Encoder, load_encoder
from newstance.embed.cache import CachedEncoder
from newstance.evaluate.stance import stance_scores
from newstance.evaluate.themes import theme_scores
from newstance.model.apply import Applied, apply_models
from newstance.model.bundle import save_bundle
from newstance.model.news_model import NewsModel
from newstance.model.saved import to_bundle
from newstance.outputs import log_results, model_card, write_results
from newstance.progress import Progress, Silence
from newstance.results import Results
from newstance.stance.judgements import read_judgements
from newstance.stance.mentions import unused_mentions
from newstance.stance.model import StanceModel, fit_stance
from newstance.tables import STANCES, Corpus, require
from newstance.themes.keywords import lemmas_of
from newstance.themes.model import FoundThemes, SentenceVectors, find_themes
from newstance.themes.table import map_layout, theme_table

N_EXAMPLES = 8
TEXTS_AT_ONCE = 16_384


@dataclass(frozen=True)
class Scores:
    """Metrics by name, tables by title, and notes, of one step's evaluation."""

    metrics: dict[str, float]
    tables: dict[str, pl.DataFrame]
    notes: list[str]


@dataclass(frozen=True)
class Trained:
    """A finished training: the model, its results, and where they were written."""

    model: NewsModel
    results: Results
    model_folder: Path
    results_folder: Path
    run_id: str | None


def train(config: TrainConfig, progress: Progress | None = None) -> Trained:
    """Run the whole way for one config.

    The model lands in ``<output.models>/<name>``, tables and report in ``<output.results>/<name>``,
    the run in the MLflow store of ``output.tracking``.
    """
    from threadpoolctl import threadpool_limits

    # One BLAS thread: sums come out in one order whatever the machine, and the matrices here are so
    # small that threads would mostly wait for each other.
    with threadpool_limits(limits=1, user_api="blas"):
        return _train(config, progress or Silence())


def _train(config: TrainConfig, progress: Progress) -> Trained:
    corpus = _read(config, progress)
    encoder = _load_encoder(config)
    vectors = _encode(encoder, corpus, progress)
    found = _find_themes(corpus, vectors, encoder, config, progress)
    stance, stance_scored = _train_stance(encoder, config, progress)
    applied = apply_models(corpus, vectors, found.model, stance, encoder.encode)
    themes, theme_scored, layout = _describe(corpus, found, applied, config, encoder, progress)
    reading = config.corpus.model_copy(update={"path": None, "boilerplate": corpus.boilerplate})
    model = NewsModel(config.name, themes, found.model, stance, encoder, reading)
    results = Results(
        name=config.name,
        corpus=corpus,
        themes=themes,
        theme_of_article=applied.theme_of_article,
        theme_of_sentence=applied.theme_of_sentence,
        stances=applied.stances,
        layout=layout,
        metrics=_corpus_metrics(corpus) | theme_scored.metrics | stance_scored.metrics,
        scores=theme_scored.tables | stance_scored.tables,
        notes=[*corpus.notes, *found.notes, *stance_scored.notes, *_mention_notes(stance, applied)],
    )
    return _write(config, model, results, progress)


def _read(config: TrainConfig, progress: Progress) -> Corpus:
    options = config.corpus.model_dump(exclude={"path"})
    if config.corpus.path is None:
        raise ConfigError("corpus.path: is missing; give a file or a folder of articles.")
    with progress.step("Reading articles") as done:
        return read_corpus(config.corpus.path, progress=done, **options)


def _load_encoder(config: TrainConfig) -> Encoder:
    encoder = load_encoder(config.encoder.model, config.encoder.batch_size)
    cache = config.encoder.cache
    return encoder if cache is None else CachedEncoder(encoder, cache)


def _encode(encoder: Encoder, corpus: Corpus, progress: Progress) -> np.ndarray:
    texts = corpus.sentences["text"].to_list()
    with progress.step("Encoding sentences", len(texts)) as done:
        blocks = []
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            blocks.append(encoder.encode(texts[start : start + TEXTS_AT_ONCE]))
            done(len(blocks[-1]))
    return np.concatenate(blocks)


def _find_themes(
    corpus: Corpus, vectors: np.ndarray, encoder: Encoder, config: TrainConfig, progress: Progress
) -> FoundThemes:
    """Themes of the originals: a reprint must not weigh twice."""
    originals = corpus.articles.filter(pl.col("duplicate_of").is_null())["article_id"].to_list()
    row_of = {article: row for row, article in enumerate(originals)}
    rows = np.array([row_of.get(article, -1) for article in corpus.sentences["article_id"]], dtype=np.int64)
    kept = rows >= 0
    langs = corpus.sentences["lang"].to_numpy()
    with progress.step("Finding themes"):
        return find_themes(
            SentenceVectors(vectors[kept], rows[kept], langs[kept]),
            config.codebook.themes,
            encoder.encode,
            config.themes,
            config.seed,
        )


def _train_stance(
    encoder: Encoder, config: TrainConfig, progress: Progress
) -> tuple[StanceModel | None, Scores]:
    if config.stance.labels is None:
        return None, Scores({}, {}, [])
    if not config.codebook.targets:
        raise ConfigError("codebook.targets: is empty, yet stance.labels is given. Name at least one target.")
    judgements = read_judgements(config.stance.labels)
    with progress.step("Training stance"):
        model, left_out = fit_stance(judgements, config.codebook.targets, encoder.encode, config.stance)
        scores = stance_scores(
            np.array([STANCES.index(one.stance) for one in judgements]),
            left_out.probas,
            [one.group or one.text for one in judgements],
            [one.lang for one in judgements],
            [one.target.label for one in judgements],
            left_out.blind_probas,
            config.evaluation.n_bootstrap,
            config.seed,
        )
    return model, Scores(
        scores.metrics, {"Stance, on judgements left out of the fit": scores.table}, scores.notes
    )


def _mention_notes(stance: StanceModel | None, applied: Applied) -> list[str]:
    if stance is None:
        return []
    found = applied.stances.select("target", "mention_text").unique().iter_rows()
    return unused_mentions(found, stance.mentions)


def _describe(
    corpus: Corpus,
    found: FoundThemes,
    applied: Applied,
    config: TrainConfig,
    encoder: Encoder,
    progress: Progress,
) -> tuple[pl.DataFrame, Scores, pl.DataFrame]:
    """Names and keywords of the themes, their scores, and the map of the articles."""
    articles = corpus.articles
    pooled = found.model.projection(applied.article_vectors)
    theme_ids = applied.theme_of_article["theme_id"].to_numpy()
    with progress.step("Naming and scoring themes"):
        themes, keywords = theme_table(articles, theme_ids, found, config.themes, encoder.encode)
        scores = theme_scores(
            pooled,
            theme_ids,
            articles["lang"].to_list(),
            keywords,
            [lemmas_of(text, lang) for text, lang in articles.select("text", "lang").iter_rows()],
            _labels(config.evaluation.themes, articles),
        )
    with progress.step("Drawing the map"):
        places = map_layout(pooled, config.seed)
    layout = articles.select("article_id").with_columns(x=pl.Series(places[:, 0]), y=pl.Series(places[:, 1]))
    metrics = scores.metrics | {
        "themes/language_bias": found.language_bias,
        "themes/min_cluster_size": float(found.min_cluster_size),
    }
    return themes, Scores(metrics, {"Themes": scores.table}, []), layout


def _labels(path: Path | None, articles: pl.DataFrame) -> list[str | None] | None:
    """Label of each article by the CSV ``path``, None where it has none."""
    if path is None:
        return None
    if not path.is_file():
        raise ConfigError(f"evaluation.themes: there is no file {path}.")
    table = require(
        pl.read_csv(path, infer_schema=False), {"article_id": pl.String, "theme": pl.String}, str(path)
    )
    known = dict(table.iter_rows())
    labels = [known.get(article) for article in articles["article_id"]]
    if not any(labels):
        raise ConfigError(
            f"evaluation.themes: none of the {len(known)} article_ids of {path} is in the corpus; it has "
            f"ids like {articles['article_id'].head(3).to_list()}."
        )
    return labels


def _corpus_metrics(corpus: Corpus) -> dict[str, float]:
    copies = int(corpus.articles["duplicate_of"].is_not_null().sum())
    return {
        "corpus/articles": float(corpus.articles.height),
        "corpus/sentences": float(corpus.sentences.height),
        "corpus/languages": float(corpus.articles["lang"].n_unique()),
        "corpus/sources": float(corpus.articles["source"].drop_nulls().n_unique()),
        "corpus/rejected": float(corpus.rejected.height),
        "corpus/reprints": float(copies),
    }


def _write(config: TrainConfig, model: NewsModel, results: Results, progress: Progress) -> Trained:
    """Write model, tables and report, each aside and then renamed, and log the run."""
    examples = results.corpus.sentences["text"].unique(maintain_order=True).head(N_EXAMPLES).to_list()
    texts = {"config.yaml": portable_yaml(config), "MODEL_CARD.md": model_card(config, results)}
    model_folder = config.output.models / config.name
    with progress.step("Writing results"):
        save_bundle(to_bundle(model, examples, texts), model_folder)
        results_folder = write_results(config, results)
    run_id = None
    if config.output.tracking is not None:
        with progress.step("Logging the run"):
            run_id = log_results(config, results, model_folder, results_folder)
    return Trained(model, results, model_folder, results_folder, run_id)
