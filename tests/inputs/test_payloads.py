"""Pictures and sound out of RTP payloads: packed in any way, the same comes out; what is damaged never does."""

import itertools
import random
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.rtp_stream import H264, MARKER, framed, pictures, read_in_chunks, units_of
from seacorder.inputs.rtp.audio import AacUnits, LatmUnits, MpegAudioUnits, mpeg_frame_bytes
from seacorder.inputs.rtp.h264 import H264Units, slice_type
from seacorder.inputs.rtp.interleaved import take_frames
from seacorder.inputs.rtp.receiver import RtpReceiver
from seacorder.inputs.rtp.recovery_points import h264_frames


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 0xFFFF), st.integers(20, 1500), st.lists(st.integers(1, 9000), min_size=1), st.integers(0, 99))
def test_any_packing_in_any_chunks_gives_the_same(
    codec: str, first: int, size: int, chunks: list[int], seed: int
) -> None:
    made = pictures(codec, 9, size, random.Random(seed))
    stream = b"".join(framed([payload for picture in made for payload in picture], first))
    whole = read_in_chunks(stream, itertools.repeat(len(stream)), codec)
    again = read_in_chunks(stream, itertools.cycle(chunks), codec)
    other = [p for picture in pictures(codec, 9, 100_000, random.Random(seed)) for p in picture]
    unpacked = read_in_chunks(b"".join(framed(other, 0)), itertools.repeat(1 << 19), codec)
    assert whole == again == unpacked
    assert len(whole) == 9
    assert [unit.is_keyframe for unit in whole] == [number % 5 == 0 for number in range(9)]
    assert [len(unit.parameter_sets) for unit in whole] == [2 if number % 5 == 0 else 0 for number in range(9)]


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(1, 200), max_size=12), st.integers(0, 99))
def test_what_lost_a_packet_never_comes_out(codec: str, lost: set[int], seed: int) -> None:
    made = pictures(codec, 20, 700, random.Random(seed))
    payloads = [payload for picture in made for payload in picture]
    frames = framed(payloads, 65_500)
    kept = b"".join(frame for number, frame in enumerate(frames) if number not in lost)
    stream = b"".join(frames)
    whole = {unit.timestamp: unit for unit in read_in_chunks(stream, itertools.repeat(5000), codec)}
    found = read_in_chunks(kept, itertools.repeat(5000), codec)
    hit = {timestamp for number, (_, timestamp, _) in enumerate(payloads) if number in lost}
    for unit in found:
        assert unit.content == whole[unit.timestamp].content
        if unit.timestamp in hit:
            # Only parameter sets in front of the slices may be missing, and then it is said.
            assert unit.is_doubtful
    missing = set(whole) - {unit.timestamp for unit in found}
    assert missing <= hit | {payloads[-1][1]}


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@given(st.lists(st.tuples(st.binary(max_size=40), st.integers(0, 3), st.booleans(), st.integers(0, 2)), max_size=40))
def test_any_payloads_are_read(codec: str, payloads: list[tuple[bytes, int, bool, int]]) -> None:
    units = units_of(codec)
    for payload, timestamp, marker, lost in payloads:
        units.take(memoryview(payload), 0, len(payload), MARKER if marker else 0, timestamp, lost)
        units.settle()


@given(st.binary(max_size=400))
def test_any_bytes_are_frames_or_not(block: bytes) -> None:
    receiver = RtpReceiver(None, H264Units())
    stream = b"$\x00\x00\x10" + block
    at = take_frames(memoryview(stream), 0, len(stream), {0: receiver}, {1: receiver})
    assert 0 <= at <= len(stream)


def test_aggregates() -> None:
    units = H264Units()
    inner = [H264["sps"], H264["pps"], H264["idr"] + b"x"]
    payload = b"\x78" + b"".join(struct.pack(">H", len(unit)) + unit for unit in inner)
    units.take(memoryview(payload), 0, len(payload), MARKER, 0, 0)
    units.take(memoryview(H264["p"] + b"y"), 0, 3, MARKER, 3000, 0)
    assert units.ready[0].parameter_sets == (H264["sps"], H264["pps"])
    assert units.ready[0].content == b"\x00\x00\x00\x03" + H264["idr"] + b"x"


