"""What several tests share."""
# ruff: noqa: E402

import os

# One thread a process: the workers are what shares out the cores, and threads would wait for each other.
# Before anything imports numpy; processes that tests start inherit it.
for library in ("OMP", "OPENBLAS", "NUMBA"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import pickle
from pathlib import Path

import pytest
from filelock import FileLock
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
    """The sample corpus, trained once for all tests that look at the result, by the worker that asks first.

    The others take it from a pickle: what newstance saves and loads is what the tests look at.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    made, out = folder / "quickstart.pickle", folder / "quickstart"
    with FileLock(f"{made}.lock"):
        if not made.exists():
            paths = [f"output.models={out}/models", f"output.results={out}/results", "output.tracking=null"]
            trained = train(load_config(ROOT / "configs/quickstart.yaml", [*paths, "encoder.cache=null"]))
            made.write_bytes(pickle.dumps(trained))
    return pickle.loads(made.read_bytes())
