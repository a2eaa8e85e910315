"""The summary of a training: plain values and tables, each worked out here and nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from newstance.stance.aggregate import one_a_sentence
from newstance.summary import corpus, stances, themes
from newstance.tables import Counts

if TYPE_CHECKING:
    from newstance.results import Results

FEW_DECIDED = 0.5


@dataclass(frozen=True)
class Scores:
    """The scores that are shown first; None where one could not be had.

    ``stance_f1`` is macro-F1 on judgements left out of the fit, ``low`` and ``high`` its 95 % interval,
    ``blind`` the same score without knowing the target, ``stance_ece`` the calibration error;
    ``themes_ami`` is the adjusted mutual information with the labels of people.
    """

    stance_f1: float | None
    stance_f1_low: float | None
    stance_f1_high: float | None
    stance_f1_blind: float | None
    stance_ece: float | None
    themes_ami: float | None


@dataclass(frozen=True)
class Summary:
    """Every figure a person is shown.

    Stance tables have the columns of ``aggregate``: n, n_articles, n_undecided, shares and ``net`` with
    95 % intervals of ``n_bootstrap`` resamples drawn from ``seed``. ``theme_period`` and ``stance_period``
    name what ``start`` begins in the tables by period (week, month, quarter); None without dates. Themes over
    time, their bursts and lifespans count a text and its reprints once; sizes and outlets count each article.
    ``stance_basis`` and ``stance_reasons`` tell whether shares can be believed (``summary.verdict``); where
    they are refused, the tables of stances have no rows. ``n_stances`` and ``n_undecided`` count a sentence
    once for a target. ``noise`` counts articles without a
    theme, ``noise_share`` is None where there are no articles.
    """

    name: str
    fingerprint: str
    n_bootstrap: int
    seed: int
    counts: Counts
    n_themes: int
    n_codebook_themes: int
    noise: int
    noise_share: float | None
    n_stances: int
    n_undecided: int
    scores: Scores
    stance_basis: str
    stance_reasons: tuple[str, ...]
    theme_period: str | None
    stance_period: str | None
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    languages: pl.DataFrame
    outlets: pl.DataFrame
    reprints: pl.DataFrame
    removed: pl.DataFrame
    themes: pl.DataFrame
    theme_by_outlet: pl.DataFrame
    themes_over_time: pl.DataFrame
    theme_bursts: pl.DataFrame
    theme_lifespans: pl.DataFrame
    stance_by_target: pl.DataFrame
    stance_by_outlet: pl.DataFrame
    stance_by_theme: pl.DataFrame
    stance_by_period: pl.DataFrame


def summarise(results: "Results") -> Summary:
    """Work out every figure of ``results``; one that cannot be had is None, or a row that is missing."""
    over_time = themes.over_time(results)
    by_target = stances.by_target(results)
    stance_period, stance_by_period = stances.by_period(results, by_target)
    theme_rows = themes.theme_rows(results)
    noise, n_articles = themes.count_noise(results), results.theme_of_article.height
    judged = one_a_sentence(results.stances)
    n_undecided = int((~judged["decided"]).sum())
    scores = _scores(results.metrics)
    return Summary(
        name=results.name,
        fingerprint=results.fingerprint,
        n_bootstrap=results.n_bootstrap,
        seed=results.seed,
        counts=results.corpus.counts,
        n_themes=theme_rows.height,
        n_codebook_themes=theme_rows.filter(pl.col("named_by") == "codebook").height,
        noise=noise,
        noise_share=noise / n_articles if n_articles else None,
        n_stances=judged.height,
        n_undecided=n_undecided,
        scores=scores,
        stance_basis=results.stance_verdict.basis,
        stance_reasons=results.stance_verdict.reasons,
        theme_period=over_time.period,
        stance_period=stance_period,
        warnings=tuple(_warnings(judged.height, n_undecided)),
        notes=tuple(dict.fromkeys([*results.corpus.notes, *results.notes])),
        languages=corpus.languages(results.corpus),
        outlets=corpus.outlets(results.corpus),
        reprints=corpus.reprints(results.corpus),
        removed=corpus.removed_reasons(results.corpus),
        themes=theme_rows,
        theme_by_outlet=themes.theme_by_outlet(results),
        themes_over_time=over_time.shares,
        theme_bursts=over_time.bursts,
        theme_lifespans=over_time.lifespans,
        stance_by_target=by_target,
        stance_by_outlet=stances.shares_by(results, ["source", "target"]),
        stance_by_theme=stances.shares_by(results, ["theme_id", "target"]),
        stance_by_period=stance_by_period,
    )


def _scores(metrics: dict[str, float]) -> Scores:
    return Scores(
        stance_f1=metrics.get("stance/f1_macro"),
        stance_f1_low=metrics.get("stance/f1_macro_low"),
        stance_f1_high=metrics.get("stance/f1_macro_high"),
        stance_f1_blind=metrics.get("stance/target_blind/f1_macro"),
        stance_ece=metrics.get("stance/ece"),
        themes_ami=metrics.get("themes/ami"),
    )


def _warnings(n_stances: int, n_undecided: int) -> Iterator[str]:
    """What weakens a figure that is shown."""
    if n_stances and n_undecided > FEW_DECIDED * n_stances:
        yield (
            f"{n_undecided} of {n_stances} stances are undecided: their texts say too little to name "
            "one. More judgements help."
        )
