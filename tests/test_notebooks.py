"""The notebooks run from top to bottom, as they are, in a fresh copy of the checkout."""

import nbformat
import pytest
from nbclient import NotebookClient

from checkout import ROOT, copy_checkout

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]


@pytest.fixture
def notebook(request, tmp_path, monkeypatch):
    """A notebook in a checkout without trained models, and temporary folders of its own."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    (tmp_path / "checkout").mkdir()
    return copy_checkout(tmp_path / "checkout") / "notebooks" / request.param.name


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
