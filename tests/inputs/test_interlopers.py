"""Pictures among what is none of theirs, cut and marked in any way: exactly what was sent comes out, and no damage."""

import random
import struct
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seacorder.inputs.rtp.access_units import AccessUnits
from seacorder.inputs.rtp.h264 import H264Units, may_have_fields
from seacorder.inputs.rtp.h265 import H265Units
from seacorder.inputs.rtp.interleaved import take_frames
from seacorder.inputs.rtp.picture_assembly import AccessUnit
from seacorder.inputs.rtp.receiver import RtpReceiver

TYPE, SSRC = 96, 0x51AC0FFE
FRAME_TICKS = 3600
Markers = Literal["right", "none", "each slice", "each packet"]
VENDOR_KINDS = {"h264": (0, 17, 18, 22, 23, 30, 31), "hevc": (10, 15, 22, 31, 41, 47, 51, 63)}


@dataclass
class Packet:
    payload: bytes
    timestamp: int
    is_marker: bool = False
    payload_type: int = TYPE
    ssrc: int = SSRC
    is_counted: bool = True
    """Its number is in the track's count."""


class Writer:
    """Makes pictures and cuts them, all by one chance."""

    def __init__(self, codec: str, seed: int, markers: Markers) -> None:
        self.codec = codec
        self.chance = random.Random(seed)
        self.markers = markers
        self.pictures: list[list[bytes]] = []

    def unit(self, kind: int, size: int, *, begin: bytes = b"") -> bytes:
        body = begin + bytes(self.chance.randrange(1, 256) for _ in range(size))
        if self.codec == "h264":
            importance = 0 if kind in (0, 6, 9) or kind > 12 else 3
            return bytes((importance << 5 | kind,)) + body
        return bytes((kind << 1, 1)) + body

    def picture(self, number: int) -> list[bytes]:
        """Units of a picture; every fifth is a keyframe with its sets."""
        is_key = number % 5 == 0
        is_h264 = self.codec == "h264"
        units = []
        if self.chance.random() < 0.3:
            units.append(self.unit(9 if is_h264 else 35, 1))
        if is_key:
            units += [self.unit(kind, 12) for kind in ((7, 8) if is_h264 else (32, 33, 34))]
        if self.chance.random() < 0.3:
            units.append(self.unit(6 if is_h264 else 39, 20, begin=b"\x05"))
        for place in range(self.chance.randrange(1, 4)):
            kind = (5 if is_key else 1) if is_h264 else (19 if is_key else 1)
            units.append(self.unit(kind, self.chance.randrange(2, 900), begin=b"\x40" if place else b"\xc0"))
        return units

    def packets(self, number: int) -> list[Packet]:
        """A picture's packets, with what is not the picture's among them."""
        units = self.picture(number)
        self.pictures.append([unit for unit in units if self.is_slice(unit)])
        found: list[Packet] = []
        stamp = 1_000_000 + number * FRAME_TICKS
        while units:
            count = self.chance.choice((1, 1, 1, 2, 3))
            group, units = units[:count], units[count:]
            cut = [Packet(payload, stamp) for payload in self.cut(group)]
            cut[-1].is_marker = self.markers == "each slice" and self.is_slice(group[-1])
            found += cut
            if any(map(self.is_slice, group)):
                stamp += self.chance.choice((0, 0, 1, 90))
        for packet in found:
            packet.is_marker = packet.is_marker or self.markers == "each packet"
        if self.markers == "right":
            found[-1].is_marker = True
        return [each for packet in found for each in (*self.interlopers(stamp), packet)]

    def is_slice(self, unit: bytes) -> bool:
        return unit[0] & 0x1F in (1, 5) if self.codec == "h264" else unit[0] >> 1 < 32

    def cut(self, group: list[bytes]) -> list[bytes]:
        """Units as payloads: each alone, in one aggregate, or as a piece of byte stream."""
        way = self.chance.choice(("alone", "alone", "aggregate", "byte stream"))
        if way == "aggregate":
            vendor = self.vendor_unit()
            units = [*group, vendor] if self.chance.random() < 0.5 else [vendor, *group]
            head = b"\x78" if self.codec == "h264" else b"\x60\x01"
            return [head + b"".join(struct.pack(">H", len(unit)) + unit for unit in units)]
        if way == "byte stream":
            code = self.chance.choice((b"\x00\x00\x01", b"\x00\x00\x00\x01"))
            front = self.chance.choice((b"", code))
            return self.fragments(front + code.join(group))
        return [payload for unit in group for payload in self.fragments(unit)]

    def fragments(self, unit: bytes) -> list[bytes]:
        size = self.chance.choice((60, 300, 2000))
        if len(unit) <= size:
            return [unit]
        header = 1 if self.codec == "h264" else 2
        kind = unit[0] & 0x1F if header == 1 else unit[0] >> 1
        front = bytes((unit[0] & 0xE0 | 28,)) if header == 1 else bytes((49 << 1, unit[1]))
        parts = [unit[at : at + size] for at in range(header, len(unit), size)]
        last = len(parts) - 1
        flags = [(0x80 if place == 0 else 0) | (0x40 if place == last else 0) for place in range(len(parts))]
        return [front + bytes((flag | kind,)) + part for flag, part in zip(flags, parts, strict=True)]

    def vendor_unit(self) -> bytes:
        return self.unit(self.chance.choice(VENDOR_KINDS[self.codec]), self.chance.randrange(1, 200))

    def interlopers(self, stamp: int) -> list[Packet]:
        if self.chance.random() < 0.7:
            return []
        stamp += self.chance.choice((0, 0, 77, -500_000))
        way = self.chance.choice(("vendor", "type", "type of its own count", "sender", "nothing"))
        if way == "vendor":
            unit = self.vendor_unit()
            # Fragments of type 0 are a byte stream's where one has begun.
            cut = [unit] if unit[0] & 0x7E == 0 else self.fragments(unit)
            return [Packet(payload, stamp, self.chance.random() < 0.3) for payload in cut]
        block = self.chance.choice((self.vendor_unit(), b"\x7c\x85" + bytes(40), b"\x61\xc0abc", b"\x02\x01\xc0abc"))
        if way == "type":
            return [Packet(block, stamp, True, 50)]
        if way == "type of its own count":
            return [Packet(block, stamp, True, 111, is_counted=False)]
        if way == "sender":
            return [Packet(block, stamp, True, ssrc=self.chance.randrange(3), is_counted=False)]
        return [Packet(b"", stamp)]


