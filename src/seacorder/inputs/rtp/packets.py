"""RTP packets (RFC 3550, 5.1 and appendix A): headers, sequence numbers, timestamps, order. Pure.

Headers are read where they lie in the receive buffer, so that no payload is copied for that.
"""

import struct
from collections import deque
from dataclasses import dataclass, field

HEADER_BYTES = 12
read_head = struct.Struct(">xBHII").unpack_from
"""A packet's `Head` at an offset."""
Head = tuple[int, int, int, int]
"""A packet's header: the byte of marker and payload type, the sequence number, the timestamp, the SSRC."""
LATE, ANEW = -1, -2
"""LATE: a packet is late, or a copy, and must not be used. ANEW: the sequence numbers begin anew with this packet, and
nothing is known to be missing."""
_HALF_SEQUENCE = 0x8000
_LATE_MAX = 1000
"""A packet that is at most so many numbers behind is late or a copy; further behind, the sender has begun anew."""
_OTHERS_MAX = 256
_AHEAD_MAX = 10_000
"""A packet further ahead than that is a new beginning, too, not so large a loss."""


@dataclass(frozen=True, slots=True)
class RtpHeader:
    """A packet's header, and where its payload lies."""

    head: Head
    begin: int
    end: int


def parse_header(block: memoryview, begin: int, end: int) -> RtpHeader | None:
    """The header of the packet in `block[begin:end]`, and its payload without extension and padding. None when the
    block is no RTP packet. """
    if end - begin < HEADER_BYTES:
        return None
    first = block[begin]
    if first >> 6 != 2:
        return None
    at = begin + HEADER_BYTES + 4 * (first & 0x0F)
    if first & 0x10:
        if end - at < 4:
            return None
        at += 4 + 4 * (block[at + 2] << 8 | block[at + 3])
    if first & 0x20 and end > at:
        end -= block[end - 1]
    return RtpHeader(read_head(block, begin), at, end) if at <= end else None


@dataclass(slots=True)
class Sequence:
    """Follows the sequence numbers of one sender, so that every lost packet is counted."""

    received: int = 0
    lost: int = 0
    """Packets that did not come, or came too late."""
    highest: int = 0
    """The newest number, with the count of its wraps above its 16 bits (RFC 3550, A.1)."""
    may_be_late: bool = False
    """Packets overtake each other, as datagrams do. Otherwise a number that goes back is a new beginning."""
    _next: int | None = None
    _repeated_at: int = -1
    """How many had been received when a number was last repeated."""
    _others: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=_OTHERS_MAX))
    """Packets of the same sender that are not the track's: their numbers, and how many of the track's came before."""

    def take(self, sequence: int) -> int:
        """How many packets are missing right before this one; `LATE` or `ANEW`."""
        if sequence == self._next:  # the usual case first: this runs for every packet of every camera
            self._next = (sequence + 1) & 0xFFFF
            self.highest += 1
            self.received += 1
            return 0
        if self._next is None:
            self.highest, step = sequence, 0
        else:
            step = self._step((sequence - self._next) & 0xFFFF, sequence)
            if step == LATE:
                return LATE
        self._next = (sequence + 1) & 0xFFFF
        self.received += 1
        self.lost += max(0, step)
        return step

    def take_run(self, count: int) -> None:
        """So many packets have come that follow the last one without a gap."""
        self.highest += count
        self.received += count
        self._next = ((self._next or 0) + count) & 0xFFFF

    def pass_over(self, sequence: int) -> None:
        """Ignores a packet of the same sender that is not the track's. Some cameras number such packets with the
        track's own; then this number is not missing.
        """
        if self._next is not None:
            self._others.append((sequence, self.received))

    def is_near(self, sequence: int) -> bool:
        """True when a number is so near the expected one that it may be of this count."""
        return self._next is None or (sequence - self._next + _LATE_MAX) & 0xFFFF <= 2 * _LATE_MAX

    def _step(self, ahead: int, sequence: int) -> int:
        """How many packets are missing before one that is `ahead` numbers ahead of the expected one (modulo 65536)."""
        if ahead <= _AHEAD_MAX:
            self.highest += 1 + ahead
            return ahead - self._counted_others(ahead)
        back = 0x10000 - ahead
        if back == 1 and all(number != sequence for number, _ in self._others):
            # The number of the last packet again: a copy. But if the next one has it, too, the camera does not count.
            is_first, self._repeated_at = self.received != self._repeated_at, self.received
            if self.may_be_late or is_first:
                return LATE
            self._repeated_at += 1
        elif self.may_be_late and back <= _LATE_MAX:
            return LATE
        if ahead < _HALF_SEQUENCE:
            self.highest += 1 + ahead
        else:
            self.highest = (self.highest & ~0xFFFF) + 0x10000 + sequence
        # The sender begins anew. Of datagrams something is probably lost; inside of a connection everything comes.
        return 1 if self.may_be_late else ANEW

    def _counted_others(self, ahead: int) -> int:
        """How many of the next `ahead` numbers packets have that are not the track's.

        Inside of a connection such a packet comes in its place, after the last of the track's packets: one that came
        earlier has a count of its own, and the same number by chance. Datagrams may overtake each other.
        """
        next_number = self._next or 0
        places = ((number, received) for number, received in self._others if (number - next_number) & 0xFFFF < ahead)
        return len({number for number, received in places if self.may_be_late or received == self.received})

    def restart_at(self, sequence: int) -> int:
        """A packet that `take` called late is no copy: the count begins anew with it."""
        self._next = (sequence + 1) & 0xFFFF
        self.received += 1
        self._repeated_at = self.received  # if the next one has that number again, the camera does not count
        return ANEW

    def restart(self) -> None:
        """Another sender goes on, with its own sequence numbers."""
        self._next = None
        self._others.clear()


