"""A model of two themes and one target, made of arrays, that takes no training. For tests."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from newstance.corpus import Reading
from newstance.embed import Encoder, load_encoder
from newstance.model.news_model import NewsModel
from newstance.model.record import Record
from newstance.stance.features import N_BUCKETS, N_PARTS
from newstance.stance.head import StanceHead
from newstance.stance.model import StanceModel
from newstance.tables import THEMES
from newstance.themes.assign import ThemeHead
from newstance.themes.model import ThemeModel
from newstance.themes.space import ThemeSpace
from tiny import write_static

SEEDS = {
    "truce": "The truce in Syria began at midnight. Россия объявила о перемирии в Алеппо",
    "football": "Футбольная команда выиграла кубок в финале. The football team won the cup",
}


def small_encoder(folder: Path) -> Encoder:
    """A static encoder, written to ``folder``, that knows the words of the seeds."""
    words = sorted(set(re.findall(r"\w+", " ".join(SEEDS.values()).lower())))
    table = np.random.default_rng(0).normal(size=(len(words) + 1, 64)).astype(np.float32)
    table[0] = 0
    folder = write_static(folder, {"embedding.weight": table}, words)
    return load_encoder(str(folder))


@contextmanager
def allowed(encoder: Encoder) -> Iterator[Encoder]:
    """``encoder``, which models may name meanwhile, also in other processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSTANCE_ENCODER", encoder.name)
        yield encoder


def theme_rows() -> list[dict]:
    return [
        {
            "theme_id": index,
            "name": name,
            "named_by": "codebook",
            "level": 0,
            "keywords": [],
            "size": 2,
            "n_sources": 1,
            "n_langs": 2,
            "lang_entropy": 1.0,
            "stability": None,
        }
        for index, name in enumerate(SEEDS)
    ]


def a_model(encoder: Encoder, with_stance: bool = True) -> NewsModel:
    """A model made of arrays: each theme is the direction of one text, stances of made-up weights."""
    vectors = encoder.encode(list(SEEDS.values())).astype(float)
    head = ThemeHead(vectors * 20, np.array([-6.0, -6.0]), np.arange(2), 0.5, 0.9)
    random = np.random.default_rng(0)
    stance = StanceModel(
        StanceHead(
            random.normal(size=(3, N_PARTS * encoder.n_dims)),
            random.normal(size=(3, N_BUCKETS)).astype(np.float32),
            np.zeros(3),
            0.5,
        ),
        {"Russia": ["Russia*", "Росси*"]},
        encoder.encode(["Russia"]),
    )
    return NewsModel(
        "made",
        pl.DataFrame(theme_rows(), schema=THEMES),
        ThemeModel(ThemeSpace(np.zeros((0, encoder.n_dims)), np.zeros(encoder.n_dims)), head),
        stance if with_stance else None,
        encoder,
        Reading(),
        Record(examples=list(SEEDS.values())),
    )
