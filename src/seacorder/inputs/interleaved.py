"""RTP inside of the RTSP connection (RFC 2326, 10.12): `$`, channel, length, packet.

The loop that runs for every packet of every camera: one look at frame and RTP header together, one call, no copy.
"""

import struct
from collections.abc import Callable

from seacorder.inputs.rtp import HEADER_BYTES, parse_header

DOLLAR = 0x24
FRAME_BYTES = 4
_read_both = struct.Struct(">BBHBBHI").unpack_from
_BOTH_BYTES = FRAME_BYTES + HEADER_BYTES
_PLAIN = 0x80
"""RTP version 2 without padding, extension or contributing sources: what cameras send."""

TakeRtp = Callable[[memoryview, int, int, int, int, int], None]
"""Payload (view, begin, end), then the header's byte of marker and type, sequence number, timestamp."""
TakeRtcp = Callable[[memoryview], None]


def take_frames(view: memoryview, at: int, end: int, rtp: dict[int, TakeRtp], rtcp: dict[int, TakeRtcp]) -> int:
    """Hands over every whole frame in `view[at:end]`; returns where it stopped: at an unfinished frame, or at what is
    none. `rtp` and `rtcp` are by channel number.
    """
    while end - at >= _BOTH_BYTES:
        dollar, channel, size, first, second, sequence, timestamp = _read_both(view, at)
        stop = at + FRAME_BYTES + size
        if dollar != DOLLAR or stop > end:
            return at
        take = rtp.get(channel)
        if take is not None and first == _PLAIN and size >= HEADER_BYTES:
            take(view, at + _BOTH_BYTES, stop, second, sequence, timestamp)
        else:
            take_one(view, at + FRAME_BYTES, stop, take, rtcp.get(channel))
        at = stop
    while end - at >= FRAME_BYTES and view[at] == DOLLAR:
        stop = at + FRAME_BYTES + (view[at + 2] << 8 | view[at + 3])
        if stop > end:
            break
        take_one(view, at + FRAME_BYTES, stop, None, rtcp.get(view[at + 1]))
        at = stop
    return at


def take_one(view: memoryview, begin: int, end: int, rtp: TakeRtp | None, rtcp: TakeRtcp | None) -> None:
    """One packet of any form."""
    if rtcp is not None:
        rtcp(view[begin:end])
    elif rtp is not None and (header := parse_header(view, begin, end)) is not None:
        rtp(view, header.begin, header.end, header.marker_and_type, header.sequence, header.timestamp)
