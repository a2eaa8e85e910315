"""What the run of a training holds: head numbers as metrics, and all else as tables, plots and files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from newstance.config import TrainConfig, config_yaml, yaml_text
from newstance.disk import write_tables
from newstance.progress import peak_memory
from newstance.recorder.inputs import LABELS
from newstance.recorder.plots import plots
from newstance.results import Results
from newstance.results.files import sha256_of
from newstance.tracking import environment

CONFIG, CODEBOOK, ENVIRONMENT = "config.yaml", "codebook.yaml", "environment.json"
# What a page with many runs shows; all others are in tables/metrics.csv.
HEAD = (
    *("corpus/articles", "themes/n_themes", "themes/noise", "themes/ami"),
    *("stance/f1_macro", "stance/target_blind/f1_macro", "stance/ece"),
)


def parameters(config: TrainConfig) -> dict[str, Any]:
    """The config without the codebook, which is too long for a parameter and has a file of its own."""
    return config.model_dump(mode="json", exclude={"codebook"})


def registered_name(name: str) -> str:
    """The name of a model in the registry, which several projects may share."""
    return f"newstance-{name}"


def files_at_start(config: TrainConfig) -> dict[str, str]:
    """What is known when the run begins: the config from which it can be made again, and the versions."""
    return {
        CONFIG: config_yaml(config),
        CODEBOOK: yaml_text(config.model_dump(mode="json")["codebook"]),
        ENVIRONMENT: json.dumps(environment(), indent=2) + "\n",
    }


def head_metrics(results: Results, seconds: float) -> dict[str, float]:
    """The few numbers by which runs are told apart; one that could not be had is left out."""
    found = {key: results.metrics[key] for key in HEAD if key in results.metrics}
    found["training/seconds"] = round(seconds, 3)
    peak = peak_memory()
    return found if peak is None else found | {"training/peak_mb": peak}


def datasets(config: TrainConfig, results: Results, inputs: Mapping[str, str]) -> list[dict[str, Any]]:
    """The corpus, and the labels where there are any."""
    counts = results.summary.counts
    corpus = {
        "name": "corpus",
        "context": "training",
        "path": str(config.corpus.path),
        "fingerprint": results.fingerprint,
        "articles": counts.articles,
        "sentences": counts.sentences,
        "languages": counts.languages,
        "outlets": counts.outlets,
    }
    given = {key: inputs[key] for key in LABELS if key in inputs}
    if not given:
        return [corpus]
    paths = {key: _path_of(config, key) for key in given}
    labels = {
        "name": "labels",
        "context": "labels",
        "path": ", ".join(paths.values()),
        "fingerprint": sha256_of(given)[:32],
        "files": paths,
        "judgements": results.judged.height,
    }
    return [corpus, labels]


def write_tables_and_plots(results: Results, steps: pl.DataFrame, folder: Path) -> None:
    """Fill ``folder`` with tables/*.csv and plots/*.svg."""
    summary = results.summary
    metrics = sorted(results.metrics.items())
    tables = {
        "metrics": pl.DataFrame(metrics, schema={"metric": pl.String, "value": pl.Float64}, orient="row"),
        "steps": steps,
        "themes": summary.themes,
        "themes_over_time": summary.themes_over_time,
        "stance_by_target": summary.stance_by_target,
        "stance_by_outlet": summary.stance_by_outlet,
        "languages": summary.languages,
        "outlets": summary.outlets,
    }
    write_tables(tables, folder / "tables")
    (folder / "plots").mkdir()
    for name, svg in plots(results).items():
        (folder / "plots" / name).write_text(svg, encoding="utf-8")


def _path_of(config: TrainConfig, key: str) -> str:
    section, name = key.split(".")
    given = getattr(getattr(config, section), name)
    return ", ".join(map(str, given)) if isinstance(given, tuple) else str(given)
