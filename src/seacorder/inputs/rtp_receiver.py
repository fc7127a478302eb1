"""One track's RTP as it comes: counted, and given to whoever takes payloads apart. Any transport.

Keeps what a receiver report has to say (RFC 3550, 6.4.1).
"""

from collections.abc import Sequence as SequenceOf
from typing import Protocol

from seacorder.inputs.interleaved import take_one
from seacorder.inputs.rtcp import Reception, SenderReport
from seacorder.inputs.rtcp import parse as parse_rtcp
from seacorder.inputs.rtp import Reorder, Sequence, parse_header


class Units(Protocol):
    """Who takes payloads apart."""

    continuation: bytes
    """As `interleaved.Receiver` has it."""

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        """One payload, `view[begin:end]`, in sequence; `second` is the header's byte of marker and type, `lost` how
        many packets are missing right before it.
        """
        ...

    def take_run(self, payloads: SequenceOf[bytes]) -> None:
        """Payloads that carry on, without what they begin with."""
        ...


REORDER_WINDOW_NS = 50_000_000


class RtpReceiver:
    """The receiving end of one track; one thread."""

    def __init__(self, payload_type: int | None, units: Units) -> None:
        """`payload_type` None: whatever comes is meant."""
        self._payload_type = payload_type
        self._units = units
        self._reorder = Reorder(REORDER_WINDOW_NS)
        self._reported = (0, 0)
        """(highest sequence number, lost) at the last report."""
        self._report_came_ns = 0
        self.sequence = Sequence()
        self.report: SenderReport | None = None
        self.others: dict[int, RtpReceiver] = {}
        """Other tracks by payload type: a camera may send all of them on one channel."""
        self.is_over = False
        """The sender has said goodbye."""

    @property
    def continuation(self) -> bytes:
        return self._units.continuation

    def take(self, view: memoryview, begin: int, end: int, second: int, sequence: int, timestamp: int) -> None:
        """One packet in sequence; as `interleaved.Receiver`."""
        if self.others and (other := self.others.get(second & 0x7F)) is not None:
            other.take(view, begin, end, second, sequence, timestamp)
            return
        if self._payload_type is not None and second & 0x7F != self._payload_type:
            return
        lost = self.sequence.take(sequence)
        if lost >= 0:
            self._units.take(view, begin, end, second, timestamp, lost)

    def take_run(self, payloads: SequenceOf[bytes]) -> None:
        """`interleaved.Receiver`: packets that follow the last one without a gap."""
        self.sequence.take_run(len(payloads))
        self._units.take_run(payloads)

    def take_rtcp(self, block: memoryview) -> None:
        """One RTCP packet; as `interleaved.Receiver`."""
        received = parse_rtcp(bytes(block))
        if received.report is not None:
            self.report, self._report_came_ns = received.report, 0
        self.is_over = self.is_over or received.is_goodbye

    def take_datagram(self, view: memoryview, begin: int, end: int, now_ns: int) -> None:
        """One packet that may come out of order."""
        header = parse_header(view, begin, end)
        if header is None:
            return
        if self._reorder.is_next(header.sequence):
            self.take(view, header.begin, header.end, header.marker_and_type, header.sequence, header.timestamp)
            return
        for packet in self._reorder.put(header.sequence, bytes(view[begin:end]), now_ns):
            take_one(memoryview(packet), 0, len(packet), self, None)

    def due(self, now_ns: int) -> None:
        """Gives up waiting for datagrams that stay away."""
        for packet in self._reorder.due(now_ns):
            take_one(memoryview(packet), 0, len(packet), self, None)

    @property
    def is_waiting(self) -> bool:
        """Datagrams wait for one that is missing; call `due` soon."""
        return self._reorder.is_waiting

    def note_report_time(self, now_ns: int) -> None:
        """Call it after each read, so that it is known how old the newest sender report is."""
        if self.report is not None and self._report_came_ns == 0:
            self._report_came_ns = now_ns

    def reception(self, now_ns: int) -> Reception | None:
        """What to report now; None before the first sender report, which tells whom it is about."""
        if self.report is None:
            return None
        highest, lost = self._reported
        self._reported = (self.sequence.highest, self.sequence.lost)
        expected = max(1, self.sequence.highest - highest)
        share = min(255, max(0, self.sequence.lost - lost) * 256 // expected)
        delay = (now_ns - self._report_came_ns) * 65536 // 1_000_000_000 if self._report_came_ns else 0
        return Reception(
            self.report.ssrc, share, self.sequence.lost, self.sequence.highest, 0, self.report.middle, delay
        )
