"""The notebooks run from top to bottom in a fresh copy of the checkout, and what they store is whole."""

import re
import shutil

import nbformat
import pytest

from checkout import copy_checkout
from newstance.training import Trained
from run_notebooks import FOLDER, NOTEBOOKS, code_cells, execute, faults, shape

NAMES = [path.stem for path in NOTEBOOKS]
MOST_BYTES = 3_000_000
WANTS = {
    "1_corpus_and_its_dirt": ["corpus.search(", "newstance.train(frame"],
    "2_themes": ["model.merge([", "results.themes_over_time(by=", "results.to_csv("],
    "3_stance_with_few_labels": ["results.stance(by=", "results.evidence(source="],
    "4_saved_model": ["model.predict(archive, wide=True)"],
}


@pytest.fixture
def notebook(request, tmp_path, monkeypatch, quickstart: Trained):
    """A notebook in a checkout with a trained model, as after `make quickstart`, and its temporary folder."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    (tmp_path / "checkout").mkdir()
    checkout = copy_checkout(tmp_path / "checkout")
    shutil.copytree(quickstart.model_folder, checkout / "models/quickstart")
    return checkout / "notebooks" / request.param.name


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=NAMES, indirect=True)
def test_runs_and_shows_what_is_stored(notebook):
    stored = nbformat.read(notebook, as_version=4)
    found = execute(notebook)
    assert faults(found) == []
    assert shape(found) == shape(stored)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_stored_output_is_whole_and_tells_nothing_of_a_machine(path):
    content = nbformat.read(path, as_version=4)
    nbformat.validate(content)
    counts = [cell.execution_count for cell in code_cells(content)]
    assert counts == list(range(1, len(counts) + 1))
    assert faults(content) == []


def test_all_of_them_are_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < MOST_BYTES


@pytest.mark.parametrize("name", WANTS)
def test_each_want_is_one_marked_line(name):
    content = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    pairs = zip(content.cells, content.cells[1:], strict=False)
    marked = [
        code.source for text, code in pairs if text.source.rpartition("\n\n")[2].startswith("**One line:")
    ]
    assert len(marked) == len(WANTS[name])
    for want in WANTS[name]:
        assert any(want in line for source in marked for line in source.splitlines()), want


def test_links_lead_to_files_of_a_project():
    texts = [path.read_text("utf-8") for path in NOTEBOOKS]
    links = {link for text in texts for link in re.findall(r"\]\(([^)]+)\)", text)}
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ({"output_type": "error", "ename": "E", "evalue": "", "traceback": []}, "an error"),
        ({"output_type": "stream", "name": "stderr", "text": "careful"}, "words on stderr"),
        ({"output_type": "stream", "name": "stdout", "text": "in /home/ann/results"}, "a path of a machine"),
        ({"output_type": "stream", "name": "stdout", "text": "Encoding … 0.4 s\n"}, "seconds"),
    ],
)
def test_what_may_not_be_stored_is_noticed(output, told):
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.from_dict(output)])
    (fault,) = faults(nbformat.v4.new_notebook(cells=[cell]))
    assert told in fault


def test_a_cell_that_shows_nothing_is_noticed():
    silent, named = nbformat.v4.new_code_cell("print"), nbformat.v4.new_code_cell("a = 1")
    (fault,) = faults(nbformat.v4.new_notebook(cells=[silent, named]))
    assert fault.startswith("code cell 1 ")
