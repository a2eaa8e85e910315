"""Reprints: recall and precision on planted edits, articles a CPU-second, memory.

One command: ``python benchmarks/duplicates.py [--data FOLDER] [--large]``. Without ``--data`` the texts are
300 made of tests/data/sentences.jsonl. With it they are those of ``FOLDER/<set>/data.jsonl.gz`` (the sets of
SETS that are there), of which nothing is stored. Texts that are alike by themselves are left out first, by a
measure that is not the one under test (Jaccard index of the sets of words of every pair of texts), so a row
that joins two different texts counts as wrong. Every second text gets one copy per edit. The speed is that
of made texts of 2,000 characters with a fifth of copies, in one process; CPU time, rough on a busy machine.
"""

import argparse
import gzip
import json
import random
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl

from newstance.corpus.reprints.copies import find_copies

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import planted  # noqa: E402 (the edits are those of the tests)

PASSAGES = ROOT / "tests" / "data" / "sentences.jsonl"
RESULTS = ROOT / "benchmarks" / "results" / "duplicates.json"
SETS = ("telegram_ru_channels", "nerel_docs", "fakes_syria", "bbc_raw", "tgcontest_categories")
N_TEXTS, MIN_WORDS, MAX_CHARS = 2000, 12, 6000
# Two texts with this share of their words in common may well be true reprints of each other.
ALIKE = 0.4
N_CHARS = 2000
BLOCK_WORDS = 60


def read_set(path: Path, rng: random.Random) -> list[str]:
    """A sample of the different texts of a file, of at least MIN_WORDS words."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = list(dict.fromkeys(json.loads(line)["text"][:MAX_CHARS] for line in lines))
    texts = [text for text in texts if len(text.split()) >= MIN_WORDS]
    return rng.sample(texts, min(N_TEXTS, len(texts)))


def made_set(rng: random.Random) -> list[str]:
    """300 texts of five passages each."""
    lines = PASSAGES.read_text(encoding="utf-8").splitlines()
    passages = [text for text in {json.loads(line)["text"]: 0 for line in lines} if len(text.split()) <= 30]
    texts: list[str] = []
    while len(texts) < 300:
        rng.shuffle(passages)
        texts += [" ".join(passages[n : n + 5]) for n in range(0, len(passages) - 4, 5)]
    return texts[:300]


def unlike(texts: list[str]) -> list[str]:
    """The texts that share fewer than ALIKE of their words with every one before them."""
    from sklearn.feature_extraction.text import CountVectorizer

    words = CountVectorizer(binary=True, dtype=np.int32).fit_transform(texts)
    sizes = np.maximum(np.asarray(words.sum(axis=1)).ravel(), 1)
    kept = []
    for start in range(0, len(texts), 500):
        shared = (words[start : start + 500] @ words.T).toarray()
        jaccard = shared / (sizes[start : start + 500, None] + sizes - shared)
        alike = np.tril(jaccard >= ALIKE, k=start - 1).any(axis=1)
        kept += [start + n for n in np.flatnonzero(~alike).tolist()]
    return [texts[n] for n in kept]


def wilson(right: int, n: int) -> list[float]:
    """95 % interval of a share (Wilson 1927)."""
    if not n:
        return [0.0, 1.0]
    z, share = 1.96, right / n
    centre, spread = share + z * z / (2 * n), z * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return [round((centre + sign * spread) / (1 + z * z / n), 4) for sign in (-1, 1)]


def score(copies: pl.DataFrame, truth: dict[str, str]) -> dict:
    """Recall and precision with intervals; the precision is of all rows."""
    found = zip(copies["article_id"], copies["duplicate_of"], strict=True)
    right = sum(truth.get(copy) == original for copy, original in found)
    return {
        "n_planted": len(truth),
        "n_found": copies.height,
        "recall": round(right / len(truth), 4),
        "recall_95": wilson(right, len(truth)),
        "precision": round(right / max(copies.height, 1), 4),
        "precision_95": wilson(right, copies.height),
    }


def measure_quality(texts: list[str]) -> dict[str, dict]:
    """Edit -> scores. Blocks are planted into texts of 40 words or more that have no copy."""
    others, bases = texts[: len(texts) // 5], texts[len(texts) // 5 :]
    scores = {}
    for name, edit in planted.EDITS.items():
        articles, truth = planted.plant(bases, others, edit, seed=1)
        copies = find_copies(articles)
        # Two unlike texts may truly have a block in common, so partial rows are not judged here.
        near = copies.filter((pl.col("kind") != "partial") | pl.col("article_id").is_in(list(truth)))
        scores[name] = score(near, truth)
    long = [text for text in bases if len(text.split()) > BLOCK_WORDS + 10]
    articles, truth = planted.plant_blocks(long, BLOCK_WORDS, seed=2)
    known = find_copies(articles.filter(~pl.col("article_id").is_in(list(truth))))["article_id"]
    copies = find_copies(articles).filter(~pl.col("article_id").is_in(known.to_list()))
    scores[f"block of {BLOCK_WORDS} words"] = score(copies, truth)
    return scores


def made_articles(n: int, rng: np.random.Generator) -> pl.DataFrame:
    """``n`` articles of N_CHARS characters, four fifths of them of random words, the others copies."""
    letters = np.array(list("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф"))
    lengths = rng.integers(2, 12, 20_000)
    vocabulary = np.array(["".join(rng.choice(letters, length)) for length in lengths])
    n_words = N_CHARS // 8 + 150
    texts: list[str] = []
    for position in range(n):
        if position % 5 == 4:
            words = texts[rng.integers(len(texts))].split(" ")
            for changed in rng.integers(0, len(words), len(words) // 12):
                words[changed] = vocabulary[rng.integers(len(vocabulary))]
        else:
            # Squared, as a few words are frequent in any language.
            words = vocabulary[(rng.random(n_words) ** 2 * len(vocabulary)).astype(int)].tolist()
        texts.append(" ".join(words)[:N_CHARS])
    return planted.articles_of(texts)


def memory_mb(field: str) -> int:
    """``VmRSS`` (now) or ``VmHWM`` (peak) of this process, in MB; Linux only."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(field))


