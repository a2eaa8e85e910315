"""The report of a large collection: size, CPU seconds to build, and what a browser needs to show it.

One command: ``python benchmarks/report.py [--articles N]``. The results are made up: articles with ten
sentences each in six languages, forty outlets, sixty themes and twelve targets, three years of dates, words
of the sample. The page is built from results whose summary is known, as loaded ones have it. Where Chromium
is there (``--browser``), it opens the page without a graphics card and tells when it first paints, and how
long the map takes to be drawn and to follow a filter, with these articles and with 200,000
(``benchmarks/report.js``). Medians; CPU and wall time, rough on a busy machine.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from newstance.report import render
from newstance.results import Results
from newstance.tables import (
    ARTICLES,
    JUDGED,
    SENTENCES,
    STANCE_OF,
    STANCES,
    THEME_OF_ARTICLE,
    THEMES,
)

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from found import no_results  # noqa: E402 (results of nothing, filled here)

RESULTS = ROOT / "benchmarks" / "results" / "report.json"
ASKED = ROOT / "benchmarks" / "report.js"
PASSAGES = ROOT / "tests" / "data" / "sentences.jsonl"
N_SENTENCES, N_SOURCES, N_THEMES, N_TARGETS, N_DAYS, N_JUDGED = 10, 40, 60, 12, 1095, 2000
LANGS = ("en", "ru", "uk", "de", "fr", "ar")
MENTIONED = 0.3  # of the sentences name a target
WAIT = 180  # seconds that a browser may take


def words_of(rng: random.Random) -> list[str]:
    """Words of the sample's passages."""
    lines = PASSAGES.read_text(encoding="utf-8").splitlines()
    words = sorted({word for line in lines for word in json.loads(line)["text"].split()})
    rng.shuffle(words)
    return words


def made(n: int, seed: int = 0) -> Results:
    """Made-up results of ``n`` articles."""
    rng, numbers = random.Random(seed), np.random.default_rng(seed)
    words = words_of(rng)
    keys = [f"{LANGS[number % 6]}-{number:07d}" for number in range(n)]
    theme = numbers.choice(N_THEMES + 1, n, p=_falling(N_THEMES + 1)) - 1
    articles = pl.DataFrame(
        {
            "article_id": keys,
            "title": [" ".join(rng.choices(words, k=9)) for _ in keys],
            "text": [""] * n,
            "source": [f"The {words[one]} {words[-one - 1]}" for one in numbers.integers(N_SOURCES, size=n)],
            "published": [date(2021, 1, 4) + timedelta(int(one)) for one in numbers.integers(N_DAYS, size=n)],
            "lang": [key[:2] for key in keys],
            "url": [f"https://outlet.example/2021/{key}/{number % 9973}" for number, key in enumerate(keys)],
            "duplicate_of": [keys[number - 1] if number % 20 == 19 else None for number in range(n)],
            "n_sentences": [N_SENTENCES] * n,
        },
        schema=ARTICLES,
    )
    base = no_results(articles=articles, sentences=_sentences(articles, words, rng))
    centres = numbers.normal(scale=6, size=(N_THEMES + 1, 2))
    places = centres[theme] + numbers.normal(size=(n, 2))
    of_article = {"article_id": keys, "theme_id": theme, "proba": numbers.uniform(0.5, 1, n)}
    return replace(
        base,
        name="made up",
        themes=_themes(words),
        theme_of_article=_filled(pl.DataFrame(of_article), THEME_OF_ARTICLE),
        stances=_stances(base.corpus.sentences, numbers),
        layout=pl.DataFrame({"article_id": keys, "x": places[:, 0], "y": places[:, 1]}),
        metrics={"stance/f1_macro": 0.7, "stance/f1_macro_low": 0.68, "stance/f1_macro_high": 0.72},
        judged=_judged(numbers),
        n_bootstrap=100,
    )


def _falling(n: int) -> np.ndarray:
    shares = 1 / np.arange(4, n + 4)
    return shares / shares.sum()


def _filled(table: pl.DataFrame, schema: Any) -> pl.DataFrame:
    missing = {name: pl.lit(None, kind) for name, kind in schema.items() if name not in table.columns}
    return table.with_columns(**missing).select(pl.col(name).cast(kind) for name, kind in schema.items())


def _sentences(articles: pl.DataFrame, words: list[str], rng: random.Random) -> pl.DataFrame:
    keys = articles["article_id"].to_list()
    texts = [" ".join(rng.choices(words, k=18)) for _ in range(N_SENTENCES * len(keys))]
    return _filled(
        pl.DataFrame(
            {
                "article_id": np.repeat(keys, N_SENTENCES),
                "sentence": np.tile(np.arange(1, N_SENTENCES + 1), len(keys)),
                "part": "body",
                "text": texts,
                "lang": np.repeat([key[:2] for key in keys], N_SENTENCES),
            }
        ),
        SENTENCES,
    )


