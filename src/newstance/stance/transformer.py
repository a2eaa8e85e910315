"""A transformer fine-tuned to read mentions, as a folder: weights, tokenizer, settings. torch is imported at
the first reading.

Two learnt vectors mark the mention; the mean of the mention with its marks, the mean of all tokens and the
first token are what the stance is read from (after Wu & He 2019, arXiv:1905.08284). It is read in float64, so
that the batch does not show in the digits.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from newstance.stance.windows import FEWEST_TOKENS, MARKS, Window, Windows
from newstance.tables import STANCES

FORMAT = "newstance-stance-transformer"
SETTINGS, WEIGHTS, TOKENIZER, CONFIG = "reader.json", "reader.safetensors", "tokenizer.json", "config.json"
N_POOLED = 3
AT_ONCE = 16


def network(encoder: Any, dropout: float = 0.0) -> Any:
    """A torch module over ``encoder``, a model of ``transformers``; gives features (n, 3 * hidden size) and
    logits (n, 3) of a ``Batch`` of tensors. The table of words stays as it is."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = encoder
            words = encoder.get_input_embeddings()
            words.requires_grad_(False)
            size = words.weight.shape[1]
            self.marks = nn.Parameter(torch.randn(len(MARKS), size) * words.weight.detach().std())
            self.say = nn.Linear(N_POOLED * encoder.config.hidden_size, len(STANCES))
            self.drop = nn.Dropout(dropout)

        def forward(self, ids, own, inside):
            vectors = self.encoder.get_input_embeddings()(ids.clamp(min=0)).to(self.marks.dtype)
            for number, mark in enumerate(MARKS):
                vectors = torch.where((ids == mark)[..., None], self.marks[number], vectors)
            hidden = self.encoder(inputs_embeds=vectors, attention_mask=inside).last_hidden_state
            pooled = torch.cat([_mean(hidden, own), _mean(hidden, inside), hidden[:, 0]], 1)
            return pooled, self.say(self.drop(pooled))

    return Network()


def _mean(hidden: Any, mask: Any) -> Any:
    mask = mask.to(hidden.dtype)
    return (mask[..., None] * hidden).sum(1) / mask.sum(1, keepdim=True)


def tensors(net: Any, cutter: Windows, windows: Sequence[Window]) -> list[Any]:
    """The ``Batch`` of some windows as tensors, where ``net`` is."""
    import torch

    device = next(net.parameters()).device
    return [torch.from_numpy(part).to(device) for part in cutter.pack(windows)]


def read_windows(net: Any, cutter: Windows, windows: Sequence[Window]) -> tuple[np.ndarray, np.ndarray]:
    """Features and logits of each window, float64, read in batches of about one length."""
    import torch

    net.eval()
    pooled = np.zeros((len(windows), net.say.in_features))
    logits = np.zeros((len(windows), len(STANCES)))
    order = sorted(range(len(windows)), key=lambda row: len(windows[row].ids))
    with torch.inference_mode():
        for start in range(0, len(order), AT_ONCE):
            rows = order[start : start + AT_ONCE]
            some = net(*tensors(net, cutter, [windows[row] for row in rows]))
            pooled[rows], logits[rows] = (part.double().cpu().numpy() for part in some)
    return pooled, logits


def device() -> str:
    """Where torch works fastest here."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


@dataclass(frozen=True)
class TransformerReader:
    """The reader of a folder that ``newstance stance train`` wrote from ``transformer.model``.

    ``dtype`` is a torch dtype by name; "float32" is twice as fast, and the last digits depend on the batch.
    """

    folder: Path
    name: str
    fingerprint: str
    temperature: float
    langs: tuple[str, ...]
    n_features: int
    max_tokens: int
    pad: int
    dtype: str = "float64"

    @cached_property
    def _windows(self) -> Windows:
        return Windows((self.folder / TOKENIZER).read_text(encoding="utf-8"), self.max_tokens, self.pad)

    @cached_property
    def _network(self) -> Any:
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file
        from transformers import AutoConfig, AutoModel

        try:
            config = AutoConfig.from_pretrained(self.folder, local_files_only=True, trust_remote_code=False)
            net = network(AutoModel.from_config(config, trust_remote_code=False))
            net.load_state_dict(load_file(self.folder / WEIGHTS))
        except (RuntimeError, SafetensorError, OSError, KeyError, ValueError) as error:
            reason = " ".join(line.strip() for line in str(error).splitlines()[:2])
            raise ValueError(f"{self.folder}: cannot be loaded: {reason} Copy it anew.") from error
        words = net.encoder.get_input_embeddings()
        net = net.to(getattr(torch, self.dtype))
        words.float()  # the largest part, only looked up
        return net.to(device()).eval()

    def read(self, texts: list[str], spans: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
        """Features (n, n_features), and calibrated logits (n, 3) of favor, against, none."""
        if not texts:
            return np.zeros((0, self.n_features)), np.zeros((0, len(STANCES)))
        features, logits = read_windows(self._network, self._windows, self._windows.around(texts, spans))
        return features, logits / self.temperature


def save_transformer(net: Any, cutter: Windows, temperature: float, langs: Iterable[str]) -> dict[str, bytes]:
    """The files of the folder, by name."""
    from safetensors.torch import save

    settings = {
        "format": FORMAT,
        "format_version": 1,
        "stances": list(STANCES),
        "max_tokens": cutter.max_tokens,
        "pad": cutter.pad,
        "n_features": net.say.in_features,
        "temperature": temperature,
        "langs": sorted(set(langs)),
    }
    return {
        WEIGHTS: save({name: value.cpu().contiguous() for name, value in net.state_dict().items()}),
        TOKENIZER: cutter.tokenizer.encode(),
        CONFIG: net.encoder.config.to_json_string(use_diff=False).encode(),
        SETTINGS: (json.dumps(settings, indent=1) + "\n").encode(),
    }


def load_transformer(folder: Path, name: str, settings: dict[str, Any]) -> TransformerReader:
    """The reader of ``folder``, whose ``SETTINGS`` are given; weights are loaded when it first reads.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for settings of another form, ``OSError`` where a
    file is missing.
    """
    if settings["stances"] != list(STANCES) or settings["format_version"] != 1:
        raise ValueError("its stances or its version are not those of this newstance")
    if settings["max_tokens"] < FEWEST_TOKENS:
        raise ValueError(f"max_tokens is {settings['max_tokens']}, below {FEWEST_TOKENS}")
    temperature = float(settings["temperature"])
    if not 0 < temperature < np.inf:
        raise ValueError(f"temperature is {temperature}")
    digest = hashlib.sha256()
    for part in (SETTINGS, CONFIG, TOKENIZER, WEIGHTS):
        with (folder / part).open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return TransformerReader(
        folder,
        name,
        digest.hexdigest()[:32],
        temperature,
        tuple(settings["langs"]),
        int(settings["n_features"]),
        int(settings["max_tokens"]),
        int(settings["pad"]),
    )
