"""What a reader of mentions is asked, and how one is found: the shipped one, or a folder of either kind."""

import json
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from newstance.stance import shipped, transformer
from newstance.stance.shipped import SETTINGS, SHIPPED, load_small_reader, shipped_reader_path
from newstance.stance.transformer import load_transformer

# Files of an encoder as transformers and sentence-transformers write it.
OF_ENCODERS = ("config.json", "modules.json")


class StanceReader(Protocol):
    """Reads what a text conveys towards one mention in it. ``fingerprint`` changes whenever what it says
    would."""

    @property
    def name(self) -> str:
        """As given to ``load_reader``."""
        ...

    @property
    def fingerprint(self) -> str:
        """Of all that decides what it says."""
        ...

    @property
    def langs(self) -> tuple[str, ...]:
        """Languages of the texts it learnt."""
        ...

    @property
    def temperature(self) -> float:
        """Divides its logits; ``read`` has done so."""
        ...

    @property
    def n_features(self) -> int:
        """How many features a mention has."""
        ...

    def read(self, texts: list[str], spans: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
        """Features (n, n_features) and calibrated logits (n, 3) of favor, against, none."""
        ...


def load_reader(encoder: object, name: str = SHIPPED) -> StanceReader:
    """The shipped reader, or that of the folder ``name``: a small one over the word vectors of ``encoder``,
    or a transformer.

    Raises ``FileNotFoundError`` where there is none, ``ValueError`` for an encoder that was not trained for
    stance, for a damaged folder, and where a small reader was learnt with another encoder.
    """
    folder, settings = reader_settings(name)
    try:
        if settings["format"] == transformer.FORMAT:
            return load_transformer(folder, name, settings)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder}: is no reader of stances, or damaged: {error}. Copy it anew.") from error
    return load_small_reader(encoder, folder, name, settings)


def reader_settings(name: str) -> tuple[Path, dict[str, Any]]:
    """The folder of the reader ``name`` and what its settings say; raises as ``load_reader``."""
    folder = shipped_reader_path() if name == SHIPPED else Path(name)
    try:
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        known = settings["format"] in (shipped.FORMAT, transformer.FORMAT)
    except (FileNotFoundError, NotADirectoryError) as error:
        if any((folder / name).is_file() for name in OF_ENCODERS):
            raise ValueError(
                f"stance.reader: {folder} is an encoder that was not trained for stance. Name it as "
                "transformer.model in a config of `newstance stance train`, and give the folder that this "
                "makes."
            ) from error
        raise FileNotFoundError(f"stance.reader: {folder} holds no reader of stances: {error}.") from error
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder}: is no reader of stances, or damaged: {error}. Copy it anew.") from error
    if not known:
        raise ValueError(f"{folder}: is no reader of stances of this version. Copy it anew.")
    return folder, settings
