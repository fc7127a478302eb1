"""Ends a regular expression that runs away: by a limit of processor time, within this process.

A pattern such as `(a+)+$` can take longer than the age of the universe over forty letters. Python's `re` looks for
signals while it searches, and only the main thread gets them; so records are interpreted on the main thread, and a
timer of processor time (`ITIMER_VIRTUAL`, setitimer(2)) raises `TookTooLong` out of the search. The time in which this
process does not run, because the machine is busy, does not count. Nothing is lost then, and nothing has to be started
again.

Windows has no such timer. There the watch over hung workers kills this one, and the control process finds the name of
the definition in the file that is marked here (`model.trying`).
"""

import contextlib
import mmap
import signal
from pathlib import Path
from types import FrameType

from seacorder.base.clock import Clock
from seacorder.model.trying import MARK_BYTES, NO_MARK, mark_of

LIMIT_SECONDS = 0.25


class TookTooLong(Exception):
    """Raised in the middle of what took too long."""


def _raise(_signal: int, _frame: FrameType | None) -> None:
    raise TookTooLong


class TimeLimit:
    """For the main thread of a process alone."""

    def __init__(self, mark_path: str, clock: Clock) -> None:
        """`mark_path`: a file of MARK_BYTES, in which is said what is being tried; empty: nowhere. The signal SIGVTALRM
        belongs to this from now on, where the system has it."""
        self._clock = clock
        self._shared: mmap.mmap | None = None
        self._has_timer = hasattr(signal, "setitimer")
        self.newest = ""
        """What was tried last, or is being tried."""
        if mark_path:
            with contextlib.suppress(OSError, ValueError), Path(mark_path).open("r+b") as file:
                self._shared = mmap.mmap(file.fileno(), MARK_BYTES)
        if self._has_timer:
            signal.signal(signal.SIGVTALRM, _raise)

    def trying(self, name: str) -> None:
        """The regular expression of this definition is tried from now on, an empty name: none is. `TookTooLong` is
        raised between the two when the limit is used up."""
        if name:
            self.newest = name
            if self._shared is not None:
                self._shared[:MARK_BYTES] = mark_of(name, self._clock.monotonic_ns())
            if self._has_timer:
                signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_SECONDS)
        else:
            if self._has_timer:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            if self._shared is not None:
                self._shared[: len(NO_MARK)] = NO_MARK
