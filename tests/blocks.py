"""Blocks of code in documents: found by the mark before them, and run as a user would. For tests."""

import os
import re
import subprocess
import sys
from pathlib import Path

MARK = "<!-- run -->"
FAILS = "<!-- fails -->"
BLOCK = re.compile(r"^<!-- run -->\n+```(bash|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FAULT = re.compile(r"^<!-- fails -->\n+```bash\n(.*?)^```$\n+```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMANDS = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
SECONDS = 600


def marked_blocks(page: str) -> list[tuple[str, str]]:
    """Language and code of each block that is to run."""
    return [(match[1], match[2]) for match in BLOCK.finditer(page)]


def faults(page: str) -> list[tuple[str, list[str]]]:
    """Code of each block that is to fail, and the lines it is to say."""
    return [(match[1], match[2].splitlines()) for match in FAULT.finditer(page)]


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


def run_all(page: str, folder: Path) -> None:
    """Run each marked block of ``page``, in order; an ``AssertionError`` shows the one that failed."""
    for language, code in marked_blocks(page):
        done = run(language, code, folder)
        assert done.returncode == 0, f"{code}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
