"""Who speaks: precision and recall of holders on real_news, german_quotes and ruopinionne2024.

``python benchmarks/holder.py --data FOLDER`` prints a table and writes ``results/holder.json``;
``--errors SET`` lists what went wrong, for the sets that rules may be chosen on.
A holder is right where it shares a content word (folded, its first letters) with the true one.
"""

import argparse
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from newstance.corpus.sentences.split import split
from newstance.stance.holder import find_holder

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "holder.json"
AGENCY = ROOT / "data" / "sample" / "labels" / "agency.jsonl"
LANGS = ("ru", "uk", "en", "de")
WORD = re.compile(r"[^\W_]+")
STEM = 4  # letters of a word that are compared, as cases change its end
NO_CONTENT = {
    *("the", "and", "der", "die", "das", "des", "dem", "den", "ein", "eine", "einer", "eines", "einem"),
    *("von", "vom", "aus", "for", "from", "his", "her", "их", "его", "для", "из", "от", "при"),
}
PRONOUNS = {"er", "sie", "es", "dieser", "diese", "demnach", "man", "wir", "ich"}
N_RESAMPLES = 1000


class Row(NamedTuple):
    """One sentence: ``gold`` are the true holders (empty: none), ``found`` ours, ``group`` its article."""

    lang: str
    group: str
    text: str
    gold: list[str]
    found: str | None
    speech: str | None
    found_speech: str


def content(text: str) -> set[str]:
    """The first letters of the words that carry a name or an office."""
    words = [word for word in WORD.findall(text) if len(word) > 2 or word.isupper()]
    return {word.lower()[:STEM] for word in words if word.lower() not in NO_CONTENT}


def sentences(text: str, lang: str) -> list[tuple[int, int]]:
    """Spans of the sentences of ``text``."""
    return list(split(text, lang))


