"""Whether the shares of stances can be believed, and what to label where they cannot."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from newstance.stance.meaning import BY_MEANING
from newstance.stance.own_gold import OwnGold
from newstance.stance.quantify import FEWEST_GROUPS, FEWEST_JUDGED, FEWEST_OF_A_STANCE, KnownErrors
from newstance.tables import STANCES

if TYPE_CHECKING:
    from newstance.results import Results

CORRECTED, COUNTED, REFUSED, ABSENT = "corrected", "counted", "refused", "absent"
FEWEST_UNNAMED = 20  # judgements of sentences that do not name the target
LABEL_NEXT = "Label sentences of your own articles: newstance annotate next."
ASSUMPTION = (
    "Shares of stances are corrected for the errors of the classifier, and their intervals count these "
    "errors. Both assume that it errs in these articles as it does in the judgements."
)


class Verdict(NamedTuple):
    """``basis`` of the shares: corrected for the errors of the classifier; counted, without intervals, where
    too few judgements tell these errors; refused, where the classifier is no better than knowing nothing;
    absent, where there are no stances. ``reasons`` are sentences for the reader."""

    basis: str
    reasons: tuple[str, ...]


def stance_verdict(results: "Results", errors: KnownErrors | None) -> Verdict:
    """Judge the stances of ``results`` by their judgements."""
    if results.stances.is_empty():
        return Verdict(ABSENT, ())
    unknown = [*_unknown_languages(results), *_unnamed(results)]
    if covered(results).is_empty():
        return Verdict(REFUSED, (*unknown, LABEL_NEXT))
    faults = list(_faults(results))
    if faults:
        return Verdict(REFUSED, (*faults, *unknown, LABEL_NEXT))
    if errors is None:
        return Verdict(COUNTED, (_too_few(results.judged), *unknown))
    return Verdict(CORRECTED, (ASSUMPTION, *_own(results.judged), *unknown))


def _own(judged: pl.DataFrame) -> Iterator[str]:
    """The outlets whose shares rest on judgements of their own."""
    outlets = sorted(judged["source"].drop_nulls().unique())
    own = [outlet for outlet in outlets if OwnGold.of(judged, {"source": outlet}) is not None]
    if own:
        yield (
            f"Of {len(own)} outlets enough sentences were drawn at random and judged ({', '.join(own[:5])}"
            f"{' …' if len(own) > 5 else ''}): the shares over all their sentences rest on these and assume "
            "nothing of the errors."
        )


def covered(results: "Results") -> pl.DataFrame:
    """The stances that judgements or the reader cover: of articles in their languages, and of sentences that
    do not name the target only where enough such sentences were judged."""
    stances = results.stances
    if not _knows_unnamed(results.judged):
        stances = stances.filter(pl.col("found_by") != BY_MEANING)
    if results.stance_langs is None:
        return stances
    known = results.corpus.articles.filter(pl.col("lang").is_in(results.stance_langs))
    return stances.join(known, on="article_id", how="semi", maintain_order="left")


def _knows_unnamed(judged: pl.DataFrame) -> bool:
    return judged.filter(~pl.col("placed")).height >= FEWEST_UNNAMED


def _unnamed(results: "Results") -> Iterator[str]:
    n = results.stances.filter(pl.col("found_by") == BY_MEANING).height
    if n and not _knows_unnamed(results.judged):
        yield (
            f"{n} sentences speak of a target without naming it; they are left out of all shares, as stances "
            f"towards what is not named are known from {FEWEST_UNNAMED} judgements without a place on: "
            "newstance annotate next draws them."
        )


def _unknown_languages(results: "Results") -> Iterator[str]:
    if results.stance_langs is None:
        return
    stances = results.stances.join(results.corpus.articles.select("article_id", "lang"), on="article_id")
    other = stances.filter(~pl.col("lang").is_in(results.stance_langs))
    if other.height:
        sizes = other.group_by("lang").len().sort("len", "lang", descending=[True, False])
        yield (
            f"{other.height} of {stances.height} stances are in languages without judgements, which the "
            f"reader has not learnt either ({', '.join(sizes['lang'])}); they are left out of all shares."
        )


def _faults(results: "Results") -> Iterator[str]:
    """Why the classifier is no better than knowing nothing; nothing where that cannot be told."""
    metrics = results.metrics
    low = metrics.get("stance/f1_macro_low")
    if low is None:
        return
    score = f"macro-F1 {metrics['stance/f1_macro']:.2f}, 95 % interval from {low:.2f}"
    majority = metrics.get("stance/majority/f1_macro")
    if majority is not None and low <= majority:
        yield (
            f"On judgements left out the stances ({score}) are not clearly better than always the most "
            f"frequent one ({majority:.2f})."
        )
    if uses_target(metrics) is False:
        yield (
            f"On judgements left out the stances ({score}) are not clearly better than those of a control "
            f"that does not know the target ({metrics['stance/target_blind/f1_macro']:.2f}): they may be "
            "read from the tone of a sentence alone."
        )
    for stance in _never_said(results.judged):
        yield (
            f"The stance {stance!r} is never predicted, though {_count(results.judged, stance)} judgements "
            "have it. Label more sentences of this stance."
        )


def uses_target(metrics: Mapping[str, float]) -> bool | None:
    """Whether the stances are clearly better than those of a control that does not know the target: over all
    judgements, or over texts that take several stances, where the target matters most. None where that cannot
    be told."""
    leads = [metrics.get(f"stance/{lead}/f1_macro_low") for lead in ("aware_minus_blind", "contrast_lead")]
    known = [lead for lead in leads if lead is not None]
    return any(lead > 0 for lead in known) if known else None


def _never_said(judged: pl.DataFrame) -> Iterator[str]:
    names = [f"proba_{stance}" for stance in STANCES]
    said = set(judged.select(names).to_numpy().argmax(axis=1).tolist()) if judged.height else set()
    for index, stance in enumerate(STANCES):
        if index not in said and _count(judged, stance):
            yield stance


def _too_few(judged: pl.DataFrame) -> str:
    if judged.is_empty():
        have = "No judgement of yours tells how often the stances are wrong"
    else:
        each = ", ".join(f"{stance} {_count(judged, stance)}" for stance in STANCES)
        groups = judged["group"].n_unique()
        have = (
            f"{judged.height} judgements of {groups} groups of texts ({each}) are too few to tell how often "
        )
        have += "the stances are wrong"
    return (
        f"{have}, so shares are plain counts of decided stances, without intervals. "
        f"{FEWEST_JUDGED} judgements of {FEWEST_GROUPS} articles, {FEWEST_OF_A_STANCE} of each stance, give "
        "corrected shares: newstance annotate next."
    )


def _count(judged: pl.DataFrame, stance: str) -> int:
    return judged.filter(pl.col("stance") == stance).height
