"""How far the stances can be trusted, in words: the control, and the weakest languages and targets."""

import re
from collections.abc import Iterator

from newstance.report.facts import interval_in_words
from newstance.report.wording import Wording
from newstance.results import Results
from newstance.summary.verdict import COUNTED, REFUSED, uses_target

ROW = re.compile(r"stance/(lang|target)=(.*)/f1_macro")
WEAK = 0.05  # a part this far below all is named


def in_words(results: Results, words: Wording) -> list[str]:
    """Sentences on the scores of the stances; none where nothing was scored."""
    scores = results.summary.scores
    if scores.stance_f1 is None:
        return []
    said = [
        words.text(
            "trust.score",
            f1=words.score(scores.stance_f1),
            interval=interval_in_words(scores.stance_f1_low, scores.stance_f1_high, words),
        )
    ]
    if scores.stance_f1_blind is not None:
        said.append(words.text(f"trust.{_control(results)}", blind=words.score(scores.stance_f1_blind)))
    if scores.stance_ece is not None:
        said.append(words.text("trust.ece", ece=words.score(scores.stance_ece)))
    said += _weak(results, words)
    if results.summary.stance_basis in (REFUSED, COUNTED):
        said.append(words.text(f"trust.{results.summary.stance_basis}"))
    return said


def _control(results: Results) -> str:
    uses = uses_target(results.metrics)
    if uses is None:
        return "control_unknown"
    return "control_beaten" if uses else "control_not_beaten"


def _weak(results: Results, words: Wording) -> Iterator[str]:
    """The languages and targets that are judged clearly worse than all together."""
    whole = results.metrics["stance/f1_macro"]
    found = [(ROW.fullmatch(key), value) for key, value in results.metrics.items()]
    for kind in ("lang", "target"):
        rows = sorted(
            (value, match[2]) for match, value in found if match and match[1] == kind and value < whole - WEAK
        )
        if rows:
            names = ", ".join(f"{name} ({words.score(value)})" for value, name in rows)
            yield words.text(f"trust.weak_{kind}", names=names)
