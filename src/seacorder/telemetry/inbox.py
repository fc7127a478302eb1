"""What has come for the telemetry worker's main thread: from sources, and from the control process.

Bounded: while the main thread is behind, the sources' threads wait, and the kernel keeps what comes.
"""

import queue
from dataclasses import dataclass

from seacorder.base.message import Message
from seacorder.telemetry.chunk import Chunk

BURSTS_WAITING = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """A source has been opened."""

    source: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A source cannot be opened, or cannot be read any more."""

    source: int
    why: Message


@dataclass(frozen=True, slots=True)
class SourceRead:
    """What one read of a source gave, in order."""

    source: int
    """Its place in the settings."""
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """A command of the control process; None: its end of the pipe is closed."""

    command: object


Item = Opened | Failed | SourceRead | Order


class Inbox:
    """May be used by any thread."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Item] = queue.Queue(BURSTS_WAITING)

    def put(self, item: Item) -> None:
        """Blocks while too much waits."""
        self._queue.put(item)

    @property
    def is_empty(self) -> bool:
        """Nothing waits just now."""
        return self._queue.empty()

    def get(self, seconds: float) -> Item | None:
        """The next one; None when none comes within so many seconds."""
        try:
            return self._queue.get(timeout=seconds) if seconds > 0 else self._queue.get_nowait()
        except queue.Empty:
            return None
