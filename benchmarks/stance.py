"""Stances beside TF-IDF, a control that does not know the target, and the most frequent stance.

python benchmarks/stance.py --data FOLDER [--sets A B] [--only-kept]

FOLDER holds the public sets (README.md here). What each system says of a set, or of a fold of it, is a piece
of its own, kept under .cache/bench-stance, as are the readers learnt for a fold; a run makes the pieces
that are missing, or that other code of newstance made. So a run may be stopped and taken up again.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from newstance.embed import load_encoder
from newstance.evaluate.counts import Judged as Counted
from newstance.evaluate.counts import f1_of_classes, mean_known, resampled
from newstance.evaluate.stance import expected_calibration_error
from stance_rows import (
    MAJORITY,
    PAIRS_A_SECOND,
    ROWS,
    TFIDF,
    Judged,
    Said,
    folds,
    saved_model,
    speed_alone,
)
from stance_sets import ROOT, SCORED
from stance_systems import shipped_reader

RESULTS = ROOT / "benchmarks/results/stance.json"
PIECES = ROOT / ".cache/bench-stance"
# What decides a stance, beside the encoder and the shipped reader.
DECIDING = ("stance/classifier", "stance/features", "stance/reader", "train_stance/network")
N_RESAMPLES = 1_000
ERRORS = ("ece", "ece_calibrated", "ece_of_chance")
WITHOUT_PROBABILITIES = (TFIDF, MAJORITY)


def code_fingerprint() -> str:
    """Changes whenever newstance may say something else."""
    parts = [(ROOT / f"src/newstance/{name}.py").read_bytes() for name in DECIDING]
    parts.append((ROOT / "configs/stance-reader.yaml").read_bytes())
    told = load_encoder().fingerprint + shipped_reader().fingerprint
    return hashlib.sha256(b"".join(parts) + told.encode()).hexdigest()[:16]


class Pieces:
    """What was said of sets and folds, in files; without ``may_make`` a missing one is None."""

    def __init__(self, folder: Path, made_by: str, may_make: bool) -> None:
        self.folder, self.made_by, self.may_make = folder, made_by, may_make

    def __call__(self, name: str, make: Callable[[], Said]) -> Said | None:
        """The piece ``name``, from its file if the same code made it."""
        path = self.folder / f"{name}.json"
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        if kept is None or kept["made_by"] != self.made_by:
            if not self.may_make:
                return None
            start = time.process_time()
            said = {system: np.round(logits, 5).tolist() for system, logits in make().items()}
            kept = {"made_by": self.made_by, "said": said}
            self.folder.mkdir(parents=True, exist_ok=True)
            aside = path.with_suffix(".tmp")
            aside.write_text(json.dumps(kept), encoding="utf-8")
            aside.replace(path)
            print(f"made {name} in {time.process_time() - start:.0f} CPU-s", file=sys.stderr, flush=True)
        return {system: np.array(logits) for system, logits in kept["said"].items()}


def scores(judged: Judged, system: str) -> dict:
    """Scores of a system on a set, with standard errors of resampled groups."""
    every = np.unique(np.concatenate([pairs.groups.astype(str) for pairs in judged.parts]))
    counts = np.zeros((len(every), len(judged.parts), SCORED + 1, SCORED + 1), dtype=np.int64)
    sure, shares = [], []
    for number, (pairs, said) in enumerate(zip(judged.parts, judged.said, strict=True)):
        groups = np.searchsorted(every, pairs.groups.astype(str))
        predicted = said[system].argmax(axis=1)
        own = Counted(pairs.y, predicted, groups, SCORED + 1)
        counts[np.unique(groups), number] = own.confusions()
        shares.append(softmax(said[system]))
        sure.append(calibrated(said[system], pairs.y, pairs.groups))
    draws = np.concatenate([_f1(block) for block in resampled(counts, N_RESAMPLES, 0)])
    f1_macro, f1_pn = _f1(counts.sum(axis=0)[None])[0]
    told = {
        "n": sum(len(pairs.y) for pairs in judged.parts),
        "n_groups": len(every),
        "f1_macro": f1_macro,
        "f1_macro_se": draws[:, 0].std(),
        "f1_pn": f1_pn,
        "f1_pn_se": draws[:, 1].std(),
    }
    if system not in WITHOUT_PROBABILITIES:
        y = np.concatenate([pairs.y for pairs in judged.parts])
        told["ece"] = expected_calibration_error(y, np.concatenate(shares))
        told["ece_calibrated"] = expected_calibration_error(y, np.concatenate(sure))
        told["ece_of_chance"] = ece_of_chance(np.concatenate(sure))
    return {
        name: int(value) if name.startswith("n") else round(float(value), 4) for name, value in told.items()
    }


def ece_of_chance(shares: np.ndarray, n_draws: int = 50) -> float:
    """The mean error that these probabilities (n, k) have where they are right: labels drawn from them. With
    few pairs it is far from zero."""
    rng = np.random.default_rng(0)
    ends = shares.cumsum(axis=1)
    draws = ((rng.random((len(shares), 1)) > ends).sum(axis=1) for _ in range(n_draws))
    last = shares.shape[1] - 1
    return float(np.mean([expected_calibration_error(np.minimum(y, last), shares) for y in draws]))


def _f1(counts: np.ndarray) -> np.ndarray:
    """Mean F1 over the scored classes, and over favor and against, of ``counts`` (n, n_parts, k, k): (n, 2).
    A fourth class counts through what is taken for it and for what it is taken."""
    of_class = f1_of_classes(counts)[..., :SCORED]
    return np.stack([mean_known(of_class).mean(axis=1), mean_known(of_class[..., :2]).mean(axis=1)], axis=1)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities (n, k)."""
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def calibrated(logits: np.ndarray, y: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Probabilities (n, k) at the temperature that fits the other folds best (Guo et al. 2017,
    arXiv:1706.04599); no stance becomes another by it."""
    from scipy.optimize import minimize_scalar

    found = np.zeros_like(logits)
    for train, test in folds(groups):

        def loss(log_temperature: float, rows: np.ndarray = train) -> float:
            own = softmax(logits[rows] / np.exp(log_temperature))[np.arange(len(rows)), y[rows]]
            return float(-np.mean(np.log(np.clip(own, 1e-12, None))))

        temperature = np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x)
        found[test] = softmax(logits[test] / temperature)
    return found


def speed(data: Path) -> dict:
    """Pairs a second of two processes side by side, of one thread each."""
    command = [sys.executable, __file__, "--data", str(data), "--speed-alone"]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [json.loads(one.communicate()[0]) for one in running]
    if any(one.returncode for one in running):
        raise RuntimeError("a process of the measurement of speed failed; see above.")
    result = {name: told[0][name] for name in ("n_sentences", "n_naming", "n_pairs")}
    for name in ("all_sentences", "naming_sentences"):
        result[name] = {
            "pairs_a_cpu_second": [round(one[name]["pairs_a_cpu_second"]) for one in told],
            "pairs_a_second_of_both": round(sum(one[name]["pairs_a_second"] for one in told)),
        }
    return result | {"bar": PAIRS_A_SECOND}


def show(table: dict[str, dict]) -> None:
    """Print the scores of sets and systems; what has a bar first."""
    print("| set (pairs) | system | macro-F1 | F1(P,N) | ECE | after calibration | of chance | bars |")
    print("|---|---|---|---|---|---|---|---|")
    for name, told in table.items():
        for system, row in told["systems"].items():
            bars = told["bars"] if system == told["system"] else {}
            met = [
                f"{key} {bar:.2f}: {'met' if is_met(row, key, bar) else 'missed'}"
                for key, bar in bars.items()
            ]
            cells = [
                f"{name} ({row['n']:,})" if told["of"] == "all" else f"{name} ({row['n']:,}; {told['of']})",
                f"**{system}**" if bars else system,
                *(f"{row[key]:.3f} ± {row[f'{key}_se']:.3f}" for key in ("f1_macro", "f1_pn")),
                *(f"{row[key]:.3f}" if key in row else "" for key in ERRORS),
                "; ".join(met),
            ]
            print("| " + " | ".join(cells) + " |")


def is_met(row: dict, key: str, bar: float) -> bool:
    """Whether a score reaches its bar: an error from below, all others from above."""
    return row[key] <= bar if key.startswith("ece") else row[key] >= bar


def main() -> None:
    """Make what is missing, print the table, write the scores."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--only-kept", action="store_true", help="make nothing, tell what is there")
    parser.add_argument("--only-sets", action="store_true", help="neither the saved model nor the speed")
    parser.add_argument("--model", type=Path, default=ROOT / "models/quickstart", help="for real_news")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--speed-alone", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    with threadpool_limits(limits=1, user_api="blas"):
        if given.speed_alone:
            print(json.dumps(speed_alone(given.data)))
            return
        code = code_fingerprint()
        piece = Pieces(PIECES, code, not given.only_kept)
        table = {}
        for name in given.sets:
            row = ROWS[name]
            judged = row.measure(given.data, piece, PIECES / "readers")
            if judged is not None:
                systems = {system: scores(judged, system) for system in judged.said[0]}
                table[name] = {"of": judged.of, "system": row.system, "bars": row.bars, "systems": systems}
        results = {"code": code, "sets": table}
        if not given.only_sets:
            if given.model.exists():
                results["real_news_by_saved_model"] = saved_model(given.model, given.data / "real_news")
            results["speed"] = speed(given.data)
    show(table)
    print(json.dumps({key: value for key, value in results.items() if key != "sets"}, indent=1))
    given.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