def stream_of(packets: list[Packet], chance: random.Random, *, jumps: bool) -> bytes:
    blocks, sequence, others = [], chance.randrange(0x10000), chance.randrange(0x10000)
    may_jump = jumps
    for packet in packets:
        if packet.is_counted:
            sequence += 1
            if may_jump and chance.random() < 0.02:
                sequence -= chance.choice((2, 500, 30_000))
                may_jump = False
            # Two jumps between two packets of the track could add up to what looks like a loss.
            may_jump = may_jump or (jumps and packet.payload_type == TYPE)
        others += 1
        number = sequence if packet.is_counted else others
        second = packet.payload_type | (0x80 if packet.is_marker else 0)
        times = packet.timestamp & 0xFFFF_FFFF, packet.ssrc
        block = struct.pack(">BBHII", 0x80, second, number & 0xFFFF, *times) + packet.payload
        blocks.append(b"$\x00" + struct.pack(">H", len(block)) + block)
    return b"".join(blocks)


def read(stream: bytes, codec: str, chunk: int = 3000) -> tuple[list[AccessUnit], RtpReceiver, AccessUnits]:
    units = H264Units() if codec == "h264" else H265Units()
    receiver = RtpReceiver(TYPE, units)
    buffer, rest = memoryview(bytearray(1 << 17)), b""
    for at in range(0, len(stream), chunk):
        block = rest + stream[at : at + chunk]
        buffer[: len(block)] = block
        rest = block[take_frames(buffer, 0, len(block), {0: receiver}, {}) :]
        units.settle()
        buffer[: len(block)] = bytes(len(block))
    return units.ready, receiver, units


