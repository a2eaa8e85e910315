"""Which process a run belongs to, and whether that process is dead.

A process that is killed cannot end its run in MLflow, which would be RUNNING for ever. So each run has the
name of its machine and what tells its process from all others there: boot, namespace of process ids,
process id and start. Only a process of this machine, boot and namespace can be known to be dead.
"""

import os
import platform
from pathlib import Path

HOST, PROCESS = "newstance.host", "newstance.process"
BOOT_ID, NAMESPACE = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
START_TIME = 19  # of the fields behind the name in /proc/<pid>/stat (proc(5), there field 22)


def process_tags() -> dict[str, str]:
    """The tags that name this process."""
    return {HOST: platform.node(), PROCESS: f"{_here()} {os.getpid()} {_started(os.getpid()) or ''}".strip()}


def is_dead(process: str | None) -> bool:
    """Whether the process that a tag of this machine names is gone for certain; False where nobody knows."""
    here, _, rest = (process or "").partition(" ")
    pid, _, started = rest.partition(" ")
    if not (pid.isdecimal() and started):  # systems without /proc do not tell
        return False
    boot, _, namespace = here.partition(":")
    if boot != _boot():
        return True  # the machine was started anew
    return namespace == _namespace() and _started(int(pid)) != started


def _here() -> str:
    return f"{_boot()}:{_namespace()}"


def _boot() -> str:
    return BOOT_ID.read_text().strip() if BOOT_ID.is_file() else ""


def _namespace() -> str:
    return os.readlink(NAMESPACE).replace(" ", "") if NAMESPACE.is_symlink() else ""


def _started(pid: int) -> str | None:
    """When a process started, in ticks since the boot; None where there is none (or it is a zombie)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[START_TIME]
