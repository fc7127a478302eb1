"""What every source of survey data does."""

from typing import Protocol

from seacorder.telemetry.chunk import Chunk

READ_SECONDS = 0.5
"""How long `read` waits at most for the first byte."""
BURST_SECONDS = 0.03
"""The pause between two reads of a source that may send in many small pieces. Each read wakes three threads and what
they work on has left the processor's caches, so the fewer reads the cheaper: 30 in place of 25 ms saved a tenth. It may
not be much longer. A value waits for the read and then, where other sources speak too, for the outbox
(`telemetry.outbox.BATCH_NS`); 95 of 100 such waits are below 43 ms, and a listener is to have it within 50 ms."""


class DataSource(Protocol):
    """One connection, from `open` to `close`. All methods are called on one thread, and may block for some seconds.

    `open` and `read` raise InputFailed, whose message says what is wrong and what to do; then `close` is called, and
    another connection is made later.
    """

    pause_seconds: float
    """How long the next read is put off after one that gave something, so that data that comes in many small pieces
    costs few wake-ups. 0 for a source that keeps time by itself."""

    def open(self) -> None: ...

    def read(self) -> list[Chunk]:
        """What has come, in order; empty when nothing came within READ_SECONDS."""
        ...

    def close(self) -> None:
        """Harmless when it is not open."""
        ...
