"""Shares a few threads among all requests, and judges together the articles that wait together.

A call of ``predict`` costs ten milliseconds before its first text, so articles that come one by one while the
threads are busy go into one call. All bookkeeping is done by the event loop; only the work runs in threads.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from newstance.model.news_model import Level
from newstance.serve.refusal import Refusal
from newstance.serve.served import Record, Served, explained, load_served, nearest, rows, rows_of_each
from newstance.serve.settings import Limits

ARTICLES_TOGETHER = 32
CHARACTERS_TOGETHER = 50_000
log = logging.getLogger("newstance.serve")


@dataclass(eq=False)
class Job:
    """Work that waits; ``answer`` is set by the loop.

    ``work`` None means that its ``articles`` are judged one by one, so other jobs may be done with it.
    """

    served: Served
    answer: asyncio.Future[Any]
    work: Callable[[], Any] | None = None
    articles: Sequence[Record] = ()
    level: Level = "article"

    @property
    def n_characters(self) -> int:
        """How long its articles are together."""
        return sum(len(article["text"]) for article in self.articles)

    def joins(self, other: "Job") -> bool:
        """Whether both can be done in one call."""
        return self.work is None and (self.served, self.level) == (other.served, other.level)


class Engine:
    """Answers for the model in ``folder``, which ``reload`` reads anew; ``served`` is the one of now.

    Work keeps the model it began with. Use it from one event loop; ``close`` it at the end.
    """

    def __init__(self, served: Served, folder: Path | None, limits: Limits):
        self.served, self.folder, self.limits = served, folder, limits
        self.stopping = False
        self.n_running = self.n_streams = self.n_articles = self.n_reloads = 0
        self._waiting: deque[Job] = deque()
        self._threads = ThreadPoolExecutor(limits.workers, "newstance-predict")
        self._loader = ThreadPoolExecutor(1, "newstance-load")
        self._loading = asyncio.Lock()

    @property
    def n_waiting(self) -> int:
        """How many jobs wait for a thread."""
        return len(self._waiting)

    async def predict(self, articles: Sequence[Record], level: Level) -> tuple[Served, list[Record]]:
        """The rows of ``NewsModel.predict`` for ``articles``, and the model that gave them."""
        self._admit()
        self.n_articles += len(articles)
        if len(articles) == 1:
            served, (found,) = await self._each(articles, level)
            return served, found
        served = self.served
        return served, await self._call(served, partial(rows, served, articles, level))

    async def predict_each(self, articles: Sequence[Record], level: Level) -> list[list[Record]]:
        """The rows of each article by itself. It waits where others are refused: for streams."""
        self.n_articles += len(articles)
        return (await self._each(articles, level))[1]

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Counts a stream while it is open; raises ``Refusal`` for one more than may be."""
        self._admit()
        if self.n_streams >= self.limits.waiting:
            raise Refusal(429, f"{self.n_streams} streams are open already. Ask again in a moment.", again=1)
        self.n_streams += 1
        try:
            yield
        finally:
            self.n_streams -= 1

    async def explain(self, text: str, target: str | None, lang: str | None) -> tuple[Served, Record]:
        """The reasons for the theme and the stances of ``text``, and the model that gave them."""
        self._admit()
        served = self.served
        return served, await self._call(served, partial(explained, served, text, target, lang))

    async def search(self, query: str, articles: Sequence[Record], k: int) -> tuple[Served, list[Record]]:
        """Those of ``articles`` that are nearest to ``query``, and the model whose encoder says so."""
        self._admit()
        served = self.served
        return served, await self._call(served, partial(nearest, served, query, articles, k))

    async def reload(self) -> Served:
        """Take over the model that is in the folder now; raises ``ModelError`` and keeps the old one."""
        if self.folder is None:
            raise ValueError("the model was not loaded from a folder")
        async with self._loading:
            loop = asyncio.get_running_loop()
            self.served = await loop.run_in_executor(self._loader, load_served, self.folder)
            self.n_reloads += 1
            return self.served

    def close(self) -> None:
        """Take no work any more; what waits is not begun."""
        self.stopping = True
        self._waiting.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._loader.shutdown(wait=False, cancel_futures=True)

    def _admit(self) -> None:
        if self.stopping:
            raise Refusal(503, "The server is stopping. Ask again in a moment.", again=1)
        if self.n_waiting >= self.limits.waiting:
            raise Refusal(429, f"{self.n_waiting} requests wait already. Ask again in a moment.", again=1)

    async def _each(self, articles: Sequence[Record], level: Level) -> tuple[Served, list[list[Record]]]:
        served = self.served
        answer = asyncio.get_running_loop().create_future()
        return served, await self._answer(Job(served, answer, None, articles, level))

    async def _call(self, served: Served, work: Callable[[], Any]) -> Any:
        return await self._answer(Job(served, asyncio.get_running_loop().create_future(), work))

    async def _answer(self, job: Job) -> Any:
        self._waiting.append(job)
        self._start()
        try:
            return await asyncio.wait_for(job.answer, self.limits.seconds)
        except TimeoutError:
            raise Refusal(
                503, f"It took more than {self.limits.seconds:g} seconds. Send less, or ask again.", again=5
            ) from None

    def _start(self) -> None:
        """Give waiting jobs to free threads."""
        while self.n_running < self.limits.workers and self._waiting:
            jobs = self._take()
            if jobs:
                self.n_running += 1
                loop = asyncio.get_running_loop()
                future = self._threads.submit(_results, jobs)
                future.add_done_callback(partial(_on_loop, loop, self._done, jobs))

    def _take(self) -> list[Job]:
        """The next job, with those that can be done in the same call. Nobody waits for one that is done."""
        taken: list[Job] = []
        left: deque[Job] = deque()
        n_articles = n_characters = 0
        while self._waiting:
            job = self._waiting.popleft()
            if job.answer.done():
                continue
            n_articles += len(job.articles)
            n_characters += job.n_characters
            fits = n_articles <= ARTICLES_TOGETHER and n_characters <= CHARACTERS_TOGETHER
            if not taken or (fits and job.joins(taken[0])):
                taken.append(job)
            else:
                left.append(job)
            if taken[0].work is not None or not fits:
                break
        left.extend(self._waiting)
        self._waiting = left
        return taken

    def _done(self, jobs: list[Job], future: Any) -> None:
        self.n_running -= 1
        if not future.cancelled():
            for job, result in zip(jobs, future.result(), strict=True):
                if job.answer.done():
                    continue
                if isinstance(result, Exception):
                    job.answer.set_exception(result)
                else:
                    job.answer.set_result(result)
        self._start()


def _on_loop(
    loop: asyncio.AbstractEventLoop, done: Callable[..., None], jobs: list[Job], future: Any
) -> None:
    """Go on in the event loop, unless it has ended while the work went on."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(done, jobs, future)


def _results(jobs: list[Job]) -> list[Any]:
    """What each job gives, or the exception that it raised; those of one call do not spoil each other."""
    if len(jobs) == 1:
        return [_result(jobs[0])]
    try:
        articles = [article for job in jobs for article in job.articles]
        found = iter(rows_of_each(jobs[0].served, articles, jobs[0].level))
    except Exception:
        log.exception("%d requests failed in one call; each is tried by itself", len(jobs))
        return [_result(job) for job in jobs]
    return [[next(found) for _ in job.articles] for job in jobs]


def _result(job: Job) -> Any:
    try:
        return job.work() if job.work else rows_of_each(job.served, job.articles, job.level)
    except Exception as error:
        return error
