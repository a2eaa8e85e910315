"""What a training and a prediction cost as articles grow: CPU time, wall time and memory, step by step.

One command: ``python benchmarks/scale.py [--data FOLDER] [--articles 10000 100000]``. An article has four
sentences, drawn from documents of one subject: of the sets in SETS below ``FOLDER`` (nothing of them is
stored), or, without ``--data``, of the articles of the sample. Subjects are groups of documents by KMeans,
large enough that articles seldom share two sentences. Each article has an outlet and a date and states no
language. A step's memory is the most that the process has held up to its end, files that are mapped included;
workers that read articles are processes of their own, and ``mb`` is that of the largest.
"""

import argparse
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

import newstance
from newstance.corpus.sentences.split import split
from newstance.progress import Silence, TimedSteps

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "scale.json"
SETS = {
    "un_general_debate": "en",
    "telegram_ru_channels": "ru",
    "bbc_raw": "en",
    "fakes_syria": "en",
    "nerel_docs": "ru",
}
N_SENTENCES, LENGTHS = 4, (40, 300)
DOCUMENTS_A_SUBJECT = 40
N_OUTLETS, N_DAYS, FIRST_DAY = 40, 365, date(2024, 1, 1)
ARTICLES_A_FILE = 50_000


def subjects(data: Path | None) -> list[list[str]]:
    """The sentences of the documents of each subject, those of a usual length."""
    if data is None:
        sentences = newstance.read_corpus(ROOT / "data/sample/articles").sentences
        found = {"": sentences.group_by("article_id", maintain_order=True).agg("text")["text"].to_list()}
    else:
        found = {name: list(of_set(data / name, lang)) for name, lang in SETS.items()}
    return [group for documents in found.values() for group in grouped(documents)]


def grouped(documents: list[list[str]]) -> list[list[str]]:
    """The sentences of ``documents`` in groups of about forty documents that are alike."""
    from sklearn.cluster import MiniBatchKMeans

    usual = [[one for one in text if LENGTHS[0] <= len(one) <= LENGTHS[1]] for text in documents]
    usual = [text for text in usual if text]
    n = max(1, len(usual) // DOCUMENTS_A_SUBJECT)
    vectors = newstance.load_encoder().encode([" ".join(text[:8]) for text in usual])
    groups: list[list[str]] = [[] for _ in range(n)]
    for group, text in zip(MiniBatchKMeans(n, random_state=0).fit_predict(vectors), usual, strict=True):
        groups[group] += text
    return [group for group in groups if len(group) >= N_SENTENCES]


def of_set(folder: Path, lang: str) -> Iterator[list[str]]:
    """The sentences of each text of a public set."""
    with gzip.open(folder / "data.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line)["text"]
            yield [text[start:end] for start, end in split(text, lang)]


def write_articles(texts: list[list[str]], n: int, folder: Path) -> None:
    """``n`` articles of the subjects ``texts``, as files of JSON lines."""
    random, sizes = Random(n), list(accumulate(map(len, texts)))
    for start in range(0, n, ARTICLES_A_FILE):
        with (folder / f"{start:08d}.jsonl").open("w", encoding="utf-8") as file:
            for number in range(start, min(n, start + ARTICLES_A_FILE)):
                day = FIRST_DAY + timedelta(days=random.randrange(N_DAYS))
                row = {
                    "article_id": f"a{number}",
                    "text": " ".join(random.sample(random.choices(texts, cum_weights=sizes)[0], N_SENTENCES)),
                    "source": f"Outlet {random.randrange(N_OUTLETS)}",
                    "published": day.isoformat(),
                }
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


def train_once(config: str, articles: str, out: str) -> None:
    """Train in this process, and print what each step took."""
    steps = TimedSteps(Silence())
    places = {"models": f"{out}/models", "results": f"{out}/results", "tracking": None}
    settings = {
        "corpus": {"path": articles},
        "output": places,
        "encoder": {"cache": None},
        "evaluation": {"themes": None},
    }
    trained = newstance.train(config, progress=steps, **settings)
    print(json.dumps({"steps": steps.table.to_dicts(), "n_themes": trained.results.summary.n_themes}))


def measured(command: list[str]) -> dict:
    """CPU seconds, wall seconds and the MB of the largest process of a command, and what it prints last."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said = done.stdout.strip().rpartition("\n")[2]
    return {
        "cpu_s": round(cpu),
        "wall_s": round(time.perf_counter() - start),
        "mb": round(after.ru_maxrss / 1024),
        **(json.loads(said) if said.startswith("{") else {}),
    }


def rows_for(texts: list[list[str]], n: int, config: str, workers: int) -> dict:
    """Training on ``n`` articles, and predicting them by its model."""
    with tempfile.TemporaryDirectory() as scratch:
        articles = Path(scratch, "articles")
        articles.mkdir()
        write_articles(texts, n, articles)
        train = [sys.executable, __file__, "--train", config, str(articles), scratch]
        row = {"articles": n, "train": measured(train)}
        model = next(Path(scratch, "models").glob("[!.]*"))
        newstance_command = str(Path(sys.executable).with_name("newstance"))
        predict = [newstance_command, "predict", str(model), str(articles), "-o", f"{scratch}/parts"]
        return row | {"predict": measured([*predict, "--workers", str(workers)])}


def main() -> None:
    """Measure, print, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--config", default="configs/quickstart.yaml", help="of the training")
    parser.add_argument("--workers", type=int, default=2, help="processes that predict")
    parser.add_argument("--train", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.train:
        train_once(*given.train)
        return
    texts, rows = subjects(given.data), []
    for n in given.articles:
        rows.append(rows_for(texts, n, given.config, given.workers))
        print(json.dumps(rows[-1], indent=1), flush=True)
        RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
