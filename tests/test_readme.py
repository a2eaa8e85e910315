"""The README keeps its word: each block marked with ``<!-- run -->`` runs, in the order of the page."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from checkout import ROOT, copy_checkout

BLOCK = re.compile(r"^<!-- run -->\n+```(bash|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "<!-- run -->"
COMMANDS = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
SECONDS = 600


def marked_blocks(page: str) -> list[tuple[str, str]]:
    """Language and code of each marked block."""
    return [(match[1], match[2]) for match in BLOCK.finditer(page)]


def read_page() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def run(language: str, code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a block in ``folder``, with the newstance of this environment first on the path."""
    commands = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        [*COMMANDS[language], code],
        cwd=folder,
        env={**os.environ, "PATH": commands},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_every_mark_stands_before_a_block():
    assert read_page().count(MARK) == len(marked_blocks(read_page()))


def test_marked_blocks_run(tmp_path):
    blocks = marked_blocks(read_page())
    if not blocks:
        pytest.skip(f"no block of README.md has {MARK} before it")
    folder = copy_checkout(tmp_path)
    for language, code in blocks:
        done = run(language, code, folder)
        assert done.returncode == 0, f"{code}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


def test_a_block_that_fails_is_noticed(tmp_path):
    page = f"{MARK}\n```bash\nfalse | cat\n```\n\n```bash\ntrue\n```\n\n{MARK}\n\n```python\n1 / 0\n```\n"
    codes = [run(language, code, tmp_path).returncode for language, code in marked_blocks(page)]
    assert len(codes) == 2
    assert all(codes)


def test_it_links_to_no_file_as_an_index_page_has_none():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((?!https?://)[^)]*\)", text) == []
