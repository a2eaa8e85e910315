"""Sentence boundaries: newstance against razdel, sentencex and pysbd on tests/data/sentences.jsonl.

One command, no arguments: ``python benchmarks/sentences.py``. A boundary is the offset where a sentence
of a passage starts, the first one left out; F1 is over the offsets pooled per language. Each peer runs
twice: as it is, and line by line ("+ newline"), so that none loses only because it joins a headline with
the text below. pysbd has no Ukrainian rules; it gets Russian ones. Rows with an odd index were kept aside
while the splitter was written: "held out" gives them alone, "developed on" the others.
"""

import argparse
import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from newstance.corpus.sentences.split import split

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "data" / "sentences.jsonl"
RESULTS = ROOT / "benchmarks" / "results" / "sentences.json"
Splitter = Callable[[str, str], list[str]]


def starts_of(text: str, sentences: list[str]) -> set[int]:
    """Offsets in ``text`` where the sentences after the first one start."""
    starts, position = [], 0
    for sentence in filter(None, map(str.strip, sentences)):
        start = text.find(sentence, position)
        if start < 0:
            raise ValueError(f"The sentence {sentence!r} is not in {text[position:]!r}: it was rewritten.")
        starts.append(start)
        position = start + len(sentence)
    return set(starts[1:])


def by_line(splitter: Splitter) -> Splitter:
    """The same splitter, given one line at a time."""
    return lambda text, lang: [s for line in text.splitlines() for s in splitter(line, lang)]


def peers() -> dict[str, Splitter]:
    """Name -> the peer's sentences of a text."""
    import pysbd
    import razdel
    import sentencex

    segmenters = {
        lang: pysbd.Segmenter(language=lang, clean=False) for lang in ("ru", "en", "de", "fr", "ar")
    }
    alone: dict[str, Splitter] = {
        "razdel": lambda text, lang: [s.text for s in razdel.sentenize(text)],
        "sentencex": lambda text, lang: sentencex.segment(lang, text),
        "pysbd": lambda text, lang: segmenters.get(lang, segmenters["ru"]).segment(text),
    }
    return alone | {f"{name} + newline": by_line(splitter) for name, splitter in alone.items()}


def ours(text: str, lang: str) -> list[str]:
    """The sentences of ``newstance``."""
    return [text[start:end] for start, end in split(text, lang)]


def f1_by_lang(rows: list[dict], splitter: Splitter) -> dict[str, float]:
    """Language -> F1 of the boundaries, pooled over its rows; ``all`` over all rows."""
    counts: dict[str, list[int]] = {}
    for row in rows:
        gold = starts_of(row["text"], row["sentences"])
        found = starts_of(row["text"], splitter(row["text"], row["lang"]))
        for key in (row["lang"], "all"):
            right, total = counts.get(key, (0, 0))
            counts[key] = [right + 2 * len(gold & found), total + len(gold) + len(found)]
    return {key: round(right / total, 4) for key, (right, total) in counts.items()}


def read_gold(path: Path) -> list[dict]:
    """The rows of the gold file: lang, kind, text, sentences."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def measure(rows: list[dict]) -> dict[str, dict[str, dict[str, float]]]:
    """Part of the rows -> splitter -> language -> F1."""
    splitters = {"newstance": ours} | peers()
    parts = {"all rows": rows, "developed on": rows[::2], "held out": rows[1::2]}
    return {
        part: {name: f1_by_lang(some, splitter) for name, splitter in splitters.items()}
        for part, some in parts.items()
    }


def table(scores: dict[str, dict[str, dict[str, float]]]) -> str:
    """One Markdown table: a row for a part and a splitter, a column for a language; F1 x 100."""
    langs = list(next(iter(scores["all rows"].values())))
    lines = ["| rows | splitter | " + " | ".join(langs) + " |", "|---" * (len(langs) + 2) + "|"]
    for part, splitters in scores.items():
        for name, f1 in splitters.items():
            lines.append(
                f"| {part} | {name} | " + " | ".join(f"{100 * f1[lang]:.1f}" for lang in langs) + " |"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the JSON goes")
    output: Path = parser.parse_args().output
    rows = read_gold(GOLD)
    scores = measure(rows)
    result = {
        "gold": {"file": str(GOLD.relative_to(ROOT)), "n_rows": len(rows)},
        "versions": {name: version(name) for name in ("razdel", "sentencex", "pysbd")},
        "f1": scores,
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(table(scores))


if __name__ == "__main__":
    main()
