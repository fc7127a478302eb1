"""The receiving end of one track, for TCP and UDP: counts RTP packets, finds losses, and passes payloads on.

Also keeps what a receiver report says (RFC 3550, 6.4.1). Runs on the channel's ingest thread. Pure: nothing blocks,
packets and the time are passed in.
"""

from collections.abc import Sequence as SequenceOf
from typing import Protocol

from seacorder.inputs.rtp.interleaved import take_one
from seacorder.inputs.rtp.packets import ANEW, LATE, Head, Reorder, Sequence, parse_header
from seacorder.inputs.rtp.rtcp import Reception, SenderReport
from seacorder.inputs.rtp.rtcp import parse as parse_rtcp
from seacorder.inputs.rtp.senders import OTHERS_MAX, Senders


class Units(Protocol):
    """What takes payloads apart: `AccessUnits` for pictures, `SoundUnits` for sound."""

    continuation: bytes
    """As `interleaved.Receiver` has it."""

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        """One payload, `view[begin:end]`, in sequence; `second` is the header's byte of marker and type, `lost` how
        many packets are missing right before it.
        """
        ...

    def take_run(self, payloads: SequenceOf[memoryview]) -> None:
        """Payloads that go on with the open NAL unit, without the bytes of `continuation` in front."""
        ...

    def has_just_taken(self, block: bytes) -> bool:
        """False when the newest payload that was taken is certainly another one than `block`."""
        ...

    def begin_anew(self, *, is_other_sender: bool) -> None:
        """What comes next does not follow on what came last; whether something is missing is not known."""
        ...

    def settle(self) -> None:
        """Copies what was taken out of the receive buffer, which is about to be used again."""
        ...


REORDER_WINDOW_NS = 50_000_000
"""How long a missing datagram is waited for, since others may have overtaken it."""
_NEAR_TICKS = 900_000
"""10 s of the 90 kHz clock: a track's sender reports have RTP times no further from its packets' times."""


