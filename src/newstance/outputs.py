"""What a training leaves behind beside its model and results: the model card."""

from collections.abc import Iterator

from newstance.config import TrainConfig
from newstance.results import Results
from newstance.summary import Summary
from newstance.summary.words import NOT_MEASURED, between, count, in_markdown, percent, score


def model_card(config: TrainConfig, results: Results) -> str:
    """What a person who gets the model folder should know, as Markdown."""
    summary = results.summary
    parts = {
        "Trained on": [_trained_on(config, summary)],
        "Themes": [*_items(_themes(summary))],
        "Measured": [*_items(_measured(summary))],
        "Notes": [*_items([*summary.warnings, *summary.notes])],
        "Limits": [
            "Stances are those of sentences as a classifier reads them; below a probability of "
            f"{config.stance.abstain_below} none is decided. Scores were measured on labels of this corpus "
            "and hold for texts like it."
        ],
    }
    body = "".join(f"\n## {title}\n" + "\n".join(lines) + "\n" for title, lines in parts.items())
    head = "A newstance model: themes of news articles, and the stance sentences take towards targets."
    return f"# {summary.name}\n\n{head}\n{body}"


def _items(lines: list[str]) -> Iterator[str]:
    return (f"- {in_markdown(line)}" for line in lines or ["none"])


def _trained_on(config: TrainConfig, summary: Summary) -> str:
    counts = summary.counts
    langs = ", ".join(sorted(summary.languages["lang"].drop_nulls()))
    return (
        f"{count(counts.articles)} articles, {count(counts.sentences)} sentences, "
        f"{counts.languages} languages ({langs}), {counts.outlets} outlets, "
        f"{count(counts.reprints)} reprints, {count(counts.translations)} translations; "
        f"data fingerprint `{summary.fingerprint}`; "
        f"encoder `{config.encoder.model}`; seed {config.seed}."
    )


def _themes(summary: Summary) -> list[str]:
    return [f"{name} ({count(size)} articles)" for name, size in summary.themes.select("name", "size").rows()]


def _measured(summary: Summary) -> list[str]:
    scores = summary.scores
    lines = []
    if summary.noise_share is not None:
        lines.append(f"articles without a theme: {count(summary.noise)}, {percent(summary.noise_share)}")
    if scores.themes_ami is not None:
        lines.append(f"themes against labels, adjusted mutual information: {score(scores.themes_ami)}")
    if scores.stance_f1 is None:
        return [*lines, *summary.stance_reasons, f"stance: not measured, as {NOT_MEASURED}"]
    lines += summary.stance_reasons
    interval = between(scores.stance_f1_low, scores.stance_f1_high)
    return [
        *lines,
        f"stance, macro-F1 on judgements left out: {score(scores.stance_f1)} ({interval})",
        f"the same without knowing the target: {score(scores.stance_f1_blind)}",
        f"calibration error of the stance: {score(scores.stance_ece)}",
    ]
