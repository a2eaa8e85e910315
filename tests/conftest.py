"""What several tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

from made import encode_words
from newstance.config import load_config
from newstance.training import Trained, train

# A busy machine is no failure: no test fails for the time it takes.
settings.register_profile("newstance", deadline=None)
settings.load_profile("newstance")
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def encode():
    """A small encoder that gives the same vectors in every process, text by text."""
    return encode_words


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The sample corpus, trained once for all tests that look at the result."""
    out = tmp_path_factory.mktemp("quickstart")
    paths = [f"output.models={out}/models", f"output.results={out}/results", "output.tracking=null"]
    return train(load_config(ROOT / "configs/quickstart.yaml", [*paths, "encoder.cache=null"]))
