"""The table in training: draws batches of translations, takes steps, keeps checkpoints.

The vector of a text is the sum of its tokens' rows, each as long as its token, so a step touches only
the rows of its tokens. Of a table in which tokens share rows the lengths are trained too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from newstance.embed.reader import Ragged
from newstance.train_encoder.distill import DistillConfig, EncoderTexts, length_weights
from newstance.train_encoder.shrink import SharedTable

LENGTH_RATE = 3.0  # how much faster than rows the lengths of tokens learn, as shares of the mean length


@dataclass(frozen=True)
class WeightedRows:
    """Texts to draw from: ``rows`` (n,) of a language's, ``cumulative`` (n,) their weights summed."""

    rows: np.ndarray
    cumulative: np.ndarray

    @classmethod
    def of(cls, texts: Ragged, rows: np.ndarray, power: float) -> "WeightedRows":
        """The ``rows`` of ``texts``, by their length."""
        return cls(rows, np.cumsum(length_weights(texts, power)[rows], dtype=np.float64))

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """``n`` rows, none where ``n`` is 0."""
        return (
            self.rows[np.searchsorted(self.cumulative, rng.random(n) * self.cumulative[-1])]
            if n
            else self.rows[:0]
        )


class Student:
    """A table in training, from ``start`` on."""

    def __init__(self, lessons: EncoderTexts, config: DistillConfig, seed: int, start: SharedTable):
        import torch

        self.lessons, self.config, self.start = lessons, config, start
        self.rng = np.random.default_rng(seed)
        self.row_of = torch.from_numpy(start.row_of.astype(np.int64))
        self.rows = torch.nn.EmbeddingBag.from_pretrained(
            torch.from_numpy(start.rows.copy()), freeze=False, mode="sum", sparse=True
        )
        self.lengths = torch.nn.Embedding.from_pretrained(
            torch.from_numpy(start.scales[:, None].copy()),
            freeze=len(start.rows) == len(start.row_of),
            sparse=True,
        )
        rate = config.learning_rate
        groups = [{"params": [self.rows.weight], "rate": rate}]
        if self.lengths.weight.requires_grad:
            mean = float(np.abs(start.scales).mean())
            groups.append({"params": [self.lengths.weight], "rate": rate * LENGTH_RATE * mean})
        self.adam = torch.optim.SparseAdam(groups, lr=rate)
        self.step = 0
        sizes = np.array([len(pairs.other) for pairs in lessons.pairs], dtype=float)
        self.shares = sizes**config.balance / (sizes**config.balance).sum()
        self.decks = [
            tuple(
                WeightedRows.of(other, np.flatnonzero(kind), config.length)
                for kind in (~pairs.lexicon, pairs.lexicon)
            )
            for other, pairs in zip(lessons.other, lessons.pairs, strict=True)
        ]

    def run(self, checkpoint: Path, after: Callable[[int, float], None], note: str = "") -> SharedTable:
        """Take all steps that are left and keep them in the file ``checkpoint``, with a ``note``; ``after``
        is called with the step and its loss. Returns the table."""
        while self.step < self.config.steps:
            loss = self._take_step()
            self.step += 1
            after(self.step, loss)
            if self.step % self.config.checkpoint_every == 0 or self.step == self.config.steps:
                self.keep(checkpoint, note)
        return self.table

    @property
    def table(self) -> SharedTable:
        """Token vectors as they stand."""
        rows, scales = self.rows.weight.detach().numpy(), self.lengths.weight.detach().numpy()[:, 0]
        return SharedTable(rows, self.start.row_of, scales)

    def _draw(self) -> tuple[Ragged, Ragged, np.ndarray]:
        lang = self.rng.choice(len(self.shares), p=self.shares)
        sentences, entries = self.decks[lang]
        share = self.config.lexicon if len(sentences.rows) else 1
        n_entries = int(self.config.batch_size * share) if len(entries.rows) else 0
        n_sentences = self.config.batch_size - n_entries
        rows = np.concatenate([entries.draw(n_entries, self.rng), sentences.draw(n_sentences, self.rng)])
        # a text that came twice would be its own counterexample
        english, first = np.unique(self.lessons.pairs[lang].english[rows], return_index=True)
        cut = self.rng.random() < self.config.pieces
        other = (self.lessons.cut if cut else self.lessons.other)[lang]
        return other.take(rows[first]), self.lessons.english.take(english), english

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
            group["lr"] = group["rate"] * (1 - self.step / self.config.steps)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return loss.item()

    def _vectors(self, texts: Ragged):
        import torch

        ids = torch.from_numpy(texts.ids.astype(np.int64))
        weights = self.lengths(ids)[:, 0] * (ids > 0)  # the unknown token says nothing
        return self.rows(self.row_of[ids], torch.from_numpy(texts.starts[:-1]), per_sample_weights=weights)

    def _trained(self):
        """The parameters that are trained, by name."""
        named = {"rows": self.rows.weight, "lengths": self.lengths.weight}
        return {name: weight for name, weight in named.items() if weight.requires_grad}

    def keep(self, path: Path, note: str = "") -> None:
        """Write the checkpoint of this step to ``path``, with a ``note``."""
        import torch
        from safetensors.torch import save_file

        tensors = {f"start.{name}": torch.from_numpy(part) for name, part in self.start._asdict().items()}
        for name, weight in self._trained().items():
            state = self.adam.state[weight]
            tensors[name] = weight.detach()
            tensors[f"{name}.first"] = state.get("exp_avg", torch.zeros_like(weight))
            tensors[f"{name}.second"] = state.get("exp_avg_sq", torch.zeros_like(weight))
        aside = path.with_suffix(".tmp")
        save_file(tensors, aside, {"step": str(self.step), "note": note})
        aside.replace(path)

    @classmethod
    def resumed(
        cls, lessons: EncoderTexts, config: DistillConfig, seed: int, path: Path, n_tokens: int
    ) -> "Student":
        """The student whose checkpoint is ``path``, where it stood; it must have ``n_tokens``."""
        import torch
        from safetensors import safe_open

        with safe_open(path, "pt") as kept:
            if kept.get_slice("start.row_of").get_shape() != [n_tokens]:
                raise ValueError(
                    f"{path}: a checkpoint of another size of table; remove it or change the folder."
                )
            start = (kept.get_tensor(f"start.{name}").clone().numpy() for name in SharedTable._fields)
            student = cls(lessons, config, seed, SharedTable(*start))
            student.step = int(kept.metadata()["step"])
            for name, weight in student._trained().items():
                with torch.no_grad():
                    weight.copy_(kept.get_tensor(name))
                student.adam.state[weight] = {
                    "step": student.step,
                    "exp_avg": kept.get_tensor(f"{name}.first").clone(),
                    "exp_avg_sq": kept.get_tensor(f"{name}.second").clone(),
                }
        student.rng = np.random.default_rng([student.step, int(student.rng.integers(2**31))])
        return student


