"""Which track the interleaved frames of an RTSP connection belong to (RFC 2326, 10.12 and 12.39). Pure.

SETUP asks for a pair of channel numbers (RTP and RTCP), and the answer says which pair the track gets. Cameras may
answer with a pair of their own. Some of them use that one, and some use the pair that was asked for all the same. So a
track is expected on both pairs. Some cameras answer with one pair for all tracks; then the payload type tells the
tracks apart.
"""

from collections.abc import Sequence

from seacorder.inputs.rtp.packets import Head
from seacorder.inputs.rtp.receiver import RtpReceiver

Pair = tuple[int, int]


class SharedReports:
    """Receives an RTCP channel that several tracks share; each track uses the reports of its own sender."""

    continuation = b""

    def __init__(self, receivers: Sequence[RtpReceiver]) -> None:
        self.receivers = receivers

    def take_rtcp(self, block: memoryview) -> None:
        for receiver in self.receivers:
            receiver.take_rtcp(block)

    def take(self, view: memoryview, begin: int, end: int, head: Head) -> None:
        """RTP on an RTCP channel is ignored."""

    def take_run(self, payloads: Sequence[memoryview]) -> None:
        """As `take`."""


class Channels:
    """The channels of one connection, by number."""

    def __init__(self) -> None:
        self.rtp: dict[int, RtpReceiver] = {}
        self.rtcp: dict[int, RtpReceiver | SharedReports] = {}
        self._answered: set[int] = set()
        """Channels that an answer to SETUP gave to a track."""

    def free_pair(self) -> Pair:
        """A pair of numbers to ask for."""
        taken = self.rtp.keys() | self.rtcp.keys()
        first = next((one for one in range(0, 254, 2) if not {one, one + 1} & taken), 254)
        return first, first + 1

    def assign(self, receiver: RtpReceiver, asked: Pair, answered: Pair | None) -> int:
        """A track is set up; returns the channel for receiver reports. `answered` None: the answer names none."""
        own = asked if answered is None else answered
        if own[0] in self._answered:
            # The camera gave this pair to an earlier track, too. The pair that was asked for is this track's alone.
            self._share_reports(own[1], receiver)
            self._expect(receiver, asked)
        else:
            self.rtcp.pop(own[0], None)
            self.rtp.pop(own[1], None)
            self.rtp[own[0]] = receiver
            self.rtcp[own[1]] = receiver
            self._answered |= set(own)
            self._expect(receiver, asked)
        return own[1]

    def knows(self, number: int) -> bool:
        return number in self.rtp or number in self.rtcp

    def settle(self) -> None:
        """Call it before each read: no track holds a slice of the receive buffer afterwards."""
        for receiver in self.rtp.values():
            receiver.settle()

    def _expect(self, receiver: RtpReceiver, pair: Pair) -> None:
        """Expects the track on the pair that was asked for, unless an answer gave that to another track."""
        if not set(pair) & self._answered:
            self.rtp.setdefault(pair[0], receiver)
            self.rtcp.setdefault(pair[1], receiver)

    def _share_reports(self, number: int, receiver: RtpReceiver) -> None:
        before = self.rtcp.get(number)
        if before is None:
            self.rtcp[number] = receiver
        elif isinstance(before, SharedReports):
            before.receivers = (*before.receivers, receiver)
        else:
            self.rtcp[number] = SharedReports((before, receiver))
