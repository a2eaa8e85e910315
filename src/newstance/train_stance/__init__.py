"""Training readers of mentions, small or transformers: judgements in, a folder of arrays with a card out."""

from newstance.train_stance.config import StanceTrainConfig, load_stance_config
from newstance.train_stance.run import train_reader

__all__ = ["StanceTrainConfig", "load_stance_config", "train_reader"]
