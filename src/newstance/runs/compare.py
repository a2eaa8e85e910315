"""Two trainings side by side: settings, metrics with the intervals of their differences, themes, articles."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from newstance.disk import write_file, write_tables
from newstance.evaluate.counts import FEWEST_GROUPS, Bootstrap, Judged, interval_of, resampled
from newstance.groups import articles_in_groups
from newstance.results import Results
from newstance.runs.align import align_themes, changed_articles, n_shared_articles
from newstance.tables import NOISE, STANCES
from newstance.tracking import flat_params

ENDS = ("_low", "_high")
PROBAS = [f"proba_{stance}" for stance in STANCES]
SAME = ["group", "lang", "target", "stance", "placed"]
CONFIG = {"key": pl.String, "first": pl.String, "second": pl.String}
METRICS = {
    "metric": pl.String,
    **{f"first{end}": pl.Float64 for end in ("", *ENDS)},
    **{f"second{end}": pl.Float64 for end in ("", *ENDS)},
    **{f"difference{end}": pl.Float64 for end in ("", *ENDS)},
}


@dataclass(frozen=True, eq=False)
class Comparison:
    """The differences of two trainings.

    ``config``: a row a setting that differs. ``metrics``: a row a metric, ``difference`` is second minus
    first; its 95 % interval resamples what both were measured on together, and is null where they were not
    measured on the same. ``themes`` and ``articles``: see ``align``. ``same_data`` tells whether both read
    the same articles; ``n_shared`` counts the articles of both.
    """

    first: str
    second: str
    same_data: bool
    same_judgements: bool
    n_shared: int
    config: pl.DataFrame
    metrics: pl.DataFrame
    themes: pl.DataFrame
    articles: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, pl.DataFrame)}

    def save(self, out: Path) -> None:
        """Write one JSON file where ``out`` ends in .json, else a folder with a CSV for each table."""
        if out.suffix == ".json":
            plain = {key: value for key, value in vars(self).items() if key not in self.tables}
            values = plain | {name: table.to_dicts() for name, table in self.tables.items()}
            write_file((json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode(), out)
        else:
            write_tables(self.tables, out)


def compare(first: Results, second: Results) -> Comparison:
    """Compare two trainings, as loaded by ``load_results``."""
    themes = align_themes(first, second)
    return Comparison(
        first=first.name,
        second=second.name,
        same_data=first.fingerprint == second.fingerprint,
        same_judgements=_same_judgements(first, second),
        n_shared=n_shared_articles(first, second),
        config=_config(first, second),
        metrics=_metrics(first, second),
        themes=themes,
        articles=changed_articles(first, second, themes),
    )


def _config(first: Results, second: Results) -> pl.DataFrame:
    """Settings that differ; those of a name, and lists such as a codebook's, are compared as a whole."""
    sides = [flat_params({"newstance": run.version, **run.config}) for run in (first, second)]
    keys = sorted({*sides[0], *sides[1]} - {"name"})
    rows = [[key, *(side.get(key) for side in sides)] for key in keys]
    return pl.DataFrame([row for row in rows if row[1] != row[2]], schema=CONFIG, orient="row")


def _metrics(first: Results, second: Results) -> pl.DataFrame:
    intervals = _stance_intervals(first, second) | _noise_interval(first, second)
    names = sorted({*first.metrics, *second.metrics})
    rows = []
    for name in (one for one in names if not one.endswith(ENDS)):
        sides = [[run.metrics.get(f"{name}{end}") for end in ("", *ENDS)] for run in (first, second)]
        known = sides[0][0] is not None and sides[1][0] is not None
        difference = sides[1][0] - sides[0][0] if known else None  # type: ignore[operator]
        rows.append([name, *sides[0], *sides[1], difference, *intervals.get(name, (None, None))])
    return pl.DataFrame(rows, schema=METRICS, orient="row")


def _same_judgements(first: Results, second: Results) -> bool:
    return bool(first.judged.height) and first.judged.select(SAME).equals(second.judged.select(SAME))


def _stance_intervals(first: Results, second: Results) -> dict[str, tuple[float, float]]:
    """Intervals of the differences in macro-F1, of all judgements and of each language and target, where both
    trainings were measured on the same judgements."""
    if not _same_judgements(first, second):
        return {}
    probas = [run.judged.select(PROBAS).to_numpy() for run in (first, second)]
    known = ~np.isnan(probas[0]).any(axis=1) & ~np.isnan(probas[1]).any(axis=1)
    judged, found = first.judged, {}
    y = judged["stance"].replace_strict({name: k for k, name in enumerate(STANCES)}, return_dtype=pl.Int64)
    parts = {"stance/f1_macro": known}
    for kind in ("lang", "target"):
        for value in judged[kind].unique():
            parts[f"stance/{kind}={value}/f1_macro"] = known & (judged[kind] == value).to_numpy()
    bootstrap = Bootstrap(first.n_bootstrap, first.seed)
    for name, rows in parts.items():
        if not rows.any():
            continue
        confusions = [
            Judged(y.to_numpy(), one.argmax(axis=1), judged["group"].to_numpy(), len(STANCES)).only(rows)
            for one in probas
        ]
        interval = bootstrap.interval(np.stack([one.confusions() for one in confusions]), [-1, 1])
        if interval is not None:
            found[name] = interval
    return found


def _noise_interval(first: Results, second: Results) -> dict[str, tuple[float, float]]:
    """Interval of the difference in articles without a theme, where both read the same articles."""
    rows = articles_in_groups(first.corpus.articles, []).select("article_id", "family")
    for name, run in (("first", first), ("second", second)):
        noise = run.theme_of_article.select("article_id", (pl.col("theme_id") == NOISE).alias(name))
        rows = rows.join(noise, on="article_id", how="inner")
    sizes = {run.theme_of_article.height for run in (first, second)} | {rows.height}
    sums = rows.group_by("family", maintain_order=True).agg(pl.len(), pl.col("first", "second").sum())
    if len(sizes) > 1 or sums.height < FEWEST_GROUPS:
        return {}
    counts = sums.select("len", "first", "second").to_numpy()
    drawn = np.concatenate(list(resampled(counts, first.n_bootstrap, first.seed)))
    return {"themes/noise": interval_of((drawn[:, 2] - drawn[:, 1]) / drawn[:, 0])}
