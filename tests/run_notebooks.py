"""The notebooks run from top to bottom, as tests and for the output that is stored in them.

    python tests/run_notebooks.py           # runs all, and stores their output
    python tests/run_notebooks.py 3_stance  # those whose name begins so

They run in a fresh copy of the checkout with a model of the sample, as after ``make quickstart``. What is
stored tells nothing of the machine: no paths, no seconds.
"""

import argparse
import ast
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from checkout import ROOT, copy_checkout

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SECONDS = 600
# A figure without the library that draws it, which JupyterLab has; no word on bars that are not shown.
ENVIRONMENT = {"PLOTLY_RENDERER": "plotly_mimetype", "PYTHONWARNINGS": "ignore:IProgress not found"}
STEP_SECONDS = re.compile(r" … \d+\.\d s$", re.MULTILINE)
MACHINE_PATH = re.compile(
    r"(?<![\w.~])/(?:home|Users|root|tmp|var|private|mnt|opt|usr|work)/|\b[A-Z]:\\\\?\w"
)
KEPT_METADATA = ("kernelspec", "language_info")


def execute(path: Path) -> nbformat.NotebookNode:
    """The notebook ``path``, run in its folder, with outputs as they are stored. Raises if a cell fails."""
    content = nbformat.read(path, as_version=4)
    client = NotebookClient(
        content,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env={**os.environ, **ENVIRONMENT})
    _clean(content)
    return content


def code_cells(content: nbformat.NotebookNode) -> list[Any]:
    """The code cells, in order."""
    return [cell for cell in content.cells if cell.cell_type == "code"]


def faults(content: nbformat.NotebookNode) -> list[str]:
    """Why a notebook may not be stored: errors, warnings, paths, seconds, cells that show nothing."""
    found = []
    for number, cell in enumerate(code_cells(content), start=1):
        text = repr(cell.outputs)
        kinds = {(output.output_type, output.get("name")) for output in cell.outputs}
        checks = {
            "an error": any(kind == "error" for kind, _ in kinds),
            "words on stderr": ("stream", "stderr") in kinds,
            "a path of a machine": MACHINE_PATH.search(text) or str(ROOT) in text,
            "seconds": any(STEP_SECONDS.search(output.get("text", "")) for output in cell.outputs),
            "neither an output nor an assignment at its end": not cell.outputs
            and not _ends_in_name(cell.source),
        }
        found += [f"code cell {number} has {what}" for what, is_there in checks.items() if is_there]
    return found


def shape(content: nbformat.NotebookNode) -> list[list[tuple[str, ...]]]:
    """What kinds of output each code cell has."""
    return [
        [(output.output_type, *sorted(output.get("data", ()))) for output in cell.outputs]
        for cell in code_cells(content)
    ]


def _ends_in_name(source: str) -> bool:
    body = ast.parse(source).body
    return bool(body) and isinstance(body[-1], ast.Assign | ast.AnnAssign)


def _clean(content: nbformat.NotebookNode) -> None:
    for key in set(content.metadata) - set(KEPT_METADATA):
        del content.metadata[key]
    content.metadata["language_info"] = {"name": "python"}
    for cell in code_cells(content):
        cell.metadata.clear()
        for output in cell.outputs:
            if output.output_type == "stream":
                output["text"] = STEP_SECONDS.sub(" …", output["text"])


def main(names: list[str]) -> int:
    """Run and store the notebooks whose name begins with one of ``names``; returns how many have faults."""
    from newstance.config import load_config
    from newstance.training import train

    chosen = [path for path in NOTEBOOKS if not names or path.name.startswith(tuple(names))]
    n_bad = 0
    with tempfile.TemporaryDirectory() as folder:
        checkout = copy_checkout(Path(folder))
        places = [f"output.results={checkout}/results", "output.tracking=null", "encoder.cache=null"]
        train(load_config(checkout / "configs/quickstart.yaml", places))
        for path in chosen:
            content = execute(checkout / "notebooks" / path.name)
            bad = faults(content)
            n_bad += bool(bad)
            sys.stdout.write("\n".join([f"{path.name}: {'not stored' if bad else 'stored'}", *bad, ""]))
            if not bad:
                nbformat.write(content, path)
    return n_bad


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="beginnings of names; all without")
    sys.exit(main(parser.parse_args().names))
