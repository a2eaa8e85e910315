"""The notebooks run from top to bottom, as they are, in a fresh copy of the checkout."""

import shutil

import nbformat
import pytest
from nbclient import NotebookClient

from checkout import ROOT, copy_checkout
from newstance.training import Trained

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]


@pytest.fixture
def notebook(request, tmp_path, monkeypatch, quickstart: Trained):
    """A notebook in a checkout, and temporary folders of its own.

    There is a trained model, as after `make quickstart`; the first notebook trains one all the same.
    """
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    (tmp_path / "checkout").mkdir()
    checkout = copy_checkout(tmp_path / "checkout")
    shutil.copytree(quickstart.model_folder, checkout / "models/quickstart")
    return checkout / "notebooks" / request.param.name


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=NAMES, indirect=True)
def test_notebook_runs(notebook):
    content = nbformat.read(notebook, as_version=4)
    NotebookClient(
        content, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(notebook.parent)}}
    ).execute()
    code = [cell for cell in content.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert code[-1].outputs


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_notebook_is_stripped_and_portable(path):
    content = nbformat.read(path, as_version=4)
    nbformat.validate(content)
    for cell in content.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert str(ROOT) not in cell.source
