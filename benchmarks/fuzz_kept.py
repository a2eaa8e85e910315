"""The inputs that the repository keeps: the smallest that together reach all that the fuzzer reached."""

import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import Any

from fuzz_inputs import ROOT, seeds

SOURCE = str(ROOT / "src" / "newstance")
MOST_BYTES = 9_000  # of the kept inputs of a target, packed
SECONDS = 20  # of CPU in which inputs of a target are chosen, smallest first
Reached = set[tuple[str, int]]


def keep(found: Path) -> None:
    """Write ``tests/data/fuzz`` anew, from what it holds, the seeds, and the corpora in ``found``."""
    from fuzz_targets import KEPT, TARGETS, kept

    warnings.simplefilter("ignore")
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, target in TARGETS.items():
            files = (found / name / "corpus").glob("*")
            inputs = {*seeds(name), *kept(name), *(path.read_bytes() for path in files)}
            call = partial(target, place=Path(folder))
            n_inputs = _write(KEPT / f"{name}.zip", _chosen(call, inputs))
            print(f"{name}: {n_inputs} of {len(inputs)} inputs kept")


def _chosen(call: Callable[[bytes], None], inputs: set[bytes]) -> list[bytes]:
    """Of the ``inputs``, smallest first, those that reach a line which smaller ones do not."""
    known: Reached = set()
    end = time.process_time() + SECONDS
    chosen = []
    for data in sorted(inputs, key=lambda data: (len(data), data)):
        new = _reached(call, data) - known if time.process_time() < end else None
        if new:
            known |= new
            chosen.append(data)
    return chosen


def _reached(call: Callable[[bytes], None], data: bytes) -> Reached:
    """The lines of newstance that an input reaches."""
    reached: Reached = set()

    def line(frame: FrameType, event: str, _: Any) -> Any:
        reached.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    def called(frame: FrameType, event: str, _: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(SOURCE) else None

    sys.settrace(called)
    try:
        call(data)
    except Exception:
        pass
    finally:
        sys.settrace(None)
    return reached


def _write(path: Path, inputs: list[bytes]) -> int:
    """Pack the inputs as long as there is room, the same bytes for the same inputs; how many there was room
    for."""
    size = n_written = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for data in inputs:
            entry = zipfile.ZipInfo(sha256(data).hexdigest()[:8])
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
            n_written += 1
            size += archive.getinfo(entry.filename).compress_size + 100
            if size > MOST_BYTES:
                break
    return n_written
