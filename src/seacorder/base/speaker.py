"""Whose lines of the log a thread writes, in a process that works for several channels.

A thread speaks for whom the thread spoke for that made it; `base.background`, which starts all threads, sees to that.
Threads that serve one channel after the other change it with `speaking_for`.
"""

import contextlib
import threading
from collections.abc import Iterator

_thread = threading.local()


def speaker() -> str:
    """The name at the head of this thread's lines; empty: that of the process."""
    return getattr(_thread, "name", "")


def speak_for(name: str) -> None:
    """From now on this thread's lines begin with that name."""
    _thread.name = name


@contextlib.contextmanager
def speaking_for(name: str) -> Iterator[None]:
    """This thread's lines begin with that name for so long."""
    before = speaker()
    speak_for(name)
    try:
        yield
    finally:
        speak_for(before)
