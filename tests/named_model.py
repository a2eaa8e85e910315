"""A model of four themes named in a codebook and two coarse ones above them, with the shipped encoder. For
tests."""

import numpy as np
import polars as pl

from newstance.corpus import Reading
from newstance.embed import load_encoder
from newstance.model.news_model import NewsModel
from newstance.model.record import CARD, Record
from newstance.tables import THEMES
from newstance.themes.assign import ThemeHead
from newstance.themes.codebook import NamedTheme
from newstance.themes.model import ThemeModel, fit_codebook
from newstance.themes.space import background_texts, theme_space

CODEBOOK = {
    "truce": [
        "The truce began at midnight.",
        "Both sides agreed to a ceasefire.",
        "Перемирие вступило в силу.",
    ],
    "football": ["The team won the cup final.", "The striker scored twice.", "Футболисты выиграли матч."],
    "oil": ["Oil prices fell again.", "The cartel cut crude output.", "Цены на нефть выросли."],
    "flu": [
        "Doctors report more cases of flu.",
        "The vaccine protects patients.",
        "Больницы полны больных гриппом.",
    ],
}
TRUCE, FOOTBALL, OIL, FLU, CONFLICT, DAILY = range(6)
TEXTS = [text for texts in CODEBOOK.values() for text in texts] + ["", "qzx", "The museum opened late."]


def rows() -> list[dict]:
    fine = [
        {
            "theme_id": row,
            "name": name,
            "level": 0,
            "parent": [CONFLICT, DAILY, DAILY, DAILY][row],
            "size": 10 - row,
        }
        for row, name in enumerate(CODEBOOK)
    ]
    coarse = [
        {"theme_id": CONFLICT, "name": "truce", "level": 1, "size": 10},
        {"theme_id": DAILY, "name": "daily life", "level": 1, "size": 24},
    ]
    shared = {"named_by": "keywords", "n_sources": 2, "n_langs": 1, "lang_entropy": 0.0, "stability": 0.5}
    words = {"keywords": [{"lang": "en", "words": ["first", "second"]}]}
    return [row | shared | words for row in fine + coarse]


def named_model() -> NewsModel:
    """The model; it takes no training."""
    encoder = load_encoder()
    space = theme_space(np.zeros((0, encoder.n_dims), dtype=np.float32), encoder.encode(background_texts()))
    named = [NamedTheme(name=name, examples=texts) for name, texts in CODEBOOK.items()]
    coef, intercept = fit_codebook(named, space, encoder.encode)
    head = ThemeHead(coef, intercept, np.arange(4), 0.5, 0.9)
    texts = {CARD: "# made\n\n## Limits\nNone.\n", "config.yaml": "themes: {n_keywords: 3}\n"}
    return NewsModel(
        "made",
        pl.DataFrame(rows(), schema=THEMES),
        ThemeModel(space, head),
        None,
        encoder,
        Reading(),
        Record(texts, list(TEXTS[:6])),
    )
