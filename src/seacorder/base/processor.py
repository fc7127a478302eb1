"""How much of the processor this program may use."""

import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Linux, control groups version 2: `<microseconds or max> <period in microseconds>`."""


def usable_cores(quota_file: Path = _QUOTA) -> float:
    """Cores: those that this process may run on, less where a container's quota says so."""
    cores = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    try:
        quota, period = quota_file.read_text(encoding="ascii").split()
        return min(cores, int(quota) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return cores
