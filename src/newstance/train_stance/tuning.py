"""Fine-tuning a transformer to read mentions, epoch by epoch."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from newstance.config import ConfigError
from newstance.progress import Progress
from newstance.stance.transformer import (
    TOKENIZER,
    device,
    network,
    read_windows,
    save_transformer,
    tensors,
)
from newstance.stance.windows import Window, Windows
from newstance.train_stance.config import StanceTrainConfig, TransformerConfig
from newstance.train_stance.examples import Examples
from newstance.train_stance.learnt import (
    Learnt,
    batches_by_length,
    best_temperature,
    calibration_rows,
    langs_of,
    lessons_of,
)

UNLEARNT = {"output", "work", "tracking", "evaluation"}
OF_THE_SMALL = {"n_readers", "width", "dropout", "epochs", "learning_rate", "weight_decay", "soft"}
MOST_GRADIENT = 1.0
MODULES = "modules.json"


def learn_transformer(config: StanceTrainConfig, examples: Examples, progress: Progress) -> Learnt:
    """The transformer of the config, fine-tuned to all examples but a tenth, which gives the temperature."""
    import torch

    assert config.transformer is not None
    with progress.step("Loading the transformer"):
        torch.manual_seed(config.seed)
        encoder, cutter = load_base(config.transformer)
        settings = config.model_dump(mode="json", exclude=UNLEARNT | OF_THE_SMALL) | {
            "base": _digest(encoder)
        }
        net = network(encoder, config.transformer.dropout).to(device())
        windows = cutter.around(examples.texts, examples.spans)
    rows, rest = calibration_rows(examples.texts)
    lessons = lessons_of(examples)
    settings["tokenizer"] = hashlib.sha256(cutter.tokenizer.encode()).hexdigest()
    checkpoint = config.work / config.name / f"transformer-{lessons.digest(settings)}.safetensors"
    tuning = Tuning(net, cutter, config.transformer, config.seed, checkpoint)
    tuning.run([windows[row] for row in rest], lessons.targets[rest], lessons.weights[rest], progress)
    with progress.step("Calibrating"):
        logits = read_windows(net, cutter, [windows[row] for row in rows])[1]
        temperature = best_temperature(logits, examples.y[rows], examples.weights[rows])
    return Learnt(
        save_transformer(net, cutter, temperature, langs_of(examples)),
        lambda texts, spans: read_windows(net, cutter, cutter.around(texts, spans))[1],
        f"the transformer `{Path(config.transformer.model).name}`, {config.transformer.epochs} "
        f"{'epoch' if config.transformer.epochs == 1 else 'epochs'} on {len(rest):,} of the examples",
    )


class Tuning:
    """A network in training: takes steps, keeps a checkpoint after each epoch, goes on from it."""

    def __init__(
        self, net: Any, cutter: Windows, config: TransformerConfig, seed: int, checkpoint: Path
    ) -> None:
        import torch

        self.net, self.cutter, self.config, self.seed = net, cutter, config, seed
        self.checkpoint = checkpoint
        named = {name: one for name, one in net.named_parameters() if one.requires_grad}
        body = [one for name, one in named.items() if name.startswith("encoder.")]
        head = [one for name, one in named.items() if not name.startswith("encoder.")]
        self.named = named
        self.rates = [config.learning_rate, config.head_learning_rate]
        self.adam = torch.optim.AdamW(
            [{"params": body}, {"params": head}], lr=0.0, weight_decay=config.weight_decay
        )

    def run(
        self, windows: list[Window], targets: np.ndarray, weights: np.ndarray, progress: Progress
    ) -> None:
        """Take all epochs that are left."""
        import torch

        n_batches = -(-len(windows) // self.config.batch_size)
        epochs = self._resume()
        with progress.step("Fine-tuning", self.config.epochs * n_batches) as done:
            done(epochs * n_batches)
            for epoch in range(epochs, self.config.epochs):
                # An epoch begins the same whether or not the one before was in this process.
                rng = np.random.default_rng([self.seed, epoch])
                torch.manual_seed(int(rng.integers(2**31)))
                self.net.train()
                lengths = np.array([len(window.ids) for window in windows])
                batches = batches_by_length(lengths, n_batches, rng, 32 * self.config.batch_size)
                for number, rows in enumerate(batches):
                    self._set_rates((epoch * n_batches + number) / (self.config.epochs * n_batches))
                    self._step([windows[row] for row in rows], targets[rows], weights[rows])
                    done(1)
                self._keep(epoch + 1)

    def _set_rates(self, share: float) -> None:
        """Up to the learning rate during the warmup, then down to none, each linearly; ``share`` of all steps
        are done."""
        warmup = self.config.warmup
        scale = share / warmup if share < warmup else (1 - share) / (1 - warmup)
        for group, rate in zip(self.adam.param_groups, self.rates, strict=True):
            group["lr"] = rate * scale

    def _step(self, windows: list[Window], targets: np.ndarray, weights: np.ndarray) -> None:
        import torch
        from torch.nn.functional import cross_entropy

        logits = self.net(*tensors(self.net, self.cutter, windows))[1]
        wanted, weighed = (torch.from_numpy(part).to(logits.device) for part in (targets, weights))
        loss = (cross_entropy(logits, wanted, reduction="none") * weighed).mean()
        self.adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.named.values(), MOST_GRADIENT)
        self.adam.step()

    def _keep(self, epochs: int) -> None:
        from safetensors.torch import save_file

        kept = {}
        for name, weight in self.named.items():
            kept[name] = weight.detach()
            # parts of a model that take no part in reading, as the pooler of BERT, have no state
            for moment in ("exp_avg", "exp_avg_sq") if weight in self.adam.state else ():
                kept[f"{name}/{moment}"] = self.adam.state[weight][moment]
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        aside = self.checkpoint.with_suffix(".tmp")
        n_steps = str(max((int(state["step"]) for state in self.adam.state.values()), default=0))
        save_file(
            {name: value.contiguous().cpu() for name, value in kept.items()},
            aside,
            {"epochs": str(epochs), "steps": n_steps},
        )
        aside.replace(self.checkpoint)

    def _resume(self) -> int:
        """How many epochs the checkpoint has, whose state is taken."""
        import torch
        from safetensors import safe_open

        if not self.checkpoint.is_file():
            return 0
        with safe_open(self.checkpoint, "pt") as kept:
            names, told = set(kept.keys()), kept.metadata()
            for name, weight in self.named.items():
                with torch.no_grad():
                    weight.copy_(kept.get_tensor(name))
                if f"{name}/exp_avg" in names:
                    moments = {
                        moment: kept.get_tensor(f"{name}/{moment}").to(weight.device)
                        for moment in ("exp_avg", "exp_avg_sq")
                    }
                    self.adam.state[weight] = {"step": torch.tensor(float(told["steps"])), **moments}
        return int(told["epochs"])


def load_base(config: TransformerConfig) -> tuple[Any, Windows]:
    """The transformer to start from, and what cuts texts for it.

    Raises ``ConfigError`` where there is none of that name that transformers reads from safetensors without
    code of its own, and where it reads less than ``max_tokens``.
    """
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    source = _transformer_folder(config.model)
    try:
        model = AutoModel.from_pretrained(
            source, dtype="float32", trust_remote_code=False, use_safetensors=True
        )
        tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ConfigError(
            f"transformer.model: {config.model!r} could not be loaded: {error} Give the name or the folder "
            f"of an encoder with config.json, model.safetensors and {TOKENIZER}, and no code of its own."
        ) from error
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ConfigError(
            f"transformer.model: {config.model!r} has no tokenizer that the library tokenizers can run "
            f"({TOKENIZER}). Give another model."
        )
    _check_length(config, model, tokenizer)
    return model, Windows(backend.to_str(), config.max_tokens, tokenizer.pad_token_id or 0)


def _check_length(config: TransformerConfig, model: Any, tokenizer: Any) -> None:
    most = min(
        getattr(model.config, "max_position_embeddings", config.max_tokens), tokenizer.model_max_length
    )
    if config.max_tokens > most:
        raise ConfigError(
            f"transformer.max_tokens: got {config.max_tokens}; {config.model!r} reads at most {most} tokens."
        )


def _transformer_folder(name: str) -> str:
    """Where the transformer of a sentence-transformers folder lies; any other ``name`` as it is."""
    listed = Path(name) / MODULES
    if not listed.is_file():
        return name
    modules = json.loads(listed.read_text(encoding="utf-8"))
    paths = [one["path"] for one in modules if one["type"].endswith(".Transformer")]
    if not paths:
        raise ConfigError(
            f"transformer.model: {name} is a static encoder, without a transformer. Leave transformer out: "
            "small readers are learnt over static vectors."
        )
    return str(Path(name) / paths[0])


def _digest(model: Any) -> str:
    digest = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        digest.update(name.encode() + value.contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
