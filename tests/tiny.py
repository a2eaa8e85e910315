"""Static encoders of a few words, written as sentence-transformers keeps them. For tests."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file


def word_tokenizer(words: Sequence[str]):
    """A tokenizer of whole words; 0 is the unknown one."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0} | {w: i for i, w in enumerate(words, 1)}, "[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def write_static(
    folder: Path, tensors: dict[str, np.ndarray], words: Sequence[str], after: Sequence[str] = ("Normalize",)
) -> Path:
    """A static model with the modules ``after`` behind its table; returns ``folder``."""
    kinds = ("StaticEmbedding", *after)
    modules = [
        {"idx": i, "name": str(i), "path": f"{i}_{kind}", "type": f"sentence_transformers.models.{kind}"}
        for i, kind in enumerate(kinds)
    ]
    table = folder / "0_StaticEmbedding"
    table.mkdir(parents=True)
    save_file(tensors, table / "model.safetensors")
    word_tokenizer(words).save(str(table / "tokenizer.json"))
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    return folder
