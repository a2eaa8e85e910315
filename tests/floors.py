"""The least scores allowed on gold data, as ``floors.json`` holds them, and the command that changes them.

    python tests/floors.py set sentences/held_out/en 0.995      # raising is free
    python tests/floors.py set sentences/held_out/en 0.98 --lower
    python tests/floors.py gold sentences                       # the gold data changed: record its new digest

A floor is named ``<set>/<part>/<measure>``; a part is ``developed`` (read while rules are written),
``held_out`` (only counted), ``blind`` (counted once) or ``all``. Lowering one needs ``--lower`` and a line of
``docs/log.md`` with its name and new value.
"""

import argparse
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Floors = dict[str, dict[str, Any]]


def read_floors(root: Path = ROOT) -> Floors:
    """Set by name: its ``gold`` files, their ``sha256``, and ``floors`` by part and measure."""
    return json.loads((root / "tests/floors.json").read_text("utf-8"))


def digest(gold: list[str], root: Path = ROOT) -> str:
    """SHA-256 of the files ``gold``, with their names; of a folder, of all files in it."""
    paths = [root / name for name in gold]
    files = {one for path in paths for one in (path.rglob("*") if path.is_dir() else [path])}
    total = hashlib.sha256()
    for path in sorted(one for one in files if not one.is_dir()):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def floor(name: str, part: str, measure: str, root: Path = ROOT) -> float:
    """The least score allowed; AssertionError if the gold data is not what the floor was measured on."""
    one = read_floors(root)[name]
    assert digest(one["gold"], root) == one["sha256"], (
        f"The gold data of {name!r} ({', '.join(one['gold'])}) is not what its floors were measured on. "
        f"Measure anew, run `python tests/floors.py gold {name}`, and write what rose with "
        "`python tests/floors.py set`."
    )
    return one["floors"][part][measure]


def names(floors: Floors) -> dict[str, float]:
    """Every floor by its whole name."""
    return {
        f"{name}/{part}/{measure}": value
        for name, one in floors.items()
        for part, values in one["floors"].items()
        for measure, value in values.items()
    }


def in_log(*words: str, root: Path = ROOT) -> bool:
    """Whether one line of the log has all these words: a floor's name and value, say."""
    lines = (root / "docs/log.md").read_text("utf-8").splitlines()
    return any(set(words) <= {word.strip("`.,:;()|*") for word in line.split()} for line in lines)


def set_floor(name: str, value: float, lower: bool = False, root: Path = ROOT) -> None:
    """Write one floor; SystemExit with words for one that may not be written."""
    if name.count("/") < 2:
        raise SystemExit(f"{name}: expected <set>/<part>/<measure>, as in sentences/held_out/en.")
    if not 0 < value <= 1:
        raise SystemExit(f"{name}: a floor is above 0 and at most 1, not {value}.")
    floors = read_floors(root)
    which, part, measure = name.split("/", 2)
    if which not in floors:
        raise SystemExit(
            f"{name}: no set {which!r}; make it with `python tests/floors.py gold {which} FILE ...`."
        )
    old = floors[which]["floors"].setdefault(part, {}).get(measure, 0.0)
    if value < old and not lower:
        raise SystemExit(
            f"{name}: {value} is below {old}. A floor never falls without a reason: see --lower."
        )
    if value < old and not in_log(name, str(value), root=root):
        raise SystemExit(f"{name}: say why in a line of docs/log.md that holds {name!r} and {value}.")
    floors[which]["floors"][part][measure] = value
    _write(floors, root)


def set_gold(name: str, gold: list[str], root: Path = ROOT) -> None:
    """Record the digest of a set's gold data; with ``gold``, relative to the checkout, which files it is."""
    floors = read_floors(root)
    one = floors.setdefault(name, {"gold": [], "sha256": "", "floors": {}})
    one["gold"] = gold or one["gold"]
    if absent := [path for path in one["gold"] if not (root / path).exists()] or not one["gold"]:
        raise SystemExit(f"{name}: expected files of the checkout, and these are not there: {absent}.")
    one["sha256"] = digest(one["gold"], root)
    _write(floors, root)


def _write(floors: Floors, root: Path) -> None:
    (root / "tests/floors.json").write_text(json.dumps(floors, indent=2, ensure_ascii=False) + "\n", "utf-8")


def main(arguments: list[str] | None = None, root: Path = ROOT) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="floors.py", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("set", help="write a floor")
    one.add_argument("name", help="<set>/<part>/<measure>")
    one.add_argument("value", type=float)
    one.add_argument("--lower", action="store_true", help="allow a fall that docs/log.md gives the reason of")
    one.set_defaults(run=lambda given: set_floor(given.name, given.value, given.lower, root))
    one = commands.add_parser("gold", help="record the digest of the gold data, after measuring anew")
    one.add_argument("name", help="the set")
    one.add_argument("files", nargs="*", help="its files or folders, for a new set")
    one.set_defaults(run=lambda given: set_gold(given.name, given.files, root))
    given = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = given.run
    run(given)


if __name__ == "__main__":
    main()
