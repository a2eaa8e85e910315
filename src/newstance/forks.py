"""Notices forked processes in which polars would hang.

Threads do not survive a fork, and polars waits for its own for ever
(https://docs.pola.rs/user-guide/misc/multiprocessing/). ``multiprocessing`` forks by default on Linux up to
Python 3.13, and so does ``gunicorn --preload``. The hooks below mark a child whose parent had polars'
threads; public functions that work on tables then raise an error at once.
"""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

_TASKS = Path("/proc/self/task")
_POLARS_THREAD = re.compile(r"polars-\d+")
_state = {"threads_before": False, "threads_lost": False}


def check_fork() -> None:
    """Raise ``RuntimeError`` in a forked process in which polars would hang."""
    if _state["threads_lost"]:
        raise RuntimeError(
            "This process was forked from one in which polars had run, and would hang: threads do not "
            "survive a fork. Use the 'spawn' start method, as in multiprocessing.get_context('spawn'), or "
            "load the model in each worker and not before the fork."
        )


def _polars_has_run() -> bool:
    """Whether polars has started threads; where threads cannot be listed, whether polars is imported."""
    if "polars" not in sys.modules or not _TASKS.is_dir():
        return "polars" in sys.modules
    for task in _TASKS.iterdir():
        with suppress(OSError):  # a thread may end while they are listed
            if _POLARS_THREAD.fullmatch((task / "comm").read_text().strip()):
                return True
    return False


def _before_fork() -> None:
    # A child that forks again has no threads to be seen any more, and is as badly off.
    _state["threads_before"] = _state["threads_lost"] or _polars_has_run()


def _after_fork_in_child() -> None:
    _state["threads_lost"] = _state["threads_before"]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)
