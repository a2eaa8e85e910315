"""Scores of themes and stances: arrays and tables in, numbers and tables out; no model here."""

from newstance.evaluate.evaluation import Evaluation
from newstance.evaluate.stance import StanceScores, stance_scores
from newstance.evaluate.themes import ThemeScores, theme_scores

__all__ = ["Evaluation", "StanceScores", "ThemeScores", "stance_scores", "theme_scores"]
