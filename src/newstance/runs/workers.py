"""Several trainings, one after the other in this process, or some at once, each in a process of its own.

The processes are fresh ("spawn"): a fork of a process with threads may hang. An interrupt of this process
ends the others in words, so that their runs are marked as killed.
"""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from newstance.config import TrainConfig
from newstance.progress import Progress, Silence
from newstance.recorder import RunOptions
from newstance.training import train

SECONDS_TO_END = 30
KILLED = "its process ended without a word, as by kill -9 or for want of memory"


@dataclass(frozen=True)
class Job:
    """A training to be done; what lies in its folders is replaced."""

    config: TrainConfig
    run: RunOptions


@dataclass(frozen=True)
class Outcome:
    """How a training ended: ``status`` is finished, failed, or found (nothing was to do)."""

    status: str
    error: str | None = None


def run_jobs(jobs: list[Job], n_at_once: int, progress: Progress) -> Iterator[tuple[str, Outcome]]:
    """Name and outcome of each job when it is over; with one at a time ``progress`` shows its steps."""
    if n_at_once <= 1 or len(jobs) <= 1:
        for job in jobs:
            yield job.config.name, _outcome(job, progress)
        return
    waiting = list(reversed(jobs))
    running: dict[Any, tuple[str, Any, Connection]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < n_at_once:
                job = waiting.pop()
                process, answer = _start(job)
                running[process.sentinel] = (job.config.name, process, answer)
            for sentinel in wait(list(running)):
                name, process, answer = running.pop(sentinel)
                process.join()
                yield name, _answer(answer)
    finally:
        _end([process for _, process, _ in running.values()])


def _start(job: Job) -> tuple[Any, Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, theirs))
    process.start()
    theirs.close()
    return process, ours


def _work(job: Job, answer: Connection) -> None:
    """Train in a process of its own; SIGTERM ends it as Ctrl-C does."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    with suppress(KeyboardInterrupt):
        answer.send(_outcome(job, Silence()))


def _outcome(job: Job, progress: Progress) -> Outcome:
    try:
        trained = train(job.config, progress, replace=True, run=job.run)
    except Exception as error:  # whatever stops one combination, the others go on
        return Outcome("failed", f"{type(error).__name__}: {error}")
    return Outcome("finished", trained.fault)


def _answer(answer: Connection) -> Outcome:
    try:
        found: Outcome = answer.recv()
    except EOFError:
        return Outcome("failed", KILLED)
    finally:
        answer.close()
    return found


def _end(processes: list[Any]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(SECONDS_TO_END)
        if process.is_alive():
            process.kill()
            process.join()
