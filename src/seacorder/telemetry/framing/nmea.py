"""Framing of NMEA 0183 (IEC 61162-1), as it comes from real cables.

A record is a tag block (`\\s:rov*hh\\`) if there is one, then `$` or `!`, up to CR, LF or the next `$`. After a
checksum it also ends at `!` and `\\`, which sentences without a line end between them need. What stands before the
start is noise: the text of a logger, the rest of a sentence that began before the connection, binary data.
"""

import re

from seacorder.model.framing import RECORD_BYTES_MAX
from seacorder.model.instant import Instant
from seacorder.telemetry.framing.framer import Framer, Record

# A tag block has at most 80 characters in the standard; without a limit, a lone `\` would hold back all that follows.
# No possessive quantifiers here: Python 3.11 before 3.11.5 finds wrong groups with them.
_TAG_BEGUN = rb"\\[^\\\r\n$!]{0,255}"
_START = re.compile(rb"(?:" + _TAG_BEGUN + rb"\\)?[$!]")
_BEGUN = re.compile(_TAG_BEGUN + rb"\\?\Z")
_END = re.compile(rb"[\r\n$]|(?<=\*[0-9A-Fa-f]{2})[!\\]")
_LINE_END = b"\r\n"
_WITH_MEANING = b"\r\n$!\\"
_COMPLETE = re.compile(rb"[$!].*\*[0-9A-Fa-f]{2}[ \t]*\Z", re.DOTALL)
_CHECKSUM_BYTES = 3
"""`*hh`: as much of a record that is too long is kept, because its end can only be seen with it."""


class NmeaFramer(Framer):
    """Finds its way back at the next start, whatever came before it."""

    def __init__(self) -> None:
        super().__init__()
        self._is_too_long = False
        """What arrives belongs to a record that is longer than any may be."""

    def feed(self, data: bytes, received: Instant) -> list[Record]:
        """See `Framer.feed`. Whole sentences with nothing odd in them, while nothing waits, take a short way."""
        if not self._pending and data.endswith(_LINE_END):
            lines = _usual(data)
            if lines:
                self._last = received
                return [Record(line, received) for line in lines]
        return super().feed(data, received)

    def _cut(self, buffer: bytes, received: Instant) -> list[Record]:
        if self._is_too_long:
            buffer = self._skip(buffer)
            if self._is_too_long:
                return []
        whole = buffer[: buffer.rfind(_LINE_END) + 2]  # what follows it is the begin of a sentence, as a rule
        records = [Record(line, received) for line in _usual(whole)]
        position = len(whole) if records else 0
        if position == len(buffer):
            self._pending = b""
            return records
        # Two searches a record, each of which goes on where the one before it ended: what noise costs grows with its
        # length, not with its square.
        while (start := _START.search(buffer, position)) is not None:
            self._drop(buffer[position : start.start()])
            position = start.start()
            end = _END.search(buffer, start.end())
            if end is None:
                break
            data, position = buffer[position : end.start()], end.start()
            if 1 < len(data) <= RECORD_BYTES_MAX:
                records.append(Record(data, received))
            else:
                self._drop(data)
        self._wait(buffer[position:], is_begun=start is not None)
        return records

    def _wait(self, rest: bytes, *, is_begun: bool) -> None:
        """Keeps what may be the beginning of a record, and counts the rest. `is_begun`: a record's start is seen."""
        if not is_begun:
            tag = _BEGUN.search(rest)
            begins = len(rest) if tag is None else tag.start()
            self._drop(rest[:begins])
            rest = rest[begins:]
        self._pending = rest
        if len(rest) > RECORD_BYTES_MAX:
            self._is_too_long = True
            self._keep_checksum(rest)

    def _skip(self, buffer: bytes) -> bytes:
        """What follows the record that is too long."""
        end = _END.search(buffer)
        if end is None:
            self._keep_checksum(buffer)
            return b""
        self._is_too_long = False
        self._drop(buffer[: end.start()])
        return buffer[end.start() :]

    def _keep_checksum(self, data: bytes) -> None:
        self._drop(data[:-_CHECKSUM_BYTES])
        self._pending = data[-_CHECKSUM_BYTES:]

    def _is_record(self, data: bytes) -> bool:
        if self._is_too_long:
            self._is_too_long = False
            return False
        return len(data) > 1 and _START.match(data) is not None

    def _is_complete(self, data: bytes) -> bool:
        return not self._is_too_long and _COMPLETE.search(data) is not None


def _usual(data: bytes) -> list[bytes]:
    """The sentences in bytes that are nothing but whole sentences, none of which has anything odd in it; else none.
    Nearly all that comes is so. It is seen by counting: a byte with a meaning stands at each begin and at each line
    end, and nowhere else.
    """
    lines = data.split(_LINE_END)
    count = len(lines) - 1
    is_usual = (
        data.startswith(b"$")
        and not lines.pop()
        and data.count(b"\r\n$") == count - 1
        and len(data) - len(data.translate(None, _WITH_MEANING)) == 3 * count
        and b"$\r" not in data
        and len(max(lines, key=len)) <= RECORD_BYTES_MAX
    )
    return lines if is_usual else []
