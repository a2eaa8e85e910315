"""How a static multilingual encoder is trained: an English teacher distilled over translations.

Both sides of a pair are pulled to the teacher's vector of the English side (Reimers & Gurevych 2020,
"Making monolingual sentence embeddings multilingual", arXiv:2004.09813), with a small in-batch
contrast that keeps translations apart from their neighbours. The student is a table of token
vectors whose mean is the vector of a text, so a step touches only the rows of its tokens. It starts
from the least squares of ``solve``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, Field

from newstance.embed.encoder import Encoder
from newstance.embed.parallel import Pairs
from newstance.embed.reader import Ragged, Reader
from newstance.linear import unit_rows

CHECKPOINT = "checkpoint.safetensors"


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
class Lessons:
    """All that a training reads: tokens of both sides, whole and ``cut`` in pieces, and the teacher's
    vectors (n_english, n_dims)."""

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


def token_counts(lessons: Lessons, n_tokens: int) -> np.ndarray:
    """How often each token comes in the lessons, (n_tokens,)."""
    counts = np.bincount(lessons.english.ids, minlength=n_tokens)
    for other in lessons.other:
        counts = counts + np.bincount(other.ids, minlength=n_tokens)
    return counts


@dataclass(frozen=True)
class Deck:
    """Texts to draw from: ``rows`` (n,) of a language's, ``reach`` (n,) the sum of their weights so far."""

    rows: np.ndarray
    reach: np.ndarray

    @classmethod
    def of(cls, texts: Ragged, rows: np.ndarray, power: float) -> "Deck":
        """The ``rows`` of ``texts``, by their length."""
        return cls(rows, np.cumsum(length_weights(texts, power)[rows], dtype=np.float64))

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """``n`` rows, none where ``n`` is 0."""
        return self.rows[np.searchsorted(self.reach, rng.random(n) * self.reach[-1])] if n else self.rows[:0]


class Student:
    """The table in training, from ``start`` (n_tokens, n_dims) on: draws batches, takes steps, keeps
    checkpoints."""

    def __init__(self, lessons: Lessons, config: DistillConfig, seed: int, start: np.ndarray):
        import torch

        self.lessons, self.config, self.start = lessons, config, start
        self.rng = np.random.default_rng(seed)
        self.bag = torch.nn.EmbeddingBag.from_pretrained(
            torch.from_numpy(start.copy()), freeze=False, mode="mean", sparse=True, padding_idx=0
        )
        self.adam = torch.optim.SparseAdam(list(self.bag.parameters()), lr=config.learning_rate)
        self.step = 0
        sizes = np.array([len(pairs.other) for pairs in lessons.pairs], dtype=float)
        self.shares = sizes**config.balance / (sizes**config.balance).sum()
        self.decks = [
            tuple(
                Deck.of(other, np.flatnonzero(kind), config.length)
                for kind in (~pairs.lexicon, pairs.lexicon)
            )
            for other, pairs in zip(lessons.other, lessons.pairs, strict=True)
        ]

    def run(self, folder: Path, after: Callable[[int, float], None]) -> np.ndarray:
        """Take all steps that are left, keeping checkpoints in ``folder``; ``after`` is called with the
        step and its loss. Returns the table (n_tokens, n_dims)."""
        while self.step < self.config.steps:
            loss = self._take_step()
            self.step += 1
            after(self.step, loss)
            if self.step % self.config.checkpoint_every == 0 or self.step == self.config.steps:
                self.keep(folder)
        return self.table

    @property
    def table(self) -> np.ndarray:
        """Token vectors as they stand, (n_tokens, n_dims)."""
        return self.bag.weight.detach().numpy()

    def _draw(self) -> tuple[Ragged, Ragged, np.ndarray]:
        lang = self.rng.choice(len(self.shares), p=self.shares)
        sentences, entries = self.decks[lang]
        share = self.config.lexicon if len(sentences.rows) else 1
        n_entries = int(self.config.batch_size * share) if len(entries.rows) else 0
        n_sentences = self.config.batch_size - n_entries
        rows = np.concatenate([entries.draw(n_entries, self.rng), sentences.draw(n_sentences, self.rng)])
        english = self.lessons.pairs[lang].english[rows]
        cut = self.rng.random() < self.config.pieces
        other = (self.lessons.cut if cut else self.lessons.other)[lang]
        return other.take(rows), self.lessons.english.take(english), english

    def _take_step(self) -> float:
        import torch
        from torch.nn.functional import cross_entropy, normalize

        other, english, rows = self._draw()
        target = torch.from_numpy(self.lessons.teacher[rows])
        left = normalize(self._vectors(other), dim=1)
        right = normalize(self._vectors(english), dim=1)
        loss = 2 - (left * target).sum(1).mean() - (right * target).sum(1).mean()
        if self.config.contrast:
            alike = left @ right.T / self.config.temperature
            same = torch.arange(len(rows))
            loss = loss + self.config.contrast * (cross_entropy(alike, same) + cross_entropy(alike.T, same))
        for group in self.adam.param_groups:
            group["lr"] = self.config.learning_rate * (1 - self.step / self.config.steps)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return loss.item()

    def _vectors(self, texts: Ragged):
        import torch

        return self.bag(torch.from_numpy(texts.ids.astype(np.int64)), torch.from_numpy(texts.starts[:-1]))

    def keep(self, folder: Path) -> None:
        """Write the checkpoint of this step into ``folder``."""
        import torch
        from safetensors.torch import save_file

        table = self.bag.weight.detach()
        state = self.adam.state[self.bag.weight]
        moments = {
            name: state.get(key, torch.zeros_like(table))
            for name, key in (("first", "exp_avg"), ("second", "exp_avg_sq"))
        }
        aside = folder / "checkpoint.tmp"
        start = torch.from_numpy(self.start)
        save_file({"start": start, "table": table, **moments}, aside, {"step": str(self.step)})
        aside.replace(folder / CHECKPOINT)

    def resume(self, path: Path) -> int:
        """Go on from the checkpoint ``path``; returns the step."""
        import torch
        from safetensors import safe_open

        with safe_open(path, "pt") as kept:
            self.step = int(kept.metadata()["step"])
            if kept.get_slice("table").get_shape() != list(self.bag.weight.shape):
                raise ValueError(
                    f"{path}: a checkpoint of another size of table; remove it or change the folder."
                )
            self.start = kept.get_tensor("start").clone().numpy()
            with torch.no_grad():
                self.bag.weight.copy_(kept.get_tensor("table"))
            self.adam.state[self.bag.weight] = {
                "step": self.step,
                "exp_avg": kept.get_tensor("first").clone(),
                "exp_avg_sq": kept.get_tensor("second").clone(),
            }
        self.rng = np.random.default_rng([self.step, int(self.rng.integers(2**31))])
        return self.step
