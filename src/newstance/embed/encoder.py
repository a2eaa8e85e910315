"""What every part of newstance asks of an encoder, and how one is found by name or path."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

SHIPPED = "shipped"


@runtime_checkable
class Encoder(Protocol):
    """Anything that turns texts into unit vectors; tests and users may bring their own.

    ``fingerprint`` changes whenever the vectors would: it keys the cache and is checked at load.
    """

    @property
    def name(self) -> str:
        """As given to ``load_encoder``."""
        ...

    @property
    def fingerprint(self) -> str:
        """Of all that decides the vectors."""
        ...

    @property
    def n_dims(self) -> int:
        """Dimensions of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of ``texts``: float32 of shape (n_texts, n_dims), unit rows; zeros for no token."""
        ...


def shipped_encoder_path() -> Path:
    """Folder of the encoder that travels inside the package, or that of the checkout."""
    packaged = Path(__file__).parents[1] / "shipped" / "encoder"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "models" / "encoder"


def load_encoder(name: str = SHIPPED, batch_size: int = 64, abbreviations: bool = True) -> Encoder:
    """Load an encoder.

    ``name`` is ``"shipped"`` (the static multilingual encoder of this package), the path of a
    sentence-transformers folder, or the name of a model on a sentence-transformers hub. A static
    model is read without torch; any other goes through sentence-transformers, in batches of
    ``batch_size`` texts. ``abbreviations`` is for static models, which do not know those of the news: they
    are spelled out first.

    Raises ``FileNotFoundError`` or ``OSError`` where there is no such model.
    """
    from newstance.embed.static import StaticEncoder, is_static

    folder = encoder_folder(name)
    if folder is not None and is_static(folder):
        return StaticEncoder(folder, name=name, abbreviations=abbreviations)
    from newstance.embed.transformer import TransformerEncoder

    return TransformerEncoder(name, batch_size=batch_size)


def encoder_folder(name: str) -> Path | None:
    """The folder of the encoder ``name``, ``None`` for the name of a model on a hub.

    Raises ``FileNotFoundError`` where ``name`` can only be a folder and there is no encoder in it.
    """
    path = shipped_encoder_path() if name == SHIPPED else Path(name)
    is_folder = bool(name) and os.path.isdir(path)
    if is_folder and any((path / file).is_file() for file in ("modules.json", "config.json")):
        return path
    if is_folder or name == SHIPPED or not name or _is_written_as_path(name):
        raise FileNotFoundError(
            f"encoder.model: {path} is not a folder with a sentence-transformers model. "
            "Give the path of one, a model name, or 'shipped'."
        )
    return None


def _is_written_as_path(name: str) -> bool:
    """Whether ``name`` cannot be the name of a model on a hub, as ``LaBSE`` or ``intfloat/e5-small``."""
    return name[0] in "./~" or name.count("/") > 1 or Path(name).is_absolute()
