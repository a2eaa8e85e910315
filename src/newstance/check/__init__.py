"""All that can be known to be wrong before the work of a training begins.

A wrong line in a file of labels, a column that no file has, or a folder that cannot be written are told
here, within seconds, not after hours of reading. Nothing is written and no encoder is loaded.
"""

from newstance.check.articles import MIN_ARTICLES, check_articles, too_few
from newstance.check.findings import Findings
from newstance.check.labels import check_stance_labels, check_theme_labels
from newstance.check.places import check_encoder, check_outputs, check_reader, check_store
from newstance.config import ConfigError, TrainConfig

__all__ = ["MIN_ARTICLES", "Findings", "check_training", "require_ready", "too_few"]


def check_training(config: TrainConfig, in_memory: bool = False) -> Findings:
    """Errors that would stop the training of ``config``, and warnings of what may not be meant; with
    ``in_memory`` the articles are not looked for in files."""
    findings = Findings()
    sample = check_articles(config, findings, in_memory)
    check_stance_labels(config, findings)
    check_theme_labels(config.evaluation.themes, sample, findings)
    check_encoder(config.encoder, findings)
    check_reader(config.stance, findings)
    check_outputs(config, findings)
    check_store(config.output.tracking, findings)
    return findings


def require_ready(config: TrainConfig, in_memory: bool = False) -> Findings:
    """The findings of ``check_training``; raises ``ConfigError`` that lists all errors if there are any."""
    findings = check_training(config, in_memory)
    if len(findings.errors) == 1:
        raise ConfigError(findings.errors[0])
    if findings.errors:
        shown = "\n  ".join(findings.errors)
        raise ConfigError(f"{len(findings.errors)} errors, found before the work was begun:\n  {shown}")
    return findings