def load_start_table(path: Path, note: str) -> SharedTable | None:
    """The table that the checkpoint ``path`` began with; None where there is none with that ``note``."""
    from safetensors import safe_open

    if not has_checkpoint(path, note):
        return None
    with safe_open(path, "numpy") as kept:
        return SharedTable(*(kept.get_tensor(f"start.{name}") for name in SharedTable._fields))


def load_final_table(path: Path, note: str, n_steps: int) -> SharedTable | None:
    """The table of the checkpoint ``path``; None where there is none with that ``note`` after ``n_steps``."""
    from safetensors import safe_open

    if not has_checkpoint(path, note, n_steps):
        return None
    with safe_open(path, "numpy") as kept:
        trained = "lengths" in kept.keys()  # noqa: SIM118 -- a file, not a dict
        lengths = kept.get_tensor("lengths")[:, 0] if trained else kept.get_tensor("start.scales")
        return SharedTable(kept.get_tensor("rows"), kept.get_tensor("start.row_of"), lengths)


def has_checkpoint(path: Path, note: str, n_steps: int = 0) -> bool:
    """Whether ``path`` is a checkpoint with that ``note``, after ``n_steps`` or more."""
    from safetensors import safe_open

    if not path.is_file():
        return False
    with safe_open(path, "numpy") as kept:
        told = kept.metadata()
        return bool(told["note"] == note and int(told["step"]) >= n_steps)
