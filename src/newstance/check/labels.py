"""Whether the labels can be learnt from and compared with: stances, and themes of articles."""

import difflib
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from newstance.check.articles import Sample
from newstance.check.findings import Findings
from newstance.config import TrainConfig
from newstance.evaluate.labels import read_gold_themes
from newstance.languages.codes import is_language
from newstance.stance.judgements import Judgement, read_judgements
from newstance.stance.splits import split_group
from newstance.tables import STANCES, UNKNOWN_LANG

ALIKE = 0.8  # of two names, by difflib: one is taken for the other misspelt
LINES_SHOWN = 5


def check_stance_labels(config: TrainConfig, findings: Findings) -> None:
    """The judgements of ``stance.labels``, each by itself and together."""
    files = config.stance.label_files
    targets = [one.name for one in config.codebook.targets]
    if not files:
        if targets:
            findings.warnings.append(
                "stance.labels: is not given, so stances are those of the reader, and nothing measures them."
            )
        return
    if not targets:
        findings.errors.append(
            "codebook.targets: is empty, yet stance.labels is given. Name at least one target."
        )
    read = [_check_file(path, targets, findings) for path in files]
    if all(judgements is not None for judgements in read):
        judgements = [one for own in read for one in own or ()]
        findings.checked.append(f"{len(judgements):,} judgements of stance")
        _check_stances(", ".join(map(str, files)), judgements, findings)
        _check_split(config.stance.split, judgements, findings)


def _check_file(path: Path, targets: list[str], findings: Findings) -> list[Judgement] | None:
    """The judgements of one file, None where they cannot be read or are none."""
    try:
        judgements = read_judgements(path)
    except (OSError, ValueError) as error:
        findings.errors.append(str(error))
        return None
    if not judgements:
        findings.errors.append(f"stance.labels: {path}: holds no judgement.")
        return None
    findings.errors += [f"stance.labels: {path}: {fault}" for fault in _contradictions(judgements)]
    findings.errors += [f"stance.labels: {path}: {fault}" for fault in _unknown_langs(judgements)]
    if targets:
        _check_labels(path, judgements, targets, findings)
    return judgements


def check_theme_labels(path: Path | None, sample: Sample | None, findings: Findings) -> None:
    """The file of ``evaluation.themes``, and whether its articles are in the corpus."""
    if path is None:
        return
    try:
        labels = read_gold_themes(path)
    except (OSError, ValueError) as error:
        findings.errors.append(str(error))
        return
    if not labels:
        findings.errors.append(f"evaluation.themes: {path}: gives no article a theme.")
        return
    findings.checked.append(f"themes of {len(labels):,} articles")
    if sample is None or not sample.is_whole or not sample.articles:
        return  # the ids of a large corpus are compared when it is read
    ids = [one.article_id for one in sample.articles]
    others = sorted(set(labels) - set(ids))
    if len(others) == len(labels):
        findings.errors.append(none_in_corpus(path, labels, ids))
    elif others:
        shown = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
        findings.warnings.append(
            f"evaluation.themes: {path}: {len(others)} of {len(labels)} article_ids are not in the corpus: "
            f"{shown}."
        )


def none_in_corpus(path: Path, labels: dict[str, str], ids: Sequence[str]) -> str:
    """What to tell where labels and corpus share no article."""
    return (
        f"evaluation.themes: {path}: none of its {len(labels)} article_ids is in the corpus; it has such as "
        f"{', '.join(list(labels)[:3])}, the corpus such as {', '.join(ids[:3])}. Give the ids of the corpus."
    )


def _check_stances(files: str, judgements: list[Judgement], findings: Findings) -> None:
    counts: Counter[str] = Counter(one.stance for one in judgements)
    missing = [stance for stance in STANCES if not counts[stance]]
    if len(counts) < 2:
        findings.errors.append(
            f"stance.labels: {files}: every judgement is '{judgements[0].stance}'; at least two stances are "
            "needed to tell one from the other."
        )
    elif missing:
        findings.warnings.append(
            f"stance.labels: {files}: no judgement is '{missing[0]}', so the model will never say it."
        )


def _check_split(split: str, judgements: list[Judgement], findings: Findings) -> None:
    names = {split_group(one, split) for one in judgements}
    if split != "group" and len(names) < 2:
        findings.errors.append(
            f"stance.split: got {split!r}, and every judgement has the same {split} ({names.pop()!r}), so "
            "none can be left out. Give it in the labels, or choose another split."
        )


def _check_labels(path: Path, judgements: list[Judgement], targets: list[str], findings: Findings) -> None:
    """Labels that no target of the codebook has: misspelt, or of targets that teach but are not asked for."""
    lines = defaultdict(list)
    for one in judgements:
        if one.target.label not in targets:
            lines[one.target.label].append(one.line)
    known = {name.casefold(): name for name in targets}
    others = []
    for label, where in lines.items():
        near = difflib.get_close_matches(label.casefold(), known, n=1, cutoff=ALIKE)
        if not near:
            others.append(f"{label!r} ({len(where)})")
            continue
        findings.errors.append(
            f"stance.labels: {path}: {_lines(where)}: the codebook has no target {label!r}; did you mean "
            f"{known[near[0]]!r}? If not, name {label!r} in codebook.targets too."
        )
    if sum(map(len, lines.values())) == len(judgements) and others:
        findings.errors.append(
            f"stance.labels: {path}: no judgement is about a target of the codebook ({', '.join(targets)}); "
            f"they are about {', '.join(others)}."
        )
    elif others:
        findings.warnings.append(
            f"stance.labels: {path}: targets that the codebook lacks are learnt from, but not asked for: "
            f"{', '.join(others)}. Name them in codebook.targets to see their stances."
        )


def _contradictions(judgements: list[Judgement]) -> list[str]:
    """Judgements of one id that are for a target and against it."""
    of: dict[tuple[str, str], dict[str, int | None]] = defaultdict(dict)
    for one in judgements:
        if one.id is not None:
            of[one.id, one.target.label].setdefault(one.stance, one.line)
    return [
        f"lines {stances['favor']} and {stances['against']}: the id {name!r} is in favor of {target!r} and "
        "against it; keep one of the two, or give each its own id"
        for (name, target), stances in of.items()
        if {"favor", "against"} <= stances.keys()
    ]


def _unknown_langs(judgements: list[Judgement]) -> list[str]:
    lines = defaultdict(list)
    for one in judgements:
        if one.lang != UNKNOWN_LANG and not is_language(one.lang):
            lines[one.lang].append(one.line)
    return [
        f"{_lines(where)}: lang: got {lang!r}, which is no language; expected a code such as 'en' or 'ru' "
        f"(ISO 639), or leave lang out"
        for lang, where in lines.items()
    ]


def _lines(numbers: Sequence[int | None]) -> str:
    shown = ", ".join(map(str, numbers[:LINES_SHOWN])) + (", …" if len(numbers) > LINES_SHOWN else "")
    return f"line {shown}" if len(numbers) == 1 else f"lines {shown}"
