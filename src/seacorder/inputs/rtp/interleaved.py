"""RTP interleaved in the RTSP connection (RFC 2326, 10.12): `$`, channel, length, packet. Pure.

This runs for every packet of every camera, so it is made for speed. Most packets of a picture are fragments of one NAL
unit: they have one size, and their headers differ in the sequence number only. The headers of such a run are compared
at once, in C (`struct.iter_unpack`), and the run is handed over in one call. Every other packet takes the slower way:
one look at the frame's and the RTP header, one call.
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
_FIRST_BLOCK = 64
"""So many frames are looked at first when a run is to be found: most pictures have no more."""
_LOWER_SIZE = 3
"""Where the lower byte of the size lies in a frame."""
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

    def take_run(self, payloads: Sequence[memoryview]) -> None:
        """Payloads of packets that follow the last one without a gap, without the bytes of `continuation`. The views
        are valid until the next read."""
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

    Looks ahead in blocks of frames, each twice as long as the one before, so that the work grows with the run and not
    with what lies behind it: many pictures in one buffer take no longer than the same pictures one by one.
    """
    size, beginning = stop - at, receiver.continuation
    head_bytes = _BOTH_BYTES + len(beginning)
    if size < head_bytes:
        return stop
    before = bytes(view[at : at + _BEFORE_SEQUENCE])
    after = bytes(view[at + _AFTER_SEQUENCE : at + _BOTH_BYTES]) + beginning
    first = (view[at + _BEFORE_SEQUENCE] << 8 | view[at + _BEFORE_SEQUENCE + 1]) + 1
    found, block = 0, _FIRST_BLOCK
    while count := min((end - stop) // size - found, block):
        begin = stop + found * size
        matching = _matching(view[begin : begin + count * size], size, before, first + found, after)
        found += matching
        if matching < count:
            break
        block *= 2
    reached = stop + found * size
    if found:
        payload_bytes = size - head_bytes
        receiver.take_run([view[at : at + payload_bytes] for at in range(stop + head_bytes, reached, size)])
    return reached


def _matching(frames: memoryview, size: int, before: bytes, first: int, after: bytes) -> int:
    """How many of these frames of `size` bytes, from the first one on, begin with `before`, the next sequence number
    (`first`, and so on) and `after`.

    They are taken apart and compared at once, in C: a Python loop would cost more than everything else.
    """
    # A run nearly always ends with a frame of another size, which is not taken apart then.
    sizes = bytes(frames[_LOWER_SIZE::size])
    count = len(sizes) - len(sizes.lstrip(before[_LOWER_SIZE:]))
    if not count:
        return 0
    form = f">{_BEFORE_SEQUENCE}sH{len(after)}s{size - _AFTER_SEQUENCE - len(after)}x"
    heads = list(struct.iter_unpack(form, frames[: count * size]))
    befores, sequences, afters = zip(*heads, strict=True)
    expected = tuple(range(first, first + count))
    if sequences == expected and befores.count(before) == count and afters.count(after) == count:
        return count
    wanted = zip(heads, expected, strict=True)
    return next((n for n, (head, number) in enumerate(wanted) if head != (before, number & 0xFFFF, after)), count)
