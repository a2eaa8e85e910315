"""A project of a few articles that is trained in seconds. For tests."""

import json
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXTS = {
    "en": "The truce in Aleppo broke down at dawn. Washington blamed Moscow for the strikes. Report {n}.",
    "ru": "Перемирие в Алеппо сорвалось на рассвете. Москва осудила санкции Вашингтона. Отчёт {n}.",
}
CONFIG = """\
name: mine
corpus: {path: articles}
codebook:
  themes: [{name: truce, description: A truce in Syria and its end.}]
  targets: [{name: Russia, mentions: [Moscow*, Москв*]}]
themes: {n_splits: 1, discover: false}
output: {models: models, results: results, tracking: mlruns}
"""


def write_project(folder: Path, n_articles: int = 4) -> Path:
    """Fill ``folder`` with articles in two languages and a config; returns the config."""
    (folder / "articles").mkdir(parents=True)
    for lang, text in TEXTS.items():
        rows = [
            {"id": f"{lang}-{n}", "source": f"Outlet {n % 2}", "text": text.format(n=n)}
            for n in range(n_articles)
        ]
        write_rows(folder / "articles" / f"{lang}.jsonl", rows)
    path = folder / "run.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def write_rows(path: Path, rows: list[dict]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def copy_store(made: Path, folder: Path) -> Path:
    """A copy of an empty store, which takes seconds to make."""
    shutil.copytree(made, folder)
    return folder
