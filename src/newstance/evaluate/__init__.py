"""Scores of themes, stances and encoders: arrays and tables in, numbers and tables out; no model here."""

from newstance.evaluate.encoder import EncoderScores, evaluate_encoder
from newstance.evaluate.stance import StanceScores, stance_scores
from newstance.evaluate.themes import ThemeScores, theme_scores

__all__ = [
    "EncoderScores",
    "StanceScores",
    "ThemeScores",
    "evaluate_encoder",
    "stance_scores",
    "theme_scores",
]
