"""What each hostile model folder and corpus costs: each is read in a process of its own.

python benchmarks/hostile.py [--worst 10] [--only WORD] [--output FILE]

The items are those of the tests (`tests/hostile_models.py`, `tests/hostile_corpora.py`). CPU seconds are
those of reading alone, without the start of the interpreter and the imports; the peak of memory is that of
the whole process, as Linux tells it. An item is over where it takes more than 2 s or 500 MB; the exit code
then is 1.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks/results/hostile.json"
MOST_SECONDS, MOST_MB = 2.0, 500.0
SECONDS_TO_WAIT = 300
sys.path.insert(0, str(ROOT / "tests"))

import hostile_corpora  # noqa: E402
import hostile_models  # noqa: E402
from newstance.embed import load_encoder  # noqa: E402
from newstance.model.bundle import save_bundle  # noqa: E402
from newstance.model.saved import to_bundle  # noqa: E402
from small_model import SEEDS, a_model  # noqa: E402

TEXTS = {"MODEL_CARD.md": "# made\n", "config.yaml": "name: made\n"}
# Reads one item, and prints its CPU seconds, the peak of memory in MB, and what was said of it.
READ = {
    "model": """
import newstance.model.saved
def read(path):
    try:
        newstance.model.saved.load_model(path)
    except ValueError as error:
        return str(error)
    return "loaded"
""",
    "corpus": """
import pyarrow.parquet
from newstance.corpus import read_corpus
def read(path):
    try:
        corpus = read_corpus(path, n_jobs=1)
    except ValueError as error:
        return str(error)
    return f"{len(corpus)} articles, {corpus.rejected.height} left out"
""",
}
MEASURE = """
import json, sys, time
from pathlib import Path
start = time.process_time()
said = read(sys.argv[1])
seconds = time.process_time() - start
# getrusage also counts what the process that started this one held.
status = Path("/proc/self/status").read_text()
peak = int(status.partition("VmHWM:")[2].split()[0]) / 1000
print(json.dumps([round(seconds, 3), round(peak, 1), said[:200]]))
"""


def items(folder: Path, word: str) -> Iterator[tuple[str, str, Path]]:
    """Kind, name and place of each item whose name has ``word``; the place is gone with the next one."""
    good, place = folder / "good", folder / "item"
    save_bundle(to_bundle(a_model(load_encoder()), list(SEEDS.values()), TEXTS), good)
    for name, (change, _) in {"none": (lambda _: None, ""), **hostile_models.CASES}.items():
        if word in name:
            change(shutil.copytree(good, place))
            yield "model", name, place
            shutil.rmtree(place)
    nothing = hostile_corpora.file("a.txt", hostile_corpora.TEXT)
    for name, (make, _) in {"none": (nothing, None), **hostile_corpora.CASES}.items():
        if word in name:
            place.mkdir()
            make(place)
            yield "corpus", name, place
            shutil.rmtree(place)


def measure(kind: str, name: str, place: Path) -> dict:
    """Read an item in a process of its own."""
    words = [sys.executable, "-c", READ[kind] + MEASURE, str(place)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "2"}
    done = subprocess.run(
        words, env=environment, capture_output=True, text=True, timeout=SECONDS_TO_WAIT, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{kind} {name}: {done.stderr[-1000:]}")
    seconds, peak, said = json.loads(done.stdout)
    return {"kind": kind, "item": name, "seconds": seconds, "peak_mb": peak, "said": said}


def table(rows: list[dict]) -> str:
    """Rows as Markdown."""
    lines = [
        f"| {one['kind']} | {one['item']} | {one['seconds']:.2f} | {one['peak_mb']:.0f} |" for one in rows
    ]
    return "\n".join(["| | item | CPU s | peak MB |", "|---|---|---|---|", *lines])


def main() -> int:
    """Measure all, print the worst, write all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worst", type=int, default=10)
    parser.add_argument("--only", default="", metavar="WORD")
    parser.add_argument("--output", type=Path, default=RESULTS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = [measure(*item) for item in items(Path(folder), given.only)]
    for key, title in (("seconds", "time"), ("peak_mb", "memory")):
        print(f"Most {title}\n\n{table(sorted(rows, key=lambda one: -one[key])[: given.worst])}\n")
    over = [one for one in rows if one["seconds"] > MOST_SECONDS or one["peak_mb"] > MOST_MB]
    print(f"{len(rows)} items, {len(over)} over {MOST_SECONDS:.0f} s or {MOST_MB:.0f} MB\n\n{table(over)}")
    kept = [{key: value for key, value in one.items() if key != "said"} for one in rows]
    given.output.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
