"""The commands as a user waits for them: a fresh process each, wall time, CPU time and peak memory.

One command: ``python benchmarks/speed.py``. Medians of three runs, of five for what takes under a second;
peak memory is that of the largest process (Linux). Then what a loaded model costs: a text alone, and articles
of recombined sentences of the sample.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

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


def loaded(model: Path) -> dict[str, dict[str, float]]:
    """CPU milliseconds of one text, and articles a CPU-second, by a model in this process."""
    import newstance

    news, random = newstance.load_model(model), Random(0)
    sentences = newstance.read_corpus(ROOT / "data/sample/articles").sentences["text"].to_list()
    texts = [" ".join(random.sample(sentences, 2)) for _ in range(60)]
    rows = {
        "one text, loaded model": {"cpu_ms": round(median(cpu_of(news, [one]) * 1e3 for one in texts), 1)}
    }
    for name, length, n in (("65 words", 450, 600), ("2,000 characters", 2_000, 200)):
        articles = []
        for number in range(n):
            text = ""
            while len(text) < length:
                text += f" {random.choice(sentences)}"
            articles.append({"article_id": str(number), "text": text[1:]})
        best = min(cpu_of(news, articles) for _ in range(3))
        rows[f"articles of {name}"] = {"a_cpu_second": round(n / best)}
    return rows


def cpu_of(news: Any, articles: list) -> float:
    """CPU seconds of ``predict``."""
    start = time.process_time()
    news.predict(articles)
    return time.process_time() - start


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
        more = loaded(Path(model))
    print("| command | wall s | CPU s | peak MB |\n|---|---|---|---|")
    for name, one in rows.items():
        print(f"| {name} | {one['wall_s']} | {one['cpu_s']} | {one['mb']} |")
    for name, one in more.items():
        print(f"{name}: {one}")
    rows |= more
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