def _themes(words: list[str]) -> pl.DataFrame:
    rows = [
        {
            "theme_id": number,
            "name": " ".join(words[3 * number : 3 * number + 2]),
            "named_by": "keywords",
            "level": 0,
            "keywords": [{"lang": lang, "words": words[5 * number : 5 * number + 6]} for lang in LANGS],
            "size": 1,
            "n_sources": 3,
            "n_langs": 6,
            "lang_entropy": 2.0,
            "stability": 0.8,
            "median_proba": 0.8,
            "n_near_misses": 0,
            "examples": [],
        }
        for number in range(N_THEMES)
    ]
    return _filled(pl.DataFrame(rows, schema_overrides={"examples": THEMES["examples"]}), THEMES)


def _stances(sentences: pl.DataFrame, numbers: np.random.Generator) -> pl.DataFrame:
    rows = sentences.filter(pl.Series(numbers.uniform(size=sentences.height) < MENTIONED))
    probas = numbers.dirichlet((1, 1, 1), rows.height)
    return _filled(
        rows.select("article_id", "sentence").with_columns(
            target=pl.Series([f"Target {one}" for one in numbers.integers(N_TARGETS, size=rows.height)]),
            mention=0,
            stance=pl.Series([STANCES[one] for one in probas.argmax(axis=1)]),
            decided=pl.Series(probas.max(axis=1) > 0.5),
            mention_text=rows["text"].str.slice(0, 6),
            start=0,
            end=6,
            found_by=pl.lit("name"),
            speech=pl.lit("none"),
            **{f"proba_{stance}": pl.Series(probas[:, column]) for column, stance in enumerate(STANCES)},
        ),
        STANCE_OF,
    )


def _judged(numbers: np.random.Generator) -> pl.DataFrame:
    probas = numbers.dirichlet((1, 1, 1), N_JUDGED)
    drawn = (probas.cumsum(axis=1) > numbers.uniform(size=(N_JUDGED, 1))).argmax(axis=1)
    return _filled(
        pl.DataFrame(
            {
                "group": [f"g{number // 2}" for number in range(N_JUDGED)],
                "lang": "en",
                "target": "Target 0",
                "stance": [STANCES[one] for one in drawn],
                "placed": True,
                **{f"proba_{stance}": probas[:, column] for column, stance in enumerate(STANCES)},
            }
        ),
        JUDGED,
    )


def in_browser(browser: str, html: str) -> dict[str, float]:
    """What the page tells of itself, in milliseconds; raises ``RuntimeError`` where it is silent."""
    asked = ASKED.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(
        ignore_cleanup_errors=True
    ) as folder:  # its processes may write to the end
        page = Path(folder, "page.html")
        page.write_text(html.replace("</body>", f"<script>{asked}</script></body>"), encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,900"]
        flags += ["--enable-logging=stderr", f"--user-data-dir={folder}/profile", page.as_uri()]
        process = subprocess.Popen(
            [browser, *flags], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )
        stop = threading.Timer(WAIT, os.killpg, (process.pid, signal.SIGKILL))
        stop.start()
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if b"MEASURED " in line:
                    text = line.decode().split("MEASURED ", 1)[1]
                    return json.loads(text[: text.rindex("}") + 1])
        finally:
            stop.cancel()
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    raise RuntimeError(f"{browser} told nothing of the page in {WAIT} seconds.")


def main() -> None:
    """Make, build, open; print the table and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--browser", default=shutil.which("chromium") or shutil.which("google-chrome"))
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, help="keep the page")
    asked = parser.parse_args()
    results = made(asked.articles)
    _ = results.summary  # loaded results have it
    started = time.process_time()
    html = render(results)
    found: dict[str, Any] = {
        "articles": asked.articles,
        "sentences": results.corpus.sentences.height,
        "stances": results.stances.height,
        "build_cpu_s": round(time.process_time() - started, 2),
        "megabytes": round(len(html.encode()) / 1e6, 2),
    }
    if asked.page:
        asked.page.write_text(html, encoding="utf-8")
    if asked.browser:
        found |= {name: value and round(value, 1) for name, value in in_browser(asked.browser, html).items()}
    print("| what | figure |\n|---|---|")
    for name, value in found.items():
        print(f"| {name} | {value} |")
    asked.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
