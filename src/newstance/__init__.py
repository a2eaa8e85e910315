"""newstance: themes of the news, the stance taken in them, and the sentences that prove it."""

from importlib import import_module
from typing import TYPE_CHECKING

from newstance import forks as forks  # watches forks from the first import on
from newstance.version import __version__

if TYPE_CHECKING:
    from newstance.addresses import Address as Address
    from newstance.config import TrainConfig as TrainConfig
    from newstance.config import load_config as load_config
    from newstance.corpus import read_corpus as read_corpus
    from newstance.embed import load_encoder as load_encoder
    from newstance.model.news_model import NewsModel as NewsModel
    from newstance.model.saved import load_model as load_model
    from newstance.results import Results as Results
    from newstance.results import load_results as load_results
    from newstance.scale import read_predictions as read_predictions
    from newstance.training import train as train

_HOME = {
    "Address": "addresses",
    "NewsModel": "model.news_model",
    "Results": "results",
    "TrainConfig": "config",
    "load_config": "config",
    "load_encoder": "embed",
    "load_model": "model.saved",
    "load_results": "results",
    "read_corpus": "corpus",
    "read_predictions": "scale",
    "train": "training",
}
__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> object:
    """Public names are imported at their first use, so that ``import newstance`` is instant."""
    if name not in _HOME:
        raise AttributeError(f"module 'newstance' has no attribute {name!r}")
    return getattr(import_module(f"newstance.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
