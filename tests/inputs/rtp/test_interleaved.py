"""Frames out of one large read: the work grows with what was read, not with its square."""

import random
import struct
from typing import Any

import pytest

from fakes.counted_buffer import Counted
from fakes.rtp_stream import TYPE, framed, pictures, units_of
from seacorder.inputs.rtp.interleaved import take_frames
from seacorder.inputs.rtp.receiver import RtpReceiver


def work_for(stream: bytes, codec: str = "h264") -> int:
    """Bytes that are taken out of a buffer that holds all of `stream`."""
    buffer: Any = Counted(stream)
    assert take_frames(buffer, 0, len(buffer), {0: RtpReceiver(TYPE, units_of(codec))}, {}) == len(stream)
    return int(buffer.looked_at)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_many_pictures_in_one_read_take_as_much_work_as_each_alone(codec: str) -> None:
    grain = random.Random(5)
    payloads = [payload for picture in pictures(codec, 200, 400, grain) for payload in picture]
    frames = framed(payloads, 65_000)
    half = work_for(b"".join(frames[: len(frames) // 2]), codec)
    assert work_for(b"".join(frames), codec) < 2.2 * half


def test_packets_that_differ_only_in_what_is_compared_last_take_no_more() -> None:
    """A sender that makes each packet the last of its run: of one size, with one header, but for the FU header."""
    payloads = [(b"\x7c\x81" + bytes(50), 0, False)]
    payloads += [(b"\x7c" + bytes((1 + number % 2,)) + bytes(50), 0, False) for number in range(6000)]
    stream = b"".join(framed(payloads, 0))
    assert work_for(stream) < 2.2 * work_for(stream[: len(stream) // 136 * 68])


@pytest.mark.parametrize("count", [1, 63, 64, 65, 191, 192, 193, 700])
def test_a_run_of_any_length_ends_where_it_ends(count: int) -> None:
    first = (b"\x7c\x85\x88" + bytes(29), 9, False)
    middle = [(b"\x7c\x05" + struct.pack(">I", number) * 7 + b"xx", 9, False) for number in range(count)]
    last = (b"\x7c\x45" + bytes(30), 9, True)  # as long as the others
    units = units_of("h264")
    stream = b"".join(framed([first, *middle, last, (b"\x41\x9a", 18, True)], 65_500))
    receiver = RtpReceiver(TYPE, units)
    assert take_frames(memoryview(stream), 0, len(stream), {0: receiver}, {}) == len(stream)
    content = b"\x65" + b"".join(payload[2:] for payload, _, _ in (first, *middle, last))
    assert units.ready[0].content == len(content).to_bytes(4, "big") + content
    assert receiver.sequence.received == count + 3
    assert receiver.sequence.lost == 0
