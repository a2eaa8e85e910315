"""Any sentence-transformers model, by hub name or path, behind the Encoder protocol."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from newstance.linear import unit_rows


class TransformerEncoder:
    """A sentence-transformers model; loaded at the first use, as importing it costs seconds.

    ``dtype`` is a torch dtype by name; ``"bfloat16"`` doubles the speed of processors that have it.
    """

    def __init__(
        self,
        model: str,
        batch_size: int = 64,
        dtype: str = "float32",
        max_tokens: int | None = None,
    ):
        self.name = model
        self.batch_size = batch_size
        self.dtype = dtype
        self.max_tokens = max_tokens

    @cached_property
    def model(self) -> Any:
        """The model itself; raises ``OSError`` where there is none of that name."""
        from sentence_transformers import SentenceTransformer

        try:
            model = SentenceTransformer(
                self.name, model_kwargs={"dtype": self.dtype}, trust_remote_code=False
            )
        except (OSError, ValueError) as error:
            raise OSError(
                f"encoder.model: {self.name!r} could not be loaded as a sentence-transformers model: {error} "
                "Give the path of a folder, the name of a model, or 'shipped'."
            ) from error
        # a static model takes texts of any length and has no limit to lower
        if self.max_tokens is not None and isfinite(model.max_seq_length or 0):
            model.max_seq_length = self.max_tokens
        return model

    @cached_property
    def n_dims(self) -> int:
        """Dimensions of a vector."""
        return int(self.model.get_embedding_dimension())

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the weights as loaded, with all that changes the vectors beside them."""
        digest = hashlib.sha256(f"{self.dtype} {self.model.max_seq_length}".encode())
        for key, tensor in sorted(self.model.state_dict().items()):
            digest.update(key.encode())
            digest.update(tensor.float().cpu().numpy().tobytes())
        tokenizer = Path(self.name) / "tokenizer.json"
        if tokenizer.is_file():
            digest.update(tokenizer.read_bytes())
        return digest.hexdigest()[:32]

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of ``texts``: float32 (n_texts, n_dims), unit rows."""
        if not texts:
            return np.zeros((0, self.n_dims), dtype=np.float32)
        vectors = self.model.encode(
            list(texts), batch_size=self.batch_size, show_progress_bar=False, convert_to_numpy=True
        )
        return unit_rows(np.asarray(vectors, dtype=np.float32))
