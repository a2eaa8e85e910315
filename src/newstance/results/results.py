"""All that a training found: kept whole in ``results/<name>/``, loaded again, and asked.

Tables are parquet, plain values JSON. ``results.json`` names the format and holds the SHA-256 of each
file and of itself, so a damaged folder is refused and never gives a wrong figure. Which files it has is
listed here, in code; whatever else lies in the folder is not read.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from newstance.disk import as_path, is_moved_aside, table_bytes
from newstance.stance.quantify import KnownErrors
from newstance.summary import Summary, summarise
from newstance.summary.files import VALUES, load_summary, summary_tables, summary_values
from newstance.summary.stances import shares_by
from newstance.summary.verdict import Verdict, stance_verdict
from newstance.tables import (
    ARTICLES,
    COPIES,
    JUDGED,
    REJECTED,
    REMOVED,
    SENTENCES,
    STANCE_OF,
    THEME_OF_ARTICLE,
    THEME_OF_SENTENCE,
    THEMES,
    Columns,
    Corpus,
    empty,
    require,
)
from newstance.version import __version__

FORMAT, FORMAT_VERSION = "newstance-results", 2
MANIFEST, METRICS = "results.json", "metrics.json"
REMEDY = "Copy the folder anew from where it came, or train again."


class ResultsError(ValueError):
    """A results folder that cannot be read; the text has its path and what to do."""


@dataclass(frozen=True, eq=False)
class Results:
    """All that a training found, table by table; what the report, the tracker and the files are made of.

    ``layout`` holds x and y of each article on a map; ``metrics`` plain numbers by name ("themes/noise",
    "stance/lang=ru/f1_macro"); ``scores`` the same numbers as tables for the report, by title.
    ``judged`` is what heads that had not seen a judgement say of it, which measures stances and corrects
    their shares; ``stance_langs`` the languages that judgements or the reader cover, None for any.
    ``n_bootstrap`` and ``seed`` are behind every interval; ``config`` is what was asked for, its paths cut
    to their last part; ``version`` that of the newstance which found it.
    """

    name: str
    corpus: Corpus
    themes: pl.DataFrame
    theme_of_article: pl.DataFrame
    theme_of_sentence: pl.DataFrame
    stances: pl.DataFrame
    layout: pl.DataFrame
    metrics: dict[str, float]
    scores: dict[str, pl.DataFrame]
    notes: list[str]
    judged: pl.DataFrame = field(default_factory=lambda: empty(JUDGED))
    stance_langs: tuple[str, ...] | None = None
    n_bootstrap: int = 500
    seed: int = 0
    config: dict[str, Any] = field(default_factory=dict)
    version: str = __version__

    @cached_property
    def summary(self) -> Summary:
        """Every figure a person is shown; loaded results have the one they were saved with."""
        return summarise(self)

    @cached_property
    def stance_errors(self) -> KnownErrors | None:
        """What the classifier says of judgements it has not seen; None where they are too few."""
        return KnownErrors.of(self.judged)

    @cached_property
    def stance_verdict(self) -> Verdict:
        """Whether shares of stances can be believed: ``basis`` and the reasons in words."""
        return stance_verdict(self, self.stance_errors)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all article texts, whatever their order."""
        digest = hashlib.sha256()
        for article, text in sorted(self.corpus.articles.select("article_id", "text").iter_rows()):
            digest.update(f"{article}\0{text}\0".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()[:32]

    def stance_by(self, *by: str) -> pl.DataFrame:
        """Shares of favor, against and none with 95 % intervals, for each value of ``by``.

        ``by`` names any of source, theme_id, target, lang, article_id, week, month, quarter. Figures equal
        those of report and terminal: they have the same resamples. Raises ``ValueError`` for another key.
        """
        return shares_by(self, list(by))

    def equals(self, other: "Results") -> bool:
        """Whether every table and value is the same, the summary too."""
        return _same(self, other) and _same(self.summary, other.summary)

    def to_files(self) -> dict[str, bytes]:
        """The files of a results folder; equal results give equal bytes."""
        files = {f"{name}.parquet": table_bytes(table) for name, table in self._tables().items()}
        files[METRICS] = (json.dumps(self.metrics, indent=2, sort_keys=True) + "\n").encode()
        files[VALUES] = summary_values(self.summary)
        manifest = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "newstance": self.version,
            "name": self.name,
            "fingerprint": self.fingerprint,
            "n_bootstrap": self.n_bootstrap,
            "seed": self.seed,
            "config": self.config,
            "notes": self.notes,
            "stance_langs": self.stance_langs,
            "corpus_notes": self.corpus.notes,
            "boilerplate": self.corpus.boilerplate,
            "scores": list(self.scores),
            "files": {name: _sha256(content) for name, content in sorted(files.items())},
        }
        signed = manifest | {"sha256": _sha256_of(manifest)}
        return files | {MANIFEST: (json.dumps(signed, indent=2) + "\n").encode()}

    def _tables(self) -> dict[str, pl.DataFrame]:
        """Every table by the name of its file; articles and sentences stand with their themes."""
        corpus = self.corpus
        sentences = corpus.sentences.join(
            self.theme_of_sentence, on=["article_id", "sentence"], how="left", maintain_order="left"
        )
        scores = {_score_file(number): table for number, table in enumerate(self.scores.values())}
        return {
            "articles": corpus.articles.join(
                self.theme_of_article, on="article_id", how="left", maintain_order="left"
            ),
            "sentences": sentences,
            "themes": self.themes,
            "stances": self.stances,
            "layout": self.layout,
            "judged": self.judged,
            "copies": corpus.copies,
            "removed": corpus.removed,
            "rejected": corpus.rejected,
            **scores,
            **summary_tables(self.summary),
        }


