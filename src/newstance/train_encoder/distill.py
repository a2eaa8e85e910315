"""How a static multilingual encoder is trained: an English teacher distilled over translations.

Both sides of a pair are pulled to the teacher's vector of the English side (Reimers & Gurevych 2020,
"Making monolingual sentence embeddings multilingual", arXiv:2004.09813), with a small in-batch
contrast that keeps translations apart from their neighbours. Here is what is taught; ``solve`` finds
a start, ``student`` takes the steps.
"""

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, Field

from newstance.embed.encoder import Encoder
from newstance.embed.reader import Ragged, Reader
from newstance.linear import unit_rows
from newstance.train_encoder.parallel import Pairs


class DistillConfig(BaseModel, frozen=True, extra="forbid"):
    """How the student is trained."""

    n_tokens: int = Field(290_000, ge=100, description="size of the vocabulary")
    n_dims: int = Field(256, ge=8, description="dimensions of the student")
    iterations: int = Field(12, ge=1, description="rounds of the solver that makes the start, twice")
    ridge: float = Field(2.0, gt=0, description="how much the solver holds rare tokens back")
    length: float = Field(0.5, ge=0, le=1, description="a text of n tokens weighs n ** length")
    steps: int = Field(5_000, ge=0, description="batches in all, after the solver")
    batch_size: int = Field(1024, ge=2, description="pairs a batch, of one language")
    learning_rate: float = Field(0.002, gt=0, description="of Adam at the start; falls to zero linearly")
    contrast: float = Field(0.1, ge=0, description="weight of the in-batch contrast")
    temperature: float = Field(0.05, gt=0, description="of the contrast")
    balance: float = Field(0.6, ge=0, le=1, description="a language weighs as its size ** balance")
    lexicon: float = Field(0.25, ge=0, le=1, description="share of dictionary entries in a batch")
    pieces: float = Field(0.3, ge=0, le=1, description="share of batches whose words are cut in pieces")
    anchor: float = Field(0.5, ge=0, le=1, description="share of the solver's table in the final one")
    sharpen: float = Field(0.1, ge=0, description="how much longer telling tokens are made, after training")
    flatten: float = Field(0.14, ge=0, description="how much shorter broad directions are made, after that")
    checkpoint_every: int = Field(2_000, ge=1, description="steps between checkpoints")


@dataclass(frozen=True)
class EncoderTexts:
    """All that a training reads: tokens of both sides, whole and ``cut`` in pieces, and the vectors that
    the English texts and their translations should have, ``teacher`` (n_english, n_dims)."""

    english: Ragged
    other: list[Ragged]
    cut: list[Ragged]
    pairs: list[Pairs]
    teacher: np.ndarray


def tokenize(reader: Reader, texts: list[str], at_once: int = 20_000) -> Ragged:
    """Token ids of ``texts``."""
    parts = [reader.read(texts[start : start + at_once]) for start in range(0, len(texts), at_once)]
    starts = np.concatenate([[0], *(np.diff(part.starts) for part in parts)]).cumsum()
    return Ragged(np.concatenate([part.ids for part in parts]), starts)


def teacher_vectors(teacher: Encoder, texts: list[str], n_dims: int, seed: int) -> np.ndarray:
    """Unit vectors (n_texts, n_dims) of the teacher, in its leading principal directions, seen from their
    mean: what all texts have in common is no lesson, and a short text could not say it."""
    vectors = teacher.encode(texts)
    if n_dims > vectors.shape[1]:
        raise ValueError(f"n_dims: {n_dims} is more than the {vectors.shape[1]} of the teacher.")
    sample = np.random.default_rng(seed).permutation(len(vectors))[:100_000]
    _, directions = np.linalg.eigh(vectors[sample].T @ vectors[sample])
    leading = unit_rows(vectors @ directions[:, ::-1][:, :n_dims])
    return unit_rows(leading - leading.mean(axis=0))


def length_weights(texts: Ragged, power: float) -> np.ndarray:
    """How much each text counts, (n_texts,), 1 in the mean: its number of tokens ** ``power``. Most
    parallel texts are entries and phrases of a few words; the news is written in sentences."""
    weights = np.maximum(np.diff(texts.starts), 1).astype(np.float32) ** power
    scaled: np.ndarray = weights / weights.mean()
    return scaled


def token_counts(lessons: EncoderTexts, n_tokens: int) -> np.ndarray:
    """How often each token comes in the lessons, (n_tokens,)."""
    counts = np.bincount(lessons.english.ids, minlength=n_tokens)
    for other in lessons.other:
        counts = counts + np.bincount(other.ids, minlength=n_tokens)
    return counts
