"""The commands as a user waits for them: a fresh process each, wall time, CPU time and peak memory.

One command: ``python benchmarks/speed.py``. Medians of three runs, of five for what takes under a second;
peak memory is that of the largest process (Linux).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "speed.json"
SHORT = ("ar.jsonl", "en.jsonl", "ru.jsonl", "uk.jsonl")


def run_once(arguments: list[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MB of ``newstance`` with ``arguments``."""
    command = [str(Path(sys.executable).with_name("newstance")), *arguments]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"newstance {' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measured(arguments: list[str], n_runs: int) -> dict[str, float]:
    """Medians of ``n_runs``."""
    wall, cpu, peak = zip(*(run_once(arguments) for _ in range(n_runs)), strict=True)
    return {"wall_s": round(median(wall), 2), "cpu_s": round(median(cpu), 2), "mb": round(median(peak))}


def main() -> None:
    """Measure, print the table, write the JSON."""
    with tempfile.TemporaryDirectory() as folder:
        places = [f"output.{key}={folder}/{key}" for key in ("models", "results", "tracking")]
        places.append(f"encoder.cache={folder}/vectors.sqlite")
        model, new = f"{folder}/models/quickstart", Path(folder, "new")
        new.mkdir()
        articles = ROOT / "data/sample/articles"
        for name in SHORT:
            (new / name).write_bytes((articles / name).read_bytes())
        rows = {"newstance --help": measured(["--help"], 5)}
        rows["newstance train configs/quickstart.yaml"] = measured(
            ["train", "configs/quickstart.yaml", *places], 3
        )
        rows["newstance predict, articles in JSONL"] = measured(["predict", model, str(new)], 3)
        rows["newstance predict, the whole sample"] = measured(["predict", model, str(articles)], 3)
    print("| command | wall s | CPU s | peak MB |\n|---|---|---|---|")
    for name, one in rows.items():
        print(f"| {name} | {one['wall_s']} | {one['cpu_s']} | {one['mb']} |")
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
