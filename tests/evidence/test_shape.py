"""Lost bytes show in the shape of a packet; what an encoder makes never looks like them."""

from types import SimpleNamespace
from typing import Any

import pytest

from seacorder.evidence.shape import Shape, length_bytes_of, shape_of

AVC_OF_FOUR = bytes((1, 66, 0, 30, 0xFF)) + bytes(10)
HEVC_OF_FOUR = bytes((1,)) + bytes(20) + bytes((3,)) + bytes(5)


class Packet(bytes):
    """A packet as far as its shape is looked at."""

    codec, kind = "h264", "video"

    @property
    def stream(self) -> Any:
        return SimpleNamespace(type=self.kind, codec_context=SimpleNamespace(name=self.codec))


class Sound(Packet):
    codec, kind = "aac", "audio"


class Opus(Sound):
    codec = "opus"


class Av1(Packet):
    codec = "av1"


def units(*contents: bytes) -> bytes:
    return b"".join(len(one).to_bytes(4, "big") + one for one in contents)


def obu(kind: int, content: bytes, extension: bytes = b"") -> bytes:
    """A unit of AV1; content of 128 bytes or more has a length of two bytes."""
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
    return bytes([kind << 3 | 2 | 4 * bool(extension)]) + extension + length + content


def stream(codec: str, extradata: bytes | None) -> Any:
    return SimpleNamespace(codec_context=SimpleNamespace(name=codec, extradata=extradata))


@pytest.mark.parametrize(
    ("codec", "extradata", "expected"),
    [
        ("h264", AVC_OF_FOUR, 4),
        ("h264", b"\0\0\0\1\x67", 0),
        ("h264", None, 0),
        ("hevc", HEVC_OF_FOUR, 4),
        ("av1", AVC_OF_FOUR, 0),
    ],
)
def test_the_size_of_a_length_stands_in_the_configuration(codec: str, extradata: bytes | None, expected: int) -> None:
    assert length_bytes_of(stream(codec, extradata)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (units(b"\x09\xf0", b"\x65picture"), Shape.GOOD),
        (units(b"\x65pic\0\0\0ture"), Shape.MARRED),
        (units(b"\x65picture\0\0\0\0"), Shape.GOOD),
        (units(b"\x06\0\0\0ture"), Shape.GOOD),
        (units(b"\x65picture")[:-1], Shape.BROKEN),
        (units(b"\xe5picture"), Shape.BROKEN),
        (bytes(32), Shape.BROKEN),
    ],
    ids=["good", "zeros in a slice", "zeros behind a slice", "zeros elsewhere", "cut", "forbidden bit", "zeros alone"],
)
def test_lengths_and_zeros_tell_lost_bytes(data: bytes, expected: Shape) -> None:
    assert shape_of(Packet(data), 4) is expected


def test_other_packets_are_judged_by_zeros_alone() -> None:
    assert shape_of(Sound(b"\x21" + bytes(300)), 0) is Shape.GOOD
    assert shape_of(Sound(bytes(300)), 0) is Shape.BROKEN
    assert shape_of(Av1(obu(6, bytes(300))), 0) is Shape.MARRED


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (obu(1, b"sequence") + obu(6, b"f" * 300), Shape.GOOD),
        (obu(3, b"head", extension=b"\x20") + obu(4, b"tiles"), Shape.GOOD),
        (obu(1, b"sequence") + b"\x30frame", Shape.GOOD),
        (obu(6, b"frame")[:-1], Shape.BROKEN),
        (obu(6, b"frame") + b"\x32", Shape.BROKEN),
        (obu(2, b""), Shape.BROKEN),
        (obu(9, b"frame"), Shape.BROKEN),
        (b"\xb2\x05frame", Shape.BROKEN),
        (b"\x32" + b"\xff" * 20, Shape.BROKEN),
    ],
    ids=["good", "extension", "no length", "cut", "head alone", "left out", "reserved", "forbidden", "endless"],
)
def test_lengths_and_types_of_obus_tell_lost_bytes(data: bytes, expected: Shape) -> None:
    assert shape_of(Av1(data), 0) is expected


def test_sound_inside_mp4_has_no_header_of_its_own() -> None:
    assert shape_of(Sound(b"\xff" * 20), 0) is Shape.BROKEN
    assert shape_of(Sound(b"\xff\xf1\x4c\x80" + b"sound"), 0) is Shape.BROKEN
    assert shape_of(Sound(b"\xff\xe1\x4c\x80" + b"sound"), 0) is Shape.GOOD
    assert shape_of(Opus(b"\xff" * 20), 0) is Shape.GOOD
