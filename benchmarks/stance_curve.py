"""How far a few judgements of one's own go: the reader alone, a head without it, and a head on top of it.

python benchmarks/stance_curve.py --data FOLDER [--draws N]

On two sets that the shipped reader has not seen: the judgements of the sample, and the sentences of real_news
in FOLDER. So many judgements, of whole articles, are drawn to fit; all other articles are asked. Writes
results/stance_curve.json.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score
from threadpoolctl import threadpool_limits

from stance_sets import ROOT, SCORED, Pairs, real_news, sample
from stance_systems import fit_and_ask, read, shipped_reader

RESULTS = ROOT / "benchmarks/results/stance_curve.json"
SIZES = (8, 30, 64, 200, 500)


def drawn(pairs: Pairs, size: int, rng: np.random.Generator) -> np.ndarray | None:
    """Whether each pair is fitted to, (n,): whole groups until there are ``size``, all stances among them;
    None where less than a third would be left to ask."""
    if size > 2 * len(pairs.y) / 3:
        return None
    names, group = np.unique(pairs.groups, return_inverse=True)
    for _ in range(100):
        order = rng.permutation(len(names))
        sizes = np.bincount(group)[order].cumsum()
        chosen = np.isin(group, order[: np.searchsorted(sizes, size) + 1])
        if len(np.unique(pairs.y[chosen])) == SCORED:
            return chosen
    return None


def curve(pairs: Pairs, n_draws: int) -> list[dict]:
    """Macro-F1 of the three systems at each size: mean and standard error over draws."""
    reader, rows = shipped_reader(), []
    for size in SIZES:
        scores: dict[str, list[float]] = {"reader alone": [], "labels alone": [], "both": []}
        for seed in range(n_draws):
            fitted = drawn(pairs, size, np.random.default_rng([size, seed]))
            if fitted is None:
                continue
            train, test = pairs.take(np.flatnonzero(fitted)), pairs.take(np.flatnonzero(~fitted))
            said = {
                "reader alone": read(reader, test),
                "labels alone": fit_and_ask(train, test, None),
                "both": fit_and_ask(train, test, reader),
            }
            for name, probas in said.items():
                labels = list(range(SCORED))
                found = f1_score(
                    test.y, probas.argmax(axis=1), labels=labels, average="macro", zero_division=0
                )
                scores[name].append(float(found))
        if scores["both"]:
            error = {name: float(np.std(own, ddof=1) / len(own) ** 0.5) for name, own in scores.items()}
            mean = {name: float(np.mean(own)) for name, own in scores.items()}
            rows.append({"judgements": size, "draws": len(scores["both"]), "macro_f1": mean, "error": error})
    return rows


def main() -> None:
    """Print the curves and write them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--output", type=Path, default=RESULTS)
    given = parser.parse_args()
    with threadpool_limits(limits=1, user_api="blas"):
        sets = {"the sample": sample(), "real_news": real_news(given.data)[0]}
        found = {name: curve(pairs, given.draws) for name, pairs in sets.items()}
    print("| set | judgements | reader alone | labels alone | both |\n|---|---|---|---|---|")
    for name, rows in found.items():
        for row in rows:
            cells = [f"{mean:.3f} ± {row['error'][key]:.3f}" for key, mean in row["macro_f1"].items()]
            print(f"| {name} | {row['judgements']} | " + " | ".join(cells) + " |")
    given.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
