"""Processes of a running program, found by what they have open. Linux only."""

import contextlib
import os
import signal
import statistics
from collections.abc import Sequence
from pathlib import Path

from rig.program import Program

WORKER = b"seacorder.channel\0"


def children(pid: int) -> list[int]:
    """Direct children of a process, none when it is gone."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def workers(program: Program) -> list[int]:
    """The channels' workers."""
    return [pid for pid in children(program.control_pid) if WORKER in command_line(pid)]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def open_files(pid: int) -> list[str]:
    """What the process has open, as far as it is still there."""
    found = []
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.append(str(entry.readlink()))
    return found


def worker_of(program: Program, channel: str) -> int | None:
    """The worker that has a file of the channel open; None while none records it."""
    root = str(program.root)
    for pid in workers(program):
        if any(path.startswith(root) and channel in Path(path).name for path in open_files(pid)):
            return pid
    return None


def kill(pid: int) -> None:
    """kill -9; harmless when the process has just ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def kill_all(program: Program) -> None:
    """The program and every worker, as a crash of the machine's memory would end them."""
    program.kill_all()


def threads(pid: int) -> int:
    with contextlib.suppress(OSError):
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    return 0


def private_bytes(pid: int) -> int:
    """Memory that the process has for itself: what would be free without it."""
    return _mapped_bytes(pid, "Private_")


def anonymous_bytes(pid: int) -> int:
    """Memory that the process has filled itself: no pages of programs and libraries, whose number others change."""
    return _mapped_bytes(pid, "Anonymous:")


def _mapped_bytes(pid: int, begin: str) -> int:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(begin))
    return 0


def slope_mb_an_hour(sizes: Sequence[tuple[float, float]]) -> float:
    """How fast a size grows. Each is (seconds, bytes); least squares over the second half, when caches are full."""
    late = sizes[len(sizes) // 2 :]
    line = statistics.linear_regression([at for at, _ in late], [size for _, size in late])
    return line.slope * 3600 / 1e6
