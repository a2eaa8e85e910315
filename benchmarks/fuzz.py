"""Random and mutated inputs for all that takes what strangers write: ``make fuzz``, or
``python benchmarks/fuzz.py --seconds 600``.

Inputs grow from seeds made here and from the hostile ones of the tests: bytes and pieces are cut, doubled,
swapped, repeated, and taken from a list of signs that mean something to a reader, a rule or a regular
expression. An input is a finding if it ends in an error that is not ours, takes more than five seconds of
CPU, or the process needs a gigabyte more. Findings lie in ``.cache/fuzz`` and are replayed at each
start; each of them becomes a test. There is no guidance by coverage: what counts is how many are tried.
"""

import argparse
import contextlib
import json
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOUND = ROOT / ".cache" / "fuzz"
SECONDS_AN_INPUT, BYTES = 5, 10**9
LONGEST = 20_000
LANGS = ("en", "ru", "uk", "de", "ar", "zh", "und")
SUFFIXES = (
    *(".txt", ".html", ".xml", ".csv", ".tsv", ".json", ".jsonl", ".mhtml", ".warc", ".docx", ".xlsx"),
    *(".parquet", ".txt.gz", ".csv.bz2", ".jsonl.xz"),
)
# fmt: off
SIGNS = [
    *("{", "}", "[", "]", '"', "'", ",", ";", "\t", "|", "\n", "\r\n", "\n\n", "\0", "\ufeff"),
    *("\u200b", "\u202e", "<", ">", "</", "<p>", "<div>", "<!--", "-->", "<![CDATA[", "]]>", "&"),
    *("&amp;", "&#x41;", "<?xml ", "<rss>", "<html>", "<body>", "<article>", "<script>", "<item>"),
    *("<title>", 'class="a"', "href=", "<br>", ".", "..", "...", "!", "?", "…", "。", "«", "»"),
    *("„", "“", "”", "—", "–", "-", " - ", "(", ")", "*", "**", "_", "a", "A", "aa", "я", "Я"),
    *("ї", "ß", "İ", "ı", "ا", "ه", "俄", "ก", "é", "e\u0301", "\u0301", "👩‍👧", "１", "ﬁ", " "),
    *("  ", "\u00a0", "\u2003", "0", "1", "12.05.2016", "10:30", "http://a.b/c", "@a", "#a"),
    *("a@b.c", "€", "Read also: ", "Читайте также: ", "Photo: ", "Фото: ", "By ", "(Reuters) - "),
    *("MOSCOW, May 5 (TASS). ", "said", "text", "title", "id", "null", "true", "NaN", "1e999"),
    *("-1", "\\", "\\u0000", "\\ud800", "\x1b[31m", "themes:", "  n_themes: ", "stance:"),
    *("corpus:", "codebook:", "&a ", "*a", "!!python/object", ": ", "- ", "Content-Type: "),
    *("boundary=a", "--a", "WARC/1.0", "Content-Length: 9", "HTTP/1.1 200 OK", "base64"),
]
# fmt: on
TEXTS = [
    "MOSCOW, Sept 12 (TASS). The truce held on Monday, U.S. officials said. Talks resume on Friday.",
    "Москва, 12 сентября. «Перемирие соблюдается», — заявил министр. Читайте также: Новости дня\nФото: А. Б.",
    "Die Waffenruhe hält, sagte der Minister (SPD) am 12. September. Mehr zum Thema:\n- Aleppo\n- Genf",
    "أعلنت موسكو الهدنة. وقال الوزير: «لن نقبل»، بحسب الوكالة. اقرأ أيضا: أخبار",
    "联合国安理会举行会议。他说：“停火。”",
    "[caption]A man[/caption] Photo: A. Smith / Agency\n\nBy John Smith\n\nThe U.S. left. (c) 2016",
]
CONFIG = """name: a
corpus:
  path: articles
codebook:
  themes:
  - name: b
    examples: [c]
"""


class TooLong(BaseException):
    """An input took more than ``SECONDS_AN_INPUT`` of CPU."""


