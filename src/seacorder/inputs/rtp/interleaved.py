"""RTP interleaved in the RTSP connection (RFC 2326, 10.12): `$`, channel, length, packet. Pure.

This runs for every packet of every camera, so it is made for speed. Most packets of a picture are fragments of one NAL
unit: they have one size, and their headers differ in the sequence number only. Such a run is compared and taken apart
at once, in C (`struct.iter_unpack`), and handed over in one call. Every other packet takes the slower way: one look at
the frame's and the RTP header, one call.
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
"""First byte of an RTP header of version 2 without padding, extension and contributing sources: nearly all packets."""
_BEFORE_SEQUENCE = 6
_AFTER_SEQUENCE = 8
"""Where the sequence number begins and ends in a frame: after 4 bytes of frame header and 2 of RTP header."""


class Receiver(Protocol):
    """Takes the packets of one channel."""

    def take(self, view: memoryview, begin: int, end: int, head: Head) -> None:
        """One payload, `view[begin:end]`, and its RTP header. The view is valid until the next read."""
        ...

    def take_rtcp(self, block: memoryview) -> None:
        """One RTCP packet."""
        ...

    @property
    def continuation(self) -> bytes:
        """The first bytes of a payload that only goes on with the open NAL unit (neither its first nor its last
        fragment); empty while none is open.
        """
        ...

    def take_run(self, payloads: Sequence[bytes]) -> None:
        """Payloads of packets that follow the last one without a gap, without the bytes of `continuation`."""
        ...


Receivers = Mapping[int, Receiver]


def take_frames(view: memoryview, at: int, end: int, rtp: Receivers, rtcp: Receivers) -> int:
    """Hands over every whole frame in `view[at:end]`; returns where it stopped: at a frame that is not whole yet, or at
    bytes that are no frame. `rtp` and `rtcp` are by channel number; frames of other channels are ignored.
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
    """One packet, whatever its RTP header holds; ignored when nobody takes it."""
    if rtcp is not None:
        rtcp.take_rtcp(view[begin:end])
    elif rtp is not None and (header := parse_header(view, begin, end)) is not None:
        rtp.take(view, header.begin, header.end, header.head)


def _take_run(view: memoryview, at: int, stop: int, end: int, receiver: Receiver) -> int:
    """Hands over the run that the frame in `view[at:stop]` begins; returns where the run ends.

    All bytes before `end` are taken apart as frames of this size and compared at once: a Python loop would cost more
    than everything else. The run ends before the first frame that does not fit.
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
