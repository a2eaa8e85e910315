"""Predictions of any number of articles: in shards, by several processes, stopped and taken up again."""

from newstance.scale.engines import engine_of
from newstance.scale.predict import Predicted, predict_shards
from newstance.scale.read import read_predictions

__all__ = ["Predicted", "engine_of", "predict_shards", "read_predictions"]