def load_results(folder: Path | str) -> Results:
    """Load ``results/<name>`` as a training left it.

    Raises ``ResultsError`` that tells what is wrong with the folder and what to do, and ``TypeError`` for
    what is no path.
    """
    folder = as_path(folder, "a results folder")
    manifest = _read_manifest(folder)
    files = _Files(folder, manifest["files"])
    try:
        results = _from_files(files, manifest)
        summary = load_summary(files.content(VALUES), files.table)
    except ResultsError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, pl.exceptions.PolarsError) as error:
        raise ResultsError(f"{folder}: it does not hold what it should: {error} {REMEDY}") from error
    vars(results).update(summary=summary, fingerprint=summary.fingerprint)  # fills the cached properties
    return results


class _Files:
    """The files of a results folder, each checked against its hash when it is read."""

    def __init__(self, folder: Path, hashes: Mapping[str, str]) -> None:
        self._folder, self._hashes = folder, hashes

    def content(self, name: str) -> bytes:
        path = self._folder / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ResultsError(f"{path}: cannot be read: {error.strerror}. {REMEDY}") from error
        if _sha256(content) != self._hashes.get(name):
            raise ResultsError(f"{path}: is not as it was written. {REMEDY}")
        return content

    def table(self, name: str, schema: Columns | None = None) -> pl.DataFrame:
        table = pl.read_parquet(self.content(f"{name}.parquet"))
        return table if schema is None else require(table, schema, f"{name}.parquet")


def _from_files(files: _Files, manifest: dict[str, Any]) -> Results:
    articles, sentences = files.table("articles"), files.table("sentences")
    corpus = Corpus(
        articles=require(articles, ARTICLES, "articles.parquet"),
        sentences=require(sentences, SENTENCES, "sentences.parquet"),
        removed=files.table("removed", REMOVED),
        rejected=files.table("rejected", REJECTED),
        copies=files.table("copies", COPIES),
        notes=manifest["corpus_notes"],
        boilerplate={outlet: tuple(lines) for outlet, lines in manifest["boilerplate"].items()},
    )
    has_theme = pl.col("theme_id").is_not_null()
    return Results(
        name=manifest["name"],
        corpus=corpus,
        themes=files.table("themes", THEMES),
        theme_of_article=require(articles.filter(has_theme), THEME_OF_ARTICLE, "articles.parquet"),
        theme_of_sentence=require(sentences.filter(has_theme), THEME_OF_SENTENCE, "sentences.parquet"),
        stances=files.table("stances", STANCE_OF),
        layout=files.table("layout"),
        metrics=json.loads(files.content(METRICS)),
        scores={title: files.table(_score_file(number)) for number, title in enumerate(manifest["scores"])},
        notes=manifest["notes"],
        judged=files.table("judged", JUDGED),
        stance_langs=None if manifest["stance_langs"] is None else tuple(manifest["stance_langs"]),
        n_bootstrap=manifest["n_bootstrap"],
        seed=manifest["seed"],
        config=manifest["config"],
        version=manifest["newstance"],
    )


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise ResultsError(_not_there(folder))
    try:
        manifest = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: is not JSON: {error}. {REMEDY}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ResultsError(f"{path}: is no manifest of newstance results, so {folder} is no results folder.")
    version = manifest.get("format_version")
    if version != FORMAT_VERSION:
        raise ResultsError(
            f"{path}: has format version {version}, this newstance ({__version__}) reads {FORMAT_VERSION}. "
            f"It was made by newstance {manifest.get('newstance')}; install that one, or train again."
        )
    if manifest.pop("sha256", None) != _sha256_of(manifest):
        raise ResultsError(f"{path}: is not as it was written. {REMEDY}")
    return manifest


def _not_there(folder: Path) -> str:
    if is_moved_aside(folder):
        return f"{folder}: is being replaced by a training just now; try again in a moment."
    if not folder.exists():
        return (
            f"{folder}: there is no such folder; give one that newstance train made, as results/quickstart."
        )
    if not folder.is_dir():
        return f"{folder}: is a file; give the results folder that newstance train made."
    inside = sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}"))
    hint = f" There are results in it: {', '.join(inside)}." if inside else ""
    return (
        f"{folder}: is no results folder, as it has no {MANIFEST}. An earlier newstance wrote none: train "
        f"again to have it.{hint}"
    )


def _score_file(number: int) -> str:
    return f"score_{number + 1}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sha256_of(manifest: dict[str, Any]) -> str:
    return _sha256(json.dumps(manifest, sort_keys=True).encode())


def _same(first: Any, second: Any) -> bool:
    """Equality that knows tables, also inside dataclasses and dicts; nan equals nan."""
    if isinstance(first, pl.DataFrame):
        return isinstance(second, pl.DataFrame) and first.schema == second.schema and first.equals(second)
    if is_dataclass(first):
        names = [one.name for one in fields(first)]
        return type(first) is type(second) and all(
            _same(getattr(first, name), getattr(second, name)) for name in names
        )
    if isinstance(first, dict):
        return (
            isinstance(second, dict)
            and first.keys() == second.keys()
            and all(_same(value, second[key]) for key, value in first.items())
        )
    return bool(first == second or (first != first and second != second))
