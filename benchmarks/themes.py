"""Found and named themes beside those of peers, over the same vectors.

python benchmarks/themes.py --data FOLDER [--sets A B] [--systems A B] [--seeds 0 1 2]

FOLDER holds the public sets (README.md here). Each set, system and seed is a piece of its own, kept under
.cache/bench-themes with the labels it gave; a run makes the pieces that are missing, or that other code of
newstance.themes made, and tells the scores of all. So a run may be stopped and taken up again.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score
from threadpoolctl import threadpool_limits

from newstance.embed import load_encoder
from newstance.tables import NOISE
from newstance.themes.config import ThemesConfig
from themes_named import cross_validated, zero_shot
from themes_sets import DEVELOPMENT, ROOT, SETS, TextSet, load_set
from themes_systems import SYSTEMS, Found, newstance

RESULTS = ROOT / "benchmarks/results/themes.json"
PIECES = ROOT / ".cache/bench-themes"
OUTLET_BIAS = ("keep", "remove")
# What decides the themes of newstance, beside the encoder: code, and the settings but for these.
FINDING = ("assign", "discover", "found", "model", "named", "space", "tree")
NOT_FINDING = {"labels", "name_lang", "n_keywords", "translations"}
WITHIN = 1.5  # a number of themes is right up to this factor


def code_fingerprint() -> str:
    """Changes whenever newstance may find other themes."""
    parts = [(ROOT / f"src/newstance/themes/{name}.py").read_bytes() for name in FINDING]
    settings = {key: value for key, value in ThemesConfig().model_dump().items() if key not in NOT_FINDING}
    told = json.dumps(settings, sort_keys=True) + load_encoder().fingerprint
    return hashlib.sha256(b"".join(parts) + told.encode()).hexdigest()[:16]


def kept_piece(name: str, made_by: str) -> dict | None:
    """The piece ``name``, or None where there is none that ``made_by`` made."""
    path = PIECES / f"{name}.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return kept if kept is not None and kept["made_by"] == made_by else None


def make_piece(name: str, made_by: str, make: Callable[[], dict]) -> dict:
    """Make the piece ``name`` and keep it."""
    start = time.time()
    made = {"made_by": made_by, **make()}
    PIECES.mkdir(parents=True, exist_ok=True)
    (PIECES / f"{name}.json").write_text(json.dumps(made), encoding="utf-8")
    print(f"made {name} in {time.time() - start:.0f} s", file=sys.stderr, flush=True)
    return made


def scores(found: Found, truth: np.ndarray) -> dict:
    """Scores of ``found`` beside the labels ``truth`` (n_texts,), and the labels it gave."""
    coarse = found.coarse
    return {
        "ami": adjusted_mutual_info_score(truth, found.labels),
        "n_themes": len(set(found.labels.tolist()) - {NOISE}),
        "noise": float(np.mean(found.labels == NOISE)),
        "ami_coarse": None if coarse is None else adjusted_mutual_info_score(truth, coarse),
        "n_coarse": None if coarse is None else len(set(coarse.tolist()) - {NOISE}),
        "cpu_seconds": found.cpu_seconds,
        "labels": found.labels.tolist(),
    }


def of_seeds(runs: list[dict], n_labels: int) -> dict:
    """Means over the runs of several seeds, with the standard error of the AMI."""
    amis = [run["ami"] for run in runs]
    agreement = [adjusted_rand_score(a["labels"], b["labels"]) for a, b in combinations(runs, 2)]
    near = [
        any(n and max(n / n_labels, n_labels / n) <= WITHIN for n in (run["n_themes"], run["n_coarse"]))
        for run in runs
    ]
    return {
        "n_labels": n_labels,
        "seeds": len(runs),
        "ami": float(np.mean(amis)),
        "ami_se": float(np.std(amis, ddof=1) / len(amis) ** 0.5) if len(amis) > 1 else None,
        "ami_coarse": _mean([run["ami_coarse"] for run in runs if run["ami_coarse"] is not None]),
        "n_themes": [run["n_themes"] for run in runs],
        "n_coarse": [run["n_coarse"] for run in runs],
        "number_within_1.5": float(np.mean(near)),
        "noise": _mean([run["noise"] for run in runs]),
        "seed_to_seed_ari": _mean(agreement),
        "cpu_seconds": _mean([run["cpu_seconds"] for run in runs]),
    }


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def warm_up() -> None:
    """Compile what umap compiles, which would count for the first system alone."""
    from newstance.themes.layout import umap_layout

    umap_layout(np.random.default_rng(0).normal(size=(200, 32)).astype(np.float32), 5, 15, 0.0, 0)


class Bench:
    """The pieces of a run; sets are loaded when a piece needs one."""

    def __init__(self, data: Path, seeds: list[int], only_kept: bool) -> None:
        self.data, self.seeds, self.only_kept = data, seeds, only_kept
        self.code = code_fingerprint()
        self._loaded: dict[str, TextSet] = {}

    def texts(self, name: str) -> TextSet:
        """The set ``name``; only the last one stays in memory."""
        if name not in self._loaded:
            self._loaded = {name: load_set(name, self.data)}
        return self._loaded[name]

    def made(self, name: str, ours: bool, make: Callable[[], dict]) -> dict | None:
        """The piece ``name``; None where it is missing and only kept ones are asked for."""
        made_by = self.code if ours else load_encoder().fingerprint
        kept = kept_piece(name, made_by)
        return kept if kept is not None or self.only_kept else make_piece(name, made_by, make)

    def system(self, name: str, system: str) -> dict | None:
        """Scores of a system on a set, over the seeds."""
        ours = system == "newstance"
        runs = [
            self.made(f"{name}.{system}.{seed}", ours, partial(self._run, name, system, seed))
            for seed in self.seeds
        ]
        kept = [run for run in runs if run is not None]
        return of_seeds(kept, kept[0]["n_labels"]) if kept else None

    def _run(self, name: str, system: str, seed: int) -> dict:
        texts = self.texts(name)
        return scores(SYSTEMS[system](texts, seed), texts.labels) | {"n_labels": texts.n_labels}

    def outlets(self) -> dict:
        """How much the themes of one war's news say of its outlets."""
        table = {}
        for bias in OUTLET_BIAS:
            runs = [
                self.made(f"outlet_bias={bias}.{seed}", True, partial(self._with_outlets, bias, seed))
                for seed in self.seeds
            ]
            kept = [run for run in runs if run is not None]
            if kept:
                table[f"outlet_bias={bias}"] = {
                    "ami_with_outlet": [run["ami"] for run in kept],
                    "n_themes": [run["n_themes"] for run in kept],
                }
        return table

    def _with_outlets(self, bias: str, seed: int) -> dict:
        texts = self.texts("fakes_syria")
        return scores(newstance(texts, seed, outlet_bias=bias), texts.sources)

    def named(self, model: Path) -> dict:
        """Named themes on sentences of real news: without labels, and with labels of other articles."""
        gold = self.data / "real_news"
        runs = [
            self.made(f"named.labels.{seed}", True, partial(cross_validated, gold, seed))
            for seed in self.seeds
        ]
        table: dict = {"cross_validated": [run for run in runs if run is not None]}
        if model.exists() or self.only_kept:
            table["zero_shot"] = self.made("named.zero_shot", True, partial(zero_shot, model, gold))
        return table

    def alone(self) -> dict:
        """CPU seconds of a fit on BBC News, vectors given, each in a fresh process: imports counted."""
        table = {}
        for system in ("newstance", "bertopic", "topica"):
            if self.only_kept or installed(system):
                run = partial(_in_fresh_process, system, self.data)
                table[system] = self.made(f"alone.{system}", system == "newstance", run)
        return {system: made for system, made in table.items() if made is not None}


