"""The results that a person names: a folder of results or of a model, or the id or name of a run."""

from pathlib import Path

from newstance.model.manifest import MANIFEST as MODEL_MANIFEST
from newstance.recorder import EXPERIMENT
from newstance.recorder.recorder import RESULTS_PLACE
from newstance.results import MANIFEST, Results, load_results
from newstance.stores import Store
from newstance.tracking.find import find_run


def find_results(given: str, store: Store) -> Results:
    """Results by folder, run id or run name.

    A folder of a model stands for the results beside it, ``results/<name>`` for ``models/<name>``. Raises
    ``ResultsError`` and ``TrackingError`` that tell what there is instead.
    """
    folder = Path(given)
    if (folder / MANIFEST).is_file():
        return load_results(folder)
    if (folder / MODEL_MANIFEST).is_file():
        return load_results(_beside(folder.resolve()))
    if folder.is_dir():
        return load_results(folder)  # tells why it is none
    return load_results(find_run(store, EXPERIMENT, given).download(RESULTS_PLACE))


def _beside(model: Path) -> Path:
    return model.parent.parent / "results" / model.name
