"""How many cores this program may use, and how it avoids taking them from other processes."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Linux, control groups version 2: `<microseconds or max> <period in microseconds>`."""

_TASKS = Path("/proc/self/task")
"""Linux: a folder for each thread of this process."""


def usable_cores(quota_file: Path = _QUOTA) -> float:
    """The number of cores that this process may use: those it may run on, or a container's quota when that is less."""
    cores = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    try:
        quota, period = quota_file.read_text(encoding="ascii").split()
        return min(cores, int(quota) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return cores


@contextlib.contextmanager
def no_real_time_threads() -> Iterator[None]:
    """After the block, threads that a library made real-time in it have the ordinary priority again. Linux; elsewhere
    nothing happens.

    When the user is root, SVT-AV1 gives its own threads and the one that opens it the policy SCHED_FIFO with the
    highest priority. On a machine with two cores, two such threads can keep every other process from running, and
    processes that are started later inherit the policy. A program that was started real-time on purpose is left so.
    """
    was_real_time = _is_real_time(0)
    try:
        yield
    finally:
        if not was_real_time and _TASKS.is_dir():
            for task in _TASKS.iterdir():
                with contextlib.suppress(OSError):  # it has ended meanwhile
                    if _is_real_time(int(task.name)):
                        os.sched_setscheduler(int(task.name), os.SCHED_OTHER, os.sched_param(0))


def _is_real_time(thread: int) -> bool:
    """`thread` is a thread id; 0 is the calling thread."""
    return hasattr(os, "sched_getscheduler") and os.sched_getscheduler(thread) in {os.SCHED_FIFO, os.SCHED_RR}
