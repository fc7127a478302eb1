"""The name at the head of a thread's lines in the log: in a process that several channels share, the channel's name.

A new thread takes over the name of the thread that makes it; `base.background`, which starts all threads, sees to that.
A thread that serves one channel after the other changes its name with `speaking_for`.
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
    """Within the `with` block this thread's lines begin with that name."""
    before = speaker()
    speak_for(name)
    try:
        yield
    finally:
        speak_for(before)
