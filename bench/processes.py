"""Processor time and memory of processes, as Linux accounts for them (proc(5))."""

import os
import time
from pathlib import Path

_NS_PER_SECOND = 1_000_000_000
_PROC = Path("/proc")
_CHILDREN_USER = 13
_NICENESS = 16
"""Their places behind the name in /proc/PID/stat; the children's system time follows their user time."""
_NICEST = 19


def tree(root: int) -> list[int]:
    """`root` and all its living descendants."""
    parents: dict[int, list[int]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                parent = int(_fields(int(folder.name))[1])
            except (OSError, IndexError):
                continue
            parents.setdefault(parent, []).append(int(folder.name))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def _fields(pid: int) -> list[str]:
    """/proc/PID/stat from the state on; the command before it may hold spaces and brackets."""
    return _after_name(_PROC / str(pid) / "stat")


def _after_name(stat: Path) -> list[str]:
    return stat.read_text().rpartition(")")[2].split()


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of the processes with all their threads, since they began.

    The sum of utime and stime of /proc/PID/stat, read from the process's own clock (clock_getcpuclockid(3)) because
    that counts nanoseconds instead of hundredths of a second. Raises OSError when a process has ended.
    """
    return sum(time.clock_gettime_ns((~pid << 3) | 2) for pid in pids) / _NS_PER_SECOND


def tree_seconds(root: int) -> float:
    """The same of `root` and all its descendants, with those that have ended: their time is in their parents'
    (proc(5), cutime and cstime), in hundredths of a second.
    """
    total = 0.0
    for pid in tree(root):
        try:
            ended = sum(map(int, _fields(pid)[_CHILDREN_USER : _CHILDREN_USER + 2])) / os.sysconf("SC_CLK_TCK")
            total += cpu_seconds([pid]) + ended
        except OSError:
            continue  # it has ended since it was listed, and is in its parent's
    return total


def wake_ups(pids: list[int]) -> int:
    """How often a processor was given to a thread of these processes, since the threads began: the sum of the voluntary
    and the involuntary context switches of every /proc/PID/task/TID/status.

    A thread that has ended is no longer counted. Raises OSError when a process has ended.
    """
    return sum(_switches(task) for pid in pids for task in (_PROC / str(pid) / "task").iterdir())


def _switches(task: Path) -> int:
    try:
        lines = (task / "status").read_text().splitlines()
    except OSError:
        return 0  # the thread has ended since it was listed
    return sum(int(line.split()[1]) for line in lines if "voluntary_ctxt_switches" in line)


def tasks_of_niceness(pid: int, above: int) -> list[Path]:
    """The process's threads whose niceness is so much above its own, as folders of /proc."""
    own = int(_fields(pid)[_NICENESS])
    tasks = (_PROC / str(pid) / "task").iterdir()
    return [task for task in tasks if int(_after_name(task / "stat")[_NICENESS]) == min(_NICEST, own + above)]


def task_seconds(tasks: list[Path]) -> float:
    """User and system time of threads since they began, which the scheduler counts in nanoseconds (proc(5))."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / _NS_PER_SECOND


def pss_bytes(pid: int) -> int:
    """Proportional set size: pages that several processes share count in equal shares."""
    for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def command_line(pid: int) -> str:
    return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
