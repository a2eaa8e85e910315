"""What travels inside the package to start from: configs, codebooks and the sample corpus."""

import shutil
from importlib.resources import files
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PARTS = {"configs": "configs", "sample": "data/sample"}


def start_project(folder: Path) -> Path:
    """Copy configs and sample to ``folder``, laid out as the configs expect; returns the first config.

    Raises ``FileExistsError`` where a copy would overwrite something.
    """
    shipped = Path(str(files("newstance"))) / "shipped"
    sources = {goal: shipped / part if shipped.is_dir() else CHECKOUT / goal for part, goal in PARTS.items()}
    there = [goal for goal in sources if (folder / goal).exists()]
    if there:
        raise FileExistsError(f"{folder} already holds {', '.join(there)}; choose an empty folder.")
    for goal, source in sources.items():
        shutil.copytree(source, folder / goal)
    return folder / "configs" / "quickstart.yaml"
