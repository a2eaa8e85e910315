"""A training, from files to report, run and saved model. Read ``train`` first: it is the whole way."""

import dataclasses
from pathlib import Path
from typing import Any

from newstance.check import MIN_ARTICLES, require_ready, too_few
from newstance.config import ConfigError, TrainConfig, portable_values, portable_yaml
from newstance.corpus import Reading
from newstance.corpus.reprints.translations import with_translations
from newstance.embed import Encoder, load_encoder
from newstance.embed.cache import CachedEncoder, cache_notes
from newstance.embed.corpus import encode_corpus
from newstance.given import config_of, read_given
from newstance.model.apply import apply_models
from newstance.model.known_stance import KnownStance
from newstance.model.news_model import NewsModel
from newstance.model.record import Record
from newstance.model.saved import save_model
from newstance.outputs import model_card
from newstance.places import name_to_keep, one_writer
from newstance.progress import Progress, default_progress
from newstance.recorder import Recorder, RunOptions
from newstance.results import Results
from newstance.results.save import written_results
from newstance.stance_training import train_stance
from newstance.tables import Corpus
from newstance.theme_training import describe_themes, find_in_corpus

N_EXAMPLES = 8


@dataclasses.dataclass(frozen=True)
class Trained:
    """A finished training: the model, its results, and where they were written.

    ``kept`` is the name of another training that was there and stayed, so that this one got a number; None
    where there was none. ``run_id`` and ``run_name`` are those of its run; ``fault`` says why there is none,
    or no whole one, although the config asks for it.
    """

    model: NewsModel
    results: Results
    model_folder: Path
    results_folder: Path
    run_id: str | None
    run_name: str | None = None
    kept: str | None = None
    fault: str | None = None


def train(
    what: Any,
    progress: Progress | None = None,
    replace: bool = False,
    run: RunOptions | None = None,
    **settings: Any,
) -> Trained:
    """Run the whole way for one config, or for articles.

    ``what`` is a ``TrainConfig``, the path of a YAML file, or articles: a Corpus, a DataFrame or whatever
    else ``read_corpus`` takes. ``settings`` are keys of a config and go before those of a file: ``name``,
    ``seed``, sections as dicts (``themes={"n_themes": 20}``), ``codebook`` as its path, a dict, or a list of
    names of themes; ``labels`` are files of judgements (``stance.labels``), ``theme_labels`` those of themes.
    Without a ``progress`` a notebook is shown each step in a line.

    The model lands in ``<output.models>/<name>``, tables and report in ``<output.results>/<name>``,
    the run in the MLflow store of ``output.tracking``. Where another training lies in these folders, this one
    gets a number (``<name>-2``), unless ``replace``. ``run`` tells how the run is recorded.
    """
    from threadpoolctl import threadpool_limits

    config, articles = config_of(what, settings)
    recorder = Recorder(config, progress or default_progress(), run or RunOptions())
    # One BLAS thread: sums come out in one order whatever the machine, and the matrices here are so
    # small that threads would mostly wait for each other.
    with threadpool_limits(limits=1, user_api="blas"):
        with recorder.step("Checking config and files"):
            # A mistake in the config makes no run.
            warnings = require_ready(config, in_memory=articles is not None).warnings
        with recorder:
            found = _train(config, articles, recorder, warnings)
            trained = _write(config, *found, recorder, replace)
    return _with_run(trained, recorder)


def _train(
    config: TrainConfig, articles: Any, progress: Recorder, warnings: list[str]
) -> tuple[NewsModel, Results]:
    encoder = _load_encoder(config)
    corpus = _read(config, articles, progress)
    progress.open()
    encoded = encode_corpus(corpus, encoder, progress)
    if config.themes.translations:
        with progress.step("Looking for translations"):
            encoded = with_translations(encoded)
    corpus = encoded.corpus
    found = find_in_corpus(encoded, encoder, config, progress)
    trained = train_stance(encoder, config, progress)
    stance = trained.model
    with progress.step("Assigning themes and stances", len(corpus)) as done:
        applied = apply_models(encoded, found.model, stance, encoder.encode, done)
    themes, theme_scored, layout = describe_themes(corpus, found, applied, config, encoder, progress)
    reading = Reading.of(config.corpus, corpus.boilerplate)
    metrics = corpus.counts.metrics | theme_scored.metrics | trained.scores.metrics
    known = KnownStance.of(trained.judged, metrics, trained.langs)
    model = NewsModel(config.name, themes, found.model, stance, encoder, reading, known_stance=known)
    results = Results(
        name=config.name,
        corpus=corpus,
        themes=themes,
        theme_of_article=applied.theme_of_article,
        theme_of_sentence=applied.theme_of_sentence,
        stances=applied.stances,
        layout=layout,
        metrics=metrics,
        scores=theme_scored.tables | trained.scores.tables,
        notes=[
            *warnings,
            *corpus.notes,
            *found.notes,
            *theme_scored.notes,
            *trained.scores.notes,
            *([] if stance is None else stance.unused_mentions(applied.stances, corpus.articles)),
            *cache_notes(encoder),
        ],
        judged=trained.judged,
        stance_langs=trained.langs,
        n_bootstrap=config.evaluation.n_bootstrap,
        seed=config.seed,
        config=portable_values(config),
    )
    return model, results


def _read(config: TrainConfig, articles: Any, progress: Progress) -> Corpus:
    corpus = read_given(config.corpus.path if articles is None else articles, config, progress)
    if len(corpus) < MIN_ARTICLES:
        raise ConfigError(too_few(len(corpus), config.corpus.path))
    return corpus


def _load_encoder(config: TrainConfig) -> Encoder:
    encoder = load_encoder(config.encoder.model, config.encoder.batch_size)
    cache = config.encoder.cache
    return encoder if cache is None else CachedEncoder(encoder, cache)


def _write(
    config: TrainConfig, model: NewsModel, results: Results, recorder: Recorder, replaces: bool
) -> Trained:
    """Write model, tables and report, each aside and then renamed, and log the run."""
    examples = results.corpus.sentences["text"].unique(maintain_order=True).head(N_EXAMPLES).to_list()
    model.record = Record({}, examples)
    with recorder.step("Writing results"), one_writer(config):
        others = set() if recorder.run is None else recorder.run.others
        name = config.name if replaces else name_to_keep(config, model, results, others)
        kept = None if name == config.name else config.name
        config = config.model_copy(update={"name": name})
        model.name = name
        results = dataclasses.replace(results, name=name, config=portable_values(config))
        texts = {"config.yaml": portable_yaml(config), "MODEL_CARD.md": model_card(config, results)}
        model.record = Record(texts, examples)
        model_folder = config.output.models / name
        with written_results(config.output.results / name, results) as results_folder:
            save_model(model, model_folder)
    recorder.log(config, results, (model_folder, results_folder))
    return Trained(model, results, model_folder, results_folder, None, kept=kept)


def _with_run(trained: Trained, recorder: Recorder) -> Trained:
    run = recorder.run
    if run is None:
        return dataclasses.replace(trained, fault=recorder.fault)
    return dataclasses.replace(trained, run_id=run.run_id, run_name=run.name, fault=recorder.fault)
