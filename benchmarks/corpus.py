"""The corpus step: sentence boundaries, reprints, cleaning; throughput and memory of all of it together.

One command: ``python benchmarks/corpus.py [--data FOLDER] [--most N]``. Boundaries and reprints are measured
as in ``benchmarks/sentences.py`` and ``benchmarks/duplicates.py``, the cleaner on tests/data/dirt.jsonl as in
``tests/test_clean.py``. With ``--data`` the sentences of the sets in ``FOLDER/<set>/data.jsonl.gz`` are
recombined into articles of 2,000 characters, half of them English and half Russian, every tenth a reprint,
in a temporary file; ``read_corpus`` reads 1,000, 10,000 and 100,000 of them (at most ``--most``), and then
the two largest sets as they are. As a sentence comes in several articles, every sixth word of it is changed
for another, or all would seem to quote each other. Nothing of the texts is stored.

Each reading is a fresh process with two workers. CPU seconds are those of all three, the start of the
workers included; wall time is that of a machine that may have more to do. Memory is the peak of what a
process holds for itself (RssAnon, looked at ten times a second, Linux only); pages of the mapped files of a
large corpus are not in it, as the system takes them back when it needs them. ``mb_resident`` is the peak with
them (VmHWM).
"""

import argparse
import gzip
import json
import os
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from threading import Thread

import duplicates
import sentences
from newstance.corpus import read_corpus

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import test_clean  # noqa: E402 (the score is that of the tests)

RESULTS = ROOT / "benchmarks" / "results" / "corpus.json"
POOLS = (("un_general_debate",), ("telegram_ru_channels", "nerel_docs"))
WHOLE = ("un_general_debate", "telegram_ru_channels")
SIZES = (1000, 10_000, 100_000)
N_JOBS = 2
N_CHARS = 2000
MIN_CHARS, MAX_WORDS = 40, 30
CHANGED_EVERY, A_PARAGRAPH, COPY_EVERY = 6, 3, 10
STOP = re.compile(r"(?<=[.!?])\s+")
BARS = {"ru": 0.97, "precision": 0.98, "recall": 0.90, "articles_a_second": 800, "mb": 1000}
F1_BAR = 0.95  # of the other languages
MEMORY = (
    "Tables of a large corpus (mb_corpus) lie in mapped files, so the memory of the reading process is that "
    "of the index of reprints and of a few columns."
)

Row = tuple[str, str, str]


def sentences_of(path: Path) -> Iterator[str]:
    """The sentences of a set that are neither very short nor very long, roughly cut, in one line each."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for sentence in STOP.split(json.loads(line)["text"]):
                words = sentence.split()
                if len(words) <= MAX_WORDS and len(sentence) >= MIN_CHARS:
                    yield " ".join(words)


def changed(sentence: str, pool: list[str], rng: random.Random) -> str:
    """``sentence`` with every sixth word from the middle of another one."""
    words, others = sentence.split(), rng.choice(pool).split()[1:-1] or [""]
    for place in range(rng.randrange(1, CHANGED_EVERY), len(words) - 1, CHANGED_EVERY):
        words[place] = rng.choice(others)
    return " ".join(words)


def made_text(pool: list[str], rng: random.Random) -> str:
    """An article of N_CHARS characters of sentences of ``pool``, three to a paragraph."""
    chosen, length = [], 0
    while length < N_CHARS:
        chosen.append(changed(rng.choice(pool), pool, rng))
        length += len(chosen[-1]) + 1
    paragraphs = [" ".join(chosen[n : n + A_PARAGRAPH]) for n in range(0, len(chosen), A_PARAGRAPH)]
    return "\n".join(paragraphs)[:N_CHARS]


def write_articles(pools: list[list[str]], n: int, path: Path) -> None:
    """``n`` articles of ten outlets; every tenth repeats the one before it under another first paragraph."""
    rng = random.Random(1)
    text = ""
    with path.open("w", encoding="utf-8") as lines:
        for number in range(n):
            pool = pools[number // COPY_EVERY % len(pools)]
            again = number % COPY_EVERY == COPY_EVERY - 1
            text = f"{rng.choice(pool)}\n{text.partition(chr(10))[2]}" if again else made_text(pool, rng)
            article = {
                "article_id": f"a{number}",
                "title": rng.choice(pool)[:60],
                "text": text,
                "source": f"outlet {number % COPY_EVERY}",
                "date": f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}",
            }
            lines.write(json.dumps(article, ensure_ascii=False) + "\n")


def children() -> list[Path]:
    """The /proc folders of the processes that this one started and that still run."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [Path("/proc", pid) for task in tasks for pid in task.read_text().split()]


