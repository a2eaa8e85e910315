"""A model that is used after a fork answers, or refuses at once; it never hangs."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import newstance
from newstance.model.bundle import save_bundle
from newstance.model.saved import to_bundle
from small_model import SEEDS, a_model, allowed, small_encoder

SOURCE = str(Path(newstance.__file__).parents[1])
SECONDS = 120
WITH_POOL = """
import multiprocessing, sys
import newstance
{before}

def use(what):
    try:
        if what == "predict":
            return model.predict("The truce in Syria began.").height
        if what == "load":
            return newstance.load_model(sys.argv[1]).predict("The truce in Syria began.").height
        return len(newstance.read_corpus([{{"text": "The truce in Syria began."}}], n_jobs=1))
    except RuntimeError as error:
        return str(error)

if __name__ == "__main__":
    with multiprocessing.get_context("{method}").Pool(1) as pool:
        for what in {asked}:
            print(pool.apply_async(use, (what,)).get(timeout=60))
"""
LOADED = "model = newstance.load_model(sys.argv[1])\nmodel.predict('The truce in Syria began.')"

pytestmark = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="this system never forks"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("models") / "made"
    with allowed(small_encoder(path.parent / "encoder")) as encoder:
        save_bundle(to_bundle(a_model(encoder), list(SEEDS.values()), {}), path)
        yield path


def lines_of(folder: Path, method: str, before: str, *asked: str) -> list[str]:
    """What a script prints that uses the model in a process of its pool; it is killed if it hangs."""
    script = folder.parent / "script.py"
    script.write_text(WITH_POOL.format(before=before, method=method, asked=asked), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(script), str(folder)],
        env={**os.environ, "PYTHONPATH": SOURCE, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_a_forked_child_of_a_process_that_predicted_is_told_to_spawn(folder):
    told = lines_of(folder, "fork", LOADED, "predict", "load", "read")
    assert len(told) == 3
    for line in told:
        assert line.startswith("This process was forked")
        assert "multiprocessing.get_context('spawn')" in line


def test_a_forked_child_of_a_process_that_used_polars_itself_is_told_too(folder):
    before = "import polars\npolars.DataFrame({'a': [1, 2] * 500}).group_by('a').agg(polars.len())"
    (line,) = lines_of(folder, "fork", before, "load")
    assert line.startswith("This process was forked")


def test_a_forked_child_answers_if_nothing_ran_before_the_fork(folder):
    assert lines_of(folder, "fork", "import polars", "load", "read") == ["1", "1"]


def test_a_spawned_child_answers(folder):
    assert lines_of(folder, "spawn", LOADED, "predict") == ["1"]
