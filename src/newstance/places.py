"""Under which name a training is kept: its own, or with a number where another training would be lost.

What a folder holds is replaced where it is the same, table for table and array for array: the same command
on the same files fills the same folder again. Anything else there stays, and the training goes to the next
free number ("quickstart-2"). Themes that were edited make a model another one.
"""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path

from newstance.config import TrainConfig, portable_values
from newstance.model.bundle import is_saved
from newstance.model.news_model import NewsModel
from newstance.model.saved import to_bundle
from newstance.results import Results, ResultsError, found_hashes, read_manifest
from newstance.tracking import numbered

SECONDS_TO_WAIT = 600
LOCK = ".{}.training.lock"


@contextmanager
def one_writer(config: TrainConfig) -> Iterator[None]:
    """Of several trainings of one name, one at a time chooses its folders and fills them."""
    from filelock import FileLock, Timeout

    config.output.models.mkdir(parents=True, exist_ok=True)
    path = config.output.models / LOCK.format(config.name)
    try:
        with FileLock(path, SECONDS_TO_WAIT):
            yield
    except Timeout as error:
        raise OSError(
            f"{path}: another training named {config.name} has been writing for {SECONDS_TO_WAIT} s. End it, "
            "or choose another name."
        ) from error


def name_to_keep(config: TrainConfig, model: NewsModel, results: Results, others: Set[str]) -> str:
    """The first of name, name-2, name-3 … whose folders are free, or hold what is to be written.

    A free number that one of ``others``, the names of runs, has is left out, so that a run and its folders
    are called alike.
    """
    for name in numbered(config.name):
        model_folder, results_folder = config.output.models / name, config.output.results / name
        free = _is_free(model_folder), _is_free(results_folder)
        if all(free) and name != config.name and name in others:
            continue
        if (free[0] or is_saved(to_bundle(model, model.record.examples, {}), model_folder)) and (
            free[1] or _holds(results_folder, config, results)
        ):
            return name
    raise AssertionError("there is always a next number")


def _is_free(folder: Path) -> bool:
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def _holds(folder: Path, config: TrainConfig, results: Results) -> bool:
    """Whether ``folder`` holds these results, under whatever name."""
    try:
        there = read_manifest(folder)
    except (ResultsError, OSError):
        return False
    values = portable_values(config)
    same_config = {**there["config"], "name": ""} == {**values, "name": ""}
    if not same_config or there["newstance"] != results.version:
        return False
    return found_hashes(results).items() <= there["files"].items()
