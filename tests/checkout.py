"""A copy of the checkout to run documents in, so that what they write goes away with it. For tests."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Configs are copied: their relative paths start from the real folder of the file, whatever links to it.
COPIED = ("configs", "notebooks")
LINKED = ("data",)


def copy_checkout(folder: Path) -> Path:
    """Make ``folder`` look like a fresh checkout without models; returns it."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name, target_is_directory=True)
    return folder
