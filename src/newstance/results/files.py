"""The files of a results folder: what lies in it, and the manifest that vouches for it.

Tables are parquet, plain values JSON. ``results.json`` names the format and holds the SHA-256 of each
file and of itself, so a damaged folder is refused and never gives a wrong figure. Which files it has is
listed here, in code; whatever else lies in the folder is not read.
"""

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from newstance.summary.files import VALUES, summary_tables, summary_values
from newstance.table_streams import Content, content_hash

if TYPE_CHECKING:
    from newstance.results.results import Results

FORMAT, FORMAT_VERSION = "newstance-results", 4
MANIFEST, METRICS = "results.json", "metrics.json"


def files_of(results: "Results") -> dict[str, Content]:
    """What the files of a results folder hold, by name; equal results give equal bytes."""
    files: dict[str, Content] = {f"{name}.parquet": table for name, table in tables_of(results).items()}
    files[METRICS] = _metrics_bytes(results)
    files[VALUES] = summary_values(results.summary)
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "newstance": results.version,
        "name": results.name,
        "fingerprint": results.fingerprint,
        "n_bootstrap": results.n_bootstrap,
        "seed": results.seed,
        "config": results.config,
        "notes": results.notes,
        "stance_langs": results.stance_langs,
        "corpus_notes": results.corpus.notes,
        "boilerplate": results.corpus.boilerplate,
        "scores": list(results.scores),
        "files": {name: content_hash(content) for name, content in sorted(files.items())},
    }
    signed = manifest | {"sha256": sha256_of(manifest)}
    return files | {MANIFEST: (json.dumps(signed, indent=2) + "\n").encode()}


def found_hashes(results: "Results") -> dict[str, str]:
    """Hashes of the files of what was found, without the summary, which follows from it."""
    return {f"{name}.parquet": content_hash(table) for name, table in _found_tables(results).items()} | {
        METRICS: content_hash(_metrics_bytes(results))
    }


def tables_of(results: "Results") -> dict[str, pl.DataFrame]:
    """Every table by the name of its file; articles and sentences stand with their themes."""
    return _found_tables(results) | summary_tables(results.summary)


def _found_tables(results: "Results") -> dict[str, pl.DataFrame]:
    corpus = results.corpus
    sentences = corpus.sentences.join(
        results.theme_of_sentence, on=["article_id", "sentence"], how="left", maintain_order="left"
    )
    scores = {score_file(number): table for number, table in enumerate(results.scores.values())}
    return {
        "articles": corpus.articles.join(
            results.theme_of_article, on="article_id", how="left", maintain_order="left"
        ),
        "sentences": sentences,
        "themes": results.themes,
        "stances": results.stances,
        "layout": results.layout,
        "judged": results.judged,
        "copies": corpus.copies,
        "removed": corpus.removed,
        "rejected": corpus.rejected,
        **scores,
    }


def _metrics_bytes(results: "Results") -> bytes:
    return (json.dumps(results.metrics, indent=2, sort_keys=True) + "\n").encode()


def score_file(number: int) -> str:
    """How the file of a table of scores is called, without its suffix."""
    return f"score_{number + 1}"


def sha256_of(manifest: dict[str, Any]) -> str:
    """The hash of a manifest that has none yet."""
    return content_hash(json.dumps(manifest, sort_keys=True).encode())
