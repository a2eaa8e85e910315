"""One target fed by atheris (https://github.com/google/atheris) until its seconds of CPU are over.

It never stops at a finding: inputs that end alike count as one, and the first of each is written. At the end
the counts are written as JSON. What no Python can stop (a crash or a hang in C) ends the process; the fuzzer
then writes the input itself.
"""

import json
import os
import random
import resource
import signal
import sys
import time
import traceback
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import atheris

from fuzz_inputs import LONGEST, ROOT, dictionary, mutated, seeds, stretched

SECONDS_AN_INPUT, BYTES = 5, 10**9
HARD_SECONDS = 300  # of the wall, for what Python cannot interrupt
SHORTEST = 300  # bytes that any input may have; else twice those of the longest seed
LONG_INPUTS = 1 / 300  # share of executions
OWN_CHANGES = 0.4  # share of changes that are ours, not those of the fuzzer


class TooLong(BaseException):
    """An input took more than ``SECONDS_AN_INPUT`` of CPU."""


@dataclass
class Counts:
    """What a run did: executions, seconds of CPU, the longest execution in seconds, memory, and findings by
    the file that holds the input."""

    executions: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    peak_mb: int = 0
    findings: dict[str, str] = field(default_factory=dict)


class Runner:
    """Calls ``target`` with inputs, and writes what happened to ``folder`` after ``seconds`` of CPU."""

    def __init__(self, target: Any, folder: Path, place: Path, seconds: float, seed: int):
        self.target, self.folder, self.place = target, folder, place
        self.counts, self.kinds, self.slow = Counts(), set[str](), b""
        self.draw = random.Random(seed)
        self.began = time.process_time()
        self.end = self.began + seconds

    def __call__(self, data: bytes) -> None:
        """An execution, and sometimes one more of a long input made of the same, which shows what takes
        more than linear time."""
        self._run(data)
        if self.draw.random() < LONG_INPUTS:
            self._run(stretched(data, LONGEST, self.draw))

    def _run(self, data: bytes) -> None:
        started = time.process_time()
        if started > self.end:
            self._finish()
        self.counts.executions += 1
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_AN_INPUT)
        try:
            self.target(data, self.place)
        except TooLong:
            self._found(data, "TooLong", f"takes more than {SECONDS_AN_INPUT} s")
        except Exception as error:
            self._found(data, _kind(error), f"{type(error).__name__}: {error}"[:300])
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        took = time.process_time() - started
        if took > self.counts.slowest:
            self.counts.slowest, self.slow = took, data

    def _found(self, data: bytes, kind: str, words: str) -> None:
        if kind in self.kinds:
            return
        self.kinds.add(kind)
        path = self.folder / f"found-{len(self.kinds)}"
        path.write_bytes(data)
        self.counts.findings[path.name] = f"{kind}: {words}"

    def _finish(self) -> None:
        """Write the counts and end the process: the fuzzer itself would run on."""
        self.counts.seconds = round(time.process_time() - self.began, 1)
        self.counts.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        (self.folder / "slowest").write_bytes(self.slow)
        (self.folder / "counts.json").write_text(json.dumps(asdict(self.counts)))
        os._exit(0)


def _kind(error: BaseException) -> str:
    """Where an error arose: the last line of newstance, or of the targets."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if str(ROOT) in frame.filename]
    last = frames[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _limit_memory(target: Any, inputs: list[bytes], place: Path) -> None:
    """Allow ``BYTES`` beyond what is in use when the libraries of the target are loaded."""
    for data in inputs:
        try:
            target(data, place)
        except Exception:
            continue
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + BYTES, in_use + BYTES))


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooLong


def _change(data: bytes, most: int, seed: int) -> bytes:
    """An input made of another: our changes, those of the fuzzer, or both."""
    draw = random.Random(seed)
    if draw.random() < OWN_CHANGES:
        data = mutated(data, most, draw)
        if draw.random() < OWN_CHANGES:
            return data
    return atheris.Mutate(data, most)


def feed(name: str, target: Any, folder: Path, place: Path, seconds: float, seed: int) -> None:
    """Feed ``target`` and end the process. Inputs of interest stay in ``folder``/corpus."""
    from fuzz_targets import kept  # loads newstance, which is instrumented

    warnings.simplefilter("ignore")
    first = seeds(name) + kept(name)
    _limit_memory(target, first, place)
    corpus = folder / "corpus"
    for number, data in enumerate(first):
        (corpus / f"seed-{number}").write_bytes(data)
    (folder / "signs.dict").write_text(dictionary())
    signal.signal(signal.SIGVTALRM, _stop)
    most = max(SHORTEST, 2 * max(map(len, first)))
    words = [f"-seed={seed + 1}", f"-max_len={most}", f"-timeout={HARD_SECONDS}", "-rss_limit_mb=0"]
    words += [f"-dict={folder / 'signs.dict'}", f"-artifact_prefix={folder}/", str(corpus)]
    runner = Runner(target, folder, place, seconds, seed)
    atheris.Setup([sys.argv[0], *words], runner, custom_mutator=_change)
    atheris.Fuzz()
