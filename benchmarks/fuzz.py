"""Fuzzing, guided by coverage, of all that takes what strangers write: ``make fuzz``, or
``python benchmarks/fuzz.py [--seconds 600] [--target NAME ...]``.

The targets are those of ``tests/fuzz_targets.py``; each has a process of its own and its share of the seconds
of CPU. A finding is an error that no person should be told, a law that does not hold, five seconds of CPU,
a gigabyte of memory more than at the start, or the end of the process. What a run leaves stays in
``.cache/fuzz``, so the next one goes on from there; executions are added to ``results/fuzz.json``. Each
finding becomes a test. ``--keep`` chooses the inputs that ``tests/data/fuzz`` keeps and ``test_fuzz.py``
replays: those that reach a line of newstance which no smaller one reaches.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import atheris

from fuzz_inputs import ROOT
from fuzz_kept import keep
from fuzz_worker import feed

FOUND = ROOT / ".cache" / "fuzz"
RESULTS = ROOT / "benchmarks" / "results" / "fuzz.json"
Result = dict[str, Any]


def load_targets() -> dict[str, Any]:
    """The targets; newstance is loaded so that its branches and comparisons guide the fuzzer, also what it
    loads late, for which the hook stays."""
    sys.dont_write_bytecode = True
    atheris.instrument_imports(include=["newstance"], enable_loader_override=False).__enter__()
    from fuzz_targets import TARGETS

    return TARGETS


def fuzzed(name: str, target: Any, seconds: float, seed: int) -> Result:
    """What a child that is fed found. It is forked, so that newstance is instrumented once."""
    folder = FOUND / name
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("found-*"), *folder.glob("crash-*"), *folder.glob("timeout-*")]:
        old.unlink()
    (folder / "counts.json").unlink(missing_ok=True)
    place = Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    child = os.fork()
    if not child:
        log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        try:
            feed(name, target, folder, place, seconds, seed)
        finally:
            os._exit(1)
    os.waitpid(child, 0)
    shutil.rmtree(place)
    with suppress(OSError):
        return dict(json.loads((folder / "counts.json").read_text()))
    ended = {path.name: "the process ended" for path in folder.glob("*-*") if path.is_file()}
    return {
        "executions": 0,
        "seconds": 0,
        "slowest": 0,
        "peak_mb": 0,
        "findings": ended or {"log": "no input"},
    }


def added(before: Result, now: Result) -> Result:
    """The results of a target over all runs."""
    return {
        "executions": before.get("executions", 0) + now["executions"],
        "seconds": round(before.get("seconds", 0) + now["seconds"], 1),
        "slowest_s": round(max(before.get("slowest_s", 0), now["slowest"]), 2),
        "peak_mb": max(before.get("peak_mb", 0), now["peak_mb"]),
        "findings": before.get("findings", 0) + len(now["findings"]),
    }


def main() -> int:
    """Run for some seconds of CPU; 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=600, help="of CPU, for all targets together")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 10**6, help="of what is drawn")
    parser.add_argument("--target", nargs="*", default=[], help="else all")
    parser.add_argument("--keep", action="store_true", help="choose the inputs that are kept, run nothing")
    given = parser.parse_args()
    if given.keep:
        keep(FOUND)
        return 0
    targets = load_targets()
    names = given.target or list(targets)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"targets": {}}
    found: dict[str, str] = {}
    for name in names:
        now = fuzzed(name, targets[name], given.seconds / len(names), given.seed)
        results["targets"][name] = added(results["targets"].get(name, {}), now)
        results["executions"] = sum(one["executions"] for one in results["targets"].values())
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        found |= {str(FOUND / name / file): words for file, words in now["findings"].items()}
        print(f"{name}: {now['executions']:,} executions, slowest {now['slowest']:.2f} s", flush=True)
    for path, words in found.items():
        print(f"{path}: {words}")
    print(f"{results['executions']:,} executions over all runs")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