def _markers(*marks: tuple[int, bool]) -> list[int]:
    """How many pictures are out after each slice of (timestamp, marker)."""
    units, counts, before = H264Units(), [], -1
    for timestamp, marker in marks:
        unit = b"\x41\x9a" if timestamp != before else b"\x41\x40"
        units.take(memoryview(unit), 0, 2, MARKER if marker else 0, timestamp, 0)
        before = timestamp
        counts.append(len(units.ready))
    return counts


def test_markers_are_believed_once_they_proved_true() -> None:
    assert _markers((0, True), (1, True), (2, True)) == [0, 2, 3]


def test_cameras_that_set_no_marker_or_too_many() -> None:
    assert _markers((0, False), (1, False), (2, False)) == [0, 1, 2]
    assert _markers((0, True), (0, True), (1, True), (1, True), (2, True)) == [0, 0, 1, 1, 2]


def test_a_recovery_point_with_intra_slices_is_a_keyframe() -> None:
    assert h264_frames(b"\x05\x01\x00\x06\x01\xc4\x80") == 0
    assert h264_frames(b"\x06\x01\x40\x80") == 1
    assert slice_type(b"\x88\x80") == 7
    assert slice_type(b"\x00") is None
    units = H264Units()
    for timestamp, unit in ((0, b"\x06\x06\x01\xc4\x80"), (0, b"\x41\x88\x80"), (1, b"\x41\x9a")):
        units.take(memoryview(unit), 0, len(unit), 0, timestamp, 0)
    assert units.ready[0].is_keyframe


def test_aac_in_one_packet_and_in_parts() -> None:
    units = AacUnits({})
    two = b"\x00\x20" + struct.pack(">HH", 3 << 3, 2 << 3) + b"abcde"
    units.take(memoryview(two), 0, len(two), MARKER, 100, 0)
    for part in (b"\x00\x10" + struct.pack(">H", 6 << 3) + b"xyz",) * 2:
        units.take(memoryview(part), 0, len(part), 0, 5000, 0)
    assert [(sound.content, sound.timestamp) for sound in units.ready] == [
        (b"abc", 100),
        (b"de", 1124),
        (b"xyzxyz", 5000),
    ]


def test_latm_and_mpeg_audio() -> None:
    latm = LatmUnits()
    block = bytes((255, 1)) + bytes(256)
    latm.take(memoryview(block), 0, 100, 0, 7, 0)
    latm.take(memoryview(block), 100, len(block), MARKER, 7, 0)
    assert [len(sound.content) for sound in latm.ready] == [256]
    mpeg = MpegAudioUnits()
    frame = b"\xff\xfd\x44\x00" + bytes(188)
    assert mpeg_frame_bytes(frame) == 192
    for offset, part in ((0, frame[:100]), (100, frame[100:])):
        payload = struct.pack(">HH", 0, offset) + part
        mpeg.take(memoryview(payload), 0, len(payload), 0, 7, 0)
    assert [sound.content for sound in mpeg.ready] == [frame]


def test_small_mpeg_frames_come_several_to_a_packet() -> None:
    mpeg = MpegAudioUnits()
    frame = b"\xff\xfb\x14\x00" + bytes(92)
    assert mpeg_frame_bytes(frame) == 96
    payload = bytes(4) + frame * 3 + frame[:50]
    mpeg.take(memoryview(payload), 0, len(payload), 0, 0xFFFF_FFFF, 0)
    # 1152 samples of 48 kHz are 2160 ticks of RTP's clock.
    assert [(sound.content, sound.timestamp) for sound in mpeg.ready] == [
        (frame, 0xFFFF_FFFF),
        (frame, 2159),
        (frame, 4319),
    ]


@pytest.mark.parametrize("make", [lambda: AacUnits({}), LatmUnits, MpegAudioUnits])
@given(st.lists(st.tuples(st.binary(max_size=30), st.booleans(), st.integers(0, 1)), max_size=20))
def test_any_sound_is_read(
    make: Callable[[], AacUnits | LatmUnits | MpegAudioUnits], payloads: list[tuple[bytes, bool, int]]
) -> None:
    units = make()
    for payload, marker, lost in payloads:
        units.take(memoryview(payload), 0, len(payload), MARKER if marker else 0, 0, lost)
