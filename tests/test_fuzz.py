"""The kept inputs of ``make fuzz``: none ends in an error that nobody should be told, nor breaks a law."""

import sys
import warnings

import pytest

from fuzz_targets import KEPT, TARGETS, kept

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the inputs were found on Linux")


@pytest.mark.parametrize("target", TARGETS)
def test_kept_inputs_are_taken(target, tmp_path):
    inputs = kept(target)
    assert inputs, f"{target} has no kept inputs: python benchmarks/fuzz.py --keep"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for data in inputs:
            TARGETS[target](data, tmp_path)


def test_what_is_kept_is_small_and_of_a_target():
    files = list(KEPT.iterdir())
    assert {file.stem for file in files} == set(TARGETS)
    assert sum(file.stat().st_size for file in files) < 300_000
