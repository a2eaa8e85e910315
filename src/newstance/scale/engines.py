"""What runs the work on shards: this process, processes of this machine, or a cluster of Ray.

An engine is given work in the order of the input and gives its results when they are asked for. What is done
for a shard is the same wherever it is done, so results are too.
"""

import os
from collections.abc import Callable
from typing import Any, Protocol, Self

AHEAD = 2  # shards read for each worker before the oldest is waited for
KILLED = (
    "a worker process was killed, most likely for want of memory. The finished parts are kept: run the same "
    "command again, with fewer --workers."
)
NO_RAY = "--engine ray: needs the package ray; pip install 'newstance[ray]'."


class Engine(Protocol):
    """A context in which work is done; at most ``ahead`` pieces wait for their turn to be asked."""

    ahead: int

    def __enter__(self) -> Self:
        """Start."""
        ...

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        """Stop, also in the middle of work."""
        ...

    def submit(self, function: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        """Begin ``function(*given)``; what is given back waits for its result."""
        ...


class Here:
    """Work in this process, when its result is asked for."""

    ahead = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        return None

    def submit(self, function: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        """``function(*given)``, to be called."""
        return lambda: function(*given)


class Processes:
    """Work in ``workers`` fresh processes of this machine."""

    def __init__(self, workers: int) -> None:
        self.ahead = AHEAD * _checked(workers)
        self._workers = workers

    def __enter__(self) -> Self:
        from joblib.externals.loky import get_reusable_executor

        self._pool = get_reusable_executor(max_workers=self._workers)
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is not None:
            self._pool.shutdown(kill_workers=True)

    def submit(self, function: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        """``function(*given)`` in the next process that is free."""
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        job = self._pool.submit(function, *given)

        def result() -> Any:
            try:
                return job.result()
            except TerminatedWorkerError as error:
                raise RuntimeError(KILLED) from error

        return result


class Ray:
    """Work in ``workers`` actors of a cluster of Ray (https://docs.ray.io), or of this machine without an
    ``address``. An actor loads the model once; one that dies is started anew and its shard done again, which
    writes the same file. All nodes must see the folders of the model and of the results under one path.
    """

    def __init__(self, workers: int, address: str | None = None) -> None:
        self.ahead = AHEAD * _checked(workers)
        self._workers, self._address = workers, address
        self._next = 0

    def __enter__(self) -> Self:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
        except ImportError as error:
            raise ImportError(NO_RAY) from error
        self._ray = ray
        if self._address is None:
            # One CPU more than actors, or nothing is left for Ray's own work.
            ray.init(
                address="local",
                num_cpus=self._workers + 1,
                include_dashboard=False,
                log_to_driver=False,
                _node_ip_address="127.0.0.1",
            )
        else:
            ray.init(address=self._address, log_to_driver=False)
        actor = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=-1)(_Actor)
        self._actors = [actor.remote() for _ in range(self._workers)]
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._ray.shutdown()

    def submit(self, function: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        """``function(*given)`` in the actors in turn."""
        actor = self._actors[self._next % self._workers]
        self._next += 1
        job = actor.call.remote(function, *given)
        return lambda: self._ray.get(job)


class _Actor:
    """A process of Ray."""

    def call(self, function: Callable[..., Any], *given: Any) -> Any:
        return function(*given)


def engine_of(name: str, workers: int, address: str | None = None) -> Engine:
    """The engine called ``name``: local or ray. Raises ``ValueError`` for another one."""
    if name == "ray":
        return Ray(workers, address)
    if name != "local":
        raise ValueError(f"engine: got {name!r}, expected local or ray.")
    return Processes(workers) if _checked(workers) > 1 else Here()


def _checked(workers: int) -> int:
    if workers < 1:
        raise ValueError(f"workers: got {workers}, expected at least 1.")
    return workers
