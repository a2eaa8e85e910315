"""The shipped encoder beside published scores, with its speed against a contextual model.

python benchmarks/encoder.py --data FOLDER   FOLDER holds sib200/ and ntrex16/ (see README.md here)
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from newstance.embed import load_encoder
from newstance.embed.transformer import TransformerEncoder
from newstance.train_encoder import TeacherConfig, teacher_path
from newstance.train_encoder.scores import evaluate_encoder

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks/results/encoder.json"
LANGS = ["en", "ru", "uk", "de", "fr", "es", "zh", "ar", "tr", "pl", "fa"]
# SIB200ClusteringS2S (V-measure) and NTREX retrieval (F1) as MTEB publishes them, x 100.
PUBLISHED = {
    "potion-multilingual-128M": {
        "sib_cluster": {"ru": 26.7, "uk": 22.9, "en": 33.7, "de": 28.9},
        "ntrex": {"ru": 75.3, "uk": 70.7, "ar": 59.4, "de": 82.8, "zh": 69.1},
    },
    "static-similarity-mrl-multilingual-v1": {
        "sib_cluster": {"ru": 11.2, "uk": 8.7, "en": 22.9, "de": 12.5},
        "ntrex": {"ru": 95.4, "uk": 95.5, "ar": 95.4, "de": 97.9, "zh": 93.3},
    },
    "LaBSE": {
        "sib_cluster": {"ru": 25.0, "uk": 25.2, "en": 24.3, "de": 24.9},
        "ntrex": {"ru": 99.1, "uk": 99.4, "ar": 99.1, "de": 99.5, "zh": 99.1},
    },
    "paraphrase-multilingual-MiniLM-L12-v2": {
        "sib_cluster": {"ru": 42.1, "uk": 41.3, "en": 38.0, "de": 42.1},
        "ntrex": {"ru": 94.7, "uk": 94.0, "ar": 91.8, "de": 96.8, "zh": 92.3},
    },
    "bge-m3": {
        "sib_cluster": {"ru": 33.1, "uk": 33.9, "en": 36.9, "de": 33.2},
        "ntrex": {"ru": 98.6, "uk": 99.0, "ar": 98.6, "de": 99.4, "zh": 97.9},
    },
}
COLD = (
    "from newstance.embed import load_encoder; load_encoder().encode(['x']); import time; print(time.time())"
)


def sample_sentences() -> list[str]:
    """Sentences of the sample corpus, in six languages."""
    from newstance import read_corpus

    return read_corpus(ROOT / "data/sample/articles").sentences["text"].to_list()


def rate(encode, texts: list[str], repeats: int) -> float:
    """Texts a second of wall time, the best of three."""
    encode(texts[:10])
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(repeats):
            encode(texts)
        best = max(best, repeats * len(texts) / (time.perf_counter() - start))
    return best


def cold_start() -> float:
    """Seconds from the start of a process to its first vector, the median of five."""
    seconds = []
    for _ in range(5):
        start = time.time()
        told = subprocess.run([sys.executable, "-c", COLD], check=True, capture_output=True, text=True)
        seconds.append(float(told.stdout) - start)
    return sorted(seconds)[2]


def main() -> None:
    """Measure, print beside the published table, write the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    encoder = load_encoder()
    table, means = evaluate_encoder(encoder.encode, data, LANGS)
    texts = sample_sentences()
    ours = rate(encoder.encode, texts, 5)
    teacher = rate(TransformerEncoder(teacher_path(TeacherConfig().model)).encode, texts[:400], 1)
    results = {
        "fingerprint": encoder.fingerprint,
        "scores": table.to_dicts(),
        "means": means,
        "published": PUBLISHED,
        "sentences_a_second": ours,
        "times_the_contextual_teacher": ours / teacher,
        "cold_start_seconds": cold_start(),
    }
    for row in table.iter_rows(named=True):
        print(
            row["lang"],
            *(f"{name} {100 * row[name]:.1f}" for name in table.columns[1:] if row[name] is not None),
        )
    for name, value in {**means, **{key: results[key] for key in list(results)[4:]}}.items():
        print(f"{name}: {value:.3f}")
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
