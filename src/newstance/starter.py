"""What travels inside the package to start from: configs, codebooks, the sample corpus and notebooks."""

import shutil
from importlib.resources import files
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PARTS = {"configs": "configs", "sample": "data/sample", "notebooks": "notebooks"}
# The configs need texts that do not travel with the package; the others are left by Jupyter.
LEFT_OUT = ("encoder*.yaml", "stance-*.yaml", ".ipynb_checkpoints", ".virtual_documents")


def start_project(folder: Path) -> Path:
    """Copy configs that run as they are, sample and notebooks to ``folder``; returns the first config.

    Raises ``FileExistsError`` where a copy would overwrite something.
    """
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file; give a folder.")
    shipped = Path(str(files("newstance"))) / "shipped"
    sources = {goal: shipped / part if shipped.is_dir() else CHECKOUT / goal for part, goal in PARTS.items()}
    there = [goal for goal in sources if (folder / goal).exists()]
    if there:
        raise FileExistsError(f"{folder} already holds {', '.join(there)}; choose an empty folder.")
    for goal, source in sources.items():
        shutil.copytree(source, folder / goal, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return folder / "configs" / "quickstart.yaml"
