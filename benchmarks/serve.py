"""A saved model over HTTP: the cost of a request, articles a second, and what a mixed load does to it.

One command: ``python benchmarks/serve.py [--minutes 2]``, after ``make quickstart``. The server is a process
of its own on this machine; CPU seconds and memory are the server's alone (Linux). In the load a third of the
requests is faulty, and each answer is compared with what the model says in this process.
"""

import argparse
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import newstance
from newstance.linear import one_thread

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "serve.json"
SENTENCE = "Moscow condemned the new sanctions, while Washington praised them."
TICKS = os.sysconf("SC_CLK_TCK")
CLIENTS = 6
N_ALONE, N_BATCHES, BATCH, N_STREAMED = 100, 16, 50, 400
FAULTY = 1 / 3
TOLERANCE = 1e-9
JSON, LINES = "application/json", "application/x-ndjson"
Rows = list[dict[str, Any]]


@dataclass
class Server:
    """A running server."""

    pid: int
    port: int
    started_s: float

    def cpu_s(self) -> float:
        """CPU seconds so far, of all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def mb(self) -> float:
        """Resident memory."""
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0

    def connection(self) -> http.client.HTTPConnection:
        """A connection that stays open from request to request."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)


@contextmanager
def serving(model: Path) -> Iterator[Server]:
    """A server of ``model``, from its start to its stop."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "newstance", "serve", str(model), "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        said = process.stderr.readline()
        port = int(said.split(";")[0].rpartition(":")[2])
        server = Server(process.pid, port, 0.0)
        status, _ = ask(server.connection(), "POST", "/predict", {"text": SENTENCE})
        assert status == 200
        server.started_s = time.perf_counter() - started
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    if process.returncode:
        raise RuntimeError(f"the server ended with {process.returncode}")


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, kind: str = JSON
) -> tuple[int, bytes]:
    """Status and content of an answer."""
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    connection.request(method, path, content, {"content-type": kind})
    answer = connection.getresponse()
    return answer.status, answer.read()


def measured(server: Server, work: Callable[[], Any], n: int) -> dict[str, float]:
    """Wall and CPU milliseconds for each of ``n`` that ``work`` asks for."""
    cpu, started = server.cpu_s(), time.perf_counter()
    work()
    wall, cpu = time.perf_counter() - started, server.cpu_s() - cpu
    return {
        "wall_ms": 1000 * wall / n,
        "cpu_ms": 1000 * cpu / n,
        "a_second": n / wall,
        "a_cpu_second": n / cpu,
    }


def one_by_one(server: Server, texts: list[str], level: str) -> dict[str, float]:
    """The cost of texts that come one by one. CPU time comes in hundredths, so it is a mean of ten."""
    connection = server.connection()
    walls, cpus = [], []
    for start in range(0, len(texts), 10):
        cpu = server.cpu_s()
        for text in texts[start : start + 10]:
            started = time.perf_counter()
            status, _ = ask(connection, "POST", "/predict", {"text": text, "level": level})
            assert status == 200
            walls.append(1000 * (time.perf_counter() - started))
        cpus.append(100 * (server.cpu_s() - cpu))
    return {"p50_wall_ms": median(walls), "p50_cpu_ms": median(cpus)}


def in_batches(server: Server, texts: list[str]) -> dict[str, float]:
    """Batches from two clients."""
    batches = [[texts[(n * BATCH + i) % len(texts)] for i in range(BATCH)] for n in range(N_BATCHES)]

    def send(some: list[str]) -> None:
        status, _ = ask(server.connection(), "POST", "/predict", {"articles": some})
        assert status == 200

    def work() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(send, batches))

    return measured(server, work, N_BATCHES * BATCH)


def side_by_side(server: Server, texts: list[str]) -> dict[str, float]:
    """Single texts from many clients at once, which the server judges together."""
    own = threading.local()

    def send(text: str) -> None:
        own.connection = getattr(own, "connection", None) or server.connection()
        status, _ = ask(own.connection, "POST", "/predict", {"text": text})
        assert status == 200

    def work() -> None:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(send, texts))

    return measured(server, work, len(texts))


def streamed(server: Server, texts: list[str]) -> dict[str, float]:
    """One stream."""
    body = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()

    def work() -> None:
        status, content = ask(server.connection(), "POST", "/predict/stream", body, LINES)
        assert (status, content.count(b"\n")) == (200, len(texts))

    return measured(server, work, len(texts))


def as_sent(rows: Rows) -> Rows:
    """Rows of the model as JSON gives them back."""
    found: Rows = json.loads(json.dumps(rows, default=lambda value: value.isoformat()))
    return found


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are equal but for the last digits of numbers."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= TOLERANCE
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    return bool(one == other)


class Known:
    """What the model says of ``texts``, one by one and in batches."""

    def __init__(self, folder: Path, texts: list[str]):
        model = newstance.load_model(folder)
        self.texts = texts
        self.batches = [texts[start : start + 5] for start in range(0, len(texts), 5)]
        with one_thread():
            self.alone = {
                level: [as_sent(model.predict([{"text": text}], level).to_dicts()) for text in texts]
                for level in ("article", "sentence")
            }
            self.together = [
                as_sent(model.predict([{"text": text} for text in some]).to_dicts()) for some in self.batches
            ]


@dataclass
class Load:
    """A mixed load: what was asked, what was wrong, and the memory of the server second by second."""

    server: Server
    known: Known
    until: float
    asked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    mb: list[float] = field(default_factory=list)

    def client(self, seed: int) -> None:
        """Ask until the end; all clients together are the load."""
        chance = random.Random(seed)
        connection = self.server.connection()
        while time.monotonic() < self.until:
            kinds = FAULTS if chance.random() < FAULTY else GOOD
            name = chance.choice(sorted(kinds))
            try:
                fault = kinds[name](self, connection, chance)
            except (OSError, http.client.HTTPException, ValueError) as error:
                fault = repr(error)
            if fault or name in CUTS:
                connection.close()
                connection = self.server.connection()
            self.asked[name] += 1
            if fault:
                self.wrong.append(f"{name}: {fault}")

    def watch(self) -> None:
        """Note the memory each second."""
        while time.monotonic() < self.until:
            self.mb.append(self.server.mb())
            time.sleep(1)


def _alone(load: Load, connection: http.client.HTTPConnection, chance: random.Random) -> str | None:
    number, level = chance.randrange(len(load.known.texts)), chance.choice(["article", "sentence"])
    status, content = ask(connection, "POST", "/predict", {"text": load.known.texts[number], "level": level})
    right = status == 200 and is_same(json.loads(content)["rows"], load.known.alone[level][number])
    return None if right else f"{status} {content[:200]!r}"


def _batch(load: Load, connection: http.client.HTTPConnection, chance: random.Random) -> str | None:
    number = chance.randrange(len(load.known.batches))
    status, content = ask(connection, "POST", "/predict", {"articles": load.known.batches[number]})
    right = status == 200 and is_same(json.loads(content)["rows"], load.known.together[number])
    return None if right else f"{status} {content[:200]!r}"


def _stream(load: Load, connection: http.client.HTTPConnection, chance: random.Random) -> str | None:
    """Good and bad lines by turns."""
    numbers = [chance.randrange(len(load.known.texts)) for _ in range(6)]
    lines = [
        json.dumps({"text": load.known.texts[one], "article_id": "table:1"}) if index % 3 else "{bad"
        for index, one in enumerate(numbers)
    ]
    status, content = ask(connection, "POST", "/predict/stream", "\n".join(lines).encode(), LINES)
    found = [json.loads(line) for line in content.splitlines()]
    right = status == 200 and len(found) == len(lines)
    for index, (one, answer) in enumerate(zip(numbers, found, strict=False)):
        wanted = load.known.alone["article"][one] if index % 3 else None
        right &= "error" in answer if wanted is None else is_same(answer.get("rows"), wanted)
    return None if right else f"{status} {content[:200]!r}"


def _explain(load: Load, connection: http.client.HTTPConnection, _: random.Random) -> str | None:
    status, content = ask(connection, "POST", "/explain", {"text": SENTENCE})
    return None if status == 200 and json.loads(content)["words"] else f"{status} {content[:200]!r}"


def _facts(load: Load, connection: http.client.HTTPConnection, chance: random.Random) -> str | None:
    path = chance.choice(["/themes", "/metadata", "/health", "/metrics", "/", "/openapi.json"])
    status, content = ask(connection, "GET", path)
    return None if status == 200 and content else f"{path} {status}"


def _refused(wanted: int, body: bytes, path: str = "/predict", kind: str = JSON) -> Callable[..., str | None]:
    """A request whose answer has the status ``wanted``, and words."""

    def send(load: Load, connection: http.client.HTTPConnection, chance: random.Random) -> str | None:
        status, content = ask(connection, "POST", path, body, kind)
        return None if status == wanted and json.loads(content)["error"] else f"{status} {content[:200]!r}"

    return send


def _cut(load: Load, connection: http.client.HTTPConnection, chance: random.Random) -> str | None:
    """A connection that ends within its request, or before its answer."""
    head = f"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: {JSON}\r\ncontent-length: "
    body = json.dumps({"text": load.known.texts[0]}).encode()
    sent = body if chance.random() < 0.5 else body[:20]
    with socket.create_connection(("127.0.0.1", load.server.port), 60) as raw:
        raw.sendall(head.encode() + str(len(body)).encode() + b"\r\n\r\n" + sent)
    return None


def _noise(load: Load, connection: http.client.HTTPConnection, chance: random.Random) -> str | None:
    """Bytes that are no HTTP."""
    with socket.create_connection(("127.0.0.1", load.server.port), 60) as raw:
        raw.sendall(chance.randbytes(200) + b"\r\n\r\n")
        answer = raw.recv(20)
    return None if answer in (b"",) or b" 400 " in answer else repr(answer)


GOOD = {"alone": _alone, "batch": _batch, "stream": _stream, "explain": _explain, "facts": _facts}
CUTS = {"cut", "noise"}
FAULTS = {
    "no JSON": _refused(422, b"themes, please"),
    "not a number": _refused(422, b'{"text": NaN}'),
    "nested": _refused(422, b"[" * 100_000),
    "a huge number": _refused(422, b'{"text": ' + b"9" * 100_000 + b"}"),
    "another key": _refused(422, b'{"path": "/etc/passwd"}'),
    "another type": _refused(415, b"text=a", kind="application/x-www-form-urlencoded"),
    "too long": _refused(413, json.dumps({"text": "a" * 200_000}).encode()),
    "too many": _refused(413, json.dumps({"articles": ["a"] * 501}).encode()),
    "too large": _refused(413, b'"' + b"a" * 3_000_000 + b'"'),
    "no such target": _refused(422, json.dumps({"text": "a", "target": "Atlantis"}).encode(), "/explain"),
    "no such path": _refused(404, b"{}", "/predict/../../etc/passwd"),
    "cut": _cut,
    "noise": _noise,
}


def mixed_load(server: Server, known: Known, minutes: float) -> dict[str, Any]:
    """What a load of ``minutes`` does: requests, wrong answers, memory in its second and last quarter."""
    cpu, started = server.cpu_s(), time.monotonic()
    load = Load(server, known, started + 60 * minutes)
    threads = [threading.Thread(target=load.client, args=(seed,)) for seed in range(CLIENTS)]
    threads.append(threading.Thread(target=load.watch))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, quarter = time.monotonic() - started, max(1, len(load.mb) // 4)
    n = sum(load.asked.values())
    return {
        "minutes": minutes,
        "requests": n,
        "faulty": sum(load.asked[name] for name in FAULTS),
        "a_second": n / wall,
        "cores": (server.cpu_s() - cpu) / wall,
        "wrong": len(load.wrong),
        "wrong_examples": load.wrong[:5],
        "mb_second_quarter": median(load.mb[quarter : 2 * quarter] or load.mb),
        "mb_last_quarter": median(load.mb[-quarter:]),
        "mb_peak": max(load.mb),
    }


def rounded(value: Any) -> Any:
    """Numbers with three digits."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return float(f"{value:.3g}") if isinstance(value, float) else value


