"""What travels inside the package to start from: configs, codebooks, the sample corpus and notebooks."""

import os
import shutil
from importlib.resources import files
from pathlib import Path

from newstance.disk import refusal_in_words

CHECKOUT = Path(__file__).parents[2]
PARTS = {"configs": "configs", "sample": "data/sample", "notebooks": "notebooks"}
# The configs need texts that do not travel with the package; the others are left by Jupyter.
LEFT_OUT = ("encoder*.yaml", "stance-*.yaml", ".ipynb_checkpoints", ".virtual_documents")


def start_project(folder: Path) -> Path:
    """Copy configs that run as they are, sample and notebooks to ``folder``; returns the first config.

    Raises ``FileExistsError`` where a copy would overwrite something, and ``OSError`` where the disk refuses;
    no part is left then.
    """
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file; give a folder.")
    shipped = Path(str(files("newstance"))) / "shipped"
    sources = {goal: shipped / part if shipped.is_dir() else CHECKOUT / goal for part, goal in PARTS.items()}
    there = [goal for goal in sources if (folder / goal).exists()]
    if there:
        raise FileExistsError(f"{folder} already holds {', '.join(there)}; choose an empty folder.")
    with refusal_in_words(folder):
        try:
            for goal, source in sources.items():
                _copy(source, folder / goal)
        except BaseException:
            for goal in sources:
                shutil.rmtree(folder / goal, ignore_errors=True)
            raise
    return folder / "configs" / "quickstart.yaml"


def _copy(source: Path, goal: Path) -> None:
    """Copy a folder up to the first refusal; ``shutil.copytree`` goes on, and collects them."""
    ignored = shutil.ignore_patterns(*LEFT_OUT)
    for place, folders, names in os.walk(source):
        left_out = ignored(place, [*folders, *names])
        folders[:] = sorted(set(folders) - left_out)
        (goal / os.path.relpath(place, source)).mkdir(parents=True)
        for name in sorted(set(names) - left_out):
            shutil.copy2(Path(place, name), goal / os.path.relpath(place, source) / name)
