"""The corpus step: sentence boundaries, reprints, cleaning, and the throughput of all of it together.

One command: ``python benchmarks/corpus.py [--data FOLDER] [--most N]``. Boundaries and reprints are those of
``benchmarks/sentences.py`` and ``benchmarks/duplicates.py``; the cleaner is scored on tests/data/dirt.jsonl
as in tests/test_clean.py. With ``--data`` the texts of SETS in ``FOLDER/<set>/data.jsonl.gz`` are recombined
into articles of 2,000 characters, half of them English and half Russian, in a temporary file, and
``read_corpus`` reads 1,000, 10,000 and 100,000 of them with two processes; then it reads the two largest sets
as they are. Each reading is a fresh process. Nothing of the texts is stored.

CPU seconds are those of the reading process and its workers, the start of the workers included; wall time
is that of a machine that may have more to do. Memory is the peak of a process (VmHWM, Linux only), which for
the reading one includes the whole finished corpus.
"""

import argparse
import gzip
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "corpus.json"
ENGLISH, RUSSIAN = ("un_general_debate",), ("telegram_ru_channels", "nerel_docs")
WHOLE = ("un_general_debate", "telegram_ru_channels")
SIZES = (1000, 10_000, 100_000)
N_JOBS = 2
N_CHARS = 2000
# Far fewer than the 40 words in a row that make a reprint, as a piece comes in several articles.
PIECE_CHARS = 150
COPY_EVERY = 10
SENTENCE = re.compile(r"(?<=[.!?])\s+")


def pieces_of(path: Path) -> Iterator[str]:
    """The texts of a set, cut after the first full stop that PIECE_CHARS have passed."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            piece = ""
            for sentence in SENTENCE.split(json.loads(line)["text"]):
                piece = f"{piece} {sentence}".strip()
                if len(piece) >= PIECE_CHARS:
                    yield " ".join(piece[: 2 * PIECE_CHARS].split())
                    piece = ""


def write_articles(pools: list[list[str]], n: int, path: Path) -> None:
    """``n`` articles of pieces of one pool each; every tenth is an earlier one with another first piece."""
    rng = random.Random(1)
    last: list[str] = []
    with path.open("w", encoding="utf-8") as lines:
        for number in range(n):
            pool = pools[number // COPY_EVERY % len(pools)]
            if number % COPY_EVERY == COPY_EVERY - 1:
                last = [rng.choice(pool), *last[1:]]
            else:
                last = []
                while sum(map(len, last)) + len(last) < N_CHARS:
                    last.append(rng.choice(pool))
            article = {
                "article_id": f"a{number}",
                "title": rng.choice(pool)[:60],
                "text": "\n".join(last)[:N_CHARS],
                "source": f"outlet {number % 20}",
                "date": f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}",
            }
            lines.write(json.dumps(article, ensure_ascii=False) + "\n")
