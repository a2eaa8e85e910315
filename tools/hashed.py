"""Write what a user's install brings, with the SHA-256 of each of its files: python tools/hashed.py

Names come from pyproject.toml, versions from constraints.txt, hashes from the package index that uv is set up
with. Torch and what only its CUDA builds bring go to a file of their own, since the build of torch is the
user's choice.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
HASHED = ROOT / "constraints-hashed.txt"
HASHED_TORCH = ROOT / "constraints-hashed-torch.txt"
HEADERS = {
    HASHED: "# What an install brings on any platform, all but torch. Made by: make hashes\n",
    HASHED_TORCH: "# The index's build of torch; on Linux it brings CUDA, gigabytes. Made by: make hashes\n",
}
OLDEST_PYTHON = "3.11"
OF_TORCH = re.compile(r"(torch|triton|(nvidia|cuda)-.*)")
PIN = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)(?P<marker>\s*;[^\\]*)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def canonical(name: str) -> str:
    """``name`` as the index compares it: small letters, and one kind of dash."""
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(text: str) -> dict[str, str]:
    """The entry of each package of a requirements file, hashes and all, by its canonical name.

    Raises:
        ValueError: a line is neither a comment nor ``name==version``, or a package comes twice.
    """
    found: dict[str, str] = {}
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for entry in filter(None, re.split(r"\n(?!\s)", lines.strip())):
        pin = PIN.match(entry)
        rest = entry[pin.end() :] if pin else entry
        if not pin or HASH.sub("", rest).strip(" \\\n"):
            raise ValueError(f"got {entry!r}; expected name==version, then hashes by sha256 alone")
        if canonical(pin["name"]) in found:
            raise ValueError(f"{pin['name']} comes twice; leave one")
        found[canonical(pin["name"])] = entry
    return found


def versions(text: str) -> dict[str, str]:
    """The version of each package of a requirements file, by its canonical name."""
    return {name: PIN.match(entry)["version"] for name, entry in entries(text).items()}  # type: ignore[index]


def unpinned(compiled: str, constraints: str) -> list[str]:
    """The pins of ``compiled``, torch's aside, that ``constraints`` lacks or has at another version."""
    pinned = versions(constraints)
    return [
        f"{name}=={version}"
        for name, version in versions(compiled).items()
        if not OF_TORCH.fullmatch(name) and pinned.get(name) != version
    ]


def split(compiled: str) -> dict[Path, str]:
    """The text of each file, of all that ``compiled`` holds."""
    texts = dict(HEADERS)
    for name, entry in entries(compiled).items():
        texts[HASHED_TORCH if OF_TORCH.fullmatch(name) else HASHED] += entry + "\n"
    return texts


def compile_all() -> str:
    """All packages of an install on any platform with their hashes, as uv resolves them."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--python-version", OLDEST_PYTHON]
    command += ["--constraint", str(CONSTRAINTS), str(ROOT / "pyproject.toml")]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> int:
    """Write both files; 1, and nothing written, where constraints.txt lacks a pin."""
    compiled = compile_all()
    lacking = unpinned(compiled, CONSTRAINTS.read_text(encoding="utf-8"))
    if lacking:
        print("constraints.txt lacks these pins; add them:", *lacking, sep="\n", file=sys.stderr)
        return 1
    for path, text in split(compiled).items():
        path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {len(entries(text))} packages, {len(HASH.findall(text))} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