def measure_speed(sizes: list[int]) -> list[dict]:
    """Articles a CPU-second, and memory used on top of the articles, for each number of articles."""
    find_copies(made_articles(200, np.random.default_rng(0)))
    rows = []
    for n in sizes:
        articles = made_articles(n, np.random.default_rng(1))
        before = memory_mb("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # sets the peak back to what is used now
        started = time.process_time()
        copies = find_copies(articles)
        seconds = time.process_time() - started
        rows.append(
            {
                "n_articles": n,
                "n_copies": copies.height,
                "articles_per_cpu_second": round(n / seconds),
                "mb_before": before,
                "mb_added": memory_mb("VmHWM") - before,
            }
        )
    return rows


def table(quality: dict[str, dict], speed: list[dict]) -> str:
    """Two Markdown tables."""
    lines = ["| texts | edit | planted | recall | 95 % | precision | 95 % |", "|---" * 7 + "|"]
    for name, part in quality.items():
        for edit, s in part["edits"].items():
            low, high = s["recall_95"], s["precision_95"]
            lines.append(
                f"| {name} | {edit} | {s['n_planted']} | {s['recall']:.3f} | {low[0]:.3f}-{low[1]:.3f} "
                f"| {s['precision']:.3f} | {high[0]:.3f}-{high[1]:.3f} |"
            )
    lines += [
        "",
        "| articles | copies | articles a CPU-second | MB before | MB added |",
        "|---" * 5 + "|",
    ]
    lines += ["| " + " | ".join(str(value) for value in row.values()) + " |" for row in speed]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print the tables, write the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with <set>/data.jsonl.gz")
    parser.add_argument("--large", action="store_true", help="time 100,000 articles too")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the JSON goes")
    arguments = parser.parse_args()
    sizes = [1000, 10_000] + [100_000] * arguments.large
    speed = measure_speed(sizes)
    sets = {"made of passages": made_set(random.Random(1))}
    if arguments.data:
        files = {name: arguments.data / name / "data.jsonl.gz" for name in SETS}
        sets |= {name: read_set(path, random.Random(1)) for name, path in files.items() if path.exists()}
    quality = {}
    for name, texts in sets.items():
        bases = unlike(texts)
        quality[name] = {
            "n_texts": len(bases),
            "n_alike": len(texts) - len(bases),
            "edits": measure_quality(bases),
        }
    result = {"versions": {"rensa": version("rensa")}, "quality": quality, "speed": speed}
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(table(quality, speed))


if __name__ == "__main__":
    main()