def slices_of(unit: AccessUnit, writer: Writer) -> list[bytes]:
    found, at = [], 0
    while at < len(unit.content):
        stop = at + 4 + int.from_bytes(unit.content[at : at + 4], "big")
        found.append(unit.content[at + 4 : stop])
        at = stop
    return [one for one in found if writer.is_slice(one)]


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 1 << 30), st.sampled_from(("right", "none", "each slice", "each packet")), st.booleans()
)
def test_exactly_the_pictures_come_out(codec: str, seed: int, markers: Markers, jumps: bool) -> None:
    writer = Writer(codec, seed, markers)
    packets = [packet for number in range(13) for packet in writer.packets(number)]
    # Ours are the first, so that nothing has to be confirmed; see the tests of senders.
    packets = packets[next(place for place, one in enumerate(packets) if one.ssrc == SSRC) :]
    ready, receiver, units = read(stream_of(packets, random.Random(seed), jumps=jumps), codec)
    told = [slices_of(unit, writer) for unit in ready]
    assert told[:12] == writer.pictures[:12]
    assert units.damaged == receiver.sequence.lost == 0
    assert not any(unit.lost or unit.damaged or unit.is_doubtful for unit in ready)
    assert [unit.timestamp for unit in ready[:12]] == [1_000_000 + number * FRAME_TICKS for number in range(12)]
    sets = 2 if codec == "h264" else 3
    assert [len(unit.parameter_sets) for unit in ready[:12]] == [0 if n % 5 else sets for n in range(12)]
    assert [unit.is_keyframe for unit in ready[:12]] == [number % 5 == 0 for number in range(12)]


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@settings(max_examples=80, deadline=None)
@given(st.integers(0, 1 << 30), st.sampled_from(("right", "none")), st.integers(1, 40))
def test_what_is_really_missing_is_still_told(codec: str, seed: int, markers: Markers, place: int) -> None:
    writer = Writer(codec, seed, markers)
    packets = [packet for number in range(13) for packet in writer.packets(number)]
    packets = packets[next(place for place, one in enumerate(packets) if one.ssrc == SSRC) :]
    own = [one for one in packets if one.is_counted and one.payload_type == TYPE]
    lost = own[min(place, len(own) - 20)]
    chance = random.Random(seed)
    stream = stream_of(packets, chance, jumps=False)
    whole = {unit.timestamp: unit for unit in read(stream, codec)[0]}
    place = next(place for place, one in enumerate(packets) if one is lost)  # not the first that only looks like it
    before = stream_of(packets[:place], random.Random(seed), jumps=False)
    size = 16 + len(lost.payload)
    ready, receiver, units = read(stream[: len(before)] + stream[len(before) + size :], codec)
    assert receiver.sequence.lost == 1
    for unit in ready:
        is_whole = slices_of(unit, writer) == slices_of(whole[unit.timestamp], writer)
        assert is_whole, "a picture that misses a part came out"
    missing = set(list(whole)[:12]) - {unit.timestamp for unit in ready}
    assert len(missing) <= units.damaged + 1


def test_a_message_with_raw_data_stays_one_unit() -> None:
    units = H264Units()
    message = b"\x06\x05\x30" + b"\x00\x00\x01\x9f\x00\x00\x01\x65raw"
    for payload, timestamp in ((message, 0), (b"\x65\x88abc", 0), (b"\x61\xc0def", 9)):
        units.take(memoryview(payload), 0, len(payload), 0, timestamp, 0)
    assert message in units.ready[0].content


@pytest.mark.parametrize(("fields", "count"), [(True, 1), (False, 2)])
def test_two_fields_with_one_time_are_one_picture(fields: bool, count: int) -> None:
    units = H264Units()
    units.may_be_field = fields
    for first, timestamp in ((b"\x65\x88", 0), (b"\x61\x88", 0), (b"\x61\x88", 9)):
        units.take(memoryview(first + b"abc"), 0, 5, 0, timestamp, 0)
    assert len(units.ready) == count


def test_parameter_sets_say_whether_there_are_fields() -> None:
    # Of 320x240: profile 77 and 100 from x264, progressive; the second with `interlaced`.
    assert not may_have_fields(bytes.fromhex("4d400deca0a0fd8088000003000800000301904789")[:-1])
    assert may_have_fields(b"")