@dataclass(slots=True)
class Unwrapped:
    """Extends 32-bit RTP timestamps to numbers that do not wrap; they may go back as well as on."""

    _last: int | None = None

    def take(self, timestamp: int) -> int:
        if self._last is None:
            self._last = timestamp
        else:
            self._last += ((timestamp - self._last + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000
        return self._last


@dataclass(slots=True)
class Reorder:
    """Puts datagrams into order. A missing one is waited for until the one after it has waited `window_ns`."""

    window_ns: int
    capacity: int = 2048
    _next: int | None = None
    _waiting: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    """Sequence number: (when it came, the packet)."""

    def is_next(self, sequence: int) -> bool:
        """True when a packet is the next in order, so that the caller uses it at once; it counts as used."""
        if self._waiting or (self._next is not None and sequence != self._next):
            return False
        self._next = (sequence + 1) & 0xFFFF
        return True

    def put(self, sequence: int, packet: bytes, now_ns: int) -> list[bytes]:
        """Keeps a packet that is not next. Returns those to be used now, in order."""
        expected = sequence if self._next is None else self._next
        ahead = (sequence - expected) & 0xFFFF
        if ahead >= _HALF_SEQUENCE:
            return [packet]  # late, or a new beginning: `Sequence` decides
        self._waiting[sequence] = (now_ns, packet)
        self._next = expected
        ready = self._in_order()
        while len(self._waiting) > self.capacity:
            ready += self._skip()
        return ready

    def due(self, now_ns: int) -> list[bytes]:
        """The packets that have waited long enough for a missing one, in order."""
        ready: list[bytes] = []
        while self._waiting and now_ns - min(came for came, _ in self._waiting.values()) >= self.window_ns:
            ready += self._skip()
        return ready

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    def _skip(self) -> list[bytes]:
        """Gives up the missing ones before the next that is here."""
        expected = self._next or 0
        self._next = min(self._waiting, key=lambda sequence: (sequence - expected) & 0xFFFF)
        return self._in_order()

    def _in_order(self) -> list[bytes]:
        ready = []
        while self._next is not None and self._next in self._waiting:
            ready.append(self._waiting.pop(self._next)[1])
            self._next = (self._next + 1) & 0xFFFF
        return ready
