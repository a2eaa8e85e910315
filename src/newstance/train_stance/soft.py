"""Lessons from a teacher: what a reader says of mentions in texts that nobody labelled (Hinton et al. 2015,
arXiv:1503.02531)."""

import gzip
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from newstance.config import ConfigError, read_yaml
from newstance.disk import write_file
from newstance.embed import load_encoder
from newstance.faults import faults_of
from newstance.progress import Progress
from newstance.stance.mentions import find_mentions
from newstance.stance.readers import StanceReader, load_reader
from newstance.stance.transformer import TransformerReader
from newstance.tables import STANCES
from newstance.themes.codebook import Codebook
from newstance.train_stance.config import SoftConfig, StanceTrainConfig
from newstance.train_stance.learnt import Lessons, Span

AT_ONCE = 1024  # mentions between two writings of what the teacher said
TEXTS_AT_ONCE = 10_000


def soft_lessons(config: StanceTrainConfig, progress: Progress) -> Lessons:
    """Mentions of the codebook's targets in the texts of ``config.soft``, with the teacher's probabilities.

    What the teacher said is kept in the work folder, by its fingerprint and that of the texts; a stopped
    training goes on there. Raises ``ConfigError`` where no text names a target.
    """
    soft = config.soft
    assert soft is not None
    with progress.step("Finding mentions"):
        texts, spans = _drawn(soft, config.seed)
    teacher = load_reader(load_encoder(abbreviations=False), str(soft.teacher))
    if isinstance(teacher, TransformerReader):
        teacher = replace(teacher, dtype="float32")  # twice as fast; nobody sees the last digits
    digest = hashlib.sha256(f"{teacher.fingerprint} {texts} {spans}".encode("utf-8", "surrogatepass"))
    kept = config.work / config.name / f"soft-{digest.hexdigest()[:16]}.safetensors"
    with progress.step("Asking the teacher", len(texts)) as done:
        targets = _asked(teacher, texts, spans, kept, done)
    return Lessons(texts, spans, targets, np.full(len(texts), soft.weight, dtype=np.float32))


def _drawn(soft: SoftConfig, seed: int) -> tuple[list[str], list[Span]]:
    """At most ``soft.most`` mentions, drawn at random from those of all texts, each text once."""
    try:
        targets = Codebook.model_validate(read_yaml(soft.codebook)).targets
    except ValidationError as error:
        raise ConfigError(f"soft.codebook: {soft.codebook}: {faults_of(error, Codebook)}") from error
    names = {target.name: target.mentions for target in targets}
    exclude = {target.name: target.exclude for target in targets}
    texts = list(dict.fromkeys(text for path in soft.texts for text in _texts(path)))
    found = []
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        mentions = find_mentions(texts[start : start + TEXTS_AT_ONCE], names, exclude)
        found += [(start + one.row, (one.start, one.end)) for one in mentions]
    found = list(dict.fromkeys(found))
    if not found:
        raise ConfigError(
            f"soft.codebook: none of the {len(texts):,} texts names a target of {soft.codebook}. Give "
            "mentions that occur in them, or other texts."
        )
    drawn = np.sort(np.random.default_rng(seed).permutation(len(found))[: soft.most])
    return [texts[found[row][0]] for row in drawn], [found[row][1] for row in drawn]


def _texts(path: Path) -> Iterator[str]:
    """A text a line; of a table ``.tsv`` (English, other language, source) the first two columns."""
    columns = 2 if ".tsv" in path.suffixes else 1
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                cells = line.decode("utf-8").rstrip("\r\n").split("\t")
            except UnicodeDecodeError as error:
                raise ConfigError(f"{path}, line {number}: is not UTF-8: {error}.") from error
            yield from (text for cell in cells[:columns] if (text := cell.strip()))


def _asked(
    teacher: StanceReader, texts: list[str], spans: list[Span], kept: Path, done: Callable[[int], None]
) -> np.ndarray:
    """Probabilities (n, 3) of the teacher, from the file ``kept`` as far as it goes."""
    from safetensors.numpy import load, save

    kept.parent.mkdir(parents=True, exist_ok=True)
    said = np.zeros((0, len(STANCES)), dtype=np.float32)
    if kept.is_file():
        said = load(kept.read_bytes())["probabilities"]
    done(len(said))
    while len(said) < len(texts):
        rows = slice(len(said), len(said) + AT_ONCE)
        logits = teacher.read(texts[rows], spans[rows])[1]
        shares = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
        said = np.concatenate([said, shares.astype(np.float32)])
        write_file(save({"probabilities": said}), kept)
        done(len(shares))
    return said