def main() -> None:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "models/quickstart")
    parser.add_argument("--minutes", type=float, default=2.0, help="of the mixed load")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    corpus = newstance.read_corpus(ROOT / "data/sample/articles")
    texts = corpus.articles["text"].to_list()
    known = Known(options.model, texts[::6])
    rows: dict[str, Any] = {"load_before": os.getloadavg()[0], "characters": median(map(len, texts))}
    with serving(options.model) as server:
        rows |= {"start_s": server.started_s, "start_cpu_s": server.cpu_s(), "start_mb": server.mb()}
        one_by_one(server, texts[:20], "sentence")
        rows["one sentence"] = one_by_one(server, [SENTENCE] * N_ALONE, "article")
        rows["one article"] = one_by_one(server, texts[:N_ALONE], "article")
        rows["one article, by sentence"] = one_by_one(server, texts[:N_ALONE], "sentence")
        rows["batches"] = in_batches(server, texts)
        rows["side by side"] = side_by_side(server, (texts * 2)[:N_STREAMED])
        rows["stream"] = streamed(server, (texts * 2)[:N_STREAMED])
        rows["mb"] = server.mb()
        rows["load"] = mixed_load(server, known, options.minutes)
    rows = rounded(rows)
    print(json.dumps(rows, indent=1))
    options.output.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
