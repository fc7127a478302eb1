"""Plays a log: with the times at the beginning of its lines, or a line after each pause.

Times that are understood, at the beginning of a line and perhaps in brackets: ISO 8601 (`2026-05-04T03:02:01.123Z`,
with or without zone), and seconds since 1970 (`1777863721.123`). They are left out of what is played. A line without a
time is played together with the one before it.
"""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.model.address.telemetry import ReplayAddress
from seacorder.model.instant import Instant
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.sources.contract import READ_SECONDS

LINE_BYTES = 65_536
AT_ONCE = 64
"""Lines that one read gives at most."""
_TIME = re.compile(
    rb"[\[(]?(?:(?P<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)"
    rb"|(?P<epoch>\d{9,10}\.\d{1,9}))[\])]?[ \t,;:]*"
)
_LONGEST_GAP_SECONDS = 3600.0
"""A longer step between two times is a new day's work, not a pause to be kept."""


class ReplaySource:
    """See `contract.DataSource`. At the end of the log nothing more comes."""

    pause_seconds = 0.0

    def __init__(self, address: ReplayAddress, clock: Clock) -> None:
        self._address = address
        self._clock = clock
        self._file: BinaryIO | None = None
        self._due: Iterator[tuple[float, bytes]] = iter(())
        self._next: tuple[float, bytes] | None = None
        self._begin_ns = 0
        self._waiting = threading.Event()

    def open(self) -> None:
        path = Path(self._address.path).expanduser()
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise InputFailed(f"{path} cannot be read ({error.strerror}).", "Correct the path of the input.") from error
        self._rewind(self._file)

    def read(self) -> list[Chunk]:
        if self._next is None and not (self._address.loops and self._begin_again()):
            self._waiting.wait(READ_SECONDS)
            return []
        assert self._next is not None  # noqa: S101 - just looked
        if (wait := self._wait_seconds(self._next[0])) > 0:
            self._waiting.wait(min(wait, READ_SECONDS))
        chunks: list[Chunk] = []
        while self._next is not None and len(chunks) < AT_ONCE and self._wait_seconds(self._next[0]) <= 0:
            chunks.append(Chunk(self._next[1], Instant.now(self._clock)))
            self._next = self._following()
        return chunks

    def close(self) -> None:
        self._waiting.set()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin_again(self) -> bool:
        """False when there is nothing to play."""
        if self._file is None:
            return False
        self._rewind(self._file)
        return self._next is not None

    def _rewind(self, file: BinaryIO) -> None:
        file.seek(0)
        self._begin_ns = self._clock.monotonic_ns()
        self._due = timed_lines(file, self._address)
        self._next = self._following()

    def _following(self) -> tuple[float, bytes] | None:
        try:
            return next(self._due, None)
        except OSError as error:
            raise InputFailed(f"{self._address.path} cannot be read any more ({error.strerror}).") from error

    def _wait_seconds(self, at_seconds: float) -> float:
        if not self._address.speed:
            return 0.0
        played = (self._clock.monotonic_ns() - self._begin_ns) / NS_PER_SECOND
        return at_seconds / self._address.speed - played


def timed_lines(file: BinaryIO, address: ReplayAddress) -> Iterator[tuple[float, bytes]]:
    """Each line with its ends, without its time, and how many seconds after the first one it is due. Pure but for the
    file."""
    at, last = 0.0, None
    is_first = True
    while line := file.readline(LINE_BYTES):
        time, rest = stamped(line) if address.has_times else (None, line)
        if time is not None:
            if last is not None and 0 < time - last <= _LONGEST_GAP_SECONDS:
                at += time - last
            last = time
        elif last is None and not is_first:
            at += address.pause_seconds
        is_first = False
        yield at, rest


def stamped(line: bytes) -> tuple[float | None, bytes]:
    """The time at the beginning of a line in seconds since 1970, None if there is none; and the line without it."""
    found = _TIME.match(line)
    time = None if found is None else _seconds(found)
    return (None, line) if found is None or time is None else (time, line[found.end() :])


def _seconds(found: re.Match[bytes]) -> float | None:
    """The time of a match, in seconds since 1970; None for one that cannot be."""
    try:
        if found["epoch"] is not None:
            return float(found["epoch"])
        moment = datetime.fromisoformat(found["iso"].decode().replace(",", "."))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
