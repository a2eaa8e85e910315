"""Small readers of mentions, as the shipped one, as a folder: weights, what they were learnt with, a card."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from newstance.stance.reader import WEIGHTS, MentionReaders, pack
from newstance.tables import STANCES

READERS, SETTINGS = "readers.safetensors", "reader.json"
FORMAT = "newstance-stance-reader"
SHIPPED = "shipped"


@dataclass(frozen=True)
class SmallReader:
    """Some readers of different seeds, averaged, over the word vectors of one static encoder.

    ``encoder`` gives ``word_vectors``; ``temperature`` calibrates the mean of the logits; ``langs`` are the
    languages of the sentences it learnt.
    """

    readers: MentionReaders
    encoder: object
    fingerprint: str
    temperature: float
    langs: tuple[str, ...] = ()
    name: str = SHIPPED

    @cached_property
    def n_features(self) -> int:
        """How many features a mention has."""
        return 4 * self.readers.weights["project.bias"].shape[1]

    def read(self, texts: list[str], spans: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
        """Features (n, n_features) of the first reader, and calibrated logits (n, 3) of favor, against,
        none."""
        mentioned, words = pack(texts, spans)
        vectors = self.encoder.word_vectors(words)  # type: ignore[attr-defined]
        features, logits = self.readers.read(mentioned, vectors)
        return features[0], logits.mean(axis=0) / self.temperature


def shipped_reader_path() -> Path:
    """Folder of the reader that travels inside the package, or that of the checkout."""
    packaged = Path(__file__).parents[1] / "shipped" / "stance"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "models" / "stance"


def save_reader(
    weights: list[dict[str, np.ndarray]],
    encoder_fingerprint: str,
    temperature: float,
    langs: Iterable[str],
) -> dict[str, bytes]:
    """The files of a reader's folder, by name."""
    from safetensors.numpy import save

    arrays = {
        f"{number}/{name}": own[name].astype(np.float16)
        for number, own in enumerate(weights)
        for name in WEIGHTS
    }
    settings = {
        "format": FORMAT,
        "format_version": 1,
        "stances": list(STANCES),
        "n_readers": len(weights),
        "encoder_fingerprint": encoder_fingerprint,
        "temperature": temperature,
        "langs": sorted(set(langs)),
    }
    return {READERS: save(arrays), SETTINGS: (json.dumps(settings, indent=1) + "\n").encode()}


def load_small_reader(encoder: object, folder: Path, name: str, settings: dict[str, Any]) -> SmallReader:
    """The readers of ``folder``, whose ``SETTINGS`` are given, over the word vectors of ``encoder``.

    Raises ``ValueError`` for a damaged folder, and where they were learnt with another encoder.
    """
    import hashlib

    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        content = (folder / READERS).read_bytes()
        arrays = load(content)
        readers = MentionReaders.of(
            [
                {name: arrays[f"{number}/{name}"] for name in WEIGHTS}
                for number in range(settings["n_readers"])
            ]
        )
        known = (settings["format"], settings["stances"]) == (FORMAT, list(STANCES))
        temperature, learnt_with = float(settings["temperature"]), settings["encoder_fingerprint"]
        langs = tuple(settings["langs"])
        if not all(np.isfinite(one).all() for one in readers.weights.values()):
            raise ValueError("a weight is no finite number")
        if not 0 < temperature < np.inf:
            raise ValueError(f"temperature is {temperature}")
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder}: is no reader of stances, or damaged: {error}. Copy it anew.") from error
    if not known:
        raise ValueError(f"{folder}: is no reader of stances of this version. Copy it anew.")
    if learnt_with != encoder.fingerprint:  # type: ignore[attr-defined]
        raise ValueError(
            f"{folder}: was learnt with an encoder of the fingerprint {learnt_with}, this one has "
            f"{encoder.fingerprint}. Train a reader for it: newstance stance train."  # type: ignore[attr-defined]
        )
    digest = hashlib.sha256(content).hexdigest()[:32]
    return SmallReader(readers, encoder, digest, temperature, langs, name)