def read_lines(path: Path) -> list[dict]:
    """The rows of a JSONL file, gzipped or not."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in raw.decode("utf-8").split("\n") if line]


def judged_once(rows: list[dict]) -> Iterator[Row]:
    """A row a sentence: judgements on one sentence may have several holders, each of which is right."""
    grouped: dict[str, list[dict]] = {}
    for row in rows:
        if row["lang"] in LANGS:
            grouped.setdefault(row["text"], []).append(row)
    for text, same in grouped.items():
        first = same[0]
        before = first.get("before") or ""
        earlier = [before[start:end] for start, end in sentences(before, first["lang"])]
        found = find_holder(text, earlier, first["lang"])
        gold = [row["holder"] for row in same if row["holder"]]
        speech = next((row["speech"] for row in same if row["speech"] != "none"), "none")
        yield Row(first["lang"], first["article_id"], text, gold, found.text, speech, found.speech)


def real_news(data: Path) -> list[Row]:
    """Sentences of real articles."""
    return list(judged_once(read_lines(data / "real_news" / "stance.jsonl")))


def agency(data: Path) -> list[Row]:
    """The sentences of the sample in agency style, on which the rules were chosen."""
    return list(judged_once(read_lines(AGENCY)))


def german_quotes(data: Path) -> list[Row]:
    """Sentences with part of a direct or indirect quotation, its speaker or verb; and those without any.

    Where the only speakers are pronouns the row has no gold that words can be compared with, and is left out.
    """
    rows = []
    for article in read_lines(data / "german_quotes" / "data.jsonl.gz"):
        text, spans = article["text"], sentences(article["text"], "de")
        for number, (start, end) in enumerate(spans):
            here = [
                quote
                for quote in article["quotes"]
                if any(
                    a < end and b > start
                    for part in ("quote", "speaker", "cue")
                    for a, b in quote.get(part) or []
                )
            ]
            kinds = {q["type"] for q in here}
            if here and not kinds & {"Direct", "Indirect"}:
                continue
            gold = [text[a:b] for q in here for a, b in q["speaker"] or []]
            if gold and not any(content(one) - {p[:STEM] for p in PRONOUNS} for one in gold):
                continue
            before = [text[a:b] for a, b in spans[max(0, number - 3) : number]]
            found = find_holder(text[start:end], before, "de")
            rows.append(Row("de", article["id"], text[start:end], gold, found.text, None, found.speech))
    return rows


def ruopinionne(data: Path) -> list[Row]:
    """Sentences with an opinion whose holder is a span; the set has no speech, so only ours is compared."""
    rows = []
    for row in read_lines(data / "ruopinionne2024" / "data.jsonl.gz"):
        gold = [one["holder"]["text"] for one in row["opinions"] if isinstance(one["holder"], dict)]
        if gold:
            found = find_holder(row["text"], (), "ru")
            rows.append(Row("ru", str(row["id"]), row["text"], gold, found.text, None, found.speech))
    return rows


def is_right(row: Row) -> bool:
    """Whether our holder is one of the true ones."""
    return row.found is not None and any(content(row.found) & content(one) for one in row.gold)


def counts(rows: list[Row]) -> np.ndarray:
    """Right, found and true holders of each row (n, 3)."""
    return np.array([[is_right(row), row.found is not None, bool(row.gold)] for row in rows], dtype=float)


def score(rows: list[Row]) -> dict[str, object]:
    """Precision and recall with 95 % intervals, articles drawn with replacement."""
    table = counts(rows)
    groups = np.unique([row.group for row in rows], return_inverse=True)[1]
    sums = np.zeros((groups.max() + 1, 3))
    np.add.at(sums, groups, table)
    draws = np.random.default_rng(0).integers(len(sums), size=(N_RESAMPLES, len(sums)))
    right, found, true = sums[draws].sum(axis=1).T
    total = table.sum(axis=0)
    out: dict[str, object] = {
        "n": len(rows),
        "n_found": int(total[1]),
        "n_true": int(total[2]),
        "precision": _figure(total[0], total[1], right, found),
        "recall": _figure(total[0], total[2], right, true),
    }
    told = [row for row in rows if row.speech is not None]
    if told:
        out["speech_accuracy"] = round(sum(row.speech == row.found_speech for row in told) / len(told), 3)
    return out


def _figure(part: float, whole: float, parts: np.ndarray, wholes: np.ndarray) -> list[float] | None:
    if not whole:
        return None
    low, high = np.percentile(parts[wholes > 0] / wholes[wholes > 0], [2.5, 97.5])
    return [round(float(one), 3) for one in (part / whole, low, high)]


SETS = {
    "agency": agency,
    "real_news": real_news,
    "german_quotes": german_quotes,
    "ruopinionne2024": ruopinionne,
}


def main() -> None:
    """Score each set, print a table, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--errors", choices=["agency", "ruopinionne2024"], help="list the errors of a set")
    arguments = parser.parse_args()
    if arguments.errors:
        list_errors(SETS[arguments.errors](arguments.data))
        return
    scores = {}
    print("| set | lang | n | precision | recall | speech right |\n|---|---|---|---|---|---|")
    for name, read in SETS.items():
        rows = read(arguments.data)
        for lang in sorted({row.lang for row in rows} | {"all"}):
            own = [row for row in rows if lang in (row.lang, "all")]
            scores[f"{name}/{lang}"] = one = score(own)
            figures = [one["n"], one["precision"], one["recall"], one.get("speech_accuracy", "")]
            print(f"| {name} | {lang} | {' | '.join(map(str, figures))} |")
    arguments.output.write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")


def list_errors(rows: list[Row]) -> None:
    """Print the rows that are wrong or missed."""
    for row in rows:
        if not is_right(row) and (row.gold or row.found):
            kind = "WRONG" if row.found else "MISS"
            print(f"{kind} {row.lang} {row.text}\n   gold {row.gold} ours {row.found} {row.found_speech}")


if __name__ == "__main__":
    main()
