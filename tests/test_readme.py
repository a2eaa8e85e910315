"""The README keeps its word: each block marked with ``<!-- run -->`` runs, in the order of the page."""

import re

from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

from blocks import MARK, marked_blocks, run, run_all
from checkout import ROOT, copy_checkout

PICTURE = "docs/images/report.png"


def read_page() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_mark_stands_before_a_block():
    assert marked_blocks(read_page())
    assert read_page().count(MARK) == len(marked_blocks(read_page()))


def test_marked_blocks_run(tmp_path):
    run_all(read_page(), copy_checkout(tmp_path))


def test_a_block_that_fails_is_noticed(tmp_path):
    page = f"{MARK}\n```bash\nfalse | cat\n```\n\n```bash\ntrue\n```\n\n{MARK}\n\n```python\n1 / 0\n```\n"
    codes = [run(language, code, tmp_path).returncode for language, code in marked_blocks(page)]
    assert len(codes) == 2
    assert all(codes)


def test_it_links_to_no_file_but_its_picture():
    """A page of a package index has none of the files; the picture is left out there (``hatch_build.py``)."""
    assert re.findall(r"\]\((?!https?://)([^)]*)\)", read_page()) == [PICTURE]
    assert (ROOT / PICTURE).stat().st_size < 200_000


def test_the_description_of_the_package_has_no_picture():
    described = ProjectMetadata(str(ROOT), PluginManager()).core.readme
    assert described.startswith("# newstance\n")
    assert PICTURE not in described
    assert described.count("\n#") == read_page().count("\n#")