def seeds() -> list[bytes]:
    """Inputs of every kind, made in code."""
    sys.path.insert(0, str(ROOT / "tests"))
    from hostile_corpora import CASES

    found = [text.encode() for text in TEXTS] + [CONFIG.encode()]
    found += [
        json.dumps({"text": text, "title": "t", "id": 1}, ensure_ascii=False).encode() for text in TEXTS
    ]
    found += [f'id,text\n1,"{text}"\n'.encode() for text in TEXTS]
    found += [
        f"<html><head><title>t</title></head><body><p>{text}</p></body></html>".encode() for text in TEXTS
    ]
    found += [
        f"<rss><channel><item><description>{text}</description></item></channel></rss>".encode()
        for text in TEXTS
    ]
    with tempfile.TemporaryDirectory() as folder:
        for number, (make, _) in enumerate(CASES.values()):
            place = Path(folder, str(number))
            place.mkdir()
            make(place)
            found += [path.read_bytes()[:LONGEST] for path in place.rglob("*") if _is_small_file(path)]
    return found


def _is_small_file(path: Path) -> bool:
    return not path.is_symlink() and path.is_file() and path.stat().st_size < 10 * LONGEST


def mutated(known: list[bytes], draw: random.Random) -> bytes:
    """An input made of one or two others."""
    data = bytearray(draw.choice(known))
    for _ in range(draw.choice((1, 1, 2, 4, 8))):
        at, end = sorted(draw.randrange(len(data) + 1) for _ in range(2))
        end = min(end, at + draw.choice((1, 4, 40, 400)))
        kind = draw.randrange(7)
        sign = draw.choice(SIGNS).encode("utf-8", "surrogatepass")
        if kind == 0:
            data[at:at] = sign
        elif kind == 1:
            data[at:at] = sign * draw.choice((2, 10, 100, 2000))
        elif kind == 2:
            data[at:end] = b""
        elif kind == 3:
            data[at:at] = data[at:end] * draw.choice((1, 5, 200))
        elif kind == 4 and data:
            data[min(at, len(data) - 1)] ^= 1 << draw.randrange(8)
        elif kind == 5:
            other = draw.choice(known)
            begin = draw.randrange(len(other) + 1)
            data[at:at] = other[begin : begin + 400]
        else:
            data[at:end] = b"".join(draw.choice(SIGNS).encode("utf-8", "surrogatepass") for _ in range(30))
        del data[LONGEST:]
    return bytes(data)


def read(data: bytes, place: Path) -> None:
    """A file of one of the formats; a page is taken apart."""
    from newstance.corpus.read.files import read_files
    from newstance.corpus.read.page import extract

    path = place / f"a{SUFFIXES[len(data) % len(SUFFIXES)]}"
    path.write_bytes(data)
    try:
        found = [one for raw in read_files(path) for one in extract(raw)]
    finally:
        path.unlink()
    assert found, "neither an article nor a rejection"


def clean(data: bytes, place: Path) -> None:
    """The cleaner; what it removes lies in the text."""
    from newstance.corpus.clean.clean import clean as clean_text

    text = _text(data)
    _, removed, _ = clean_text(text, None, _lang(data))
    assert all(0 <= one.start < one.end <= len(text) for one in removed)


def split(data: bytes, place: Path) -> None:
    """The splitter; its spans follow each other."""
    from newstance.corpus.sentences.split import split as split_text

    text = _text(data)
    spans = split_text(text, _lang(data))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(0 <= start < end <= len(text) for start, end in spans)


def config(data: bytes, place: Path) -> None:
    """A config file."""
    from newstance.config import load_config

    path = place / "run.yaml"
    path.write_bytes(data)
    load_config(path)


