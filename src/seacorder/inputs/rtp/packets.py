"""RTP packets (RFC 3550, 5.1 and appendix A): headers, sequence numbers, timestamps, order.

Pure: no clock and no socket. A header is read in place, so that a payload is never copied to be looked at.
"""

import struct
from collections import deque
from dataclasses import dataclass, field

HEADER_BYTES = 12
read_head = struct.Struct(">xBHII").unpack_from
"""A packet's `Head` at an offset."""
Head = tuple[int, int, int, int]
"""What a packet's header says: the byte of marker and payload type, sequence number, timestamp, SSRC."""
LATE, ANEW = -1, -2
"""A packet is late, or a copy, and not to be used. The count begins anew with it; nothing is known to be missing."""
_HALF_SEQUENCE = 0x8000
_LATE_MAX = 1000
"""A packet that far behind is late or a copy; further behind, the sender began anew."""
_OTHERS_MAX = 256
_AHEAD_MAX = 10_000
"""A packet further ahead than that is a new beginning, too: how many were lost is not known then."""


@dataclass(frozen=True, slots=True)
class RtpHeader:
    """Where a packet's payload lies, and what stands before it."""

    head: Head
    begin: int
    end: int


def parse_header(block: memoryview, begin: int, end: int) -> RtpHeader | None:
    """The header of the packet in `block[begin:end]`, with extension and padding passed over; None when it is none."""
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
    """Follows the sequence numbers of one sender: what was lost is known to the packet."""

    received: int = 0
    lost: int = 0
    """Packets that did not come in time."""
    highest: int = 0
    """The newest number, extended by the count of its turns (RFC 3550, A.1)."""
    may_be_late: bool = False
    """Packets overtake each other, as datagrams do. Otherwise a number that goes back is a new beginning."""
    _next: int | None = None
    _repeated_at: int = -1
    """How many had been received when a number came again."""
    _others: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=_OTHERS_MAX))
    """Packets of the same sender that are not the track's: their numbers, and how many of the track's came before."""

    def take(self, sequence: int) -> int:
        """How many packets are missing right before this one; `LATE` or `ANEW`."""
        if sequence == self._next:  # nearly always: this runs for every packet of every camera
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
        """So many packets that follow the last one without a gap."""
        self.highest += count
        self.received += count
        self._next = ((self._next or 0) + count) & 0xFFFF

    def pass_over(self, sequence: int) -> None:
        """A packet of the same sender that is not the track's. Where it is in the track's count, it is not missing."""
        if self._next is not None:
            self._others.append((sequence, self.received))

    def is_near(self, sequence: int) -> bool:
        """True when a number may be of this count."""
        return self._next is None or (sequence - self._next + _LATE_MAX) & 0xFFFF <= 2 * _LATE_MAX

    def _step(self, ahead: int, sequence: int) -> int:
        """How many are missing before a packet that is not the expected one, but so many numbers `ahead`."""
        if ahead <= _AHEAD_MAX:
            self.highest += 1 + ahead
            return ahead - self._counted_others(ahead)
        back = 0x10000 - ahead
        if back == 1 and all(number != sequence for number, _ in self._others):
            # A copy; but where one after the other has the same number, the camera does not count at all.
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
        # Of datagrams something is probably missing; inside of a connection everything comes.
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
        """A packet that seemed to be a copy is none: the count begins anew."""
        self._next = (sequence + 1) & 0xFFFF
        self.received += 1
        self._repeated_at = self.received  # if the next one has that number again, the camera does not count
        return ANEW

    def restart(self) -> None:
        """Another sender goes on, with a count of its own."""
        self._next = None
        self._others.clear()


@dataclass(slots=True)
class Unwrapped:
    """32-bit RTP timestamps as endless numbers, which go back as well as on."""

    _last: int | None = None

    def take(self, timestamp: int) -> int:
        if self._last is None:
            self._last = timestamp
        else:
            self._last += ((timestamp - self._last + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000
        return self._last


@dataclass(slots=True)
class Reorder:
    """Puts datagrams back into order: waits for a missing one until `window_ns` have passed, and no longer."""

    window_ns: int
    capacity: int = 2048
    _next: int | None = None
    _waiting: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    """Sequence number: (when it came, the packet)."""

    def is_next(self, sequence: int) -> bool:
        """True when a packet can be used at once; it counts as used then."""
        if self._waiting or (self._next is not None and sequence != self._next):
            return False
        self._next = (sequence + 1) & 0xFFFF
        return True

    def put(self, sequence: int, packet: bytes, now_ns: int) -> list[bytes]:
        """Takes a packet that is not next, and returns those that are to be used now, in order."""
        expected = sequence if self._next is None else self._next
        ahead = (sequence - expected) & 0xFFFF
        if ahead >= _HALF_SEQUENCE:
            return [packet]  # late or a new beginning: whoever counts numbers decides
        self._waiting[sequence] = (now_ns, packet)
        self._next = expected
        ready = self._in_order()
        while len(self._waiting) > self.capacity:
            ready += self._skip()
        return ready

    def due(self, now_ns: int) -> list[bytes]:
        """What has waited long enough for one that is missing."""
        ready: list[bytes] = []
        while self._waiting and now_ns - min(came for came, _ in self._waiting.values()) >= self.window_ns:
            ready += self._skip()
        return ready

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    def _skip(self) -> list[bytes]:
        """Gives the missing ones up to the nearest that is here."""
        expected = self._next or 0
        self._next = min(self._waiting, key=lambda sequence: (sequence - expected) & 0xFFFF)
        return self._in_order()

    def _in_order(self) -> list[bytes]:
        ready = []
        while self._next is not None and self._next in self._waiting:
            ready.append(self._waiting.pop(self._next)[1])
            self._next = (self._next + 1) & 0xFFFF
        return ready
