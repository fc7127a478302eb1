"""Which track the frames of an RTSP connection belong to (RFC 2326, 10.12 and 12.39).

Pure. A track is asked for with a pair of channel numbers, and the answer says which pair it gets. Cameras answer with a
pair of their own and use it, or use the pair that was asked for all the same; some answer with one pair for all tracks.
So a track is expected on both pairs. Where one pair is left for several tracks, the payload type tells them apart.
"""

from collections.abc import Sequence

from seacorder.inputs.rtp.packets import Head
from seacorder.inputs.rtp.receiver import RtpReceiver

Pair = tuple[int, int]


class SharedReports:
    """The reports of several tracks on one channel; each track takes those of its own sender."""

    continuation = b""

    def __init__(self, receivers: Sequence[RtpReceiver]) -> None:
        self.receivers = receivers

    def take_rtcp(self, block: memoryview) -> None:
        for receiver in self.receivers:
            receiver.take_rtcp(block)

    def take(self, view: memoryview, begin: int, end: int, head: Head) -> None:
        """No packets of the picture or the sound come here."""

    def take_run(self, payloads: Sequence[bytes]) -> None:
        """As `take`."""


class Channels:
    """The channels of one connection."""

    def __init__(self) -> None:
        self.rtp: dict[int, RtpReceiver] = {}
        self.rtcp: dict[int, RtpReceiver | SharedReports] = {}
        self._answered: set[int] = set()
        """Channels that a camera's own answer gave to a track."""

    def free_pair(self) -> Pair:
        """A pair to ask for."""
        taken = self.rtp.keys() | self.rtcp.keys()
        first = next((one for one in range(0, 254, 2) if not {one, one + 1} & taken), 254)
        return first, first + 1

    def assign(self, receiver: RtpReceiver, asked: Pair, answered: Pair | None) -> int:
        """A track is set up; returns the channel for reports to the camera."""
        own = asked if answered is None else answered
        if own[0] in self._answered:
            # One pair for several tracks: the pair asked for is this track's beside it.
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

    def _expect(self, receiver: RtpReceiver, pair: Pair) -> None:
        """The pair that was asked for, as far as no answer gave it to another track."""
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