def manifest(data: bytes, place: Path) -> None:
    """The settings of a model folder, of which two are changed."""
    from newstance.model.schema import check_meta

    path = ROOT / "tests" / "data" / "model_format_1" / "manifest.json"
    good = json.loads(path.read_text("utf-8"))["meta"]
    draw, changed = random.Random(data), dict(good)
    values = [None, -1, 1e9, "", _text(data)[:300], [], {}, [[]], True, good, 10**30]
    for key in draw.sample(sorted(changed), 2):
        part = changed[key]
        if isinstance(part, dict) and part:
            changed[key] = part | {draw.choice(sorted(part)): draw.choice(values)}
        elif isinstance(part, list) and part:
            changed[key] = [draw.choice(values), *part[1:]]
        else:
            changed[key] = draw.choice(values)
    check_meta(place, changed)


def mentions(data: bytes, place: Path) -> None:
    """Mentions and the text in which they are looked for."""
    from newstance.stance.mentions import find_mentions
    from newstance.themes.codebook import check_mentions

    text = _text(data)
    names = check_mentions([part[:40] for part in text[:400].split(",") if part][:5])
    find_mentions([text[400:]], {"t": names}, {"t": names[:1]})


def language(data: bytes, place: Path) -> None:
    """The language of a text."""
    from newstance.corpus.language import detect

    assert len(detect([_text(data)])) == 1


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _lang(data: bytes) -> str:
    return LANGS[len(data) % len(LANGS)]


Target = Callable[[bytes, Path], None]
TARGETS: dict[str, Target] = {
    one.__name__: one for one in (read, clean, split, config, manifest, mentions, language)
}


def tried(target: Target, data: bytes, place: Path) -> str | None:
    """What is wrong with how ``target`` takes ``data``; ``None`` where nothing is."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_AN_INPUT)
    try:
        target(data, place)
    except TooLong:
        return f"takes more than {SECONDS_AN_INPUT} s"
    except (ValueError, OSError) as error:
        is_ours = len(str(error).split()) >= 3 and not isinstance(error, UnicodeError)
        return None if is_ours else repr(error)[:200]
    except Exception as error:  # what is looked for
        return repr(error)[:200]
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return None


def _limit_memory(fed: list[Target], place: Path) -> None:
    """Allow ``BYTES`` beyond what is in use when the libraries of the targets are loaded."""
    for target in fed:
        for text in TEXTS:
            for n_blanks in range(max(len(LANGS), len(SUFFIXES))):
                tried(target, text.encode() + b" " * n_blanks, place)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + BYTES, in_use + BYTES))


def run(seconds: float, seed: int, names: list[str]) -> tuple[Counter[str], dict[str, str]]:
    """Executions by target, and findings by the file that holds the input."""
    warnings.simplefilter("ignore")

    def stop(*_: object) -> None:
        raise TooLong

    signal.signal(signal.SIGVTALRM, stop)
    draw, known, n_run, found = random.Random(seed), seeds(), Counter[str](), dict[str, str]()
    FOUND.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        fed = {name: one for name, one in TARGETS.items() if not names or name in names}
        _limit_memory(list(fed.values()), place)
        for path in sorted(FOUND.iterdir()):
            name = path.name.partition("-")[0]
            if name in fed and (wrong := tried(fed[name], path.read_bytes(), place)):
                found[path.name] = wrong
        end = time.process_time() + seconds
        while time.process_time() < end and len(found) < 50:
            data = mutated(known, draw)
            for name, target in fed.items():
                n_run[name] += 1
                if wrong := tried(target, data, place):
                    path = FOUND / f"{name}-{seed}-{n_run[name]}"
                    path.write_bytes(data)
                    found[path.name] = wrong
            if draw.random() < 0.02:
                known.append(data)
    return n_run, found


def main() -> int:
    """Run for some seconds of CPU; 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=600, help="of CPU")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--target", nargs="*", default=[], choices=TARGETS, help="else all in turn")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        n_run, found = run(given.seconds, given.seed, given.target)
        print(f"{n_run.total():,} executions: " + ", ".join(f"{name} {n:,}" for name, n in n_run.items()))
        for name, wrong in found.items():
            print(f"{FOUND / name}: {wrong}")
        return int(bool(found))
    return 130


if __name__ == "__main__":
    sys.exit(main())
