"""Lets every other process of this computer go first, for work that must not disturb a recording."""

import contextlib
import ctypes
import os
import platform

NICENESS = 19
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30, "riscv64": 30, "armv7l": 314, "i686": 289}
"""The number of the call ioprio_set(2), which the C library does not offer by name."""
_WHO_PROCESS, _IDLE = 1, 3 << 13


def be_gentle() -> None:
    """From now on this process gets the processor and the disk when nobody else wants them. Raises nothing."""
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(NICENESS)
    if hasattr(os, "sched_setscheduler"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    number = _IOPRIO_SET.get(platform.machine())
    if number is not None and platform.system() == "Linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).syscall(number, _WHO_PROCESS, 0, _IDLE)
