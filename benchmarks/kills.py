"""kill -9 at random moments of a training and of predictions in parts: does the same command mend it?

python benchmarks/kills.py [--train 50] [--predict 50] [--seed 0]

A small project of its own is trained, and its sentences, many times over, are predicted in parts. Each
command is killed at a moment drawn evenly over its time, then run again to its end. Recovered is what then
has the files of an undisturbed run, byte by byte, no litter, and no run of MLflow that still claims to be
running.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
RESULTS = ROOT / "benchmarks/results/kills.json"
N_ARTICLES, N_PREDICTED = 8, 6_000
SECONDS = 300

from small_project import TEXTS, write_project, write_rows  # noqa: E402


def command(*words: object) -> list[str]:
    """A command of newstance in this environment."""
    return [sys.executable, "-m", "newstance", *map(str, words)]


def run(words: list[str], folder: Path) -> float:
    """Run to the end; the seconds it took. Raises where it fails."""
    start = time.monotonic()
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr[-2000:]}")
    return time.monotonic() - start


def kill(words: list[str], folder: Path, after: float) -> bool:
    """Start, and kill with all its processes ``after`` seconds; whether it was still at work."""
    import os

    running = subprocess.Popen(
        words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        running.wait(timeout=after)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return True


def files(folder: Path) -> dict[str, bytes]:
    """Content by name of all files below ``folder``, hidden ones too; locks are no litter."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }


def trained(folder: Path) -> dict[str, bytes]:
    """What a training leaves, but for the times in its run."""
    return files(folder / "models") | {f"results/{k}": v for k, v in files(folder / "results").items()}


def states(folder: Path) -> list[str]:
    """The states of all runs of the store."""
    import mlflow

    client = mlflow.MlflowClient(f"sqlite:///{folder / 'mlruns/mlflow.db'}")
    experiments = [one.experiment_id for one in client.search_experiments()]
    return [one.info.status for one in client.search_runs(experiments)]


def measure(
    n: int,
    words: list[str],
    fresh: Callable[[Path], None],
    look: Callable[[Path], object],
    rng: random.Random,
) -> dict:
    """Kill ``words`` ``n`` times, each in a fresh folder, run it again, and compare with a calm run."""
    with tempfile.TemporaryDirectory() as temporary:
        calm = Path(temporary) / "calm"
        fresh(calm)
        run(words, calm)
        expected, seconds = look(calm), 0.0
        fresh(Path(temporary) / "warm")
        seconds = run(words, Path(temporary) / "warm")
        recovered = at_work = 0
        failures = []
        for number in range(n):
            folder = Path(temporary) / str(number)
            fresh(folder)
            after = rng.uniform(0, seconds)
            at_work += kill(words, folder, after)
            try:
                run(words, folder)
                fine = look(folder) == expected
                what = "other files" if not fine else ""
            except RuntimeError as error:
                fine, what = False, str(error)[-300:]
            recovered += fine
            if not fine:
                failures.append({"after": round(after, 2), "what": what})
            shutil.rmtree(folder)
            print(
                f"{number + 1}/{n} killed after {after:.2f} of {seconds:.2f} s: {'fine' if fine else what}",
                flush=True,
            )
    return {
        "n": n,
        "at_work": at_work,
        "recovered": recovered,
        "seconds": round(seconds, 2),
        "failures": failures,
    }


def main() -> None:
    """Kill, run again, compare, print and write what came out."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", type=int, default=50)
    parser.add_argument("--predict", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    told = {}
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary) / "made"
        write_project(made, N_ARTICLES)
        run(command("train", "run.yaml"), made)
        rows = [
            {"id": f"{lang}-{number}", "text": f"{text.format(n=number)} {number}."}
            for number in range(N_PREDICTED // len(TEXTS))
            for lang, text in TEXTS.items()
        ]
        write_rows(made / "more.jsonl", rows)

        def project(folder: Path) -> None:
            write_project(folder, N_ARTICLES)

        def model(folder: Path) -> None:
            folder.mkdir(parents=True)
            shutil.copytree(made / "models/mine", folder / "models/mine")
            shutil.copy(made / "more.jsonl", folder)

        def whole(folder: Path) -> object:
            return trained(folder), set(states(folder)) - {"FINISHED", "KILLED", "FAILED"}

        told["train"] = measure(given.train, command("train", "run.yaml"), project, whole, rng)
        predict = command("predict", "models/mine", "more.jsonl", "-o", "parts", "--workers", 2)
        told["predict"] = measure(given.predict, predict, model, lambda folder: files(folder / "parts"), rng)
    print(json.dumps(told, indent=1))
    RESULTS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
