"""An RTP stream over TCP made of random pictures, and what the receiver makes of it."""

import random
import struct
from collections.abc import Iterator

from seacorder.inputs.rtp.access_units import AccessUnits
from seacorder.inputs.rtp.h264 import H264Units
from seacorder.inputs.rtp.h265 import H265Units
from seacorder.inputs.rtp.interleaved import take_frames
from seacorder.inputs.rtp.picture_assembly import AccessUnit
from seacorder.inputs.rtp.receiver import RtpReceiver

MARKER = 0x80
TYPE = 96
Payload = tuple[bytes, int, bool]
"""(payload, timestamp, marker)"""

H264 = {"sps": b"\x67\x42\x00\x1e", "pps": b"\x68\xce\x3c\x80", "idr": b"\x65\x88", "p": b"\x41\x9a"}
H265 = {"sps": b"\x42\x01\x01\x02", "pps": b"\x44\x01\xc1", "idr": b"\x26\x01\xaf", "p": b"\x02\x01\xd0"}


def packed(unit: bytes, size: int, codec: str) -> Iterator[bytes]:
    """A NAL unit in payloads of at most `size` bytes."""
    if len(unit) <= size:
        yield unit
        return
    header = 1 if codec == "h264" else 2
    kind = unit[0] & 0x1F if header == 1 else unit[0] >> 1 & 0x3F
    front = bytes((unit[0] & 0xE0 | 28,)) if header == 1 else bytes((unit[0] & 0x81 | 49 << 1, unit[1]))
    parts = [unit[at : at + size] for at in range(header, len(unit), size)]
    for number, part in enumerate(parts):
        flags = (0x80 if number == 0 else 0) | (0x40 if number == len(parts) - 1 else 0)
        yield front + bytes((flags | kind,)) + part


def pictures(codec: str, count: int, size: int, grain: random.Random) -> list[list[Payload]]:
    """`count` pictures of one or two slices, each as its payloads."""
    names = H264 if codec == "h264" else H265
    made = []
    for number in range(count):
        units = [names["sps"], names["pps"]] if number % 5 == 0 else []
        first = names["idr" if number % 5 == 0 else "p"]
        units.append(first + grain.randbytes(grain.randrange(1, 5000)))
        if grain.random() < 0.3:
            header = 1 if codec == "h264" else 2
            units.append(first[:header] + b"\x40" + grain.randbytes(grain.randrange(1, 3000)))
        payloads = [payload for unit in units for payload in packed(unit, size, codec)]
        made.append([(payload, number * 3000, payload is payloads[-1]) for payload in payloads])
    return made


def units_of(codec: str) -> AccessUnits:
    return H264Units() if codec == "h264" else H265Units()


def framed(payloads: list[Payload], first_sequence: int) -> list[bytes]:
    blocks = []
    for number, (payload, timestamp, marker) in enumerate(payloads):
        second = TYPE | (MARKER if marker else 0)
        head = struct.pack(">BBHII", 0x80, second, first_sequence + number & 0xFFFF, timestamp, 9)
        blocks.append(b"$\x00" + struct.pack(">H", len(head) + len(payload)) + head + payload)
    return blocks


def read_in_chunks(stream: bytes, sizes: Iterator[int], codec: str) -> list[AccessUnit]:
    """Through the loop and the receiver, as a connection does it: one buffer that is used again and again."""
    units = units_of(codec)
    receiver = RtpReceiver(TYPE, units)
    buffer, rest, at = memoryview(bytearray(1 << 20)), b"", 0
    while at < len(stream):
        size = next(sizes)
        block, at = rest + stream[at : at + size], at + size
        buffer[: len(block)] = block
        used = take_frames(buffer, 0, len(block), {0: receiver}, {})
        rest = block[used:]
        units.settle()
        buffer[: len(block)] = bytes(len(block))
    return units.ready


def adts(frame: bytes, *, crc: bool = False, rate_index: int = 8, channels: int = 1) -> bytes:
    """A frame with its header (ISO/IEC 14496-3, 1.A.2.2)."""
    size = len(frame) + (9 if crc else 7)
    head = bytes((
        0xFF,
        0xF0 if crc else 0xF1,
        1 << 6 | rate_index << 2 | channels >> 2,
        (channels & 3) << 6 | size >> 11,
        size >> 3 & 0xFF,
        (size & 7) << 5 | 0x1F,
        0xFC,
    ))
    return head + (b"\x12\x34" if crc else b"") + frame
