"""Framing of everything that is no NMEA: lines, bytes of its own at the start and end, a length, datagrams."""

import re

from seacorder.model.framing import RECORD_BYTES_MAX, Framing, FramingKind
from seacorder.model.instant import Instant
from seacorder.telemetry.framing.framer import SILENCE_NS, Framer, Record
from seacorder.telemetry.framing.nmea import NmeaFramer


class MarksFramer(Framer):
    """Records that end with certain bytes, and begin with certain bytes if there are such. A second start before an
    end begins the record again: the end was lost.
    """

    def __init__(self, start: bytes, end: re.Pattern[bytes], end_length: int) -> None:
        super().__init__()
        self._start, self._end_length = start, end_length
        self._mark = re.compile(b"(?P<start>" + re.escape(start) + b")|" + end.pattern) if start else end
        self._is_open = not start
        self._scanned = 0
        """How much of `_pending` holds no mark."""
        self._is_too_long = False

    def _cut(self, buffer: bytes, received: Instant) -> list[Record]:
        records: list[Record] = []
        begin = 0
        for found in self._mark.finditer(buffer, self._scanned):
            content = buffer[begin : found.start()]
            begin = found.end()
            if self._start and found["start"] is not None:
                self._drop(content)
                self._is_open, self._is_too_long = True, False
                continue
            if self._is_open and not self._is_too_long and self._is_record(content):
                records.append(Record(content, received))
            else:
                self._drop(content)
            self._is_open, self._is_too_long = not self._start, False
        self._wait(buffer[begin:])
        return records

    def _wait(self, rest: bytes) -> None:
        """Keeps an open record; of what cannot be one, only as many bytes as may be the beginning of a mark."""
        cut = max(len(self._start), self._end_length) - 1
        if not self._is_open or self._is_too_long or len(rest) > RECORD_BYTES_MAX + cut:
            self._is_too_long = self._is_open
            kept = max(len(rest) - cut, 0)
            self._drop(rest[:kept])
            rest = rest[kept:]
        self._pending = rest
        self._scanned = max(len(rest) - cut, 0)

    def begin_in_the_middle(self) -> None:
        self._is_open = False

    def flush(self, now_ns: int) -> list[Record]:
        is_silent = self._last is not None and now_ns >= self._last.monotonic_ns + SILENCE_NS
        if is_silent and not self._start and not self._is_open:
            self._drop(self._pending)
            self._pending, self._scanned, self._is_open = b"", 0, True
        return super().flush(now_ns)

    @property
    def silence_ends_ns(self) -> int | None:
        """None where records have a start: one that is cut is noticed by the next start, however long that takes."""
        return None if self._start else super().silence_ends_ns

    def _finish(self) -> list[Record]:
        if self._is_too_long:
            self._drop(self._pending)
            self._pending = b""
        self._is_too_long, self._scanned = False, 0
        return super()._finish()

    def _is_record(self, data: bytes) -> bool:
        return len(data) <= RECORD_BYTES_MAX and bool(data.strip())


class LengthFramer(Framer):
    """Records of one length. Only silence shows where one begins, so it drops what is left over then."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self._length = length

    def _cut(self, buffer: bytes, received: Instant) -> list[Record]:
        end = len(buffer) - len(buffer) % self._length
        self._pending = buffer[end:]
        return [Record(buffer[at : at + self._length], received) for at in range(0, end, self._length)]

    def _is_record(self, data: bytes) -> bool:
        return False


class DatagramFramer(Framer):
    """A datagram is a record."""

    def _cut(self, buffer: bytes, received: Instant) -> list[Record]:
        if self._is_record(buffer):
            return [Record(buffer, received)]
        self._drop(buffer)
        return []


def framer_for(framing: Framing) -> Framer:
    """A new framer of this kind."""
    match framing.kind:
        case FramingKind.NMEA:
            return NmeaFramer()
        case FramingKind.LINE:
            return MarksFramer(b"", re.compile(rb"[\r\n]+"), 1)
        case FramingKind.MARKS:
            return MarksFramer(framing.start, re.compile(re.escape(framing.end)), len(framing.end))
        case FramingKind.LENGTH:
            return LengthFramer(framing.length)
        case FramingKind.DATAGRAM:
            return DatagramFramer()