def _in_fresh_process(system: str, data: Path) -> dict:
    command = [sys.executable, __file__, "--data", str(data), "--alone", system]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def installed(system: str) -> bool:
    """Whether the package of a peer is there."""
    return system in ("newstance", "kmeans_true_k") or find_spec(system) is not None


def fit_alone(system: str, data: Path) -> None:
    """Print the CPU seconds of one fit in this process, with and without its imports."""
    texts = load_set("bbc_raw", data)
    start = time.process_time()
    found = SYSTEMS[system](texts, 0)
    print(json.dumps({"cpu_seconds": time.process_time() - start, "of_the_fit": found.cpu_seconds}))


def show(table: dict[str, dict[str, dict]]) -> None:
    """Print the scores of sets and systems."""
    print("| set (labels) | system | AMI | coarse | themes | coarse | noise | seed-to-seed ARI | CPU s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, systems in table.items():
        for system, row in systems.items():
            error = "" if row["ami_se"] is None else f" ± {row['ami_se']:.3f}"
            cells = [
                f"{name} ({row['n_labels']})",
                system,
                f"{row['ami']:.3f}{error}",
                _cell(row["ami_coarse"]),
                ", ".join(map(str, row["n_themes"])),
                ", ".join(str(n) for n in row["n_coarse"] if n),
                f"{row['noise']:.2f}",
                _cell(row["seed_to_seed_ari"]),
                f"{row['cpu_seconds']:.1f}",
            ]
            print("| " + " | ".join(cells) + " |")


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def means(table: dict[str, dict[str, dict]]) -> dict[str, dict]:
    """Means over the sets, of each system that has them all."""
    found = {}
    for system in SYSTEMS:
        rows = [systems[system] for systems in table.values() if system in systems]
        if len(rows) == len(table):
            found[system] = {
                "ami": _mean([row["ami"] for row in rows]),
                "sets_with_number_within_1.5": sum(row["number_within_1.5"] > 0.5 for row in rows),
                "seed_to_seed_ari": _mean([row["seed_to_seed_ari"] or 0.0 for row in rows]),
                "noise": _mean([row["noise"] for row in rows]),
            }
    return found


def main() -> None:
    """Make what is missing, print the tables, write the scores."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", choices=[*SETS, *DEVELOPMENT], default=list(SETS))
    parser.add_argument("--systems", nargs="+", choices=list(SYSTEMS), default=list(SYSTEMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--model", type=Path, default=ROOT / "models/quickstart", help="for the named themes")
    parser.add_argument("--only-kept", action="store_true", help="make nothing, tell what is there")
    parser.add_argument("--only-sets", action="store_true", help="neither outlets, named themes nor CPU")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--alone", choices=list(SYSTEMS), help=argparse.SUPPRESS)
    given = parser.parse_args()
    with threadpool_limits(limits=1, user_api="blas"):
        if given.alone:
            fit_alone(given.alone, given.data)
            return
        if not given.only_kept:
            warm_up()
        bench = Bench(given.data, given.seeds, given.only_kept)
        systems = [system for system in given.systems if given.only_kept or installed(system)]
        if missing := sorted(set(given.systems) - set(systems)):
            print(f"not installed, so left out: {', '.join(missing)} (pip install -e '.[bench]')")
        told = {name: {system: bench.system(name, system) for system in systems} for name in given.sets}
        table = {
            name: {system: row for system, row in rows.items() if row is not None}
            for name, rows in told.items()
        }
        results = {"code": bench.code, "sets": table, "means": means(table)}
        if not given.only_sets:
            results |= {"outlets": bench.outlets(), "named": bench.named(given.model), "alone": bench.alone()}
    show(table)
    print(json.dumps({key: value for key, value in results.items() if key != "sets"}, indent=1))
    given.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
