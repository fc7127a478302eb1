"""RTP inside of the RTSP connection (RFC 2326, 10.12): `$`, channel, length, packet.

What runs for every packet of every camera. A picture comes as a run of packets of one size whose heads are alike but
for the sequence number; a run is recognised as such, head by head, and handed over whole. What begins or ends a run
takes the long way: one look at frame and RTP header together, one call.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Protocol

from seacorder.inputs.rtp.packets import HEADER_BYTES, Head, parse_header, read_head

DOLLAR = 0x24
FRAME_BYTES = 4
_read_frame = struct.Struct(">BBHB").unpack_from
_BOTH_BYTES = FRAME_BYTES + HEADER_BYTES
_PLAIN = 0x80
"""RTP version 2 without padding, extension or contributing sources: what cameras send."""
_BEFORE_SEQUENCE = 6
_AFTER_SEQUENCE = 8


class Receiver(Protocol):
    """Who takes the packets of a channel."""

    def take(self, view: memoryview, begin: int, end: int, head: Head) -> None:
        """One payload, `view[begin:end]`, and what its header says."""
        ...

    def take_rtcp(self, block: memoryview) -> None:
        """One RTCP packet."""
        ...

    @property
    def continuation(self) -> bytes:
        """How a payload begins that only carries on with what the last one began; empty when nothing is open."""
        ...

    def take_run(self, payloads: Sequence[bytes]) -> None:
        """Payloads, without that beginning, of packets that follow the last one without a gap."""
        ...


Receivers = Mapping[int, Receiver]


def take_frames(view: memoryview, at: int, end: int, rtp: Receivers, rtcp: Receivers) -> int:
    """Hands over every whole frame in `view[at:end]`; returns where it stopped: at an unfinished frame, or at what is
    none. `rtp` and `rtcp` are by channel number.
    """
    while end - at >= _BOTH_BYTES:
        dollar, channel, size, first = _read_frame(view, at)
        stop = at + FRAME_BYTES + size
        if dollar != DOLLAR or stop > end:
            return at
        receiver = rtp.get(channel)
        if receiver is None or first != _PLAIN or size < HEADER_BYTES:
            take_one(view, at + FRAME_BYTES, stop, receiver, rtcp.get(channel))
        else:
            receiver.take(view, at + _BOTH_BYTES, stop, read_head(view, at + FRAME_BYTES))
            if receiver.continuation:
                stop = _take_run(view, at, stop, end, receiver)
        at = stop
    while end - at >= FRAME_BYTES and view[at] == DOLLAR:
        stop = at + FRAME_BYTES + (view[at + 2] << 8 | view[at + 3])
        if stop > end:
            break
        take_one(view, at + FRAME_BYTES, stop, None, rtcp.get(view[at + 1]))
        at = stop
    return at


def take_one(view: memoryview, begin: int, end: int, rtp: Receiver | None, rtcp: Receiver | None) -> None:
    """One packet of any form."""
    if rtcp is not None:
        rtcp.take_rtcp(view[begin:end])
    elif rtp is not None and (header := parse_header(view, begin, end)) is not None:
        rtp.take(view, header.begin, header.end, header.head)


def _take_run(view: memoryview, at: int, stop: int, end: int, receiver: Receiver) -> int:
    """Hands over the run that the frame at `at` begins; returns where it ends.

    All frames that have room before `end` are taken apart and compared at once, in C: a loop of ours would cost more
    than everything else. Where not all of them belong to the run, it ends before the first that does not.
    """
    size = stop - at
    count = (end - stop) // size
    beginning = receiver.continuation
    if not count or size < _BOTH_BYTES + len(beginning):
        return stop
    before = bytes(view[at : at + _BEFORE_SEQUENCE])
    after = bytes(view[at + _AFTER_SEQUENCE : at + _BOTH_BYTES]) + beginning
    first = view[at + _BEFORE_SEQUENCE] << 8 | view[at + _BEFORE_SEQUENCE + 1]
    form = f">{_BEFORE_SEQUENCE}sH{len(after)}s{size - _AFTER_SEQUENCE - len(after)}s"
    frames = list(struct.iter_unpack(form, view[stop : stop + count * size]))
    befores, sequences, afters, payloads = zip(*frames, strict=True)
    expected = tuple(range(first + 1, first + 1 + count))
    if sequences != expected or befores.count(before) != count or afters.count(after) != count:
        wanted = zip(frames, expected, strict=True)
        count = next(
            (n for n, (found, number) in enumerate(wanted) if found[:3] != (before, number & 0xFFFF, after)), count
        )
        payloads = payloads[:count]
    if count:
        receiver.take_run(payloads)
    return stop + count * size
