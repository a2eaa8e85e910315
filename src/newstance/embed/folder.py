"""Writing a static encoder as a sentence-transformers folder."""

import json
from pathlib import Path

import numpy as np

from newstance.embed.static import MODULES, TOKENIZER, WEIGHTS


def quantize(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Int8 rows and their scales (n_tokens,) so that ``rows * scales[:, None]`` is near ``table``."""
    scales = np.abs(table).max(axis=1).astype(np.float32) / 127
    rows = np.divide(table, scales[:, None], out=np.zeros_like(table), where=scales[:, None] > 0)
    return np.rint(rows).astype(np.int8), scales


def save_static(folder: Path, table: np.ndarray, tokenizer) -> None:
    """Write ``table`` (n_tokens, n_dims) in int8 and its tokenizer to ``folder``."""
    from safetensors.numpy import save_file

    rows, scales = quantize(table)
    module = folder / "0_StaticEmbedding"
    module.mkdir(parents=True, exist_ok=True)
    save_file({"embeddings": rows, "weights": scales}, module / WEIGHTS)
    tokenizer.save(str(module / TOKENIZER), pretty=False)
    modules = [
        {"idx": 0, "name": "0", "path": module.name, "type": "sentence_transformers.models.StaticEmbedding"},
        {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    (folder / MODULES).write_text(json.dumps(modules, indent=2) + "\n", encoding="utf-8")
