"""The reader of mentions in torch, as it is learnt; ``stance/reader.py`` reads the same weights with
numpy."""

from collections.abc import Callable
from typing import Any

import numpy as np

from newstance.stance.reader import FARTHEST, N_PLACES, Mentioned
from newstance.tables import STANCES
from newstance.train_stance.learnt import batches_by_length

BATCH = 128


def network(n_dims: int, width: int, dropout: float) -> Any:
    """A torch module whose parameters are named as ``reader.WEIGHTS``."""
    import torch
    from torch import nn
    from torch.nn.functional import dropout as drop
    from torch.nn.functional import relu

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.project = nn.Linear(n_dims, width)
            self.place = nn.Parameter(torch.randn(N_PLACES, width) * 0.1)
            self.near = nn.Conv1d(width, width, 3, padding=1)
            self.far = nn.Conv1d(width, width, 3, padding=2, dilation=2)
            self.attend = nn.Linear(width, 1)
            self.distance = nn.Parameter(torch.zeros(N_PLACES, 1))
            self.say = nn.Linear(4 * width, len(STANCES))

        def forward(self, vectors, places, inside):
            """Logits (n, 3) of word ``vectors`` (n, length, n_dims)."""
            mask = inside[..., None]
            hidden = self.project(drop(vectors, 0.15, self.training)) + self.place[places]
            hidden = drop(relu(hidden) * mask, dropout, self.training)
            for layer in (self.near, self.far):
                hidden = (hidden + relu(layer(hidden.transpose(1, 2))).transpose(1, 2)) * mask
            score = self.attend(hidden)[..., 0] + self.distance[places][..., 0]
            share = torch.softmax(score.masked_fill(inside == 0, -1e9), 1)
            own = (places == FARTHEST).float() * inside
            pooled = [
                (share[..., None] * hidden).sum(1),
                (own[..., None] * hidden).sum(1) / own.sum(1, keepdim=True).clamp(min=1),
                hidden.masked_fill(mask == 0, -1e9).max(1).values,
                hidden.sum(1) / inside.sum(1, keepdim=True).clamp(min=1),
            ]
            return self.say(drop(torch.cat(pooled, 1), dropout, self.training))

    return Network()


def fit_network(
    mentioned: Mentioned,
    vectors: np.ndarray,
    targets: np.ndarray,
    weights: np.ndarray,
    config: Any,
    seed: int,
    each: Callable[[int, float], None],
) -> dict[str, np.ndarray]:
    """Learn a reader; ``each(step, loss)`` is called after each step. Returns its weights by name, float32.

    ``vectors`` (n_words, n_dims) of the words that ``mentioned`` numbers, ``targets`` (n, 3) probabilities
    in the order of ``STANCES``.
    """
    import torch
    from torch.nn.functional import cross_entropy

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = network(vectors.shape[1], config.width, config.dropout)
    table = torch.from_numpy(np.vstack([vectors, np.zeros((1, vectors.shape[1]))]).astype(np.float32))
    optimizer = torch.optim.AdamW(net.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    n_batches = len(targets) // BATCH + 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.learning_rate, total_steps=config.epochs * n_batches + 2, pct_start=0.15
    )
    net.train()
    step = 0
    for _ in range(config.epochs):
        for rows in batches_by_length(mentioned.inside.sum(axis=1), n_batches, rng):
            some = mentioned.take(rows)
            logits = net(
                table[torch.from_numpy(some.words)],
                torch.from_numpy(some.places),
                torch.from_numpy(some.inside),
            )
            losses = cross_entropy(logits, torch.from_numpy(targets[rows]), reduction="none")
            loss = (losses * torch.from_numpy(weights[rows])).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            step += 1
            each(step, float(loss.detach()))
    return {name: value.detach().numpy().astype(np.float32) for name, value in net.state_dict().items()}