def cpu_seconds(process: Path) -> float:
    """User and system time of a running process."""
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def status_mb(process: Path, field: str) -> int:
    """A field of a running process's status, in MB: VmHWM, RssAnon."""
    lines = (process / "status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(field))


class Watch(Thread):
    """The most memory that this process, and any that it started, ever held for itself."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own = self.worker = 0
        self.start()

    def run(self) -> None:
        """Look, ten times a second, until the process ends."""
        while True:
            self.own = max(self.own, status_mb(Path("/proc/self"), "RssAnon"))
            for child in children():
                with suppress(OSError, StopIteration):  # it has ended
                    self.worker = max(self.worker, status_mb(child, "RssAnon"))
            time.sleep(0.1)


def read_once(path: Path) -> dict:
    """Time and memory of ``read_corpus`` on ``path``, and what it found; to be run in a fresh process."""
    watch = Watch()
    load, started, own = os.getloadavg()[0], time.perf_counter(), time.process_time()
    corpus = read_corpus(path, n_jobs=N_JOBS)
    wall, own = time.perf_counter() - started, time.process_time() - own
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)  # of workers that were replaced
    cpu = own + ended.ru_utime + ended.ru_stime + sum(map(cpu_seconds, children()))
    held = {
        "mb_parent": watch.own,
        "mb_worker": watch.worker,
        "mb_resident": status_mb(Path("/proc/self"), "VmHWM"),
    }
    n_chars = int(corpus.articles["text"].str.len_chars().sum())
    tables = (corpus.articles, corpus.sentences, corpus.removed, corpus.copies)
    return {
        "n_articles": len(corpus),
        "n_sentences": corpus.sentences.height,
        "n_removed": corpus.removed.height,
        "n_copies": corpus.copies.height,
        "n_rejected": corpus.rejected.height,
        "million_chars": round(n_chars / 1e6, 1),
        "wall_s": round(wall, 1),
        "cpu_s": round(cpu, 1),
        "cpu_s_parent": round(own, 1),
        "texts_of_2000_a_second": round(n_chars / N_CHARS / wall),
        "texts_of_2000_a_cpu_second": round(n_chars / N_CHARS / cpu),
        **held,
        "mb_corpus": round(sum(table.estimated_size("mb") for table in tables)),
        "load_before": round(load, 1),
    }


def in_fresh_process(path: Path) -> dict:
    """``read_once`` where nothing else has run before."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(read_once, path).result()


def measure_reading(data: Path, most: int) -> dict[str, dict]:
    """Name of what is read -> scores of ``read_once``."""
    files = {name: data / name / "data.jsonl.gz" for names in POOLS for name in names}
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        pools = [[one for name in names for one in sentences_of(files[name])] for names in POOLS]
        for n in (n for n in SIZES if n <= most):
            path = Path(folder, f"{n}.jsonl")
            write_articles(pools, n, path)
            rows[f"{n:,} made articles"] = in_fresh_process(path)
            path.unlink()
    return rows | {name: in_fresh_process(files[name]) for name in WHOLE}


def measure_cleaning() -> dict[str, dict[str, float]]:
    """Split of tests/data/dirt.jsonl -> precision and recall of the removed characters, and rows."""
    scores = {}
    for split in test_clean.FLOORS:
        precision, recall = test_clean.score(split)
        n_rows = len(test_clean.rows(split))
        scores[split] = {"n_rows": n_rows, "precision": round(precision, 4), "recall": round(recall, 4)}
    return scores


def measure_reprints(data: Path | None) -> dict[str, dict[str, dict]]:
    """Set -> edit -> scores, as ``benchmarks/duplicates.py``."""
    texts = {"made of passages": duplicates.made_set(random.Random(1))}
    for name in duplicates.SETS if data else ():
        path = data / name / "data.jsonl.gz"
        texts[name] = duplicates.read_set(path, random.Random(1))
    return {name: duplicates.measure_quality(duplicates.unlike(some)) for name, some in texts.items()}


def boundary_rows(f1: dict[str, dict[str, dict[str, float]]]) -> Iterator[Row]:
    """Each language with the best peer beside it."""
    for part, splitters in f1.items():
        for lang, own in splitters["newstance"].items():
            peer = max((name for name in splitters if name != "newstance"), key=lambda p: splitters[p][lang])
            figure = f"{own:.3f} (best peer {splitters[peer][lang]:.3f}, {peer})"
            yield f"boundaries, {part}, {lang}: F1", figure, f"{BARS.get(lang, F1_BAR)}"


def reading_row(name: str, one: dict) -> Row:
    """One line on a reading."""
    figure = (
        f"{one['texts_of_2000_a_second']} a second, {one['texts_of_2000_a_cpu_second']} a CPU-second; "
        f"{one['mb_parent']} MB + {N_JOBS} x {one['mb_worker']} MB; the corpus has {one['mb_corpus']}"
    )
    bar = f"{BARS['articles_a_second']} a second, {BARS['mb']} MB"
    return f"reading {name}: texts of 2,000 characters", figure, bar


def table(result: dict) -> str:
    """One Markdown table of all that was measured."""
    rows = list(boundary_rows(result["boundaries"]))
    for name, edits in result["reprints"].items():
        rows += [
            (
                f"reprints, {name}, {edit}: recall / precision",
                f"{s['recall']:.3f} / {s['precision']:.3f}",
                "0.98 / 0.99",
            )
            for edit, s in edits.items()
        ]
    for split, s in result["cleaning"].items():
        bar = f"{BARS['precision']:.2f} / {BARS['recall']:.2f}"
        rows.append(
            (f"cleaning, {split}: precision / recall", f"{s['precision']:.3f} / {s['recall']:.3f}", bar)
        )
    rows += [reading_row(name, one) for name, one in result["reading"].items()]
    return "\n".join(
        ["| measured | figure | bar |", "|---|---|---|", *("| " + " | ".join(row) + " |" for row in rows)]
    )


def main() -> None:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with <set>/data.jsonl.gz")
    parser.add_argument("--most", type=int, default=SIZES[-1], help="no reading of more made articles")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the JSON goes")
    arguments = parser.parse_args()
    result = {
        "boundaries": sentences.measure(sentences.read_gold(sentences.GOLD)),
        "reprints": measure_reprints(arguments.data),
        "cleaning": measure_cleaning(),
        "reading": measure_reading(arguments.data, arguments.most) if arguments.data else {},
        "memory": MEMORY,
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{table(result)}\n\n{MEMORY}")


if __name__ == "__main__":
    main()
