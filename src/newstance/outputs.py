"""What a training leaves behind: tables, report, model card, and the run in MLflow."""

import hashlib
import io
import json
from pathlib import Path

import polars as pl

from newstance.config import TrainConfig
from newstance.disk import locked, replace_folder
from newstance.report import render
from newstance.results import Results
from newstance.tracking import log_run

EXPERIMENT = "newstance"


def write_results(config: TrainConfig, results: Results) -> Path:
    """Write ``<output.results>/<name>`` with report.html, tables and metrics.json, whole or not at all."""
    folder = config.output.results / config.name
    metrics = json.dumps(results.metrics, indent=2, sort_keys=True)
    files = {f"{name}.parquet": _parquet(table) for name, table in _tables(results).items()}
    files["metrics.json"] = f"{metrics}\n".encode()
    files["report.html"] = render(results).encode()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        replace_folder(folder, files)
    return folder


def _parquet(table: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    table.write_parquet(stream, compression="zstd")
    return stream.getvalue()


def _tables(results: Results) -> dict[str, pl.DataFrame]:
    corpus = results.corpus
    return {
        "articles": corpus.articles.join(results.theme_of_article, on="article_id", maintain_order="left"),
        "sentences": corpus.sentences.join(
            results.theme_of_sentence, on=["article_id", "sentence"], maintain_order="left"
        ),
        "themes": results.themes,
        "stances": results.stances,
        "copies": corpus.copies,
        "removed": corpus.removed,
        "rejected": corpus.rejected,
    }


def log_results(config: TrainConfig, results: Results, model_folder: Path, results_folder: Path) -> str:
    """Log the run; returns its id."""
    assert config.output.tracking is not None
    return log_run(
        config.output.tracking,
        EXPERIMENT,
        config.name,
        params=config.model_dump(mode="json", exclude={"codebook"}),
        metrics=results.metrics,
        tags={"newstance.name": config.name},
        artifacts=[results_folder / "report.html", results_folder / "metrics.json"],
        model_folder=model_folder,
        dataset={
            "path": str(config.corpus.path),
            "fingerprint": data_fingerprint(results.corpus.articles),
            "articles": results.corpus.articles.height,
        },
    )


def data_fingerprint(articles: pl.DataFrame) -> str:
    """Hash of all article texts, whatever their order."""
    digest = hashlib.sha256()
    for article, text in sorted(articles.select("article_id", "text").iter_rows()):
        digest.update(f"{article}\0{text}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def model_card(config: TrainConfig, results: Results) -> str:
    """What a person who gets the model folder should know, as Markdown."""
    articles = results.corpus.articles
    langs = ", ".join(sorted(articles["lang"].unique()))
    themes = "\n".join(
        f"- {row['name']} ({row['size']} articles)" for row in results.themes.iter_rows(named=True)
    )
    measured = "\n".join(
        f"- {name}: {results.metrics[name]:.3f}"
        for name in sorted(results.metrics)
        if name.startswith(("stance/f1_macro", "stance/target_blind", "themes/noise", "themes/ami"))
    )
    notes = "\n".join(f"- {note}" for note in results.notes) or "- none"
    return (
        f"# {config.name}\n\nA newstance model: themes of news articles, and the stance sentences take "
        f"towards targets.\n\n## Trained on\n{articles.height} articles, languages {langs}; data fingerprint "
        f"`{data_fingerprint(articles)}`; encoder `{config.encoder.model}`; seed {config.seed}.\n\n"
        f"## Themes\n{themes or 'none'}\n\n## Measured\n{measured or '- nothing: no labels were given'}\n\n"
        f"## Notes\n{notes}\n\n## Limits\nStances are those of sentences as a classifier reads them; below "
        f"a probability of {config.stance.abstain_below} none is decided. Scores were measured on labels "
        "of this corpus and hold for texts like it.\n"
    )