class RtpReceiver:
    """One track's receiver. Packets of other senders and other payload types are ignored; `Senders` has the rules."""

    def __init__(self, payload_type: int | None, units: Units, *, is_only_type: bool = False) -> None:
        """`payload_type` None: the first that comes. `is_only_type`: the description names no other. If that one never
        comes, the camera means the one that it sends.
        """
        self._units = units
        self._types = Senders(payload_type)
        self._type: int | None = None
        self._may_differ = is_only_type
        self._senders = Senders()
        self.ssrc: int | None = None
        """The sender whose packets are taken; None before the first one."""
        self.timestamp = 0
        """RTP time of the newest packet."""
        self._reorder = Reorder(REORDER_WINDOW_NS)
        self._reported = (0, 0)
        """(highest sequence number, lost) at the last report."""
        self._report_came_ns = 0
        self._reports: dict[int, SenderReport] = {}
        """Each sender's newest report, until the first one of the track's own sender."""
        self._seen = 0
        """Packets received at the last `turn`."""
        self.continuation = b""
        """As `interleaved.Receiver` has it; empty after a packet that is not the track's."""
        self.sequence = Sequence()
        self.report: SenderReport | None = None
        self.others: dict[int, RtpReceiver] = {}
        """Other tracks by payload type: a camera may send all of them on one channel."""
        self.is_over = False
        """The sender has said goodbye (RTCP BYE), and no other sender's packets had come by then."""

    def expect(self, ssrc: int) -> None:
        """The camera has named the sender of the packets that will come."""
        self._senders.expect(ssrc)

    def take(self, view: memoryview, begin: int, end: int, head: Head) -> None:
        """One packet in sequence; as `interleaved.Receiver`."""
        second, sequence, timestamp, ssrc = head
        if (ssrc != self.ssrc or second & 0x7F != self._type) and not self._admits(view, begin, end, head):
            self.continuation = b""
            return
        lost = self.sequence.take(sequence)
        if lost == LATE:
            # Inside of a connection nothing is late: a number that comes again is a copy, or the camera counts anew.
            if self.sequence.may_be_late or self._units.has_just_taken(bytes(view[begin:end])):
                self.continuation = b""
                return
            lost = self.sequence.restart_at(sequence)
        if lost == ANEW:
            self._units.begin_anew(is_other_sender=False)
            lost = 0
        self.timestamp = timestamp
        self._units.take(view, begin, end, second, timestamp, lost)
        self.continuation = self._units.continuation

    def take_run(self, payloads: SequenceOf[memoryview]) -> None:
        """`interleaved.Receiver`: packets that follow the last one without a gap."""
        self.sequence.take_run(len(payloads))
        self._units.take_run(payloads)

    def settle(self) -> None:
        """Call it before each read: the receive buffer is used again."""
        self._units.settle()

    def turn(self, now_ns: int) -> bool:
        """Call it after each read. True when another sender has replaced the one before."""
        received = self.sequence.received
        if received != self._seen:
            self._seen = received
            self._senders.came(now_ns, received)
        is_changed = False
        if self._senders.are_watched and (kept := self._senders.turn(now_ns)):
            is_changed = self.ssrc is not None
            self._change(kept)
        if self._types.are_watched and (kept := self._types.turn(now_ns)):
            self._type = self._types.chosen
            self._change(kept)
        self._seen = self.sequence.received
        return is_changed

    def take_rtcp(self, block: memoryview) -> None:
        """One RTCP packet; as `interleaved.Receiver`."""
        received = parse_rtcp(bytes(block))
        for report in received.reports:
            if report.ssrc == self.ssrc:
                self._take_report(report)
            elif self.report is None or self.report.ssrc != self.ssrc:
                self._take_strange(report)
        if self.ssrc is not None and self.ssrc in received.goodbyes:
            self._senders.goodbye()
            # If another sender's packets have come, the camera may go on under that SSRC.
            self.is_over = not self._senders.has_others

    def take_datagram(self, view: memoryview, begin: int, end: int, now_ns: int) -> None:
        """One packet that may come out of order."""
        self.sequence.may_be_late = True
        header = parse_header(view, begin, end)
        if header is None:
            return
        number = header.head[1]
        if not self._is_counted(header.head) or self._reorder.is_next(number):
            self.take(view, header.begin, header.end, header.head)
        else:
            for packet in self._reorder.put(number, bytes(view[begin:end]), now_ns):
                take_one(memoryview(packet), 0, len(packet), self, None)

    def _is_counted(self, head: Head) -> bool:
        """A packet's sequence number counts with the track's, so that the packet has its place in the order."""
        if self.ssrc is None:
            return self._senders.may_begin(head[3]) and self._types.may_begin(head[0] & 0x7F)
        return head[3] == self.ssrc and (head[0] & 0x7F == self._type or self.sequence.is_near(head[1]))

    def _admits(self, view: memoryview, begin: int, end: int, head: Head) -> bool:
        """True when a packet is the track's, although it has another sender or payload type than the last one."""
        kind, ssrc = head[0] & 0x7F, head[3]
        if (other := self.others.get(kind)) is not None:
            other.take(view, begin, end, head)
            return False
        if kind != self._type and not self._types.may_begin(kind):
            if ssrc == self.ssrc:
                self.sequence.pass_over(head[1])
            if self._type is None and self._may_differ:
                self._types.keep(kind, bytes(view[begin:end]), head)
            return False
        if kind != self._type:
            self._type = kind
            self._types.settle(kind)
        if ssrc == self.ssrc:
            return True
        if self._senders.may_begin(ssrc):
            self._begin_with(ssrc)
            return True
        self._senders.keep(ssrc, bytes(view[begin:end]), head, self.sequence.received)
        return False

    def _begin_with(self, ssrc: int) -> None:
        self._senders.chosen = self.ssrc = ssrc
        if (early := self._reports.get(ssrc)) is not None:
            self._take_report(early)

    def _change(self, kept: list[tuple[bytes, Head]]) -> None:
        """Another sender or payload type replaces the one before: uses the packets that were kept of it."""
        self._units.begin_anew(is_other_sender=True)
        self.sequence.restart()
        self._reorder = Reorder(REORDER_WINDOW_NS)
        self._begin_with(kept[-1][1][3])
        for payload, head in kept:
            self.take(memoryview(payload), 0, len(payload), head)

    def _take_report(self, report: SenderReport) -> None:
        self.report, self._report_came_ns = report, 0
        self._reports = {}

    def _take_strange(self, report: SenderReport) -> None:
        """A report of another SSRC. Some cameras report under another SSRC than they send with: a reporter that never
        sent a packet, and whose RTP times are near the packets', is believed from its second report on.
        """
        is_near = (report.timestamp - self.timestamp + _NEAR_TICKS) & 0xFFFF_FFFF <= 2 * _NEAR_TICKS
        if self.ssrc is not None and report.ssrc in self._reports and is_near and not self._senders.knows(report.ssrc):
            self.report, self._report_came_ns = report, 0
        if len(self._reports) < OTHERS_MAX:
            self._reports[report.ssrc] = report

    def due(self, now_ns: int) -> None:
        """Passes on the datagrams that have waited long enough for a missing one."""
        for packet in self._reorder.due(now_ns):
            take_one(memoryview(packet), 0, len(packet), self, None)

    @property
    def is_waiting(self) -> bool:
        """Datagrams wait for one that is missing; call `due` soon."""
        return self._reorder.is_waiting

    def note_report_time(self, now_ns: int) -> None:
        """Notes when the newest sender report came; call it soon after each read."""
        if self.report is not None and self._report_came_ns == 0:
            self._report_came_ns = now_ns

    def reception(self, now_ns: int) -> Reception | None:
        """What to report now; None before the first sender report. The share of lost packets is that since the last
        call, their number that of the whole connection. Jitter is not measured: 0.
        """
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
