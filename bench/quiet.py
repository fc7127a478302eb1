"""Was the machine quiet? How much of it others take while the bench itself does nothing."""

import os
import time
from pathlib import Path

BUSY_LIMIT = 0.05
"""Cores. A quiet machine of ours takes less than 0.02."""
_LOOK_SECONDS = 3.0
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_WORKING = (0, 1, 2, 5, 6, 7)
"""User, nice, system, both kinds of interrupts, and stolen by other machines of the same host (proc(5))."""


def busy_cores(seconds: float = _LOOK_SECONDS) -> float:
    """How many cores were at work over the next seconds. Blocks."""
    before, begun = _ticks(), time.monotonic()
    time.sleep(seconds)
    return (_ticks() - before) / _TICKS_PER_SECOND / (time.monotonic() - begun)


def _ticks() -> int:
    fields = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]
    return sum(int(fields[place]) for place in _WORKING if place < len(fields))


def sentence(looks: list[float]) -> str:
    """For the page's head; `looks` were taken before each section, when nothing of the bench ran."""
    worst = f"others took at most {100 * max(looks):.0f} % of a core before a section"
    if max(looks) <= BUSY_LIMIT:
        return f"yes; {worst}"
    noisy = sum(look > BUSY_LIMIT for look in looks)
    return f"**no**; {worst}, more than {100 * BUSY_LIMIT:.0f} % before {noisy} of {len(looks)}"
