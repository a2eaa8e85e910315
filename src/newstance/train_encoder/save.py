"""Writing a static encoder as a sentence-transformers folder."""

import json
from pathlib import Path

import numpy as np

from newstance.embed.static import MODULES
from newstance.embed.static_files import TOKENIZER, WEIGHTS
from newstance.train_encoder.shrink import SharedTable


def quantize(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Int8 rows and their scales (n_rows,) so that ``small * scales[:, None]`` is near ``rows``."""
    scales = np.abs(rows).max(axis=1).astype(np.float32) / 127
    small = np.divide(rows, scales[:, None], out=np.zeros_like(rows), where=scales[:, None] > 0)
    return np.rint(small).astype(np.int8), scales


def save_static(folder: Path, table: SharedTable, tokenizer: str) -> None:
    """Write ``table`` in int8, one scale a token in float16, and its ``tokenizer.json`` to ``folder``."""
    from safetensors.numpy import save

    small, scales = quantize(table.rows)
    tensors = {"embeddings": small, "weights": (scales[table.row_of] * table.scales).astype(np.float16)}
    if len(table.rows) != len(table.row_of):
        tensors["mapping"] = table.row_of.astype(np.uint16 if len(table.rows) <= 1 << 16 else np.int32)
    module = folder / "0_StaticEmbedding"
    module.mkdir(parents=True, exist_ok=True)
    # its save_file makes a file that nobody else may read
    (module / WEIGHTS).write_bytes(save(tensors))
    (module / TOKENIZER).write_text(tokenizer, encoding="utf-8")
    modules = [
        {"idx": 0, "name": "0", "path": module.name, "type": "sentence_transformers.models.StaticEmbedding"},
        {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    (folder / MODULES).write_text(json.dumps(modules, indent=2) + "\n", encoding="utf-8")
